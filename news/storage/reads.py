"""Keyset pages over stories and changes, for the API: never by offset, never counted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connections

from flow.domain.units import from_datetime, to_datetime


class Revision(NamedTuple):
    """One revision with what its story says of it. `is_current`: no newer one is stored."""

    uid: UUID
    stream: int
    seq: int
    provider: str
    story_id: int
    updated_ts: datetime
    published_ts: datetime
    received_at: datetime
    changed_ts: datetime
    state: str
    source: str
    headline: str
    summary: str
    content_html: str
    content_text: str
    is_emptied: bool
    sanitizer: int
    url: str
    provider_symbols: list[str]
    symbols: list[str]
    symbol_resolution: str
    found: Any
    story_published_ts: datetime
    first_received_at: datetime
    revisions: int
    is_current: bool

    @property
    def story_place(self) -> "StoryPlace":
        return StoryPlace(from_datetime(self.story_published_ts), self.story_id, self.stream)

    @property
    def change_place(self) -> "ChangePlace":
        return ChangePlace(from_datetime(self.changed_ts), self.uid)


class StoryPlace(NamedTuple):
    """A place in the list: publication in microseconds, story, the stream of its provider."""

    published_ts: int
    story_id: int
    stream: int


class ChangePlace(NamedTuple):
    """A place in the feed of changes: its time in microseconds, and the revision."""

    changed_ts: int
    uid: UUID


@dataclass(frozen=True)
class StoryFilter:
    """What a page may be narrowed to. Empty means everything; `since` in microseconds."""

    symbols: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    since: int | None = None


_STORY_FIELDS = {
    "story_published_ts": "s.published_ts",
    "first_received_at": "s.first_received_at",
    "revisions": "s.revisions",
    "is_current": "s.revision = r.uid",
}
_COLUMNS = ", ".join(_STORY_FIELDS.get(name, f"r.{name}") for name in Revision._fields)
_CURRENT = """FROM news_story s JOIN news_revision r ON r.run = s.run AND r.provider = s.provider
    AND r.story_id = s.story_id AND r.updated_ts = s.updated_ts"""
_ALL = """FROM news_revision r JOIN news_story s ON s.run = r.run AND s.provider = r.provider
    AND s.story_id = r.story_id"""


def story_page(
    alias: str,
    run: int,
    *,
    limit: int,
    chosen: StoryFilter = StoryFilter(),
    before: StoryPlace | None = None,
    after: StoryPlace | None = None,
) -> list[Revision]:
    """Return the current revision of stories, newest publication first or, with `after`, oldest.

    Order: (published_ts, story_id, stream), strict on both sides. A story keeps its place for ever,
    so a walk gives each story once, whatever is inserted or updated meanwhile.
    """
    where, values = _conditions("s", chosen)
    if chosen.since is not None:
        where.append("s.published_ts >= %s")
        values.append(to_datetime(chosen.since))
    edge = after or before
    if edge is not None:
        sign = ">" if after else "<"
        where.append(f"(s.published_ts, s.story_id, s.stream) {sign} (%s, %s, %s)")
        values += [to_datetime(edge.published_ts), edge.story_id, edge.stream]
    way = "ASC" if after else "DESC"
    order = f"s.published_ts {way}, s.story_id {way}, s.stream {way}"
    return _rows(alias, _CURRENT, ["s.run = %s", *where], order, [run, *values, limit])


def change_page(
    alias: str,
    run: int,
    *,
    limit: int,
    chosen: StoryFilter = StoryFilter(),
    after: ChangePlace | None = None,
) -> list[Revision]:
    """Return revisions in the order in which the feed of changes shows them, oldest first.

    New ones only ever come after the last (news.revisions.change_times), so whoever goes on from
    the last row of a page sees every revision once.
    """
    where, values = _conditions("r", chosen)
    if chosen.since is not None:
        where.append("r.changed_ts >= %s")
        values.append(to_datetime(chosen.since))
    if after is not None:
        where.append("(r.changed_ts, r.uid) > (%s, %s)")
        values += [to_datetime(after.changed_ts), after.uid]
    order = "r.changed_ts, r.uid"
    return _rows(alias, _ALL, ["r.run = %s", *where], order, [run, *values, limit])


def _conditions(table: str, chosen: StoryFilter) -> tuple[list[str], list[Any]]:
    where: list[str] = []
    values: list[Any] = []
    if chosen.symbols:
        where.append(f"{table}.symbols && %s::text[]")
        values.append(list(chosen.symbols))
    if chosen.sources:
        where.append(f"lower({table}.source) = ANY(%s::text[])")
        values.append([source.lower() for source in chosen.sources])
    return where, values


def _rows(
    alias: str, tables: str, where: list[str], order: str, values: list[Any]
) -> list[Revision]:
    with connections[alias].cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS} {tables} WHERE {' AND '.join(where)} ORDER BY {order} LIMIT %s",
            values,
        )
        return [Revision(*row) for row in cursor.fetchall()]
