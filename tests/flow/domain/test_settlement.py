"""Settlement instants and years to them (options-engine.md 3.4; errata 22; golden G15)."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.domain.contracts import UNDERLYING_OF_ROOT, parse_contract
from flow.domain.sessions import Calendar, SessionDay
from flow.domain.settlement import AM_SETTLED_ROOTS, settlement_us, t_years
from flow.domain.units import from_datetime, to_datetime

ET = ZoneInfo("America/New_York")


def wall(text: str) -> int:
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=ET))


def utc(text: str) -> int:
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=UTC))


def day(iso: str, open_: str = "09:30", close: str = "16:00") -> SessionDay:
    ordinal = date.fromisoformat(iso).toordinal()
    return SessionDay(ordinal, wall(f"{iso}T{open_}"), wall(f"{iso}T{close}"))


# Thursday 3 July 2025 is a half day, Friday the 4th a holiday; the last row opens late, so that
# what comes from the rows and what from the usual hours can be told apart.
CALENDAR = Calendar(
    [
        day("2025-06-30"),
        day("2025-07-01"),
        day("2025-07-02"),
        day("2025-07-03", close="13:00"),
        day("2025-07-07"),
        day("2025-07-08", open_="10:30", close="15:00"),
    ]
)


@pytest.mark.parametrize(
    ("contract", "expected"),
    [
        ("AAPL-2025-07-02-200-C", "2025-07-02T16:00"),
        ("SPY-2025-07-02-600-P", "2025-07-02T16:00"),  # ETF: 16:00, not 16:15
        ("SPY-2025-07-03-600-C", "2025-07-03T13:00"),  # half day
        ("SPX-2025-07-03-6000-C", "2025-07-03T09:30"),  # settles at the opening, half day or not
        ("SPY-2025-07-04-600-C", "2025-07-03T13:00"),  # holiday: the trading day before
        ("SPX-2025-07-04-6000-C", "2025-07-03T09:30"),
        ("AAPL-2025-07-05-200-C", "2025-07-03T13:00"),  # Saturday expiry of the old cycle
        ("SPXW-2025-07-08-6000-C", "2025-07-08T15:00"),
        ("SPX-2025-07-08-6000-C", "2025-07-08T10:30"),
        ("AAPL-2025-06-30-200-C", "2025-06-30T16:00"),
        # beyond the rows: the usual hours of the weekday
        ("AAPL-2025-07-09-200-C", "2025-07-09T16:00"),
        ("SPX-2025-07-18-6000-C", "2025-07-18T09:30"),
        ("AAPL-2025-07-19-200-C", "2025-07-18T16:00"),
        ("AAPL-2025-07-20-200-C", "2025-07-18T16:00"),
        ("AAPL-2025-07-21-200-C", "2025-07-21T16:00"),
        ("AAPL-2025-06-28-200-C", "2025-06-27T16:00"),
        ("AAPL-2027-12-17-200-C", "2027-12-17T16:00"),  # winter: another offset
    ],
)
def test_settlement(contract: str, expected: str) -> None:
    assert settlement_us(parse_contract(contract), CALENDAR) == wall(expected)


@pytest.mark.parametrize(
    ("contract", "expected"),
    [
        ("SPY-2025-07-03-600-C", "2025-07-03T16:00"),  # nobody tells of the half day
        ("SPX-2025-07-03-6000-C", "2025-07-03T09:30"),
        ("AAPL-2025-07-05-200-C", "2025-07-04T16:00"),
        ("SPY-2025-01-17-600-C", "2025-01-17T16:00"),
    ],
)
def test_settlement_without_a_calendar(contract: str, expected: str) -> None:
    assert settlement_us(parse_contract(contract), None) == wall(expected)
    assert settlement_us(parse_contract(contract), Calendar([])) == wall(expected)


@pytest.mark.parametrize("root", ["SPX", "NDX", "RUT", "DJX", "VIX", "VIXW"])
def test_roots_that_settle_at_the_opening(root: str) -> None:
    contract = parse_contract(f"{root}-2025-07-02-50-C")

    assert settlement_us(contract, CALENDAR) == wall("2025-07-02T09:30")
    assert settlement_us(contract, None) == wall("2025-07-02T09:30")


@pytest.mark.parametrize(
    "root", ["SPXW", "NDXP", "RUTW", "XSP", "OEX", "XEO", "AAPL", "QQQ", "BRKB", "XND", "NANOS"]
)
def test_all_other_roots_settle_at_the_close(root: str) -> None:
    contract = parse_contract(f"{root}-2025-07-02-50-C")

    assert settlement_us(contract, CALENDAR) == wall("2025-07-02T16:00")
    assert settlement_us(contract, None) == wall("2025-07-02T16:00")


def test_settlement_goes_by_root_and_not_by_underlying() -> None:
    assert len(AM_SETTLED_ROOTS) == 6
    assert UNDERLYING_OF_ROOT["SPXW"] in AM_SETTLED_ROOTS


@pytest.mark.parametrize("text", ["AAPL1-2025-07-02-200-C", "1SPX-2025-07-02-6000-C"])
def test_terms_that_the_text_does_not_tell_give_none(text: str) -> None:
    contract = parse_contract(text)

    assert contract.adjusted != contract.flex
    assert settlement_us(contract, CALENDAR) is None
    assert settlement_us(contract, None) is None


@pytest.mark.parametrize(
    ("ts", "settles", "years"),
    [
        # a year of 365 days: 31 536 000 s
        ("2025-01-15T15:00:00", "2026-01-15T15:00:00", 1.0),
        ("2025-01-15T15:00:00", "2025-01-15T16:00:00", 3_600 / 31_536_000),
        ("2025-01-15T15:00:00", "2025-01-15T15:00:00", 0.0),
        ("2025-01-15T15:00:00", "2025-01-15T14:59:59", -1 / 31_536_000),
        ("2024-01-01T00:00:00", "2025-01-01T00:00:00", 366 / 365),
    ],
)
def test_years(ts: str, settles: str, years: float) -> None:
    assert t_years(utc(ts), utc(settles)) == years


def test_years_count_microseconds() -> None:
    assert t_years(0, 1) == 1 / 31_536_000_000_000


# G15, strict (errata 21): the instant, the contract, days, and the seconds to settlement:
# row 1   20:30 on the 15th to 16:00 on the 17th New York: 43.5 h = 156 600 s; trade date the 16th
# plain   15:30 on the 15th to 16:00 on the 17th: 48.5 h = 174 600 s
# row 2   10:30 to 16:00 on the day itself: 5.5 h = 19 800 s
@pytest.mark.parametrize(
    ("contract", "instant", "is_gth", "days", "seconds"),
    [
        ("SPXW-2025-01-17-5900-P", "2025-01-16T01:30:00", True, 1, 156_600),
        ("SPY-2025-01-17-590-C", "2025-01-15T20:30:00", False, 2, 174_600),
        ("SPY-2025-01-17-590-C", "2025-01-17T15:30:00", False, 0, 19_800),
    ],
)
def test_golden_g15(contract: str, instant: str, is_gth: bool, days: int, seconds: int) -> None:
    parsed = parse_contract(contract)
    calendar = Calendar([day("2025-01-15"), day("2025-01-16"), day("2025-01-17")])
    settles = settlement_us(parsed, calendar)
    _, trade_date = calendar.locate(utc(instant), gth=is_gth)

    assert calendar.dte(trade_date, parsed.expiry) == days
    assert settles == wall("2025-01-17T16:00")
    assert t_years(utc(instant), settles) == pytest.approx(seconds / 31_536_000, rel=1e-15)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from(["SPX", "SPXW", "AAPL"]))
def test_settlement_is_on_a_weekday_at_most_two_days_before_the_expiry(
    expiry: date, root: str
) -> None:
    contract = msgspec.structs.replace(
        parse_contract(f"{root}-2025-07-02-50-C"), expiry=expiry.toordinal()
    )
    settles = settlement_us(contract, None)

    assert settles is not None
    local = to_datetime(settles).astimezone(ET)
    assert local.weekday() < 5
    assert 0 <= (expiry - local.date()).days <= 2
    assert (local.date() == expiry) == (expiry.weekday() < 5)
