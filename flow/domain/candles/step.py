"""The step of the candles: entries of an equity print stream in, base bars of 1 s and 1 min out.

Live, import and replay run it alike. Only clock entries and session closes move the watermark; they
decide when a bar is given, never what is in it.
"""

from collections.abc import Iterable

import msgspec

from flow.domain.candles.bar import Bar
from flow.domain.candles.member import STRIDE, bar_of, find, marks_of, place_of
from flow.domain.candles.state import CandleParams, CandleState, Key
from flow.domain.events import Control, StampedEquityPrint
from flow.domain.sessions import Session
from flow.domain.units import MINUTE_US, SECOND_US

_INTERVALS = (SECOND_US, MINUTE_US)


def advance(state: CandleState, entries: Iterable[StampedEquityPrint | Control]) -> list[Bar]:
    """Take the next entries of the log and return the bars that became final or were revised.

    Changes and owns `state`. Any split of the log into calls gives the same bars. A bar is final at
    the first clock that lies `candle_lateness_ms` behind its end; what comes later within
    `candle_revision_horizon_ms` gives the whole bar again at the next clock, with rev + 1.
    Errors: none for market data; what changes no bar is counted.
    Source: platform.md 3.2; platform-errata.md 9, 26, 30.
    """
    bars: list[Bar] = []
    for entry in entries:
        if isinstance(entry, StampedEquityPrint):
            _take_print(state, entry)
        elif entry.kind == "clock":
            _take_clock(state, entry, bars, None)
        elif entry.kind == "session_close":
            _take_clock(state, entry, bars, entry.ts)
        elif entry.kind == "tuning" and not state.pinned:
            _take_tuning(state, entry)
    return bars


def _take_print(state: CandleState, print_: StampedEquityPrint) -> None:
    at, session = place_of(print_, state.calendar)
    marks = marks_of(print_, session)
    if not marks:
        state.counters["no_trade"] += 1
        return
    if at < state.floor:
        state.counters["late"] += 1
        state.late[print_.symbol] = state.late.get(print_.symbol, 0) + 1
        return
    state.counters["binned"] += 1
    members = state.second(at, (print_.symbol, session)).members
    members.extend((print_.ts, print_.seq, print_.price_micros, print_.size_micros, marks))


def withdraw(state: CandleState, print_: StampedEquityPrint) -> bool:
    """Take a print back that was cancelled or corrected; its bars come again at the next clock.

    Shape: the print as the log holds it; a correction is this and the corrected print, as an entry.
    Missing: a print that is in no window (beyond the horizon, no trade, unknown) changes nothing,
    is counted and gives False.
    Source: platform.md 3.2 C8. No entry of the log names a cancelled equity print yet.
    """
    at, session = place_of(print_, state.calendar)
    key = (print_.symbol, session)
    minute = state.minutes.get(at - at % MINUTE_US, {}).get(key)
    second = minute.seconds.get(at - at % SECOND_US) if minute else None
    found = find(second.members, print_.ts, print_.seq) if second else None
    if minute is None or second is None or found is None:
        state.counters["unknown_withdrawal"] += 1
        return False
    state.counters["withdrawn"] += 1
    del second.members[found : found + STRIDE]
    state.mark(at, key, minute, second)
    return True


def forming(state: CandleState, symbol: str) -> list[Bar]:
    """Return the bars of a symbol that the next clocks will give, as they stand: never rows.

    Shape: by (interval, start, session); `final` is false, `rev` the one that is to come.
    """
    found = [
        (interval, start, (symbol, int(session)))
        for interval, dirty in zip(_INTERVALS, _dirty(state), strict=True)
        for start, keys in sorted(dirty.items())
        for session in Session
        if (symbol, session) in keys
    ]
    return [
        msgspec.structs.replace(bar, final=False)
        for interval, start, key in found
        if (bar := _bar(state, interval, start, key, cause_seq=0, ordinal=0)) is not None
    ]


def _take_clock(state: CandleState, entry: Control, bars: list[Bar], close_ts: int | None) -> None:
    """Give what is final at the new watermark, and everything up to a close, in final order."""
    state.watermark = max(state.watermark, entry.ts)
    ordinal = 0
    for _, interval, start, key in _take_ready(state, close_ts):
        bar = _bar(state, interval, start, key, cause_seq=entry.seq, ordinal=ordinal)
        _settle(state, interval, start, key, given=bar is not None)
        if bar is not None:
            bars.append(bar)
            ordinal += 1
    state.forget_old()


def _take_ready(state: CandleState, close_ts: int | None) -> list[tuple[int, int, int, Key]]:
    """Take the windows that are final now out of the dirty ones: (end, interval, start, key)."""
    limit = state.watermark - state.lateness_us()
    ready: list[tuple[int, int, int, Key]] = []
    for interval, dirty in zip(_INTERVALS, _dirty(state), strict=True):
        for start in list(dirty):
            if start + interval <= limit or (close_ts is not None and start <= close_ts):
                ready += [(start + interval, interval, start, key) for key in dirty.pop(start)]
    ready.sort()
    return ready


def _dirty(state: CandleState) -> tuple[dict[int, dict[Key, None]], dict[int, dict[Key, None]]]:
    return state.dirty_seconds, state.dirty_minutes


def _bar(
    state: CandleState, interval: int, start: int, key: Key, *, cause_seq: int, ordinal: int
) -> Bar | None:
    """Return the next revision of a window; None where all its prints left before the first."""
    minute = state.minutes[start - start % MINUTE_US][key]
    window = minute if interval == MINUTE_US else minute.seconds[start]
    members = window.members
    if window.rev < 0 and not members:
        return None
    return bar_of(
        members, symbol=key[0], session=key[1], ts=start, interval_s=interval // SECOND_US,
        rev=window.rev + 1, cause_seq=cause_seq, ordinal=ordinal, source=state.source,
    )  # fmt: skip


def _settle(state: CandleState, interval: int, start: int, key: Key, *, given: bool) -> None:
    minute = state.minutes[start - start % MINUTE_US][key]
    window = minute if interval == MINUTE_US else minute.seconds[start]
    window.clean = True
    window.rev += given


def _take_tuning(state: CandleState, entry: Control) -> None:
    """Take a revision's values from here on; what does not fit leaves the last good ones."""
    try:
        state.params = msgspec.convert(entry.payload.get("values"), CandleParams)
    except (msgspec.ValidationError, ValueError):
        state.counters["tuning_rejected"] += 1
