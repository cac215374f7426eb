"""The course of one proof: failpoints, a frozen worker, seeded kills, drain, compare."""

import os
import random
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess

import redis
from django.conf import settings

from flow.failpoints import NAMES
from flow.storage.db import connect
from ingest.linesender import LineSender
from islandflow.faults import oracle
from islandflow.faults.children import LEASE_LOST, start_compute, start_ingest, was_killed
from signals.operators import KINDS

DEADLINE_S = 120.0
POLL_S = 0.02
SHORTEST_LIFE_S, LONGEST_LIFE_S = 0.05, 0.7
FLUSH_EVERY_S = 1.0


class FaultFound(AssertionError):
    """Something that must never happen did; the text says what."""


@dataclass
class Tally:
    """What was done to the workers."""

    ingest_kills: int = 0
    compute_kills: int = 0
    failpoints: list[str] = field(default_factory=list)
    frozen: int = 0
    flushes: int = 0


class Rig:
    """Runs both workers against a sender and hurts them."""

    def __init__(
        self,
        sender: LineSender,
        *,
        events: int,
        seed: int,
        kills: int,
        say: Callable[[str], None],
    ) -> None:
        """Start both workers. `events` are the different ones: a tape tells some twice."""
        self.tally = Tally()
        self._events = events
        self._sender = sender
        self._random = random.Random(seed)  # noqa: S311 - seeded on purpose
        self._kills = kills
        self._say = say
        self._conn = connect("default", "faults")
        self._redis = redis.Redis.from_url(settings.REDIS_URL)
        self._flushed_at = 0.0
        self._ingest: BaseProcess = start_ingest(sender.port)
        self._compute: BaseProcess = start_compute()

    def run(self) -> None:
        """Do everything, then wait until the log is whole and derived. Errors: FaultFound."""
        for name in NAMES:
            self._die_at(name)
        self._freeze()
        while min(self.tally.ingest_kills, self.tally.compute_kills) < self._kills:
            self._kill_one()
        self._say("all kills done; letting the feed run out")
        self._sender.unpace()
        self._wait("the log holds every line", self._is_stored)
        self._wait("compute has reached the end of the log", self._is_derived)

    def check(self, lines: Sequence[bytes]) -> str:
        """Compare with the ledger and with an uninterrupted derivation; returns the verdict."""
        expected, stored = oracle.expected_rows(self._conn, lines), oracle.stored_rows(self._conn)
        if expected != stored:
            raise FaultFound(_difference(expected, stored))
        if not oracle.epochs_never_fall(self._conn):
            raise FaultFound("a batch was committed under an epoch that had been passed")
        hurt = oracle.derived_digests(self._conn)
        self._end(self._compute)
        oracle.forget_derived(self._conn)
        self._compute = start_compute()
        self._wait("the uninterrupted derivation is done", self._is_derived)
        whole = oracle.derived_digests(self._conn)
        if hurt != whole:
            raise FaultFound(f"derived after kills: {hurt}; uninterrupted: {whole}")
        counts = ", ".join(f"{digest.rows} {digest.kind}" for digest in whole)
        return (
            f"{len(stored):,} raw rows equal the ledger; derived byte-identical ({counts});"
            f" {self.tally.ingest_kills} kills of ingest, {self.tally.compute_kills} of compute,"
            f" {len(self.tally.failpoints)} failpoints, {self.tally.frozen} frozen worker fenced,"
            f" {self.tally.flushes} FLUSHALL"
        )

    def close(self) -> None:
        """End both workers."""
        for process in (self._ingest, self._compute):
            self._end(process)
        self._conn.close()

    def _die_at(self, name: str) -> None:
        """Restart one worker so that it dies at a failpoint, then let it live."""
        point = f"{name}:{self._random.randint(1, 3)}"
        if name.startswith("ingest"):
            self._end(self._ingest)
            dying = start_ingest(self._sender.port, point)
        else:
            self._end(self._compute)
            dying = start_compute(point)
        self._wait(f"the worker dies at {point}", lambda: not dying.is_alive())
        if not was_killed(dying.exitcode):
            raise FaultFound(f"at {point} the worker ended with code {dying.exitcode}")
        self.tally.failpoints.append(name)
        self._revive()

    def _freeze(self) -> None:
        """Stop an ingest worker, let a standby take over, wake it: it ends and writes nothing."""
        frozen = self._ingest
        self._wait("ingest owns its streams", lambda: self._epoch() > 0 and frozen.is_alive())
        before = self._epoch()
        os.kill(_pid(frozen), signal.SIGSTOP)
        self._ingest = start_ingest(self._sender.port)
        self._wait("the standby takes over", lambda: self._epoch() > before)
        os.kill(_pid(frozen), signal.SIGCONT)
        self._wait("the woken worker ends", lambda: not frozen.is_alive())
        if frozen.exitcode not in {LEASE_LOST, 1}:
            raise FaultFound(f"the woken worker ended with code {frozen.exitcode}")
        self.tally.frozen += 1

    def _kill_one(self) -> None:
        self._pause(self._random.uniform(SHORTEST_LIFE_S, LONGEST_LIFE_S))
        if self.tally.ingest_kills <= self.tally.compute_kills:
            self._ingest.kill()
            self._ingest.join()
            self.tally.ingest_kills += 1
        else:
            self._compute.kill()
            self._compute.join()
            self.tally.compute_kills += 1
        self._revive()
        if (self.tally.ingest_kills + self.tally.compute_kills) % 50 == 0:
            self._say(f"{self.tally.ingest_kills} + {self.tally.compute_kills} kills")

    def _revive(self) -> None:
        for name, process in (("ingest", self._ingest), ("compute", self._compute)):
            if process.is_alive():
                continue
            if not was_killed(process.exitcode) and process.exitcode != LEASE_LOST:
                raise FaultFound(f"{name} ended by itself with code {process.exitcode}")
            if name == "ingest":
                self._ingest = start_ingest(self._sender.port)
            else:
                self._compute = start_compute()

    def _end(self, process: BaseProcess) -> None:
        if process.is_alive():
            process.kill()
        process.join()

    def _wait(self, what: str, done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while not done():
            if time.monotonic() > deadline:
                raise FaultFound(f"after {DEADLINE_S:.0f} s still waiting: {what}")
            self._pause(POLL_S)

    def _pause(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if time.monotonic() - self._flushed_at >= FLUSH_EVERY_S:
                self._flushed_at = time.monotonic()
                self._redis.flushall()
                self.tally.flushes += 1
            time.sleep(min(left, POLL_S))

    def _epoch(self) -> int:
        row = self._conn.execute(
            "SELECT epoch FROM lease WHERE resource = %s", (f"ingest:0:{oracle.SOURCE}",)
        ).fetchone()
        return int(row[0]) if row else 0

    def _is_stored(self) -> bool:
        self._revive()
        row = self._conn.execute("SELECT coalesce(sum(n - n_control), 0) FROM batch").fetchone()
        return row is not None and int(row[0]) >= self._events

    def _is_derived(self) -> bool:
        self._revive()
        row = self._conn.execute(
            """SELECT bool_and(s.batch_no = (SELECT coalesce(max(l.last_batch), 0)
                                             FROM step_ledger l WHERE l.stream = s.id))
               FROM stream s WHERE s.run = 0 AND s.kind = ANY(%s)""",
            (list(KINDS),),
        ).fetchone()
        return row is not None and bool(row[0])


def _pid(process: BaseProcess) -> int:
    if process.pid is None:
        raise FaultFound("a worker has no process id")
    return process.pid


def _difference(expected: dict[bytes, object], stored: dict[bytes, object]) -> str:
    missing = expected.keys() - stored.keys()
    extra = stored.keys() - expected.keys()
    unequal = [uid for uid in expected.keys() & stored.keys() if expected[uid] != stored[uid]]
    text = f"{len(missing)} missing, {len(extra)} extra, {len(unequal)} unequal rows"
    if unequal:
        text += f"; first: expected {expected[unequal[0]]}, stored {stored[unequal[0]]}"
    return text
