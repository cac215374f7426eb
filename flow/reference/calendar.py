"""The table `calendar_event`: revisions on two time axes, in by files and refreshes, out as of.

A refresh never moves `known_from` later; what a provider leaves out stays known and is marked.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple, cast

from django.db.models import Q

from flow.domain.event_calendar import CalendarEvent, EventKind, EventSession
from flow.domain.event_revisions import merge
from flow.domain.units import from_datetime, to_datetime
from flow.models import ReferenceLoad, ScheduledEvent

BATCH = 2_000
Key = tuple[str, str]


class Stored(NamedTuple):
    """What a load did to the table, in revisions."""

    added: int
    ended: int  # replaced by a newer one
    missing: int  # left out by this answer and not by the one before


def store_events(
    events: Sequence[CalendarEvent], *, load: ReferenceLoad, received_us: int
) -> Stored:
    """Merge revisions into the table. Call inside `loading`."""
    arrived: dict[Key, list[CalendarEvent]] = defaultdict(list)
    for event in events:
        arrived[event.underlying, event.event_id].append(event)
    standing = _rows_of(arrived)
    made: list[ScheduledEvent] = []
    ended: list[ScheduledEvent] = []
    gone: list[int] = []
    for key, told in arrived.items():
        rows = standing.get(key, {})
        merged = merge([event_of(row) for row in rows.values()], told)
        until = {
            one.announced_ts: to_datetime(following.announced_ts)
            for one, following in pairwise(merged)
        }
        kept: set[int] = set()
        for event in merged:
            row = rows.get(event.announced_ts)
            if row is None or not event_of(row).says_same_as(event):
                made.append(_row(event, load, received_us, until.get(event.announced_ts)))
                continue
            kept.add(event.announced_ts)
            if row.known_to != until.get(event.announced_ts):
                row.known_to = until.get(event.announced_ts)
                ended.append(row)
        gone += [row.pk for known_from, row in rows.items() if known_from not in kept]
    if gone:
        ScheduledEvent.objects.filter(pk__in=gone).delete()
    ScheduledEvent.objects.bulk_update(ended, ["known_to"], batch_size=BATCH)
    ScheduledEvent.objects.bulk_create(made, batch_size=BATCH)
    return Stored(len(made), len(ended), 0)


def mark_missing(
    seen: Iterable[Key], *, source: str, symbols: frozenset[str] | None, now_us: int, until_us: int
) -> int:
    """Mark the events of a source that a complete answer leaves out; clear the mark of the rest.

    Only what the answer could have held counts: ahead of now, up to its latest event, of `symbols`
    (None: of all). Absence is no proof: large companies have been missing from whole answers, so
    the event stays known. Source: spec/providers.md section 5.
    """
    here = set(seen)
    ahead = ScheduledEvent.objects.filter(
        source=source, known_to=None, withdrawn=False,
        event_ts__gt=to_datetime(now_us), event_ts__lte=to_datetime(until_us),
    )  # fmt: skip
    if symbols is not None:
        ahead = ahead.filter(underlying__in=symbols)
    missing: list[int] = []
    found: list[int] = []
    for pk, underlying, event_id, since in ahead.values_list(
        "pk", "underlying", "event_id", "missing_since"
    ):
        is_here = (underlying, event_id) in here
        if is_here == (since is not None):
            (found if is_here else missing).append(pk)
    ScheduledEvent.objects.filter(pk__in=missing).update(missing_since=to_datetime(now_us))
    ScheduledEvent.objects.filter(pk__in=found).update(missing_since=None)
    return len(missing)


def events_known(underlying: str, as_of_us: int) -> list[CalendarEvent]:
    """Return what lay ahead of an instant as it was known then, the nearest first."""
    as_of = to_datetime(as_of_us)
    rows = ScheduledEvent.objects.filter(
        Q(known_to=None) | Q(known_to__gt=as_of),
        underlying=underlying, known_from__lte=as_of, event_ts__gte=as_of, withdrawn=False,
    )  # fmt: skip
    return [event_of(row) for row in rows.order_by("event_ts", "event_id")]


def event_of(row: ScheduledEvent) -> CalendarEvent:
    """Return the record of a row."""
    return CalendarEvent(
        event_id=row.event_id,
        underlying=row.underlying,
        kind=cast("EventKind", row.kind),
        announced_ts=from_datetime(row.known_from),
        event_ts=from_datetime(row.event_ts),
        session=cast("EventSession", row.session),
        earliest_ts=None if row.earliest_ts is None else from_datetime(row.earliest_ts),
        source=row.source,
        withdrawn=row.withdrawn,
    )


def _rows_of(keys: Iterable[Key]) -> dict[Key, dict[int, ScheduledEvent]]:
    """Return the rows of some events by key and `known_from`."""
    wanted = set(keys)
    found: dict[Key, dict[int, ScheduledEvent]] = defaultdict(dict)
    for row in ScheduledEvent.objects.filter(underlying__in={key[0] for key in wanted}):
        if (row.underlying, row.event_id) in wanted:
            found[row.underlying, row.event_id][from_datetime(row.known_from)] = row
    return found


def _row(
    event: CalendarEvent, load: ReferenceLoad, received_us: int, known_to: datetime | None
) -> ScheduledEvent:
    return ScheduledEvent(
        event_id=event.event_id,
        underlying=event.underlying,
        kind=event.kind,
        event_ts=to_datetime(event.event_ts),
        earliest_ts=None if event.earliest_ts is None else to_datetime(event.earliest_ts),
        session=event.session,
        withdrawn=event.withdrawn,
        known_from=to_datetime(event.announced_ts),
        known_to=known_to,
        source=event.source,
        received_at=to_datetime(received_us),
        load=load,
    )
