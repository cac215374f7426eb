"""Import files into a run of their own and derive it with the same compute step as live."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from flow.malformed import FeedStopped
from ingest.feeds import ImportFormatError
from ingest.jsonl_files import import_jsonl
from ingest.lean import import_files
from replay.imports import FileFeed, counts, derive, load, open_run, thresholds
from replay.models import Run

FORMATS = ("lean", "jsonl")


class Command(BaseCommand):
    help = "Import market data files into a run of their own, then derive the run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", nargs="+", type=Path, help="files or folders, read as one")
        parser.add_argument("--format", choices=FORMATS, required=True)
        parser.add_argument("--run", help="name of the run; default: folder and date")
        parser.add_argument("--no-compute", action="store_true", help="load the log only")
        parser.add_argument("--no-progress", action="store_true", help="no progress bar")

    def handle(self, *args: Any, **options: Any) -> None:
        feed = self._open(options["format"], options["path"])
        try:
            run = open_run(options["run"] or feed.name)
        except ValueError as error:
            raise CommandError(str(error)) from error
        for note in feed.notes:
            self.stdout.write(note)
        try:
            self._load(feed, run, quiet=options["no_progress"])
        except (FeedStopped, ImportFormatError, RuntimeError) as error:
            raise CommandError(str(error)) from error
        if not options["no_compute"]:
            derive(run)
        self._report(run)

    def _open(self, form: str, paths: list[Path]) -> FileFeed:
        try:
            if form == "lean":
                return import_files(*paths)
            return import_jsonl(*paths)
        except ImportFormatError as error:
            raise CommandError(str(error)) from error

    def _load(self, feed: FileFeed, run: Run, *, quiet: bool) -> None:
        with tqdm(
            total=feed.progress.total, unit="B", unit_scale=True, disable=quiet, desc=run.name
        ) as bar:
            load(feed, run, progress=lambda done: bar.update(done - bar.n))

    def _report(self, run: Run) -> None:
        self.stdout.write(f"run {run.name}")
        for kind, count in counts(run).items():
            self.stdout.write(f"  {kind:<18} {count:>12,}")
        for text in thresholds(run):
            self.stdout.write(f"  thresholds         {text}")
