"""Which option contracts exist: expiries by the listing's programme, strikes on its grid."""

from datetime import date
from functools import lru_cache

from flow.domain.sessions import new_york_date
from ingest.synthetic.config import QUOTE_WINDOW_US
from ingest.synthetic.draws import key_of
from ingest.synthetic.trading_days import trading_calendar
from ingest.synthetic.universe import Listing

# Days and weeks ahead that are listed. Source: the exchanges' daily, weekly and monthly
# programmes, simplified: daily (or on Mondays and Wednesdays) for two weeks, Fridays for eight,
# monthlies for a year, Januaries.
_DAILY_DAYS, _WEEKS, _MONTHS = 14, 8, 12
_MIDWEEK = {1, 3}  # Monday and Wednesday as ordinals
_LAST_MINUTE_US = 60_000_000  # nothing of today's expiry trades in the last minute before its end
_FAR_DAYS = 60  # from here on strikes are twice as far apart
_ROOTS = {"BRK.B": "BRKB", "BF.B": "BFB"}


class Series:
    """One listed contract, and what pricing remembers of it for the second that it is in.

    `line` names its strike and expiry: call and put of one line move together.
    """

    __slots__ = (
        "close_us", "is_call", "key", "line", "listing", "memo", "offset_us", "strike", "text",
    )  # fmt: skip

    def __init__(self, listing: Listing, expiry: int, strike_micros: int, right: str) -> None:
        """Name the contract. Units: expiry as ordinal, strike in micro-dollars."""
        close_us = trading_calendar().close_of(expiry)
        if close_us is None:
            raise ValueError(f"expiry is {date.fromordinal(expiry)}; expected a trading day")
        whole, thousandths = divmod(strike_micros // 1_000, 1_000)
        strike = f"{whole}.{thousandths:03d}".rstrip("0").rstrip(".")
        root = _ROOTS.get(listing.symbol, listing.symbol)
        self.text = f"{root}-{date.fromordinal(expiry).isoformat()}-{strike}-{right}"
        self.line = line_of(self.text)
        self.key = key_of(self.text)
        self.offset_us = self.key % QUOTE_WINDOW_US
        self.listing = listing
        self.close_us = close_us
        self.strike = strike_micros / 1_000_000
        self.is_call = right == "C"
        self.memo: tuple[int, float, float, float, float] = (-1, 0.0, 0.0, 0.0, 0.0)


def line_of(text: str) -> str:
    """Return what a call and a put of one strike and expiry have in common of their names."""
    return text[:-1]


class Chains:
    """All contracts by their terms. Holds a cache only."""

    MOST = 60_000

    def __init__(self) -> None:
        """Start without any."""
        self._series: dict[tuple[int, int, int, str], Series] = {}

    def series(self, listing: Listing, expiry: int, strike_micros: int, right: str) -> Series:
        """Return one contract. Errors: ValueError where the expiry is no trading day."""
        key = (listing.number, expiry, strike_micros, right)
        found = self._series.get(key)
        if found is None:
            if len(self._series) >= self.MOST:
                self._series.clear()
            found = self._series[key] = Series(listing, expiry, strike_micros, right)
        return found

    def nearest(
        self, listing: Listing, expiry: int, *, days: int, price: float, right: str
    ) -> Series:
        """Return the contract whose strike is next to a price in dollars, `days` before expiry."""
        return self.series(listing, expiry, strike_near(listing, price, days), right)


def strike_near(listing: Listing, price: float, days: int) -> int:
    """Return the strike on the grid next to a price. Units: dollars in, micro-dollars out."""
    step = listing.strike_step * (2.0 if days > _FAR_DAYS else 1.0)
    return max(1, int(price / step + 0.5)) * int(step * 1_000_000)


def listed_from(ts_us: int) -> int:
    """Return the first date whose expiries still trade at an instant."""
    day = new_york_date(ts_us)
    close = trading_calendar().close_of(day)
    return day + 1 if close is not None and ts_us >= close - _LAST_MINUTE_US else day


def expiries(listing: Listing, first: int) -> tuple[int, ...]:
    """Return the expiries from a date on, as ordinals in order."""
    if listing.has_dailies:
        return _expiries(3, first)
    return _expiries(2 if listing.has_midweeks else 1 if listing.has_weeklies else 0, first)


@lru_cache(maxsize=256)
def _expiries(kind: int, first: int) -> tuple[int, ...]:
    found: set[int] = set()
    calendar = trading_calendar()
    if kind >= 2:
        # Ordinal 1 was a Monday.
        near = range(first, first + _DAILY_DAYS)
        found |= {
            d for d in near if calendar.close_of(d) is not None and (kind == 3 or d % 7 in _MIDWEEK)
        }
    if kind >= 1:
        friday = first + (5 - first) % 7  # ordinal 5 was a Friday
        weeks = (_kept(friday + 7 * week) for week in range(_WEEKS))
        found |= {day for day in weeks if day >= first}
    start = date.fromordinal(first)
    months = [divmod(start.month - 1 + ahead, 12) for ahead in range(_MONTHS + 1)]
    third = [_kept(_third_friday(start.year + year, month + 1)) for year, month in months]
    third += [_kept(_third_friday(start.year + ahead, 1)) for ahead in (1, 2)]
    found |= {day for day in third if day >= first}
    return tuple(sorted(day for day in found if calendar.close_of(day) is not None))


def _third_friday(year: int, month: int) -> int:
    first = date(year, month, 1).toordinal()
    return first + (5 - first) % 7 + 14


def _kept(friday: int) -> int:
    """Return the trading day on which a Friday's contracts end: Thursday where it is a holiday."""
    kept = trading_calendar().trading_day_up_to(friday)
    return friday if kept is None else kept
