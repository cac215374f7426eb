"""End-of-day facts of option contracts, and the two Lean files that bring them.

Open interest of a day is what stood open at its end; the clearing house tells it the next morning.
So the file `DAY_openinterest`, whose one row of each contract is stamped 06:30 New York of DAY,
holds the day before. A universe file holds its own day: TWX's universe of 2014-06-05 agrees with
the open-interest zip of 2014-06-06 in 147 of 151 contracts, with that of its own day in 118.
"""

import re
from datetime import date, time
from typing import Any

import msgspec

from flow.domain.contracts import ContractError, parse_contract
from flow.domain.sessions import Calendar, at_new_york
from flow.domain.units import MILLISECOND_US, dollars_to_micros, micros_to_text

# When what a universe file tells was known: the morning after (06:30 New York, as in the zips).
KNOWN_AT = time(6, 30)
PRICE_UNIT = 100  # Lean's 1e-4 dollars in micro-dollars
UNIVERSE_COLUMNS = (
    "#expiry", "strike", "right", "open", "high", "low", "close", "volume", "open_interest",
)  # fmt: skip
_MEMBER = re.compile(
    r"(?P<day>\d{8})_(?P<symbol>[A-Za-z0-9.\-]+)_minute_openinterest_(?:american|european)"
    r"_(?P<right>call|put)_(?P<strike>\d{1,12})_(?P<expiry>\d{8})\.csv"
)
_LINE = re.compile(r"(?P<ms>\d{1,8}),(?P<count>\d{1,9})")
_COUNT = re.compile(r"\d{1,9}(\.0+)?")
_PRICE = re.compile(r"\d{1,8}(\.\d{1,6})?")


class EodRow(msgspec.Struct, frozen=True, kw_only=True):
    """One contract at the end of one day, known from `known_from` (microseconds) on.

    Units: contracts; `as_of_date` a proleptic ordinal; the close in micro-dollars.
    Missing: None for what the file does not tell.
    """

    contract: str
    as_of_date: int
    known_from: int
    open_interest: int | None = None
    volume: int | None = None
    close_micros: int | None = None


class EodError(ValueError):
    """A piece of an end-of-day file that cannot be used. `code` is permanent."""

    def __init__(self, code: str, received: object) -> None:
        """Keep the code and what was received."""
        self.code = code
        self.received = received
        super().__init__(f"{str(received)[:120]!r}; expected {_EXPECTED[code]}")


_EXPECTED = {
    "bad_member": "DAY_SYMBOL_minute_openinterest_american_call_STRIKE_EXPIRY.csv",
    "bad_row": "one row: milliseconds since midnight New York, contracts",
    "bad_contract": "expiry YYYYMMDD, a strike in dollars, C or P",
    "bad_count": "a whole number of at most 9 digits, or nothing",
    "bad_price": "dollars, or nothing",
    "bad_day": "a trading day of the calendar",
}


def read_open_interest_file(name: str, body: bytes, calendar: Calendar) -> EodRow:
    """Return the row of one csv of an open-interest zip: of the trading day before its own.

    Errors: EodError.
    """
    match = _MEMBER.fullmatch(name)
    if match is None:
        raise EodError("bad_member", name)
    line = _LINE.fullmatch(body.decode("ascii", "replace").strip())
    if line is None or int(line["ms"]) >= 86_400_000:
        raise EodError("bad_row", body[:80])
    day = _day(match["day"])
    before = calendar.trading_day_up_to(day - 1)
    if before is None:
        raise EodError("bad_day", match["day"])
    strike = micros_to_text(int(match["strike"]) * PRICE_UNIT)
    return EodRow(
        contract=_contract(match["symbol"], match["expiry"], strike, match["right"][0].upper()),
        as_of_date=before,
        known_from=at_new_york(day, time(0)) + int(line["ms"]) * MILLISECOND_US,
        open_interest=int(line["count"]),
    )


def read_universe_row(row: dict[str, Any], symbol: str, day: int, calendar: Calendar) -> EodRow:
    """Return one contract of a daily chain, known the morning of the next trading day.

    Errors: EodError, also for a row that ends before its open interest.
    """
    if any(column not in row for column in UNIVERSE_COLUMNS):
        raise EodError("bad_contract", ",".join(row.values()))
    following = calendar.next_trading_day(day)
    if following is None or calendar.open_of(day) is None:
        raise EodError("bad_day", date.fromordinal(day).isoformat())
    return EodRow(
        contract=_contract(symbol, row["#expiry"], row["strike"], row["right"]),
        as_of_date=day,
        known_from=at_new_york(following, KNOWN_AT),
        open_interest=_count(row["open_interest"]),
        volume=_count(row["volume"]),
        close_micros=_price(row["close"]),
    )


def _contract(symbol: str, expiry: str, strike: str, right: str) -> str:
    dashed = f"{symbol.upper()}-{expiry[:4]}-{expiry[4:6]}-{expiry[6:]}-{strike}-{right}"
    try:
        return parse_contract(dashed).canonical
    except ContractError as error:
        raise EodError("bad_contract", dashed) from error


def _day(text: str) -> int:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])).toordinal()
    except ValueError:
        raise EodError("bad_day", text) from None


def _count(text: str | None) -> int | None:
    if not text:
        return None
    if not _COUNT.fullmatch(text):
        raise EodError("bad_count", text)
    return int(text.partition(".")[0])


def _price(text: str | None) -> int | None:
    if not text:
        return None
    if not _PRICE.fullmatch(text):
        raise EodError("bad_price", text)
    return dollars_to_micros(text)
