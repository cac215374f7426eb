"""Reference files and rows for tests: real sentences, small tables, nothing random."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flow.domain.event_calendar import CalendarEvent, payload_of
from flow.domain.units import from_datetime
from flow.models import ScheduledEvent
from flow.reference.calendar import event_of
from flow.reference.calendar_files import import_calendar
from flow.reference.loads import Report
from signals.engine.calendar import DAY_US, EventCalendar

HEADER = "symbol,name,reportDate,fiscalDateEnding,estimate,currency"


def utc(text: str) -> int:
    """Return microseconds of an instant in UTC."""
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=UTC))


def answer(*rows: str, header: str = HEADER) -> bytes:
    """Return an earnings answer with CRLF, as the provider sends it."""
    return "\r\n".join([header, *rows, ""]).encode()


def earnings(symbol: str = "AAPL", day: str = "2025-01-31", fiscal: str = "2024-12-31") -> str:
    """Return one row of an answer."""
    return f'{symbol},"Company, of {symbol}",{day},{fiscal},1.25,USD'


def import_rows(
    path: Path, rows: list[dict[str, Any]], *, now: str, known_from: str | None = None
) -> Report:
    """Import JSON rows at an instant."""
    path.write_text(json.dumps(rows))
    since = None if known_from is None else utc(known_from)
    report = import_calendar(path, now_us=utc(now), known_from_us=since)
    assert report is not None
    return report


def days_to_event(underlying: str, as_of: str) -> float | None:
    """Return what the engine says as of an instant, from every revision in the table."""
    calendar = EventCalendar()
    for event in revisions(underlying):
        assert calendar.add(payload_of(event))
    found = calendar.lookup(underlying, utc(as_of))
    return None if found is None else round((found.event_ts - utc(as_of)) / DAY_US, 4)


def revisions(underlying: str) -> list[CalendarEvent]:
    """Return the table's revisions of an underlying, as known first to last."""
    rows = ScheduledEvent.objects.filter(underlying=underlying).order_by("known_from", "event_id")
    return [event_of(row) for row in rows]
