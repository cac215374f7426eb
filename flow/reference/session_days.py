"""Reference rows computed once: the sessions of the US option market."""

import warnings
from functools import cache

from flow.domain.sessions import Calendar
from flow.domain.sessions import SessionDay as Day
from flow.domain.units import from_datetime
from flow.models import SessionDay

# pandas_market_calendars. Its CBOE_Equity_Options has the same days, but misses the half days of
# 24 December, on which options close with the stocks.
CALENDAR = "NYSE"
FIRST_DAY, LAST_DAY = "2007-01-01", "2032-12-31"
FULL_SESSION_HOURS = 6.5


def fill_session_days() -> int:
    """Fill an empty calendar table; returns how many days were added."""
    if SessionDay.objects.exists():
        return 0
    days = [SessionDay(**day) for day in _days()]
    SessionDay.objects.bulk_create(days, batch_size=2_000)
    return len(days)


def market_calendar() -> Calendar:
    """Return the calendar of the table, through Django's connection."""
    rows = SessionDay.objects.values_list("date", "open_at", "close_at")
    return Calendar(
        Day(date.toordinal(), from_datetime(opens), from_datetime(closes))
        for date, opens, closes in rows
    )


@cache
def _days() -> tuple[dict[str, object], ...]:
    import pandas_market_calendars

    with warnings.catch_warnings():  # this calendar asks pandas for things in its old way
        warnings.simplefilter("ignore", DeprecationWarning)
        schedule = pandas_market_calendars.get_calendar(CALENDAR).schedule(FIRST_DAY, LAST_DAY)
    return tuple(
        {
            "date": day.date(),
            "open_at": row.market_open.to_pydatetime(),
            "close_at": row.market_close.to_pydatetime(),
            "early_close": (row.market_close - row.market_open).total_seconds()
            < FULL_SESSION_HOURS * 3600,
        }
        for day, row in zip(schedule.index, schedule.itertuples(), strict=True)
    )
