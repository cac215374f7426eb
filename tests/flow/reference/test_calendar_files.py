"""Calendar files: accepted, skipped with reasons, quarantined; known again by their bytes."""

import json
from pathlib import Path

import pytest

from flow.models import Quarantine, ReferenceLoad, ScheduledEvent
from flow.reference.calendar_files import import_calendar
from flow.reference.loads import LoadError
from tests.support.reference import answer, earnings, import_rows, revisions, utc

pytestmark = pytest.mark.usefixtures("log_db")
NOW = "2025-01-22T00:00"


def test_every_alias_of_the_spec_is_read(tmp_path: Path) -> None:
    report = import_rows(
        tmp_path / "events.json",
        [
            {"underlying_id": "aapl", "event_ts": 1738357200000, "event_kind": "earnings",
             "announced_ts": "1737406800000", "source_event_id": "a"},
            {"underlying": "MSFT", "event_time": "1738357200000", "kind": "merger",
             "available_ts": 1737406800000, "id": "b"},
            {"symbol": "BRKB", "event_date": "2025-01-31", "type": "dividend",
             "as_of_ts": "2025-01-20T21:00:00+00:00"},
            {"symbol": "GOOG", "event_date": "2025-01-31", "created_ts": "2025-01-19"},
        ],
        now=NOW,
    )  # fmt: skip

    assert (report.accepted, report.refused) == (4, [])
    kinds = dict(ScheduledEvent.objects.values_list("underlying", "kind"))
    assert kinds == {"AAPL": "earnings", "MSFT": "other", "BRK.B": "dividend", "GOOG": "other"}
    assert revisions("GOOG")[0].announced_ts == utc("2025-01-20T05:00")  # the end of that day


def test_rows_that_cannot_be_used_are_told_and_kept(tmp_path: Path) -> None:
    report = import_rows(
        tmp_path / "events.json",
        [
            {"symbol": "AAPL", "event_date": "2025-01-31"},
            {"symbol": "A B", "event_date": "2025-01-31"},
            {"symbol": "AAPL", "event_date": "soon"},
            {"symbol": "AAPL", "event_date": -5},
            ["AAPL"],  # type: ignore[list-item]
        ],
        now=NOW,
    )

    assert (report.rows, report.accepted) == (5, 1)
    assert report.skipped == {"bad_event_time": 2, "bad_underlying": 2}
    assert "5 rows, 1 accepted (1 new or changed), 4 skipped" in report.lines()[0]
    stored = Quarantine.objects.order_by("id").values_list("source", "reason", "place")
    assert list(stored) == [
        ("reference:calendar", "bad_underlying", "events.json:2"),
        ("reference:calendar", "bad_event_time", "events.json:3"),
        ("reference:calendar", "bad_event_time", "events.json:4"),
        ("reference:calendar", "bad_underlying", "events.json:5"),
    ]
    raw = bytes(Quarantine.objects.earliest("id").raw)
    assert json.loads(raw) == {"symbol": "A B", "event_date": "2025-01-31"}


def test_importing_twice_is_importing_once(tmp_path: Path) -> None:
    rows = [{"symbol": "AAPL", "event_date": "2025-01-31"}, {"symbol": ""}]
    first = import_rows(tmp_path / "events.json", rows, now=NOW)
    again = import_rows(tmp_path / "events.json", rows, now="2025-01-23T00:00")

    assert (first.changed, again.changed) == (1, 0)
    assert Quarantine.objects.count() == 1
    assert revisions("AAPL")[0].announced_ts == utc(NOW)


def test_a_file_that_has_not_changed_is_left_alone_when_beat_looks(tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    import_rows(path, [{"symbol": "AAPL", "event_date": "2025-01-31"}], now=NOW)

    assert import_calendar(path, now_us=utc(NOW), only_new=True) is None
    path.write_text(path.read_text() + "\n")
    assert import_calendar(path, now_us=utc(NOW), only_new=True) is not None
    assert ReferenceLoad.objects.count() == 2


def test_a_csv_is_the_providers(tmp_path: Path) -> None:
    path = tmp_path / "earnings.csv"
    path.write_bytes(answer(earnings()))
    import_calendar(path, now_us=utc(NOW), known_from_us=utc("2025-01-03T00:00"))

    (event,) = revisions("AAPL")
    assert (event.source, event.session) == ("alpha_vantage", "unknown")
    assert event.announced_ts == utc("2025-01-03T00:00")
    assert ScheduledEvent.objects.get().received_at.day == 22


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{}", "holds a JSON dict; expected an array"),
        ("[", "is no JSON"),
        ("[]", "no row of events.json can be used: it is empty"),
        ('[{"symbol": "A"}]', "can be used: {'bad_event_time': 1}"),
        ("[" * 100_000, "is no JSON"),
        ("a,b\n1,2", "expected the columns symbol,name"),
        ("\udcff", "starts with"),
    ],
)
def test_a_file_that_is_none_is_one_sentence_and_changes_nothing(
    tmp_path: Path, text: str, sentence: str
) -> None:
    path = tmp_path / "events.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))

    with pytest.raises(LoadError) as caught:
        import_calendar(path, now_us=utc(NOW))
    assert sentence in str(caught.value)
    assert not ReferenceLoad.objects.exists()


def test_a_missing_file_and_a_future_instant_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="cannot be read: No such file"):
        import_calendar(tmp_path / "none.json", now_us=utc(NOW))
    with pytest.raises(LoadError, match="future"):
        import_calendar(tmp_path / "none.json", now_us=utc(NOW), known_from_us=utc(NOW) + 1)
