"""What a stamp takes from quotes: that of the contract, and the underlying at a print."""

import msgspec


class Spot(msgspec.Struct, frozen=True, gc=False):
    """The underlying's quote and moves at one print."""

    bid: int | None = None
    ask: int | None = None
    ts: int | None = None
    seq: int | None = None
    move_60s: float | None = None
    move_5m: float | None = None
    move_5m_z: float | None = None
    flags: int = 0


class Quoted(msgspec.Struct, frozen=True, gc=False):
    """What a print takes from its as-of quote, where there is none."""

    bid_micros: int | None = None
    ask_micros: int | None = None
    bid_size: int | None = None
    ask_size: int | None = None


class Standing(msgspec.Struct, frozen=True, gc=False):
    """The spot of every print from `first` to `last`, until the underlying's next quote."""

    first: int
    last: int
    spot: Spot


NO_SPOT = Spot()
NO_ENTRY: tuple[None, None, Quoted] = (None, None, Quoted())
