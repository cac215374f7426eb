"""What must be true at the end: the log equals the sender's ledger, the derived set its log."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import psycopg

from flow.domain.events import (
    EquityPrint,
    EquityQuote,
    MarketEvent,
    OptionPrint,
    OptionQuote,
    PrintFlag,
    StampedEquityPrint,
    StampedPrint,
)
from flow.storage.calendar import load_calendar
from flow.storage.instruments import Instruments
from flow.storage.kinds import (
    SPECS,
    Row,
    equity_quote,
    option_quote,
    stamped_equity_print,
    stamped_print,
)
from ingest.jsonl import JsonlParser
from ingest.linefeed import CHANGES
from ingest.stamping import Stamper
from signals.dump import DERIVED_KINDS, Digest, digest_kind

SOURCE = "lines"
LogRow = StampedPrint | StampedEquityPrint | OptionQuote | EquityQuote

# Not compared: positions, which depend on where clock entries fell, and what a restart of ingest
# may change, the underlying's quote and moves (issue 2, "Shown by" 3).
POSITIONS = ("seq", "quote_seq", "spot_seq")
UNDERLYING = (
    "spot_bid_micros", "spot_ask_micros", "spot_ts", "move_60s_bps", "move_5m_bps", "move_5m_z",
)  # fmt: skip
# Nor whether a late message, of which the tape has some, came behind a clock entry: where those
# fall hangs on the kills. What is derived reads the mark as it is stored.
UNCERTAIN = int(PrintFlag.SPOT_STALE | PrintFlag.LATE_ARRIVAL)


def expected_rows(conn: psycopg.Connection[Any], lines: Sequence[bytes]) -> dict[bytes, object]:
    """Return what the log must hold: every line stamped by one stamper that never died.

    What the tape tells twice is stored as it came first.
    """
    parser = JsonlParser(SOURCE, counts_repeats=False)
    stamper = Stamper(CHANGES, load_calendar(conn))
    rows: dict[bytes, object] = {}
    for number, line in enumerate(lines):
        event = parser.parse(line, str(number))
        if not isinstance(event, MarketEvent):
            raise TypeError(f"line {number} of the ledger is no event: {event}")
        if event.uid not in rows:
            rows[event.uid] = _comparable(_stamped(stamper, event))
    return rows


def stored_rows(conn: psycopg.Connection[Any]) -> dict[bytes, object]:
    """Return what the log holds."""
    instruments = Instruments(conn)
    contract, symbol = instruments.contract_name, instruments.symbol_name
    rows: dict[bytes, object] = {}
    readers: dict[str, Callable[[Row], LogRow]] = {
        "option_print": lambda row: stamped_print(row, contract),
        "option_quote": lambda row: option_quote(row, contract),
        "equity_print": lambda row: stamped_equity_print(row, symbol),
        "equity_quote": lambda row: equity_quote(row, symbol),
    }
    for kind, read in readers.items():
        with conn.transaction(), conn.cursor(name=f"all_{kind}", binary=True) as cursor:
            cursor.execute(f"SELECT {', '.join(SPECS[kind].columns)} FROM {kind}")  # noqa: S608
            for row in cursor:
                event = read(row)
                rows[event.uid] = _comparable(event)
    return rows


def derived_digests(conn: psycopg.Connection[Any]) -> list[Digest]:
    """Return count and hash of each derived kind of the live run."""
    return [digest_kind(conn, run=0, kind=kind) for kind in DERIVED_KINDS]


def forget_derived(conn: psycopg.Connection[Any]) -> None:
    """Remove what was derived, so that one uninterrupted worker derives the same log again."""
    conn.execute(f"TRUNCATE {', '.join(DERIVED_KINDS)}, step_ledger, operator_state")


def epochs_never_fall(conn: psycopg.Connection[Any]) -> bool:
    """Return whether no batch was committed under an older epoch than the one before it."""
    row = conn.execute(
        """SELECT count(*) FROM (
               SELECT epoch, lag(epoch) OVER (PARTITION BY stream ORDER BY batch_no) AS before
               FROM batch) pairs WHERE epoch < before"""
    ).fetchone()
    return row is not None and row[0] == 0


def _stamped(stamper: Stamper, event: MarketEvent) -> object:
    match event:
        case OptionPrint():
            return stamper.stamp_option_print(event, 0, late=False)
        case EquityPrint():
            return stamper.stamp_equity_print(event, 0, late=False)
        case OptionQuote():
            stamper.saw_option_quote(event, 0)
        case EquityQuote():
            stamper.saw_equity_quote(event, 0)
    return event


def _comparable(event: object) -> object:
    if not isinstance(event, StampedPrint | StampedEquityPrint):
        return event
    fields = msgspec.structs.asdict(event)
    for name in (*POSITIONS, *UNDERLYING):
        fields.pop(name, None)
    fields["flags"] &= ~UNCERTAIN
    return tuple(sorted(fields.items()))
