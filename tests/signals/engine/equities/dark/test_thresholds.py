"""How much is much: floors, the usual off-exchange print, and the formulas of platform.md 2.3."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.engine.equities.dark.evidence import Sums
from signals.engine.equities.dark.thresholds import (
    block_confidence,
    gathered_confidence,
    threshold_of,
    whole_shares,
)
from signals.engine.params import Params
from signals.engine.windows import Window
from tests.signals.engine.equities.dark.support import MID, events, printed, run, states, texts
from tests.support.equity_builders import dollars, shares

PARAMS = Params()


def sums(size: float, count: int = 1, confidence: float = 1.0) -> Sums:
    whole = shares(size)
    return Sums(count, whole, whole, count * 1_000_000, whole, round(whole * confidence))


@pytest.mark.parametrize(
    ("price", "usual", "size", "source", "median"),
    [
        (500.0, [], 2_000, "floor", None),
        (50.0, [], 2_000, "floor", None),  # $100,000 is the floor of shares there
        (49.99, [], 2_000.400081, "notional", None),
        (5.0, [], 20_000, "notional", None),
        (500.0, [900] * 49, 2_000, "floor", None),
        (500.0, [900] * 50, 3_600, "usual", 900),
        (500.0, [900] * 25 + [901] * 25, 3_602, "usual", 900.5),
        (500.0, [500] * 50, 2_000, "floor", 500),
        (5.0, [900] * 50, 20_000, "notional", 900),
    ],
)
def test_the_largest_of_three_is_the_threshold(
    price: float, usual: list[int], size: float, source: str, median: float | None
) -> None:
    found = threshold_of(2_000, dollars(price), Window(usual), PARAMS)

    assert (found.size_micros, found.source) == (shares(size), source)
    assert found.usual_micros == (None if median is None else shares(median))
    assert found.usual_n == len(usual)


def test_without_floors_anything_counts() -> None:
    nothing = Params.from_values({"dark_min_notional_usd": 0})

    assert threshold_of(0, dollars(500), Window(), nothing).size_micros == 0
    assert block_confidence(sums(1), 0, 1.0).value == 1.0


def test_a_baseline_holds_whole_shares() -> None:
    assert [whole_shares(size) for size in (999_999, 1_000_000, 10**18)] == [0, 1, 2**31 - 1]


@pytest.mark.parametrize(
    ("size", "tightness", "value"),
    # G2: p1 and p9; and the bounds
    [(2_500, 0.984, 0.82805), (2_000, 0.984, 0.7718), (4_000, 1, 1.0), (9_000, 0, 0.8)],
)
def test_confidence_of_a_block(size: float, tightness: float, value: float) -> None:
    assert block_confidence(sums(size), shares(2_000), tightness).value == value


@pytest.mark.parametrize(
    ("size", "count", "value"),
    [(3_100, 4, 0.656667), (7_400, 6, 0.925), (3_200, 4, 0.663333), (9_000, 90, 1.0)],
)
def test_confidence_of_a_window(size: float, count: int, value: float) -> None:
    assert gathered_confidence(sums(size, count), shares(3_000), 4).value == value


@given(st.floats(0, 10**7), st.integers(1, 10**4), st.floats(0, 1), st.integers(0, 10**7))
def test_confidences_stay_between_nothing_and_one(
    size: float, count: int, confidence: float, least: int
) -> None:
    found = sums(size, count, confidence)

    assert 0 <= block_confidence(found, shares(least), 1.0).value <= 1
    assert 0 <= gathered_confidence(found, shares(least), count).value <= 1


def test_the_usual_print_raises_the_bar_after_fifty() -> None:
    # 50 prints of 700 shares at the mid, then 2,500: less than four of the usual
    usual = [printed(n, n, MID, 700) for n in range(50)]

    assert states(run([*usual[:49], printed(60, 60, MID, 2_500)]))[:1] == ["candidate"]
    assert states(run([*usual, printed(60, 60, MID, 2_500)])) == []
    found = events(run([*usual, printed(60, 60, MID, 2_800)]))[0]
    assert found.features["least_source"] == "usual"
    assert "A block counts from 2,800 shares on: 4 times the usual print" in texts(found)
    assert "the usual off-exchange print is 700 shares, the median of 50." in texts(found)
    assert found.confidence == 0.7718


def test_a_notional_floor_is_said() -> None:
    cheap = {"bid_micros": dollars(4.98), "ask_micros": dollars(5.02), "price_micros": dollars(5)}
    # 80 bps are too wide by default
    rows = run([printed(1, 0, 5.0, 20_000, **cheap)], dark_max_spread_ratio=0.01)

    assert "A block counts from 20,000 shares on: $100,000 at this price" in texts(events(rows)[0])
    assert states(run([printed(1, 0, 5.0, 19_999, **cheap)], dark_max_spread_ratio=0.01)) == []


def test_only_the_newest_prints_are_usual() -> None:
    prints = [printed(n, n, MID, 900) for n in range(50)]
    prints += [printed(100 + n, 100 + n, MID, 100) for n in range(60)]

    found = events(run([*prints, printed(999, 999, MID, 2_000)], dark_baseline_size=50))[0]

    assert (found.features["usual_size_micros"], found.features["usual_n"]) == (shares(100), 50)


@pytest.mark.parametrize(("days", "told"), [(14, []), (15, ["candidate", "unconfirmed"])])
def test_what_was_usual_long_ago_is_forgotten(days: int, told: list[str]) -> None:
    usual = [printed(n, n, MID, 900) for n in range(50)]
    day = 86_400_000 * days
    again = printed(99, day, MID, 2_000, session_date=usual[0].session_date + days)

    assert states(run([*usual, again])) == told
