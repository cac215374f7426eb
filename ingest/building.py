"""From events to one commit: de-duplicate, give positions, stamp, label, add control entries.

`Builder` owns what a source knows between commits: the heads of its streams, the stamper's quote
rings and the uids seen lately. It writes nothing; the worker does.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from flow.domain.contracts import ContractError, parse_contract
from flow.domain.events import (
    EquityPrint,
    EquityQuote,
    Malformed,
    MarketEvent,
    OptionPrint,
    OptionQuote,
    TradingHalt,
)
from flow.domain.multipliers import NO_MULTIPLIERS, Multipliers
from flow.domain.sessions import Calendar
from flow.storage.instruments import Instruments
from flow.storage.kinds import (
    LabelColumns,
    equity_print_row,
    equity_quote_row,
    option_print_row,
    option_quote_row,
)
from flow.storage.streams import StreamHead
from flow.storage.writer import Batch, Counters
from ingest.feeds import Capabilities, FeedEvent, stream_kind
from ingest.sightings import Sightings
from ingest.stamping import Stamper
from signals.engine.equities.placement import place_equity
from signals.engine.labels import label, security_type
from signals.engine.params import Params
from signals.engine.placement import place

KNOWN_UIDS = 50_000
KNOWN_HALTS = 5_000
PRINT_KINDS = ("option_print", "equity_print")
Identity = tuple[int, bytes]


class Builder:
    """Turns events into the batches of one commit. Deterministic given the order of events."""

    def __init__(
        self,
        *,
        heads: dict[str, StreamHead],
        capabilities: Capabilities,
        calendar: Calendar,
        instruments: Instruments,
        multipliers: Multipliers = NO_MULTIPLIERS,
    ) -> None:
        self.heads = heads
        self.stamper = Stamper(capabilities, calendar, multipliers)
        self.contracts = Sightings()
        self.symbols = {kind: Sightings() for kind in PRINT_KINDS}
        self.params = Params()
        self.revision = 0
        self._instruments = instruments
        # By the key of the log, (ts, uid): what is a resend must not depend on our memory.
        self._uids: dict[str, OrderedDict[Identity, int]] = {k: OrderedDict() for k in heads}
        self._halts: OrderedDict[Identity, None] = OrderedDict()
        self._add: dict[type, Callable[[Any], None]] = {
            OptionPrint: self._option_print,
            OptionQuote: self._option_quote,
            EquityPrint: self._equity_print,
            EquityQuote: self._equity_quote,
        }
        self.start_commit(0)

    def start_commit(self, received_at: int) -> None:
        """Begin an empty commit at the heads of the streams."""
        self.received_at = received_at
        self.counters = Counters()
        self.conflicts: list[Malformed] = []
        self.batches = {kind: Batch(head, head.next_seq) for kind, head in self.heads.items()}
        self.max_ts: int | None = None

    def remember(self, kind: str, identity: Identity, wire: int) -> None:
        """Keep a row of the log's tail, so that a resend is known without asking the database."""
        known = self._uids[kind]
        known[identity] = wire
        if len(known) > KNOWN_UIDS:
            known.popitem(last=False)  # a plain dict would scan its deleted head each time

    def remember_halt(self, identity: Identity) -> bool:
        """Keep the identity of a halt or resumption; False where it was known."""
        if identity in self._halts:
            return False
        self._halts[identity] = None
        if len(self._halts) > KNOWN_HALTS:
            self._halts.popitem(last=False)
        return True

    def add(self, event: FeedEvent) -> None:
        """Take one event: a resend is counted and dropped, a conflict goes to quarantine."""
        self.counters.received += 1
        if isinstance(event, TradingHalt):
            self._halt(event)
            return
        kind = stream_kind(event)
        wire = wire_hash(event)
        identity = (event.ts, event.uid)
        known = self._uids[kind].get(identity)
        if known is not None:
            self._repeated(event, same=known == wire)
            return
        self.remember(kind, identity, wire)
        self._add[type(event)](event)
        self.counters.stored += 1
        if self.max_ts is None or event.ts > self.max_ts:
            self.max_ts = event.ts

    def _repeated(self, event: MarketEvent, *, same: bool) -> None:
        if same:
            self.counters.duplicates += 1
            return
        self.counters.quarantined += 1
        self.conflicts.append(conflict(event))

    def _halt(self, event: TradingHalt) -> None:
        """Tell both print streams, at this place among their rows."""
        if not self.remember_halt((event.ts, event.uid)):
            self.counters.duplicates += 1
            return
        self.counters.stored += 1
        for kind in PRINT_KINDS:
            self.batches[kind].add_control("halt", event.ts, event.payload())

    def _option_print(self, event: OptionPrint) -> None:
        batch = self.batches["option_print"]
        stamped = self.stamper.stamp_option_print(
            event, batch.take_seq(), late=self._late(batch, event)
        )
        if self.contracts.see(event.contract, stamped.session_date, event.ts):
            underlying = underlying_of(event.contract)
            self.symbols["option_print"].see(underlying, stamped.session_date, event.ts)
        placement = place(stamped, self.params)
        verdict = label(
            stamped,
            placement,
            security_type(underlying_of(event.contract), self.params),
            self.params,
        )
        batch.rows.append(
            option_print_row(
                stamped,
                stream=batch.head.id,
                received_at=self.received_at,
                ids=self._instruments.contract(event.contract),
                label=LabelColumns(placement.side, verdict.passed, verdict.reasons, self.revision),
            )
        )

    def _option_quote(self, event: OptionQuote) -> None:
        batch = self.batches["option_quote"]
        seq = batch.take_seq()
        self.stamper.saw_option_quote(event, seq)
        batch.rows.append(
            option_quote_row(
                event,
                stream=batch.head.id,
                seq=seq,
                received_at=self.received_at,
                contract=self._instruments.contract(event.contract)[0],
            )
        )

    def _equity_print(self, event: EquityPrint) -> None:
        batch = self.batches["equity_print"]
        stamped = self.stamper.stamp_equity_print(
            event, batch.take_seq(), late=self._late(batch, event)
        )
        self.symbols["equity_print"].see(event.symbol, stamped.session_date, event.ts)
        placed = place_equity(stamped, self.params)
        batch.rows.append(
            equity_print_row(
                stamped,
                stream=batch.head.id,
                received_at=self.received_at,
                symbol=self._instruments.symbol(event.symbol),
                side=placed.side,
                revision=self.revision,
            )
        )

    def _equity_quote(self, event: EquityQuote) -> None:
        batch = self.batches["equity_quote"]
        seq = batch.take_seq()
        self.stamper.saw_equity_quote(event, seq)
        batch.rows.append(
            equity_quote_row(
                event,
                stream=batch.head.id,
                seq=seq,
                received_at=self.received_at,
                symbol=self._instruments.symbol(event.symbol),
            )
        )

    def _late(self, batch: Batch, event: OptionPrint | EquityPrint) -> bool:
        clock = batch.head.clock
        late = clock is not None and event.ts <= clock
        self.counters.late += late
        return late


def underlying_of(contract: str) -> str:
    """Return the underlying of a contract text, or UNKNOWN where it cannot be read."""
    try:
        return parse_contract(contract).underlying
    except ContractError:
        return "UNKNOWN"


def wire_hash(event: MarketEvent) -> int:
    """Return a hash of what the sender decided, to tell a resend from a conflict."""
    match event:
        case OptionPrint():
            fields: tuple[object, ...] = (
                event.contract, event.price_micros, event.size, event.venue, event.conditions
            )  # fmt: skip
        case EquityPrint():
            fields = (
                event.symbol, event.price_micros, event.size_micros, event.venue, event.conditions,
                event.corrects,
            )  # fmt: skip
        case OptionQuote():
            fields = (
                event.contract, event.bid_micros, event.ask_micros, event.bid_size, event.ask_size
            )  # fmt: skip
        case _:
            # A feed of one-sided rows carries the other side on: when a broken row is mended, the
            # quotes after it change although each is the same row. Trades decide, not these.
            fields = (event.symbol,)
    return hash(fields)


def conflict(event: MarketEvent) -> Malformed:
    """Return the quarantine row of an event whose identity is taken by another content."""
    return Malformed(
        reason="conflict",
        detail=(
            f"{stream_kind(event)} {event.uid.hex()} at {event.ts} is in the log with other fields;"
            " expected an identical resend or a new identity"
        ),
        raw=repr(event).encode(),
        where=stream_kind(event),
    )
