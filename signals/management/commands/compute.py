"""Derive packets, events and alerts from the log: live until stopped, or one run to its end."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from flow.storage.db import GONE
from flow.storage.leases import LeaseLost
from flow.storage.runs import run_number
from flow.storage.schemas import LIVE
from flow.storage.tail import LogCorrupt
from flow.storage.waiting import wait_for_database
from signals.compute import NondeterminismError, run_worker

LEASE_LOST = 3


class Command(BaseCommand):
    help = "Derive the live run until stopped; with --run NAME derive that run to its end."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--run", default="live", help="name of the run")
        parser.add_argument(
            "--until-idle", action="store_true", help="end when the log has no more"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        wait_for_database(stop, LIVE, "compute")
        try:
            run = run_number(options["run"])
        except LookupError as error:
            raise CommandError(str(error)) from error
        try:
            entries = run_worker(run, stop, until_idle=options["until_idle"] or run > 0)
        except LeaseLost as lost:
            self.stderr.write(str(lost))
            raise SystemExit(LEASE_LOST) from lost
        except GONE as error:
            raise CommandError(
                "the database went away, so compute stops; the next start goes on from the"
                f" last committed step: {error}"
            ) from error
        except (NondeterminismError, LogCorrupt) as alarm:
            raise CommandError(str(alarm)) from alarm
        if run > 0:
            self.stdout.write(f"run {options['run']}: {entries:,} entries derived")
