"""What a revision of a story adds, and where it stands in the feed of changes. Pure.

A story (provider, story_id) has revisions, one per `updated_ts`; one that says nothing new is none.
"""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from flow.domain.events import Malformed
from news.stories import Story

Verdict = Literal["new", "no-op", "conflict"]


class Known(NamedTuple):
    """A stored revision, as much of it as decides whether another one is new."""

    updated_ts: int
    content_hash: bytes


def known_of(story: Story) -> Known:
    """Return what decides later whether another revision is new."""
    return Known(story.updated_ts, story.content_hash)


def judge(story: Story, known: Iterable[Known]) -> Verdict:
    """Say what a story adds to its stored revisions, whatever their order.

    `no-op`: its content is that of the revision before it (or of the same instant: a resend).
    `conflict`: the same updated_ts with another content.
    """
    before: Known | None = None
    for each in known:
        if each.updated_ts == story.updated_ts and each.content_hash != story.content_hash:
            return "conflict"
        if each.updated_ts <= story.updated_ts and (
            before is None or each.updated_ts > before.updated_ts
        ):
            before = each
    if before is not None and before.content_hash == story.content_hash:
        return "no-op"
    return "new"


def conflict(story: Story) -> Malformed:
    """Return the quarantine row of a revision whose instant is taken by another content."""
    return Malformed(
        reason="conflict",
        detail=f"story {story.key} updated at {story.updated_ts} is stored with another content;"
        " expected an identical resend or a later updated_at",
        raw=story.payload,
        where=f"{story.provider} news",
    )


def change_times(head: int, updated: Sequence[int]) -> list[int]:
    """Return where revisions stand in the feed of changes, given its newest time.

    Shape: one time per `updated_ts`, strictly increasing and after `head`. A revision that is
    newer than all before it keeps its own time; providers give whole seconds and send late, and
    whoever follows the feed by time must lose neither twins nor latecomers.
    Units: microseconds since 1970 UTC.
    """
    times = []
    for ts in updated:
        head = max(head + 1, ts)
        times.append(head)
    return times
