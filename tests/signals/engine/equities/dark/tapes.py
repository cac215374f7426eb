"""Hypothesis strategies for tapes of stock prints: dense, with equal instants, quotes that move."""

from random import Random
from typing import Any

from hypothesis import strategies as st

from flow.domain.events import StampedEquityPrint
from tests.support.equity_builders import TRADE_DATE, at_ms, equity_print, shares

# Busy, quiet, and with holes as long as the window.
PACES = [
    [0, 0, 1, 50, 300, 900],
    [1, 300, 900, 2_000, 4_000, 5_000, 12_000],
    [300, 2_000, 12_000, 30_000, 61_000],
    [0, 1, 300] * 8 + [61_000, 310_000],
]
SIZES = [100, 199, 200, 250, 700, 900, 1_500, 2_000, 2_500, 6_000]
# Against the mid, in micro-dollars, of a quote that is mostly four cents wide: buys, sells, both,
# inside, and with fractions of a cent.
LEANS = [
    [20_000],
    [-20_000, -20_000, -20_000, 20_000],
    [20_000, 20_000, -20_000],
    [0, 0, 20_000],
    [0, 20_000, -20_000, 50_000, 3_100, -5_000, 19_900],
]
HALF_SPREADS = [20_000] * 12 + [5_000, 0, 1_300_000]
MOVES = [[0], [0] * 9 + [10_000], [0, 0, 10_000, -30_000, 60_000]]
_ODD: list[dict[str, Any]] = [
    *[{}] * 8,
    {"uid": b"the same sixteen"},
    {"quote_ts": None, "quote_seq": None},
    {"quote_mode": 1, "quote_silence_us": 0, "quote_ts": at_ms(-500_000)},
    {"exec_ts": at_ms(-60_000)},
    {"conditions": (1_020,)},
    {"session_date": TRADE_DATE + 1},
    {"off_exchange": None, "venue": 0},
]


@st.composite
def tapes(draw: st.DrawFn, *, max_size: int = 60, hostile: bool = False) -> list[Any]:
    """Return the prints of `tape`, of any number up to a size."""
    random = draw(st.randoms(use_true_random=True))
    return tape(random, draw(st.integers(0, max_size)), hostile=hostile)


def tape(random: Random, size: int, *, hostile: bool = False) -> list[Any]:
    """Return prints in the order of time, no two of one instant.

    Hostile ones are also unquoted, doubled, of the next trade date, late reports, ineligible.
    """
    pace, lean, moves = random.choice(PACES), random.choice(LEANS), random.choice(MOVES)
    found: list[StampedEquityPrint] = []
    at, mid = 0.0, 500_000_000
    for seq in range(1, size + 1):
        at += random.choice(pace) + 0.001
        mid += random.choice(moves)
        half = random.choice(HALF_SPREADS)
        fields: dict[str, Any] = {
            "seq": seq,
            "ts": at_ms(at),
            "symbol": random.choice(["SPY", "SPY", "SPY", "QQQ"]),
            "price_micros": mid + random.choice(lean),
            "size_micros": shares(random.choice(SIZES)),
            "bid_micros": mid - half,
            "ask_micros": mid + half,
            "off_exchange": random.random() < 0.8,
        }
        found.append(equity_print(**(fields | (random.choice(_ODD) if hostile else {}))))
    return found
