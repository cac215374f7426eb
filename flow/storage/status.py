"""How the log stands right now: heads of streams, and what each source last said.

Every statement is bounded by the run's few streams; nothing here counts rows.
"""

from datetime import datetime
from typing import NamedTuple

from django.db import connections

# Source: product-ui.md; a feed that says nothing must look dead (design, "What it is").
STALE_AFTER_S = 15.0
DEAD_AFTER_S = 60.0
ENDED_STATES = frozenset({"stopped", "finished"})


class StreamStatus(NamedTuple):
    """The head of one stream. `head_seq` is the newest committed entry, 0 while it is empty."""

    id: int
    name: str
    source: str
    kind: str
    head_seq: int
    batch_no: int
    clock: datetime | None
    tuning_revision: int | None
    off_exchange: bool | None  # whether the feed carries such prints; None where it says nothing


class SourceStatus(NamedTuple):
    """One feed by its cursor row, and how long it has been silent by the database's clock."""

    source: str
    state: str
    detail: str
    silence_s: float | None
    delay_s: float | None
    received: int
    stored: int
    duplicates: int
    quarantined: int
    late: int
    last_event_ts: datetime | None
    last_received_at: datetime | None
    events_per_s: float | None  # achieved lately, where the feed measures it
    asked_events_per_s: float | None  # of a load run

    @property
    def word(self) -> str:
        """Return live, stale, dead, stopped, finished, or starting: what a person needs first."""
        if self.state in ENDED_STATES:
            return self.state
        if self.silence_s is None:
            return "starting"
        if self.silence_s >= DEAD_AFTER_S:
            return "dead"
        return "stale" if self.silence_s >= STALE_AFTER_S else "live"


class WaitingBatches(NamedTuple):
    """What a reader of a stream has not taken yet."""

    batches: int
    entries: int
    oldest_s: float | None
    newest_s: float | None


def stream_status(alias: str, run: int) -> list[StreamStatus]:
    """Return the streams of a run by name."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            """SELECT id, name, source, kind, next_seq - 1, batch_no, clock, tuning_revision,
                      CASE WHEN kind = 'equity_print'
                           THEN (capabilities ->> 'off_exchange')::boolean END
               FROM stream WHERE run = %s ORDER BY name LIMIT 1000""",
            [run],
        )
        return [StreamStatus(*row) for row in cursor.fetchall()]


def source_status(alias: str, run: int) -> list[SourceStatus]:
    """Return the sources of a run by name."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            """SELECT source, state, detail,
                      extract(epoch FROM clock_timestamp() - last_received_at)::float8,
                      extract(epoch FROM last_received_at - last_event_ts)::float8,
                      received, stored, duplicates, quarantined, late,
                      last_event_ts, last_received_at, events_per_s, asked_events_per_s
               FROM feed_cursor WHERE run = %s ORDER BY source LIMIT 1000""",
            [run],
        )
        return [SourceStatus(*row) for row in cursor.fetchall()]


def waiting_batches(alias: str, stream: int, after: int) -> WaitingBatches:
    """Return what lies behind a batch number in a stream, by key."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            """SELECT coalesce(max(batch_no) - min(batch_no) + 1, 0),
                      coalesce(max(last_seq) - min(first_seq) + 1, 0),
                      extract(epoch FROM clock_timestamp() - min(committed_at))::float8,
                      extract(epoch FROM clock_timestamp() - max(committed_at))::float8
               FROM batch WHERE stream = %s AND batch_no > %s""",
            [stream, after],
        )
        return WaitingBatches(*cursor.fetchone())
