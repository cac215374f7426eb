"""One day derived three times: as it is, again, and as a slow network might have brought it."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from flow.domain.units import MICROS, SECOND_US
from flow.storage.db import connect
from flow.storage.schemas import RUNS
from ingest.lean import import_files
from ingest.worker import IngestWorker
from islandflow.tickproof.comparing import ProofFailed, Say
from islandflow.tickproof.shuffled import ShuffledFeed
from replay.imports import derive, load
from replay.models import Run
from replay.runs import open_import_run
from signals.dump import Digest, digest_kind

LATENESS_US = 5 * SECOND_US  # tuning's default for off-exchange inference and for candles
RAW, DERIVED = ("equity_print", "equity_quote"), ("dark_event", "candle", "evidence_link")


class DayProof(NamedTuple):
    """What one day gave, every time. `run` is the first of the runs."""

    run: int
    digests: list[Digest]
    moved: int

    @property
    def line(self) -> str:
        """Return rows and digests."""
        told = ", ".join(f"{d.rows:,} {d.kind} {d.sha256}" for d in self.digests)
        return (
            f"derived twice and with {self.moved:,} events out of order by up to"
            f" {LATENESS_US // MICROS} s: {told}"
        )


def prove_day(files: Sequence[Path], name: str, *, seed: int, say: Say) -> DayProof:
    """Derive a day's files into three runs and compare their canonical dumps.

    Errors: ProofFailed.
    """
    runs = [open_import_run(f"{name} {which}") for which in ("first", "second", "shuffled")]
    first, second, third = runs
    for run in (first, second):
        say(f"{run.name}: importing")
        load(import_files(*files), run, progress=lambda _: None)
        derive(run)
    shuffled = ShuffledFeed(import_files(*files), within_us=LATENESS_US, seed=seed)
    say(f"{third.name}: importing")
    load_shuffled(shuffled, third)
    derive(third)
    raw = [digests_of(run, RAW) for run in (first, second)]
    found = [digests_of(run, DERIVED) for run in runs]
    for one, other in ((raw[0], raw[1]), (found[0], found[1]), (found[0], found[2])):
        if one != other:
            raise ProofFailed(f"{name}: {one}; again {other}")
    return DayProof(first.id, found[0], shuffled.moved)


def load_shuffled(feed: ShuffledFeed, run: Run) -> None:
    """Write a shuffled feed into the log of a run, as a live one: its clock is the wall's.

    The wall is the feed's own, so that a promise is kept by the market's time and not by ours.
    """
    worker = IngestWorker(
        feed, run=run.id, clock_rule="wall", wall_us=feed.wall_us, monotonic=feed.monotonic
    )
    try:
        if not worker.take_over():
            raise ProofFailed(f"{run.name} is being loaded by another process; wait for it")
        while not feed.finished:
            worker.step()
        worker.finish()
    finally:
        worker.close()


def digests_of(run: Run, kinds: Sequence[str]) -> list[Digest]:
    """Return rows and SHA-256 of a run's canonical dump."""
    with connect(RUNS, "tick proof", idle_ms=0) as conn:
        return [digest_kind(conn, run=run.id, kind=kind) for kind in kinds]
