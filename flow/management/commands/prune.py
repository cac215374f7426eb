"""Retention by hand: what beat does every night, with a look before it."""

import re
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from flow.storage.retention import KINDS, Chunk, Kind, Pruned, prune

_AGE = re.compile(r"([0-9]{1,5})([dh])")
_UNITS = {"d": "days", "h": "hours"}


class Command(BaseCommand):
    help = "Drop live prints, quotes and control entries that are older than they are kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        kept = ", ".join(f"{kind.name} {kind.days}d" for kind in KINDS.values())
        parser.add_argument("--kind", choices=sorted(KINDS), help="only this kind; default: all")
        parser.add_argument("--older-than", help=f"such as 90d or 12h; default: {kept}")
        parser.add_argument("--dry-run", action="store_true", help="say it, do not do it")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = [KINDS[options["kind"]]] if options["kind"] else list(KINDS.values())
        for kind in chosen:
            try:
                pruned = prune(kind, _age(options, kind), dry_run=options["dry_run"])
            except OperationalError as error:
                raise CommandError(
                    f"{kind.name}: {error}; try again when less is running"
                ) from error
            self._tell(pruned, is_dry=options["dry_run"])

    def _tell(self, pruned: Pruned, *, is_dry: bool) -> None:
        verb = "would drop" if is_dry else "dropped"
        for chunk in pruned.chunks:
            self.stdout.write(f"{verb} {chunk.name}: {_span(chunk)}")
        deleted = "".join(f", {count} rows of {name}" for name, count in pruned.rows.items())
        self.stdout.write(
            f"{pruned.kind} before {pruned.cutoff:%Y-%m-%d %H:%M} UTC: {verb}"
            f" {len(pruned.chunks)} chunks{deleted}"
        )


def _span(chunk: Chunk) -> str:
    return (
        f"{chunk.table} {chunk.first:%Y-%m-%d %H:%M} to {chunk.last:%Y-%m-%d %H:%M} UTC,"
        f" about {chunk.rows:,} rows"
    )


def _age(options: dict[str, Any], kind: Kind) -> timedelta:
    text = options["older_than"]
    if text is None:
        return timedelta(days=kind.days)
    match = _AGE.fullmatch(text)
    if match is None or int(match[1]) == 0:
        raise CommandError(f"--older-than is {text}; expected days or hours such as 90d or 12h")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
