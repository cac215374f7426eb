"""One option print as the API writes it: a golden of every field, and what is missing as null."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.api.cursors import Cursor, encode_cursor
from flow.api.prints import OptionPrintsView, print_body
from flow.codes import OPTION_SIDES
from flow.domain.events import PrintFlag
from flow.domain.units import dollars_to_micros
from tests.support.rows import AT_US, print_row

GOLDEN = {
    "id": f"3-{AT_US}-77",
    "stream": 3,
    "seq": 77,
    "source_uid": "00112233-4455-6677-8899-aabbccddeeff",
    "ts": "2014-06-05T13:30:00.250001+00:00",
    "ts_ms": 1_401_975_000_250.001,
    "received_at": "2014-06-05T13:30:01+00:00",
    "received_ms": 1_401_975_001_000,
    "option_contract_id": "TWX-2014-07-19-70-C",
    "underlying_id": "TWX",
    "option_type": "call",
    "price": "1.25",
    "size": 2_200,
    "notional": "275000",
    "exchange": None,
    "conditions": ["I"],
    "session": "regular",
    "session_date": "2014-06-05",
    "dte_days": 44,
    "flags": [],
    "execution_nbbo_bid": "1.2",
    "execution_nbbo_ask": "1.25",
    "execution_nbbo_bid_size": 10,
    "execution_nbbo_ask_size": 12,
    "execution_nbbo_ts": "2014-06-05T13:30:00+00:00",
    "execution_nbbo_ts_ms": 1_401_975_000_000,
    "execution_nbbo_seq": 5,
    "execution_nbbo_age_ms": 250.001,
    "execution_nbbo_silence_ms": 1.5,
    "execution_nbbo_mode": "change",
    "execution_nbbo_side": "A",
    "execution_underlying_bid": "69.99",
    "execution_underlying_ask": "70.01",
    "execution_underlying_ts": "2014-06-05T13:29:59+00:00",
    "execution_underlying_ts_ms": 1_401_974_999_000,
    "execution_underlying_seq": 9,
    "underlying_move_60s_bps": 1.5,
    "underlying_move_5m_bps": -3.0,
    "underlying_move_5m_z": 0.4,
    "execution_iv": 0.25,
    "signal_pass": True,
    "signal_reasons": ["keep:ask-side"],
    "tuning_revision": 1,
}


def test_print_body_golden() -> None:
    assert print_body(print_row()) == GOLDEN


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("premium_micros", "notional"),
        ("bid_micros", "execution_nbbo_bid"),
        ("ask_micros", "execution_nbbo_ask"),
        ("bid_size", "execution_nbbo_bid_size"),
        ("ask_size", "execution_nbbo_ask_size"),
        ("quote_ts", "execution_nbbo_ts"),
        ("quote_ts", "execution_nbbo_ts_ms"),
        ("quote_ts", "execution_nbbo_age_ms"),
        ("quote_seq", "execution_nbbo_seq"),
        ("quote_silence_us", "execution_nbbo_silence_ms"),
        ("spot_bid_micros", "execution_underlying_bid"),
        ("spot_ask_micros", "execution_underlying_ask"),
        ("spot_ts", "execution_underlying_ts"),
        ("spot_ts", "execution_underlying_ts_ms"),
        ("spot_seq", "execution_underlying_seq"),
        ("move_60s_bps", "underlying_move_60s_bps"),
        ("move_5m_bps", "underlying_move_5m_bps"),
        ("move_5m_z", "underlying_move_5m_z"),
        ("iv", "execution_iv"),
        ("dte", "dte_days"),
    ],
)
def test_print_body_of_what_is_not_known_is_null_and_never_zero(column: str, field: str) -> None:
    body = print_body(print_row(**{column: None}))

    assert body[field] is None
    assert set(body) == set(GOLDEN)


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"contract": "TWX-2014-07-19-70-P"}, "option_type", "put"),
        ({"contract": "unreadable"}, "option_type", None),
        ({"contract": "C"}, "option_type", None),
        ({"contract": "ODD-2014-07-19-70-X"}, "option_type", None),
        ({"venue": 18}, "exchange", "XPHL"),
        ({"venue": 999}, "exchange", None),
        ({"conditions": []}, "conditions", []),
        ({"conditions": [ord("a"), ord("A")]}, "conditions", ["a", "A"]),
        ({"session": 1}, "session", "pre"),
        ({"session": 99}, "session", "unknown (99)"),
        ({"quote_mode": 0}, "execution_nbbo_mode", "none"),
        ({"quote_mode": 99}, "execution_nbbo_mode", "unknown (99)"),
        ({"flags": int(PrintFlag.MINUTE_BAR)}, "flags", ["minute_bar"]),
        ({"flags": 3}, "flags", ["late_arrival", "same_tick"]),
        ({"flags": 1 << 20}, "flags", []),
        ({"label_reasons": 0}, "signal_reasons", []),
        ({"label_reasons": 3}, "signal_reasons", ["mode:all", "reject:cancelled"]),
        ({"quote_silence_us": 0}, "execution_nbbo_silence_ms", 0),
        ({"price_micros": 1}, "price", "0.000001"),
        ({"price_micros": 0}, "price", "0"),
        ({"premium_micros": 10**18}, "notional", "1000000000000"),
        ({"dte": 0}, "dte_days", 0),
        ({"dte": -1}, "dte_days", -1),
    ],
)
def test_print_body_of_a_code_or_an_edge(changes: dict[str, Any], field: str, value: Any) -> None:
    assert print_body(print_row(**changes))[field] == value


@pytest.mark.parametrize("side", range(len(OPTION_SIDES)))
def test_print_body_names_every_side(side: int) -> None:
    assert print_body(print_row(side=side))["execution_nbbo_side"] == OPTION_SIDES[side]


@given(price=st.integers(0, 10**15), premium=st.integers(0, 10**18))
def test_print_body_money_is_decimal_text_that_loses_nothing(price: int, premium: int) -> None:
    body = print_body(print_row(price_micros=price, premium_micros=premium))

    assert dollars_to_micros(body["price"]) == price
    assert dollars_to_micros(body["notional"]) == premium
    assert not set(body["price"] + body["notional"]) - set("0123456789.")


def test_print_body_of_a_quote_after_the_print_has_a_negative_age() -> None:
    later = datetime(2014, 6, 5, 13, 30, 1, tzinfo=UTC)

    assert print_body(print_row(quote_ts=later))["execution_nbbo_age_ms"] == -749.999


@pytest.mark.parametrize(
    ("values", "applied"),
    [
        ({}, {"view": "signal"}),
        ({"view": "raw"}, {"view": "raw"}),
        (
            {"option_contract_id": "X-2014-07-19-70-C", "view": "signal"},
            {"view": "raw", "option_contract_id": "X-2014-07-19-70-C"},
        ),
        (
            {"underlying_id": ("B", "A"), "underlying_ids": ("A", "C")},
            {"view": "signal", "underlying_id": ["A", "B", "C"]},
        ),
        ({"min_notional": 0}, {"view": "signal", "min_notional": "0"}),
        ({"min_notional": 500_000}, {"view": "signal", "min_notional": "0.5"}),
        ({"side": ("A",), "type": ("put",)}, {"view": "signal", "side": ["A"], "type": ["put"]}),
        ({"limit": 5, "before_ts": 1, "before_seq": 2}, {"view": "signal"}),
    ],
)
def test_applied_filters_are_what_narrows_the_page(
    values: dict[str, Any], applied: dict[str, Any]
) -> None:
    assert OptionPrintsView().applied(values) == applied


def test_position_of_a_row_makes_the_cursor_of_its_place() -> None:
    position = OptionPrintsView().position(print_row())

    assert position == (AT_US, 77, 3)
    assert encode_cursor(Cursor("option_print", "<", *position, "f"))
