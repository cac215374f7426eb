"""Revisions of one scheduled event on two time axes: when it happens, and when that was known.

A revision is known from its `announced_ts` until the next one's. Pure: the table
(`flow/reference/calendar.py`) and the tests use it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from flow.domain.event_calendar import CalendarEvent


def merge(known: Iterable[CalendarEvent], arrived: Iterable[CalendarEvent]) -> list[CalendarEvent]:
    """Return the revisions of one event after more were told, in the order of announcements.

    A revision that only repeats what was known stays known from the first time: a refresh never
    moves `announced_ts` later. Of one instant the last to arrive holds.
    Source: platform.md 11 BETTER (BUG-27); options errata 47.
    """
    by_instant = {event.announced_ts: event for event in known}
    for event in arrived:
        standing = by_instant.get(event.announced_ts)
        if standing is None or not standing.says_same_as(event):
            by_instant[event.announced_ts] = event
    merged: list[CalendarEvent] = []
    for _, event in sorted(by_instant.items()):
        if not merged or not merged[-1].says_same_as(event):
            merged.append(event)
    return merged


def known_at(revisions: Sequence[CalendarEvent], as_of_ts: int) -> CalendarEvent | None:
    """Return what was known of one event at an instant; `revisions` as `merge` gives them.

    Missing: None before the first announcement, and while the event counts as taken back.
    """
    place = bisect_right(revisions, as_of_ts, key=_announced)
    if not place or revisions[place - 1].withdrawn:
        return None
    return revisions[place - 1]


def _announced(event: CalendarEvent) -> int:
    return event.announced_ts
