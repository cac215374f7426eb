"""One worker owns one source: read, build, commit, announce; restart is the normal start.

`step()` does one bounded unit and says whether there was work; `run_worker` only loops. A second
worker of the same source waits as hot standby until the lease is free.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable

import msgspec
import psycopg
from psycopg.errors import UniqueViolation

from flow.cadence import Every
from flow.collector import calm_collector
from flow.domain.events import (
    STREAM_KINDS,
    EquityPrint,
    EquityQuote,
    Malformed,
    OptionPrint,
    OptionQuote,
)
from flow.domain.units import MILLISECOND_US, SECOND_US
from flow.malformed import BadInput, FeedStopped
from flow.storage import leases
from flow.storage.calendar import load_calendar
from flow.storage.control import newest_tuning
from flow.storage.db import connect
from flow.storage.hints import announce
from flow.storage.instruments import Instruments
from flow.storage.kinds import equity_quote, option_quote
from flow.storage.reference import load_multipliers
from flow.storage.schemas import alias_of
from flow.storage.streams import StreamHead, is_closed, newest_ts, open_stream
from flow.storage.warmup import newest_equity_quotes, newest_option_quotes
from flow.storage.writer import Commit, write
from ingest.building import PRINT_KINDS, Builder
from ingest.capability import CapabilityEntries
from ingest.collecting import READ_LIMIT, collect
from ingest.feeds import Cursor, Feed, FeedEvent, FeedItem, check_time
from ingest.promises import CLOCK_EVERY_S, IDLE_CLOCK_EVERY_S, ClockRule, Promises
from ingest.reference import ReferenceEntries
from ingest.resends import remember_present, remember_tail
from signals.engine.params import Params

log = logging.getLogger(__name__)

RENEW_EVERY_S = 1.0
TUNING_EVERY_S = 1.0
LOADING_TTL_S = 60.0  # warming up may take longer than a lease; the first renewal shortens it
STANDBY_POLL_S = 0.5
PAST_BOUND_US = 8 * 24 * 3600 * SECOND_US  # corrections come within seven days (platform errata 51)
Gap = tuple[int, int]


class IngestWorker:
    """Drives one feed into the log of one run.

    Errors: LeaseLost when another worker took over; FeedStopped when too much input is broken
    (what came before it is committed); psycopg.Error when the database is away.
    """

    def __init__(
        self,
        feed: Feed,
        *,
        run: int = 0,
        clock_rule: ClockRule = "wall",
        wall_us: Callable[[], int],
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        origin: str = "live",
    ) -> None:
        self.feed = feed
        self.run = run
        self.origin = origin
        self._wall_us = wall_us
        self._conn = connect(alias_of(run), f"ingest {feed.source}")
        self._lease: leases.Lease | None = None
        self._bad = BadInput(feed.source)
        self._promises = Promises(clock_rule, delay_us=feed.capabilities.delay_us)
        self._monotonic = monotonic
        self._sleep = sleep
        self._clock = Every(CLOCK_EVERY_S, monotonic)
        self._renewal = Every(RENEW_EVERY_S, monotonic)
        self._tuning = Every(TUNING_EVERY_S, monotonic)
        self._stored_until: int | None = None  # rows up to here may be in the log already
        self._cursor: Cursor = {}

    @property
    def resource(self) -> str:
        return f"ingest:{self.run}:{self.feed.source}"

    def take_over(self) -> bool:
        """Try to become the owner; False while another worker is."""
        self._lease = leases.take(self._conn, self.resource, ttl_s=LOADING_TTL_S)
        if self._lease is None:
            return False
        self._load()
        self._cursor = self._stored_cursor() or {}
        self.feed.open(self._cursor or None)
        return True

    def step(self) -> bool:
        """Read once and commit what came. Errors: see the class."""
        self._renew()
        items, read_at = collect(
            self.feed, wall_us=self._wall_us, monotonic=self._monotonic, sleep=self._sleep
        )
        now = self._wall_us()
        if not items and not self._clock_due(idle=True):
            return False
        checked = [self._checked(item, now) for item in items]
        events: list[FeedEvent]
        events, malformed, stopped = self._bad.part(checked)
        has_more = len(items) >= READ_LIMIT or stopped is not None
        self._commit(
            events, malformed, stopped, received_at=now, read_at=read_at, has_more=has_more
        )
        if stopped is not None:
            raise stopped
        return bool(items)

    def finish(self) -> None:
        """End a finite feed: the last clock, and the close that makes every window final."""
        self._builder.start_commit(self._wall_us())
        last = newest_ts(self._conn, [head.id for head in self._builder.heads.values()])
        for kind in PRINT_KINDS:
            head, batch = self._builder.heads[kind], self._builder.batches[kind]
            if last is None or head.next_seq == 1 or is_closed(self._conn, head, last):
                continue
            if head.clock is None or last > head.clock:
                batch.add_control("clock", last)
            batch.add_control("session_close", max(last, head.clock or last))
        self._write([], [], state="finished", detail="")

    def close(self) -> None:
        """Give the lease back and close the feed and the connection."""
        with contextlib.suppress(psycopg.Error):
            if self._lease is not None and not self._conn.closed:
                leases.release(self._conn, self._lease)
        self.feed.close()
        self._conn.close()

    def _load(self) -> None:
        """Read everything that this worker knows from the log, as after any restart."""
        conn = self._conn
        self._instruments = Instruments(conn)
        capabilities = msgspec.to_builtins(self.feed.capabilities)
        heads: dict[str, StreamHead] = {
            kind: open_stream(
                conn, run=self.run, source=self.feed.source, kind=kind, capabilities=capabilities
            )
            for kind in STREAM_KINDS
            if kind != "news"
        }
        self._builder = Builder(
            heads=heads,
            capabilities=self.feed.capabilities,
            calendar=load_calendar(conn),
            instruments=self._instruments,
            multipliers=load_multipliers(conn),
        )
        self._reference = ReferenceEntries(
            conn, self._instruments, is_live=self.run == 0, monotonic=self._monotonic
        )
        self._capability = CapabilityEntries(conn, heads["equity_print"], self.feed.capabilities)
        self._stored_until = newest_ts(conn, [head.id for head in heads.values()])
        self._builder.stamper.warm(self._warm_options(), self._warm_equities())
        remember_tail(conn, self._builder, self._instruments)
        self._tuning.again()
        self._apply_revision(write_entry=False)
        assert self._lease is not None  # noqa: S101 - take_over came first
        leases.renew(conn, self._lease)

    def _warm_options(self) -> list[tuple[int, OptionQuote]]:
        head = self._builder.heads["option_quote"]
        name = self._instruments.contract_name
        return [
            (row[1], option_quote(row, name)) for row in newest_option_quotes(self._conn, head.id)
        ]

    def _warm_equities(self) -> list[tuple[int, EquityQuote]]:
        head = self._builder.heads["equity_quote"]
        name = self._instruments.symbol_name
        return [
            (row[1], equity_quote(row, name)) for row in newest_equity_quotes(self._conn, head.id)
        ]

    def _stored_cursor(self) -> Cursor | None:
        row = self._conn.execute(
            "SELECT cursor FROM feed_cursor WHERE run = %s AND source = %s",
            (self.run, self.feed.source),
        ).fetchone()
        return row[0] if row else None

    def _checked(self, item: FeedItem, now: int) -> FeedItem:
        """Refuse a time that would make all others late, or a chunk that retention eats at once."""
        if isinstance(item, Malformed):
            return item
        past_bound = PAST_BOUND_US if self._promises.rule == "wall" else None
        return check_time(item, now, past_bound_us=past_bound) or item

    def _commit(
        self,
        events: list[FeedEvent],
        malformed: list[Malformed],
        stopped: FeedStopped | None,
        *,
        received_at: int,
        read_at: int,
        has_more: bool,
    ) -> None:
        state, detail = ("stopped", str(stopped)) if stopped else ("live", self._feed_detail())
        if stopped is None:
            self._cursor = self.feed.cursor()  # a stopped feed is read again from where it was
        gaps = self._take_gaps()
        try:
            self._build(events, gaps, received_at, read_at, has_more=has_more)
            self._write(malformed, gaps, state=state, detail=detail)
        except UniqueViolation:
            log.warning("rows are in the log already; reading it again before the next try")
            self._load()
            self._build(events, gaps, received_at, read_at, has_more=has_more)
            self._write(malformed, gaps, state=state, detail=detail)

    def _build(
        self,
        events: list[FeedEvent],
        gaps: list[Gap],
        received_at: int,
        read_at: int,
        *,
        has_more: bool,
    ) -> None:
        builder = self._builder
        builder.start_commit(received_at)
        if self._tuning.due():
            self._apply_revision(write_entry=True)
        for start, end in gaps:
            for kind in PRINT_KINDS:
                builder.batches[kind].add_control("gap", end, {"from": start, "to": end})
        if self._may_be_stored(events):
            remember_present(self._conn, builder, self._instruments, events)
        self._meet_instruments(events)
        for event in events:
            builder.add(event)
        self._reference.tell(builder)
        self._capability.tell(builder)
        self._promises.saw(builder.max_ts)
        if builder.counters.stored or self._promises.rule == "wall":
            self._add_clock(read_at, idle=not events, has_more=has_more)

    def _meet_instruments(self, events: list[FeedEvent]) -> None:
        """Give all names that are new in this commit their ids together, before they are asked."""
        contracts: dict[str, str] = {}
        symbols: set[str] = set()
        for event in events:
            if isinstance(event, OptionQuote | OptionPrint):
                contracts[event.contract] = ""
            elif isinstance(event, EquityQuote | EquityPrint):
                symbols.add(event.symbol)
        self._instruments.meet(contracts, symbols)

    def _may_be_stored(self, events: list[FeedEvent]) -> bool:
        """Whether the log has to be asked for resends: only until the feed has passed its end."""
        if self._stored_until is None or not events:
            return False
        if min(event.ts for event in events) > self._stored_until:
            self._stored_until = None
            return False
        return True

    def _write(
        self, malformed: list[Malformed], gaps: list[Gap], *, state: str, detail: str
    ) -> None:
        builder = self._builder
        counters = builder.counters
        counters.received += len(malformed)
        counters.quarantined += len(malformed)
        assert self._lease is not None  # noqa: S101 - take_over came first
        commit = Commit(
            source=self.feed.source,
            run=self.run,
            batches=list(builder.batches.values()),
            cursor=self._cursor,
            received_at=builder.received_at,
            counters=counters,
            malformed=malformed + builder.conflicts,
            origin=self.origin,
            state=state,
            detail=detail,
            rates=getattr(self.feed, "rates", (None, None)),
            last_event_ts=builder.max_ts,
            gaps=gaps,
        )
        write(self._conn, self._lease, commit)
        announce(alias_of(self.run), self.run)

    def _renew(self) -> None:
        if self._renewal.due():
            assert self._lease is not None  # noqa: S101 - take_over came first
            leases.renew(self._conn, self._lease)

    def _take_gaps(self) -> list[Gap]:
        """Return what the feed declares to have left out since the last commit."""
        declared: list[Gap] = getattr(self.feed, "gaps", [])
        taken = list(declared)
        declared.clear()
        return taken

    def _feed_detail(self) -> str:
        """Return what the feed says of itself, such as the rate that it achieves."""
        said: str = getattr(self.feed, "detail", "")
        return said

    def _apply_revision(self, *, write_entry: bool) -> None:
        """Take the newest tuning request; note it in each print stream that has not seen it."""
        request = newest_tuning(self._conn)
        builder = self._builder
        builder.params, builder.revision = (
            Params.from_values(request["values"]),
            request["revision"],
        )
        if not write_entry:
            return
        for kind in PRINT_KINDS:
            batch = builder.batches[kind]
            if batch.head.tuning_revision != request["revision"]:
                # Never 1970: retention would eat the first batch with that chunk.
                ts = batch.head.clock if batch.head.clock is not None else builder.received_at
                batch.add_control("tuning", ts, request)

    def _clock_due(self, *, idle: bool) -> bool:
        if self._promises.rule == "event":
            return not idle
        return self._clock.due(IDLE_CLOCK_EVERY_S if idle else None)

    def _add_clock(self, read_at: int, *, idle: bool, has_more: bool) -> None:
        """Promise, after the rows of this batch, which times are over."""
        if not idle and not self._clock_due(idle=False):
            return  # an idle batch is written for its clock alone, and was asked before
        builder = self._builder
        promise = self._promises.value(
            read_at,
            lateness_us=builder.params.allowed_lateness_ms * MILLISECOND_US,
            read_until=(builder.max_ts if builder.max_ts is not None else 0) if has_more else None,
        )
        if promise is None:
            return
        for kind in PRINT_KINDS:
            batch = builder.batches[kind]
            known = batch.head.clock
            if self._promises.rule == "wall" or known is None or promise > known:
                batch.add_control("clock", promise if known is None else max(promise, known))


def run_worker(
    feed: Feed,
    stop: threading.Event,
    *,
    clock_rule: ClockRule = "wall",
    wall_us: Callable[[], int],
) -> None:
    """Wait for the lease, then step until stopped or the feed has ended."""
    worker = IngestWorker(feed, clock_rule=clock_rule, wall_us=wall_us)
    calm_collector()
    try:
        while not worker.take_over():
            if stop.wait(STANDBY_POLL_S):
                return
        log.info("ingest %s owns its streams", feed.source)
        while not stop.is_set():
            if not worker.step() and feed.finished:
                worker.finish()
                return
    finally:
        worker.close()
