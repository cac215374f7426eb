"""Derive packets, events and alerts from the log: live until stopped, or one run to its end."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from flow.running import stop_on_signal, worker_exits
from flow.storage.runs import run_number
from flow.storage.schemas import LIVE
from flow.storage.tail import LogCorrupt
from flow.storage.waiting import wait_for_database
from signals.compute import NondeterminismError, run_worker


class Command(BaseCommand):
    help = "Derive the live run until stopped; with --run NAME derive that run to its end."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--run", default="live", help="name of the run")
        parser.add_argument(
            "--until-idle", action="store_true", help="end when the log has no more"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        stop = stop_on_signal()
        wait_for_database(stop, LIVE, "compute")
        try:
            run = run_number(options["run"])
        except LookupError as error:
            raise CommandError(str(error)) from error
        gone = "compute stops; the next start goes on from the last committed step"
        try:
            with worker_exits(stop, self.stderr, gone=gone):
                entries = run_worker(run, stop, until_idle=options["until_idle"] or run > 0)
        except (NondeterminismError, LogCorrupt) as alarm:
            raise CommandError(str(alarm)) from alarm
        if run > 0:
            self.stdout.write(f"run {options['run']}: {entries:,} entries derived")
