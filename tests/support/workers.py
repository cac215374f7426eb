"""Driving the real workers inside a test: one run of ingest, one run of compute."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from flow.storage.db import connect
from flow.storage.schemas import alias_of
from ingest.feeds import Feed, FeedItem
from ingest.promises import ClockRule
from ingest.synthetic_feed import ledger
from ingest.worker import IngestWorker
from islandflow.bench.stream import make_stream
from replay.models import Run
from signals.compute import ComputeWorker
from signals.dump import DERIVED_KINDS, Digest, digest_kind
from tests.support.feeds import ListFeed

NOW_US = 1_800_000_000_000_000


def fixed_wall(now_us: int = NOW_US) -> Callable[[], int]:
    """Return a wall clock that a test moves by hand; it advances a second at every look."""
    ticks = iter(range(now_us, now_us + 10**15, 1_000_000))
    return lambda: next(ticks)


def make_run(name: str = "test") -> Run:
    """Make an import run."""
    last = Run.objects.order_by("-id").first()
    return Run.objects.create(id=(last.id if last else 0) + 1, name=name, kind=Run.Kind.IMPORT)


@contextmanager
def ingest_worker(
    feed: Feed, *, run: int = 0, clock_rule: ClockRule = "event"
) -> Iterator[IngestWorker]:
    """Give a worker that owns its streams."""
    seconds = iter(range(10**9))  # a second at every look: whatever has a cadence is due
    worker = IngestWorker(
        feed,
        run=run,
        clock_rule=clock_rule,
        wall_us=fixed_wall(),
        monotonic=lambda: float(next(seconds)),
    )
    try:
        assert worker.take_over()
        yield worker
    finally:
        worker.close()


def ingest_all(
    items: Sequence[FeedItem], *, run: int = 0, chunk: int = 1_000, resumes: bool = True
) -> None:
    """Write items into the log as a finished feed would."""
    feed = ListFeed(items, chunk=chunk, resumes=resumes)
    with ingest_worker(feed, run=run) as worker:
        while not feed.finished:
            worker.step()
        worker.finish()


def derive_all(run: int = 0, *, max_entries: int = 20_000) -> int:
    """Derive a run to the end of its log; returns the number of steps."""
    worker = ComputeWorker(run=run, max_entries=max_entries)
    try:
        assert worker.take_over()
        while worker.step():
            pass
        return worker.step_no
    finally:
        worker.close()


def forget_derived(run: int = 0) -> None:
    """Remove what was derived of every run in the schema, so that it can be derived again."""
    tables = ", ".join([*DERIVED_KINDS, "step_ledger", "operator_state"])
    with connect(alias_of(run), "test") as conn:
        conn.execute(f"TRUNCATE {tables}")


def derived_digests(run: int = 0) -> list[Digest]:
    """Return the canonical digests of a run's derived kinds."""
    with connect(alias_of(run), "test") as conn:
        return [digest_kind(conn, run=run, kind=kind) for kind in DERIVED_KINDS]


def seed_items(count: int, seed: int = 7) -> list[FeedItem]:
    """Return the first events of the seeded market."""
    return list(ledger(seed, count))


def run_until(stop: threading.Event, step: Callable[[], object]) -> threading.Thread:
    """Run a step in a thread until stopped."""

    def loop() -> None:
        while not stop.is_set():
            step()

    thread = threading.Thread(target=loop)
    thread.start()
    return thread


def busy_items(count: int) -> list[FeedItem]:
    """Return the tape of the engine's bench: crowded with orders that raise alerts."""
    return list(make_stream(count, "busy", 4))


def busy_run(name: str = "old", events: int = 4_000) -> Run:
    """Make an import run of a tape that raises alerts of every severity, derived."""
    run = make_run(name)
    ingest_all(busy_items(events), run=run.id)
    derive_all(run.id)
    return run
