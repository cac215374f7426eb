"""What ingest reads of the reference tables, on a worker's connection."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import psycopg

from flow.domain.event_calendar import CalendarEvent, payload_of
from flow.domain.multipliers import Multipliers
from flow.domain.open_interest import OpenInterest
from flow.domain.units import to_datetime

Payload = dict[str, Any]


def load_multipliers(conn: psycopg.Connection[Any]) -> Multipliers:
    """Return the multipliers of all roots that reference data name."""
    with conn.cursor(binary=True) as cursor:
        cursor.execute(
            "SELECT root, effective_date, multiplier FROM option_adjustment"
            " ORDER BY root, effective_date"
        )
        return Multipliers(cursor.fetchall())


def newest_load(conn: psycopg.Connection[Any]) -> int:
    """Return the id of the newest load of any kind, 0 where there was none."""
    row = conn.execute("SELECT max(id) FROM reference_load WHERE ok").fetchone()
    return int(row[0] or 0) if row else 0


def newest_snapshot(conn: psycopg.Connection[Any]) -> int:
    """Return the id of the newest end-of-day row, 0 where there is none."""
    row = conn.execute("SELECT max(id) FROM option_eod").fetchone()
    return int(row[0] or 0) if row else 0


def calendar_payloads(
    conn: psycopg.Connection[Any],
    underlyings: Iterable[str],
    *,
    from_us: int,
    until_us: int,
    after_load: int = 0,
) -> list[Payload]:
    """Return the calendar entries that some underlyings' prints between two instants may need.

    Every revision that was known before `until_us` and not replaced by `from_us`, of events that
    any revision puts at or after `from_us`; with `after_load` only what a later load brought.
    Order: underlying, event, announcement.
    """
    with conn.cursor(binary=True) as cursor:
        cursor.execute(
            """SELECT e.event_id, e.underlying, e.kind, e.known_from, e.event_ts, e.session,
                      e.earliest_ts, e.source, e.withdrawn
               FROM calendar_event e
               WHERE e.underlying = ANY(%(underlyings)s)
                 AND e.known_from < %(until)s
                 AND (e.known_to IS NULL OR e.known_to > %(from)s)
                 AND e.load_id > %(after)s
                 AND EXISTS (SELECT 1 FROM calendar_event a
                             WHERE a.underlying = e.underlying AND a.event_id = e.event_id
                               AND a.event_ts >= %(from)s)
               ORDER BY e.underlying, e.event_id, e.known_from""",
            {
                "underlyings": sorted(underlyings),
                "from": to_datetime(from_us),
                "until": to_datetime(until_us),
                "after": after_load,
            },
        )
        return [payload_of(CalendarEvent(*row)) for row in cursor.fetchall()]


def open_interests(
    conn: psycopg.Connection[Any],
    wanted: Sequence[tuple[int, str, int]],
    *,
    after_snapshot: int = 0,
) -> list[OpenInterest]:
    """Return what is known of (contract id, text, trade date's ordinal), in the order asked for.

    With `after_snapshot` only contracts of which later rows tell.
    Missing: a contract without a snapshot that its trade date could know has no record.
    """
    with conn.cursor(binary=True) as cursor:
        cursor.execute(
            """SELECT w.place, o.open_interest, o.as_of_date, o.source
               FROM unnest(%s::bigint[], %s::date[]) WITH ORDINALITY AS w(contract, day, place),
                    LATERAL oi_as_of(w.contract, w.day) o
               WHERE %s = 0 OR EXISTS (SELECT 1 FROM option_eod e
                                       WHERE e.contract_id = w.contract AND e.id > %s)
               ORDER BY w.place""",
            (
                [row[0] for row in wanted],
                [date.fromordinal(row[2]) for row in wanted],
                after_snapshot,
                after_snapshot,
            ),
        )
        found = cursor.fetchall()
    return [
        OpenInterest(
            contract=wanted[place - 1][1],
            session_date=wanted[place - 1][2],
            open_interest=interest,
            as_of_date=as_of_date,
            source=source,
        )
        for place, interest, as_of_date, source in found
    ]
