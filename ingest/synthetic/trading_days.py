"""The trading days of the synthetic market by the exchanges' rules: the same on every machine.

A database's calendar may be newer on one machine than on another; these rows cannot. A test holds
them against the calendar that the product is loaded from.
"""

from collections.abc import Iterator
from datetime import date, time, timedelta
from functools import lru_cache

from flow.domain.sessions import Calendar, SessionDay, at_new_york, new_york_date

# The market's years, and those of the calendar: options are listed to the second January ahead, and
# open interest is of an evening before.
FIRST_YEAR, LAST_YEAR = 2020, 2036
_CALENDAR_FROM, _CALENDAR_TO = 2019, 2038
_OPEN, _CLOSE, _EARLY = time(9, 30), time(16), time(13)


@lru_cache(maxsize=1)
def trading_calendar() -> Calendar:
    """Return the regular sessions of all years."""
    return Calendar(session_days())


def check_instant(ts_us: int) -> None:
    """Refuse an instant outside the market's years. Errors: ValueError."""
    day = date.fromordinal(new_york_date(ts_us))
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(
            f"date is {day}; expected one of {FIRST_YEAR} to {LAST_YEAR}: the synthetic market"
            " knows the sessions of these years"
        )


def session_days() -> Iterator[SessionDay]:
    """Yield the regular session of every trading day, in order. Source: NYSE rules 7.2, 51."""
    for year in range(_CALENDAR_FROM, _CALENDAR_TO + 1):
        closed, short = _holidays(year), _early_closes(year)
        day = date(year, 1, 1)
        while day.year == year:
            if day.weekday() < 5 and day not in closed:
                number, close = day.toordinal(), _EARLY if day in short else _CLOSE
                yield SessionDay(number, at_new_york(number, _OPEN), at_new_york(number, close))
            day += timedelta(days=1)


def _holidays(year: int) -> set[date]:
    days = ((1, 1), (7, 4), (12, 25), *([(6, 19)] if year >= 2022 else []))
    fixed = [_observed(date(year, *day)) for day in days]
    fixed = [day for day in fixed if day.year == year and (day.month, day.day) != (12, 31)]
    return {
        *fixed,
        _nth(year, 1, 0, 3),  # Martin Luther King
        _nth(year, 2, 0, 3),  # Washington
        _easter(year) - timedelta(days=2),
        _nth(year, 6, 0, 1) - timedelta(days=7),  # Memorial: the last Monday of May
        _nth(year, 9, 0, 1),  # Labor
        _nth(year, 11, 3, 4),  # Thanksgiving
        *([date(2025, 1, 9)] if year == 2025 else []),  # mourning of a president
    }


def _early_closes(year: int) -> set[date]:
    closed = _holidays(year)
    found = {_nth(year, 11, 3, 4) + timedelta(days=1), date(year, 12, 24), date(year, 7, 3)}
    return {day for day in found if day.weekday() < 5 and day not in closed}


def _observed(day: date) -> date:
    """Return the weekday on which a holiday is kept: Friday for Saturday, Monday for Sunday."""
    return day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))


def _nth(year: int, month: int, weekday: int, count: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (count - 1))


def _easter(year: int) -> date:
    """Return Easter Sunday. Source: anonymous Gregorian algorithm (Meeus, Jones, Butcher)."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), f = divmod(b, 4), (b + 8) // 25
    h = (19 * a + b - d - (b - f + 1) // 3 + 15) % 30
    i, k = divmod(c, 4)
    last = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * last) // 451
    month, day = divmod(h + last - 7 * m + 114, 31)
    return date(year, month, day + 1)
