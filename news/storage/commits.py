"""One commit of news: log rows, manifest, stories, revisions, gap and resume point, or nothing."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import psycopg

from flow.domain.events import Malformed
from flow.storage.hints import announce
from flow.storage.kinds import news_row
from flow.storage.leases import Lease
from flow.storage.schemas import alias_of
from flow.storage.streams import StreamHead
from flow.storage.writer import Batch, Commit, Counters, write
from news.revisions import conflict, judge, known_of
from news.storage.writing import Entry, close_gap, read_known, write_stories
from news.stories import Story


class FeedState(NamedTuple):
    """What the cursor row says of the feed: a word, and why."""

    state: str
    detail: str = ""


class StoryLog:
    """The news stream of one provider: where it stands, and the only way to add to it.

    `until`: everything that the provider updated up to then is stored; None before the first
    stories. `heard_at`: the last sign of life. `gap_from`: start of the open gap. Units:
    microseconds since 1970 UTC.
    """

    def __init__(self, conn: psycopg.Connection[Any], lease: Lease, head: StreamHead) -> None:
        self.lease = lease
        self.source = f"{head.source}:news"  # apart from the ingest worker of the same source
        self._conn = conn
        self._head = head
        self.gap_from: int | None = None
        cursor, self.heard_at = self._stored_cursor()
        self.until: int | None = cursor.get("until")

    def write(
        self,
        said: FeedState,
        *,
        received_at: int,
        stories: Sequence[Story] = (),
        malformed: Sequence[Malformed] = (),
        received: int = 0,
        gap_is_whole: bool | None = None,
    ) -> None:
        """Commit what came, without what says nothing new; an empty commit is a heartbeat.

        `gap_is_whole`: these stories end the open gap, completely or not; None: they do not.
        Errors: LeaseLost; psycopg.errors.UniqueViolation, which is the alarm for a second writer.
        """
        new, conflicts = self._sift(stories)
        batch = Batch(self._head, self._head.next_seq)
        entries = [Entry(story, self._head.id, batch.take_seq(), received_at) for story in new]
        batch.rows = [_row(entry) for entry in entries]
        if gap_is_whole is not None and self.gap_from is not None:
            gap = {"from": self.gap_from, "to": received_at, "filled": gap_is_whole}
            batch.add_control("gap", received_at, gap)
        until = self._until(stories, is_stopped=said.state == "stopped")
        commit = Commit(
            source=self.source,
            run=self._head.run,
            batches=[batch],
            cursor={"until": until},
            received_at=received_at,
            counters=Counters(
                received=received,
                stored=len(new),
                duplicates=len(stories) - len(new) - len(conflicts),
                quarantined=len(malformed) + len(conflicts),
            ),
            malformed=[*malformed, *conflicts],
            state=said.state,
            detail=said.detail,
            last_event_ts=max((story.updated_ts for story in stories), default=None),
            heard_at=self.heard_at,
        )

        def beside(conn: psycopg.Connection[Any]) -> None:
            write_stories(conn, run=self._head.run, entries=entries)
            if gap_is_whole is not None:
                close_gap(
                    conn,
                    run=self._head.run,
                    source=self.source,
                    to_ts=received_at,
                    is_filled=gap_is_whole,
                )

        write(self._conn, self.lease, commit, beside=beside)
        self.until = until
        if gap_is_whole is not None:
            self.gap_from = None
        if entries:
            announce(alias_of(self._head.run), self._head.run)

    def _sift(self, stories: Sequence[Story]) -> tuple[list[Story], list[Malformed]]:
        """Part new revisions from conflicts; what says nothing new is in neither."""
        if not stories:
            return [], []
        known = read_known(
            self._conn,
            run=self._head.run,
            provider=self._head.source,
            story_ids=[story.story_id for story in stories],
        )
        new: list[Story] = []
        conflicts: list[Malformed] = []
        for story in stories:
            revisions = known.setdefault(story.story_id, [])
            verdict = judge(story, revisions)
            if verdict == "new":
                revisions.append(known_of(story))
                new.append(story)
            elif verdict == "conflict":
                conflicts.append(conflict(story))
        return new, conflicts

    def _until(self, stories: Sequence[Story], *, is_stopped: bool) -> int | None:
        """Return the resume point; a stopped feed is read again from where it was."""
        if is_stopped or not stories:
            return self.until
        newest = max(story.updated_ts for story in stories)
        return newest if self.until is None else max(newest, self.until)

    def _stored_cursor(self) -> tuple[dict[str, Any], int | None]:
        with self._conn.cursor(binary=True) as cursor:
            cursor.execute(
                "SELECT cursor, last_received_at FROM feed_cursor WHERE run = %s AND source = %s",
                (self._head.run, self.source),
            )
            row = cursor.fetchone()
        return (row[0], row[1]) if row else ({}, None)


def _row(entry: Entry) -> tuple[Any, ...]:
    story = entry.story
    return news_row(
        stream=entry.stream,
        seq=entry.seq,
        received_at=entry.received_at,
        uid=story.uid,
        story=(story.provider, story.story_id),
        updated_ts=story.updated_ts,
        payload=story.payload,
    )
