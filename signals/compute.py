"""The compute worker: the log through the pure engine, one transaction per step.

A start loads the newest state, steps again through the ledger to the cursor comparing digests, and
goes on. That is the only start there is, after a kill or an upgrade alike (design, point 5).
"""

import contextlib
import logging
import threading
import time

import msgspec
import psycopg

from flow.collector import calm_collector
from flow.storage import leases
from flow.storage.calendar import load_calendar
from flow.storage.db import connect
from flow.storage.hints import announce
from flow.storage.instruments import Instruments
from flow.storage.schemas import alias_of
from flow.storage.streams import StreamHead, streams_of
from flow.storage.tail import BatchInfo, read_entries, read_manifest
from signals.engine.records import ENGINE_VERSION
from signals.engine.state import StateError
from signals.operators import KINDS, DerivedRow, Operator, new_operator, restore_operator
from signals.storage import steps
from signals.storage.steps import Step

log = logging.getLogger(__name__)

SHARD = 0
MAX_ENTRIES = 20_000
MAX_BATCHES = 200
STATE_EVERY_S = 30.0  # the memory for cancels makes a state of tens of megabytes
STATE_EVERY_ENTRIES = 200_000
POLL_S = 0.05
RENEW_EVERY_S = 1.0


class NondeterminismError(RuntimeError):
    """The same entries gave another digest than the one in the ledger. Nothing may go on."""


class Snapshot(msgspec.Struct):
    """What is saved: the state of each stream of the run, and the batch it stands at."""

    streams: dict[int, bytes]
    positions: dict[int, int]


class ComputeWorker:
    """Derives one run. Errors: LeaseLost, NondeterminismError, LogCorrupt, psycopg.Error."""

    def __init__(self, *, run: int, max_entries: int = MAX_ENTRIES) -> None:
        self.run = run
        self.step_no = 0
        self.entries = 0
        self._max_entries = max_entries
        self._conn = connect(alias_of(run), f"compute run {run}")
        self._instruments = Instruments(self._conn)
        self._calendar = load_calendar(self._conn)
        self._lease: leases.Lease | None = None
        self._operators: dict[int, Operator] = {}
        self._heads: dict[int, StreamHead] = {}
        self._positions: dict[int, int] = {}
        self._saved_step = 0
        self._saved_at = 0.0
        self._saved_entries = 0
        self._renewed_at = 0.0
        self._is_exact = True  # the state is what the log up to its step gives, to the byte
        self._ahead = False  # the state holds entries of a step that is not committed

    def take_over(self) -> bool:
        """Try to become the owner and rebuild the state; False while another worker is."""
        self._lease = leases.take(self._conn, f"compute:{self.run}:{SHARD}")
        if self._lease is None:
            return False
        self._recover()
        return True

    def step(self) -> bool:
        """Derive one bounded piece of one stream; whether there was work."""
        self._renew()
        worked = False
        for kind in KINDS:
            for stream in streams_of(self._conn, run=self.run, kind=kind):
                worked = self._step_stream(stream.id) or worked
        if worked:
            announce(alias_of(self.run), self.run)
        self._save_if_due()
        return worked

    def close(self) -> None:
        """Save the state and give the lease back; after a failure only end.

        A state that is ahead of its ledger is never saved: the next worker steps again instead.
        """
        with contextlib.suppress(psycopg.Error, leases.LeaseLost):
            if self._lease is not None and not self._conn.closed:
                if not self._ahead:
                    self._save()
                leases.release(self._conn, self._lease)
        self._conn.close()

    def _step_stream(self, stream: int) -> bool:
        infos = read_manifest(
            self._conn, stream, after=self._positions.get(stream, 0), limit=MAX_BATCHES
        )
        infos = self._bounded(infos)
        if not infos:
            return False
        self._ahead = True
        outputs, revision = self._derive(stream, infos)
        count = sum(info.n for info in infos)
        done = Step(
            run=self.run,
            shard=SHARD,
            step_no=self.step_no + 1,
            stream=stream,
            first_batch=infos[0].batch_no,
            last_batch=infos[-1].batch_no,
            entries=count,
            tuning_revision=revision,
        )
        assert self._lease is not None  # noqa: S101 - take_over came first
        steps.write_step(
            self._conn,
            self._lease,
            done,
            outputs,
            instruments=self._instruments,
            quote_streams=self._evidence_streams(stream),
        )
        self.step_no += 1
        self.entries += count
        self._positions[stream] = infos[-1].batch_no
        self._ahead = False
        return True

    def _bounded(self, infos: list[BatchInfo]) -> list[BatchInfo]:
        """Return as many batches as a step may hold; always at least one."""
        total = 0
        for place, info in enumerate(infos):
            total += info.n
            if total >= self._max_entries:
                return infos[: place + 1]
        return infos

    def _derive(self, stream: int, infos: list[BatchInfo]) -> tuple[list[DerivedRow], int]:
        head = self._head_of(stream)
        entries = read_entries(self._conn, infos, head.kind, self._instruments)
        operator = self._operators.get(stream)
        if operator is None:
            operator = self._operators[stream] = new_operator(
                head.kind, head.source, self._calendar
            )
        return operator.take(entries), operator.revision

    def _head_of(self, stream: int) -> StreamHead:
        if stream not in self._heads:
            self._heads = {head.id: head for head in streams_of(self._conn, run=self.run)}
        return self._heads[stream]

    def _evidence_streams(self, stream: int) -> dict[str, int]:
        """Return which streams a print's quotes lie in: those of the same source."""
        all_streams = streams_of(self._conn, run=self.run)
        source = next(head.source for head in all_streams if head.id == stream)
        return {head.kind: head.id for head in all_streams if head.source == source}

    def _recover(self) -> None:
        self._ahead = True  # until the last repeated step has proved itself
        self._restore()
        while rows := steps.read_ledger(self._conn, run=self.run, shard=SHARD, after=self.step_no):
            for row in rows:
                self._renew()
                self._step_again(row)
        self._ahead = False
        self._saved_step, self._saved_at = self.step_no, time.monotonic()

    def _restore(self) -> None:
        """Load the newest state that this engine can continue; without one start at the horizon."""
        for step_no, blob in steps.saved_states(self._conn, run=self.run, shard=SHARD):
            try:
                snapshot = msgspec.msgpack.decode(blob, type=Snapshot)
                self._operators = {
                    stream: restore_operator(self._head_of(stream).kind, encoded, self._calendar)
                    for stream, encoded in snapshot.streams.items()
                }
            except (msgspec.MsgspecError, StateError) as error:
                log.warning("saved state at step %s cannot be continued: %s", step_no, error)
                continue
            self._positions, self.step_no, self._is_exact = snapshot.positions, step_no, True
            return
        self._operators = {}
        self.step_no = steps.safe_horizon(self._conn, run=self.run, shard=SHARD)
        self._is_exact = self.step_no == 0  # windows open at the horizon are missing at first
        self._positions = steps.positions(self._conn, run=self.run, shard=SHARD, until=self.step_no)

    def _step_again(self, row: steps.LedgerRow) -> None:
        """Repeat a committed step from the log and prove that it gives what was committed."""
        infos = read_manifest(
            self._conn,
            row.stream,
            after=row.first_batch - 1,
            last=row.last_batch,
            limit=row.last_batch - row.first_batch + 1,
        )
        outputs, _ = self._derive(row.stream, infos)
        comparable = self._is_exact and row.engine == ENGINE_VERSION
        if comparable and steps.digest_of(outputs) != row.digest:
            raise NondeterminismError(
                f"run {self.run} step {row.step_no} (stream {row.stream}, batches"
                f" {row.first_batch} to {row.last_batch}) gives another digest than the ledger;"
                " compute stops. Keep the database and report it with `manage.py dump_events`"
            )
        self.step_no = row.step_no
        self._positions[row.stream] = row.last_batch

    def _save_if_due(self) -> None:
        due = time.monotonic() - self._saved_at >= STATE_EVERY_S
        if due or self.entries - self._saved_entries >= STATE_EVERY_ENTRIES:
            self._save()

    def _save(self) -> None:
        self._saved_at, self._saved_entries = time.monotonic(), self.entries
        if self.step_no == self._saved_step:
            return
        assert self._lease is not None  # noqa: S101 - take_over came first
        blob = msgspec.msgpack.encode(
            Snapshot({k: v.encode() for k, v in sorted(self._operators.items())}, self._positions)
        )
        steps.save_state(
            self._conn, self._lease, run=self.run, shard=SHARD, step_no=self.step_no, blob=blob
        )
        self._saved_step = self.step_no

    def _renew(self) -> None:
        now = time.monotonic()
        if now - self._renewed_at >= RENEW_EVERY_S:
            assert self._lease is not None  # noqa: S101 - take_over came first
            leases.renew(self._conn, self._lease)
            self._renewed_at = now


def run_worker(run: int, stop: threading.Event, *, until_idle: bool = False) -> int:
    """Wait for the lease and derive a run until stopped, or until the log has no more.

    Returns the number of entries consumed.
    """
    worker = ComputeWorker(run=run)
    calm_collector()
    try:
        while not worker.take_over():
            if stop.wait(0.5):
                return 0
        while not stop.is_set():
            if not worker.step():
                if until_idle:
                    break
                stop.wait(POLL_S)
    finally:
        worker.close()
    return worker.entries
