"""Multipliers that reference data tell, by trade date."""

import pytest

from flow.domain.multipliers import NO_MULTIPLIERS, Multipliers

KNOWN = Multipliers([("AAPL7", 20, 10), ("AAPL7", 10, 700), ("XYZ1", 5, 150), ("AAPL7", 10, 70)])


@pytest.mark.parametrize(
    ("root", "day", "multiplier"),
    [
        ("AAPL7", 9, None), ("AAPL7", 10, 70), ("AAPL7", 19, 70), ("AAPL7", 20, 10),
        ("XYZ1", 900, 150), ("NONE1", 900, None),
    ],
)  # fmt: skip
def test_the_adjustment_in_force_decides(root: str, day: int, multiplier: int | None) -> None:
    assert KNOWN.of(root, day) == multiplier
    assert NO_MULTIPLIERS.of(root, day) is None
