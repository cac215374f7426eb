"""When every stock of a seed reports: one calendar, whatever scenes are played and controls say.

    |<-- quarter of 13 weeks -->|    dealt to the stocks by turnover: of 13 neighbours one reports
    |MTWTF|MTWTF| ...     |MTWTF|    in each week, of 65 one on each weekday, so names lie at any
                                     distance from their report at all times; a holiday's wait

Scenes are cast by it: those that need a report ahead on a name that has one, those that need none
near on a name without.
"""

from functools import lru_cache

from flow.domain.event_calendar import AMC_TIME, BMO_TIME, CalendarEvent
from flow.domain.sessions import at_new_york, new_york_date
from ingest.synthetic.draws import key_of, mix
from ingest.synthetic.trading_days import trading_calendar
from ingest.synthetic.universe import universe

SOURCE = "synthetic"
WEEKS, QUARTER_DAYS = 13, 91
NEAR_DAYS = 21  # calendar days; options-engine.md 13.1: "pre event" is up to here
# A date is announced 64 to 84 days ahead (guess: soon after the report before it).
_LEAST_LEAD_DAYS, _LEAD_SPAN_DAYS = 64, 21
_BMO_IN_16 = 7  # so many of 16 reports come before the open (guess)


class Earnings:
    """The reports of one seed. Pure; holds a cache only."""

    def __init__(self, seed: int) -> None:
        """Deal the weekdays of a quarter to the stocks."""
        self._seed = seed
        stocks = [each.symbol for each in universe().listings if not each.is_fund]
        self._weekdays = {
            symbol: _dealt(seed, *divmod(place, WEEKS)) for place, symbol in enumerate(stocks)
        }
        self._report = lru_cache(maxsize=4_096)(self._made)

    def ahead(self, symbol: str, ts_us: int) -> CalendarEvent | None:
        """Return the next report of a symbol as it is known at an instant.

        Missing: None for a fund, and where the next date was not announced yet.
        """
        if symbol not in self._weekdays:
            return None
        quarter = new_york_date(ts_us) // QUARTER_DAYS - 1
        while (report := self._report(symbol, quarter)).event_ts < ts_us:
            quarter += 1
        return report if report.announced_ts <= ts_us else None

    def days_ahead(self, symbol: str, ts_us: int) -> int | None:
        """Return the calendar days from the trade date to the next report, None as `ahead`."""
        report = self.ahead(symbol, ts_us)
        if report is None:
            return None
        return new_york_date(report.event_ts) - trading_calendar().locate(ts_us)[1]

    def known(self, ts_us: int) -> list[CalendarEvent]:
        """Return what lies ahead of all names as it is known at an instant, by symbol."""
        found = (self.ahead(symbol, ts_us) for symbol in sorted(self._weekdays))
        return [report for report in found if report is not None]

    def _made(self, symbol: str, quarter: int) -> CalendarEvent:
        planned = 1 + QUARTER_DAYS * quarter + self._weekdays[symbol]  # ordinal 1 was a Monday
        day = planned
        if trading_calendar().close_of(day) is None:
            day = trading_calendar().next_trading_day(day) or day
        bits = key_of("report", self._seed, symbol, planned)
        session, wall = ("bmo", BMO_TIME) if bits & 15 < _BMO_IN_16 else ("amc", AMC_TIME)
        told = planned - _LEAST_LEAD_DAYS - (bits >> 8) % _LEAD_SPAN_DAYS
        return CalendarEvent(
            event_id=f"{SOURCE}:{bits:016x}",
            underlying=symbol,
            kind="earnings",
            announced_ts=at_new_york(told, AMC_TIME),
            event_ts=at_new_york(day, wall),
            session="bmo" if session == "bmo" else "amc",
            source=SOURCE,
        )


def _dealt(seed: int, group: int, place: int) -> int:
    """Return the day of the quarter, from 0 on, of one stock of a group of thirteen."""
    week = _order(key_of("weeks", seed, group), WEEKS)[place]
    return 7 * week + _order(key_of("weekdays", seed, week, group // 5), 5)[group % 5]


@lru_cache(maxsize=256)
def _order(key: int, count: int) -> tuple[int, ...]:
    return tuple(sorted(range(count), key=lambda n: mix(key ^ n)))
