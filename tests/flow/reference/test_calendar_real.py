"""The whole real EARNINGS_CALENDAR answer of 2024-06-21."""

from pathlib import Path

import pytest

from flow.models import Quarantine, ReferenceLoad, ScheduledEvent
from flow.reference.calendar import events_known
from flow.reference.calendar_files import import_calendar, store_answer
from tests.support.reference import days_to_event, utc

pytestmark = [pytest.mark.usefixtures("log_db"), pytest.mark.realdata]
NAME = "reference/alphavantage_earnings_calendar_2024-06-21.csv"
KNOWN = utc("2024-06-21T12:00")
NOW = utc("2026-11-21T12:00")


@pytest.fixture
def path(shared_data: Path) -> Path:
    return shared_data / NAME


def test_the_real_file_imports_and_is_known_from_its_day_on(path: Path) -> None:
    report = import_calendar(path, now_us=NOW, known_from_us=KNOWN)

    assert report is not None
    assert (report.rows, report.accepted, report.changed) == (38_813, 38_805, 38_805)
    assert report.skipped == {"bad_underlying": 8}  # CNH_OLD, DOC_OLD1, ...: no symbols
    assert ScheduledEvent.objects.values("underlying").distinct().count() == 12_557
    assert Quarantine.objects.filter(reason="bad_underlying").count() == 8
    assert events_known("A", KNOWN - 1) == []
    found = [event.event_id for event in events_known("A", KNOWN)]
    assert found[:2] == ["A:2024-07-31:earnings", "A:2024-10-31:earnings"]
    assert days_to_event("A", "2024-08-12T20:05") == 1.0  # 2024-08-13 16:05 New York at the latest


def test_a_second_refresh_of_the_real_file_changes_nothing(path: Path) -> None:
    body = path.read_bytes()
    store_answer(body, origin="alpha_vantage 12month", symbols=None, now_us=KNOWN)
    before = set(ScheduledEvent.objects.values_list("event_id", "known_from", "load_id"))

    day = 24 * 3600 * 10**6
    again = store_answer(
        body, origin="alpha_vantage 12month", symbols=None, now_us=KNOWN + day // 2
    )

    assert (again.accepted, again.changed) == (38_805, 0)
    assert set(ScheduledEvent.objects.values_list("event_id", "known_from", "load_id")) == before
    assert ReferenceLoad.objects.filter(ok=True).count() == 2


def test_a_truncated_real_answer_is_refused_and_takes_nothing(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    store_answer(b"".join(lines[:4_001]), origin="alpha_vantage", symbols=None, now_us=KNOWN)

    with pytest.raises(ValueError, match=r"has 1,999 rows, the last good one had 4,000"):
        store_answer(b"".join(lines[:2_000]), origin="alpha_vantage", symbols=None, now_us=NOW)
    assert ScheduledEvent.objects.filter(missing_since__isnull=False).count() == 0
