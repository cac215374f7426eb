"""Rows of scheduled events (options-engine.md 15; errata 47; platform.md 11)."""

import csv
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.domain.event_calendar import (
    EVENT_KINDS,
    FIRST_US,
    LAST_US,
    CalendarError,
    CalendarEvent,
    payload_of,
    read_payload,
    read_row,
)
from tests.support.calendar_rows import EARNINGS, RECEIVED, json, read, row, utc, wall
from tests.support.engine_builders import SHARED_DATA


# A date alone: 08:00 or 16:05 New York, in winter and in summer (never 21:00Z for all)
@pytest.mark.parametrize(
    ("day", "session", "first", "last", "read_as"),
    [
        ("2025-01-31", "bmo", "2025-01-31T13:00", "2025-01-31T13:00", "bmo"),
        ("2025-01-31", "amc", "2025-01-31T21:05", "2025-01-31T21:05", "amc"),
        ("2025-01-31", "pre-market", "2025-01-31T13:00", "2025-01-31T13:00", "bmo"),
        ("2025-01-31", " Post-Market ", "2025-01-31T21:05", "2025-01-31T21:05", "amc"),
        ("2025-01-31", "", "2025-01-31T13:00", "2025-01-31T21:05", "unknown"),
        ("2025-01-31", None, "2025-01-31T13:00", "2025-01-31T21:05", "unknown"),
        ("2025-01-31", "noon", "2025-01-31T13:00", "2025-01-31T21:05", "unknown"),
        ("2025-07-31", "bmo", "2025-07-31T12:00", "2025-07-31T12:00", "bmo"),
        ("2025-07-31", "amc", "2025-07-31T20:05", "2025-07-31T20:05", "amc"),
        ("2000-01-01", "bmo", "2000-01-01T13:00", "2000-01-01T13:00", "bmo"),
        ("2099-12-31", "amc", "2099-12-31T21:05", "2099-12-31T21:05", "amc"),
    ],
)
def test_hours_of_a_date(
    day: str, session: str | None, first: str, last: str, read_as: str
) -> None:
    event = read(event_date=day, session=session)

    assert (event.starts_ts, event.event_ts) == (utc(first), utc(last))
    assert (event.earliest_ts is None) == (first == last)
    assert event.session == read_as


@pytest.mark.parametrize(
    "value",
    [
        1_738_357_200_000,
        1_738_357_200_000.0,
        "1738357200000",
        " 1738357200000 ",
        "2025-01-31T21:00:00Z",
        "2025-01-31T16:00:00-05:00",
        "2025-01-31T22:00+01:00",
    ],
)
def test_instant_is_exact(value: Any) -> None:
    event = read(event_date=value)

    assert event.event_ts == utc("2025-01-31T21:00")
    assert (event.session, event.earliest_ts) == ("exact", None)


def test_instant_keeps_the_session_that_a_row_tells() -> None:
    event = read(event_date="2025-01-31T21:30:00Z", session="amc")

    assert (event.session, event.event_ts) == ("amc", utc("2025-01-31T21:30"))


@pytest.mark.parametrize(
    "value",
    [
        None, "", "soon", "2025-02-30", "2025-01-31T21:00:00", "31.01.2025", "1999-12-31",
        "2100-01-01", "1999-12-31T23:59:59Z", "2100-01-01T00:00:01Z", 946_684_799_999,
        4_102_444_800_001, -5, 0, True, 1.5, float("nan"), float("inf"), [], {},
        "1" * 15, "1" * 16, "\u0662\u0660\u0662\u0665", "0001-01-01", "9999-12-31",
        "0001-01-01T00:00:00+14:00",
    ],
)  # fmt: skip
def test_row_without_an_event_time_is_refused(value: Any) -> None:
    with pytest.raises(CalendarError) as refused:
        read(event_date=value)

    assert refused.value.code == "bad_event_time"
    assert str(refused.value).endswith(
        "expected milliseconds, a date, or a time with offset, from 2000 to 2100"
    )


@pytest.mark.parametrize("value", [946_684_800_000, "4102444800000", "2000-01-01T00:00:00Z"])
def test_first_and_last_instant_are_taken(value: Any) -> None:
    assert read(event_date=value).event_ts in (FIRST_US, LAST_US)


@pytest.mark.parametrize(
    ("value", "announced"),
    [
        (None, RECEIVED),
        ("", RECEIVED),
        (0, 0),
        ("0", 0),
        (1_735_826_400_000, RECEIVED),
        ("2024-12-01T00:00:00Z", utc("2024-12-01")),
        ("2025-01-02", wall("2025-01-03T00:00")),  # a date was known when it was over
        ("2024-12-31", wall("2025-01-01T00:00")),
        (4_102_444_800_000, LAST_US),
    ],
)
def test_announced(value: Any, announced: int) -> None:
    assert read(announced_ts=value).announced_ts == announced


# The end of 2099-12-31 in New York is 05:00Z of 2100.
@pytest.mark.parametrize(
    "value", ["lately", -1, "2099-12-31", 4_102_444_800_001, "1999-01-01", "1969-12-31T23:59:59Z"]
)
def test_announced_that_is_no_time_is_refused(value: Any) -> None:
    with pytest.raises(CalendarError) as refused:
        read(announced_ts=value)

    assert refused.value.code == "bad_announced"
    assert refused.value.received == value


@pytest.mark.parametrize(
    ("value", "symbol"),
    [
        ("aapl", "AAPL"),
        (" MSFT ", "MSFT"),
        ("BRK-B", "BRK.B"),
        ("BRK.B", "BRK.B"),
        ("SPXW", "SPX"),
        ("ABCDEFGHIJKL", "ABCDEFGHIJKL"),
    ],
)
def test_underlying(value: str, symbol: str) -> None:
    assert read(symbol=value).underlying == symbol


@pytest.mark.parametrize(
    "value", [None, "", " ", "CNH_OLD", "ABCDEFGHIJKLM", 5, "\u212a", "-A", "A B"]
)
def test_row_without_an_underlying_is_refused(value: Any) -> None:
    with pytest.raises(CalendarError, match="expected a symbol of 1 to 12 letters") as refused:
        read(symbol=value)

    assert refused.value.code == "bad_underlying"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        *((kind, kind) for kind in EVENT_KINDS),
        ("Earnings", "earnings"),
        (" M_AND_A ", "m_and_a"),
        ("split", "other"),
        (["earnings"], "other"),
        (None, "other"),
        (7, "other"),
    ],
)
def test_kind(value: Any, kind: str) -> None:
    assert read(kind=value).kind == kind


def test_order_of_kinds_is_that_of_importance() -> None:
    assert EVENT_KINDS == (
        "earnings", "m_and_a", "corporate_action", "dividend", "news", "other"
    )  # fmt: skip


# Aliases in the order in which they count (options-engine.md 15; platform.md 11)
@pytest.mark.parametrize(
    ("names", "field", "values"),
    [
        (("underlying_id", "underlying", "symbol"), "underlying", ("A", "B", "C")),
        (("event_kind", "kind", "type"), "kind", ("earnings", "dividend", "news")),
        (("source_event_id", "event_id", "id"), "event_id", ("one", "two", "three")),
        (
            ("announced_ts", "available_ts", "as_of_ts", "created_ts"),
            "announced_ts",
            (1_000, 2_000, 3_000, 4_000),
        ),
        (
            ("event_ts", "event_time", "event_date", "reportDate"),
            "event_ts",
            (1_738_357_200_000, 1_738_357_200_001, 1_738_357_200_002, 1_738_357_200_003),
        ),
    ],
)
def test_aliases(names: tuple[str, ...], field: str, values: tuple[Any, ...]) -> None:
    rest = {"symbol": "AAPL", "event_date": "2025-01-31"}
    rest = {key: value for key, value in rest.items() if key not in names}
    for first in range(len(names)):
        told = dict(zip(names[first:], values[first:], strict=True))
        event = read_row(rest | told, received_ts=RECEIVED)
        expected = values[first] * 1_000 if field.endswith("_ts") else values[first]

        assert getattr(event, field) == expected


@pytest.mark.parametrize(
    ("changes", "event_id"),
    [
        ({"fiscalDateEnding": "2024-12-31"}, "AAPL:2024-12-31:earnings"),
        ({"fiscalDateEnding": "2024-12-31", "id": "mine"}, "AAPL:2024-12-31:earnings"),
        ({"fiscalDateEnding": "", "id": "mine"}, "mine"),
        ({"fiscalDateEnding": ""}, "AAPL:2025-01-31:earnings"),
        ({"id": " mine "}, "mine"),
        ({"id": 17}, "17"),
        ({"id": ["x"]}, "AAPL:2025-01-31:earnings"),
        ({"kind": "dividend"}, "AAPL:2025-01-31:dividend"),
        ({"kind": "", "fiscalDateEnding": ""}, "AAPL:2025-01-31:earnings"),
        ({"kind": "news", "fiscalDateEnding": "2024-12-31"}, "AAPL:2024-12-31:news"),
        # 02:00Z on 1 February is still the 31st in New York
        ({"event_date": "2025-02-01T02:00:00Z"}, "AAPL:2025-01-31:earnings"),
        ({"symbol": "brk-b", "fiscalDateEnding": "2024-12-31"}, "BRK.B:2024-12-31:earnings"),
    ],
)
def test_identity(changes: dict[str, Any], event_id: str) -> None:
    assert read(**changes).event_id == event_id


def test_moved_date_keeps_its_identity() -> None:
    first = read(fiscalDateEnding="2024-12-31", event_date="2025-01-30")
    moved = read(fiscalDateEnding="2024-12-31", event_date="2025-02-06")

    assert first.event_id == moved.event_id
    assert first.event_ts < moved.event_ts


def test_row_of_alpha_vantage() -> None:
    columns = "symbol,name,reportDate,fiscalDateEnding,estimate,currency,timeOfTheDay"
    values = "AAPL,Apple Inc,2025-01-31,2024-12-31,2.34,USD,post-market"
    found = read_row(
        dict(zip(columns.split(","), values.split(","), strict=True)),
        received_ts=RECEIVED,
        source="alphavantage",
    )

    assert found == EARNINGS


def test_row_keeps_its_own_source() -> None:
    assert read(source="desk").source == "desk"
    assert read_row(row(source="desk"), received_ts=RECEIVED, source="file").source == "desk"
    assert read_row(row(), received_ts=RECEIVED, source="file").source == "file"
    assert read_row(row(source=5), received_ts=RECEIVED).source == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "x" * 81}, {"source": "s" * 41}, {"id": " "}, {"id": "a\x00b"}, {"id": "a\ud800b"},
        {"source": "a\x00b"},
    ],
)  # fmt: skip
def test_text_that_no_table_takes_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(CalendarError, match="an id of at most 80") as refused:
        read(**changes)

    assert refused.value.code == "bad_text"


# The provider's notice, spread over the columns of a CSV row
def test_notice_of_the_provider_is_no_event() -> None:
    columns = ("symbol", "name", "reportDate", "fiscalDateEnding", "estimate", "currency")

    with pytest.raises(CalendarError) as refused:
        read_row(
            dict(zip(columns, ["I", "n", "f", "o", "r", "m"], strict=True)), received_ts=RECEIVED
        )

    assert (refused.value.code, refused.value.received) == ("bad_event_time", "f")


names = st.sampled_from(
    ["symbol", "event_date", "kind", "announced_ts", "id", "session", "source", "fiscalDateEnding"]
)


@given(st.dictionaries(names, json))
def test_any_row_gives_an_event_or_a_calendar_error(found: dict[str, Any]) -> None:
    try:
        event = read_row({"symbol": "A", "event_date": "2025-01-31"} | found, received_ts=RECEIVED)
    except CalendarError:
        return

    assert read_payload(payload_of(event)) == event


@pytest.mark.realdata
def test_real_earnings_calendar() -> None:
    path = SHARED_DATA / "reference" / "alphavantage_earnings_calendar_2024-06-21.csv"
    events, refused = [], []
    with path.open(encoding="utf-8", newline="") as file:
        for found in csv.DictReader(file):
            try:
                events.append(read_row(found, received_ts=utc("2024-06-21"), source="av"))
            except CalendarError as error:
                refused.append((error.code, error.received))

    assert (len(events), len(refused)) == (38_805, 8)
    assert {code for code, _ in refused} == {"bad_underlying"}
    assert len({event.event_id for event in events}) == len(events)
    assert {event.session for event in events} == {"unknown"}  # a file of the six old columns
    assert next(event for event in events if event.underlying == "AA") == CalendarEvent(
        event_id="AA:2024-06-30:earnings",
        underlying="AA",
        kind="earnings",
        announced_ts=utc("2024-06-21"),
        event_ts=wall("2024-07-17T16:05"),
        session="unknown",
        earliest_ts=wall("2024-07-17T08:00"),
        source="av",
    )


@pytest.mark.parametrize(
    ("told", "withdrawn"), [(True, True), ("true", True), (None, False), ("no", False), (1, True)]
)
def test_a_row_may_take_an_event_back(told: object, withdrawn: bool) -> None:
    event = read(withdrawn=told)

    assert event.withdrawn is withdrawn
    assert ("withdrawn" in payload_of(event)) is withdrawn
    assert event.says_same_as(read()) is not withdrawn
