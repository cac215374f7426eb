"""Readers of parameters: what is read is exact, what is refused is refused for every text."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from flow.api.cursors import MAX_SEQ, MAX_TS
from flow.api.errors import ApiError, FieldError
from flow.api.parameters import (
    LIMIT,
    MAX_LIMIT,
    MIN_NOTIONAL,
    PAGE,
    UNDERLYING_ID,
    Parameter,
    choice,
    read_contract,
    read_instant,
    read_money,
    read_query,
    read_run,
    read_symbol,
    read_whole,
)
from flow.api.prints import SIDE, TYPE, OptionPrintsView
from flow.domain.units import from_datetime, micros_to_text
from signals.api.views import AlertsView, PacketsView

ALL = (*PAGE, SIDE, TYPE, UNDERLYING_ID, MIN_NOTIONAL)
READERS: tuple[Callable[[str], Any], ...] = (
    read_contract, read_instant, LIMIT.read, read_money, read_run, read_symbol, read_whole,
    choice("call", "put"),
)  # fmt: skip
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
SYMBOLS = st.from_regex(r"[A-Z0-9][A-Z0-9./-]{0,31}", fullmatch=True)


def read_all(query: QueryDict) -> tuple[dict[str, Any], tuple[FieldError, ...]]:
    """Return the values of a query, or the fields that refuse it."""
    try:
        return read_query(query, ALL), ()
    except ApiError as refused:
        return {}, refused.fields


@given(st.integers(0, 10**18 - 1))
def test_money_written_by_the_api_reads_back_exactly(micros: int) -> None:
    assert read_money(micros_to_text(micros)) == micros


@given(whole=st.integers(0, 10**12 - 1), part=st.text("0123456789", min_size=1, max_size=6))
def test_money_of_decimal_text_loses_no_digit(whole: int, part: str) -> None:
    assert read_money(f"{whole}.{part}") == whole * 1_000_000 + int(part.ljust(6, "0"))


@pytest.mark.parametrize(
    "text",
    ["", ".", ".5", "5.", "1,000", "1_000", "$5", " 5", "5 ", "+5", "-0", "0x10", "1e3", "inf",
     "1.2.3", "\N{ARABIC-INDIC DIGIT FIVE}", "\N{FULLWIDTH DIGIT FIVE}", "5\n", "1" * 13],
)  # fmt: skip
def test_money_that_is_no_plain_decimal_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        read_money(text)


@given(micros=st.integers(0, MAX_TS), offset=OFFSETS)
def test_instant_reads_the_same_in_every_offset(micros: int, offset: timezone) -> None:
    instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
    if instant.year < 9999 and instant.year > 1970:
        instant = instant.astimezone(offset)

    assert read_instant(instant.isoformat()) == micros == from_datetime(instant)


@given(st.integers(0, 2 * 10**15))
def test_instant_in_milliseconds_is_exact_to_the_microsecond(micros: int) -> None:
    whole, part = divmod(micros, 1_000)

    assert read_instant(f"{whole}.{part:03d}") == micros
    assert read_instant(str(whole)) == whole * 1_000


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("0", 0),
        ("0.1", 100),
        ("0.01", 10),
        ("0.001", 1),
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.000001+00:00", 1),
        ("9999-12-31T23:59:59.999999Z", MAX_TS),
        ("2014-03-09T02:30:00-05:00", 1_394_350_200_000_000),  # a time that New York skipped
        ("2014-11-02T01:30:00-04:00", 1_414_906_200_000_000),  # the first of two half past one
        ("2014-11-02T01:30:00-05:00", 1_414_909_800_000_000),  # the second
        ("2014-11-02T01:30:00 05:30", 1_414_872_000_000_000),  # a plus that came as a space
    ],
)
def test_instant_golden(text: str, micros: int) -> None:
    assert read_instant(text) == micros


@pytest.mark.parametrize(
    "text",
    ["", "now", "2014-06-05", "2014-06-05T25:00:00Z", "2014-02-30T00:00:00Z", "2014-06-05T09:30",
     "1401975000000,5", "1401975000000.", "-1", "1e12", "9" * 16, "10000-01-01T00:00:00Z",
     "2014-06-05T09:30:00 America/New_York", "\N{ARABIC-INDIC DIGIT ONE}",
     "1969-12-31T23:59:59.999999Z", "9999-12-31T23:59:59-23:59"],
)  # fmt: skip
def test_instant_that_is_ambiguous_or_beyond_the_calendar_is_refused(text: str) -> None:
    with pytest.raises((ValueError, ArithmeticError)):
        read_instant(text)


@given(st.integers(-(10**20), 10**20))
def test_whole_and_limit_are_read_inside_their_bounds_only(number: int) -> None:
    for read, low, high in ((read_whole, 0, MAX_SEQ), (LIMIT.read, 1, MAX_LIMIT)):
        if low <= number <= high:
            assert read(str(number)) == number
        else:
            with pytest.raises(ValueError, match=str(number)):
                read(str(number))


@given(SYMBOLS)
def test_symbol_is_read_without_regard_to_case(symbol: str) -> None:
    assert (
        read_symbol(symbol) == read_symbol(symbol.lower()) == read_symbol(f" {symbol} ") == symbol
    )


@pytest.mark.parametrize(
    "text",
    ["\N{LATIN SMALL LETTER SHARP S}PY", "B\N{LATIN SMALL LETTER DOTLESS I}D",
     "\N{LATIN SMALL LIGATURE FI}", "\N{LATIN SMALL LETTER LONG S}PY", "SPY;", "-SPY", ".SPY",
     "S PY", "A" * 33, "SPY\x00", "<b>", "'"],
)  # fmt: skip
def test_symbol_that_only_looks_like_one_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        read_symbol(text)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (choice("STALE", upper=True), "\N{LATIN SMALL LETTER LONG S}tale"),
        (choice("mask"), "MAS\N{KELVIN SIGN}"),
        (choice("call", "put"), "calls"),
        (choice("call", "put"), " call"),
        (choice("call", "put"), ""),
    ],
)
def test_choice_takes_its_words_and_no_lookalike(read: Callable[[str], str], text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        read(text)


@pytest.mark.parametrize(
    "spelling",
    ["TWX140719C00070000", "twx140719c00070000", "O:TWX140719C00070000", "TWX   140719C00070000",
     "TWX-2014-07-19-70-C", "twx-2014-07-19-70.000-c", ".TWX140719C70"],
)  # fmt: skip
def test_contract_in_any_spelling_is_one_contract(spelling: str) -> None:
    assert read_contract(spelling) == "TWX-2014-07-19-70-C"


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_by_every_reader(text: str) -> None:
    for read in READERS:
        try:
            read(text)
        except (ValueError, ArithmeticError):
            continue


@given(st.lists(SYMBOLS, min_size=1, max_size=6), st.data())
def test_many_values_are_one_set_however_they_are_written(
    symbols: list[str], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(symbols))
    by_commas = QueryDict(mutable=True)
    by_commas["underlying_id"] = ",".join(shuffled)
    repeated = QueryDict(mutable=True)
    repeated.setlist("underlying_id", symbols)

    wanted = tuple(sorted(set(symbols)))

    assert read_query(by_commas, ALL)["underlying_id"] == wanted
    assert read_query(repeated, ALL)["underlying_id"] == wanted


@given(
    st.dictionaries(
        st.sampled_from([parameter.name for parameter in ALL] + ["token", "foo"]),
        st.text(max_size=20),
        max_size=5,
    )
)
def test_any_query_is_read_or_refused_with_one_field_per_mistake(query: dict[str, str]) -> None:
    given_query = QueryDict(mutable=True)
    given_query.update(query)

    values, refused = read_all(given_query)

    names = [field.name for field in refused]
    assert len(names) == len(set(names))
    assert all(field.allowed for field in refused)
    assert set(names) <= set(query) if names else set(values) == set(query)


@pytest.mark.parametrize("parameter", [*ALL, LIMIT], ids=lambda each: each.name)
def test_parameter_given_twice_is_refused_unless_it_takes_many(parameter: Parameter) -> None:
    good = {"side": "A", "type": "put", "limit": "5", "run": "live"}.get(parameter.name, "1")
    if "_ts" in parameter.name:
        good = "1401975000000"
    query = QueryDict(f"{parameter.name}={good}&{parameter.name}={good}")

    if parameter.many:
        assert len(read_query(query, [parameter])[parameter.name]) == 1
    else:
        with pytest.raises(ApiError, match=parameter.name):
            read_query(query, [parameter])


@pytest.mark.parametrize("view", [OptionPrintsView, PacketsView, AlertsView])
def test_parameters_of_a_view_are_told_once_with_what_is_allowed(view: Any) -> None:
    told = [parameter.documented() for parameter in view.parameters]

    assert len({each.name for each in told}) == len(told)
    for parameter, document in zip(view.parameters, told, strict=True):
        assert document.enum or parameter.allowed in str(document.description)
        assert (document.explode is True) == parameter.many


def test_refusal_echoes_a_long_value_in_part_only() -> None:
    with pytest.raises(ApiError) as refused:
        read_query(QueryDict("limit=" + "9" * 5_000 + "&" + "n" * 5_000 + "=1"), ALL)

    assert max(len(field.received) for field in refused.value.fields) == 200
    assert max(len(field.name) for field in refused.value.fields) == 100
