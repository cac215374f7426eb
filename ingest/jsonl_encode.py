"""Events as lines of our JSONL: what `jsonl` reads back as the same event."""

import msgspec
from msgspec import UNSET

from flow.domain.condition_table import CONDITIONS
from flow.domain.events import (
    EquityPrint,
    EquityQuote,
    OptionPrint,
    OptionQuote,
    PrintFlag,
    TradingHalt,
)
from flow.domain.units import micros_to_text
from flow.domain.venues import venue_mic
from ingest.feeds import FeedEvent
from ingest.jsonl_lines import (
    EQUITY_NAMES,
    EquityPrintLine,
    EquityQuoteLine,
    EventLine,
    HaltLine,
    OptionPrintLine,
    OptionQuoteLine,
    Words,
)

_ENCODER = msgspec.json.Encoder()
_UNKNOWN_WORD = "?"


def encode_event(event: FeedEvent, n: int | None = None) -> bytes:
    """Return the line of an event, without line end; parsing it gives the event back.

    `n` numbers the line for a sender that resends. Stamps (late, stale) are no part of an event.
    """
    return _ENCODER.encode(_line(event, n))


def _line(event: FeedEvent, n: int | None) -> EventLine:
    ts, uid, order = event.ts, event.uid.hex(), event.order
    if isinstance(event, OptionQuote):
        return OptionQuoteLine(
            ts_us=ts, uid=uid, sequence=order, n=n, contract=event.contract,
            bid=_text(event.bid_micros), ask=_text(event.ask_micros),
            bid_size=event.bid_size, ask_size=event.ask_size,
        )  # fmt: skip
    if isinstance(event, EquityQuote):
        return EquityQuoteLine(
            ts_us=ts, uid=uid, sequence=order, n=n, symbol=event.symbol,
            bid=_text(event.bid_micros), ask=_text(event.ask_micros),
            bid_size=event.bid_size, ask_size=event.ask_size,
        )  # fmt: skip
    if isinstance(event, OptionPrint):
        return OptionPrintLine(
            ts_us=ts, uid=uid, sequence=order, n=n, contract=event.contract,
            price=micros_to_text(event.price_micros), size=event.size,
            venue=venue_mic(event.venue), conditions=_words(event), iv=event.iv,
            granularity="minute" if event.flags & PrintFlag.MINUTE_BAR else "tick",
        )  # fmt: skip
    if isinstance(event, TradingHalt):
        return HaltLine(
            ts_us=ts, uid=uid, sequence=order, n=n, symbol=event.symbol, halted=event.halted
        )
    return EquityPrintLine(
        ts_us=ts, uid=uid, sequence=order, n=n, symbol=event.symbol,
        price=micros_to_text(event.price_micros), size=micros_to_text(event.size_micros),
        venue=venue_mic(event.venue), conditions=_words(event), off_exchange=event.off_exchange,
        exec_ts_us=event.exec_ts, corrects_uid=event.corrects.hex() if event.corrects else None,
        cancel=bool(event.flags & PrintFlag.CANCEL),
        granularity="minute" if event.flags & PrintFlag.MINUTE_BAR else "tick",
    )  # fmt: skip


def _words(event: OptionPrint | EquityPrint) -> Words:
    if event.flags & PrintFlag.CONDITIONS_UNKNOWN and not event.conditions:
        return UNSET
    return [_word(code) for code in event.conditions]


def _word(code: int) -> str:
    if code in EQUITY_NAMES:
        return EQUITY_NAMES[code]
    row = CONDITIONS.get(code)
    return row.letter if row is not None and row.letter else _UNKNOWN_WORD


def _text(micros: int | None) -> str | None:
    return None if micros is None else micros_to_text(micros)
