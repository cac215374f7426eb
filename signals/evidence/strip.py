"""The small pictures of a packet: each member's price between its frozen bid and ask, over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from flow.domain.units import from_datetime
from flow.storage.pages import PrintRow
from flow.templatetags import flow_format as fmt

WIDTH, HEIGHT, MARGIN = 480, 96, 8
MAX_MARKS = 200
MAX_STRIPS = 4


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
    """The picture of one contract with its labels. Area of a mark is proportional to contracts."""

    contract: str
    width: int
    height: int
    marks: list[Mark]
    top: str
    bottom: str
    span: str
    left_out: int


@dataclass(frozen=True, slots=True)
class _Scale:
    """What the strips of one packet share: time, and how large a mark is."""

    first: int
    last: int
    biggest: int

    def x(self, ts: int) -> int:
        room, span = WIDTH - 4 * MARGIN, self.last - self.first
        return 2 * MARGIN + room * (ts - self.first) // span if span else WIDTH // 2

    def radius(self, size: int) -> int:
        return max(2, round(8 * sqrt(size / self.biggest)))


def build_strips(members: Sequence[PrintRow]) -> list[Strip]:
    """Return one picture for each contract of a packet, in the order of their first prints.

    Prices of different contracts share no axis; time and size do. None without members, and none
    for more legs than fit: their table is easier to read.
    """
    shown = members[:MAX_MARKS]
    legs: dict[str, list[PrintRow]] = {}
    for row in shown:
        legs.setdefault(row.contract, []).append(row)
    if not 0 < len(legs) <= MAX_STRIPS:
        return []
    moments = [from_datetime(row.ts) for row in shown]
    scale = _Scale(min(moments), max(moments), max(row.size for row in shown))
    left_out = len(members) - len(shown)
    return [_strip(contract, rows, scale, left_out) for contract, rows in legs.items()]


def _strip(contract: str, rows: Sequence[PrintRow], scale: _Scale, left_out: int) -> Strip:
    prices = [p for row in rows for p in (row.price_micros, row.bid_micros, row.ask_micros) if p]
    low, high = min(prices), max(prices)

    def y_of(micros: int) -> int:
        room = HEIGHT - 2 * MARGIN
        return HEIGHT // 2 if high == low else MARGIN + room * (high - micros) // (high - low)

    marks = [
        Mark(
            x=scale.x(from_datetime(row.ts)),
            y=y_of(row.price_micros),
            radius=scale.radius(row.size),
            side=row.side,
            bid_y=None if row.bid_micros is None else y_of(row.bid_micros),
            ask_y=None if not row.ask_micros else y_of(row.ask_micros),
            words=f"{fmt.et_time(row.ts)}: {row.size:,} at {fmt.price(row.price_micros)}, "
            f"{fmt.side_words(row.side)}",
        )
        for row in rows
    ]
    return Strip(
        contract=fmt.contract_text(contract),
        width=WIDTH,
        height=HEIGHT,
        marks=marks,
        top=fmt.price(high),
        bottom=fmt.price(low),
        span=fmt.age(scale.last - scale.first),
        left_out=left_out,
    )
