"""Measure the product on this machine. Each measurement prints a table and a verdict line."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from islandflow.bench.engine import goals_of, lines_of, run_engine, verdict_of
from islandflow.bench.equities import FULL_EVENTS as FULL_EQUITIES
from islandflow.bench.equities import equity_goals, equity_lines, run_equities
from islandflow.bench.load import (
    GROWTH_LIMIT_MB,
    LAG_LIMIT_S,
    LATE_LIMIT,
    LoadResult,
    run_load,
)
from islandflow.bench.stream import FULL_EVENTS, SECONDS
from islandflow.scratch import run_inside_scratch

LEAST_MINUTES = 0.4  # less has no samples after the start


class Command(BaseCommand):
    help = (
        "Measure: `bench load` drives ingest and compute at a steady rate, `bench engine` times "
        "the engine beside what a plain dict does in the same minute, `bench equities` its join, "
        "off-exchange inference and candles."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["load", "engine", "equities"])
        parser.add_argument("--rate", type=int, default=5_000, help="load: option prints a second")
        parser.add_argument("--minutes", type=float, default=10.0, help="load: how long")
        parser.add_argument("--events", type=int, help="engine, equities: how many")
        parser.add_argument("--runs", type=int, default=3, help="both: passes to take medians of")
        parser.add_argument("--shape", choices=sorted(SECONDS), default="busy", help="both: tape")
        parser.add_argument("--inside", action="store_true", help="internal: the scratch is ready")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "engine":
            self._engine(options)
        elif options["what"] == "equities":
            self._equities(options)
        elif options["minutes"] < LEAST_MINUTES:
            raise CommandError(f"{options['minutes']} minutes; expected {LEAST_MINUTES} or more")
        elif options["inside"]:
            call_command("migrate", verbosity=0)
            result = run_load(options["rate"], options["minutes"] * 60, say=self.stderr.write)
            self._report(result, options["rate"])
        else:
            words = [f"--{key}={options[key]}" for key in ("rate", "minutes")]
            if run_inside_scratch("bench", "load", "--inside", *words):
                raise CommandError("the goal was missed; the lines above have the figures")

    def _engine(self, options: dict[str, Any]) -> None:
        events, runs = _size(options, FULL_EVENTS)
        found = run_engine(
            events, runs, options["shape"], source=settings.BASE_DIR, home=settings.HOME
        )
        self._tell(lines_of(found), verdict_of(goals_of(found)))

    def _equities(self, options: dict[str, Any]) -> None:
        events, runs = _size(options, FULL_EQUITIES)
        found = run_equities(
            events, runs, options["shape"], source=settings.BASE_DIR, home=settings.HOME
        )
        self._tell(equity_lines(found), verdict_of(equity_goals(found), "EQUITIES"))

    def _tell(self, lines: Iterable[str], verdict: str) -> None:
        for line in lines:
            self.stdout.write(line)
        self.stdout.write(verdict)
        if verdict.split()[1] == "FAILED":
            raise SystemExit(1)

    def _report(self, r: LoadResult, rate: int) -> None:
        write = self.stdout.write
        write(f"option prints/s   {r.prints_per_s:10,.0f}   (asked {rate:,})")
        write(f"all events/s      {r.events_per_s:10,.0f}")
        write(f"lag p50/p99/max s {r.lag_p50_s:10.3f} {r.lag_p99_s:.3f} {r.lag_max_s:.3f}")
        write(f"of it to the log  {r.stored_p99_s:10.3f}   p99, from the event to its commit")
        for name, (first, last) in r.memory_mb.items():
            share = 100 * r.cpu_s[name] / r.seconds
            write(f"{name:<17} {first:10.0f} MB -> {last:.0f} MB, {share:.0f} % of a core")
        kept_up = r.prints_per_s >= 0.97 * rate and r.lag_p99_s < LAG_LIMIT_S
        whole = r.late_share < LATE_LIMIT and r.gaps == 0
        good = kept_up and whole and r.growth_mb < GROWTH_LIMIT_MB
        verdict = "LOAD PASSED" if good else "LOAD FAILED"
        write(
            f"{verdict} {r.seconds:.0f} s at {r.prints_per_s:,.0f} prints/s:"
            f" lag p99 {r.lag_p99_s:.3f} s (limit {LAG_LIMIT_S}),"
            f" memory growth {r.growth_mb:.0f} MB (limit {GROWTH_LIMIT_MB:.0f}),"
            f" {r.late} late ({100 * r.late_share:.3f} %, limit {100 * LATE_LIMIT:.3f}),"
            f" {r.gaps} gaps"
        )
        if not good:
            raise SystemExit(1)


def _size(options: dict[str, Any], full: int) -> tuple[int, int]:
    events, runs = full if options["events"] is None else options["events"], options["runs"]
    if events < 1_000 or runs < 1:
        raise CommandError(f"{events} events in {runs} runs; expected 1000 in 1 or more")
    return events, runs
