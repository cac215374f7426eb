"""bin/manage candle_checks: continuous aggregates that check candles, where licensed."""

from typing import Any

from django.core.management.base import BaseCommand

from flow.storage.db import connect
from signals.storage.aggregates import install, is_licensed, statements


class Command(BaseCommand):
    help = "Make the continuous aggregates that check candles; without --apply only show them"

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--apply", action="store_true", help="make them, where licensed")

    def handle(self, *args: Any, **options: Any) -> None:
        with connect("default", "candle checks") as conn:
            if not options["apply"]:
                for statement in statements():
                    self.stdout.write(f"{statement.as_string(conn)};\n")
            elif is_licensed(conn):
                self.stdout.write(f"{install(conn)} statements executed")
            else:
                self.stdout.write(
                    "nothing executed: timescaledb.license is not 'timescale' on this server;"
                    " candles are rolled up from base bars all the same"
                )
