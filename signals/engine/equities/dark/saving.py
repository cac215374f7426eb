"""The state as bytes and back. Equal states give equal bytes, so two copies can be compared."""

from collections.abc import Iterator
from heapq import heapify

import msgspec

from signals.engine.equities.dark.evidence import Entry
from signals.engine.equities.dark.state import (
    DARK_STATE_VERSION,
    Block,
    DarkState,
    Held,
    SideWindow,
    Symbol,
    Timer,
    Zone,
)
from signals.engine.parameter import Value
from signals.engine.records import ENGINE_VERSION
from signals.engine.state import StateError
from signals.engine.windows import Packed, pack, unpack


class _SavedSymbol(msgspec.Struct, array_like=True, gc=False):
    name: str
    session_date: int
    buys: SideWindow
    sells: SideWindow
    blocks: list[Block]
    decided: list[Block]
    zones: list[Zone]
    loose: list[Entry]
    mids: list[tuple[int, int]]
    seen: dict[bytes, int]
    seen_from: int
    blind_date: int


class _Saved(msgspec.Struct):
    version: int
    engine: str
    watermark: int
    session_date: int
    pinned: bool
    switched: bool
    revision: int
    revisions: dict[int, dict[str, Value]]
    declared: bool | None
    saw_off_exchange: bool
    pending: list[Held]
    timers: list[Timer]
    symbols: list[_SavedSymbol]
    usual: Packed
    counters: dict[str, int]


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(_Saved)


def encode_state(state: DarkState) -> bytes:
    """Return the state as MessagePack bytes."""
    ordered = sorted(state.symbols.items())
    saved = _Saved(
        version=DARK_STATE_VERSION,
        engine=ENGINE_VERSION,
        watermark=state.watermark,
        session_date=state.session_date,
        pinned=state.rulings.pinned,
        switched=state.rulings.switched,
        revision=state.rulings.current,
        revisions=state.rulings.saved(set(_referred(state))),
        declared=state.declared,
        saw_off_exchange=state.saw_off_exchange,
        pending=state.pending,
        timers=sorted(state.timers),
        symbols=[_save_symbol(name, symbol) for name, symbol in ordered],
        usual=pack(symbol.usual for _, symbol in ordered),
        counters=state.counters,
    )
    return _ENCODER.encode(saved)


def _save_symbol(name: str, symbol: Symbol) -> _SavedSymbol:
    return _SavedSymbol(
        name, symbol.session_date, symbol.buys, symbol.sells, symbol.blocks,
        symbol.decided, symbol.zones, symbol.loose,
        symbol.mids, symbol.seen, symbol.seen_from, symbol.blind_date,
    )  # fmt: skip


def _referred(state: DarkState) -> Iterator[int]:
    """Return every revision that something in the state was opened under."""
    yield from (revision for _, _, revision, _ in state.pending)
    for symbol in state.symbols.values():
        yield from (block.head.revision for block in (*symbol.blocks, *symbol.decided))
        yield from (zone.head.revision for zone in symbol.zones)
        for side in (symbol.buys, symbol.sells):
            if side.episode:
                yield side.episode.head.revision


def decode_state(encoded: bytes) -> DarkState:
    """Return the state of `encode_state`'s bytes.

    Errors: StateError for bytes of another version or engine, or that are no state at all.
    """
    try:
        saved = _DECODER.decode(encoded)
    except msgspec.MsgspecError as error:
        raise StateError(f"unreadable ({error})", version=DARK_STATE_VERSION) from error
    if saved.version != DARK_STATE_VERSION or saved.engine != ENGINE_VERSION:
        received = f"version {saved.version} of engine {saved.engine}"
        raise StateError(received, version=DARK_STATE_VERSION)
    state = DarkState(pinned=saved.pinned, off_exchange=saved.declared)
    state.watermark, state.session_date = saved.watermark, saved.session_date
    state.rulings.restore(saved.revisions, saved.revision)
    state.rulings.switched = saved.switched
    state.saw_off_exchange = saved.saw_off_exchange
    state.pending, state.timers = saved.pending, saved.timers
    heapify(state.timers)
    for each, usual in zip(saved.symbols, unpack(saved.usual), strict=True):
        symbol = state.symbols[each.name] = Symbol(each.session_date)
        symbol.usual = usual
        symbol.buys, symbol.sells = each.buys, each.sells
        symbol.blocks, symbol.decided, symbol.zones = each.blocks, each.decided, each.zones
        symbol.loose = each.loose
        symbol.mids, symbol.seen, symbol.seen_from = each.mids, each.seen, each.seen_from
        symbol.blind_date = each.blind_date
    state.counters = saved.counters
    return state
