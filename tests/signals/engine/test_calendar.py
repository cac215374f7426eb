"""What was known to come as of an instant (options-engine.md 15, golden G13; errata 47)."""

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.domain.event_calendar import EVENT_KINDS, CalendarEvent, payload_of, read_row
from flow.domain.units import from_datetime
from signals.engine import calendar as engine_calendar
from signals.engine.calendar import (
    DAY_US,
    HOUR_US,
    KEPT_US,
    MAX_EVENTS_PER_UNDERLYING,
    MAX_REVISIONS,
    CalendarParams,
    EventCalendar,
    SavedCalendar,
)
from signals.engine.params import PARAMETERS

ET = ZoneInfo("America/New_York")


def utc(text: str) -> int:
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=UTC))


NOW = utc("2025-01-15T15:00")
EVENT: dict[str, Any] = {
    "event_id": "AAPL:2024-12-31:earnings",
    "underlying": "AAPL",
    "kind": "earnings",
    "announced_ts": 0,
    "event_ts": utc("2025-01-31T21:05"),
    "session": "amc",
}


def entry(**changes: Any) -> dict[str, Any]:
    return EVENT | changes


def filled(*entries: dict[str, Any]) -> EventCalendar:
    calendar = EventCalendar()
    for each in entries:
        assert calendar.add(each)
    return calendar


def found_id(calendar: EventCalendar, as_of: int, **horizon: int) -> str | None:
    found = calendar.lookup("AAPL", as_of, CalendarParams(**horizon))
    return found.event_id if found else None


# G13. Days = (event - as of) / 86 400 s: 01-15 15:00Z to 02-10 14:30Z = 2 244 600 s = 25.9792;
# 01-20 15:00Z to 01-31 21:00Z = 972 000 s = 11.25. The strict column: the dividend is inside 30
# days too, but earnings go before it, as soon as they are announced. With the session told (16:05
# New York = 21:05Z) instead of 21:00Z: 972 300 s = 11.2535.
EARNINGS = {"announced_ts": "2025-01-16T00:00:00Z", "kind": "earnings", "id": "earnings"}
DIVIDEND = {
    "underlying": "AAPL", "event_ts": "2025-02-10T14:30:00Z", "kind": "dividend", "id": "dividend",
    "announced_ts": "2024-12-01T00:00:00Z",
}  # fmt: skip


@pytest.mark.parametrize(
    ("earnings", "as_of", "event_id", "days"),
    [
        ({"event_ts": "2025-01-31T21:00:00Z"}, "2025-01-15T15:00", "dividend", 25.9792),
        ({"event_ts": "2025-01-31T21:00:00Z"}, "2025-01-20T15:00", "earnings", 11.25),
        ({"event_ts": "2025-01-31T21:00:00Z"}, "2025-03-01T00:00", None, None),
        ({"event_date": "2025-01-31", "session": "amc"}, "2025-01-15T15:00", "dividend", 25.9792),
        ({"event_date": "2025-01-31", "session": "amc"}, "2025-01-20T15:00", "earnings", 11.2535),
        ({"event_date": "2025-01-31", "session": "bmo"}, "2025-01-20T15:00", "earnings", 10.9167),
        ({"event_date": "2025-01-31", "session": "amc"}, "2025-03-01T00:00", None, None),
    ],
)
def test_golden_g13(
    earnings: dict[str, str], as_of: str, event_id: str | None, days: float | None
) -> None:
    rows = [{"underlying": "AAPL"} | EARNINGS | earnings, DIVIDEND]
    calendar = filled(*(payload_of(read_row(row, received_ts=NOW)) for row in rows))

    found = calendar.lookup("AAPL", utc(as_of))

    assert (found.event_id if found else None) == event_id
    assert (round((found.event_ts - utc(as_of)) / DAY_US, 4) if found else None) == days


def test_bad_payload_is_refused_and_changes_nothing() -> None:
    calendar = filled(entry())
    before = calendar.saved()

    assert not calendar.add(entry(event_ts=None))
    assert not calendar.add({})
    assert calendar.saved() == before


def test_empty_calendar_and_other_underlyings_know_nothing() -> None:
    assert EventCalendar().lookup("AAPL", NOW) is None
    assert filled(entry()).lookup("MSFT", NOW) is None


@pytest.mark.parametrize(
    ("as_of", "is_seen"),
    [
        (NOW - 1, False),
        (NOW, True),  # announced that instant
        (EVENT["event_ts"], True),  # happens that instant
        (EVENT["event_ts"] + 1, False),
    ],
)
def test_event_is_seen_from_its_announcement_to_its_instant(as_of: int, is_seen: bool) -> None:
    calendar = filled(entry(announced_ts=NOW))

    assert (calendar.lookup("AAPL", as_of) is not None) == is_seen


def test_moved_date_leaves_no_ghost() -> None:
    first, moved = utc("2025-01-30T21:05"), utc("2025-02-06T21:05")
    calendar = filled(
        entry(announced_ts=100, event_ts=first), entry(announced_ts=NOW, event_ts=moved)
    )

    for as_of, expected in ((NOW - 1, first), (NOW, moved), (first + 1, moved)):
        found = calendar.lookup("AAPL", as_of)
        assert found is not None
        assert found.event_ts == expected
    assert calendar.lookup("AAPL", moved + 1) is None


def test_date_moved_into_the_past_is_over() -> None:
    calendar = filled(
        entry(announced_ts=100), entry(announced_ts=NOW - DAY_US, event_ts=NOW - HOUR_US)
    )

    assert calendar.lookup("AAPL", NOW) is None
    assert calendar.lookup("AAPL", NOW - 2 * DAY_US) is not None


def test_revisions_of_one_instant_count_in_the_order_of_the_log() -> None:
    other = EVENT["event_ts"] + HOUR_US
    calendar = filled(entry(announced_ts=5), entry(announced_ts=5, event_ts=other))
    found = calendar.lookup("AAPL", NOW)

    assert found is not None
    assert found.event_ts == other


def test_older_revision_that_comes_late_takes_its_place() -> None:
    other = EVENT["event_ts"] + HOUR_US
    calendar = filled(entry(announced_ts=NOW), entry(announced_ts=5, event_ts=other))

    assert [row[3] for row in calendar.saved().revisions] == [5, NOW]
    found = calendar.lookup("AAPL", NOW - 1)
    assert found is not None
    assert found.event_ts == other


@pytest.mark.parametrize("order", [(5, NOW), (NOW, 5), (5, 5)])
def test_refetch_keeps_the_first_announcement(order: tuple[int, int]) -> None:
    calendar = filled(*(entry(announced_ts=announced) for announced in order))

    assert [row[3] for row in calendar.saved().revisions] == [5]


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "news"},
        {"event_ts": EVENT["event_ts"] + 1},
        {"session": "unknown", "earliest_ts": EVENT["event_ts"] - 1},
    ],
)
def test_what_differs_is_a_revision(changes: dict[str, Any]) -> None:
    calendar = filled(entry(announced_ts=5), entry(announced_ts=6) | changes)

    assert [row[3] for row in calendar.saved().revisions] == [5, 6]


def test_source_alone_is_no_revision() -> None:
    calendar = filled(entry(announced_ts=5), entry(announced_ts=6, source="other"))

    assert len(calendar.saved().revisions) == 1


def test_date_that_moves_back_is_a_third_revision() -> None:
    first, moved = EVENT["event_ts"], EVENT["event_ts"] + DAY_US
    calendar = filled(
        entry(announced_ts=1),
        entry(announced_ts=2, event_ts=moved),
        entry(announced_ts=3, event_ts=first),
    )
    seen = [calendar.lookup("AAPL", NOW)]

    assert [event.event_ts for event in seen if event] == [first]
    assert len(calendar.saved().revisions) == 3


# Inside the horizon the more important kind wins, however near the other is.
@pytest.mark.parametrize(("higher", "lower"), list(pairwise(EVENT_KINDS)))
def test_more_important_kind_goes_first_inside_the_horizon(higher: str, lower: str) -> None:
    near, far = NOW + DAY_US, NOW + 30 * DAY_US
    calendar = filled(
        entry(event_id="near", kind=lower, event_ts=near),
        entry(event_id="far", kind=higher, event_ts=far),
    )

    assert found_id(calendar, NOW) == "far"
    assert found_id(calendar, NOW - 1) == "near"  # a microsecond beyond 30 days
    assert found_id(calendar, NOW, event_priority_days=29) == "near"
    assert found_id(calendar, near + 1) == "far"


@pytest.mark.parametrize(
    ("days", "kinds", "expected"),
    [
        ((3, 5), ("earnings", "earnings"), 0),
        ((5, 3), ("earnings", "earnings"), 1),
        ((50, 40), ("earnings", "dividend"), 1),  # beyond the horizon the nearest
        ((40, 40), ("dividend", "earnings"), 1),  # of one instant the more important
        ((40, 40), ("dividend", "dividend"), 0),  # else by identity
        ((3, 3), ("dividend", "dividend"), 0),
        ((29, 31), ("other", "earnings"), 0),
    ],
)
def test_nearest_among_equals(days: tuple[int, int], kinds: tuple[str, str], expected: int) -> None:
    entries = [
        entry(event_id=str(place), kind=kind, event_ts=NOW + day * DAY_US)
        for place, (day, kind) in enumerate(zip(days, kinds, strict=True))
    ]

    assert found_id(filled(*entries), NOW) == str(expected)
    assert found_id(filled(*reversed(entries)), NOW) == str(expected)


# A sweep drops what ends before the full hour two days before the watermark.
def test_past_events_are_forgotten_two_days_later() -> None:
    event_ts = EVENT["event_ts"]
    hour = -(-(event_ts + 1) // HOUR_US) * HOUR_US  # the first full hour behind it
    calendar = filled(entry(), entry(underlying="MSFT", event_id="MSFT", event_ts=hour))

    calendar.forget_before(hour + KEPT_US - 1)
    assert len(calendar.saved().revisions) == 2
    calendar.forget_before(hour + KEPT_US)
    assert [row[1] for row in calendar.saved().revisions] == ["MSFT"]  # it ends that very hour
    calendar.forget_before(hour + KEPT_US + HOUR_US)
    assert calendar.saved() == SavedCalendar(hour // HOUR_US + 1, [])
    assert (HOUR_US, DAY_US, KEPT_US) == (3_600_000_000, 86_400_000_000, 172_800_000_000)


def test_sweep_looks_once_an_hour() -> None:
    calendar = EventCalendar()
    calendar.forget_before(NOW)
    old = entry(event_ts=NOW - KEPT_US - DAY_US)
    assert calendar.add(old)

    calendar.forget_before(NOW)
    calendar.forget_before(NOW - DAY_US)
    assert len(calendar.saved().revisions) == 1
    calendar.forget_before(NOW + HOUR_US)
    assert calendar.saved().revisions == []


def test_nothing_is_swept_before_the_first_watermark() -> None:
    calendar = filled(entry())
    calendar.forget_before(0)

    assert calendar.saved().swept_hour == 0


def test_revisions_replaced_before_the_sweep_are_forgotten() -> None:
    limit = NOW - NOW % HOUR_US
    calendar = filled(
        entry(announced_ts=limit - 2),
        entry(announced_ts=limit - 1, event_ts=EVENT["event_ts"] + 1),
        entry(announced_ts=limit, event_ts=EVENT["event_ts"] + 2),
        entry(announced_ts=limit + 1, event_ts=EVENT["event_ts"] + 3),
    )

    calendar.forget_before(limit + KEPT_US)

    assert [row[3] for row in calendar.saved().revisions] == [limit, limit + 1]
    found = calendar.lookup("AAPL", limit)
    assert found is not None
    assert found.event_ts == EVENT["event_ts"] + 2


@pytest.mark.parametrize(
    ("announced", "kept"),
    [((-2, -1), [-1]), ((-1, 0), [0]), ((0, 1), [0, 1]), ((1, 2), [1, 2]), ((-1, 1), [-1, 1])],
)
def test_revision_known_at_the_sweep_and_later_ones_stay(
    announced: tuple[int, int], kept: list[int]
) -> None:
    limit = NOW - NOW % HOUR_US
    calendar = filled(
        entry(announced_ts=limit + announced[0]),
        entry(announced_ts=limit + announced[1], event_ts=EVENT["event_ts"] + 1),
    )

    calendar.forget_before(limit + KEPT_US)

    assert [row[3] - limit for row in calendar.saved().revisions] == kept


def test_event_moved_ahead_stays_though_its_first_date_is_past() -> None:
    limit = NOW - NOW % HOUR_US
    calendar = filled(entry(announced_ts=1, event_ts=limit - DAY_US), entry(announced_ts=limit + 1))

    calendar.forget_before(limit + KEPT_US)

    assert len(calendar.saved().revisions) == 2


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "c"]),
            st.integers(0, 20),  # announced, days
            st.integers(0, 40),  # event, days
            st.sampled_from(EVENT_KINDS),
        ),
        max_size=25,
    ),
    st.integers(0, 40),
    st.integers(0, 40 * 24),
)
def test_forgetting_never_changes_what_may_still_be_asked(
    rows: list[tuple[str, int, int, str]], as_of_day: int, watermark_hour: int
) -> None:
    kept, swept = EventCalendar(), EventCalendar()
    start = NOW - NOW % HOUR_US
    for event_id, announced, day, kind in rows:
        payload = entry(
            event_id=event_id, kind=kind, announced_ts=start + announced * DAY_US,
            event_ts=start + day * DAY_US, session="exact",
        )  # fmt: skip
        assert kept.add(payload)
        assert swept.add(payload)
    watermark = start + watermark_hour * HOUR_US
    swept.forget_before(watermark)

    as_of = max(start + as_of_day * DAY_US, watermark - KEPT_US)

    assert swept.lookup("AAPL", as_of) == kept.lookup("AAPL", as_of)


def test_saved_calendar_goes_on_where_it_stood() -> None:
    calendar = filled(
        entry(),
        entry(announced_ts=9, session="unknown", earliest_ts=EVENT["event_ts"] - HOUR_US),
        entry(underlying="MSFT", event_id="MSFT:1"),
        entry(event_id="AAPL:0", kind="dividend", source="desk"),
    )
    calendar.forget_before(NOW)
    saved = msgspec.msgpack.decode(msgspec.msgpack.encode(calendar.saved()), type=SavedCalendar)
    again = EventCalendar(saved)

    assert again.saved() == calendar.saved() == saved
    assert again.lookup("AAPL", NOW) == calendar.lookup("AAPL", NOW)
    again.forget_before(NOW)  # the same hour: nothing to do
    assert again.saved() == saved


def test_saved_bytes_do_not_depend_on_the_order_of_underlyings_and_events() -> None:
    entries = [
        entry(underlying=underlying, event_id=f"{underlying}:{number}")
        for underlying in ("MSFT", "AAPL", "NVDA")
        for number in (2, 1, 3)
    ]
    one, other = filled(*entries), filled(*reversed(entries))

    assert msgspec.json.encode(one.saved()) == msgspec.json.encode(other.saved())
    assert [row[0] for row in one.saved().revisions] == sorted(each["event_id"] for each in entries)


def test_restored_rows_are_events() -> None:
    found = EventCalendar(filled(entry()).saved()).lookup("AAPL", NOW)

    assert found == msgspec.convert(entry(), CalendarEvent)


def test_memory_of_one_underlying_is_bounded() -> None:
    calendar = filled(*(entry(event_id=str(number)) for number in range(MAX_EVENTS_PER_UNDERLYING)))

    assert MAX_EVENTS_PER_UNDERLYING == 200
    assert not calendar.add(entry(event_id="one more"))
    assert calendar.add(entry(event_id="7", announced_ts=5, event_ts=NOW))  # a revision is none
    assert calendar.add(entry(underlying="MSFT"))


def test_memory_of_all_events_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert engine_calendar.MAX_EVENTS == 100_000
    monkeypatch.setattr(engine_calendar, "MAX_EVENTS", 3)
    ahead, over = EVENT["event_ts"], NOW - KEPT_US - DAY_US
    calendar = filled(
        entry(underlying="A", event_ts=over), entry(underlying="B"), entry(underlying="C")
    )

    assert not calendar.add(entry(underlying="D"))
    assert not EventCalendar(calendar.saved()).add(entry(underlying="D"))
    assert calendar.lookup("D", NOW) is None
    calendar.forget_before(NOW)  # room again
    assert calendar.add(entry(underlying="D", event_ts=ahead))
    assert not calendar.add(entry(underlying="E"))


def test_revisions_of_one_event_are_bounded_and_the_oldest_goes() -> None:
    calendar = filled(
        *(entry(announced_ts=n, event_ts=EVENT["event_ts"] + n) for n in range(MAX_REVISIONS + 2))
    )

    assert MAX_REVISIONS == 32
    assert [row[3] for row in calendar.saved().revisions] == list(range(2, 34))


@pytest.mark.parametrize(
    ("key", "default", "low"),
    [("event_priority_days", 30, 0), ("event_concentration_days", 21, 1)],
)
def test_parameter_is_declared(key: str, default: int, low: int) -> None:
    parameter = next(each for each in PARAMETERS if each.key == key)

    assert getattr(CalendarParams(), key) == default
    assert (parameter.default, parameter.unit) == (default, "days")
    assert (parameter.minimum, parameter.maximum) == (low, 365)


def test_event_that_was_taken_back_is_not_seen_from_then_on() -> None:
    taken = entry(announced_ts=NOW, withdrawn=True)
    back = entry(announced_ts=NOW + DAY_US)
    calendar = filled(entry(), taken, back)

    seen = [found_id(calendar, at) for at in (NOW - 1, NOW, NOW + DAY_US - 1, NOW + DAY_US)]
    assert seen == [EVENT["event_id"], None, None, EVENT["event_id"]]
    assert EventCalendar(calendar.saved()).saved() == calendar.saved()
