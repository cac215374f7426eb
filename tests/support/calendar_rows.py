"""Rows of scheduled events as a calendar file brings them."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from flow.domain.event_calendar import (
    CalendarEvent,
    read_row,
)
from flow.domain.units import from_datetime

ET = ZoneInfo("America/New_York")
RECEIVED = 1_735_826_400_000_000  # 2025-01-02T14:00Z


def utc(text: str) -> int:
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=UTC))


def wall(text: str) -> int:
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=ET))


def row(**changes: Any) -> dict[str, Any]:
    return {"symbol": "AAPL", "event_date": "2025-01-31", "kind": "earnings"} | changes


def read(**changes: Any) -> CalendarEvent:
    return read_row(row(**changes), received_ts=RECEIVED)


# Any JSON value, small.
json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text("aZ:-.05 \n\u0662", max_size=20),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
    ),
    max_leaves=4,
)

EARNINGS = CalendarEvent(
    event_id="AAPL:2024-12-31:earnings",
    underlying="AAPL",
    kind="earnings",
    announced_ts=RECEIVED,
    event_ts=wall("2025-01-31T16:05"),
    session="amc",
    source="alphavantage",
)
