"""Stories into their tables: inside the transaction that writes their log rows, or not at all."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
import psycopg

from flow.domain.units import to_datetime
from flow.storage.leases import Lease, hold
from news.revisions import Known, change_times
from news.sanitize import SANITIZER_VERSION
from news.stories import Story


class Entry(NamedTuple):
    """A story and its place in the log. Units: `received_at` in microseconds since 1970 UTC."""

    story: Story
    stream: int
    seq: int
    received_at: int


def read_known(
    conn: psycopg.Connection[Any], *, run: int, provider: str, story_ids: Sequence[int]
) -> dict[int, list[Known]]:
    """Return the stored revisions of some stories of one provider, by story."""
    found: dict[int, list[Known]] = {}
    with conn.cursor(binary=True) as cursor:
        cursor.execute(
            """SELECT story_id, updated_ts, content_hash FROM news_revision
               WHERE run = %s AND provider = %s AND story_id = ANY(%s::bigint[])""",
            (run, provider, sorted(set(story_ids))),
        )
        for story_id, updated_ts, content_hash in cursor.fetchall():
            found.setdefault(story_id, []).append(Known(updated_ts, content_hash))
    return found


def write_stories(conn: psycopg.Connection[Any], *, run: int, entries: Sequence[Entry]) -> None:
    """Insert revisions and bring their stories up to date, in the order given.

    The caller's transaction holds the lease. Other writers of the run wait here until it ends.
    Errors: psycopg.errors.UniqueViolation for a revision that is stored already.
    """
    if not entries:
        return
    head = _lock_change_head(conn, run)
    times = change_times(head, [entry.story.updated_ts for entry in entries])
    with conn.cursor() as cursor:
        cursor.executemany(
            _REVISION,
            [_revision(run, entry, ts) for entry, ts in zip(entries, times, strict=True)],
        )
        cursor.executemany(_STORY, [_story(run, entry) for entry in entries])
    conn.execute(
        "UPDATE news_change_head SET changed_ts = %s WHERE run = %s",
        (to_datetime(times[-1]), run),
    )


def open_gap(
    conn: psycopg.Connection[Any], lease: Lease, *, run: int, source: str, from_ts: int, cause: str
) -> int:
    """Note that nothing is known to have come since an instant; return where the open gap began.

    A gap that is open already stays as it is.
    """
    with conn.transaction():
        hold(conn, lease)
        conn.execute(
            """INSERT INTO gap (run, source, scope, from_ts, cause)
               SELECT %(run)s, %(source)s, 'all', %(from_ts)s, %(cause)s
               WHERE NOT EXISTS (SELECT 1 FROM gap
                   WHERE run = %(run)s AND source = %(source)s AND to_ts IS NULL)""",
            {"run": run, "source": source, "from_ts": to_datetime(from_ts), "cause": cause},
        )
        with conn.cursor(binary=True) as cursor:
            cursor.execute(
                "SELECT from_ts FROM gap WHERE run = %s AND source = %s AND to_ts IS NULL",
                (run, source),
            )
            row = cursor.fetchone()
    assert row is not None  # noqa: S101 - open or opened in this transaction
    return int(row[0])


def close_gap(
    conn: psycopg.Connection[Any], *, run: int, source: str, to_ts: int, is_filled: bool
) -> None:
    """End the open gap of a source, in the caller's transaction; `filled_at` only where it is."""
    conn.execute(
        """UPDATE gap SET to_ts = %(to_ts)s,
               filled_at = CASE WHEN %(is_filled)s THEN clock_timestamp() END
           WHERE run = %(run)s AND source = %(source)s AND to_ts IS NULL""",
        {"run": run, "source": source, "to_ts": to_datetime(to_ts), "is_filled": is_filled},
    )


_REVISION = """
    INSERT INTO news_revision (run, uid, stream, seq, provider, story_id, updated_ts, published_ts,
        received_at, changed_ts, state, source, headline, summary, content_html, content_text,
        is_emptied, sanitizer, url, provider_symbols, symbols, symbol_resolution, found,
        content_hash)
    VALUES (%(run)s, %(uid)s::uuid, %(stream)s, %(seq)s, %(provider)s, %(story_id)s,
        %(updated_ts)s, %(published_ts)s, %(received_at)s, %(changed_ts)s, %(state)s, %(source)s,
        %(headline)s, %(summary)s, %(content_html)s, %(content_text)s, %(is_emptied)s,
        %(sanitizer)s, %(url)s, %(provider_symbols)s::text[], %(symbols)s::text[],
        %(symbol_resolution)s, %(found)s::jsonb, %(content_hash)s::uuid)"""

# A late revision that is older than the current one counts, and changes nothing else.
_STORY = """
    INSERT INTO news_story AS old (run, stream, provider, story_id, published_ts,
        first_received_at, updated_ts, revision, revisions, source, symbols)
    VALUES (%(run)s, %(stream)s, %(provider)s, %(story_id)s, %(published_ts)s, %(received_at)s,
        %(updated_ts)s, %(uid)s::uuid, 1, %(source)s, %(symbols)s::text[])
    ON CONFLICT (run, provider, story_id) DO UPDATE SET
        revisions = old.revisions + 1,
        updated_ts = greatest(old.updated_ts, excluded.updated_ts),
        revision = CASE WHEN excluded.updated_ts > old.updated_ts
            THEN excluded.revision ELSE old.revision END,
        source = CASE WHEN excluded.updated_ts > old.updated_ts
            THEN excluded.source ELSE old.source END,
        symbols = CASE WHEN excluded.updated_ts > old.updated_ts
            THEN excluded.symbols ELSE old.symbols END"""


def _lock_change_head(conn: psycopg.Connection[Any], run: int) -> int:
    """Return the newest time of the feed of changes, and keep others out until the commit."""
    with conn.cursor(binary=True) as cursor:
        cursor.execute(
            """INSERT INTO news_change_head (run, changed_ts) VALUES (%s, 'epoch')
               ON CONFLICT (run) DO UPDATE SET run = excluded.run RETURNING changed_ts""",
            (run,),
        )
        row = cursor.fetchone()
    assert row is not None  # noqa: S101 - RETURNING always gives the row
    return int(row[0])


def _revision(run: int, entry: Entry, changed_ts: int) -> dict[str, Any]:
    story, symbols = entry.story, entry.story.symbols
    return {
        **_story(run, entry),
        "seq": entry.seq,
        "changed_ts": to_datetime(changed_ts),
        "state": story.state,
        "headline": story.headline,
        "summary": story.summary,
        "content_html": story.body.html,
        "content_text": story.body.text,
        "is_emptied": story.body.is_emptied,
        "sanitizer": SANITIZER_VERSION,
        "url": story.url,
        "provider_symbols": list(symbols.provider),
        "symbol_resolution": symbols.resolution,
        "found": msgspec.json.encode(symbols.found).decode(),
        "content_hash": story.content_hash.hex(),
    }


def _story(run: int, entry: Entry) -> dict[str, Any]:
    story = entry.story
    return {
        "run": run,
        "stream": entry.stream,
        "provider": story.provider,
        "story_id": story.story_id,
        "published_ts": to_datetime(story.published_ts),
        "received_at": to_datetime(entry.received_at),
        "updated_ts": to_datetime(story.updated_ts),
        "uid": story.uid.hex(),
        "source": story.source,
        "symbols": list(story.symbols.resolved),
    }
