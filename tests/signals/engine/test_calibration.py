"""Scores against outcomes: Brier, log loss, bins and their edges (options-engine.md 17.3, G12)."""

from itertools import pairwise
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.engine.calibration import (
    BINS,
    EQUAL_MASS_FROM,
    Bin,
    Forecast,
    RiskPoint,
    brier,
    coverage_risk,
    expected_calibration_error,
    log_loss,
    reliability,
)


def forecasts(*pairs: tuple[float, int]) -> list[Forecast]:
    return [Forecast(score, bool(hit)) for score, hit in pairs]


# The emitted three of G12.
G12 = forecasts((0.8972, 1), (0.58, 1), (0.88, 0))


def test_what_the_spec_settles() -> None:
    assert (BINS, EQUAL_MASS_FROM) == (10, 200)
    assert len(reliability([])) == 10


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(1.0, 1)], 0.0),
        ([(0.0, 0)], 0.0),
        ([(1.0, 0)], 1.0),
        ([(0.5, 1)], 0.25),
        ([(0.75, 1), (0.75, 0)], 0.3125),  # (.0625 + .5625) / 2
    ],
)
def test_brier(pairs: list[tuple[float, int]], expected: float) -> None:
    assert brier(forecasts(*pairs)) == expected


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(0.5, 1)], log(2)),
        ([(0.25, 0)], log(4 / 3)),
        ([(0.25, 1), (0.5, 0)], (log(4) + log(2)) / 2),
        ([(1.0, 0)], log(1e6)),  # one sure error costs 13.8
        ([(0.0, 1)], log(1e6)),
        ([(1.0, 1)], 1e-6),
        ([(0.0, 0)], 1e-6),
        ([(1e-6, 1)], log(1e6)),
        ([(2e-6, 1)], log(5e5)),
    ],
)
def test_log_loss(pairs: list[tuple[float, int]], expected: float) -> None:
    assert log_loss(forecasts(*pairs)) == pytest.approx(expected)


def test_of_nothing_there_is_no_figure() -> None:
    assert (brier([]), log_loss([]), expected_calibration_error(())) == (None, None, None)
    assert expected_calibration_error(reliability([], 3)) is None
    assert reliability([], 3, equal_mass=True) == ()
    assert coverage_risk([], 0) == ()


@pytest.mark.parametrize(
    ("score", "bins", "place"),
    [
        (0.0, 5, 0), (0.1999, 5, 0), (0.2, 5, 1), (0.3999, 5, 1), (0.4, 5, 2), (0.58, 5, 2),
        (0.6, 5, 3), (0.7999, 5, 3), (0.8, 5, 4), (0.9999, 5, 4), (1.0, 5, 4), (1.0, 1, 0),
        (0.1, 10, 1), (0.3, 10, 3), (0.7, 10, 7), (0.8999, 10, 8), (0.9, 10, 9),
    ],
)  # fmt: skip
def test_a_bin_of_equal_width_begins_at_its_lower_bound(
    score: float, bins: int, place: int
) -> None:
    table = reliability(forecasts((score, 1)), bins)

    assert [row.count for row in table] == [int(n == place) for n in range(bins)]


def test_rows_of_equal_width() -> None:
    assert reliability(forecasts((0.1, 1), (0.3, 0), (0.9, 1)), 2) == (
        Bin(low=0.0, high=0.5, count=2, hits=1, mean_score=0.2, accuracy=0.5),
        Bin(low=0.5, high=1.0, count=1, hits=1, mean_score=0.9, accuracy=1.0),
    )
    assert reliability(forecasts((0.75, 0)), 2)[0] == Bin(
        low=0.0, high=0.5, count=0, hits=0, mean_score=None, accuracy=None
    )


#   scores, sorted           ranks            bin = rank x bins // N
@pytest.mark.parametrize(
    ("scores", "bins", "parts"),
    [
        ([0.1, 0.2, 0.3, 0.4], 2, [(0.1, 0.2, 2), (0.3, 0.4, 2)]),
        ([0.1, 0.2, 0.3, 0.4, 0.5], 2, [(0.1, 0.3, 3), (0.4, 0.5, 2)]),  # ranks 0 1 2 | 3 4
        ([0.1, 0.2, 0.2, 0.2], 2, [(0.1, 0.2, 4)]),  # ranks 0 1 1 1: ties share a bin
        ([0.1, 0.1, 0.1, 0.2], 2, [(0.1, 0.1, 3), (0.2, 0.2, 1)]),  # ranks 0 0 0 | 3
        ([0.0, 0.0], 5, [(0.0, 0.0, 2)]),
        ([0.5, 0.6], 10, [(0.5, 0.5, 1), (0.6, 0.6, 1)]),  # bins 0 and 5
        ([0.4, 0.1, 0.3, 0.2], 4, [(n / 10, n / 10, 1) for n in (1, 2, 3, 4)]),
    ],
)
def test_bins_of_equal_mass(
    scores: list[float], bins: int, parts: list[tuple[float, float, int]]
) -> None:
    table = reliability([Forecast(score, hit=True) for score in scores], bins, equal_mass=True)

    assert [(row.low, row.high, row.count) for row in table] == parts


@pytest.mark.parametrize("bins", [0, -1])
@pytest.mark.parametrize("equal_mass", [True, False])
def test_less_than_one_bin_is_refused(bins: int, equal_mass: bool) -> None:
    with pytest.raises(ValueError, match=f"^bins is {bins}; expected 1 and more$"):
        reliability(G12, bins, equal_mass=equal_mass)


@pytest.mark.parametrize(
    ("bins", "equal_mass", "expected"),
    [
        (5, False, 0.399067),  # G12: 1/3 x .42 + 2/3 x |.5 - .8886|
        (1, False, 0.119067),  # |2/3 - .785733|
        (10, False, 0.399067),  # .58 in bin 5, both others in bin 8
        (3, True, 0.4676),  # each alone: (.42 + .88 + .1028) / 3
    ],
)
def test_expected_calibration_error(bins: int, equal_mass: bool, expected: float) -> None:
    table = reliability(G12, bins, equal_mass=equal_mass)

    assert round(expected_calibration_error(table) or 0, 6) == expected


def test_coverage_and_risk_have_one_point_per_score() -> None:
    found = coverage_risk(forecasts((0.5, 0), (0.9, 1), (0.5, 1), (0.7, 0)), 8)

    assert found == (
        RiskPoint(min_score=0.9, count=1, share=0.125, accuracy=1.0),
        RiskPoint(min_score=0.7, count=2, share=0.25, accuracy=0.5),
        RiskPoint(min_score=0.5, count=4, share=0.5, accuracy=0.5),
    )


pairs = st.lists(st.tuples(st.integers(0, 100).map(lambda n: n / 100), st.booleans()), max_size=40)


@given(pairs, st.integers(1, 12), st.booleans())
def test_bins_hold_every_forecast_once(
    found: list[tuple[float, bool]], bins: int, equal_mass: bool
) -> None:
    table = reliability(forecasts(*found), bins, equal_mass=equal_mass)

    assert sum(row.count for row in table) == len(found)
    assert sum(row.hits for row in table) == sum(hit for _, hit in found)
    assert len(table) <= bins if equal_mass else len(table) == bins
    for row in table:
        if row.mean_score is not None:
            assert row.low - 1e-12 <= row.mean_score <= row.high + 1e-12
    if equal_mass:
        assert all(row.count for row in table)
        edges = [(row.low, row.high) for row in table]
        assert edges == sorted(edges)
        assert all(one[1] < other[0] for one, other in pairwise(edges))


@given(pairs, st.integers(1, 12))
def test_error_is_at_least_that_of_one_bin(found: list[tuple[float, bool]], bins: int) -> None:
    """Gaps of several bins may not cancel; one bin over all lets them."""
    told = forecasts(*found)
    many = expected_calibration_error(reliability(told, bins))
    one = expected_calibration_error(reliability(told, 1))

    if many is None or one is None:
        assert not found
    else:
        assert one - 1e-9 <= many <= 1 + 1e-9


@given(pairs, st.integers(0, 20))
def test_coverage_grows_and_ends_at_all(found: list[tuple[float, bool]], declined: int) -> None:
    curve = coverage_risk(forecasts(*found), len(found) + declined)

    assert [point.share for point in curve] == sorted(point.share for point in curve)
    assert len(curve) == len({score for score, _ in found})
    if curve:
        assert curve[-1].count == len(found)
        assert curve[-1].accuracy == sum(hit for _, hit in found) / len(found)
