"""Lean's end-of-day files: which day they tell of, and since when that was known."""

from contextlib import suppress
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.domain.option_eod import (
    UNIVERSE_COLUMNS,
    EodError,
    EodRow,
    read_open_interest_file,
    read_universe_row,
)
from flow.domain.sessions import Calendar, SessionDay, at_new_york
from flow.domain.units import from_datetime

# Thursday 2014-06-05, Friday, Monday.
DAYS = [date(2014, 6, day).toordinal() for day in (5, 6, 9)]
CALENDAR = Calendar(
    SessionDay(day, at_new_york(day, time(9, 30)), at_new_york(day, time(16))) for day in DAYS
)
NAME = "20140609_twx_minute_openinterest_american_call_575000_20150117.csv"
CELLS = ("20150117", "57.5", "C", "1", "1", "1", "12.3000", "8", "40")
ROW = dict(zip(UNIVERSE_COLUMNS, CELLS, strict=True))


def utc(*parts: int) -> int:
    return from_datetime(datetime(*parts, tzinfo=UTC))  # type: ignore[misc, arg-type]


def test_an_open_interest_file_tells_of_the_trading_day_before() -> None:
    assert read_open_interest_file(NAME, b"23400000,21\n", CALENDAR) == EodRow(
        contract="TWX-2015-01-17-57.5-C",
        as_of_date=date(2014, 6, 6).toordinal(),  # a weekend lies between
        known_from=utc(2014, 6, 9, 10, 30),  # 06:30 New York in summer
        open_interest=21,
    )


def test_a_chain_tells_of_its_own_day_and_is_known_the_next_trading_morning() -> None:
    assert read_universe_row(ROW, "twx", DAYS[1], CALENDAR) == EodRow(
        contract="TWX-2015-01-17-57.5-C",
        as_of_date=DAYS[1],
        known_from=utc(2014, 6, 9, 10, 30),
        open_interest=40,
        volume=8,
        close_micros=12_300_000,
    )


def test_what_a_chain_leaves_empty_is_missing_not_zero() -> None:
    empty = ROW | {"open_interest": "", "volume": "", "close": ""}
    row = read_universe_row(empty, "twx", DAYS[0], CALENDAR)

    assert (row.open_interest, row.volume, row.close_micros) == (None, None, None)


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("notes.txt", b"1,2", "bad_member"),
        (NAME, b"", "bad_row"),
        (NAME, b"1,2\n3,4", "bad_row"),
        (NAME, b"86400000,2", "bad_row"),
        (NAME, b"1,-2", "bad_row"),
        (NAME.replace("20140609", "20149909"), b"1,2", "bad_day"),
        (NAME.replace("20140609", "20140605"), b"1,2", "bad_day"),  # nothing before the rows
        (NAME.replace("20150117", "20150199"), b"1,2", "bad_contract"),
        (NAME.replace("575000", "0"), b"1,2", "bad_contract"),
    ],
)
def test_a_broken_file_says_why(name: str, body: bytes, code: str) -> None:
    with pytest.raises(EodError) as caught:
        read_open_interest_file(name, body, CALENDAR)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"#expiry": "2015"}, "bad_contract"), ({"strike": "x"}, "bad_contract"),
        ({"right": "X"}, "bad_contract"), ({"volume": "-1"}, "bad_count"),
        ({"open_interest": "1.5"}, "bad_count"), ({"close": "nan"}, "bad_price"),
    ],
)  # fmt: skip
def test_a_broken_row_of_a_chain_says_why(changes: dict[str, str], code: str) -> None:
    with pytest.raises(EodError) as caught:
        read_universe_row(ROW | changes, "twx", DAYS[0], CALENDAR)
    assert caught.value.code == code


def test_a_chain_of_no_trading_day_and_a_short_row_are_refused() -> None:
    with pytest.raises(EodError, match="2014-06-07"):
        read_universe_row(ROW, "twx", DAYS[1] + 1, CALENDAR)
    with pytest.raises(EodError, match="20150117"):
        read_universe_row({"#expiry": "20150117"}, "twx", DAYS[0], CALENDAR)


@given(st.text(max_size=40), st.binary(max_size=20))
def test_any_file_is_read_or_refused(text: str, body: bytes) -> None:
    for name in (text, NAME):
        with suppress(EodError):
            read_open_interest_file(name, body, CALENDAR)


@given(st.fixed_dictionaries({column: st.text(max_size=9) for column in UNIVERSE_COLUMNS}))
def test_any_row_of_a_chain_is_read_or_refused(row: dict[str, str]) -> None:
    with suppress(EodError):
        found = read_universe_row(row, "twx", DAYS[0], CALENDAR)
        assert found.known_from > at_new_york(found.as_of_date, time(20))
