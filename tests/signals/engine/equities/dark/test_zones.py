"""Zones of hidden liquidity: blocks of one session near one price.

width 5 bps of the lowest price: 25 cents above 500.00
"""

from itertools import combinations, permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.signals.engine.equities.dark.support import events, links, printed, run, states, texts
from tests.support.equity_builders import (
    TRADE_DATE,
    at_ms,
    clock,
    dollars,
    lit_print,
    session_close,
    shares,
)

ZONE = "hidden_liquidity_zone"


def block(seq: int, ms: float, mid: float = 500.0, size: float = 2_000, **changes: Any) -> Any:
    quote = {"bid_micros": dollars(mid - 0.02), "ask_micros": dollars(mid + 0.02)}
    return printed(seq, ms, mid, size, **(quote | changes))


def test_three_blocks_near_one_price_are_a_zone() -> None:
    rows = run([block(1, 0), block(2, 60_000, 500.12), block(3, 3_000_000, 499.88)])
    (zone,) = events(rows, ZONE)

    assert (zone.state, zone.rev, zone.direction) == ("opened", 0, "neutral")
    assert (zone.ts, zone.window_start_ts, zone.end_ts) == (
        at_ms(3_000_000), at_ms(0), at_ms(3_000_000),
    )  # fmt: skip
    assert (zone.features["low_micros"], zone.features["high_micros"]) == (
        dollars(499.88), dollars(500.12),
    )  # fmt: skip
    assert zone.confidence == 0.65  # as an episode at its thresholds, three blocks of 2,000
    assert "3 blocks of 6,000 shares together printed inside the quote between" in texts(zone)
    assert [link.ref_seq for link in links(rows, zone) if link.role == "member"] == [1, 2, 3]


@pytest.mark.parametrize(
    "last",
    [
        block(3, 60_000, size=1_999),
        block(3, 60_000, 500.26),  # 25 cents are the width
        block(3, 60_000, 499.75),  # 25 cents, of which 5 bps are less
        block(3, 60_000, session_date=TRADE_DATE + 1),
        block(3, 60_000, symbol="QQQ"),
        lit_print(seq=3, ts=at_ms(60_000), size_micros=shares(9_000)),
    ],
)
def test_near_misses_are_no_zone(last: Any) -> None:
    assert states(run([block(1, 0), block(2, 1_000), last]), ZONE) == []


def opened_at(prices: tuple[float, ...]) -> list[int]:
    """Return the places of the blocks, one a second, at which zones open."""
    rows = run([block(n, n * 1_000, price) for n, price in enumerate(prices)])
    return [(e.ts - at_ms(0)) // 1_000_000 for e in events(rows, ZONE) if e.state == "opened"]


def enough_fit(prices: tuple[float, ...]) -> bool:
    return any(
        (max(three) - min(three)) * 10_000 <= 5 * min(three)
        for three in combinations([round(price * 100) for price in prices], 3)
    )


@pytest.mark.parametrize("prices", [*permutations([500.00, 500.10, 500.20])])
def test_three_blocks_that_fit_are_a_zone_in_any_order(prices: tuple[float, ...]) -> None:
    assert opened_at(prices) == [2]


def test_two_prices_a_width_apart_are_one_zone() -> None:
    assert opened_at((500.00, 500.25, 500.25)) == [2]
    assert opened_at((500.00, 500.26, 500.26)) == []


CENTS = st.lists(st.integers(49_960, 50_060), min_size=1, max_size=9)


@given(CENTS)
def test_the_first_zone_opens_as_soon_as_three_blocks_fit(cents: list[int]) -> None:
    prices = tuple(each / 100 for each in cents)
    firsts = [n for n in range(len(prices)) if enough_fit(prices[: n + 1])]

    assert opened_at(prices)[:1] == firsts[:1]


@given(CENTS.flatmap(lambda cents: st.tuples(st.just(cents), st.permutations(cents))))
def test_no_order_of_blocks_hides_a_zone(both: tuple[list[int], list[int]]) -> None:
    one, other = (tuple(each / 100 for each in cents) for cents in both)

    assert bool(opened_at(one)) == bool(opened_at(other)) == enough_fit(one)


@given(CENTS)
def test_no_zone_is_wider_than_the_width(cents: list[int]) -> None:
    rows = run([block(n, n * 1_000, price / 100) for n, price in enumerate(cents)])

    for zone in events(rows, ZONE):
        low, high = zone.features["low_micros"], zone.features["high_micros"]
        assert (high - low) * 10_000 <= 5 * low


LOW, HIGH = [500.00, 500.10, 500.10], [500.30, 500.34, 500.34]  # two zones, 20 cents between


@pytest.mark.parametrize(
    ("price", "low", "high"),
    [
        (500.15, 500.00, 500.15),  # 5 cents wider against 15
        (500.24, 500.24, 500.34),  # 14 against 6
        (500.20, 500.00, 500.20),  # 10 and 10: the older
        (500.40, 500.30, 500.40),  # the only one that it fits
    ],
)
def test_a_block_joins_the_zone_that_it_widens_least(price: float, low: float, high: float) -> None:
    prices = [*LOW, *HIGH, price]

    *_, last = events(run([block(n, n, each) for n, each in enumerate(prices, 1)]), ZONE)

    assert (last.state, last.print_count) == ("updated", 4)
    assert (last.features["low_micros"], last.features["high_micros"]) == (
        dollars(low), dollars(high),
    )  # fmt: skip


def test_the_narrowest_of_as_many_blocks_open_a_zone_then_the_lowest() -> None:
    def span(*prices: float) -> tuple[int, int]:
        rows = run([block(n, n, price) for n, price in enumerate(prices, 1)])
        (zone,) = events(rows, ZONE)
        return zone.features["low_micros"], zone.features["high_micros"]

    # two blocks below and two above, too far apart to be one: the last would make a zone of either
    assert span(500.00, 500.04, 500.30, 500.32, 500.17) == (dollars(500.17), dollars(500.32))
    assert span(500.00, 500.02, 500.30, 500.32, 500.16) == (dollars(500.00), dollars(500.16))


def test_loose_blocks_end_with_the_session() -> None:
    close = [clock(40, at_ms(10_000)), session_close(50, at_ms(10_000))]

    assert states(run([block(1, 0), block(2, 1), *close, block(60, 10_001)]), ZONE) == []


def test_updates_come_with_a_quarter_more() -> None:
    zones = events(run([block(n, n) for n in range(1, 12)]), ZONE)

    # +1 of 3, +1 of 4, +2 of 5, +2 of 7, +3 of 9 is not reached at 11
    assert [zone.print_count for zone in zones] == [3, 4, 5, 7, 9]
    assert [zone.state for zone in zones] == ["opened", *["updated"] * 4]


def test_the_next_session_ends_the_zone_of_any_symbol() -> None:
    blocks = [block(n, n) for n in range(1, 5)]
    next_day = lit_print(
        seq=9, ts=at_ms(86_400_000), symbol="QQQ", session_date=TRADE_DATE + 1
    )  # fmt: skip

    opened, updated, closed = events(run([*blocks, next_day], dark_lateness_ms=0), ZONE)

    assert (closed.state, closed.rev, closed.reasons) == ("closed", 2, ("session_over",))
    assert closed.confidence == max(opened.confidence, updated.confidence)
    assert closed.end_ts == at_ms(4)


def test_the_close_of_the_session_ends_the_zone() -> None:
    entries = [*(block(n, n) for n in (1, 2, 3)), session_close(50, at_ms(10)), block(60, 20)]

    assert states(run(entries), ZONE) == ["opened", "closed"]


def test_a_zone_founded_again_is_another_one() -> None:
    day = [block(n, n) for n in (1, 2, 3)]
    end = [clock(40, at_ms(10_000)), session_close(50, at_ms(10_000))]
    more = [block(60 + n, 10_000 + n) for n in (1, 2, 3)]

    opened = [zone for zone in events(run([*day, *end, *more]), ZONE) if zone.state == "opened"]

    assert len({zone.uid for zone in opened}) == 2
