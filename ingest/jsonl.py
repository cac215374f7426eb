"""Our own JSONL: lines into events. Any bytes give an event or a Malformed, nothing else.

docs/jsonl.md is the reference for people; `jsonl_encode` writes such lines.
"""

from datetime import datetime

import msgspec
from msgspec import UNSET

from flow.domain.condition_table import UNKNOWN_CODE
from flow.domain.conditions import condition_codes
from flow.domain.contracts import ContractError, canonical_symbol, parse_contract
from flow.domain.events import (
    EquityPrint,
    EquityQuote,
    Malformed,
    OptionPrint,
    OptionQuote,
    PrintFlag,
    TradingHalt,
)
from flow.domain.ids import content_uid
from flow.domain.units import MICROS, MINUTE_US, from_datetime
from flow.domain.venues import is_off_exchange, venue_code
from ingest.feeds import MAX_COUNT, MAX_NOTIONAL_MICROS, FeedEvent, FeedItem, stream_kind
from ingest.jsonl_encode import encode_event
from ingest.jsonl_lines import (
    DECODER,
    EQUITY_CODES,
    EquityPrintLine,
    EquityQuoteLine,
    EventLine,
    FeedLine,
    HaltLine,
    NewsLine,
    OptionPrintLine,
    OptionQuoteLine,
    Words,
    bad_field,
    too_long,
    undecodable,
)

MAX_LINE = 1_000_000
CANCEL = int(PrintFlag.CANCEL)
EARLIEST_US = from_datetime(datetime.fromisoformat("1990-01-01T00:00:00+00:00"))
LATEST_US = from_datetime(datetime.fromisoformat("2100-01-01T00:00:00+00:00"))

__all__ = ["MAX_LINE", "JsonlParser", "encode_event", "read_time"]


class JsonlParser:
    """Turns the lines of one source into events.

    `counts_repeats`: equal lines without any identity are k real events (a file), not a resend
    (a connection). Equal ones are looked for within two minutes of event time.
    """

    def __init__(self, source: str, *, counts_repeats: bool) -> None:
        self._source = source
        self._counts_repeats = counts_repeats
        self._minute = 0
        self._seen: dict[bytes, int] = {}
        self._seen_before: dict[bytes, int] = {}

    def parse(self, line: bytes, where: str) -> FeedItem:
        """Return the event of one line, or why it is none."""
        if len(line) > MAX_LINE:
            return too_long(line, MAX_LINE, where)
        try:
            decoded = DECODER.decode(line)
        except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
            return undecodable(line, error, where)
        if isinstance(decoded, NewsLine | FeedLine):
            return _refused(decoded, line, where)
        ts = read_time(decoded.ts, decoded.ts_us)
        if ts is None:
            value = decoded.ts if decoded.ts is not None else decoded.ts_us
            return bad_field("ts", value, line, where)
        event = _event(decoded, ts, line, where)
        if isinstance(event, Malformed):
            return event
        if isinstance(decoded, EquityPrintLine) and isinstance(event, EquityPrint):
            event = msgspec.structs.replace(event, corrects=self._corrected(decoded))
        return msgspec.structs.replace(event, uid=self._uid(decoded, event))

    def _corrected(self, line: EquityPrintLine) -> bytes | None:
        """Return the identity of the print that a line takes back."""
        if line.corrects_uid is not None:
            return bytes.fromhex(line.corrects_uid)
        if line.corrects is None:
            return None
        return content_uid(self._source, "equity_print", "id", line.corrects)

    def _uid(self, line: EventLine, event: FeedEvent) -> bytes:
        """Return the identity: the line's own, of its id, or of its content."""
        if line.uid is not None:
            return bytes.fromhex(line.uid)
        kind = "halt" if isinstance(event, TradingHalt) else stream_kind(event)
        if line.id is not None:
            return content_uid(self._source, kind, "id", line.id)
        values = msgspec.structs.astuple(event)
        if isinstance(event, EquityPrint) and event.corrects is None:
            values = values[:-1]  # identities of before there were corrections stay what they are
        content = content_uid(self._source, kind, *values)
        if line.sequence is not None or not self._counts_repeats or kind == "halt":
            return content
        return content_uid(content.hex(), self._occurrence(content, event.ts))

    def _occurrence(self, content: bytes, ts: int) -> int:
        if ts // MINUTE_US > self._minute:
            self._minute = ts // MINUTE_US
            self._seen, self._seen_before = {}, self._seen
        count = self._seen.get(content, self._seen_before.get(content, 0))
        self._seen[content] = count + 1
        return count


def read_time(text: str | None, micros: int | None) -> int | None:
    """Return microseconds of exactly one of the two forms, None where they tell no instant.

    Digits beyond the microsecond are cut, which is how the log keeps time.
    """
    if (text is None) == (micros is None):
        return None
    if text is not None:
        try:
            micros = from_datetime(datetime.fromisoformat(text))
        except (ValueError, OverflowError):
            return None
    return micros if micros is not None and EARLIEST_US <= micros < LATEST_US else None


def _refused(line: NewsLine | FeedLine, raw: bytes, where: str) -> Malformed:
    if isinstance(line, NewsLine):
        return Malformed(
            "news_reserved", "type is 'news'; it is reserved and not read yet", raw, where
        )
    detail = "type is 'feed'; expected it on the first line only"
    return Malformed("misplaced_feed_line", detail, raw, where)


def _event(line: EventLine, ts: int, raw: bytes, where: str) -> FeedItem:
    if isinstance(line, OptionQuoteLine):
        return OptionQuote(
            ts, b"", _canonical(line.contract), _micros(line.bid), _micros(line.ask),
            line.bid_size, line.ask_size, line.sequence,
        )  # fmt: skip
    if isinstance(line, EquityQuoteLine):
        return EquityQuote(
            ts, b"", canonical_symbol(line.symbol), _micros(line.bid), _micros(line.ask),
            line.bid_size, line.ask_size, line.sequence,
        )  # fmt: skip
    if isinstance(line, HaltLine):
        return TradingHalt(ts, b"", canonical_symbol(line.symbol), line.halted, line.sequence)
    if isinstance(line, OptionPrintLine):
        return _option_print(line, ts, raw, where)
    return _equity_print(line, ts, raw, where)


def _option_print(line: OptionPrintLine, ts: int, raw: bytes, where: str) -> FeedItem:
    price = dollars(line.price)
    if price * line.size > MAX_NOTIONAL_MICROS:
        return bad_field("size", line.size, raw, where)
    return OptionPrint(
        ts=ts,
        uid=b"",
        contract=_canonical(line.contract),
        price_micros=price,
        size=line.size,
        venue=_venue(line.venue, option=True),
        conditions=condition_codes(line.conditions or ()),
        order=line.sequence,
        flags=_flags(line.granularity, line.conditions),
        iv=line.iv,
    )


def _equity_print(line: EquityPrintLine, ts: int, raw: bytes, where: str) -> FeedItem:
    price, shares = dollars(line.price), dollars(line.size)
    if not price:
        return bad_field("price", line.price, raw, where)
    if (line.corrects is not None) + (line.corrects_uid is not None) != 1 and (
        line.cancel or line.corrects is not None
    ):
        return bad_field("corrects", line.corrects, raw, where)
    if not 0 < shares <= MAX_COUNT * MICROS or price * shares > MAX_NOTIONAL_MICROS * MICROS:
        return bad_field("size", line.size, raw, where)
    exec_ts = read_time(line.exec_ts, line.exec_ts_us)
    if exec_ts is None and (line.exec_ts is not None or line.exec_ts_us is not None):
        return bad_field("exec_ts", line.exec_ts or line.exec_ts_us, raw, where)
    venue = _venue(line.venue, option=False)
    return EquityPrint(
        ts=ts,
        uid=b"",
        symbol=canonical_symbol(line.symbol),
        price_micros=price,
        size_micros=shares,
        venue=venue,
        conditions=tuple(EQUITY_CODES.get(word, UNKNOWN_CODE) for word in line.conditions or ()),
        off_exchange=_off_exchange(line, venue),
        exec_ts=exec_ts,
        order=line.sequence,
        flags=_flags(line.granularity, line.conditions) | (CANCEL if line.cancel else 0),
    )


def _off_exchange(line: EquityPrintLine, venue: int) -> bool | None:
    """Return what the line says, else what its venue means, None where neither tells."""
    if line.off_exchange is not UNSET:
        return line.off_exchange
    return is_off_exchange(venue) if venue else None


def _flags(granularity: str, conditions: Words) -> int:
    flags = PrintFlag.MINUTE_BAR if granularity == "minute" else PrintFlag(0)
    if conditions is None or conditions is UNSET:
        flags |= PrintFlag.CONDITIONS_UNKNOWN
    return int(flags)


def _canonical(text: str) -> str:
    """Return the canonical contract; an unreadable text stays, and stamping flags it."""
    try:
        return parse_contract(text).canonical
    except ContractError:
        return text


def _venue(text: str | None, *, option: bool) -> int:
    """Return the code of a MIC or a participant letter, 0 where none is stated or known."""
    if not text:
        return 0
    return venue_code(text, "mic") or venue_code(text, "opra" if option else "equity")


def _micros(text: str | None) -> int | None:
    return None if text is None else dollars(text)


def dollars(text: str) -> int:
    """Return micro-dollars (or micro-shares) of a decimal text that the pattern let through."""
    whole, _, decimals = text.partition(".")
    return int(whole) * MICROS + int(decimals.ljust(6, "0") if decimals else 0)
