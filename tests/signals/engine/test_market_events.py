"""What a packet knows of scheduled events (options-engine.md 15; golden G9c by errata 47)."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from flow.domain.event_calendar import payload_of, read_row
from flow.domain.events import StampedPrint
from flow.domain.units import from_datetime
from signals.engine.calendar import EventCalendar
from tests.support.calendar_rows import wall
from tests.support.engine_builders import T0, stamped
from tests.support.market_facts import MODEL, facts, told

ET = ZoneInfo("America/New_York")
HOUR = 3_600_000_000
SETTLES = T0 + 54 * HOUR
EVENT = (
    "event_kind", "event_time", "days_to_event", "expiry_after_event", "pre_event_concentration",
)  # fmt: skip


def earnings(**changes: Any) -> EventCalendar:
    row = {
        "symbol": "AAPL", "event_date": "2025-01-31", "session": "amc", "kind": "earnings",
        "announced_ts": "2025-01-02T00:00:00Z", "fiscalDateEnding": "2024-12-31",
    }  # fmt: skip
    events = EventCalendar()
    assert events.add(payload_of(read_row(row | changes, received_ts=T0)))
    return events


def aapl(expiry: str = "2025-02-07", ts: int = T0) -> StampedPrint:
    return stamped(contract=f"AAPL-{expiry}-225-C", ts=ts, size=1_800)


# G9c, strict (errata 47): AAPL 2025-02-07 225C at 2025-01-15T15:00Z, earnings on 2025-01-31 after
# the close, 16:05 New York = 21:05Z, announced on 2025-01-02.
# days = 16 d 6 h 5 min = 23 405 / 1 440 = 16.253472 -> 16.2535 (with 21:00Z: 16.25)
# concentration = 1 - 16.253472 / 21 = 0.226025 -> .2260 (with 21:00Z: .2262)
@pytest.mark.parametrize(
    ("changes", "days", "concentration", "time"),
    [
        ({}, 16.2535, 0.2260, "2025-01-31T16:05:00-05:00"),
        ({"event_date": "2025-01-31T21:00:00Z"}, 16.25, 0.2262, "2025-01-31T16:00:00-05:00"),
        ({"session": "bmo"}, 15.9167, 0.2421, "2025-01-31T08:00:00-05:00"),
        ({"session": ""}, 16.2535, 0.2260, "2025-01-31T16:05:00-05:00"),
    ],
)
def test_golden_g9c(changes: dict[str, str], days: float, concentration: float, time: str) -> None:
    found = facts(aapl(), events=earnings(**changes))

    assert (found.event_kind, found.event_time) == ("earnings", time)
    assert (found.days_to_event, found.pre_event_concentration) == (days, concentration)
    assert found.expiry_after_event is True


def test_summer_event_is_told_in_summer_time() -> None:
    found = facts(aapl("2025-08-15"), events=earnings(event_date="2025-07-31"))

    assert found.event_time == "2025-07-31T16:05:00-04:00"


@pytest.mark.parametrize(
    ("announced", "is_known"), [("2025-01-15T15:00:00Z", True), ("2025-01-15T15:00:00.001Z", False)]
)
def test_event_counts_when_the_last_print_came_after_its_announcement(
    announced: str, is_known: bool
) -> None:
    found = facts(aapl(ts=T0 - 5), aapl(), events=earnings(announced_ts=announced))

    assert told(found, EVENT) == (list(EVENT) if is_known else [])


# PM settlement at 16:00 lies before 16:05 of that day, and behind 08:00; where the session is not
# known, an expiry on that very day cannot tell.
@pytest.mark.parametrize(
    ("session", "expiry", "expected"),
    [
        ("amc", "2025-01-31", False),
        ("amc", "2025-02-03", True),
        ("amc", "2025-01-24", False),
        ("bmo", "2025-01-31", True),
        ("bmo", "2025-01-30", False),
        ("", "2025-01-30", False),
        ("", "2025-01-31", None),
        ("", "2025-02-03", True),
    ],
)
def test_expiry_after_event(session: str, expiry: str, expected: bool | None) -> None:
    found = facts(aapl(expiry), events=earnings(session=session))

    assert found.expiry_after_event is expected
    assert found.event_kind == "earnings"


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("2025-02-07T21:00:00Z", True),  # the settlement itself
        ("2025-02-07T21:00:00.000001Z", False),
        ("2025-02-07T20:59:59Z", True),
    ],
)
def test_settlement_at_the_event_is_after_it(event: str, expected: bool) -> None:
    found = facts(aapl(), events=earnings(event_date=event))

    assert found.expiry_after_event is expected


# The contract settles at 21:00Z; the event falls between `first` and 23:00Z.
@pytest.mark.parametrize(
    ("first", "expected"),
    [("2025-02-07T21:00:00Z", None), ("2025-02-07T21:00:00.000001Z", False)],
)
def test_settlement_at_the_first_instant_of_an_event_cannot_tell(
    first: str, expected: bool | None
) -> None:
    payload = payload_of(
        read_row({"symbol": "AAPL", "event_date": "2025-02-07T23:00:00Z"}, received_ts=T0)
    )
    events = EventCalendar()
    assert events.add(payload | {"earliest_ts": from_datetime(datetime.fromisoformat(first))})

    assert facts(aapl(), events=events).expiry_after_event is expected


def test_event_of_an_adjusted_contract_has_no_settlement_to_compare() -> None:
    found = facts(stamped(contract="AAPL1-2025-02-07-225-C"), events=earnings())

    assert told(found, EVENT) == [name for name in EVENT if name != "expiry_after_event"]


# Concentration falls to 0 in 21 days: 1 - days / 21.
@pytest.mark.parametrize(
    ("days", "concentration"),
    [(0, 1.0), (1, 0.9524), (10.5, 0.5), (20, 0.0476), (21, 0.0), (22, 0.0), (60, 0.0)],
)
def test_concentration(days: float, concentration: float) -> None:
    ts = wall("2025-01-31T16:05") - round(days * 24 * HOUR)
    events = earnings(announced_ts=0)
    found = facts(aapl(ts=ts), events=events)

    assert found.days_to_event == days
    assert found.pre_event_concentration == concentration


def test_horizons_are_tuning() -> None:
    events = earnings()
    row = {"symbol": "AAPL", "event_date": "2025-01-20", "session": "bmo", "kind": "dividend"}
    assert events.add(payload_of(read_row(row, received_ts=T0)))

    assert facts(aapl(), events=events).event_kind == "earnings"
    assert facts(aapl(), events=events, event_priority_days=16).event_kind == "dividend"
    assert facts(aapl(), events=events, event_priority_days=17).event_kind == "earnings"
    found = facts(aapl(), events=events, event_concentration_days=42)
    assert found.pre_event_concentration == 0.6130  # 1 - 16.253472 / 42 = 0.613013


def test_no_event_ahead_leaves_nothing() -> None:
    assert told(facts(), EVENT) == []
    assert told(facts(stamped(), events=earnings()), EVENT) == []  # another underlying


def test_root_finds_the_events_of_its_underlying() -> None:
    events = earnings(symbol="SPX", fiscalDateEnding="", kind="other", id="FOMC")

    assert facts(stamped(contract="SPXW-2025-02-07-450-C"), events=events).event_kind == "other"


def test_structure_gets_the_events_only() -> None:
    found = facts(aapl(), features={"structure_type": "vertical"}, events=earnings())

    assert told(found, EVENT) == list(EVENT)
    assert (found.execution_iv, told(found, MODEL)) == (None, [])


def test_same_packet_gives_the_same_features() -> None:
    one, two = (facts(aapl(), features={"underlying_mid": 224.0}, events=earnings()) for _ in "12")

    assert msgspec.json.encode(one) == msgspec.json.encode(two)
    assert datetime.fromisoformat(one.event_time or "").astimezone(UTC) == datetime(
        2025, 1, 31, 21, 5, tzinfo=UTC
    )
