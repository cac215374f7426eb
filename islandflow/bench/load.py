"""Ingest and compute together under a steady rate: lag from event to derived, memory over time."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from django.conf import settings

from flow.storage.db import connect

SAMPLE_S = 5.0
WARM_SHARE = 0.2  # the first fifth fills rings and caches; memory is judged after it
START_LIMIT_S = 120.0
# The two workers start at once. What piled up before the second one stepped is no lag of its, nor
# is what it needs to catch up.
CATCH_UP_S = 10.0
LAG_LIMIT_S = 1.0
GROWTH_LIMIT_MB = 64.0
# The synthetic feed sends a few prints in ten thousand so late that their time is over, as real
# feeds do (ingest/synthetic/tables.py). More than that were made late here.
LATE_LIMIT = 0.001
# Of each print by itself, and of those that came in time: a message that spent 20 s on the wire
# says nothing about us, and the oldest print of a batch is often one. Batches are numbered without
# holes and lie in seq order, so the place among their first positions is the number.
LAGS: LiteralString = """
    WITH tape AS (SELECT id FROM stream WHERE kind = 'option_print'),
    edges AS (SELECT array_agg(first_seq ORDER BY batch_no) AS firsts
              FROM batch WHERE stream = (SELECT id FROM tape)),
    done AS MATERIALIZED (
        SELECT b.batch_no, b.committed_at AS stored_at, min(l.committed_at) AS derived_at
        FROM batch b JOIN step_ledger l ON l.stream = b.stream
         AND b.batch_no BETWEEN l.first_batch AND l.last_batch
        WHERE b.stream = (SELECT id FROM tape)
          AND b.committed_at > (SELECT min(committed_at) FROM step_ledger) + %s * interval '1 s'
        GROUP BY b.batch_no, b.committed_at),
    lag AS (
        SELECT extract(epoch FROM done.derived_at - p.ts) AS seconds,
               extract(epoch FROM done.stored_at - p.ts) AS stored
        FROM option_print p
        JOIN done ON done.batch_no = width_bucket(p.seq, (SELECT firsts FROM edges))
        WHERE p.stream = (SELECT id FROM tape) AND p.flags & 1 = 0)
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds),
           percentile_cont(0.99) WITHIN GROUP (ORDER BY seconds), max(seconds),
           percentile_cont(0.99) WITHIN GROUP (ORDER BY stored) FROM lag"""


@dataclass(frozen=True)
class LoadResult:
    """What a load run measured."""

    prints_per_s: float
    events_per_s: float
    lag_p50_s: float
    lag_p99_s: float
    lag_max_s: float
    stored_p99_s: float
    memory_mb: dict[str, tuple[float, float]]
    cpu_s: dict[str, float]
    seconds: float
    late: int
    late_share: float
    gaps: int

    @property
    def growth_mb(self) -> float:
        return max(last - first for first, last in self.memory_mb.values())


def run_load(rate: int, seconds: float, *, say: Callable[[str], None]) -> LoadResult:
    """Run the real workers on the synthetic feed at `rate` option prints per second."""
    commands = {
        "ingest": ["ingest", "synthetic", f"--rate={rate}"],
        "compute": ["compute"],
    }
    processes = {
        name: subprocess.Popen(  # noqa: S603 - our own commands
            [sys.executable, "manage.py", *words], cwd=settings.BASE_DIR, env=os.environ.copy()
        )
        for name, words in commands.items()
    }
    try:
        _await_first_step(processes)
        samples = _watch(processes, seconds, say)
    finally:
        cpu = {name: _cpu_s(process.pid) for name, process in processes.items()}
        for process in processes.values():
            process.send_signal(signal.SIGTERM)
        for process in processes.values():
            process.wait(30)
    with connect("default", "bench") as conn:
        return _measure(conn, samples, cpu)


def _await_first_step(processes: dict[str, subprocess.Popen[bytes]]) -> None:
    started = time.monotonic()
    with connect("default", "bench") as conn:
        while conn.execute("SELECT 1 FROM step_ledger LIMIT 1").fetchone() is None:
            _check_alive(processes)
            if time.monotonic() - started > START_LIMIT_S:
                raise RuntimeError(f"nothing was computed in the first {START_LIMIT_S:.0f} s")
            conn.rollback()
            time.sleep(0.2)


def _check_alive(processes: dict[str, subprocess.Popen[bytes]]) -> None:
    for name, process in processes.items():
        if process.poll() is not None:
            raise RuntimeError(f"{name} ended with code {process.returncode} under load")


def _watch(
    processes: dict[str, subprocess.Popen[bytes]], seconds: float, say: Callable[[str], None]
) -> list[dict[str, float]]:
    samples: list[dict[str, float]] = []
    started = time.monotonic()
    while (now := time.monotonic() - started) < seconds:
        time.sleep(min(SAMPLE_S, seconds - now))
        _check_alive(processes)
        samples.append({name: _rss_mb(process.pid) for name, process in processes.items()})
        if len(samples) % 12 == 0:
            say(f"{time.monotonic() - started:.0f} s: {samples[-1]}")
    return samples


def _measure(
    conn: psycopg.Connection[Any], samples: list[dict[str, float]], cpu: dict[str, float]
) -> LoadResult:
    row = conn.execute(LAGS, (CATCH_UP_S,)).fetchone()
    totals = conn.execute(
        """SELECT coalesce(sum(n - n_control) FILTER (WHERE s.kind = 'option_print'), 0),
                  coalesce(sum(n - n_control) FILTER (WHERE s.kind = 'equity_print'), 0),
                  sum(n - n_control),
                  extract(epoch FROM max(b.committed_at) - min(b.committed_at))
           FROM batch b JOIN stream s ON s.id = b.stream"""
    ).fetchone()
    assert row is not None  # noqa: S101 - aggregates always give a row
    assert totals is not None  # noqa: S101 - aggregates always give a row
    options, equities, events, seconds = (float(total) for total in totals)
    late = _number(conn, "SELECT coalesce(sum(late), 0) FROM feed_cursor")
    first = samples[int(len(samples) * WARM_SHARE)]
    return LoadResult(
        prints_per_s=options / seconds,
        events_per_s=events / seconds,
        lag_p50_s=float(row[0]),
        lag_p99_s=float(row[1]),
        lag_max_s=float(row[2]),
        stored_p99_s=float(row[3]),
        memory_mb={name: (first[name], samples[-1][name]) for name in first},
        cpu_s=cpu,
        seconds=seconds,
        late=late,
        late_share=late / (options + equities),
        gaps=_number(conn, "SELECT count(*) FROM gap"),
    )


def _number(conn: psycopg.Connection[Any], query: LiteralString) -> int:
    row = conn.execute(query).fetchone()
    return int(row[0]) if row else 0


def _rss_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _cpu_s(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
