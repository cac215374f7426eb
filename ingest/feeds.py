"""What every source of market events offers to the ingest worker, and how an import refuses.

Nothing here reads a wire: adapters implement `Feed`, the worker drives it.
"""

from typing import Any, Protocol

import msgspec

from flow.domain.events import (
    EquityPrint,
    EquityQuote,
    Malformed,
    MarketEvent,
    OptionPrint,
    OptionQuote,
    QuoteMode,
    TradingHalt,
)
from flow.domain.units import SECOND_US

FUTURE_BOUND_US = SECOND_US
MAX_NOTIONAL_MICROS = 90_000_000_000 * 1_000_000
MAX_COUNT = 2**31 - 1

FeedEvent = MarketEvent | TradingHalt
FeedItem = FeedEvent | Malformed
Cursor = dict[str, Any]


class ImportFormatError(Exception):
    """A file that cannot be imported at all. The text is one sentence for whoever imports."""

    def __init__(self, what: str, *, received: str, expected: str) -> None:
        super().__init__(f"{what}: received {received}; expected {expected}")
        self.what = what
        self.received = received
        self.expected = expected


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What a feed promises. Placement and stamping depend on it, so it is stored with the feed.

    Units: `delay_us` is the declared delay of the feed in microseconds.
    """

    quote_mode_options: QuoteMode = QuoteMode.NONE
    quote_mode_equities: QuoteMode = QuoteMode.NONE
    conditions_known: bool = True  # False: an option print without code is unknown, not regular
    delay_us: int = 0
    granularity: str = "tick"  # "tick" or "minute"
    off_exchange: bool = False  # True: equity prints tell whether they were reported off exchange
    always_open: bool = False  # True: a market without closing hours, as the synthetic one


class Feed(Protocol):
    """One source. `read` returns items in feed order; `cursor` resumes after the last of them."""

    source: str
    capabilities: Capabilities

    @property
    def finished(self) -> bool:
        """Whether nothing will ever come again (files end; a live feed never does)."""

    def open(self, cursor: Cursor | None) -> None:
        """Start after `cursor`, or from the beginning (of the file, or of now)."""

    def read(self, limit: int, timeout_s: float) -> list[FeedItem]:
        """Return at most `limit` items; an empty list means nothing came within `timeout_s`."""

    def cursor(self) -> Cursor:
        """Return the JSON-able resume point after the last item that `read` returned."""

    def close(self) -> None:
        """Release sockets and files; may be called twice."""


def check_time(
    event: FeedEvent,
    received_at: int,
    bound_us: int = FUTURE_BOUND_US,
    *,
    past_bound_us: int | None = None,
) -> Malformed | None:
    """Return a Malformed for an event stamped ahead of its arrival or too far behind, else None.

    Units: microseconds since 1970 UTC. Without `past_bound_us` the past is open, as in files.
    Source: options-engine errata 42: one record from the future would make all others late.
    """
    ahead = event.ts - received_at
    if past_bound_us is not None and ahead < -past_bound_us:
        return Malformed(
            reason="past_ts",
            detail=f"ts is {event.ts}, {-ahead} us before it was received; expected at most"
            f" {past_bound_us}",
            raw=msgspec.json.encode(event),
            where=type(event).__name__,
        )
    if ahead <= bound_us:
        return None
    return Malformed(
        reason="future_ts",
        detail=f"ts is {event.ts}, {ahead} us after it was received; expected at most {bound_us}",
        raw=msgspec.json.encode(event),
        where=type(event).__name__,
    )


def stream_kind(event: MarketEvent) -> str:
    """Return the stream of an event: option_print, option_quote, equity_print or equity_quote."""
    return _KINDS[type(event)]


_KINDS: dict[type[MarketEvent], str] = {
    OptionPrint: "option_print",
    OptionQuote: "option_quote",
    EquityPrint: "equity_print",
    EquityQuote: "equity_quote",
}
