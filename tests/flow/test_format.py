"""Formats of product-ui.md 2.0: what a trader reads, and that absent never looks like zero."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.codes import SIDES as SIDE_NAMES
from flow.templatetags import flow_format as fmt
from signals.engine.equities.placement import EquitySide

SUMMER = datetime(2014, 6, 5, 14, 31, 7, 250_999, tzinfo=UTC)
WINTER = datetime(2015, 12, 23, 15, 31, 7, 250_000, tzinfo=UTC)
FORMATS = [
    fmt.price, fmt.money, fmt.count, fmt.age, fmt.percent, fmt.iv, fmt.sigma, fmt.bps, fmt.days,
    fmt.et_time, fmt.et_date, fmt.et_moment, fmt.utc,
]  # fmt: skip


@pytest.mark.parametrize("function", FORMATS)
def test_what_is_absent_is_a_dash_in_every_format(function: object) -> None:
    assert function(None) == fmt.DASH  # type: ignore[operator]


@pytest.mark.parametrize("instant", [SUMMER, WINTER])
def test_times_are_new_york_times_with_milliseconds(instant: datetime) -> None:
    assert fmt.et_time(instant) == "10:31:07.250"


def test_the_time_of_another_day_carries_its_day() -> None:
    assert fmt.et_recent(SUMMER) == "05JUN14 10:31:07.250"
    now = datetime.now(UTC)
    assert fmt.et_recent(now) == fmt.et_time(now)


def test_a_moment_names_its_date_and_zone() -> None:
    assert fmt.et_moment(SUMMER) == "2014-06-05 10:31:07.250 ET"
    assert fmt.utc(SUMMER) == "2014-06-05 14:31:07.250999 UTC"


@pytest.mark.parametrize(
    ("micros", "text"),
    [
        (4_350_000, "4.35"),
        (4_300_000, "4.30"),
        (4_355_000, "4.355"),
        (50_000, "0.05"),
        (0, "0.00"),
        (1_234_500_000, "1,234.50"),
        (-150_000, "−0.15"),
    ],
)
def test_prices_have_two_decimals_and_more_only_where_the_tick_needs_them(
    micros: int, text: str
) -> None:
    assert fmt.price(micros) == text


@pytest.mark.parametrize(
    ("dollars", "text"),
    [
        (0, "$0"),
        (408, "$408"),
        (999, "$999"),
        (1_000, "$1.00K"),
        (18_400, "$18.4K"),
        (931_000, "$931K"),
        (999_499, "$999K"),
        (999_500, "$1.00M"),
        (1_244_999, "$1.24M"),
        (1_245_000, "$1.25M"),
        (12_345_678_901, "$12.3B"),
        (-52_500, "−$52.5K"),
    ],
)
def test_money_has_three_digits_and_a_unit(dollars: int, text: str) -> None:
    assert fmt.money(dollars * 1_000_000) == text


@given(st.integers(0, 10**21))
def test_money_is_within_half_of_its_last_digit(micros: int) -> None:
    text = fmt.money(micros)
    factor = {"K": 10**3, "M": 10**6, "B": 10**9}.get(text[-1], 1)
    shown = float(text.strip("$KMB").replace(",", "")) * factor
    assert abs(shown - micros / 1_000_000) <= max(0.5, micros / 1_000_000 * 0.00501)


@given(st.integers(0, 10**14))
def test_a_price_reads_back_as_itself(micros: int) -> None:
    whole, _, part = fmt.price(micros).replace(",", "").partition(".")
    assert int(whole) * 1_000_000 + int(part.ljust(6, "0")) == micros


@pytest.mark.parametrize(
    ("micros", "text"),
    [
        (0, "0ms"),
        (140_400, "140ms"),
        (999_999, "999ms"),
        (1_000_000, "1s"),
        (38_000_000, "38s"),
        (89_000_000, "89s"),
        (90_000_000, "1m"),
        (240_000_000, "4m"),
        (4 * 3_600_000_000, "4h"),
    ],
)
def test_ages_are_milliseconds_then_seconds_then_minutes(micros: int, text: str) -> None:
    assert fmt.age(micros) == text


def test_shares_have_no_decimals_from_ten_percent_on() -> None:
    assert [fmt.percent(r) for r in (0.62, 0.0996, 0.041, 0.0)] == ["62%", "10%", "4.1%", "0%"]


def test_moves_carry_their_sign_and_no_sign_on_nothing() -> None:
    assert [fmt.sigma(z) for z in (2.31, -0.5, 0.04)] == ["+2.3σ", "−0.5σ", "0.0σ"]
    assert [fmt.bps(b) for b in (12.4, -9.0, 0.2)] == ["+12bp", "−9bp", "0bp"]


def test_sizes_and_days_and_volatility() -> None:
    assert (fmt.count(2140), fmt.days(12), fmt.days(0), fmt.iv(0.482)) == (
        "2,140", "12d", "0d", "48.2%",
    )  # fmt: skip


def test_a_contract_reads_as_root_day_strike() -> None:
    assert fmt.contract_text("NVDA-2026-07-17-150-C") == "NVDA 17JUL26 150C"
    assert fmt.contract_parts("NVDA-2026-07-17-150-C") == ("NVDA", "17JUL26", "150C")


def test_an_unreadable_contract_stays_as_it_was_received() -> None:
    assert fmt.contract_text("what is this") == "what is this"


def test_every_side_of_the_engine_has_letters_and_words() -> None:
    letters = {"MISSING": "?", "STALE": "?", "MID": "M", "LATE": "L"}
    assert set(fmt.SIDES) == {int(side) for side in EquitySide}
    for side in EquitySide:
        assert fmt.side_letter(side) == letters.get(side.name, side.name)
        assert SIDE_NAMES[side] == side.name
    assert fmt.side_letter(99) == "?"
    assert "unknown" in fmt.side_words(99)
