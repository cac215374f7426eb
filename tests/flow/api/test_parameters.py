"""Strict parameters: what is allowed comes through typed, everything else is told and refused."""

import pytest
from django.http import QueryDict

from flow.api.errors import ApiError
from flow.api.parameters import (
    CURSOR,
    LIMIT,
    MIN_NOTIONAL,
    PLACES,
    RUN,
    UNDERLYING_ID,
    read_query,
)
from flow.api.prints import CONTRACT, SIDE, TYPE, VIEW

KNOWN = (LIMIT, RUN, UNDERLYING_ID, MIN_NOTIONAL, SIDE, TYPE, VIEW, CONTRACT, *PLACES)
T = 1_401_975_000_000_000


def read(text: str) -> dict[str, object]:
    return read_query(QueryDict(text), KNOWN)


@pytest.mark.parametrize(
    ("query", "name", "value"),
    [
        ("limit=1", "limit", 1),
        ("limit=1000", "limit", 1_000),
        ("underlying_id=aapl,SPY&underlying_id=AAPL", "underlying_id", ("AAPL", "SPY")),
        ("underlying_id=BRK.B", "underlying_id", ("BRK.B",)),
        ("side=a,BB", "side", ("A", "BB")),
        ("type=CALL", "type", ("call",)),
        ("view=raw", "view", "raw"),
        ("min_notional=0.5", "min_notional", 500_000),
        ("min_notional=1000000", "min_notional", 1_000_000_000_000),
        (
            "option_contract_id=SPY250117C00450000",
            "option_contract_id",
            "SPY-2025-01-17-450-C",
        ),
        ("before_ts=1401975000000", "before_ts", T),
        ("before_ts=1401975000000.001", "before_ts", T + 1),
        ("before_ts=2014-06-05T13:30:00Z", "before_ts", T),
        ("before_ts=2014-06-05T09:30:00-04:00", "before_ts", T),
        ("before_ts=2014-06-05T15:30:00+02:00", "before_ts", T),  # the plus arrives as a space
        ("before_ts=2014-06-05T13:30:00.000001%2B00:00", "before_ts", T + 1),
        ("after_seq=0", "after_seq", 0),
        ("before_seq=9223372036854775807", "before_seq", 2**63 - 1),
    ],
)
def test_read_query_with_an_allowed_value_gives_it_typed(
    query: str, name: str, value: object
) -> None:
    assert read(query)[name] == value


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=1001", "limit=-1", "limit=", "limit=ten", "limit=1e3", "limit=+5",
        "limit=%D9%A1", "limit=5&limit=6", "limit=99999999999999999999999",
        "underlying_id=", "underlying_id=A,,B", "underlying_id=a%00b", "underlying_id=%27;--",
        "side=UP", "side=", "type=both", "view=all", "view=",
        "min_notional=-1", "min_notional=NaN", "min_notional=1e9", "min_notional=Infinity",
        "min_notional=1.0000001", "min_notional=9999999999999",
        "option_contract_id=SPY", "option_contract_id=SPY-2025-02-30-450-C",
        "before_ts=yesterday", "before_ts=2014-06-05T13:30:00", "before_ts=1401975000000.0001",
        "before_ts=999999999999999", "before_ts=-1", "before_ts=1969-12-31T00:00:00Z",
        "before_ts=0001-01-01T00:00:00%2B23:59", "before_seq=1.5", "before_seq=9223372036854775808",
        "run=", "run=" + "x" * 81,
    ],
)  # fmt: skip
def test_read_query_with_a_malformed_value_is_refused_with_what_is_allowed(query: str) -> None:
    with pytest.raises(ApiError) as refused:
        read(query)

    (field,) = refused.value.fields
    assert refused.value.status_code == 400
    assert refused.value.code == "invalid_parameter"
    assert field.name == query.partition("=")[0]
    assert field.allowed
    assert field.name in refused.value.message


def test_read_query_with_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ApiError) as refused:
        read("limt=5")

    assert refused.value.fields[0].name == "limt"
    assert "limit" in refused.value.fields[0].allowed


def test_read_query_tells_every_wrong_parameter_at_once() -> None:
    with pytest.raises(ApiError) as refused:
        read("limit=0&side=UP&foo=1")

    assert [field.name for field in refused.value.fields] == ["limit", "side", "foo"]
    assert "(2 more in fields)" in refused.value.message


@pytest.mark.parametrize("name", ["token", "access_token", "API_KEY"])
def test_read_query_with_a_token_in_the_address_never_echoes_it(name: str) -> None:
    with pytest.raises(ApiError) as refused:
        read(f"{name}=isl_secret")

    assert "isl_secret" not in str(refused.value.fields) + refused.value.message
    assert "header Authorization" in refused.value.message


def test_documented_parameter_carries_choices_and_default() -> None:
    told = SIDE.documented()

    assert told.enum is not None
    assert "STALE" in told.enum
    assert LIMIT.documented().default == 200
    assert str(CURSOR.documented().description).endswith("answer.")
