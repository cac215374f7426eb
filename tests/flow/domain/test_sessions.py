"""Sessions, trade dates and days to expiry (options-engine.md 3.4, errata 21, golden G15)."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.domain.sessions import Calendar, Session, SessionDay, new_york_date
from flow.domain.units import from_datetime

ET = ZoneInfo("America/New_York")


def at(text: str) -> int:
    """Return microseconds of an Eastern wall time."""
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=ET))


def utc(text: str) -> int:
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=UTC))


def day(iso: str, close: str = "16:00") -> SessionDay:
    ordinal = date.fromisoformat(iso).toordinal()
    return SessionDay(ordinal, at(f"{iso}T09:30"), at(f"{iso}T{close}"))


def ordinal(iso: str) -> int:
    return date.fromisoformat(iso).toordinal()


# A week with a holiday (Monday 20th) and a half day, over Wednesday 15th to Friday 24th.
CALENDAR = Calendar(
    [
        day("2025-01-15"),
        day("2025-01-16"),
        day("2025-01-17"),
        day("2025-01-21"),
        day("2025-01-22"),
        day("2025-01-23"),
        day("2025-01-24", close="13:00"),
    ]
)


@pytest.mark.parametrize(
    ("wall", "gth", "session", "trade_date"),
    [
        ("2025-01-15T03:59:59.999999", False, Session.CLOSED, "2025-01-15"),
        ("2025-01-15T04:00", False, Session.PRE, "2025-01-15"),
        ("2025-01-15T09:29:59.999999", False, Session.PRE, "2025-01-15"),
        ("2025-01-15T09:30", False, Session.REGULAR, "2025-01-15"),
        ("2025-01-15T15:59:59.999999", False, Session.REGULAR, "2025-01-15"),
        ("2025-01-15T16:00", False, Session.POST, "2025-01-15"),
        ("2025-01-15T19:59:59.999999", False, Session.POST, "2025-01-15"),
        ("2025-01-15T20:00", False, Session.CLOSED, "2025-01-15"),
        ("2025-01-15T20:30", False, Session.CLOSED, "2025-01-15"),
        ("2025-01-15T20:14:59", True, Session.CLOSED, "2025-01-15"),
        ("2025-01-15T20:15", True, Session.GTH, "2025-01-16"),
        ("2025-01-15T20:30", True, Session.GTH, "2025-01-16"),
        ("2025-01-16T05:00", True, Session.GTH, "2025-01-16"),
        ("2025-01-16T09:24:59", True, Session.GTH, "2025-01-16"),
        ("2025-01-16T09:25", True, Session.PRE, "2025-01-16"),
        ("2025-01-16T09:30", True, Session.REGULAR, "2025-01-16"),
        ("2025-01-17T20:30", True, Session.CLOSED, "2025-01-17"),
        ("2025-01-19T20:14:59", True, Session.CLOSED, "2025-01-19"),
        ("2025-01-19T20:30", True, Session.GTH, "2025-01-21"),  # into the holiday
        ("2025-01-19T20:30", False, Session.CLOSED, "2025-01-19"),
        ("2025-01-20T11:29:59.999999", True, Session.GTH, "2025-01-21"),
        ("2025-01-20T11:30", True, Session.CLOSED, "2025-01-20"),
        ("2025-01-20T20:30", True, Session.GTH, "2025-01-21"),
        ("2025-01-20T11:00", False, Session.CLOSED, "2025-01-20"),
        ("2025-01-24T12:59:59", False, Session.REGULAR, "2025-01-24"),
        ("2025-01-24T13:00", False, Session.POST, "2025-01-24"),
        ("2025-01-25T12:00", False, Session.CLOSED, "2025-01-25"),
        ("2024-06-03T12:00", False, Session.CLOSED, "2024-06-03"),
        ("2026-06-03T12:00", True, Session.CLOSED, "2026-06-03"),
    ],
)
def test_locate(wall: str, gth: bool, session: Session, trade_date: str) -> None:
    assert CALENDAR.locate(at(wall), gth=gth) == (session, ordinal(trade_date))


@pytest.mark.parametrize(
    ("instant", "gth", "expiry", "dte"),
    [
        ("2025-01-16T01:30", True, "2025-01-17", 1),  # G15 row 1 by errata 21
        ("2025-01-15T20:30", False, "2025-01-17", 2),  # the plain case of errata 21
        ("2025-01-17T15:30", False, "2025-01-17", 0),
        ("2025-01-21T15:30", False, "2025-01-17", None),
    ],
)
def test_days_to_expiry(instant: str, gth: bool, expiry: str, dte: int | None) -> None:
    _, trade_date = CALENDAR.locate(utc(instant), gth=gth)

    assert CALENDAR.dte(trade_date, ordinal(expiry)) == dte


def test_new_york_date_changes_at_its_own_midnight() -> None:
    assert new_york_date(utc("2025-01-16T04:59:59.999999")) == ordinal("2025-01-15")
    assert new_york_date(utc("2025-01-16T05:00:00")) == ordinal("2025-01-16")
    assert new_york_date(utc("2025-07-16T03:59:59.999999")) == ordinal("2025-07-15")
    assert new_york_date(utc("2025-07-16T04:00:00")) == ordinal("2025-07-16")


def test_close_and_next_trading_day() -> None:
    assert CALENDAR.close_of(ordinal("2025-01-24")) == at("2025-01-24T13:00")
    assert CALENDAR.close_of(ordinal("2025-01-20")) is None
    assert CALENDAR.next_trading_day(ordinal("2025-01-17")) == ordinal("2025-01-21")
    assert CALENDAR.next_trading_day(ordinal("2025-01-24")) is None


def test_explicit_rows_replace_what_is_derived() -> None:
    friday = ordinal("2025-01-17")
    calendar = Calendar(
        [
            day("2025-01-17"),
            SessionDay(friday, at("2025-01-17T07:00"), at("2025-01-17T09:30"), Session.PRE),
            SessionDay(friday, at("2025-01-17T16:00"), at("2025-01-17T17:00"), Session.POST),
            SessionDay(friday, at("2025-01-16T20:15"), at("2025-01-17T06:00"), Session.GTH),
            day("2025-01-15"),
        ]
    )

    assert calendar.locate(at("2025-01-17T06:30")) == (Session.CLOSED, friday)
    assert calendar.locate(at("2025-01-17T18:00")) == (Session.CLOSED, friday)
    assert calendar.locate(at("2025-01-17T06:30"), gth=True) == (Session.CLOSED, friday)
    assert calendar.locate(at("2025-01-17T05:30"), gth=True) == (Session.GTH, friday)
    assert calendar.locate(at("2025-01-15T20:30"), gth=True)[0] is Session.CLOSED


def test_regular_hours_cut_a_pre_market_row_that_overlaps() -> None:
    friday = ordinal("2025-01-17")
    calendar = Calendar(
        [
            day("2025-01-17"),
            SessionDay(friday, at("2025-01-17T04:00"), at("2025-01-17T10:00"), Session.PRE),
        ]
    )

    assert calendar.locate(at("2025-01-17T09:29:59")) == (Session.PRE, friday)
    assert calendar.locate(at("2025-01-17T09:45")) == (Session.REGULAR, friday)


def test_pre_market_row_inside_the_overnight_hours_vanishes() -> None:
    friday = ordinal("2025-01-17")
    calendar = Calendar(
        [
            day("2025-01-17"),
            SessionDay(friday, at("2025-01-17T04:00"), at("2025-01-17T05:00"), Session.PRE),
        ]
    )

    assert calendar.locate(at("2025-01-17T04:30"), gth=True) == (Session.GTH, friday)


def test_row_that_closes_before_it_opens_is_refused() -> None:
    friday = ordinal("2025-01-17")

    with pytest.raises(ValueError, match="session of 2025-01-17 closes before it opens"):
        Calendar([SessionDay(friday, 10, 10)])


def test_empty_calendar_knows_only_dates() -> None:
    calendar = Calendar([])

    assert calendar.locate(at("2025-01-17T12:00")) == (Session.CLOSED, ordinal("2025-01-17"))


@given(st.integers(at("2025-01-14T00:00"), at("2025-01-26T00:00")), st.booleans())
def test_answers_do_not_depend_on_what_was_asked_before(ts: int, gth: bool) -> None:
    fresh = Calendar([day("2025-01-15"), day("2025-01-16")])
    used = Calendar([day("2025-01-15"), day("2025-01-16")])
    used.locate(at("2025-01-16T12:00"), gth=gth)

    assert fresh.locate(ts, gth=gth) == used.locate(ts, gth=gth)


def test_open_of_a_trading_day_only() -> None:
    assert CALENDAR.open_of(ordinal("2025-01-24")) == at("2025-01-24T09:30")
    assert CALENDAR.open_of(ordinal("2025-01-20")) is None
    assert CALENDAR.open_of(ordinal("2025-01-25")) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-01-14", None),  # before the first row
        ("2025-01-15", "2025-01-15"),
        ("2025-01-18", "2025-01-17"),
        ("2025-01-20", "2025-01-17"),
        ("2025-01-21", "2025-01-21"),
        ("2025-01-24", "2025-01-24"),
        ("2025-01-25", None),  # after the last row
    ],
)
def test_trading_day_up_to(text: str, expected: str | None) -> None:
    found = CALENDAR.trading_day_up_to(ordinal(text))

    assert found == (ordinal(expected) if expected else None)
    assert Calendar([]).trading_day_up_to(ordinal(text)) is None


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [
        ("2025-01-15", "2025-01-16", 1),
        ("2025-01-15", "2025-01-15", 0),
        ("2025-01-16", "2025-01-15", 0),
        ("2025-01-17", "2025-01-20", 0),  # Friday to the holiday
        ("2025-01-17", "2025-01-21", 1),
        ("2025-01-18", "2025-01-21", 1),
        ("2025-01-15", "2025-01-24", 6),  # eight days less weekend and holiday
        ("2025-01-15", "2025-01-27", 7),  # Monday behind the rows is a weekday
        ("2025-01-24", "2025-01-26", 0),
        ("2025-01-24", "2025-02-03", 6),  # all beyond: 27 to 31 January, 3 February
        ("2025-01-27", "2025-02-03", 5),
        ("2025-01-10", "2025-01-15", 3),  # Monday and Tuesday before the rows
        ("2025-01-10", "2025-01-14", 2),
        ("2025-01-01", "2025-01-10", 7),  # New Year's Day of 2025 is not counted: (from, to]
        ("2025-01-14", "2025-01-27", 8),  # over all rows
    ],
)
def test_sessions_between(start: str, end: str, count: int) -> None:
    assert CALENDAR.sessions_between(ordinal(start), ordinal(end)) == count


def test_sessions_between_without_rows_counts_weekdays() -> None:
    empty = Calendar([])

    assert empty.sessions_between(ordinal("2025-01-17"), ordinal("2025-01-20")) == 1
    assert empty.sessions_between(ordinal("2025-01-16"), ordinal("2025-01-19")) == 1
    assert empty.sessions_between(ordinal("2025-01-20"), ordinal("2025-01-17")) == 0
    assert empty.sessions_between(ordinal("2025-01-01"), ordinal("2026-01-01")) == 261


@given(
    st.integers(ordinal("2024-12-20"), ordinal("2025-02-20")),
    st.integers(0, 60),
    st.integers(0, 60),
)
def test_sessions_between_adds_up_and_counts_one_by_one(start: int, one: int, two: int) -> None:
    def is_session(each: int) -> bool:
        if ordinal("2025-01-15") <= each <= ordinal("2025-01-24"):
            return CALENDAR.close_of(each) is not None
        return date.fromordinal(each).weekday() < 5

    middle, end = start + one, start + one + two

    assert CALENDAR.sessions_between(start, end) == CALENDAR.sessions_between(
        start, middle
    ) + CALENDAR.sessions_between(middle, end)
    assert CALENDAR.sessions_between(start, end) == sum(
        is_session(each) for each in range(start + 1, end + 1)
    )


# 16:15 products (spec/libraries.md section 2): index options and some funds, half days too.
@pytest.mark.parametrize(
    ("wall", "stock", "fund", "index"),
    [
        ("2025-01-15T15:59:59", Session.REGULAR, Session.REGULAR, Session.REGULAR),
        ("2025-01-15T16:00", Session.POST, Session.REGULAR, Session.REGULAR),
        ("2025-01-15T16:14:59.999999", Session.POST, Session.REGULAR, Session.REGULAR),
        ("2025-01-15T16:15", Session.POST, Session.POST, Session.POST),
        ("2025-01-15T20:14:59", Session.CLOSED, Session.CLOSED, Session.CLOSED),
        ("2025-01-15T20:15", Session.CLOSED, Session.CLOSED, Session.GTH),
        ("2025-01-24T12:59:59", Session.REGULAR, Session.REGULAR, Session.REGULAR),
        ("2025-01-24T13:00", Session.POST, Session.REGULAR, Session.REGULAR),
        ("2025-01-24T13:15", Session.POST, Session.POST, Session.POST),
    ],
)
def test_some_products_trade_a_quarter_of_an_hour_longer(
    wall: str, stock: Session, fund: Session, index: Session
) -> None:
    found = (
        CALENDAR.locate(at(wall)),
        CALENDAR.locate(at(wall), late_close=True),
        CALENDAR.locate(at(wall), gth=True),
    )
    assert tuple(session for session, _ in found) == (stock, fund, index)


@pytest.mark.parametrize(
    ("late", "expires", "wall"),
    [(False, False, "13:00"), (True, False, "13:15"), (True, True, "13:00")],
)
def test_trading_ends_with_the_product_and_settlement_does_not_move(
    late: bool, expires: bool, wall: str
) -> None:
    half = ordinal("2025-01-24")

    closes = CALENDAR.trading_close_of(half, late_close=late, expires=expires)

    assert closes == at(f"2025-01-24T{wall}")
    assert CALENDAR.close_of(half) == at("2025-01-24T13:00")
    assert CALENDAR.trading_close_of(ordinal("2025-01-18"), late_close=late) is None


@pytest.mark.parametrize(
    ("rows", "wall", "trade_date"),
    [
        # September 2001: closed from Tuesday to Friday
        (("2001-09-10", "2001-09-17"), "2001-09-11T20:30", "2001-09-17"),
        (("2001-09-10", "2001-09-17"), "2001-09-13T20:30", "2001-09-17"),
        (("2001-09-10", "2001-09-17"), "2001-09-14T20:30", None),  # Friday: no session on Saturday
        (("2001-09-10", "2001-09-18"), "2001-09-11T20:30", None),  # so long is no closure
        (("2001-09-17",), "2001-09-13T20:30", None),
    ],
)
def test_days_without_a_row_are_holidays_only_within_a_closure(
    rows: tuple[str, ...], wall: str, trade_date: str | None
) -> None:
    found, of = Calendar(day(each) for each in rows).locate(at(wall), gth=True)

    assert found is (Session.CLOSED if trade_date is None else Session.GTH)
    assert of == ordinal(trade_date or wall[:10])


def test_a_holiday_session_over_a_change_of_clocks_keeps_its_wall_times() -> None:
    calendar = Calendar([day("2025-03-07"), day("2025-03-11")])  # Monday the 10th closed

    opens, closes = utc("2025-03-10T00:15"), utc("2025-03-10T15:30")
    found = [calendar.locate(ts, gth=True)[0] for ts in (opens - 1, opens, closes - 1, closes)]

    assert found == [Session.CLOSED, Session.GTH, Session.GTH, Session.CLOSED]


# The clocks change on 2025-03-09 and 2025-11-02: 09:30 New York is 14:30, then 13:30 UTC.
DST = Calendar([day("2025-03-07"), day("2025-03-10"), day("2025-10-31"), day("2025-11-03")])


@pytest.mark.parametrize(
    ("opens", "closes"),
    [
        ("2025-03-07T14:30", "2025-03-07T21:15"), ("2025-03-10T13:30", "2025-03-10T20:15"),
        ("2025-10-31T13:30", "2025-10-31T20:15"), ("2025-11-03T14:30", "2025-11-03T21:15"),
    ],
)  # fmt: skip
def test_sessions_follow_new_york_over_a_change_of_clocks(opens: str, closes: str) -> None:
    for moment, session in ((utc(opens), Session.REGULAR), (utc(closes), Session.POST)):
        assert DST.locate(moment, late_close=True)[0] is session
        assert DST.locate(moment - 1, late_close=True)[0] is not session


@given(st.integers(at("2025-01-15T00:00"), at("2025-01-25T00:00")))
def test_a_late_close_changes_nothing_but_its_quarter_of_an_hour(ts: int) -> None:
    plain, late = CALENDAR.locate(ts), CALENDAR.locate(ts, late_close=True)
    closes = [CALENDAR.close_of(day) for day in (plain[1], late[1])]

    if plain != late:
        assert closes[0] is not None
        assert closes[0] <= ts < closes[0] + 15 * 60 * 10**6
        assert (late[0], late[1]) == (Session.REGULAR, plain[1])
