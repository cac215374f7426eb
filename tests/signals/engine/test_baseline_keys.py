"""Whose baselines a packet belongs to (options-engine.md 10 strict; errata 20)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.engine.baseline_keys import DayPart, Keys, day_part, keys_of

MINUTE = 60_000_000
OPEN = 1_736_951_400_000_000  # 2025-01-15 09:30 New York
CLOSE = OPEN + 390 * MINUTE
HALF_DAY = OPEN + 210 * MINUTE  # 13:00


#   09:30        09:45                          15:45         16:00
#     |--- open ---|------------- mid ------------|--- close ---|  extended
@pytest.mark.parametrize(
    ("ts", "part"),
    [
        (OPEN - 1, "extended"),
        (OPEN, "open"),
        (OPEN + 15 * MINUTE - 1, "open"),
        (OPEN + 15 * MINUTE, "mid"),
        (OPEN + 195 * MINUTE, "mid"),
        (CLOSE - 15 * MINUTE - 1, "mid"),
        (CLOSE - 15 * MINUTE, "close"),
        (CLOSE - 1, "close"),
        (CLOSE, "extended"),
        (CLOSE + 15 * MINUTE, "extended"),
    ],
)
def test_part_of_the_regular_session(ts: int, part: DayPart) -> None:
    assert day_part(ts, OPEN, CLOSE, 15) == part


def test_half_day_ends_earlier() -> None:
    assert day_part(HALF_DAY - 15 * MINUTE, OPEN, HALF_DAY, 15) == "close"
    assert day_part(HALF_DAY - 15 * MINUTE - 1, OPEN, HALF_DAY, 15) == "mid"
    assert day_part(HALF_DAY, OPEN, HALF_DAY, 15) == "extended"


@pytest.mark.parametrize(
    ("edge", "early", "late"), [(0, "mid", "mid"), (1, "open", "close"), (30, "open", "close")]
)
def test_edges_are_as_long_as_the_tuning_says(edge: int, early: DayPart, late: DayPart) -> None:
    assert day_part(OPEN, OPEN, CLOSE, edge) == early
    assert day_part(CLOSE - 1, OPEN, CLOSE, edge) == late
    assert day_part(OPEN + edge * MINUTE, OPEN, CLOSE, edge) == "mid"
    assert day_part(CLOSE - edge * MINUTE - 1, OPEN, CLOSE, edge) == "mid"


def test_open_wins_where_edges_overlap() -> None:
    assert day_part(OPEN + 5 * MINUTE, OPEN, OPEN + 10 * MINUTE, 15) == "open"


@pytest.mark.parametrize(("opens", "closes"), [(None, None), (OPEN, None), (None, CLOSE)])
def test_unknown_times_are_the_middle(opens: int | None, closes: int | None) -> None:
    assert day_part(OPEN, opens, closes, 15) == "mid"


def bucket(dte: int | None, otm: float | None, *, right: str = "C", underlying: str = "SPY") -> str:
    return keys_of("any", underlying, right, dte, otm, "mid").bucket


@pytest.mark.parametrize(
    ("dte", "name"),
    [
        (0, "0d"), (1, "1-2d"), (2, "1-2d"), (3, "3-7d"), (7, "3-7d"), (8, "8-30d"), (30, "8-30d"),
        (31, "31-90d"), (90, "31-90d"), (91, ">90d"), (1_000, ">90d"),
    ],
)  # fmt: skip
def test_days_to_expiry_fall_into_six_buckets(dte: int, name: str) -> None:
    assert bucket(dte, 0.0) == f"SPY C {name} -1.5..1.5%"


@pytest.mark.parametrize(
    ("otm", "name"),
    [
        (-0.9, "<-5%"), (-0.050001, "<-5%"),
        (-0.05, "-5..-1.5%"), (-0.015001, "-5..-1.5%"),
        (-0.015, "-1.5..1.5%"), (0.0, "-1.5..1.5%"), (0.014999, "-1.5..1.5%"),
        (0.015, "1.5..5%"), (0.049999, "1.5..5%"),
        (0.05, "5..10%"), (0.099999, "5..10%"),
        (0.10, ">=10%"), (3.0, ">=10%"),
    ],
)  # fmt: skip
def test_distance_out_of_the_money_falls_into_six_half_open_buckets(otm: float, name: str) -> None:
    assert bucket(2, otm) == f"SPY C 1-2d {name}"


@pytest.mark.parametrize(("dte", "otm"), [(None, 0.01), (2, None), (None, None)])
def test_bucket_needs_days_and_a_price_of_the_underlying(
    dte: int | None, otm: float | None
) -> None:
    assert bucket(dte, otm) == ""


def test_zero_is_known() -> None:
    assert bucket(0, 0.0) != ""


def test_rights_and_underlyings_are_apart() -> None:
    buckets = {
        bucket(2, 0.0), bucket(2, 0.0, right="P"), bucket(2, 0.0, underlying="SPX"),
    }  # fmt: skip

    assert len(buckets) == 3


def test_keys_carry_every_scope() -> None:
    assert keys_of("SPY-2025-01-17-450-C", "SPY", "C", 2, 0.02, "open") == Keys(
        contract="SPY-2025-01-17-450-C",
        bucket="SPY C 1-2d 1.5..5%",
        underlying="SPY",
        day_part="open",
    )


@given(st.integers(0, 2_000), st.integers(-1_000_000, 5_000_000))
def test_every_packet_has_one_of_36_buckets(dte: int, otm_ppm: int) -> None:
    days = next(n for n, last in enumerate([0, 2, 7, 30, 90, math.inf]) if dte <= last)
    limits = [-50_000, -15_000, 15_000, 50_000, 100_000, math.inf]
    share = next(n for n, end in enumerate(limits) if otm_ppm < end)
    middles = [-0.5, -0.03, 0.0, 0.03, 0.07, 0.5]

    assert bucket(dte, otm_ppm / 1_000_000) == bucket([0, 1, 5, 20, 60, 300][days], middles[share])
