"""Penalties of profiles: when, how much, for whom, and in which words (13.5; errata 2 to 35)."""

from typing import Any

import pytest

from signals.engine.features import Features, as_mapping
from signals.engine.params import PARAMETERS, Params
from signals.engine.penalties import penalties_of, read_penalties
from tests.signals.engine.profiles.builders import BOX, SHORT_STRADDLE, packet, scored

PARAMS = Params()
PROFILES = (
    "institutional_directional", "retail_whale", "event_driven", "vol_seller", "arbitrage",
    "hedge_reactive",
)  # fmt: skip
DIRECTIONAL = ("institutional_directional", "retail_whale", "event_driven", "hedge_reactive")
STALE, WIDE, INSIDE = "stale_quote_context", "wide_quote_context", "inside_market_context"
LOW, SPECIAL = "low_premium", "complex_or_special_print_context"
SPOT, WEAK = "wide_underlying_quote_context", "weak_aggression"


def codes(profile: str, features: Features, params: Params = PARAMS) -> dict[str, float]:
    found = penalties_of(profile, read_penalties(features, params), features)
    return {each.code: each.value for each in found}


WHEN: list[tuple[dict[str, Any], dict[str, float]]] = [
    ({}, {}),
    ({"coverage": 0.35}, {}),
    ({"coverage": 0.3499}, {STALE: 0.72}),
    ({"stale_ratio": 0.4999}, {}),
    ({"stale_ratio": 0.5}, {STALE: 0.72}),
    ({"nbbo_wide": True}, {WIDE: 0.48}),
    ({"nbbo_wide": True, "quote_state": "one_sided"}, {WIDE: 0.48}),
    ({"quote_state": "one_sided"}, {}),
    ({"quote_state": "locked"}, {}),
    ({"nbbo_spread_bps": 9_000.0}, {}),  # one tick wide is not wide (errata 23)
    ({"inside_ratio": 0.7, "signed_share": 0.3499}, {INSIDE: 0.44}),
    ({"inside_ratio": 0.6999, "signed_share": 0.3499}, {}),
    ({"premium_usd": 20_000.0}, {}),
    ({"premium_usd": 19_999.99}, {LOW: 0.40}),
    ({"premium_usd": None}, {}),
    ({"premium_usd": 100_000.0, "security_type": "etf"}, {}),
    ({"premium_usd": 99_999.99, "security_type": "etf"}, {LOW: 0.40}),
    ({"premium_usd": 200_000.0, "security_type": "index"}, {}),
    ({"premium_usd": 199_999.99, "security_type": "index"}, {LOW: 0.40}),
    ({"special_size_ratio": 0.34}, {SPECIAL: 0.38}),
    ({"special_size_ratio": 0.3399}, {}),
    ({"complex_size_ratio": 1.0}, {}),  # no structure_context any more (errata 35)
    ({"underlying_spread_bps": 150.0}, {SPOT: 0.32}),
    ({"underlying_spread_bps": 149.99}, {}),
    ({"underlying_spread_bps": None}, {}),
    ({"imbalance": 0.12, "signed_share": 0.4499}, {WEAK: 0.28}),
    ({"imbalance": -0.12, "signed_share": 0.4499}, {WEAK: 0.28}),
    ({"imbalance": 0.1201, "signed_share": 0.4499}, {}),
    ({"imbalance": -0.1201, "signed_share": 0.4499}, {}),
    ({"imbalance": 0.12, "signed_share": 0.45}, {}),
    ({"granularity": "minute", "imbalance": 1.0, "signed_share": 1.0}, {WEAK: 0.28}),
]


@pytest.mark.parametrize(("changes", "expected"), WHEN)
def test_when(changes: dict[str, Any], expected: dict[str, float]) -> None:
    for profile in DIRECTIONAL:
        assert codes(profile, packet(**changes)) == expected


@pytest.mark.parametrize("profile", PROFILES)
def test_all_at_once_in_the_order_of_the_table(profile: str) -> None:
    found = codes(
        profile,
        packet(
            coverage=0.1, nbbo_wide=True, inside_ratio=1.0, premium_usd=1.0,
            special_size_ratio=1.0, underlying_spread_bps=500.0, imbalance=0.0, signed_share=0.0,
        ),
    )  # fmt: skip

    everything = [STALE, WIDE, INSIDE, LOW, SPECIAL, SPOT, WEAK]
    left_out = {"arbitrage": {INSIDE, SPECIAL, WEAK}, "vol_seller": {WEAK}}.get(profile, set())
    assert list(found) == [code for code in everything if code not in left_out]


@pytest.mark.parametrize(
    ("changes", "exempt"),
    [
        (SHORT_STRADDLE, True),  # the tape flags it
        (SHORT_STRADDLE | {"structure_inferred": True}, False),
        ({}, False),
    ],
)
def test_vol_seller_is_exempt_on_a_flagged_structure_only(
    changes: dict[str, Any], exempt: bool
) -> None:
    features = packet(**changes, special_size_ratio=1.0)
    features.inside_ratio, features.signed_share = 1.0, 0.0

    assert codes("vol_seller", features) == ({} if exempt else {INSIDE: 0.44, SPECIAL: 0.38})


@pytest.mark.parametrize(
    ("conditions", "exempt"),
    [
        (["stock-tied, electronic, against single legs"], True),
        (["stock-tied, electronic", "stock-tied auction"], True),
        (["stock-tied, electronic", "single-leg cross"], False),
        (["multi-leg, electronic"], False),  # its other legs would have made it a structure
    ],
)
def test_vol_seller_is_exempt_on_a_leg_that_the_tape_ties_to_stock(
    conditions: list[str], exempt: bool
) -> None:
    features = packet(special_size_ratio=1.0)
    features.conditions = conditions

    assert (SPECIAL in codes("vol_seller", features)) is not exempt
    assert SPECIAL in codes("institutional_directional", features)


@pytest.mark.parametrize("profile", DIRECTIONAL)
def test_directional_profiles_are_not_exempt_on_a_structure(profile: str) -> None:
    assert codes(profile, packet(**BOX)) == {SPECIAL: 0.38}


def test_a_structure_is_weak_by_its_resolved_legs() -> None:
    assert codes("hedge_reactive", packet(**SHORT_STRADDLE)) == {}
    unresolved = packet(**SHORT_STRADDLE | {"signed_share": 0.4499})
    assert codes("hedge_reactive", unresolved) == {WEAK: 0.28}


SENTENCES: list[tuple[str, dict[str, Any], str, set[str]]] = [
    (
        STALE,
        {"coverage": 0.3, "stale_ratio": 0.625},
        "Quotes cover 30 % of the size, 62.5 % are stale; less than 35 %, or 50 % stale and more, "
        "is too little to tell.",
        {"coverage", "stale_ratio"},
    ),
    (
        WIDE,
        {"nbbo_wide": True, "nbbo_spread_bps": 1_818.18},
        "The quote was 1,818.18 basis points wide; 800 and more count.",
        {"nbbo_spread_bps", "nbbo_wide"},
    ),
    (
        WIDE,
        {"nbbo_wide": True, "nbbo_spread_bps": None},
        "The quote was wide: its spread is 800 basis points of its mid or more.",
        {"nbbo_spread_bps", "nbbo_wide"},
    ),
    (
        INSIDE,
        {"inside_ratio": 0.8, "signed_share": 0.2},
        "80 % of the quoted size printed inside the spread, from 70 %, and 20 % took a side, less "
        "than 35 %.",
        {"inside_ratio", "signed_share"},
    ),
    (
        LOW,
        {"premium_usd": 18_000.0},
        "$18,000 of premium is below $20,000.",
        {"premium_usd", "security_type"},
    ),
    (
        SPECIAL,
        {"special_size_ratio": 0.4},
        "40 % of the size are packages, crosses, floor trades or their like; 34 % and more count.",
        {"special_size_ratio", "conditions"},
    ),
    (
        SPOT,
        {"underlying_spread_bps": 177.5},
        "The quote of the underlying was 177.5 basis points wide; 150 and more count.",
        {"underlying_spread_bps"},
    ),
    (
        WEAK,
        {"signed_share": 0.4, "imbalance": -0.1},
        "40 % of the size took a side, less than 45 %, and the two sides differ by 10 %, at most "
        "12 %.",
        {"signed_share", "imbalance"},
    ),
    (
        WEAK,
        SHORT_STRADDLE | {"signed_share": 0.0},
        "The legs tell the side of 0 % of the size, less than 45 %.",
        {"structure_type", "signed_share"},
    ),
    (WEAK, {"granularity": "minute"}, "Minute bars show no side.", {"granularity"}),
]


@pytest.mark.parametrize(("code", "changes", "text", "keys"), SENTENCES)
def test_sentence(code: str, changes: dict[str, Any], text: str, keys: set[str]) -> None:
    features = packet(**changes)
    found = penalties_of("hedge_reactive", read_penalties(features, PARAMS), features)
    penalty = next(each for each in found if each.code == code)

    assert penalty.text == text
    assert penalty.values.keys() == keys
    assert penalty.values.items() <= as_mapping(features).items()


def test_only_the_largest_counts() -> None:
    """Raw 0.10 + 0.06 = 0.16; 0.44 beats 0.40 and 0.32: 0.16 x (1 - 0.65 x 0.44) = 0.1142."""
    found = scored(
        inside_ratio=0.9, signed_share=0.2, premium_usd=19_000.0, underlying_spread_bps=400.0
    )["hedge_reactive"]

    assert [each.value for each in found.penalties] == [0.44, 0.40, 0.32]
    assert (found.raw, found.score) == (0.16, 0.1142)


SETTINGS: dict[str, tuple[str, dict[str, Any]]] = {
    "penalty_stale_quote": (STALE, {"coverage": 0.1}),
    "penalty_wide_quote": (WIDE, {"nbbo_wide": True}),
    "penalty_inside_market": (INSIDE, {"inside_ratio": 0.9, "signed_share": 0.1}),
    "penalty_low_premium": (LOW, {"premium_usd": 1.0}),
    "penalty_special_print": (SPECIAL, {"special_size_ratio": 0.9}),
    "penalty_wide_underlying": (SPOT, {"underlying_spread_bps": 400.0}),
    "penalty_weak_aggression": (WEAK, {"imbalance": 0.0, "signed_share": 0.4}),
}


@pytest.mark.parametrize("key", SETTINGS)
def test_sizes_are_tuned(key: str) -> None:
    code, changes = SETTINGS[key]
    params = Params.from_values({key: 0.11})

    assert codes("hedge_reactive", packet(**changes), params)[code] == 0.11


@pytest.mark.parametrize("key", SETTINGS)
def test_a_penalty_tuned_to_nothing_is_none(key: str) -> None:
    code, changes = SETTINGS[key]
    params = Params.from_values({key: 0})

    assert code not in codes("hedge_reactive", packet(**changes), params)


def test_limits_are_tuned() -> None:
    params = Params.from_values(
        {
            "low_premium_floors": 3, "wide_underlying_bps": 100, "weak_signed_share": 0.8,
            "direction_min_imbalance": 0.5,
        }
    )  # fmt: skip
    features = packet(premium_usd=29_999.0, underlying_spread_bps=100.0)

    assert codes("hedge_reactive", features) == {}
    assert codes("hedge_reactive", features, params).keys() == {LOW, SPOT, WEAK}


def test_the_weight_of_penalties_is_tuned() -> None:
    params = Params.from_values({"penalty_weight": 0.5})

    assert scored(params, premium_usd=19_000.0)["hedge_reactive"].score == 0.128


@pytest.mark.parametrize(
    ("key", "default", "low", "high", "unit"),
    [
        ("penalty_weight", 0.65, 0, 1, "ratio"),
        ("penalty_stale_quote", 0.72, 0, 1, "ratio"),
        ("penalty_wide_quote", 0.48, 0, 1, "ratio"),
        ("penalty_inside_market", 0.44, 0, 1, "ratio"),
        ("penalty_low_premium", 0.40, 0, 1, "ratio"),
        ("penalty_special_print", 0.38, 0, 1, "ratio"),
        ("penalty_wide_underlying", 0.32, 0, 1, "ratio"),
        ("penalty_weak_aggression", 0.28, 0, 1, "ratio"),
        ("low_premium_floors", 2.0, 1, 100, "floors"),
        ("wide_underlying_bps", 150, 1, 10_000, "bps"),
        ("weak_signed_share", 0.45, 0, 1, "ratio"),
    ],
)
def test_parameters(key: str, default: float, low: float, high: float, unit: str) -> None:
    found = next(each for each in PARAMETERS if each.key == key)

    assert (found.default, type(found.default)) == (default, type(default))
    assert (found.minimum, found.maximum, found.unit) == (low, high, unit)
