"""Trading sessions: which session and trade date an instant belongs to, and days to expiry.

The rows come from the calendar table as input; only the hours around them that no calendar lists
(pre-market, post-market, index overnight hours) are derived here.
"""

import bisect
import enum
from collections.abc import Iterable
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from flow.domain.units import from_datetime, to_datetime

NEW_YORK = ZoneInfo("America/New_York")

# Source: options-engine.md errata 21 (index Global Trading Hours 20:15 to 09:25 Eastern); equity
# extended hours 04:00 to 20:00 Eastern as the SIPs run them.
PRE_OPENS = time(4)
POST_CLOSES = time(20)
GTH_OPENS = time(20, 15)
GTH_CLOSES = time(9, 25)
# Into most exchange holidays there is such a session too, to 11:30 of the holiday; it belongs to
# the next business day (errata 21). A print proves that there was one, so no list of them is kept.
# Source: SEC release 34-94253 (Cboe's holiday sessions, since 2022). Rows that are further apart
# than the closure of September 2001 are rows that are missing.
GTH_HOLIDAY_CLOSES = time(11, 30)
LONGEST_CLOSURE_DAYS = 7
# How much longer than the stocks index options and some ETF options trade, on half days too.
# Source: spec/libraries.md section 2 (CBOE_Index_Options: 16:15, and 13:15 on half days).
LATE_CLOSE_US = 15 * 60 * 1_000_000
_HOUR_US = 3_600_000_000


class Session(enum.IntEnum):
    """Part of the trading day. Permanent numbers."""

    CLOSED = 0
    PRE = 1
    REGULAR = 2
    POST = 3
    GTH = 4


class SessionDay(msgspec.Struct, frozen=True):
    """One row of the calendar: `date` is the trade date's ordinal, times in microseconds.

    REGULAR rows make the trading day. PRE, POST and GTH rows are optional: they replace what is
    derived for their date.
    """

    date: int
    open_us: int
    close_us: int
    kind: int = Session.REGULAR


class _Segment(msgspec.Struct, frozen=True, gc=False):
    start_us: int
    end_us: int
    found: tuple[Session, int]


class Calendar:
    """Answers for any instant, fast: the segment of the last answer is asked first."""

    def __init__(self, days: Iterable[SessionDay]) -> None:
        """Derive the segments of every trading day.

        Errors: ValueError for a row that ends before it starts.
        """
        rows = sorted(days, key=lambda row: (row.date, row.kind))
        for row in rows:
            if row.close_us <= row.open_us:
                raise ValueError(f"session of {date.fromordinal(row.date)} closes before it opens")
        explicit = {(row.date, Session(row.kind)): row for row in rows}
        regular = [row for row in rows if row.kind == Session.REGULAR]
        self._open_of = {row.date: row.open_us for row in regular}
        self._close_of = {row.date: row.close_us for row in regular}
        self._dates = sorted(self._close_of)
        late = [_late(row) for row in regular]
        self._tracks = (
            _track(regular, explicit, gth=False),
            _track(late, explicit, gth=False),
            _track(late, explicit, gth=True),
        )
        self._last: list[_Segment] = [_NOWHERE, _NOWHERE, _NOWHERE]

    def locate(
        self, ts_us: int, *, gth: bool = False, late_close: bool = False
    ) -> tuple[Session, int]:
        """Return the session and the trade date's ordinal of an instant.

        `gth`: an index product, which trades overnight hours that belong to the next business day,
        and to 16:15. `late_close`: another product whose options trade to 16:15.
        Missing: outside every row it is CLOSED on the New York calendar date.
        """
        track = 2 if gth else 1 if late_close else 0
        last = self._last[track]
        if last.start_us <= ts_us < last.end_us:
            return last.found
        starts, segments = self._tracks[track]
        place = bisect.bisect_right(starts, ts_us) - 1
        if place >= 0 and ts_us < segments[place].end_us:
            self._last[track] = segments[place]
            return segments[place].found
        return Session.CLOSED, new_york_date(ts_us)

    def dte(self, session_date: int, expiry_ordinal: int) -> int | None:
        """Return calendar days from trade date to expiry, 0 on expiry day, None once expired."""
        days = expiry_ordinal - session_date
        return days if days >= 0 else None

    def open_of(self, day: int) -> int | None:
        """Return the regular open of a trade date, None where it is no trading day."""
        return self._open_of.get(day)

    def close_of(self, day: int) -> int | None:
        """Return the regular close of a trade date, None where it is no trading day."""
        return self._close_of.get(day)

    def trading_close_of(
        self, day: int, *, late_close: bool = False, expires: bool = False
    ) -> int | None:
        """Return when options stop trading, None where it is no trading day.

        `expires`: an index series that settles at the close, on its last day, stops with the
        stocks (options errata 22); an ETF's does not, so do not pass it for one.
        """
        close = self._close_of.get(day)
        if close is None or expires or not late_close:
            return close
        return close + LATE_CLOSE_US

    def next_trading_day(self, day: int) -> int | None:
        """Return the first trading day after a date, None beyond the rows."""
        place = bisect.bisect_right(self._dates, day)
        return self._dates[place] if place < len(self._dates) else None

    def trading_day_up_to(self, day: int) -> int | None:
        """Return the last trading day at or before a date, None for a date beyond the rows."""
        if not self._dates or day > self._dates[-1]:
            return None
        place = bisect.bisect_right(self._dates, day)
        return self._dates[place - 1] if place else None

    def sessions_between(self, from_date: int, to_date: int) -> int:
        """Return the trading days in (from, to], 0 where `to` is not later.

        Missing: beyond the rows every weekday counts as a trading day.
        """
        return max(0, self._days_up_to(to_date) - self._days_up_to(from_date))

    def _days_up_to(self, day: int) -> int:
        """Return trading days up to a date, counted from the first row (before it: negative)."""
        dates = self._dates
        if not dates:
            return weekdays_up_to(day)
        if day < dates[0]:
            return weekdays_up_to(day) - weekdays_up_to(dates[0] - 1)
        beyond = weekdays_up_to(day) - weekdays_up_to(dates[-1]) if day > dates[-1] else 0
        return bisect.bisect_right(dates, day) + beyond


_NOWHERE = _Segment(0, 0, (Session.CLOSED, 0))


def new_york_date(ts_us: int) -> int:
    """Return the ordinal of the New York calendar date of an instant."""
    # Offsets change on the hour, so one answer holds for a UTC hour (New York is whole hours away).
    return _date_of_hour(ts_us // _HOUR_US)


@lru_cache(maxsize=4_096)
def _date_of_hour(hour: int) -> int:
    return to_datetime(hour * _HOUR_US).astimezone(NEW_YORK).toordinal()


def weekdays_up_to(day: int) -> int:
    """Return the weekdays with an ordinal of 1 to `day` (ordinal 1 was a Monday)."""
    weeks, rest = divmod(day, 7)
    return 5 * weeks + min(rest, 5)


@lru_cache(maxsize=4_096)  # of few days and hours, asked for every event
def at_new_york(day: int, wall: time) -> int:
    """Return the instant of a New York wall time on a date's ordinal."""
    return from_datetime(datetime.combine(date.fromordinal(day), wall, NEW_YORK))


def _track(
    regular: list[SessionDay], explicit: dict[tuple[int, Session], SessionDay], *, gth: bool
) -> tuple[list[int], list[_Segment]]:
    segments: list[_Segment] = []
    before = None
    for row in regular:
        parts = []
        if gth:
            told = explicit.get((row.date, Session.GTH))
            parts = [told] if told else [*_holiday_sessions(before, row), _overnight(row)]
        parts += [
            explicit.get((row.date, Session.PRE)) or _derived(row, Session.PRE),
            row,
            explicit.get((row.date, Session.POST)) or _derived(row, Session.POST),
        ]
        _append(segments, parts)
        before = row
    return [segment.start_us for segment in segments], segments


def _late(row: SessionDay) -> SessionDay:
    return SessionDay(row.date, row.open_us, row.close_us + LATE_CLOSE_US, row.kind)


def _append(segments: list[_Segment], parts: list[SessionDay]) -> None:
    """Add one day's parts in order; an earlier part wins where two overlap, except the open."""
    for part in parts:
        start = max(part.open_us, segments[-1].end_us if segments else part.open_us)
        if part.kind == Session.REGULAR:
            start = part.open_us
            if segments and segments[-1].end_us > start:
                last = segments.pop()
                segments.append(_Segment(last.start_us, start, last.found))
        if start < part.close_us:
            segments.append(_Segment(start, part.close_us, (Session(part.kind), part.date)))


def _derived(row: SessionDay, kind: Session) -> SessionDay:
    if kind is Session.POST:
        return SessionDay(
            row.date, row.close_us, max(at_new_york(row.date, POST_CLOSES), row.close_us), 3
        )
    return SessionDay(row.date, min(at_new_york(row.date, PRE_OPENS), row.open_us), row.open_us, 1)


def _overnight(row: SessionDay) -> SessionDay:
    closes = min(at_new_york(row.date, GTH_CLOSES), row.open_us)
    return SessionDay(row.date, at_new_york(row.date - 1, GTH_OPENS), closes, Session.GTH)


def _holiday_sessions(before: SessionDay | None, row: SessionDay) -> list[SessionDay]:
    """Return the overnight sessions into each holiday between two trading days, of the later."""
    if before is None or row.date - before.date > LONGEST_CLOSURE_DAYS:
        return []
    return [
        SessionDay(
            row.date,
            at_new_york(day - 1, GTH_OPENS),
            at_new_york(day, GTH_HOLIDAY_CLOSES),
            Session.GTH,
        )
        for day in range(before.date + 1, row.date)
        if weekdays_up_to(day) != weekdays_up_to(day - 1)
    ]
