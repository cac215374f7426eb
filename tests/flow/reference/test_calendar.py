"""The bitemporal calendar in its table: golden G10, as-of look-ups, moves, what is left out."""

from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flow.domain.units import to_datetime
from flow.models import ReferenceLoad, ScheduledEvent
from flow.reference.calendar import events_known
from flow.reference.calendar_files import store_answer
from flow.reference.loads import LoadError
from tests.support.database import empty_database
from tests.support.reference import (
    answer,
    days_to_event,
    earnings,
    import_rows,
    revisions,
    utc,
)

pytestmark = pytest.mark.usefixtures("log_db")
ORIGIN = "alpha_vantage 3month"
G10 = {
    "underlying": "AAPL", "event_ts": "2025-01-31T21:00:00Z", "kind": "earnings",
    "announced_ts": "2025-01-20T21:00:00Z",
}  # fmt: skip


def refresh(now: str, *rows: str, symbols: frozenset[str] | None = None) -> None:
    store_answer(answer(*rows), origin=ORIGIN, symbols=symbols, now_us=utc(now))


# Golden G10 (platform.md 14)


def test_golden_g10_from_a_file(tmp_path: Path) -> None:
    import_rows(tmp_path / "events.json", [G10], now="2025-01-22T00:00")

    assert days_to_event("AAPL", "2025-01-15T15:00") is None
    assert days_to_event("AAPL", "2025-01-21T15:00") == 10.25
    import_rows(tmp_path / "again.json", [G10 | {"announced_ts": None}], now="2025-01-25T00:00")
    assert days_to_event("AAPL", "2025-01-21T15:00") == 10.25
    assert len(revisions("AAPL")) == 1


def test_golden_g10_from_a_provider() -> None:
    refresh("2025-01-20T21:00", earnings())

    assert days_to_event("AAPL", "2025-01-15T15:00") is None
    assert days_to_event("AAPL", "2025-01-21T15:00") == 10.2535  # 16:05 New York, errata 47
    refresh("2025-01-25T00:00", earnings())
    assert days_to_event("AAPL", "2025-01-21T15:00") == 10.2535


# As of


def test_a_look_up_respects_since_when_an_event_was_known() -> None:
    refresh("2025-01-20T21:00", earnings())

    known = utc("2025-01-20T21:00")
    assert events_known("AAPL", known - 1) == []
    assert [event.event_id for event in events_known("AAPL", known)] == ["AAPL:2024-12-31:earnings"]
    assert events_known("MSFT", known) == []
    assert events_known("AAPL", utc("2025-02-01T00:00")) == []  # over


def test_a_moved_date_closes_the_old_row_and_the_past_still_sees_it() -> None:
    refresh("2025-01-10T12:00", earnings(day="2025-01-31"))
    refresh("2025-01-20T12:00", earnings(day="2025-02-06"))

    rows = list(ScheduledEvent.objects.order_by("known_from"))
    assert [row.known_to for row in rows] == [rows[1].known_from, None]
    assert [row.load_id for row in rows] == list(
        ReferenceLoad.objects.order_by("id").values_list("id", flat=True)
    )
    for as_of, day in (("2025-01-15T00:00", "2025-01-31"), ("2025-01-20T12:00", "2025-02-06")):
        (event,) = events_known("AAPL", utc(as_of))
        assert to_datetime(event.event_ts).date().isoformat() == day


def test_a_date_that_moves_and_returns_has_three_revisions_and_no_ghost() -> None:
    for day, now in (
        ("31", "2025-01-10T12:00"),
        ("30", "2025-01-12T12:00"),
        ("31", "2025-01-14T12:00"),
    ):
        refresh(now, earnings(day=f"2025-01-{day}"))

    assert len(revisions("AAPL")) == 3
    assert len(events_known("AAPL", utc("2025-01-20T00:00"))) == 1


def test_an_event_taken_back_is_gone_from_then_on_only(tmp_path: Path) -> None:
    row = G10 | {"id": "m&a"}
    import_rows(tmp_path / "a.json", [row], now="2025-01-22T00:00")
    taken = row | {"announced_ts": "2025-01-24T00:00:00Z", "withdrawn": True}
    import_rows(tmp_path / "b.json", [taken], now="2025-01-24T00:00")

    assert len(events_known("AAPL", utc("2025-01-23T00:00"))) == 1
    assert events_known("AAPL", utc("2025-01-25T00:00")) == []
    assert days_to_event("AAPL", "2025-01-23T00:00") is not None
    assert days_to_event("AAPL", "2025-01-25T00:00") is None


# What an answer leaves out


def test_a_missing_event_stays_known_is_marked_and_loses_the_mark_when_it_returns() -> None:
    both = (earnings(), earnings("MSFT", "2025-02-20"))
    refresh("2025-01-10T12:00", *both)
    refresh("2025-01-11T12:00", both[1])

    (row,) = ScheduledEvent.objects.filter(missing_since__isnull=False)
    assert (row.underlying, row.missing_since) == ("AAPL", to_datetime(utc("2025-01-11T12:00")))
    assert len(events_known("AAPL", utc("2025-01-12T00:00"))) == 1
    assert "1 known events are missing" in ReferenceLoad.objects.latest("id").detail
    refresh("2025-01-12T12:00", *both)
    assert not ScheduledEvent.objects.filter(missing_since__isnull=False).exists()


def test_only_what_an_answer_could_hold_counts_as_missing(tmp_path: Path) -> None:
    """Not: what is over, what lies beyond its last date, other symbols, other sources."""
    refresh(
        "2025-01-10T12:00", earnings("OVER", "2025-01-11"), earnings("FAR", "2025-06-01"),
        earnings("MSFT", "2025-02-20"), earnings(),
    )  # fmt: skip
    import_rows(
        tmp_path / "own.json", [G10 | {"underlying": "OWN"}], now="2025-01-11T00:00",
        known_from="2025-01-11T00:00",
    )  # fmt: skip
    refresh("2025-01-15T12:00", earnings(), earnings("MSFT", "2025-02-20"))
    refresh("2025-01-16T12:00", earnings("MSFT", "2025-02-20"), symbols=frozenset({"MSFT"}))

    assert not ScheduledEvent.objects.filter(missing_since__isnull=False).exists()


# Refusals


def test_an_answer_of_less_than_half_is_refused_and_the_table_stays() -> None:
    refresh("2025-01-10T12:00", *(earnings(f"S{n}") for n in range(10)))

    with pytest.raises(LoadError, match=r"has 4 rows, the last good one had 10; .* nothing"):
        refresh("2025-01-11T12:00", *(earnings(f"S{n}", "2025-03-03") for n in range(4)))
    assert ReferenceLoad.objects.filter(ok=True).count() == 1
    assert {row.known_to for row in ScheduledEvent.objects.all()} == {None}


def test_an_answer_without_any_symbol_of_ours_is_refused() -> None:
    with pytest.raises(LoadError, match=r"no row of the answer can be used: \{'bad_underlying': 1"):
        refresh("2025-01-10T12:00", earnings("A_B"))


def test_the_table_itself_refuses_a_row_that_ends_before_it_begins() -> None:
    refresh("2025-01-10T12:00", earnings())
    row = ScheduledEvent.objects.get()

    with pytest.raises(IntegrityError, match="known_period"), transaction.atomic():
        ScheduledEvent.objects.update(known_to=row.known_from)
    with pytest.raises(IntegrityError, match="calendar_event_span"), transaction.atomic():
        ScheduledEvent.objects.update(event_ts=row.earliest_ts, earliest_ts=row.event_ts)


# Properties, on the table

DAYS = st.sampled_from(["2025-01-31", "2025-02-06", "2025-02-07"])
REFRESHES = st.lists(
    st.dictionaries(st.sampled_from(["AAPL", "MSFT"]), DAYS, min_size=1), min_size=1, max_size=5
)
SLOW = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@SLOW
@given(REFRESHES)
def test_as_of_never_sees_the_future_and_a_repeat_changes_nothing(
    answers: list[dict[str, str]],
) -> None:
    empty_database()
    seen: list[dict[str, list[str]]] = []
    for number, told in enumerate(answers):
        rows = [earnings(symbol, day) for symbol, day in sorted(told.items())]
        for clock in ("12:00", "13:00"):  # each is told twice
            refresh(f"2025-01-{10 + number}T{clock}", *rows)
        seen.append(_days_known(number))

    # What came later changed nothing of what was known earlier.
    assert seen == [_days_known(number) for number in range(len(answers))]
    assert not ScheduledEvent.objects.filter(known_from__hour=13).exists()


def _days_known(number: int) -> dict[str, list[str]]:
    as_of = utc(f"2025-01-{10 + number}T20:00")
    return {
        symbol: [str(to_datetime(event.event_ts).date()) for event in events_known(symbol, as_of)]
        for symbol in ("AAPL", "MSFT")
    }


@SLOW
@given(st.permutations(["10", "12", "14", "18"]))
def test_the_order_of_imports_that_tell_the_same_is_irrelevant(order: list[str]) -> None:
    empty_database()
    for day in order:
        store_answer(
            answer(earnings()), origin=f"of {day}", symbols=None,
            now_us=utc(f"2025-01-{day}T12:00"),
        )  # fmt: skip

    (only,) = revisions("AAPL")
    assert only.announced_ts == utc("2025-01-10T12:00")
