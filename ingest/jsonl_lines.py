"""The typed shapes of our JSONL lines and the words of their errors; see docs/jsonl.md.

Only shapes here: `jsonl` turns them into events and back.
"""

import re
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from flow.domain.condition_table import LEAN_EQUITY_BASE, LEAN_EQUITY_CONDITIONS
from flow.domain.events import Malformed
from ingest.feeds import MAX_COUNT

MAX_RAW = 4_096  # what quarantine keeps of a line that is too long

Size = Annotated[int, Meta(ge=0, le=MAX_COUNT)]
Count = Annotated[int, Meta(ge=1, le=MAX_COUNT)]
Sequence = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Price = Annotated[str, Meta(pattern=r"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,6})?\Z")]
Symbol = Annotated[str, Meta(pattern=r"^[A-Z0-9][A-Z0-9./-]{0,15}\Z")]
ContractText = Annotated[str, Meta(pattern=r"^[!-~]([ -~]{0,38}[!-~])?\Z")]
Word = Annotated[str, Meta(pattern=r"^[ -~]{0,32}\Z")]
Uid = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]
Iv = Annotated[float, Meta(ge=0, le=100)]
Words = (
    Annotated[list[Word], Meta(max_length=40)] | UnsetType | None
)  # left out or null: conditions are not known
EQUITY_CODES = {name: LEAN_EQUITY_BASE + bit for bit, name in enumerate(LEAN_EQUITY_CONDITIONS)}
EQUITY_NAMES = {code: name for name, code in EQUITY_CODES.items()}
Mode = Literal["none", "change", "sampled", "indicative"]


class Line(Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="type"):
    """What every line may carry. Exactly one of `ts` and `ts_us` says when."""

    ts: str | None = None
    ts_us: int | None = None
    sequence: Sequence | None = None
    id: Annotated[str, Meta(max_length=128)] | None = None
    uid: Uid | None = None
    n: Sequence | None = None


class OptionQuoteLine(Line, tag="option_quote", kw_only=True):
    """One option NBBO update."""

    contract: ContractText
    bid: Price | None = None
    ask: Price | None = None
    bid_size: Size | None = None
    ask_size: Size | None = None


class OptionPrintLine(Line, tag="option_print", kw_only=True):
    """One option trade. `conditions` left out or null: not known; an empty list: regular."""

    contract: ContractText
    price: Price
    size: Count
    venue: Word | None = None
    conditions: Words = UNSET
    iv: Iv | None = None
    granularity: Literal["tick", "minute"] = "tick"


class EquityQuoteLine(Line, tag="equity_quote", kw_only=True):
    """One equity NBBO update."""

    symbol: Symbol
    bid: Price | None = None
    ask: Price | None = None
    bid_size: Size | None = None
    ask_size: Size | None = None


class EquityPrintLine(Line, tag="equity_print", kw_only=True):
    """One equity trade; shares may be fractional."""

    symbol: Symbol
    price: Price
    size: Price
    venue: Word | None = None
    conditions: Words = UNSET
    off_exchange: bool | UnsetType | None = UNSET  # left out: what the venue means
    exec_ts: str | None = None
    exec_ts_us: int | None = None
    granularity: Literal["tick", "minute"] = "tick"
    corrects: Annotated[str, Meta(min_length=1, max_length=128)] | None = None
    corrects_uid: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")] | None = None
    cancel: bool = False


class HaltLine(Line, tag="halt", kw_only=True):
    """Trading in a symbol and its options stops, or goes on."""

    symbol: Symbol
    halted: bool


class NewsLine(Struct, tag="news", tag_field="type"):
    """Reserved: step 3 gives it a shape."""


class FeedLine(Struct, tag="feed", tag_field="type", forbid_unknown_fields=True, kw_only=True):
    """The optional first line of a file: what its quotes and conditions promise."""

    quote_mode_options: Mode = "change"
    quote_mode_equities: Mode = "change"
    conditions_known: bool = True
    granularity: Literal["tick", "minute"] = "tick"
    delay_ms: Count | Literal[0] = 0
    off_exchange: bool = True


EventLine = OptionQuoteLine | OptionPrintLine | EquityQuoteLine | EquityPrintLine | HaltLine
AnyLine = EventLine | NewsLine | FeedLine
DECODER = msgspec.json.Decoder(AnyLine)

# Reason and expectation by field; a field that is not named here is bad_field.
_PRICE = ("bad_price", "dollars as a decimal text, at most 9 digits and 6 decimals, such as '1.05'")
_SIZE = ("bad_size", f"a whole number up to {MAX_COUNT}")
_TIME = ("bad_time", "ISO 8601 with offset in `ts`, or whole microseconds in `ts_us`, not both")
_EXPECTED = {
    "price": _PRICE, "bid": _PRICE, "ask": _PRICE,
    "size": ("bad_size", "whole contracts, or shares as a decimal text"),
    "bid_size": _SIZE, "ask_size": _SIZE,
    "ts": _TIME, "ts_us": _TIME, "exec_ts": _TIME, "exec_ts_us": _TIME,
    "contract": ("bad_contract", "a contract symbol of 1 to 40 printable characters"),
    "symbol": ("bad_symbol", "a symbol of 1 to 16 capital letters, digits, '.', '/' or '-'"),
    "corrects": ("bad_field", "the print taken back, in `corrects` or `corrects_uid`, not both"),
    "type": ("unknown_type", "option_quote, option_print, equity_quote, equity_print or halt"),
}  # fmt: skip
_PATH = re.compile(r" - at `\$\.([a-z_]+)")


def bad_field(field: str, value: object, line: bytes, where: str) -> Malformed:
    """Return the Malformed of one field, with what was received and what was expected."""
    reason, expected = _EXPECTED[field]
    return Malformed(reason, f"{field} is {_short(value)}; expected {expected}", line, where)


def undecodable(line: bytes, error: Exception, where: str) -> Malformed:
    """Return why a line is none of the shapes."""
    match = _PATH.search(str(error))
    if match is None:
        reason = "bad_field" if isinstance(error, msgspec.ValidationError) else "bad_json"
        expected = "one JSON object as docs/jsonl.md describes it"
        return Malformed(
            reason, f"line received: {_short(str(error))}; expected {expected}", line, where
        )
    value = _value(line, match[1])
    if match[1] in _EXPECTED:
        return bad_field(match[1], value, line, where)
    expected = str(error).partition(" - at ")[0]
    return Malformed("bad_field", f"{match[1]} is {_short(value)}; {expected}", line, where)


def _value(line: bytes, field: str) -> object:
    """Return what the line has in a field; the rest of the line may be no JSON at all."""
    try:
        return msgspec.json.decode(line)[field]
    except (msgspec.MsgspecError, RecursionError, UnicodeError, LookupError, TypeError):
        return "unreadable"


def too_long(line: bytes, limit: int, where: str) -> Malformed:
    """Return the Malformed of a line above the limit; only its beginning is kept."""
    detail = f"line has {len(line)} bytes or more; expected at most {limit}"
    return Malformed("too_long", detail, line[:MAX_RAW], where)


def _short(value: Any) -> str:
    text = ascii(value)
    return text if len(text) <= 120 else f"{text[:117]}..."
