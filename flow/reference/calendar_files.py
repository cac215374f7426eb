"""Scheduled events from a file or an answer: JSON with the aliases of platform.md 11, or the CSV.

Nothing is skipped silently: a row that cannot be used is in the report and in quarantine.
"""

from collections.abc import Iterable
from pathlib import Path

from flow.domain.earnings_answer import AnswerError, read_answer
from flow.domain.event_calendar import CalendarError, CalendarEvent, read_row
from flow.reference.calendar import mark_missing, store_events
from flow.reference.files import Row, read_bytes, read_rows
from flow.reference.loads import LoadError, Report, content_hash, loading, newest_load

KIND = "calendar"
PROVIDER = "alpha_vantage"
FILE = "file"
# Source: spec/providers.md section 5: "at least half of the last good load".
LEAST_SHARE = 0.5


def import_calendar(
    path: Path, *, now_us: int, known_from_us: int | None = None, only_new: bool = False
) -> Report | None:
    """Import a file of events.

    Shape: a JSON array, or Alpha Vantage's CSV.
    Units: `known_from_us` says since when rows that do not tell were known; not given: since now.
    Missing: None with `only_new` for a file whose bytes were imported before.
    Errors: LoadError when nothing of it is taken.
    """
    if known_from_us is not None and known_from_us > now_us:
        raise LoadError("--known-from lies in the future; expected when the file was known")
    data = read_bytes(path)
    report = Report(KIND, path.name, content_hash(data))
    before = newest_load(KIND, path.name)
    if only_new and before is not None and before.content == report.content:
        return None
    is_csv = not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"[", b"{"))
    rows = _answer_rows(data, path.name) if is_csv else read_rows(data, path.name)
    known_from = now_us if known_from_us is None else known_from_us
    events = read_events(
        rows, report, known_from_us=known_from, source=PROVIDER if is_csv else FILE
    )
    if not events:
        raise LoadError(f"no row of {path.name} can be used: {report.skipped or 'it is empty'}")
    with loading(report, now_us=now_us) as load:
        report.changed = store_events(events, load=load, received_us=now_us).added
    return report


def store_answer(
    body: bytes, *, origin: str, symbols: frozenset[str] | None, now_us: int
) -> Report:
    """Take a provider's answer: all of it or nothing, known from now on.

    Errors: LoadError for a refusal, and for an answer with less than half of the rows of the last
    good one; the table stays as it is.
    """
    report = Report(KIND, origin, content_hash(body))
    rows = _answer_rows(body, origin)
    before = newest_load(KIND, origin)
    if before is not None and len(rows) < LEAST_SHARE * before.rows:
        raise LoadError(
            f"the answer has {len(rows):,} rows, the last good one had {before.rows:,};"
            " expected at least half of it, so nothing is taken"
        )
    events = read_events(rows, report, known_from_us=now_us, source=PROVIDER)
    if not events:
        raise LoadError(f"no row of the answer can be used: {report.skipped}")
    with loading(report, now_us=now_us) as load:
        stored = store_events(events, load=load, received_us=now_us)
        report.changed = stored.added
        missing = mark_missing(
            ((event.underlying, event.event_id) for event in events),
            source=PROVIDER,
            symbols=symbols,
            now_us=now_us,
            until_us=max(event.event_ts for event in events),
        )
        if missing:
            report.notes.append(
                f"{missing:,} known events are missing from this answer; they stay known"
            )
    return report


def read_events(
    rows: Iterable[tuple[str, Row]], report: Report, *, known_from_us: int, source: str
) -> list[CalendarEvent]:
    """Return the events of rows; what is none goes into the report."""
    events: list[CalendarEvent] = []
    for place, row in rows:
        report.rows += 1
        try:
            events.append(read_row(row, received_ts=known_from_us, source=source))
        except CalendarError as error:
            report.refuse(error.code, str(error), place=place, raw=row)
    report.accepted += len(events)
    return events


def _answer_rows(data: bytes, name: str) -> list[tuple[str, Row]]:
    try:
        return [(f"{name}:{number}", row) for number, row in enumerate(read_answer(data), 2)]
    except AnswerError as error:
        raise LoadError(str(error)) from error
