"""Half away from zero on the exact binary value (options-engine.md 0.3)."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from signals.engine.rounding import rounded


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        (3.125, 2, 3.13),  # an exact half in binary: `round` gives 3.12
        (-3.125, 2, -3.13),
        (0.03125, 4, 0.0313),
        (2.5, 0, 3.0),
        (1.005, 2, 1.0),  # less than the half in binary
        (0.015, 2, 0.01),
        (0.1, 4, 0.1),
        (-0.00001, 4, 0.0),
    ],
)
def test_halves_go_away_from_zero(value: float, places: int, expected: float) -> None:
    found = rounded(value, places)

    assert found == expected
    assert str(found) == str(expected)  # no negative zero


@given(
    st.floats(-1e9, 1e9, allow_nan=False)
    | st.builds(
        lambda whole, power: whole / 2**power, st.integers(-(10**6), 10**6), st.integers(0, 9)
    ),
    st.integers(0, 6),
)
@example(0.285 * 100, 0)
def test_it_is_what_decimals_give(value: float, places: int) -> None:
    step = Decimal(1).scaleb(-places)

    assert rounded(value, places) == float(Decimal(value).quantize(step, ROUND_HALF_UP))
