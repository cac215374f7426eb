"""Profiles, penalties and judgement over random packets: the oracle agrees, and what must hold."""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.engine.features import Features, as_mapping
from signals.engine.judgement import judge
from signals.engine.params import Params
from signals.engine.profiles.registry import score_profiles
from signals.engine.profiles.shared import Penalty, ProfileScore, Term
from signals.engine.quality import evidence_quality
from tests.support.profile_oracle import SPEC, rule

PARAMS = Params()
LEANS = {"bullish", "bearish"}


def near(*edges: float) -> st.SearchStrategy[float]:
    """Numbers of four places between 0 and 1, often at or beside an edge."""
    beside = [edge + step / 10_000 for edge in edges for step in (-1, 0, 1)]
    return st.one_of(
        st.integers(0, 10_000).map(lambda count: count / 10_000),
        st.sampled_from([round(each, 4) for each in beside]),
    )


CENTS = st.one_of(
    st.integers(1, 300_000_000).map(lambda cents: cents / 100),
    st.sampled_from(
        [
            edge + step / 100
            for edge in (20_000, 100_000, 120_000, 200_000, 500_000, 1_000_000)
            for step in (-1, 0, 1)
        ]
    ),
)


@st.composite
def packets(draw: st.DrawFn) -> Features:
    """Return a packet whose features fit together as measurement makes them."""
    coverage = draw(near(0.35))
    stale = draw(st.integers(0, 10_000 - round(coverage * 10_000))) / 10_000
    signed = draw(near(0.35, 0.45))
    found: dict[str, Any] = {
        "granularity": draw(st.sampled_from(["tick", "tick", "tick", "minute"])),
        "option_type": draw(st.sampled_from(["call", "put"])),
        "security_type": draw(st.sampled_from(["stock", "etf", "index"])),
        "dte_days": draw(st.none() | st.integers(0, 10) | st.integers(0, 900)),
        "count": draw(st.integers(1, 12)),
        "total_size": draw(st.integers(1, 4_000)),
        "premium_usd": draw(st.none() | CENTS),
        "span_ms": draw(st.integers(0, 2_000)) / 1.0,
        "coverage": coverage,
        "stale_ratio": stale,
        "missing_ratio": round(1 - coverage - stale, 4),
        "inside_ratio": draw(st.none() | near(0.7)) if coverage else None,
        "buy_raw": draw(near(0.58)),
        "sell_raw": draw(near(0.58)),
        "signed_share": signed,
        "imbalance": draw(near(0.12, 0.15)) * draw(st.sampled_from([1, -1])),
        "special_size_ratio": draw(st.just(0.0) | near(0.34)),
        "quote_state": draw(st.sampled_from(["ok", "wide", "locked", "missing"])),
        "nbbo_spread_bps": draw(st.none() | st.just(912.5)),
        "underlying_mid": draw(st.none() | st.just(100.0)),
        "underlying_spread_bps": draw(st.none() | st.integers(0, 400).map(float)),
        "otm_pct": draw(st.none() | near(0.015, 0.05) | near(0.015).map(lambda otm: -otm)),
        "underlying_move_bps": draw(
            st.none() | st.integers(-300_000, 300_000).map(lambda move: move / 10_000)
        ),
        "iv_shock": draw(st.none() | near(0.2) | near(0.1).map(lambda shock: -shock)),
        "spread_z": draw(st.none() | st.integers(-50_000, 70_000).map(lambda z: z / 10_000)),
        "spread_z_n": draw(st.integers(10, 14)),
        "days_to_event": draw(
            st.none() | st.integers(-10_000, 250_000).map(lambda days: days / 10_000)
        ),
        "expiry_after_event": draw(st.sampled_from([True, True, False, None])),
        "event_kind": "earnings",
    }
    if draw(st.booleans()):
        found |= draw(legs())
    return Features(**found)


@st.composite
def legs(draw: st.DrawFn) -> dict[str, Any]:
    count = draw(st.integers(2, 4))
    signs = draw(st.lists(st.sampled_from([-1, -1, 0, 1]), min_size=count, max_size=count))
    sizes = draw(st.lists(st.integers(1, 900), min_size=count, max_size=count))
    return {
        "structure_type": draw(
            st.sampled_from(["box", "conversion_reversal", "straddle", "strangle", "vertical"])
        ),
        "structure_inferred": draw(st.booleans()),
        "structure_legs": count,
        "structure_signs": signs,
        "structure_leg_sizes": sizes,
        "structure_direction": draw(st.sampled_from(["bullish", "bearish", "neutral", "unknown"])),
        "structure_vol_side": draw(st.sampled_from(["short", "long", ""])),
        "same_size_leg_symmetry": draw(st.none() | near(0.7)),
        "imbalance": 0.0,
    }


TUNED = st.fixed_dictionaries(
    {},
    optional={
        key: st.integers(1, 20).map(lambda twentieths: twentieths / 20)
        for key, value in SPEC.items()
        if 0 < value < 1
    },
)


def scored(features: Features) -> dict[str, ProfileScore]:
    return {each.profile_id: each for each in score_profiles(features, PARAMS)}


def test_the_oracle_has_the_numbers_of_the_spec_and_so_has_the_engine() -> None:
    values = PARAMS.values()

    assert {key: values[key] for key in SPEC} == SPEC


@settings(max_examples=400)
@given(packets(), st.booleans(), TUNED)
def test_a_second_computation_agrees(
    features: Features, underlying: bool, tuned: dict[str, float]
) -> None:
    params = Params.from_values(tuned)
    quality = evidence_quality(features, has_underlying=underlying)
    found = judge(score_profiles(features, params), quality, features, params)

    expected = rule(as_mapping(features), underlying=underlying, spec=SPEC | tuned)
    assert [
        (
            each.profile_id,
            tuple(term.points for term in each.terms),
            each.raw,
            max((penalty.value for penalty in each.penalties), default=0.0),
            each.score,
            each.direction,
        )
        for each in found.scores
    ] == [
        (row.profile, row.terms, row.raw, row.penalty, row.score, row.direction)
        for row in expected.rows
    ]
    assert quality == expected.quality
    assert found.margin == expected.margin
    assert (found.primary.profile_id if found.primary else None) == expected.primary
    assert (found.band, found.alternatives) == (expected.band, expected.alternatives)
    assert set(found.abstain_reasons) == expected.reasons


@given(packets())
def test_scores_lie_between_nothing_and_their_raw_sum(features: Features) -> None:
    for each in score_profiles(features, PARAMS):
        assert 0 <= each.score <= each.raw <= 1
        assert each.raw == round(sum(term.points for term in each.terms), 4)
        assert all(term.points > 0 for term in each.terms)


@given(packets())
def test_only_the_largest_penalty_counts(features: Features) -> None:
    for each in score_profiles(features, PARAMS):
        worst = max((penalty.value for penalty in each.penalties), default=0.0)
        assert abs(each.score - each.raw * (1 - 0.65 * worst)) < 0.00005 + 1e-9
        assert len({penalty.code for penalty in each.penalties}) == len(each.penalties)


@given(packets())
def test_what_is_said_rests_on_the_features(features: Features) -> None:
    known = as_mapping(features)
    for each in score_profiles(features, PARAMS):
        parts: list[Term | Penalty] = [*each.terms, *each.penalties]
        for part in parts:
            assert part.values
            assert part.values.items() <= known.items()


@given(packets(), CENTS)
def test_more_premium_never_lowers_institutional(features: Features, more: float) -> None:
    richer = msgspec.structs.replace(features, premium_usd=(features.premium_usd or 0) + more)
    name = "institutional_directional"

    before, after = scored(features)[name], scored(richer)[name]
    assert after.raw >= before.raw
    if features.premium_usd is not None:
        assert after.score >= before.score


@given(packets())
def test_mirror_keeps_directions(features: Features) -> None:
    """Call to put and ask to bid; sold size is what vol_seller looks at (errata 32)."""
    mirrored = msgspec.structs.replace(
        features,
        option_type="put" if features.option_type == "call" else "call",
        buy_raw=features.sell_raw,
        sell_raw=features.buy_raw,
        imbalance=-features.imbalance,
    )
    one, other = scored(features), scored(mirrored)

    for name in one.keys() - {"vol_seller"}:
        assert one[name].direction == other[name].direction
        assert (one[name].raw, one[name].score) == (other[name].raw, other[name].score)


@given(packets())
def test_no_score_leans_below_the_least_signed_share(features: Features) -> None:
    """Property 16.5, for structures by their resolved legs (errata 6)."""
    if features.signed_share < 0.35:
        assert not {each.direction for each in score_profiles(features, PARAMS)} & LEANS


@given(packets())
def test_the_profiles_of_one_packet_never_contradict_each_other(features: Features) -> None:
    """They share one direction, so a thin lead caps the band and does not decline (errata 35)."""
    scores = score_profiles(features, PARAMS)
    found = judge(scores, 1.0, features, PARAMS)

    assert len({each.direction for each in scores} & LEANS) <= 1
    assert "conflicting_evidence" not in found.abstain_reasons
    assert not (found.margin < 0.05 and found.band == "high")
