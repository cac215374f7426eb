"""From legs to a named structure: golden G7, and the real package of errata 37."""

import json
from typing import Any

import pytest

from flow.domain.conditions import condition_codes, read_conditions
from flow.domain.contracts import parse_contract
from flow.domain.units import dollars_to_micros
from flow.domain.venues import venue_code
from signals.engine.clusters import Held
from signals.engine.features import Features
from signals.engine.params import Params
from signals.engine.structures.assembly import flagged_structure, inferred_structure
from signals.engine.structures.describe import describe
from signals.engine.structures.legs import leg_of
from signals.engine.structures.packages import Package, Packages
from signals.engine.tally import tally_members
from tests.signals.engine.structures.builders import OneRuling, leg
from tests.support.engine_builders import SHARED_DATA, ms, stamped

PARAMS = Params()
TSLA = SHARED_DATA / "options_trades/unusual_whales/option_trades_TSLA_20250516.jsonl"


def test_golden_vertical_of_a_flagged_package() -> None:
    long = leg("C450", size=200, value_micros=840_000_000, bid=4.10, ask=4.20)
    short = leg("C455", size=190, value_micros=399_000_000, bid=2.10, ask=2.20)

    found = flagged_structure([short, long], PARAMS, stock_tied=False)

    assert [(each.text[-5:], each.sign) for each in found.legs] == [("450-C", 1), ("455-C", -1)]
    assert found.ratios == (1, 1)
    assert (found.shape.type, found.shape.direction) == ("vertical", "bullish")
    assert not found.inferred


def test_golden_vertical_of_two_packets() -> None:
    found = inferred_structure([leg("C455", -1, 190), leg("C450", 1, 200)])

    assert [each.sign for each in found.legs] == [1, -1]
    assert found.ratios == (1, 1)
    assert (found.shape.type, found.shape.direction) == ("vertical", "bullish")
    assert found.inferred


def test_ratios_are_in_the_order_of_the_legs() -> None:
    found = inferred_structure([leg("C455", -1, 20), leg("C450", 1, 10)])

    assert found.ratios == (1, 2)
    assert found.shape.type == "ratio_spread"


def test_flagged_package_ignores_the_sides_of_its_prints() -> None:
    legs = [leg("C450", 1, imbalance=1.0), leg("C455", -1, imbalance=-1.0)]

    found = flagged_structure(legs, PARAMS, stock_tied=False)

    assert [each.sign for each in found.legs] == [0, 0]
    assert (found.shape.type, found.shape.direction) == ("vertical", "neutral")


def test_three_unsized_packets_of_one_side_are_a_ladder() -> None:
    found = inferred_structure([leg("C460", 1, 90), leg("C450", 1, 10), leg("C455", 1, 37)])

    assert found.ratios is None
    assert found.shape.type == "ladder"


def test_flag_never_makes_a_ladder() -> None:
    legs = [leg(name, usd=1.1, bid=1.0, ask=1.1) for name in ("C450", "C455", "C460")]

    found = flagged_structure(legs, PARAMS, stock_tied=False)

    assert [each.sign for each in found.legs] == [1, 1, 1]
    assert found.shape.type == "multi_leg"


def test_parameters_decide_how_many_legs_are_tried() -> None:
    legs = [leg(name, usd=1.1, bid=1.0, ask=1.1) for name in ("C450", "C455", "C460")]
    few = Params.from_values({"structure_max_legs": 2})

    assert [each.sign for each in flagged_structure(legs, few, stock_tied=False).legs] == [0, 0, 0]


def test_stock_makes_a_conversion() -> None:
    legs = [leg("C450", usd=4.2, bid=4.1, ask=4.2), leg("P450", usd=3.1, bid=3.1, ask=3.2)]

    assert flagged_structure(legs, PARAMS, stock_tied=True).shape.type == "conversion_reversal"
    assert flagged_structure(legs, PARAMS, stock_tied=False).shape.type == "synthetic"


def test_stock_beside_legs_of_unknown_side_makes_no_conversion() -> None:
    legs = [leg("C450"), leg("P450")]

    assert flagged_structure(legs, PARAMS, stock_tied=True).shape.type == "multi_leg"


def real_package() -> Package:
    packages = Packages(OneRuling())
    for number, line in enumerate(TSLA.read_text().splitlines()):
        row: dict[str, Any] = json.loads(line)
        ts = row["executed_at"] * 1_000
        contract = parse_contract(row["option_symbol"])
        codes = condition_codes([row["trade_code"]])
        print_ = stamped(
            seq=number,
            ts=ts,
            contract=contract.canonical,
            price_micros=dollars_to_micros(row["price"]),
            size=row["size"],
            bid_micros=dollars_to_micros(row["nbbo_bid"]),
            ask_micros=dollars_to_micros(row["nbbo_ask"]),
            conditions=codes,
            venue=venue_code(row["exchange"], "mic"),
        )
        packages.add(Held(print_, 0), contract, read_conditions(codes, False))
    (package,) = packages.close_before(ms(1e11))
    return package


@pytest.mark.realdata
def test_real_package_of_four_legs_at_net_mid_is_multi_leg_and_neutral() -> None:
    package = real_package()
    legs = [
        leg_of(
            [each.print for each in held],
            parse_contract(held[0].print.contract),
            tally_members([each.print for each in held], "TSLA", PARAMS),
        )
        for held in package.legs
    ]

    found = flagged_structure(legs, PARAMS, stock_tied=package.stock_tied)
    features = Features()
    describe(features, found)

    assert [each.text for each in found.legs] == [
        "TSLA-2025-05-23-350-C",
        "TSLA-2025-05-23-360-C",
        "TSLA-2025-05-30-350-C",
        "TSLA-2025-05-30-360-C",
    ]
    assert [each.size for each in found.legs] == [5, 5, 5, 5]
    assert found.ratios == (1, 1, 1, 1)
    assert [each.sign for each in found.legs] == [0, 0, 0, 0]
    assert (features.structure_type, features.structure_direction) == ("multi_leg", "neutral")
    assert features.signed_share == 0.0
    assert features.structure_net_debit_usd is None
