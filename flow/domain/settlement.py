"""When an option settles, and how much of its life is left.

Days to expiry are calendar days (`Calendar.dte`); models and event checks need the instant.
"""

from datetime import time

from flow.domain.contracts import Contract
from flow.domain.sessions import Calendar, at_new_york, weekdays_up_to
from flow.domain.units import SECOND_US

# Source: options-engine errata 22. All other roots (SPXW, NDXP, RUTW, XSP, OEX, XEO, stocks, ETFs)
# settle at the close.
AM_SETTLED_ROOTS = frozenset({"SPX", "NDX", "RUT", "DJX", "VIX", "VIXW"})
REGULAR_OPENS, REGULAR_CLOSES = time(9, 30), time(16)  # New York, where no calendar row tells
YEAR_US = 365 * 86_400 * SECOND_US  # source: options-engine.md 3.4


def settlement_us(contract: Contract, calendar: Calendar | None) -> int | None:
    """Return the instant at which a contract settles, in microseconds.

    The close of the expiry day, 13:00 New York on half days; the open for AM-settled roots. Where
    the expiry is no trading day, the trading day before it.
    Missing: None for FLEX and adjusted contracts, whose terms the text does not tell. Without a
    calendar, and beyond its rows, weekdays are trading days from 09:30 to 16:00 New York.
    Source: options-engine.md 3.4; errata 22.
    """
    if contract.flex or contract.adjusted:
        return None
    is_am = contract.root in AM_SETTLED_ROOTS
    day = None if calendar is None else calendar.trading_day_up_to(contract.expiry)
    if calendar is None or day is None:
        wall = REGULAR_OPENS if is_am else REGULAR_CLOSES
        return at_new_york(_weekday_up_to(contract.expiry), wall)
    return calendar.open_of(day) if is_am else calendar.close_of(day)


def t_years(ts: int, settle_us: int) -> float:
    """Return the years of 365 days from an instant to the settlement; negative once settled.

    Source: options-engine.md 3.4.
    """
    return (settle_us - ts) / YEAR_US


def _weekday_up_to(day: int) -> int:
    """Return the last weekday at or before a date."""
    while weekdays_up_to(day) == weekdays_up_to(day - 1):
        day -= 1
    return day
