"""One import or refresh: its report, its row in `reference_load`, what it refused in quarantine.

All writers of reference data take one lock, so loads become visible in the order of their ids, and
a reader that has seen a load never misses an earlier one.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from flow.domain.ids import content_uid
from flow.domain.units import to_datetime
from flow.models import ReferenceLoad

# An advisory lock, of writers of reference data (the other one: ingest/synthetic_control.py).
LOCK_KEY = 7_301_101
EXAMPLES = 5
QUARANTINED_BYTES = 65_536


class LoadError(ValueError):
    """A file or an answer that is not taken at all; the text is one sentence for people."""


@dataclass(frozen=True)
class Refused:
    """One row that was not taken."""

    reason: str
    detail: str
    place: str
    raw: bytes


@dataclass
class Report:
    """What became of the rows: rows = accepted + refused; `changed` of the accepted were new."""

    kind: str
    origin: str
    content: str = ""
    rows: int = 0
    accepted: int = 0
    changed: int = 0
    refused: list[Refused] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def skipped(self) -> dict[str, int]:
        """Return the number of refused rows by reason."""
        return dict(sorted(Counter(each.reason for each in self.refused).items()))

    def refuse(self, reason: str, detail: str, *, place: str, raw: object) -> None:
        """Note a row that cannot be used, with what it said."""
        data = raw if isinstance(raw, bytes) else json.dumps(raw, default=str).encode()
        self.refused.append(Refused(reason, detail, place, data[:QUARANTINED_BYTES]))

    def lines(self) -> list[str]:
        """Return the report for a terminal."""
        lines = [
            f"{self.kind} from {self.origin}: {self.rows:,} rows, {self.accepted:,} accepted"
            f" ({self.changed:,} new or changed), {len(self.refused):,} skipped"
        ]
        for reason, count in self.skipped.items():
            of_it = [each for each in self.refused if each.reason == reason][:EXAMPLES]
            lines.append(f"  {reason}: {count:,}; {'; '.join(each.detail for each in of_it)}")
        return lines + [f"  {note}" for note in self.notes]


@contextmanager
def loading(report: Report, *, now_us: int) -> Iterator[ReferenceLoad]:
    """Give the load row under which tables are written; all of it commits, or nothing.

    A failure is noted in a row of its own and raised again.
    """
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_KEY])
            load = ReferenceLoad.objects.create(
                kind=report.kind,
                origin=report.origin,
                content=report.content,
                ok=True,
                started_at=to_datetime(now_us),
                finished_at=to_datetime(now_us),
            )
            yield load
            _finish(load, report)
            _quarantine(report, now_us)
    except Exception as error:
        note_failure(report, str(error), now_us=now_us)
        raise


def note_failure(report: Report, detail: str, *, now_us: int) -> None:
    """Write the row of a load that took nothing."""
    instant = to_datetime(now_us)
    ReferenceLoad.objects.create(
        kind=report.kind, origin=report.origin, content=report.content, ok=False,
        rows=report.rows, skipped=report.skipped, detail=detail[:2_000],
        started_at=instant, finished_at=instant,
    )  # fmt: skip


def newest_load(kind: str, origin: str) -> ReferenceLoad | None:
    """Return the newest good load of a kind and origin."""
    return ReferenceLoad.objects.filter(kind=kind, origin=origin, ok=True).order_by("-id").first()


def content_hash(data: bytes) -> str:
    """Return the text by which a file is known again."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _finish(load: ReferenceLoad, report: Report) -> None:
    load.rows, load.accepted, load.changed = report.rows, report.accepted, report.changed
    load.skipped, load.detail = report.skipped, " ".join(report.notes)[:2_000]
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        load.finished_at = max(cursor.fetchone()[0], load.started_at)
    load.save()


def _quarantine(report: Report, now_us: int) -> None:
    """Store refused rows once: the same bytes of a kind are one row, wherever they stood."""
    source = f"reference:{report.kind}"
    values: list[tuple[Any, ...]] = [
        (
            source,
            each.reason,
            each.detail[:2_000],
            each.place,
            each.raw,
            content_uid(each.reason, each.raw.hex()).hex(),
            to_datetime(now_us),
        )
        for each in report.refused
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            """INSERT INTO quarantine (run, source, reason, detail, place, raw, uid, received_at)
               VALUES (0, %s, %s, %s, %s, %s, %s::uuid, %s)
               ON CONFLICT (run, source, uid) DO NOTHING""",
            values,
        )
