"""The raw tables column by column: how an event becomes a row, and which columns are its wire.

`WIRE` columns came from the sender; equal key and unequal wire is a conflict, not a resend.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from flow.domain.events import (
    EquityQuote,
    OptionQuote,
    StampedEquityPrint,
    StampedPrint,
    StreamKind,
)

Row = tuple[Any, ...]


class LabelColumns(NamedTuple):
    """What ingest adds for the tape; compute works it out again under its own revision."""

    side: int
    passed: bool
    reasons: int
    revision: int


class TableSpec(NamedTuple):
    """One raw table: column names, their PostgreSQL types, the columns the sender decided."""

    name: StreamKind
    columns: tuple[str, ...]
    types: tuple[str, ...]
    wire: tuple[str, ...]


def _spec(name: StreamKind, columns: str, wire: str) -> TableSpec:
    pairs = [column.split() for column in columns.replace("\n", " ").split(",")]
    return TableSpec(
        name, tuple(p[0] for p in pairs), tuple(p[1] for p in pairs), tuple(wire.split())
    )


HEAD = "stream int4, seq int8, ts timestamptz, received_at timestamptz, source_uid uuid,"
STAMP = """bid_micros int8, ask_micros int8, bid_size int4, ask_size int4,
    quote_ts timestamptz, quote_seq int8, quote_silence_us int8, quote_mode int2,"""

OPTION_PRINT = _spec(
    "option_print",
    HEAD
    + """contract int4, symbol int4, price_micros int8, size int4, venue int2,
    conditions int2[], premium_micros int8,"""
    + STAMP
    + """spot_bid_micros int8, spot_ask_micros int8, spot_ts timestamptz, spot_seq int8,
    move_60s_bps float4, move_5m_bps float4, move_5m_z float4, iv float4,
    session int2, session_date date, dte int2, flags int4,
    side int2, label_passed bool, label_reasons int4, tuning_revision int4,
    vendor_order int8""",
    "contract price_micros size venue conditions",
)
OPTION_QUOTE = _spec(
    "option_quote",
    HEAD
    + """contract int4, bid_micros int8, ask_micros int8, bid_size int4, ask_size int4,
    vendor_order int8""",
    "contract bid_micros ask_micros bid_size ask_size",
)
EQUITY_PRINT = _spec(
    "equity_print",
    HEAD
    + """symbol int4, price_micros int8, size_micros int8, venue int2, conditions int2[],
    off_exchange bool, exec_ts timestamptz,"""
    + STAMP
    + "session int2, session_date date, flags int4, side int2, tuning_revision int4, corrects uuid",
    "symbol price_micros size_micros venue conditions corrects",
)
EQUITY_QUOTE = _spec(
    "equity_quote",
    HEAD
    + """symbol int4, bid_micros int8, ask_micros int8, bid_size int4, ask_size int4,
    vendor_order int8""",
    "symbol bid_micros ask_micros bid_size ask_size",
)
# The time of a story in the log is when we received it, whatever it says (platform errata 40).
NEWS = _spec(
    "news",
    HEAD + "provider text, story_id int8, updated_ts timestamptz, payload jsonb",
    "provider story_id updated_ts payload",
)
SPECS: dict[str, TableSpec] = {
    spec.name: spec for spec in (OPTION_PRINT, OPTION_QUOTE, EQUITY_PRINT, EQUITY_QUOTE, NEWS)
}


def option_print_row(
    p: StampedPrint, *, stream: int, received_at: int, ids: tuple[int, int], label: LabelColumns
) -> Row:
    """Return the row of one stamped option print; `ids` = (contract, symbol)."""
    return (
        stream, p.seq, p.ts, received_at, p.uid, ids[0], ids[1], p.price_micros, p.size, p.venue,
        p.conditions, p.premium_micros, p.bid_micros, p.ask_micros, p.bid_size, p.ask_size,
        p.quote_ts, p.quote_seq, p.quote_silence_us, p.quote_mode, p.spot_bid_micros,
        p.spot_ask_micros, p.spot_ts, p.spot_seq, p.move_60s_bps, p.move_5m_bps, p.move_5m_z,
        p.iv, p.session, p.session_date, p.dte, p.flags, label.side, label.passed, label.reasons,
        label.revision, p.order or None,
    )  # fmt: skip


def option_quote_row(
    q: OptionQuote, *, stream: int, seq: int, received_at: int, contract: int
) -> Row:
    """Return the row of one option quote."""
    return (
        stream, seq, q.ts, received_at, q.uid, contract, q.bid_micros, q.ask_micros, q.bid_size,
        q.ask_size, q.order,
    )  # fmt: skip


def equity_print_row(
    p: StampedEquityPrint, *, stream: int, received_at: int, symbol: int, side: int, revision: int
) -> Row:
    """Return the row of one stamped equity print; `side` as placed under that tuning revision."""
    return (
        stream, p.seq, p.ts, received_at, p.uid, symbol, p.price_micros, p.size_micros, p.venue,
        p.conditions, p.off_exchange, p.exec_ts, p.bid_micros, p.ask_micros, p.bid_size,
        p.ask_size, p.quote_ts, p.quote_seq, p.quote_silence_us, p.quote_mode, p.session,
        p.session_date, p.flags, side, revision, p.corrects,
    )  # fmt: skip


def equity_quote_row(
    q: EquityQuote, *, stream: int, seq: int, received_at: int, symbol: int
) -> Row:
    """Return the row of one equity quote."""
    return (
        stream, seq, q.ts, received_at, q.uid, symbol, q.bid_micros, q.ask_micros, q.bid_size,
        q.ask_size, q.order,
    )  # fmt: skip


def news_row(
    *,
    stream: int,
    seq: int,
    received_at: int,
    uid: bytes,
    story: tuple[str, int],
    updated_ts: int,
    payload: bytes,
) -> Row:
    """Return the row of one revision of a story; `story` = (provider, its id), `payload` JSON."""
    return (stream, seq, received_at, received_at, uid, *story, updated_ts, payload)


def stamped_print(row: Row, contract_name: Callable[[int], str]) -> StampedPrint:
    """Return the print of a full `option_print` row in the order of its columns."""
    return StampedPrint(
        seq=row[1], ts=row[2], uid=row[4], contract=contract_name(row[5]), price_micros=row[7],
        size=row[8], venue=row[9], conditions=tuple(row[10]), premium_micros=row[11],
        bid_micros=row[12], ask_micros=row[13], bid_size=row[14], ask_size=row[15],
        quote_ts=row[16], quote_seq=row[17], quote_silence_us=row[18], quote_mode=row[19],
        spot_bid_micros=row[20], spot_ask_micros=row[21], spot_ts=row[22], spot_seq=row[23],
        move_60s_bps=row[24], move_5m_bps=row[25], move_5m_z=row[26], iv=row[27],
        session=row[28], session_date=row[29], dte=row[30], flags=row[31], order=row[36] or 0,
    )  # fmt: skip


def stamped_equity_print(row: Row, symbol_name: Callable[[int], str]) -> StampedEquityPrint:
    """Return the print of a full `equity_print` row in the order of its columns."""
    return StampedEquityPrint(
        seq=row[1], ts=row[2], uid=row[4], symbol=symbol_name(row[5]), price_micros=row[6],
        size_micros=row[7], venue=row[8], conditions=tuple(row[9]), off_exchange=row[10],
        exec_ts=row[11], bid_micros=row[12], ask_micros=row[13], bid_size=row[14],
        ask_size=row[15], quote_ts=row[16], quote_seq=row[17], quote_silence_us=row[18],
        quote_mode=row[19], session=row[20], session_date=row[21], flags=row[22], corrects=row[25],
    )  # fmt: skip


def option_quote(row: Row, contract_name: Callable[[int], str]) -> OptionQuote:
    """Return the quote of a full `option_quote` row."""
    return OptionQuote(row[2], row[4], contract_name(row[5]), *row[6:11])


def equity_quote(row: Row, symbol_name: Callable[[int], str]) -> EquityQuote:
    """Return the quote of a full `equity_quote` row."""
    return EquityQuote(row[2], row[4], symbol_name(row[5]), *row[6:11])
