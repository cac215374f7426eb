"""Real prints: a vendor's side tags against ours, and a flat file's codes (errata, header)."""

import csv
import gzip
import json
from typing import Any

import pytest

from flow.domain.condition_table import UNKNOWN_CODE
from flow.domain.conditions import condition_codes, is_complex, read_conditions
from flow.domain.contracts import parse_contract
from flow.domain.units import dollars_to_micros
from flow.domain.venues import venue_code
from signals.engine.params import Params
from signals.engine.placement import Placement, Side, place
from tests.support.engine_builders import SHARED_DATA, stamped

TSLA = SHARED_DATA / "options_trades/unusual_whales/option_trades_TSLA_20250516.jsonl"
MASSIVE = SHARED_DATA / "options_trades/massive_flatfile_samples/options_trades_example.csv.gz"

pytestmark = pytest.mark.realdata


def tsla_rows() -> list[dict[str, Any]]:
    return [json.loads(line) for line in TSLA.read_text().splitlines()]


def placed(row: dict[str, Any]) -> Placement:
    ts = row["executed_at"] * 1_000
    print_ = stamped(
        ts=ts,
        contract=parse_contract(row["option_symbol"]).canonical,
        price_micros=dollars_to_micros(row["price"]),
        size=row["size"],
        bid_micros=dollars_to_micros(row["nbbo_bid"]),
        ask_micros=dollars_to_micros(row["nbbo_ask"]),
        quote_ts=ts - 1,
        conditions=condition_codes([row["trade_code"]]),
        venue=venue_code(row["exchange"], "mic"),
    )
    return place(print_, Params())


def tagged(row: dict[str, Any]) -> int:
    """Return the vendor's side as a sign; it splits the spread at its middle."""
    signs = {"bid_side": -1, "mid_side": 0, "ask_side": 1}
    return next(signs[tag] for tag in row["tags"] if tag in signs)


def middle(placement: Placement) -> int:
    position = placement.spread_pos
    assert position is not None
    return (position > 0.5) - (position < 0.5)


def test_sign_equals_the_vendors_except_for_two_prints_inside_the_spread() -> None:
    rows = tsla_rows()

    differ = [row for row in rows if placed(row).sign != tagged(row)]

    assert len(rows) == 17
    assert [row["trade_code"] for row in differ] == ["slan", "slan"]
    assert {placed(row).side for row in differ} == {Side.MID}


def test_side_of_the_middle_equals_the_vendors_everywhere() -> None:
    assert [middle(placed(row)) for row in tsla_rows()] == [tagged(row) for row in tsla_rows()]


def test_four_leg_package_is_complex_and_never_sweeps() -> None:
    package = [row for row in tsla_rows() if row["trade_code"] == "mlat"]

    assert len({row["option_symbol"] for row in package}) >= 4
    for row in package:
        codes = condition_codes([row["trade_code"]])
        assert is_complex(codes)
        assert read_conditions(codes, False).never_sweeps


def test_every_real_venue_is_known() -> None:
    assert all(venue_code(row["exchange"], "mic") for row in tsla_rows())


def test_flat_file_maps_without_unknowns() -> None:
    with gzip.open(MASSIVE, "rt") as file:
        rows = list(csv.DictReader(file))

    codes = [condition_codes(row["conditions"].split(","), "massive") for row in rows]

    assert len(rows) == 62
    assert not any(UNKNOWN_CODE in each for each in codes)
    assert all(venue_code(row["exchange"], "massive") for row in rows)
    assert all(parse_contract(row["ticker"]).underlying == "SPY" for row in rows)
