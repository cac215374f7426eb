"""One worker owns one source: read, build, commit, announce; restart is the normal start.

`step()` does one bounded unit and says whether there was work; `run_worker` only loops. A second
worker of the same source waits as hot standby until the lease is free.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Literal

import msgspec
import psycopg
from psycopg.errors import UniqueViolation

from flow.domain.events import STREAM_KINDS, EquityQuote, Malformed, MarketEvent, OptionQuote
from flow.domain.units import MILLISECOND_US, SECOND_US
from flow.storage import leases
from flow.storage.calendar import load_calendar
from flow.storage.control import newest_tuning
from flow.storage.db import connect
from flow.storage.hints import announce
from flow.storage.instruments import Instruments
from flow.storage.kinds import equity_quote, option_quote
from flow.storage.schemas import alias_of
from flow.storage.streams import StreamHead, open_stream
from flow.storage.warmup import newest_equity_quotes, newest_option_quotes
from flow.storage.writer import Commit, write
from ingest.building import PRINT_KINDS, Builder
from ingest.feeds import Cursor, Feed, check_time
from ingest.malformed import BadInput, FeedStopped
from ingest.resends import remember_present, remember_tail
from signals.engine.params import Params

log = logging.getLogger(__name__)

READ_LIMIT = 5_000
READ_TIMEOUT_S = 0.05
CLOCK_EVERY_US = 250 * MILLISECOND_US
IDLE_CLOCK_EVERY_US = SECOND_US
RENEW_EVERY_US = SECOND_US
TUNING_EVERY_US = SECOND_US
STANDBY_POLL_S = 0.5

ClockRule = Literal["wall", "event"]
"""wall: a live feed's promise; event: the largest event time, for files and recorded feeds."""


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
        origin: str = "live",
    ) -> None:
        self.feed = feed
        self.run = run
        self.clock_rule: ClockRule = clock_rule
        self.origin = origin
        self._wall_us = wall_us
        self._conn = connect(alias_of(run), f"ingest {feed.source}")
        self._lease: leases.Lease | None = None
        self._bad = BadInput(feed.source)
        self._last_clock_us = 0
        self._last_renew_us = 0
        self._last_tuning_us = 0
        self._max_event_ts: int | None = None
        self._check_log = False
        self._cursor: Cursor = {}

    @property
    def resource(self) -> str:
        return f"ingest:{self.run}:{self.feed.source}"

    def take_over(self) -> bool:
        """Try to become the owner; False while another worker is."""
        self._lease = leases.take(self._conn, self.resource)
        if self._lease is None:
            return False
        self._load()
        self._cursor = self._stored_cursor() or {}
        self.feed.open(self._cursor or None)
        return True

    def step(self) -> bool:
        """Read once and commit what came. Errors: see the class."""
        items = self.feed.read(READ_LIMIT, READ_TIMEOUT_S)
        now = self._wall_us()
        if not items and not self._clock_due(now, idle=True):
            return False
        events, malformed, stopped = self._sort_out(items, now)
        self._commit(events, malformed, now, stopped)
        if stopped is not None:
            raise stopped
        return bool(items)

    def finish(self) -> None:
        """End a finite feed: the last clock, and the close that makes every window final."""
        self._builder.start_commit(self._wall_us())
        for kind in PRINT_KINDS:
            head, batch = self._builder.heads[kind], self._builder.batches[kind]
            last = self._max_event_ts if self._max_event_ts is not None else head.clock
            if last is None or (head.next_seq == 1):
                continue
            if head.clock is None or last > head.clock:
                batch.add_control("clock", last)
            if self._max_event_ts is not None:
                batch.add_control("session_close", last)
        self._write([], state="finished", detail="")

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
        )
        self._check_log = any(head.next_seq > 1 for head in heads.values())
        self._builder.stamper.warm(self._warm_options(), self._warm_equities())
        remember_tail(conn, self._builder, self._instruments)
        self._last_tuning_us = 0
        self._apply_revision(write_entry=False)

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

    def _sort_out(
        self, items: list[Any], now: int
    ) -> tuple[list[MarketEvent], list[Malformed], FeedStopped | None]:
        """Part events from broken input, up to where the feed has to stop."""
        events: list[MarketEvent] = []
        malformed: list[Malformed] = []
        for item in items:
            bad = item if isinstance(item, Malformed) else self._from_the_future(item, now)
            try:
                if bad is None:
                    self._bad.good()
                    events.append(item)
                else:
                    malformed.append(bad)
                    self._bad.broken()
            except FeedStopped as stopped:
                return events, malformed, stopped
        return events, malformed, None

    def _from_the_future(self, event: MarketEvent, now: int) -> Malformed | None:
        return check_time(event, now) if self.clock_rule == "wall" else None

    def _commit(
        self,
        events: list[MarketEvent],
        malformed: list[Malformed],
        now: int,
        stopped: FeedStopped | None,
    ) -> None:
        state, detail = ("stopped", str(stopped)) if stopped else ("live", "")
        if stopped is None:
            self._cursor = self.feed.cursor()  # a stopped feed is read again from where it was
        try:
            self._build(events, now)
            self._write(malformed, state=state, detail=detail)
        except UniqueViolation:
            log.warning("rows are in the log already; reading it again before the next try")
            self._load()
            self._check_log = True
            self._build(events, now)
            self._write(malformed, state=state, detail=detail)

    def _build(self, events: list[MarketEvent], now: int) -> None:
        builder = self._builder
        builder.start_commit(now)
        if now - self._last_tuning_us >= TUNING_EVERY_US:
            self._last_tuning_us = now
            self._apply_revision(write_entry=True)
        if self._check_log and events:
            remember_present(self._conn, builder, self._instruments, events)
        for event in events:
            builder.add(event)
        if builder.max_ts is not None:
            self._max_event_ts = max(builder.max_ts, self._max_event_ts or builder.max_ts)
        if builder.counters.stored or self.clock_rule == "wall":
            self._add_clock(now, idle=not events)

    def _write(self, malformed: list[Malformed], *, state: str, detail: str) -> None:
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
            last_event_ts=builder.max_ts,
            gaps=self._take_gaps(),
        )
        if builder.received_at - self._last_renew_us >= RENEW_EVERY_US:
            leases.renew(self._conn, self._lease)
            self._last_renew_us = builder.received_at
        write(self._conn, self._lease, commit)
        announce(alias_of(self.run), self.run)

    def _take_gaps(self) -> list[tuple[int, int]]:
        """Return what the feed declares to have left out since the last commit."""
        declared: list[tuple[int, int]] = getattr(self.feed, "gaps", [])
        taken = list(declared)
        declared.clear()
        return taken

    def _apply_revision(self, *, write_entry: bool) -> None:
        """Take the newest tuning request; note it in each print stream that has not seen it."""
        request = newest_tuning(self._conn)
        self._builder.params = Params.from_values(request["values"])
        if not write_entry:
            return
        for kind in PRINT_KINDS:
            batch = self._builder.batches[kind]
            if batch.head.tuning_revision != request["revision"]:
                batch.add_control("tuning", self._tuning_ts(batch.head.clock), request)

    def _tuning_ts(self, clock: int | None) -> int:
        return clock if clock is not None else 0

    def _clock_due(self, now: int, *, idle: bool) -> bool:
        if self.clock_rule == "event":
            return not idle
        every = IDLE_CLOCK_EVERY_US if idle else CLOCK_EVERY_US
        return now - self._last_clock_us >= every

    def _add_clock(self, now: int, *, idle: bool) -> None:
        """Promise, after the rows of this batch, which times are over (design, point 4)."""
        if not self._clock_due(now, idle=idle):
            return
        self._last_clock_us = now
        for kind in PRINT_KINDS:
            batch = self._builder.batches[kind]
            promise = self._promise(now)
            if promise is None:
                continue
            if self.clock_rule == "wall" or batch.head.clock is None or promise > batch.head.clock:
                batch.add_control("clock", max(promise, batch.head.clock or promise))

    def _promise(self, now: int) -> int | None:
        if self.clock_rule == "event":
            # One microsecond less: more prints of the newest instant may follow in the next batch.
            return None if self._max_event_ts is None else self._max_event_ts - 1
        lateness = self._builder.params.allowed_lateness_ms * MILLISECOND_US
        return now - self.feed.capabilities.delay_us - lateness


def run_worker(
    feed: Feed,
    stop: threading.Event,
    *,
    clock_rule: ClockRule = "wall",
    wall_us: Callable[[], int],
) -> None:
    """Wait for the lease, then step until stopped or the feed has ended."""
    worker = IngestWorker(feed, clock_rule=clock_rule, wall_us=wall_us)
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


def wait_for_database(stop: threading.Event, alias: str, *, pause_s: float = 1.0) -> None:
    """Return once the database answers. A dead database stops the feed; this says so meanwhile."""
    while not stop.is_set():
        try:
            connect(alias, "ingest waits").close()
        except psycopg.OperationalError as error:
            log.warning("the database does not answer; the feed waits: %s", error)
            time.sleep(pause_s)
        else:
            return
