"""How numbers, times and instruments are written for people. Pure functions, also template filters.

Absent is never zero: None is written as a dash, and the caller says why in the title. The formats
are those of product-ui.md 2.0; screen time is New York time, UTC stands in the title.
"""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone

from flow.domain.contracts import ContractError, contract_label, parse_contract

register = template.Library()

NEW_YORK = ZoneInfo("America/New_York")
DASH = "\N{EM DASH}"
MINUS = "\N{MINUS SIGN}"
_BILLION = 10**15  # in micro-dollars
_UNITS = ((10**9, "K"), (10**12, "M"), (_BILLION, "B"))
# Permanent numbers of the engine's sides of options and shares; a test holds that they agree.
SIDES = {
    0: ("?", "side unknown: no usable quote stood when it printed"),
    1: ("?", "side unknown: the quote was too old when it printed"),
    2: ("BB", "below the bid"),
    3: ("B", "at the bid"),
    4: ("M", "inside the quote"),
    5: ("A", "at the ask"),
    6: ("AA", "above the ask"),
    7: ("L", "reported more than 10 s after the trade: no quote of its moment is known"),
}


@register.filter
def et_time(instant: datetime | None) -> str:
    """Return New York time with milliseconds: 10:31:07.250."""
    if instant is None:
        return DASH
    local = instant.astimezone(NEW_YORK)
    return f"{local:%H:%M:%S}.{local.microsecond // 1_000:03d}"


@register.filter
def et_moment(instant: datetime | None) -> str:
    """Return New York date and time: 2014-06-05 10:31:07.250 ET."""
    return DASH if instant is None else f"{et_date(instant)} {et_time(instant)} ET"


@register.filter
def et_date(instant: datetime | None) -> str:
    """Return the New York date: 2014-06-05."""
    return DASH if instant is None else instant.astimezone(NEW_YORK).date().isoformat()


@register.filter
def et_day(instant: datetime | None) -> str:
    """Return the New York day, short: 05JUN14."""
    return DASH if instant is None else f"{instant.astimezone(NEW_YORK):%d%b%y}".upper()


@register.filter
def et_recent(instant: datetime | None) -> str:
    """Return the time of today, and day and time of any other day: an old time looks old."""
    if instant is None:
        return DASH
    is_today = instant.astimezone(NEW_YORK).date() == timezone.now().astimezone(NEW_YORK).date()
    return et_time(instant) if is_today else f"{et_day(instant)} {et_time(instant)}"


@register.filter
def utc(instant: datetime | None) -> str:
    """Return ISO 8601 in UTC with microseconds, for titles."""
    return DASH if instant is None else f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f} UTC"


@register.filter
def price(micros: int | None) -> str:
    """Return a price in dollars: two decimals, more only if the tick requires them."""
    if micros is None:
        return DASH
    sign, rest = (MINUS, -micros) if micros < 0 else ("", micros)
    whole, part = divmod(rest, 1_000_000)
    decimals = f"{part:06d}".rstrip("0").ljust(2, "0")
    return f"{sign}{whole:,}.{decimals}"


@register.filter
def money(micros: int | None) -> str:
    """Return dollars with three significant digits and K, M or B: $1.24M."""
    if micros is None:
        return DASH
    sign, rest = (MINUS, -micros) if micros < 0 else ("", micros)
    if (dollars := (rest + 500_000) // 1_000_000) < 1_000:
        return f"{sign}${dollars}"
    for unit, letter in _UNITS:
        if text := _significant(rest, unit):
            return f"{sign}${text}{letter}"
    return f"{sign}${rest // _BILLION:,}B"


def _significant(rest: int, unit: int) -> str:
    """Return rest/unit with three digits, rounded half up on integers; empty from 1,000 on."""
    for decimals in (2, 1, 0):
        scaled = (rest * 10**decimals * 2 + unit) // (2 * unit)
        if scaled < 1_000:
            return f"{scaled / 10**decimals:.{decimals}f}"
    return ""


@register.filter
def count(number: int | None) -> str:
    """Return a whole number with thousands separators."""
    return DASH if number is None else f"{number:,}"


@register.filter
def age(micros: int | None) -> str:
    """Return a duration: milliseconds below a second, seconds to 90 s, then minutes."""
    if micros is None:
        return DASH
    if micros < 1_000_000:
        return f"{micros // 1_000}ms"
    seconds = micros // 1_000_000
    if seconds < 90:
        return f"{seconds}s"
    minutes = seconds // 60
    return f"{minutes}m" if minutes < 180 else f"{minutes // 60}h"


@register.filter
def percent(ratio: float | None) -> str:
    """Return a share as percent: no decimals from 10 %, one below."""
    if ratio is None:
        return DASH
    value = ratio * 100
    return f"{value:.0f}%" if abs(value) >= 9.95 or value == 0 else f"{value:.1f}%"


@register.filter
def iv(ratio: float | None) -> str:
    """Return implied volatility with one decimal."""
    return DASH if ratio is None else f"{ratio * 100:.1f}%"


@register.filter
def sigma(z: float | None) -> str:
    """Return a move in standard deviations, signed: +2.3σ."""
    return DASH if z is None else f"{_signed(z, 1)}\N{GREEK SMALL LETTER SIGMA}"


@register.filter
def bps(value: float | None) -> str:
    """Return basis points, signed."""
    return DASH if value is None else f"{_signed(value, 0)}bp"


def _signed(value: float, decimals: int) -> str:
    text = f"{abs(value):.{decimals}f}"
    if float(text) == 0:
        return text
    return f"{'+' if value > 0 else MINUS}{text}"


@register.filter
def days(dte: int | None) -> str:
    """Return days to expiry: 12d."""
    return DASH if dte is None else f"{dte}d"


@register.filter
def side_letter(side: int) -> str:
    """Return the letters of a side; what no table names is unknown."""
    return SIDES.get(side, SIDES[0])[0]


@register.filter
def side_words(side: int) -> str:
    """Return what the letters of a side mean."""
    return SIDES.get(side, SIDES[0])[1]


@register.filter
@lru_cache(maxsize=16_384)
def contract_parts(name: str) -> tuple[str, str, str]:
    """Return root, date and strike of a contract label; an unreadable text stays whole.

    Of a structure (`SPY-2025-01-17-STRUCT-vertical`): root, nearest expiry, its type.
    """
    root, mark, kind = name.partition("-STRUCT-")
    if mark:
        root, day, _ = contract_parts(f"{root}-1-C")
        return root, day, kind.replace("_", " ")
    try:
        root, day, strike = contract_label(parse_contract(name)).rsplit(" ", 2)
    except ContractError:
        return name, "", ""
    return root, day, strike


@register.filter
def contract_text(name: str) -> str:
    """Return the label of a contract: NVDA 17JUL26 150C."""
    return " ".join(part for part in contract_parts(name) if part)
