"""Stream one source into the log until told to stop."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from flow.cadence import wall_us
from flow.malformed import FeedStopped
from flow.storage.db import GONE
from flow.storage.leases import LeaseLost
from flow.storage.waiting import wait_for_database
from ingest.sources import SOURCES, open_feed
from ingest.worker import run_worker

LEASE_LOST = 3


class Command(BaseCommand):
    help = "Stream a source into the log: synthetic, or line for our JSONL over loopback TCP."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", choices=sorted(SOURCES))
        parser.add_argument("--address", default="", help="line: host:port of the sender")
        parser.add_argument("--limit", type=int, help="synthetic: end after so many events")
        parser.add_argument("--rate", type=float, help="synthetic: option prints per second")
        parser.add_argument("--as-fast-as-possible", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        try:
            feed, clock_rule = open_feed(options.pop("source"), options)
        except ValueError as error:
            raise CommandError(str(error)) from error
        wait_for_database(stop, "default", "ingest")
        try:
            run_worker(feed, stop, clock_rule=clock_rule, wall_us=wall_us)
        except LeaseLost as lost:
            self.stderr.write(str(lost))
            raise SystemExit(LEASE_LOST) from lost
        except FeedStopped as stopped:
            # A restart would read the same input again: stay, stopped and not ready, for a person.
            self.stderr.write(str(stopped))
            stop.wait()
            raise CommandError(str(stopped)) from stopped
        except GONE as error:
            raise CommandError(
                "the database went away, so the feed stops; what was not committed is read again"
                f" after the next start: {error}"
            ) from error
