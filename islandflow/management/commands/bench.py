"""Measure the product on this machine. Each measurement prints a table and a verdict line."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from islandflow.bench.load import GROWTH_LIMIT_MB, LAG_LIMIT_S, LoadResult, run_load
from islandflow.scratch import run_inside_scratch


class Command(BaseCommand):
    help = "Measure: `bench load` drives ingest and compute at a steady rate."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["load"])
        parser.add_argument("--rate", type=int, default=5_000, help="option prints per second")
        parser.add_argument("--minutes", type=float, default=10.0)
        parser.add_argument("--inside", action="store_true", help="internal: the scratch is ready")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["inside"]:
            words = [f"--{key}={options[key]}" for key in ("rate", "minutes")]
            if run_inside_scratch("bench", options["what"], "--inside", *words):
                raise CommandError("the goal was missed; the lines above have the figures")
            return
        call_command("migrate", verbosity=0)
        result = run_load(options["rate"], options["minutes"] * 60, say=self.stderr.write)
        self._report(result, options["rate"])

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
        whole = r.late == 0 and r.gaps == 0
        good = kept_up and whole and r.growth_mb < GROWTH_LIMIT_MB
        verdict = "LOAD PASSED" if good else "LOAD FAILED"
        write(
            f"{verdict} {r.seconds:.0f} s at {r.prints_per_s:,.0f} prints/s:"
            f" lag p99 {r.lag_p99_s:.3f} s (limit {LAG_LIMIT_S}),"
            f" memory growth {r.growth_mb:.0f} MB (limit {GROWTH_LIMIT_MB:.0f}),"
            f" {r.late} late, {r.gaps} gaps"
        )
        if not good:
            raise SystemExit(1)
