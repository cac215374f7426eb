"""Importing files: a run of their own, through the path that a live feed takes, then derived."""

import threading
import time
from collections.abc import Callable
from typing import Protocol

from django.db import connections

from flow.storage.schemas import RUNS
from ingest.feeds import Feed
from ingest.lean_zip import Progress
from ingest.worker import IngestWorker
from replay.models import Run
from replay.runs import open_import_run
from signals.models import TuningRevision
from signals.storage.rows import BY_NAME


class RunBusyError(RuntimeError):
    """Another process loads the run; its state is that process's to say."""


class FileFeed(Feed, Protocol):
    """A finite feed over files: it has a name for its run, notes for the reader, and a length."""

    notes: tuple[str, ...]
    progress: Progress

    @property
    def name(self) -> str:
        """The default name of the run: folder and date."""


def load(feed: FileFeed, run: Run, *, progress: Callable[[int], None]) -> None:
    """Write a finite feed into the log of its run.

    Errors: FeedStopped after committing what came before the broken input; the run says so.
    """
    worker = IngestWorker(
        feed,
        run=run.id,
        clock_rule="event",
        wall_us=lambda: time.time_ns() // 1_000,
        origin="import",
    )
    try:
        _own(worker, run)
        _note(run, Run.State.LOADING)
        while not feed.finished:
            worker.step()
            progress(feed.progress.done)
        worker.finish()
    except RunBusyError:
        raise
    except Exception as error:
        _note(run, Run.State.STOPPED, str(error))
        raise
    finally:
        worker.close()
    _note_span(run)


def _own(worker: IngestWorker, run: Run) -> None:
    if not worker.take_over():
        raise RunBusyError(f"run {run.name} is being loaded by another process; wait for it")


def _note(run: Run, state: Run.State, detail: str = "") -> None:
    run.state, run.detail = state, detail
    run.save(update_fields=["state", "detail"])


def derive(run: Run) -> int:
    """Derive a run to the end of its log with the same compute step as live."""
    from signals.compute import run_worker

    _note(run, Run.State.COMPUTING)
    try:
        entries = run_worker(run.id, threading.Event(), until_idle=True)
    except Exception as error:
        _note(run, Run.State.FAILED, str(error))
        raise
    _note(run, Run.State.READY)
    return entries


def counts(run: Run) -> dict[str, int]:
    """Return the number of rows by kind, raw rows by the manifest, derived rows by the table."""
    with connections[RUNS].cursor() as cursor:
        cursor.execute(
            """SELECT s.kind, coalesce(sum(b.n - b.n_control), 0) FROM stream s
               LEFT JOIN batch b ON b.stream = s.id WHERE s.run = %s GROUP BY s.kind""",
            [run.id],
        )
        found = {str(kind): int(n) for kind, n in cursor.fetchall()}
        for table in (*BY_NAME, "quarantine"):
            cursor.execute(f"SELECT count(*) FROM {table} WHERE run = %s", [run.id])  # noqa: S608
            row = cursor.fetchone()
            found[table] = int(row[0]) if row else 0
    return found


def thresholds(run: Run) -> list[str]:
    """Return the tuning revisions that the streams of a run ended with, each with its reason."""
    with connections[RUNS].cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT tuning_revision FROM stream WHERE run = %s"
            " AND tuning_revision IS NOT NULL ORDER BY 1",
            [run.id],
        )
        numbers = [row[0] for row in cursor.fetchall()]
    reasons = dict(TuningRevision.objects.filter(pk__in=numbers).values_list("pk", "reason"))
    return [f"revision {number}: {reasons.get(number, 'not known')}" for number in numbers]


def open_run(name: str) -> Run:
    """Return the run to import into. Errors: ValueError for live, which no import may touch."""
    if name == "live":
        raise ValueError("run is 'live'; an import never writes into live; choose another name")
    return open_import_run(name)


def _note_span(run: Run) -> None:
    with connections[RUNS].cursor() as cursor:
        cursor.execute(
            """SELECT min(b.min_ts), max(b.max_ts) FROM batch b JOIN stream s ON s.id = b.stream
               WHERE s.run = %s""",
            [run.id],
        )
        row = cursor.fetchone()
    if row:
        run.first_ts, run.last_ts = row
        run.save(update_fields=["first_ts", "last_ts"])
