"""Short scripts of prints for the tests of off-exchange inference."""

from collections.abc import Sequence
from typing import Any

import msgspec

from flow.domain.events import Control, StampedEquityPrint
from signals.engine.equities.dark.pipeline import DarkState, new_state, step
from signals.engine.equities.dark.records import DarkEvent, DarkRow
from signals.engine.params import Params
from signals.engine.records import EvidenceLink
from tests.support.equity_builders import at_ms, clock, dollars, equity_print, shares

Entries = Sequence[StampedEquityPrint | Control]
BID, MID, ASK = 499.98, 500.00, 500.02
END = clock(10_000, at_ms(10**10))


def printed(
    seq: int, ms: float, price: float, size: float = 900, **changes: Any
) -> StampedEquityPrint:
    """Return an off-exchange print of SPY, so many milliseconds after T0."""
    fields = {"price_micros": dollars(price), "size_micros": shares(size)}
    return equity_print(seq=seq, ts=at_ms(ms), **(fields | changes))


def run(entries: Entries, state: DarkState | None = None, **values: Any) -> list[DarkRow]:
    """Return every row up to a clock far ahead, under the defaults and the given values."""
    params = Params.from_values(values)
    return step(state or new_state(), [*entries, END], params, 1)


def events(rows: Sequence[DarkRow], kind: str | None = None) -> list[DarkEvent]:
    """Return the events among rows, of one kind where it is given."""
    return [row for row in rows if isinstance(row, DarkEvent) and kind in (None, row.kind)]


def links(rows: Sequence[DarkRow], event: DarkEvent) -> list[EvidenceLink]:
    """Return the links of one row."""
    return [
        row
        for row in rows
        if isinstance(row, EvidenceLink) and (row.uid, row.rev) == (event.uid, event.rev)
    ]


def states(rows: Sequence[DarkRow], kind: str | None = None) -> list[str]:
    """Return the states told of, in order."""
    return [event.state for event in events(rows, kind)]


def texts(event: DarkEvent) -> str:
    """Return all sentences of a row."""
    return " ".join(each["text"] for each in event.explanations)


def content(rows: Sequence[DarkRow]) -> list[bytes]:
    """Return the canonical content: without positions in the log and what became final when."""
    plain: list[DarkRow] = []
    for row in rows:
        if isinstance(row, DarkEvent):
            members = tuple(
                msgspec.structs.replace(member, seq=0, quote_seq=None) for member in row.members
            )
            plain.append(msgspec.structs.replace(row, cause_seq=0, ordinal=0, members=members))
        else:
            plain.append(msgspec.structs.replace(row, cause_seq=0, ref_seq=None))
    return sorted(
        type(row).__name__.encode() + msgspec.json.encode(row, order="deterministic")
        for row in plain
    )
