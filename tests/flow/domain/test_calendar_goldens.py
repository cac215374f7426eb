"""Sessions on the days that are not like others; Eastern wall times beside their UTC instants.

Source: options-engine.md 3.4, errata 21 and 22, golden G15. Clocks of 2025: forward on Sunday 9
March at 02:00, back on Sunday 2 November at 02:00.
"""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from flow.domain.contracts import parse_contract
from flow.domain.securities import security_type
from flow.domain.sessions import Calendar, Session, SessionDay, new_york_date
from flow.domain.units import from_datetime

ET = ZoneInfo("America/New_York")
CLOSED, PRE, REGULAR, POST, GTH = Session
HALF_DAYS = {"2025-07-03": "13:00", "2025-11-28": "13:00", "2025-12-24": "13:00"}
TRADING_DAYS = (
    "2025-01-15", "2025-01-16", "2025-01-17", "2025-01-21",  # Monday 20 January is a holiday
    "2025-03-07", "2025-03-10",  # around the spring change
    "2025-04-17", "2025-04-21",  # around Good Friday
    "2025-07-02", "2025-07-03", "2025-07-07",
    "2025-10-31", "2025-11-03",  # around the autumn change
    "2025-11-26", "2025-11-28", "2025-12-01",
    "2025-12-24", "2025-12-26", "2025-12-31", "2026-01-02",
)  # fmt: skip


def wall(text: str) -> int:
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=ET))


def utc(text: str) -> int:
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=UTC))


def ordinal(text: str) -> int:
    return date.fromisoformat(text).toordinal()


def trading_day(text: str) -> SessionDay:
    close = HALF_DAYS.get(text, "16:00")
    return SessionDay(ordinal(text), wall(f"{text}T09:30"), wall(f"{text}T{close}"))


CALENDAR = Calendar(trading_day(text) for text in TRADING_DAYS)


# UTC instant, session and trade date of a stock's option, and of an index option (with GTH)
@pytest.mark.parametrize(
    ("instant", "session", "day", "index_session", "index_day"),
    [
        # Friday before the spring change: New York is UTC-5, so 09:30 is 14:30
        ("2025-03-07T14:29:59.999999", PRE, "2025-03-07", PRE, "2025-03-07"),
        ("2025-03-07T14:30:00", REGULAR, "2025-03-07", REGULAR, "2025-03-07"),
        ("2025-03-07T20:59:59.999999", REGULAR, "2025-03-07", REGULAR, "2025-03-07"),
        ("2025-03-07T21:00:00", POST, "2025-03-07", REGULAR, "2025-03-07"),
        ("2025-03-08T00:59:59", POST, "2025-03-07", POST, "2025-03-07"),
        ("2025-03-08T01:00:00", CLOSED, "2025-03-07", CLOSED, "2025-03-07"),
        # Sunday evening of the change: UTC-4 already, 20:15 is 00:15 of the next day
        ("2025-03-10T00:14:59", CLOSED, "2025-03-09", CLOSED, "2025-03-09"),
        ("2025-03-10T00:15:00", CLOSED, "2025-03-09", GTH, "2025-03-10"),
        ("2025-03-10T03:59:59", CLOSED, "2025-03-09", GTH, "2025-03-10"),
        ("2025-03-10T04:00:00", CLOSED, "2025-03-10", GTH, "2025-03-10"),
        ("2025-03-10T08:00:00", PRE, "2025-03-10", GTH, "2025-03-10"),
        ("2025-03-10T13:24:59", PRE, "2025-03-10", GTH, "2025-03-10"),
        ("2025-03-10T13:25:00", PRE, "2025-03-10", PRE, "2025-03-10"),
        ("2025-03-10T13:30:00", REGULAR, "2025-03-10", REGULAR, "2025-03-10"),
        ("2025-03-10T20:00:00", POST, "2025-03-10", REGULAR, "2025-03-10"),
        ("2025-03-11T00:00:00", CLOSED, "2025-03-10", CLOSED, "2025-03-10"),
        # Friday before the autumn change: UTC-4
        ("2025-10-31T13:30:00", REGULAR, "2025-10-31", REGULAR, "2025-10-31"),
        ("2025-10-31T20:00:00", POST, "2025-10-31", REGULAR, "2025-10-31"),
        # the hour that comes twice, on Sunday: closed, and one calendar date for both
        ("2025-11-02T05:30:00", CLOSED, "2025-11-02", CLOSED, "2025-11-02"),
        ("2025-11-02T06:30:00", CLOSED, "2025-11-02", CLOSED, "2025-11-02"),
        # Sunday evening: UTC-5 again, 20:15 is 01:15
        ("2025-11-03T00:15:00", CLOSED, "2025-11-02", CLOSED, "2025-11-02"),
        ("2025-11-03T01:15:00", CLOSED, "2025-11-02", GTH, "2025-11-03"),
        ("2025-11-03T13:30:00", PRE, "2025-11-03", GTH, "2025-11-03"),
        ("2025-11-03T14:30:00", REGULAR, "2025-11-03", REGULAR, "2025-11-03"),
        ("2025-11-03T21:00:00", POST, "2025-11-03", REGULAR, "2025-11-03"),
    ],
)
def test_clock_changes_move_the_instants_not_the_hours(
    instant: str, session: Session, day: str, index_session: Session, index_day: str
) -> None:
    assert CALENDAR.locate(utc(instant)) == (session, ordinal(day))
    assert CALENDAR.locate(utc(instant), gth=True) == (index_session, ordinal(index_day))


@pytest.mark.parametrize(
    ("at", "session", "day"),
    [
        # the day before Independence Day and the holiday itself
        ("2025-07-03T12:59:59.999999", REGULAR, "2025-07-03"),
        ("2025-07-03T13:00:00", POST, "2025-07-03"),
        ("2025-07-03T19:59:59", POST, "2025-07-03"),
        ("2025-07-03T20:00:00", CLOSED, "2025-07-03"),
        ("2025-07-04T10:00:00", CLOSED, "2025-07-04"),
        # Thanksgiving and the Friday after
        ("2025-11-27T10:00:00", CLOSED, "2025-11-27"),
        ("2025-11-28T04:00:00", PRE, "2025-11-28"),
        ("2025-11-28T09:30:00", REGULAR, "2025-11-28"),
        ("2025-11-28T13:00:00", POST, "2025-11-28"),
        ("2025-11-28T15:59:59", POST, "2025-11-28"),
        # Christmas
        ("2025-12-24T12:59:59", REGULAR, "2025-12-24"),
        ("2025-12-24T13:00:00", POST, "2025-12-24"),
        ("2025-12-25T11:00:00", CLOSED, "2025-12-25"),
        ("2025-12-26T11:00:00", REGULAR, "2025-12-26"),
        # Good Friday and New Year's Day
        ("2025-04-18T11:00:00", CLOSED, "2025-04-18"),
        ("2026-01-01T11:00:00", CLOSED, "2026-01-01"),
        ("2026-01-02T11:00:00", REGULAR, "2026-01-02"),
        # a weekend
        ("2025-01-18T11:00:00", CLOSED, "2025-01-18"),
        ("2025-01-19T23:59:59", CLOSED, "2025-01-19"),
    ],
)
def test_half_days_and_holidays(at: str, session: Session, day: str) -> None:
    assert CALENDAR.locate(wall(at)) == (session, ordinal(day))


@pytest.mark.parametrize(
    ("at", "session", "day"),
    [
        ("2025-01-16T20:14:59", CLOSED, "2025-01-16"),
        ("2025-01-16T20:15:00", GTH, "2025-01-17"),
        ("2025-01-17T00:00:00", GTH, "2025-01-17"),
        ("2025-01-17T09:24:59.999999", GTH, "2025-01-17"),
        ("2025-01-17T09:25:00", PRE, "2025-01-17"),
        ("2025-01-17T20:15:00", CLOSED, "2025-01-17"),  # Friday night: no overnight session
        ("2025-01-20T20:14:59", CLOSED, "2025-01-20"),
        ("2025-01-20T20:15:00", GTH, "2025-01-21"),  # holiday evening belongs to Tuesday
        ("2025-04-17T20:15:00", GTH, "2025-04-21"),  # into Good Friday
        ("2025-04-18T11:29:59", GTH, "2025-04-21"),
        ("2025-04-18T11:30:00", CLOSED, "2025-04-18"),
        ("2025-04-18T20:15:00", CLOSED, "2025-04-18"),
        ("2025-04-20T20:15:00", GTH, "2025-04-21"),
        ("2025-07-03T20:15:00", GTH, "2025-07-07"),  # after a half day, into the holiday
        ("2025-07-06T20:15:00", GTH, "2025-07-07"),
        ("2025-11-26T20:15:00", GTH, "2025-11-28"),
        ("2025-11-27T11:30:00", CLOSED, "2025-11-27"),
        ("2025-11-27T20:15:00", GTH, "2025-11-28"),  # Thanksgiving evening
        ("2025-11-28T20:15:00", CLOSED, "2025-11-28"),
        ("2025-12-25T20:15:00", GTH, "2025-12-26"),
        ("2026-01-01T20:15:00", GTH, "2026-01-02"),
    ],
)
def test_overnight_hours_belong_to_the_next_business_day(
    at: str, session: Session, day: str
) -> None:
    assert CALENDAR.locate(wall(at), gth=True) == (session, ordinal(day))


# Days to expiry count from the trade date, so index options of the evening count one day less.
@pytest.mark.parametrize(
    ("contract", "instant", "dte"),
    [
        ("SPXW-2025-01-17-5900-P", "2025-01-16T01:30:00", 1),  # G15 row 1: 20:30 ET, index product
        ("SPY-2025-01-17-450-C", "2025-01-15T20:30:00", 2),  # errata 21: the plain case
        ("SPY-2025-01-17-450-C", "2025-01-17T14:30:00", 0),
        ("SPY-2025-01-17-450-C", "2025-01-17T20:59:59", 0),
        ("SPY-2025-01-17-450-C", "2025-01-18T00:30:00", 0),  # Friday evening, still the 17th
        ("SPY-2025-01-17-450-C", "2025-01-18T05:00:00", None),  # Saturday in New York
        ("SPXW-2025-01-17-5900-P", "2025-01-17T01:15:00", 0),  # the overnight hours of expiry day
        ("SPXW-2025-01-17-5900-P", "2025-01-17T01:14:59", 1),
        ("VIXW-2025-01-21-20-C", "2025-01-20T01:30:00", 0),  # Sunday evening before the holiday
        ("VIXW-2025-01-21-20-C", "2025-01-21T01:30:00", 0),  # Monday evening, a holiday
        ("QQQ-2025-01-21-500-C", "2025-01-21T01:30:00", 1),
        ("SPY-2025-03-10-560-C", "2025-03-07T15:00:00", 3),  # over the short weekend of the change
        ("SPY-2025-11-03-680-C", "2025-10-31T15:00:00", 3),  # and over the long one
        ("SPY-2026-01-16-700-C", "2025-01-16T15:00:00", 365),
        ("SPY-2028-01-21-700-C", "2026-01-02T15:00:00", 749),  # over a leap day
    ],
)
def test_days_to_expiry_by_product(contract: str, instant: str, dte: int | None) -> None:
    parsed = parse_contract(contract)
    is_index = security_type(parsed.underlying) == "index"

    _, trade_date = CALENDAR.locate(utc(instant), gth=is_index)

    assert CALENDAR.dte(trade_date, parsed.expiry) == dte


@pytest.mark.parametrize(
    ("day", "close", "following"),
    [
        ("2025-01-17", "16:00", "2025-01-21"),
        ("2025-01-18", None, "2025-01-21"),
        ("2025-01-20", None, "2025-01-21"),
        ("2025-04-17", "16:00", "2025-04-21"),
        ("2025-07-03", "13:00", "2025-07-07"),
        ("2025-11-27", None, "2025-11-28"),
        ("2025-11-28", "13:00", "2025-12-01"),
        ("2025-12-24", "13:00", "2025-12-26"),
        ("2026-01-02", "16:00", None),
        ("2024-12-31", None, "2025-01-15"),
    ],
)
def test_close_and_next_day(day: str, close: str | None, following: str | None) -> None:
    expected = wall(f"{day}T{close}") if close else None

    assert CALENDAR.close_of(ordinal(day)) == expected
    assert CALENDAR.next_trading_day(ordinal(day)) == (ordinal(following) if following else None)


@pytest.mark.parametrize("text", TRADING_DAYS)
def test_a_trading_day_has_its_parts_in_order_without_holes(text: str) -> None:
    day, close = ordinal(text), HALF_DAYS.get(text, "16:00")
    edges = [(f"{text}T04:00", PRE), (f"{text}T09:30", REGULAR), (f"{text}T{close}", POST)]

    found = [CALENDAR.locate(wall(at)) for at, _ in edges]
    before = [CALENDAR.locate(wall(at) - 1) for at, _ in edges]

    assert found == [(session, day) for _, session in edges]
    assert before == [(CLOSED, day), (PRE, day), (REGULAR, day)]


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2025-03-09T04:59:59.999999", "2025-03-08"),  # UTC-5 before the change
        ("2025-03-09T05:00:00", "2025-03-09"),
        ("2025-03-10T03:59:59.999999", "2025-03-09"),  # UTC-4 after it
        ("2025-03-10T04:00:00", "2025-03-10"),
        ("2025-11-02T03:59:59.999999", "2025-11-01"),
        ("2025-11-02T04:00:00", "2025-11-02"),
        ("2025-11-03T04:59:59.999999", "2025-11-02"),
        ("2025-11-03T05:00:00", "2025-11-03"),
        ("2024-02-29T05:00:00", "2024-02-29"),
        ("1970-01-01T00:00:00", "1969-12-31"),
    ],
)
def test_new_york_date_over_clock_changes(instant: str, day: str) -> None:
    assert new_york_date(utc(instant)) == ordinal(day)
