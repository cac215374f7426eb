"""What a structure writes into the features, and its name (options-engine.md 2.4.2; golden G7)."""

from typing import Any

import pytest

from signals.engine.features import Features
from signals.engine.params import Params
from signals.engine.structures.assembly import Structure, flagged_structure, inferred_structure
from signals.engine.structures.describe import describe, label_of, net_debit_usd, pseudo_id
from signals.engine.structures.legs import Leg
from tests.signals.engine.structures.builders import FEB, leg, legs_of


def told(structure: Structure) -> Features:
    features = Features(imbalance=0.4, signed_share=0.9)
    describe(features, structure)
    return features


def golden() -> Structure:
    """Golden G7: 200 for a sum of 840 at the ask, 190 for 399 at the bid."""
    legs = [
        leg("C450", size=200, usd=840 / 200, bid=4.1, ask=4.2),
        leg("C455", size=190, usd=399 / 190, bid=2.1, ask=2.2),
    ]
    return flagged_structure(legs, Params(), stock_tied=False)


def test_golden_vertical() -> None:
    features = told(golden())

    assert features.structure_type == "vertical"
    assert features.structure_inferred is False
    assert features.structure_confidence == 1.0
    assert features.structure_legs == 2
    assert features.structure_contracts == ["SPY-2025-01-17-450-C", "SPY-2025-01-17-455-C"]
    assert features.structure_signs == [1, -1]
    assert features.structure_ratios == [1, 1]
    assert features.structure_leg_sizes == [200, 190]
    assert features.structure_strikes == [450.0, 455.0]
    assert features.structure_strike_span == 5.0
    assert features.structure_expiries == ["2025-01-17"]
    assert features.structure_rights == "C"
    assert features.structure_direction == "bullish"
    assert features.structure_vol_side == ""
    assert features.structure_net_debit_usd == 44_100.0  # (840 - 399) x 100
    assert features.same_size_leg_symmetry == 0.95
    assert (features.signed_share, features.imbalance) == (1.0, 0.0)
    assert features.roll_consistent is False
    assert features.roll_from_expiry is None
    assert label_of(golden()) == "SPY 17JAN25 450C/455C vertical"
    assert pseudo_id(golden()) == "SPY-2025-01-17-STRUCT-vertical"


@pytest.mark.parametrize(
    ("legs", "share"),
    [
        ([leg("C450", 1, usd=3), leg("C455", -1, usd=1)], 0.75),
        ([leg("C450", 1, usd=3), leg("P450", 1, usd=2)], 1.0),  # one strike
        ([leg("C450", 1, usd=3), leg("C450", -1, expiry=FEB), leg("P440", 1, usd=1)], 0.875),
        ([leg("C450", 1, usd=3), leg("C455", -1, premium_micros=None)], None),
    ],
)
def test_strike_concentration_is_the_largest_share_of_premium(
    legs: list[Leg], share: float | None
) -> None:
    assert told(inferred_structure(legs)).strike_concentration == share


def test_inferred_structure_is_less_certain() -> None:
    features = told(inferred_structure(legs_of("+C450 -C455")))

    assert features.structure_inferred is True
    assert features.structure_confidence == 0.6


def test_unresolved_package() -> None:
    features = told(flagged_structure(legs_of("?C450x100 ?P450x37"), Params(), stock_tied=False))

    assert features.structure_signs == [0, 0]
    assert features.structure_ratios == []
    assert features.structure_direction == "neutral"
    assert features.structure_net_debit_usd is None
    assert (features.signed_share, features.imbalance) == (0.0, 0.0)
    assert features.same_size_leg_symmetry == 0.37


def test_strikes_and_expiries_are_listed_once_and_rights_together() -> None:
    features = told(inferred_structure(legs_of("+C450 -P450 -C455@FEB +P440@FEB")))

    assert features.structure_legs == 4
    assert features.structure_strikes == [440.0, 450.0, 455.0]
    assert features.structure_strike_span == 15.0
    assert features.structure_expiries == ["2025-01-17", "2025-02-21"]
    assert features.structure_rights == "C/P"


@pytest.mark.parametrize(
    ("text", "rights", "direction", "vol_side"),
    [
        ("-P440 -P450 -P460", "P", "bullish", ""),
        ("-C450 -P450", "C/P", "neutral", "short"),
    ],
)
def test_shape_is_copied(text: str, rights: str, direction: str, vol_side: str) -> None:
    features = told(inferred_structure(legs_of(text)))

    assert features.structure_rights == rights
    assert (features.structure_direction, features.structure_vol_side) == (direction, vol_side)


def test_signed_share_is_the_resolved_share_of_size() -> None:
    legs = tuple(legs_of("+C450x30 ?C455x10"))
    structure = inferred_structure(legs)

    assert told(structure).signed_share == 0.75


@pytest.mark.parametrize(
    ("legs", "net"),
    [
        ([leg("C450", 1, 10, usd=4.0), leg("C455", -1, 10, usd=1.5)], 2_500.0),
        ([leg("C450", -1, 10, usd=4.0), leg("C455", 1, 10, usd=1.5)], -2_500.0),
        ([leg("C450", 1, 10, usd=4.0), leg("P450", 1, 20, usd=1.5)], 7_000.0),
        ([leg("C450", 1), leg("C455", 0)], None),
        ([leg("C450", 0), leg("C455", 1)], None),
        ([leg("C450", 1), leg("C455", -1, premium_micros=None)], None),
        ([leg("C450", 1, root="SPY1"), leg("C455", -1, root="SPY1")], None),
    ],
)
def test_net_debit(legs: list[Leg], net: float | None) -> None:
    assert net_debit_usd(legs) == net


def test_roll_from_the_earlier_to_the_later_expiry() -> None:
    #   golden G7: 450 (2025-01-17) to 455 (2025-02-21)
    features = told(inferred_structure([leg("C455", 1, expiry=FEB), leg("C450", -1)]))

    assert features.structure_type == "diagonal"
    assert features.roll_consistent is True
    assert (features.roll_from_expiry, features.roll_to_expiry) == ("2025-01-17", "2025-02-21")
    assert (features.roll_from_strike, features.roll_to_strike) == (450.0, 455.0)
    assert features.roll_strike_delta == 5.0
    assert features.roll_expiry_days_delta == 35


def test_roll_down_has_a_negative_delta() -> None:
    features = told(inferred_structure(legs_of("-C450.5 +C440@FEB")))

    assert features.roll_strike_delta == -10.5


def test_calendar_of_other_sizes_is_no_roll() -> None:
    features = told(inferred_structure(legs_of("-C450 +C450x20@FEB")))

    assert features.structure_type == "calendar"
    assert features.roll_consistent is False
    assert features.roll_to_expiry is None
    assert features.roll_expiry_days_delta is None


@pytest.mark.parametrize(
    ("text", "stock_tied", "label"),
    [
        ("+C450 +P450", False, "SPY 17JAN25 450C/450P straddle"),
        ("+C460 -P440", False, "SPY 17JAN25 440P/460C risk reversal"),
        ("-C450 +C450@FEB", False, "SPY 17JAN25 450C/21FEB25 450C calendar"),
        ("-SPX:C450 +SPXW:C447.5@FEB", False, "SPX 17JAN25 450C/21FEB25 447.5C diagonal"),
        (
            "+P440 -P445 -C455 +C460",
            False,
            "SPY 17JAN25 440P/445P/455C/460C iron condor",
        ),
        (
            "?C440 ?C445 ?C450 ?C455 ?C460 ?C465",
            False,
            "SPY 17JAN25 440C/445C/450C/455C and 2 more multi-leg package",
        ),
        ("?C450 ?P450", True, "SPY 17JAN25 450C/450P multi-leg package"),
    ],
)
def test_label(text: str, stock_tied: bool, label: str) -> None:
    legs = legs_of(text)
    flagged = any(not each.sign for each in legs)

    structure = (
        flagged_structure(legs, Params(), stock_tied=stock_tied)
        if flagged
        else inferred_structure(legs)
    )

    assert label_of(structure) == label


def test_label_of_a_conversion() -> None:
    legs = [leg("C450", usd=4.2, bid=4.1, ask=4.2), leg("P450", usd=3.1, bid=3.1, ask=3.2)]

    structure = flagged_structure(legs, Params(), stock_tied=True)

    assert label_of(structure) == "SPY 17JAN25 450C/450P conversion or reversal"


def test_pseudo_id_is_of_the_nearest_leg() -> None:
    structure = inferred_structure(legs_of("+SPXW:C450@FEB -SPX:C455"))

    assert pseudo_id(structure) == "SPX-2025-01-17-STRUCT-diagonal"


def test_nothing_else_is_touched() -> None:
    before: dict[str, Any] = {"count": 7, "premium_usd": 123_900.0, "buy_raw": 0.5}
    features = Features(**before)

    describe(features, golden())

    assert {key: getattr(features, key) for key in before} == before
