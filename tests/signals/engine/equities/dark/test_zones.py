"""Zones of hidden liquidity: blocks of one session near one price.

width 5 bps of 500.00: 12.5 cents to each side of the anchor, the first block's price
"""

from typing import Any

import pytest

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
        block(3, 60_000, 500.13),  # 12.5 cents are half the width
        block(3, 60_000, 499.87),
        block(3, 60_000, session_date=TRADE_DATE + 1),
        block(3, 60_000, symbol="QQQ"),
        lit_print(seq=3, ts=at_ms(60_000), size_micros=shares(9_000)),
    ],
)
def test_near_misses_are_no_zone(last: Any) -> None:
    assert states(run([block(1, 0), block(2, 1_000), last]), ZONE) == []


def test_a_block_joins_the_nearest_anchor() -> None:
    # anchors 500.00 and 500.20; 500.11 is nearer to the second, 500.10 as near to both
    prices = [500.00, 500.20, 500.11, 500.10, 500.19, 500.01]

    zones = events(run([block(n, n, price) for n, price in enumerate(prices, 1)]), ZONE)

    told = {zone.features["low_micros"]: zone.features["high_micros"] for zone in zones}
    assert told == {
        dollars(500.11): dollars(500.20),
        dollars(500.00): dollars(500.10),
    }


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
