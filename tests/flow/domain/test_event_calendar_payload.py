"""Payloads of scheduled events, as control entries carry them (options-engine.md 15)."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.domain.event_calendar import (
    FIRST_US,
    LAST_US,
    payload_of,
    read_payload,
)
from tests.support.calendar_rows import EARNINGS, json, utc, wall

PAYLOAD = {
    "event_id": "AAPL:2024-12-31:earnings",
    "underlying": "AAPL",
    "kind": "earnings",
    "announced_ts": 1_735_826_400_000_000,
    "event_ts": 1_738_357_500_000_000,
    "session": "amc",
    "source": "alphavantage",
}


def test_payload_is_the_one_of_the_module_documentation() -> None:
    assert payload_of(EARNINGS) == PAYLOAD
    assert read_payload(PAYLOAD) == EARNINGS
    assert EARNINGS.starts_ts == EARNINGS.event_ts


def test_payload_of_an_unknown_hour() -> None:
    event = msgspec.structs.replace(
        EARNINGS, session="unknown", earliest_ts=wall("2025-01-31T08:00"), source=""
    )

    assert payload_of(event)["earliest_ts"] == wall("2025-01-31T08:00")
    assert "source" not in payload_of(event)
    assert read_payload(payload_of(event)) == event
    assert event.starts_ts == wall("2025-01-31T08:00")


def test_shortest_payload_is_exact() -> None:
    needed = ("event_id", "underlying", "kind", "announced_ts", "event_ts")
    event = read_payload({key: PAYLOAD[key] for key in needed})

    assert event is not None
    assert (event.session, event.earliest_ts, event.source) == ("exact", None, "")


@pytest.mark.parametrize("key", ["event_id", "underlying", "kind", "announced_ts", "event_ts"])
def test_payload_without_a_needed_key_is_none(key: str) -> None:
    assert read_payload({name: value for name, value in PAYLOAD.items() if name != key}) is None


@pytest.mark.parametrize(
    ("key", "value", "is_taken"),
    [
        ("event_id", "x", True),
        ("event_id", "x" * 80, True),
        ("event_id", "x" * 81, False),
        ("event_id", "", False),
        ("event_id", 5, False),
        ("underlying", "BRK.B", True),
        ("underlying", "A" * 12, True),
        ("underlying", "A" * 13, False),
        ("underlying", "aapl", False),
        ("underlying", ".A", False),
        ("underlying", "AAPL\n", False),
        ("underlying", "", False),
        ("underlying", None, False),
        ("kind", "merger", False),
        ("kind", "m_and_a", True),
        ("announced_ts", 0, True),
        ("announced_ts", -1, False),
        ("announced_ts", LAST_US, True),
        ("announced_ts", LAST_US + 1, False),
        ("announced_ts", 1.5, False),
        ("announced_ts", "1735826400000000", False),
        ("announced_ts", True, False),
        ("event_ts", FIRST_US, True),
        ("event_ts", FIRST_US - 1, False),
        ("event_ts", LAST_US, True),
        ("event_ts", LAST_US + 1, False),
        ("event_ts", None, False),
        ("session", "bmo", True),
        ("session", "unknown", True),
        ("session", "noon", False),
        ("earliest_ts", None, True),
        ("earliest_ts", EARNINGS.event_ts, True),
        ("earliest_ts", EARNINGS.event_ts + 1, False),
        ("earliest_ts", FIRST_US, True),
        ("earliest_ts", FIRST_US - 1, False),
        ("source", "s" * 40, True),
        ("source", "s" * 41, False),
        ("more", 1, True),
    ],
)
def test_payload_field(key: str, value: Any, is_taken: bool) -> None:
    assert (read_payload(PAYLOAD | {key: value}) is not None) == is_taken


def test_bounds_of_instants_are_the_years_of_expiries() -> None:
    assert (utc("2000-01-01"), utc("2100-01-01")) == (FIRST_US, LAST_US)


def test_interval_that_ends_before_it_starts_names_what_it_received() -> None:
    with pytest.raises(ValueError, match="earliest_ts is 1738357500000001; expected at most"):
        msgspec.structs.replace(EARNINGS, earliest_ts=EARNINGS.event_ts + 1)


@given(st.dictionaries(st.sampled_from([*PAYLOAD, "earliest_ts"]), json))
def test_any_payload_gives_an_event_or_none(found: dict[str, Any]) -> None:
    event = read_payload(PAYLOAD | found)

    assert event is None or read_payload(payload_of(event)) == event
