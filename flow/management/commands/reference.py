"""Import reference files, and show what was known of a symbol as of an instant."""

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from flow.domain.clock import SystemClock
from flow.domain.sessions import at_new_york, new_york_date
from flow.domain.units import from_datetime
from flow.reference.actions import import_actions, import_adjustments
from flow.reference.calendar_files import import_calendar
from flow.reference.eod_files import find_files, import_eod
from flow.reference.loads import LoadError, Report
from flow.reference.option_eod import completeness
from flow.reference.show import show_lines
from flow.reference.symbols import import_aliases, import_constituents, import_symbols

KINDS = ("actions", "adjustments", "aliases", "calendar", "option-eod", "sp500", "symbols")
FORM = "expected 2024-06-21, or 2024-06-21T21:00:00Z with its offset"


class Command(BaseCommand):
    help = "Import reference files; show what was known of a symbol; count missing open interest."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        load = actions.add_parser("import", help="import one file, or a folder of option-eod")
        load.add_argument("kind", choices=KINDS)
        load.add_argument("path", type=Path)
        load.add_argument("--known-from", help="calendar: since when silent rows were known")
        load.add_argument("--effective", help="sp500: the day as of which the list holds")
        show = actions.add_parser("show", help="what was known of a symbol")
        show.add_argument("symbol")
        show.add_argument("--as-of", help="an instant with offset, or a day's end in New York")
        check = actions.add_parser("check", help="contracts without open interest, by underlying")
        check.add_argument("symbols", nargs="*")
        check.add_argument("--date", help="trade date; default: today in New York")

    def handle(self, *args: Any, **options: Any) -> None:
        now_us = SystemClock().now_us()
        try:
            for line in self._lines(options, now_us):
                self.stdout.write(line)
        except LoadError as error:
            raise CommandError(str(error)) from error

    def _lines(self, options: dict[str, Any], now_us: int) -> Iterator[str]:
        if options["action"] == "import":
            for report in _import(options, now_us):
                yield from report.lines()
        elif options["action"] == "show":
            as_of = options["as_of"]
            as_of_us = now_us if as_of is None else _instant("--as-of", as_of)
            yield from show_lines(options["symbol"], as_of_us)
        else:
            day = _day("--date", options["date"], now_us)
            found = completeness(day, [symbol.upper() for symbol in options["symbols"]])
            yield from (each.line() for each in found)
            if not found:
                yield f"no contract of {day} is known"


def _import(options: dict[str, Any], now_us: int) -> Iterator[Report]:
    path: Path = options["path"]
    match options["kind"]:
        case "calendar":
            known_from = options["known_from"]
            since = None if known_from is None else _instant("--known-from", known_from)
            report = import_calendar(path, now_us=now_us, known_from_us=since)
            yield from [] if report is None else [report]
        case "option-eod":
            for found in sorted(find_files(path)):
                report = import_eod(found, now_us=now_us)
                yield from [] if report is None else [report]
        case "sp500":
            effective = _day("--effective", options["effective"], now_us)
            yield import_constituents(path, now_us=now_us, effective=effective)
        case "symbols":
            yield import_symbols(path, now_us=now_us)
        case "aliases":
            yield import_aliases(path, now_us=now_us)
        case "actions":
            yield import_actions(path, now_us=now_us)
        case _:
            yield import_adjustments(path, now_us=now_us)


def _day(option: str, text: str | None, now_us: int) -> date:
    if text is None:
        return date.fromordinal(new_york_date(now_us))
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{option} is {text}; expected a date such as 2024-06-21") from error


def _instant(option: str, text: str) -> int:
    """Return microseconds; a date is its end in New York, never earlier."""
    try:
        if len(text) == 10:
            return at_new_york(date.fromisoformat(text).toordinal(), time(23, 59, 59))
        return from_datetime(datetime.fromisoformat(text))
    except ValueError as error:
        raise CommandError(f"{option} is {text}; {FORM}") from error
