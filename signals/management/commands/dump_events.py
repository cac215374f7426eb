"""Print a run as canonical JSON lines, and one SHA-256 per kind at the end."""

import hashlib
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from flow.storage.db import connect
from flow.storage.runs import run_number
from flow.storage.schemas import alias_of
from signals.dump import KINDS, dump_kind


class Command(BaseCommand):
    help = "Print canonical JSON lines of every kind, ending with `sha256 KIND COUNT HEX` lines."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--run", default="live")
        parser.add_argument("--kind", choices=KINDS, action="append", help="default: every kind")
        parser.add_argument("--hashes-only", action="store_true", help="leave the rows out")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = run_number(options["run"])
        except LookupError as error:
            raise CommandError(str(error)) from error
        out = self.stdout
        last: list[str] = []
        with connect(alias_of(run), "dump", idle_ms=0) as conn:
            for kind in options["kind"] or KINDS:
                digest, count = hashlib.sha256(), 0
                for line in dump_kind(conn, run=run, kind=kind):
                    digest.update(line + b"\n")
                    count += 1
                    if not options["hashes_only"]:
                        out.write(line.decode())
                last.append(f"sha256 {kind} {count} {digest.hexdigest()}")
        for sentence in last:
            out.write(sentence)
