"""What was known to come for an underlying: earnings and other scheduled events, as of an instant.

Append-only revisions: a moved date is a new revision of the same event, and an instant sees the
latest one that had been announced. What is an event, `flow.domain.event_calendar` decides.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec

from flow.domain.event_calendar import (
    EVENT_KINDS,
    CalendarEvent,
    EventKind,
    EventSession,
    read_payload,
)
from flow.domain.units import SECOND_US
from signals.engine.parameter import ParameterGroup, Tuned

HOUR_US, DAY_US = 3_600 * SECOND_US, 86_400 * SECOND_US
# A cancel may revise a packet of its own trade date, which begins the evening before: what a packet
# of the last two days could see stays.
KEPT_US = 2 * DAY_US
# Bounds of memory, not of meaning: far beyond any listed company's calendar.
MAX_EVENTS, MAX_EVENTS_PER_UNDERLYING, MAX_REVISIONS = 100_000, 200, 32
_PRIORITY = {kind: place for place, kind in enumerate(EVENT_KINDS)}


@dataclass(frozen=True, kw_only=True)
class CalendarParams(ParameterGroup):
    """Horizons of scheduled events. Source: options-engine.md 11.1 and 15."""

    event_priority_days: Annotated[
        int, Tuned("days", 0, 365, "Up to here the kind of event decides, then time", "spec 15")
    ] = 30
    event_concentration_days: Annotated[
        int, Tuned("days", 1, 365, "Concentration falls to 0 so far ahead", "spec 11.1")
    ] = 21


_DEFAULTS = CalendarParams()


# The fields of CalendarEvent in their order: half the bytes of a mapping.
_Row = tuple[str, str, EventKind, int, int, EventSession, int | None, str, bool]


class SavedCalendar(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """All revisions as `EventCalendar` takes them: equal content, equal bytes."""

    swept_hour: int
    revisions: list[_Row]


class EventCalendar:
    """Every event that a packet may still ask for, by underlying and identity.

    Revisions of one event stand in the order of their announcements, of one instant in that of the
    log.
    """

    __slots__ = ("_count", "_events", "_swept_hour")

    def __init__(self, saved: SavedCalendar | None = None) -> None:
        """Start empty, or from what `saved` gave."""
        self._events: dict[str, dict[str, list[CalendarEvent]]] = {}
        self._count = 0
        self._swept_hour = 0
        if saved is not None:
            self._swept_hour = saved.swept_hour
            for row in saved.revisions:
                self._insert(CalendarEvent(*row))

    def add(self, payload: Mapping[str, Any]) -> bool:
        """Take the payload of a `calendar` control entry, as `flow.domain.event_calendar` says.

        Missing: False for one that is no event, and for a new event beyond the bounds of memory.
        Source: options-engine.md 15 BETTER (append-only revisions); errata 47.
        """
        event = read_payload(payload)
        return event is not None and self._insert(event)

    def lookup(
        self, underlying: str, as_of_ts: int, params: CalendarParams = _DEFAULTS
    ) -> CalendarEvent | None:
        """Return the event ahead of an instant, as it was known then.

        Inside the priority horizon the most important kind, then the nearest; else the nearest.
        Missing: None where nothing ahead had been announced.
        Source: options-engine.md 15 BETTER, golden G13; errata 47 (latest revision announced).
        """
        known = (
            _known_at(revisions, as_of_ts)
            for revisions in self._events.get(underlying, {}).values()
        )
        ahead = [event for event in known if event is not None and event.event_ts >= as_of_ts]
        horizon_ts = as_of_ts + params.event_priority_days * DAY_US
        return min(ahead, key=lambda event: _rank(event, horizon_ts), default=None)

    def forget_before(self, watermark: int) -> None:
        """Drop what no packet can ask for any more. Free within an hour of the last sweep."""
        hour = (watermark - KEPT_US) // HOUR_US
        if hour <= self._swept_hour:
            return
        self._swept_hour = hour
        for underlying, events in list(self._events.items()):
            for event_id, revisions in list(events.items()):
                if _is_over(revisions, hour * HOUR_US):
                    del events[event_id]
                    self._count -= 1
            if not events:
                del self._events[underlying]

    def saved(self) -> SavedCalendar:
        """Return what a restart needs, in alphabetical order."""
        return SavedCalendar(
            self._swept_hour,
            [
                msgspec.structs.astuple(event)
                for _, events in sorted(self._events.items())
                for _, revisions in sorted(events.items())
                for event in revisions
            ],
        )

    def _insert(self, event: CalendarEvent) -> bool:
        events = self._events.get(event.underlying, {})
        revisions = events.get(event.event_id)
        if revisions is not None:
            _revise(revisions, event)
            return True
        if self._count >= MAX_EVENTS or len(events) >= MAX_EVENTS_PER_UNDERLYING:
            return False
        events[event.event_id] = [event]
        self._events[event.underlying] = events
        self._count += 1
        return True


def _announced(event: CalendarEvent) -> int:
    return event.announced_ts


def _known_at(revisions: list[CalendarEvent], as_of_ts: int) -> CalendarEvent | None:
    """Return the newest revision announced by then, None where it took the event back."""
    place = bisect_right(revisions, as_of_ts, key=_announced)
    if not place or revisions[place - 1].withdrawn:
        return None
    return revisions[place - 1]


def _rank(event: CalendarEvent, horizon_ts: int) -> tuple[bool, int, int, str]:
    """Return the order of events ahead; the identity parts what is equal else."""
    priority = _PRIORITY[event.kind]
    if event.event_ts <= horizon_ts:
        return False, priority, event.event_ts, event.event_id
    return True, event.event_ts, priority, event.event_id


def _revise(revisions: list[CalendarEvent], event: CalendarEvent) -> None:
    """Add a revision. One that repeats its neighbour was known from the earlier announcement on."""
    place = bisect_right(revisions, event.announced_ts, key=_announced)
    if place and revisions[place - 1].says_same_as(event):
        return
    if place < len(revisions) and revisions[place].says_same_as(event):
        revisions[place] = event
        return
    revisions.insert(place, event)
    if len(revisions) > MAX_REVISIONS:
        del revisions[0]


def _is_over(revisions: list[CalendarEvent], limit_ts: int) -> bool:
    """Drop the revisions that were replaced before the limit; return whether the rest is past."""
    known = bisect_right(revisions, limit_ts, key=_announced)
    del revisions[: max(0, known - 1)]
    return all(event.event_ts < limit_ts for event in revisions)
