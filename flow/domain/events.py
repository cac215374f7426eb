"""The events that feeds deliver, and the rows that the log holds.

A feed's adapter turns its wire into the four market events; the ingest worker gives them `seq` and
stamps prints with what was known; the log holds `StampedPrint`. Order inside a stream is `seq`.
All are msgspec Structs without cyclic collection: the hot path makes millions of them.
"""

import enum
from typing import Any, Literal

import msgspec

StreamKind = Literal["option_print", "option_quote", "equity_print", "equity_quote", "news"]
STREAM_KINDS: tuple[StreamKind, ...] = (
    "option_print", "option_quote", "equity_print", "equity_quote", "news",
)  # fmt: skip


class Rank(enum.IntEnum):
    """Processing order of equal timestamps in a merge (design, "Units and time")."""

    CALENDAR = 0
    EQUITY_QUOTE = 1
    OPTION_QUOTE = 2
    EQUITY_PRINT = 3
    OPTION_PRINT = 4
    NEWS = 5


class QuoteMode(enum.IntEnum):
    """What a quote feed promises: it decides when a quote is stale (options errata 4)."""

    NONE = 0
    CHANGE = 1  # every change is sent: an old quote stands while the feed is alive
    SAMPLED = 2  # snapshots: age is staleness
    INDICATIVE = 3  # not an NBBO: never decides a side


class PrintFlag(enum.IntFlag):
    """Facts of one print, stored as a bit mask. Permanent numbers: never reuse one."""

    LATE_ARRIVAL = 1  # came after the clock had promised that its time was over
    SAME_TICK = 2  # a quote of the same instant exists and was not used
    MINUTE_BAR = 4  # granularity=minute: one print for a whole bar, no venue, no condition
    CONDITIONS_UNKNOWN = 8  # the feed carries no conditions (cond_w 0.7, options errata 36)
    SPOT_STALE = 16  # the underlying's quote is older than its limit; shown, not used
    PARSE_ERROR = 32  # the contract text could not be read; kept without derived fields
    ADJUSTED = 64  # adjusted deliverable: no multiplier known unless reference data says so
    CANCEL = 128  # an equity print that is no trade: it takes back the one it names


class OptionQuote(msgspec.Struct, frozen=True, gc=False):
    """One option NBBO update. `None` for a price means that the side is not known."""

    ts: int
    uid: bytes
    contract: str
    bid_micros: int | None
    ask_micros: int | None
    bid_size: int | None
    ask_size: int | None
    order: int | None = None  # vendor sequence shared with the prints of the same feed


class OptionPrint(msgspec.Struct, frozen=True, gc=False):
    """One option trade as the adapter delivers it. `contract` is the canonical text."""

    ts: int
    uid: bytes
    contract: str
    price_micros: int
    size: int
    venue: int = 0  # flow.domain.venues code; 0 = not stated
    conditions: tuple[int, ...] = ()  # flow.domain.conditions codes
    order: int | None = None
    flags: int = 0
    iv: float | None = None  # the provider's, 0.25 = 25 %


class EquityQuote(msgspec.Struct, frozen=True, gc=False):
    """One equity NBBO update; one-sided while only one side is known. Sizes in shares."""

    ts: int
    uid: bytes
    symbol: str
    bid_micros: int | None
    ask_micros: int | None
    bid_size: int | None
    ask_size: int | None
    order: int | None = None


class EquityPrint(msgspec.Struct, frozen=True, gc=False):
    """One equity trade. `ts` is the report time; `exec_ts` the execution where it is told.

    `corrects` is the uid of the print that this one takes back: it stands in its place, or is no
    trade at all where the flag CANCEL is set.
    """

    ts: int
    uid: bytes
    symbol: str
    price_micros: int
    size_micros: int  # micro-shares
    venue: int = 0
    conditions: tuple[int, ...] = ()
    off_exchange: bool | None = None
    exec_ts: int | None = None
    order: int | None = None
    flags: int = 0
    corrects: bytes | None = None


MarketEvent = OptionQuote | OptionPrint | EquityQuote | EquityPrint


class TradingHalt(msgspec.Struct, frozen=True, gc=False):
    """Trading in a symbol and in its options stops (`halted`) or goes on: a fact, no row of a tape.

    The log holds it as a control entry of each print stream.
    """

    ts: int
    uid: bytes
    symbol: str
    halted: bool
    order: int | None = None

    def payload(self) -> dict[str, Any]:
        """Return what its control entry says."""
        return {"symbol": self.symbol, "halted": self.halted, "uid": self.uid.hex()}


class Malformed(msgspec.Struct, frozen=True):
    """One piece of input that is no event: it goes to quarantine, never to the floor."""

    reason: str  # permanent code such as bad_price
    detail: str  # what, received, expected
    raw: bytes
    where: str = ""  # file and line, or connection


class StampedPrint(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One option print as the log holds it: the trade and what was known when it printed.

    `quote_*` is the as-of NBBO, strictly earlier than the print unless both carry one vendor
    sequence. `quote_silence_us` is how long that quote feed had said nothing at `ts`.
    `spot_*` is the underlying's as-of quote. Absent is None with the reason in `flags`.
    """

    seq: int
    ts: int
    uid: bytes
    contract: str
    price_micros: int
    size: int
    venue: int
    conditions: tuple[int, ...]
    premium_micros: int | None
    bid_micros: int | None
    ask_micros: int | None
    bid_size: int | None
    ask_size: int | None
    quote_ts: int | None
    quote_seq: int | None
    quote_silence_us: int | None
    quote_mode: int
    spot_bid_micros: int | None
    spot_ask_micros: int | None
    spot_ts: int | None
    spot_seq: int | None
    move_60s_bps: float | None
    move_5m_bps: float | None
    move_5m_z: float | None
    iv: float | None
    session: int  # flow.domain.sessions.Session
    session_date: int  # proleptic ordinal of the trade date
    dte: int | None
    flags: int
    order: int = 0  # the vendor's sequence, 0 where its feed has none

    @property
    def place(self) -> tuple[int, int, bytes]:
        """Return its place among the prints of a stream, whenever each arrived.

        Source: options-engine.md E2; errata 30 (the vendor's sequence, else 0).
        """
        return self.ts, self.order, self.uid


class StampedEquityPrint(msgspec.Struct, frozen=True, gc=False):
    """One equity print as the log holds it, with its as-of quote. `corrects`: see EquityPrint."""

    seq: int
    ts: int
    uid: bytes
    symbol: str
    price_micros: int
    size_micros: int
    venue: int
    conditions: tuple[int, ...]
    off_exchange: bool | None
    exec_ts: int | None
    bid_micros: int | None
    ask_micros: int | None
    bid_size: int | None
    ask_size: int | None
    quote_ts: int | None
    quote_seq: int | None
    quote_silence_us: int | None
    quote_mode: int
    session: int
    session_date: int
    flags: int
    corrects: bytes | None = None


class Control(msgspec.Struct, frozen=True):
    """An entry of the log that is no print: it has a position like every row.

    Kinds: `clock` (ts is the promise that nothing at or before it is on time any more),
    `tuning` (payload: revision, digest, values), `session_close`, `gap`, `halt` (payload of
    TradingHalt; ts is when trading stopped or went on), `calendar`
    (flow.domain.event_calendar), `open_interest` (flow.domain.open_interest), `capability`
    (payload: `off_exchange`, whether the feed carries off-exchange prints).
    Only clock entries and session closes move the watermark.
    """

    seq: int
    kind: str
    ts: int
    payload: dict[str, Any] = {}


LogEntry = StampedPrint | Control
