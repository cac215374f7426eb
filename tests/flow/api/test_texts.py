"""Values of the API: exact money, instants that lose nothing, missing stays missing."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.api.parameters import read_instant
from flow.api.texts import age_ms, iso, milliseconds, money
from flow.domain.units import to_datetime


@pytest.mark.parametrize(
    ("micros", "text"),
    [(0, "0"), (1, "0.000001"), (4_200_000, "4.2"), (-1_500_000, "-1.5"), (10**18, "1" + "0" * 12)],
)
def test_money_is_exact_decimal_text(micros: int, text: str) -> None:
    assert money(micros) == text


def test_missing_values_are_null() -> None:
    assert (money(None), iso(None), milliseconds(None), age_ms(None)) == (None,) * 4


def test_iso_is_in_utc_with_an_offset() -> None:
    new_york = timezone(timedelta(hours=-4))

    assert iso(datetime(2014, 6, 5, 9, 30, tzinfo=new_york)) == "2014-06-05T13:30:00+00:00"


@given(st.integers(0, 4_102_444_800_000_000))
def test_milliseconds_of_an_instant_read_back_as_the_same_instant(micros: int) -> None:
    instant = to_datetime(micros)

    assert read_instant(str(milliseconds(instant))) == micros
    assert read_instant(str(iso(instant))) == micros


def test_milliseconds_are_whole_where_the_instant_is() -> None:
    assert repr(milliseconds(to_datetime(1_500_000))) == "1500"
    assert repr(milliseconds(to_datetime(1_500_001))) == "1500.001"
    assert (age_ms(250_000), age_ms(1_500)) == (250, 1.5)
