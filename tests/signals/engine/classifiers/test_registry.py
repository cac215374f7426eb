"""The rules together: order, exclusion, contradictions, mirrors (options-engine.md 12.3-12.6)."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.engine.classifiers.registry import (
    CLASSIFIER_IDS,
    SINGLE_RULES,
    STRUCTURE_RULES,
    classify,
)
from signals.engine.classifiers.shared import Verdict
from signals.engine.direction import infer_direction
from signals.engine.features import Features
from signals.engine.params import Params
from tests.signals.engine.classifiers.builders import LABEL, PARAMS, single, structure

SINGLE_IDS = [
    "large_bullish_call_sweep", "large_bearish_put_sweep", "unusual_contract_spike",
    "large_call_sell_overwrite", "large_put_sell_write", "far_dated_conviction",
    "zero_dte_gamma_punch", "new_position_likely", "closing_unwind_likely",
]  # fmt: skip
STRUCTURE_IDS = [
    "straddle", "strangle", "vertical_spread", "ladder_accumulation", "roll_up_down_out",
]  # fmt: skip
OPPOSITE = {"bullish": "bearish", "bearish": "bullish"}
OTHER_RIGHT = {"call": "put", "put": "call"}
MIRRORED_IDS = {
    "large_bullish_call_sweep": "large_bearish_put_sweep",
    "large_bearish_put_sweep": "large_bullish_call_sweep",
    "large_call_sell_overwrite": "large_put_sell_write",
    "large_put_sell_write": "large_call_sell_overwrite",
}
Hit = tuple[str, float, str]

share = st.integers(0, 10_000).map(lambda tenths: tenths / 10_000)
z_score = st.none() | st.sampled_from([-1.0, 1.99, 2.0, 2.5, 3.0, 3.5, 9.0])


@st.composite
def packets(draw: st.DrawFn) -> Features:
    """Features of one contract, with sides that a tape can give, around every threshold."""
    buy = draw(st.integers(0, 10_000))
    sell = draw(st.integers(0, 10_000 - buy))
    # Weighted sides may lean otherwise than raw ones: confidence differs from print to print.
    buy_ppm = draw(st.integers(0, 1_000_000)) if buy else 0
    sell_ppm = draw(st.integers(0, 1_000_000 - buy_ppm)) if sell else 0
    signed = buy_ppm + sell_ppm
    return Features(
        granularity=draw(st.sampled_from(["tick", "tick", "tick", "minute"])),
        option_type=draw(st.sampled_from(["call", "put"])),
        expiry=draw(st.sampled_from(["2025-01-15", "2025-06-20"])),
        session_date="2025-01-15",
        dte_days=draw(st.sampled_from([None, 0, 59, 60, 90])),
        strike=450.0,
        underlying_mid=draw(st.sampled_from([None, 450.5, 455.0])),
        count=draw(st.sampled_from([1, 2, 3, 5])),
        total_size=draw(st.sampled_from([1, 399, 400, 800, 5_000])),
        premium_usd=draw(st.sampled_from([None, 100.0, 20_000.0, 40_000.0, 80_000.0])),
        first_price=1.0,
        last_price=draw(st.sampled_from([0.9, 1.0, 1.1])),
        covered_size=1,
        coverage=draw(st.sampled_from([0.0, 0.4999, 0.5, 1.0])),
        buy_raw=buy / 10_000,
        sell_raw=sell / 10_000,
        signed_share=signed / 1_000_000,
        imbalance=round((buy_ppm - sell_ppm) / signed, 4) if signed else 0.0,
        venue_count=draw(st.sampled_from([None, 1, 3])),
        sweep=draw(st.sampled_from([True, True, False])),
        sweep_sign=draw(st.sampled_from([1, 1, -1])),
        special_size_ratio=draw(share),
        complex_size_ratio=draw(st.sampled_from([0.0, 0.5, 0.6])),
        premium_z=draw(z_score),
        premium_z_n=draw(st.sampled_from([11, 12, 50])),
        size_z=draw(z_score),
        size_z_n=draw(st.sampled_from([11, 12, 50])),
        open_interest=draw(st.sampled_from([None, 0, 500, 100_000])),
        day_volume_before=draw(st.sampled_from([0, 501])),
    )


def hits(features: Features, params: Params = PARAMS) -> list[Hit]:
    return [
        (verdict.classifier_id, verdict.confidence, verdict.direction)
        for verdict in classify(features, LABEL, params)
        if verdict.fired
    ]


def mirrored(hit: Hit, ids: dict[str, str]) -> Hit:
    name, confidence, direction = hit
    return ids.get(name, name), confidence, OPPOSITE.get(direction, direction)


def test_ids() -> None:
    in_order = [*SINGLE_IDS[:7], *STRUCTURE_IDS, *SINGLE_IDS[7:], "no_follow_through"]

    assert list(CLASSIFIER_IDS) == in_order
    assert len(set(CLASSIFIER_IDS)) == 15


@pytest.mark.parametrize(
    ("features", "rules", "ids"),
    [(single(), SINGLE_RULES, SINGLE_IDS), (structure(), STRUCTURE_RULES, STRUCTURE_IDS)],
    ids=["single", "structure"],
)
def test_every_rule_answers_in_order(features: Features, rules: Any, ids: list[str]) -> None:
    verdicts = classify(features, LABEL, PARAMS)

    assert [verdict.classifier_id for verdict in verdicts] == ids
    assert verdicts == [rule(features, LABEL, PARAMS) for rule in rules]


@pytest.mark.parametrize(
    ("kind", "changes", "fired"),
    [
        ("straddle", {}, "straddle"),
        ("strangle", {}, "strangle"),
        ("vertical", {}, "vertical_spread"),
        ("ladder", {"total_size": 400}, "ladder_accumulation"),
        ("calendar", {"total_size": 400, "roll_consistent": True}, "roll_up_down_out"),
        ("diagonal", {"total_size": 400, "roll_consistent": True}, "roll_up_down_out"),
    ],
)
def test_each_structure_has_its_rule(kind: str, changes: dict[str, Any], fired: str) -> None:
    found = structure(structure_type=kind, structure_direction="neutral", **changes)

    assert [name for name, _, _ in hits(found)] == [fired]


@pytest.mark.parametrize(
    "kind",
    [
        "conversion_reversal", "box", "iron_condor", "condor", "iron_butterfly", "butterfly",
        "synthetic", "risk_reversal", "ratio_spread", "multi_leg",
    ],
)  # fmt: skip
def test_other_structures_have_none(kind: str) -> None:
    large = structure(structure_type=kind, total_size=10_000, premium_usd=10**6, sweep=True)

    assert hits(large) == []
    assert {verdict.reason for verdict in classify(large, LABEL, PARAMS)} == {"other_structure"}


def test_minute_bars_fire_what_needs_no_ticks() -> None:
    bar = single(
        granularity="minute", total_size=900, dte_days=90, open_interest=0, sweep=True,
        signed_share=1.0, imbalance=1.0, buy_raw=1.0, coverage=1.0, expiry="2025-01-15",
        underlying_mid=450.0,
    )  # fmt: skip

    assert hits(bar) == [
        ("unusual_contract_spike", 0.65, "neutral"),
        ("far_dated_conviction", 0.60, "neutral"),
        ("zero_dte_gamma_punch", 0.65, "neutral"),
        ("new_position_likely", 0.60, "neutral"),
    ]
    reasons = [
        verdict.reason for verdict in classify(structure(granularity="minute"), LABEL, PARAMS)
    ]
    assert (
        reasons == ["other_structure", "other_structure", "needs_ticks"] + ["other_structure"] * 2
    )


@pytest.mark.parametrize(
    ("changes", "fired"),
    [
        ({"special_size_ratio": 0.5}, ["unusual_contract_spike"]),
        ({"special_size_ratio": 0.5001}, []),
        (
            {"special_size_ratio": 0.5001, "open_interest": 0},
            ["unusual_contract_spike", "new_position_likely"],
        ),
    ],
)
def test_lone_spike_of_special_prints_is_taken_back(
    changes: dict[str, Any], fired: list[str]
) -> None:
    found = single(**changes)

    assert [name for name, _, _ in hits(found)] == fired
    verdicts = {verdict.classifier_id: verdict for verdict in classify(found, LABEL, PARAMS)}
    assert list(verdicts) == SINGLE_IDS
    if not fired:
        assert verdicts["unusual_contract_spike"] == Verdict(
            classifier_id="unusual_contract_spike", reason="special_majority"
        )


def test_another_lone_rule_on_special_prints_stays() -> None:
    found = structure(special_size_ratio=1.0)

    assert [name for name, _, _ in hits(found)] == ["vertical_spread"]


@given(packets())
def test_no_packet_is_read_both_ways(features: Features) -> None:
    told = {direction for _, _, direction in hits(features)} & {"bullish", "bearish"}

    assert len(told) <= 1


@given(packets(), share, share)
def test_no_tuning_reads_a_packet_both_ways(
    features: Features, least_ratio: float, least_signed: float
) -> None:
    params = Params.from_values(
        {
            "min_aggressor_ratio": least_ratio,
            "min_nbbo_coverage": 0.0,
            "direction_min_signed_share": least_signed,
            "direction_min_imbalance": 0.0,
        }
    )

    told = {direction for _, _, direction in hits(features, params)} & {"bullish", "bearish"}

    assert len(told) <= 1


@given(packets())
def test_no_rule_contradicts_the_direction_of_the_packet(features: Features) -> None:
    direction = infer_direction(features, PARAMS)

    assert OPPOSITE.get(direction) not in {told for _, _, told in hits(features)}


@given(packets())
def test_the_other_right_mirrors_every_hit(features: Features) -> None:
    other = msgspec.structs.replace(features, option_type=OTHER_RIGHT[features.option_type])

    assert sorted(hits(other)) == sorted(mirrored(hit, MIRRORED_IDS) for hit in hits(features))


@given(packets())
def test_the_other_side_mirrors_the_directions_that_sides_tell(features: Features) -> None:
    other = msgspec.structs.replace(
        features,
        buy_raw=features.sell_raw,
        sell_raw=features.buy_raw,
        imbalance=-features.imbalance,
        sweep_sign=-features.sweep_sign,
    )
    sided = {"far_dated_conviction", "zero_dte_gamma_punch"}

    before = [mirrored(hit, {}) for hit in hits(features) if hit[0] in sided]
    assert [hit for hit in hits(other) if hit[0] in sided] == before


@given(packets())
def test_the_other_right_on_the_other_side_keeps_the_directions(features: Features) -> None:
    other = msgspec.structs.replace(
        features,
        option_type=OTHER_RIGHT[features.option_type],
        buy_raw=features.sell_raw,
        sell_raw=features.buy_raw,
        imbalance=-features.imbalance,
    )
    sided = {"far_dated_conviction", "zero_dte_gamma_punch"}

    before = [hit for hit in hits(features) if hit[0] in sided]
    assert [hit for hit in hits(other) if hit[0] in sided] == before


@given(packets())
def test_every_answer_is_a_hit_or_a_reason(features: Features) -> None:
    for verdict in classify(features, LABEL, PARAMS):
        assert bool(verdict.reason) is not verdict.fired
        assert bool(verdict.sentences) is verdict.fired
        assert 0 <= verdict.confidence <= 0.95


@given(packets())
def test_sides_of_minute_bars_change_nothing(features: Features) -> None:
    bar = msgspec.structs.replace(features, granularity="minute")
    blind = msgspec.structs.replace(
        bar, buy_raw=0.0, sell_raw=0.0, signed_share=0.0, imbalance=0.0, sweep=False, count=1,
        venue_count=None,
    )  # fmt: skip

    assert hits(bar) == hits(blind)
    assert {direction for _, _, direction in hits(bar)} <= {"neutral"}
