"""The step of the candles: entries of an equity print stream in, base bars of 1 s and 1 min out.

Live, import and replay run it alike. Only clock entries and session closes move the watermark; they
decide when a bar is given, never what is in it.
"""

from array import array
from collections.abc import Iterable

import msgspec

from flow.domain.candles.bar import Bar
from flow.domain.candles.member import STRIDE, bar_of, find, marks_of, name_of, place_of
from flow.domain.candles.state import (
    CandleParams,
    CandleState,
    Dirty,
    Key,
    Minute,
    Second,
)
from flow.domain.events import Control, PrintFlag, StampedEquityPrint
from flow.domain.sessions import Session
from flow.domain.units import MINUTE_US, SECOND_US

_INTERVALS = (SECOND_US, MINUTE_US)
_CANCEL = int(PrintFlag.CANCEL)


def advance(state: CandleState, entries: Iterable[StampedEquityPrint | Control]) -> list[Bar]:
    """Take the next entries of the log and return the bars that became final or were revised.

    Changes and owns `state`. Any split of the log into calls gives the same bars. A bar is final at
    the first clock that lies `candle_lateness_ms` behind its end; what comes later within
    `candle_revision_horizon_ms` gives the whole bar again at the next clock, with rev + 1.
    A print that names another (`corrects`) takes it back, or stands in its place.
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
    if print_.corrects is not None:
        if print_.flags & _CANCEL:
            withdraw(state, print_.symbol, print_.corrects)
        else:
            _correct(state, print_)
        return
    at, session = place_of(print_, state.calendar)
    marks = marks_of(print_, session, print_.ts)
    if not marks:
        state.counters["no_trade"] += 1
        return
    if state.is_over(at, (print_.symbol, session)):
        state.counters["late"] += 1
        state.late[print_.symbol] = state.late.get(print_.symbol, 0) + 1
        return
    state.counters["binned"] += 1
    members = state.second(at, (print_.symbol, session)).members
    name = name_of(print_.uid)
    members.extend((print_.ts, print_.seq, print_.price_micros, print_.size_micros, marks, name))


def withdraw(state: CandleState, symbol: str, uid: bytes) -> bool:
    """Take a print back by its identity; its bars come again at the next clock.

    Missing: a print that is in no window (beyond the horizon, no trade, unknown) changes nothing,
    is counted and gives False.
    Source: platform.md 3.2 C8.
    """
    found = _found(state, symbol, uid)
    if found is None:
        state.counters["unknown_withdrawal"] += 1
        return False
    at, key, minute, second, place = found
    state.counters["withdrawn"] += 1
    del second.members[place : place + STRIDE]
    state.mark(at, key, minute, second)
    return True


def _correct(state: CandleState, print_: StampedEquityPrint) -> None:
    """Let a print stand in the place of the one that it corrects: same window, same order.

    A correction of what is in no window changes nothing: its trade is as old as that one.
    """
    found = _found(state, print_.symbol, print_.corrects or b"")
    if found is None:
        state.counters["unknown_withdrawal"] += 1
        return
    at, key, minute, second, place = found
    members = second.members
    reported, *_, replaced, name = members[place : place + STRIDE]
    marks = marks_of(print_, key[1], reported, replaced)
    state.counters["corrected"] += 1
    if marks:
        told = (print_.price_micros, print_.size_micros, marks)
        members[place + 2 : place + STRIDE - 1] = array("q", told)
        minute.names[name_of(print_.uid)] = name
    else:
        del members[place : place + STRIDE]
    state.mark(at, key, minute, second)


def _found(
    state: CandleState, symbol: str, uid: bytes
) -> tuple[int, Key, Minute, Second, int] | None:
    """Return the window of a print and its place there, by any name that it had."""
    told = name_of(uid)
    for minutes in state.minutes.values():
        for key, minute in minutes.items():
            if key[0] == symbol:
                name = minute.names.get(told, told)
                for start, second in minute.seconds.items():
                    place = find(second.members, name)
                    if place is not None:
                        return start, key, minute, second, place
    return None


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
    before, state.watermark = state.watermark, max(state.watermark, entry.ts)
    ordinal = 0
    for _, interval, start, key in _take_ready(state, close_ts):
        bar = _bar(state, interval, start, key, cause_seq=entry.seq, ordinal=ordinal)
        _settle(state, interval, start, key, given=bar is not None)
        if bar is not None:
            bars.append(bar)
            ordinal += 1
    state.forget_old(before)


def _take_ready(state: CandleState, close_ts: int | None) -> list[tuple[int, int, int, Key]]:
    """Take the windows that are final now out of the dirty ones: (end, interval, start, key)."""
    soonest = state.watermark - min(each.lateness_us for each in state.rulings.values())
    ready: list[tuple[int, int, int, Key]] = []
    for interval, dirty in zip(_INTERVALS, _dirty(state), strict=True):
        for start in list(dirty):
            is_closed = close_ts is not None and start <= close_ts
            if is_closed or start + interval <= soonest:
                ready += [
                    (start + interval, interval, start, key)
                    for key in _take_keys(state, interval, start, dirty, whole=is_closed)
                ]
    ready.sort()
    return ready


def _take_keys(
    state: CandleState, interval: int, start: int, dirty: Dirty, *, whole: bool
) -> Iterable[Key]:
    """Take the keys of a start whose own revision's lateness has passed."""
    if whole or len(state.rulings) == 1:
        return dirty.pop(start)
    latest = state.watermark - start - interval
    found = [
        key
        for key in dirty[start]
        if state.rulings[state.window(interval, start, key).revision].lateness_us <= latest
    ]
    for key in found:
        del dirty[start][key]
    if not dirty[start]:
        del dirty[start]
    return found


def _dirty(state: CandleState) -> tuple[Dirty, Dirty]:
    return state.dirty_seconds, state.dirty_minutes


def _bar(
    state: CandleState, interval: int, start: int, key: Key, *, cause_seq: int, ordinal: int
) -> Bar | None:
    """Return the next revision of a window; None where all its prints left before the first."""
    window = state.window(interval, start, key)
    members = window.members
    if window.rev < 0 and not members:
        return None
    return bar_of(
        members, symbol=key[0], session=key[1], ts=start, interval_s=interval // SECOND_US,
        rev=window.rev + 1, cause_seq=cause_seq, ordinal=ordinal, source=state.source,
        tuning_revision=window.revision,
    )  # fmt: skip


def _settle(state: CandleState, interval: int, start: int, key: Key, *, given: bool) -> None:
    window = state.window(interval, start, key)
    window.clean = True
    window.rev += given


def _take_tuning(state: CandleState, entry: Control) -> None:
    """Put a revision in force: windows opened from here on are its own, open ones stay with theirs.

    What does not fit leaves the last good one.
    """
    revision = entry.payload.get("revision")
    try:
        params = msgspec.convert(entry.payload.get("values"), CandleParams)
    except (msgspec.ValidationError, ValueError):
        state.counters["tuning_rejected"] += 1
        return
    if not isinstance(revision, int):
        state.counters["tuning_rejected"] += 1
        return
    if not state.minutes:
        state.rulings.clear()
    state.rulings[revision] = params
    state.revision = revision
