"""Golden G3 of platform.md 3 in the order of arrival, and its window W."""

from flow.domain.candles.bar import Bar
from tests.support.candle_builders import B, minutes, trade

# (offset ms, price, size, seq)
G3 = [
    trade(1_000, 100, 10, 1),
    trade(59_900, 101, 20, 2),
    trade(59_900, 99.5, 5, 3),
    trade(60_100, 102, 7, 4),
    trade(59_950, 103, 9, 5),
    trade(62_200, 101.5, 3, 6),
    trade(59_990, 98, 50, 7),
]


def only_w(bars: list[Bar]) -> list[Bar]:
    return [bar for bar in minutes(bars) if bar.ts == B]
