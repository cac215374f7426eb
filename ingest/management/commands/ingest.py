"""Stream one source into the log until told to stop."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from flow.cadence import wall_us
from flow.malformed import FeedStopped
from flow.running import stop_on_signal, worker_exits
from flow.storage.waiting import wait_for_database
from ingest.sources import SOURCES, open_feed
from ingest.worker import run_worker


class Command(BaseCommand):
    help = "Stream a source into the log: synthetic, or line for our JSONL over loopback TCP."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", choices=sorted(SOURCES))
        parser.add_argument("--address", default="", help="line: host:port of the sender")
        parser.add_argument("--limit", type=int, help="synthetic: end after so many events")
        parser.add_argument("--rate", type=float, help="synthetic: option prints per second")
        parser.add_argument("--as-fast-as-possible", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = stop_on_signal()
        try:
            feed, clock_rule = open_feed(options.pop("source"), options)
        except ValueError as error:
            raise CommandError(str(error)) from error
        wait_for_database(stop, "default", "ingest")
        gone = "the feed stops; what was not committed is read again after the next start"
        with worker_exits(stop, self.stderr, gone=gone, stays_stopped=(FeedStopped,)):
            run_worker(feed, stop, clock_rule=clock_rule, wall_us=wall_us)
