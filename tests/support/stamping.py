"""A stamper of one trading day, and quotes and prints for it; every default is visible."""

from datetime import UTC, date, datetime
from typing import Any

from flow.domain.events import EquityPrint, EquityQuote, OptionPrint, OptionQuote, QuoteMode
from flow.domain.sessions import Calendar, SessionDay
from flow.domain.units import from_datetime
from ingest.feeds import Capabilities
from ingest.stamping import Stamper

S = 1_000_000
DAY = date(2025, 1, 16)
OPEN = from_datetime(datetime(2025, 1, 16, 14, 30, tzinfo=UTC))
NOON = OPEN + 9_000 * S
CALENDAR = [SessionDay(DAY.toordinal(), OPEN, OPEN + 23_400 * S)]
CALL = "SPY-2025-01-17-450-C"
CHANGE = Capabilities(quote_mode_options=QuoteMode.CHANGE, quote_mode_equities=QuoteMode.CHANGE)
SAMPLED = Capabilities(
    quote_mode_options=QuoteMode.SAMPLED,
    quote_mode_equities=QuoteMode.SAMPLED,
    conditions_known=False,
)


def stamper(capabilities: Capabilities = CHANGE) -> Stamper:
    return Stamper(capabilities, Calendar(CALENDAR))


def quote(ts: int, bid: int | None = 100, ask: int | None = 110, **more: Any) -> OptionQuote:
    return OptionQuote(ts, b"q", more.pop("contract", CALL), bid, ask, 3, 4, **more)


def spot(ts: int, bid: int | None = 500, ask: int | None = 502, **more: Any) -> EquityQuote:
    return EquityQuote(ts, b"e", more.pop("symbol", "SPY"), bid, ask, 3, 4, **more)


def trade(ts: int = NOON, **more: Any) -> OptionPrint:
    return OptionPrint(ts, b"p", more.pop("contract", CALL), 1_050_000, 10, 3, **more)


def share(ts: int = NOON, **more: Any) -> EquityPrint:
    return EquityPrint(ts, b"p", "SPY", 501, 100, 108, **more)
