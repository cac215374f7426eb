"""Rows of reference files: what is taken, and the reason for what is not."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.domain.reference_rows import (
    RowError,
    read_action,
    read_adjustment,
    read_alias,
    read_constituent,
    read_symbol,
    symbol_of,
)

SPLIT = {
    "symbol": "AAPL", "kind": "split", "effective_date": "2014-06-09", "numerator": "7",
    "denominator": "1",
}  # fmt: skip
ADJUSTMENT = {
    "root": "AAPL7", "underlying": "AAPL", "effective_date": "2014-06-09", "multiplier": "10",
}  # fmt: skip
READERS = (read_action, read_adjustment, read_alias, read_constituent, read_symbol)


def test_a_split_is_so_many_for_so_many() -> None:
    row = read_action(SPLIT)

    assert (row.symbol, row.numerator, row.denominator) == ("AAPL", 7, 1)
    assert row.effective_date == date(2014, 6, 9)


def test_a_dividend_is_dollars_and_a_renaming_has_a_new_symbol() -> None:
    dividend = read_action(SPLIT | {"kind": "dividend", "amount": "0.82"})
    renamed = read_action(SPLIT | {"symbol": "FB", "kind": "symbol_change", "new_symbol": "META"})

    assert (dividend.amount_micros, dividend.numerator) == (820_000, None)
    assert (renamed.symbol, renamed.new_symbol) == ("FB", "META")


def test_an_adjustment_and_an_alias_and_a_symbol_are_read() -> None:
    assert read_adjustment(ADJUSTMENT).multiplier == 10
    assert read_adjustment(ADJUSTMENT | {"root": "NANOS"}).root == "NANOS"
    alias = read_alias({"alias": "fb", "symbol": "META", "valid_to": "2022-06-09"})
    assert (alias.alias, alias.symbol, alias.valid_from) == ("FB", "META", None)
    etf = read_symbol({"symbol": "spy", "name": "SPDR", "kind": "ETF"})
    assert (etf.symbol, etf.security_type, etf.sector) == ("SPY", "etf", None)


@pytest.mark.parametrize("text", ["BRK.B", "brk-b", "BRK/B", "BRKB"])
def test_share_classes_have_one_symbol(text: str) -> None:
    assert symbol_of(text) == "BRK.B"
    assert read_constituent({"Symbol": text, "Security": "B"}).symbol == "BRK.B"


@pytest.mark.parametrize(
    ("reader", "row", "code"),
    [
        (read_action, SPLIT | {"symbol": "A_B"}, "bad_symbol"),
        (read_action, SPLIT | {"kind": "party"}, "bad_kind"),
        (read_action, SPLIT | {"effective_date": "09.06.2014"}, "bad_date"),
        (read_action, SPLIT | {"effective_date": "1914-06-09"}, "bad_date"),
        (read_action, SPLIT | {"numerator": "0"}, "bad_ratio"),
        (read_action, SPLIT | {"numerator": True}, "bad_ratio"),
        (read_action, SPLIT | {"denominator": None}, "bad_ratio"),
        (read_action, SPLIT | {"kind": "dividend", "amount": "-1"}, "bad_amount"),
        (read_action, SPLIT | {"kind": "symbol_change"}, "bad_symbol"),
        (read_action, SPLIT | {"note": "x" * 201}, "bad_text"),
        (read_action, SPLIT | {"note": "a\x00b"}, "bad_text"),
        (read_action, SPLIT | {"note": "a\ud800b"}, "bad_text"),
        (read_adjustment, ADJUSTMENT | {"root": ""}, "bad_root"),
        (read_adjustment, ADJUSTMENT | {"root": "ABCDEFGHIJKLM"}, "bad_root"),
        (read_adjustment, ADJUSTMENT | {"root": "7"}, "bad_root"),
        (read_adjustment, ADJUSTMENT | {"multiplier": "1.5"}, "bad_multiplier"),
        (read_alias, {"alias": "", "symbol": "A"}, "bad_symbol"),
        (
            read_alias,
            {"alias": "A", "symbol": "B", "valid_from": "2020-01-02", "valid_to": "2020-01-02"},
            "bad_period",
        ),
        (read_symbol, {"symbol": "A", "kind": "bond"}, "bad_kind"),
        (read_constituent, {"Symbol": "A", "Date added": "once"}, "bad_date"),
    ],
)
def test_a_bad_row_says_why(
    reader: Callable[[dict[str, Any]], object], row: dict[str, Any], code: str
) -> None:
    with pytest.raises(RowError) as caught:
        reader(row)

    assert caught.value.code == code
    assert "expected" in str(caught.value)


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
NAMES = st.sampled_from([*SPLIT, *ADJUSTMENT, "Symbol", "Date added", "alias", "valid_to", "kind"])


@given(st.dictionaries(NAMES, VALUES), st.sampled_from(READERS))
def test_any_row_is_read_or_refused(
    row: dict[str, Any], reader: Callable[[dict[str, Any]], object]
) -> None:
    with suppress(RowError):
        reader(row)
