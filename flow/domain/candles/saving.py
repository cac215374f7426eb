"""The candles' state as bytes and back. Equal states give equal bytes on every machine."""

import struct
from array import array

import msgspec

from flow.domain.candles.bar import CANDLE_VERSION
from flow.domain.candles.member import Members
from flow.domain.candles.state import CandleParams, CandleState, Minute, Second
from flow.domain.sessions import Calendar

STATE_VERSION = 3


class CandleStateError(ValueError):
    """A saved state that these candles cannot continue."""

    def __init__(self, received: str) -> None:
        """Say what was received and what is expected."""
        self.received = received
        super().__init__(
            f"state is {received}; expected version {STATE_VERSION} of {CANDLE_VERSION}; "
            "compute again from the start of the session"
        )


class _SavedSecond(msgspec.Struct, array_like=True):
    start: int
    rev: int
    revision: int
    clean: bool
    members: bytes


class _SavedMinute(msgspec.Struct, array_like=True):
    start: int
    symbol: str
    session: int
    rev: int
    revision: int
    clean: bool
    names: list[tuple[int, int]]
    seconds: list[_SavedSecond]


class _Saved(msgspec.Struct):
    version: int
    candles: str
    pinned: bool
    revision: int
    rulings: dict[int, CandleParams]
    watermark: int
    floor: int
    counters: dict[str, int]
    late: list[tuple[str, int]]
    source: str
    minutes: list[_SavedMinute]


_DECODER = msgspec.msgpack.Decoder(_Saved)


def encode_candles(state: CandleState) -> bytes:
    """Return the state as MessagePack bytes."""
    saved = _Saved(
        version=STATE_VERSION,
        candles=CANDLE_VERSION,
        pinned=state.pinned,
        revision=state.revision,
        rulings=dict(sorted(state.rulings.items())),
        watermark=state.watermark,
        floor=state.floor,
        counters=state.counters,
        late=sorted(state.late.items()),
        source=state.source,
        minutes=[
            _SavedMinute(
                start,
                *key,
                minute.rev,
                minute.revision,
                minute.clean,
                sorted(minute.names.items()),
                _saved_seconds(minute),
            )
            for start, minutes in sorted(state.minutes.items())
            for key, minute in sorted(minutes.items(), key=lambda item: item[0])
        ],
    )
    return msgspec.msgpack.encode(saved)


def _saved_seconds(minute: Minute) -> list[_SavedSecond]:
    return [
        _SavedSecond(start, second.rev, second.revision, second.clean, _packed(second.members))
        for start, second in sorted(minute.seconds.items(), key=lambda item: item[0])
    ]


def _packed(members: Members) -> bytes:
    return struct.pack(f"<{len(members)}q", *members)


def decode_candles(encoded: bytes, calendar: Calendar | None = None) -> CandleState:
    """Return the state of `encode_candles`' bytes; `calendar` as for a new state.

    Errors: CandleStateError for bytes of another version, or that are no state at all.
    """
    try:
        saved = _DECODER.decode(encoded)
    except msgspec.MsgspecError as error:
        raise CandleStateError(f"unreadable ({error})") from error
    if saved.version != STATE_VERSION or saved.candles != CANDLE_VERSION:
        raise CandleStateError(f"version {saved.version} of {saved.candles}")
    state = CandleState(calendar=calendar, pinned=saved.pinned, source=saved.source)
    state.revision, state.rulings = saved.revision, saved.rulings
    state.watermark, state.floor = saved.watermark, saved.floor
    state.counters, state.late = saved.counters, dict(saved.late)
    for minute in saved.minutes:
        _restore(state, minute)
    return state


def _restore(state: CandleState, saved: _SavedMinute) -> None:
    """Open a saved minute again. Each window is dirty, or told, for itself."""
    key = (saved.symbol, saved.session)
    minute = state.minutes.setdefault(saved.start, {})[key] = Minute(saved.revision, saved.rev)
    minute.names.update(saved.names)
    if not saved.clean:
        state.mark_minute(saved.start, key, minute)
    for second in saved.seconds:
        values = array("q", struct.unpack(f"<{len(second.members) // 8}q", second.members))
        kept = minute.seconds[second.start] = Second(values, second.revision, second.rev)
        if not second.clean:
            state.mark_second(second.start, key, kept)
