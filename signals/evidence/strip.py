"""The small picture of a packet: each member's price between its frozen bid and ask, over time."""

from collections.abc import Sequence
from dataclasses import dataclass

from flow.domain.units import from_datetime
from flow.storage.pages import PrintRow
from flow.templatetags import flow_format as fmt

WIDTH, HEIGHT, MARGIN = 480, 96, 8
MAX_MARKS = 200


@dataclass(frozen=True, slots=True)
class Mark:
    """One member: where it stands, its quote's bar, and its size as a radius."""

    x: int
    y: int
    radius: int
    side: int
    bid_y: int | None
    ask_y: int | None
    words: str


@dataclass(frozen=True, slots=True)
class Strip:
    """The picture with its labels. Area of a mark is proportional to its contracts."""

    width: int
    height: int
    marks: list[Mark]
    top: str
    bottom: str
    span: str
    left_out: int


def build_strip(members: Sequence[PrintRow]) -> Strip | None:
    """Return the picture of a packet's members; None without any."""
    if not members:
        return None
    shown = members[:MAX_MARKS]
    prices = [p for row in shown for p in (row.price_micros, row.bid_micros, row.ask_micros) if p]
    low, high = min(prices), max(prices)
    first, last = from_datetime(shown[0].ts), from_datetime(shown[-1].ts)
    biggest = max(row.size for row in shown)

    def y_of(micros: int) -> int:
        room = HEIGHT - 2 * MARGIN
        return HEIGHT // 2 if high == low else MARGIN + room * (high - micros) // (high - low)

    def x_of(ts: int) -> int:
        room = WIDTH - 4 * MARGIN
        return WIDTH // 2 if last == first else 2 * MARGIN + room * (ts - first) // (last - first)

    marks = [
        Mark(
            x=x_of(from_datetime(row.ts)),
            y=y_of(row.price_micros),
            radius=max(2, round(8 * (row.size / biggest) ** 0.5)),
            side=row.side,
            bid_y=None if row.bid_micros is None else y_of(row.bid_micros),
            ask_y=None if not row.ask_micros else y_of(row.ask_micros),
            words=f"{fmt.et_time(row.ts)}: {row.size:,} at {fmt.price(row.price_micros)}, "
            f"{fmt.side_words(row.side)}",
        )
        for row in shown
    ]
    return Strip(
        width=WIDTH,
        height=HEIGHT,
        marks=marks,
        top=fmt.price(high),
        bottom=fmt.price(low),
        span=fmt.age(last - first),
        left_out=len(members) - len(shown),
    )
