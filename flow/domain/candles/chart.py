"""The newest windows of one symbol from its stored bars, read from the newest back.

Stored are 1 s and 1 min; every longer interval is rolled up here, at read.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec

from flow.domain.candles.bar import Bar
from flow.domain.candles.rollup import TRADING_SESSIONS, daily, day_span, roll_up
from flow.domain.sessions import Calendar, Session
from flow.domain.units import SECOND_US

DAY_S = 86_400


class Interval(NamedTuple):
    """One length on offer, and the stored bars that it is made of. A day is a trading day."""

    name: str
    seconds: int
    base_s: int


INTERVALS = {
    interval.name: interval
    for interval in (
        Interval("1s", 1, 1),
        Interval("1m", 60, 60),
        Interval("5m", 300, 60),
        Interval("15m", 900, 60),
        Interval("1h", 3_600, 60),
        Interval("1d", DAY_S, 60),
    )
}


class Wanted(NamedTuple):
    """What a reader asks for: windows that begin in [start, end), at most `limit` of them.

    `extended`: pre and post market too. Units: microseconds.
    """

    interval: Interval
    limit: int
    start: int
    end: int
    extended: bool

    @property
    def base_end(self) -> int:
        """Return the end of the stored bars that these windows may hold."""
        longest = 2 * DAY_S if self.interval.seconds == DAY_S else self.interval.seconds
        return self.end + longest * SECOND_US


class Chart(NamedTuple):
    """Windows by their start, oldest first; `has_more`: there are older ones in the range."""

    bars: list[Bar]
    has_more: bool


def chart(newest_first: Iterable[Bar], wanted: Wanted, calendar: Calendar, *, most: int) -> Chart:
    """Return the newest windows that were asked for, each whole or not at all.

    Shape: `newest_first` holds stored bars of one symbol, feed and base interval in falling order
    of their start, all revisions. No more than `most` of them are looked at: what they end within
    is left out, and `has_more` says so.
    """
    kept: list[Bar] = []
    seen: set[int] = set()
    last: int | None = None
    has_more = False
    for count, bar in enumerate(newest_first):
        start = _window(bar, wanted, calendar)
        if start is None or start >= wanted.end:
            continue
        if start < wanted.start:
            break
        if count >= most:
            kept = [each for each in kept if _window(each, wanted, calendar) != last]
            has_more = True
            break
        if start not in seen and len(seen) == wanted.limit:
            has_more = True
            break
        seen.add(start)
        last = start
        kept.append(bar)
    return Chart(_rolled(kept, wanted, calendar), has_more)


def settled(
    bars: Iterable[Bar], is_final: Callable[[int, int], bool], calendar: Calendar
) -> list[Bar]:
    """Return rolled bars, those marked as forming whose window is not final from start to end.

    A day ends with its post market: reports of the closing auction come after the close.
    """
    return [
        msgspec.structs.replace(bar, final=bar.final and is_final(bar.ts, _end(bar, calendar)))
        for bar in bars
    ]


def _window(bar: Bar, wanted: Wanted, calendar: Calendar) -> int | None:
    """Return where the window of a stored bar begins, None where it belongs to none."""
    if not wanted.extended and bar.session != Session.REGULAR:
        return None
    if wanted.interval.seconds < DAY_S:
        return bar.ts - bar.ts % (wanted.interval.seconds * SECOND_US)
    if bar.session not in TRADING_SESSIONS:
        return None
    day = calendar.locate(bar.ts)[1]
    if calendar.open_of(day) is None:
        return None
    return day_span(calendar, day, extended=wanted.extended)[0]


def _rolled(bars: list[Bar], wanted: Wanted, calendar: Calendar) -> list[Bar]:
    if wanted.interval.seconds == DAY_S:
        return daily(bars, calendar, extended=wanted.extended)
    return roll_up(bars, wanted.interval.seconds, extended=wanted.extended)


def _end(bar: Bar, calendar: Calendar) -> int:
    if bar.interval_s <= 3_600:
        return bar.ts + bar.interval_s * SECOND_US
    return day_span(calendar, calendar.locate(bar.ts)[1], extended=True)[1]
