"""G9, G10, G11 strict: input, formula and arithmetic of each row, the engine, then the oracle.

Rows a, c and g state what errata 3, 11, 12 and 47 settle; where the spec gives no strict number the
arithmetic stands in the row. What the spec leaves open (size, spot, sides) is stated as an input.
G11 is a packet of the reference's second policy (clusters of 16.3, hypotheses of 16.4), which is
not built: the strict policy scores the same packet by 13.5, and that stands here.
"""

from math import log10
from typing import Any, NamedTuple

import pytest

from signals.engine.features import Features, as_mapping
from signals.engine.gate import event_gate
from signals.engine.judgement import Judgement, judge
from signals.engine.params import Params
from signals.engine.profiles.registry import score_profiles
from signals.engine.quality import evidence_quality, grade_of
from tests.support.profile_oracle import rule

PARAMS = Params()
INST, RETAIL, EVENT = "institutional_directional", "retail_whale", "event_driven"
VOL, ARB, HEDGE = "vol_seller", "arbitrage", "hedge_reactive"


class Golden(NamedTuple):
    """One row: features, then raw and final score by profile, then what they say together."""

    features: dict[str, Any]
    raw: dict[str, float]
    score: dict[str, float]
    direction: str
    quality: float
    primary: str | None
    band: str
    margin: float
    alternatives: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


# a: SPY 2025-02-21 450C, S 448, n 8, size 2,200, premium 180k, coverage .92, buy .78, sell .04.
# Uncovered prints are MISSING (errata 3): stale 0, quality .92. rho .82, I (.78-.04)/.82 = .9024.
A: dict[str, Any] = {
    "security_type": "etf", "option_type": "call", "dte_days": 37, "count": 8, "total_size": 2_200,
    "premium_usd": 180_000.0, "coverage": 0.92, "missing_ratio": 0.08, "inside_ratio": 0.08,
    "buy_raw": 0.78, "sell_raw": 0.04, "signed_share": 0.82, "imbalance": 0.9024,
    "underlying_mid": 448.0, "otm_pct": 0.004464, "quote_state": "ok",
}  # fmt: skip
G9A = Golden(
    features=A,
    raw={
        INST: 0.7372,  # .20 + .25 x 180/500 = .09 + .18 x 8/8 + .16 x .92 = .1472 + .12 (errata 11)
        RETAIL: 0.30,  # .12 + .18
        HEDGE: 0.22,  # .10 + .12 x min(1, 2200/1800); 37 days: no gamma
        EVENT: 0.1704,  # .12 + .14 x .36
        VOL: 0.1704,  # .12 + .14 x .36
        ARB: 0.08,
    },
    score={INST: 0.7372, RETAIL: 0.30, HEDGE: 0.22, EVENT: 0.1704, VOL: 0.1704, ARB: 0.08},
    direction="bullish",
    quality=0.956,  # .55 x .92 + .30 + .15
    primary=INST,
    band="high",  # .7372 >= .72
    margin=0.4372,
)
# c: AAPL 2025-02-07 225C, S 224, n 1, size 1,800, premium 160k, coverage .5 (the rest MISSING), buy
# .4, sell .1: rho .5, I .6. Earnings 2025-01-31 16:05 ET, announced 2025-01-02 (errata 47):
# 16 d 6 h 5 min = 16.2535 d, concentration 1 - 16.2535/21 = .2260.
G9C = Golden(
    features={
        "security_type": "stock", "dte_days": 23, "count": 1, "total_size": 1_800,
        "premium_usd": 160_000.0, "coverage": 0.5, "missing_ratio": 0.5, "inside_ratio": 0.0,
        "buy_raw": 0.4, "sell_raw": 0.1, "signed_share": 0.5, "imbalance": 0.6,
        "underlying_mid": 224.0, "otm_pct": 0.004464, "quote_state": "ok",
        "event_kind": "earnings", "days_to_event": 16.2535, "expiry_after_event": True,
        "pre_event_concentration": 0.226,
    },
    raw={
        EVENT: 0.58,  # .12 + .32 + .14
        INST: 0.5525,  # .20 + .25 + .18/8 = .0225 + .16 x .5
        VOL: 0.26,  # .12 + .14
        HEDGE: 0.22,  # .10 + .12
        RETAIL: 0.1425,  # .12 + .0225
        ARB: 0.08,
    },
    score={EVENT: 0.58, INST: 0.5525, VOL: 0.26, HEDGE: 0.22, RETAIL: 0.1425, ARB: 0.08},
    direction="bullish",
    quality=0.725,  # .55 x .5 + .30 + .15
    primary=EVENT,
    band="medium",  # capped: the lead is .0275 < .05, both lean bullish
    margin=0.0275,
    alternatives=(INST,),
)  # fmt: skip
# d: TSLA 2025-01-17 450C, S 415: 450/415 - 1 = .084337 OTM, 2 days. n 9, premium 72k, coverage .9,
# buy .9, iv shock .22. The size is open: 900.
G9D = Golden(
    features={
        "security_type": "stock", "dte_days": 2, "count": 9, "total_size": 900,
        "premium_usd": 72_000.0, "coverage": 0.9, "missing_ratio": 0.1, "inside_ratio": 0.0,
        "buy_raw": 0.9, "sell_raw": 0.0, "signed_share": 0.9, "imbalance": 1.0,
        "underlying_mid": 415.0, "otm_pct": 0.084337, "quote_state": "ok", "iv_shock": 0.22,
    },
    raw={
        RETAIL: 0.88,  # .12 + .28 + .18 + .20 + .10
        EVENT: 0.204,  # .12 + .14 x 72/120
        VOL: 0.204,
        INST: 0.18,  # the guard
        HEDGE: 0.16,  # .10 + .12 x 900/1800
        ARB: 0.08,
    },
    score={RETAIL: 0.88, EVENT: 0.204, VOL: 0.204, INST: 0.18, HEDGE: 0.16, ARB: 0.08},
    direction="bullish",
    quality=0.945,  # .55 x .9 + .45
    primary=RETAIL,
    band="high",
    margin=0.676,
)  # fmt: skip
# e: SPY 2025-01-16 590P, S 591, n 2, size 1,600, coverage .7, move -96. Its premium of 18k is below
# the ETF floor of 50k, so strict makes no event of it (errata 2); what it would score stands here.
# The sides are open: all that is covered printed at the ask, so rho .7, I 1, and a put leans down.
E: dict[str, Any] = {
    "security_type": "etf", "option_type": "put", "dte_days": 1, "count": 2, "total_size": 1_600,
    "premium_usd": 18_000.0, "coverage": 0.7, "missing_ratio": 0.3, "inside_ratio": 0.0,
    "buy_raw": 0.7, "sell_raw": 0.0, "signed_share": 0.7, "imbalance": 1.0,
    "underlying_mid": 591.0, "otm_pct": 0.001692, "underlying_move_bps": -96.0, "quote_state": "ok",
}  # fmt: skip
G9E = Golden(
    features=E,
    raw={
        HEDGE: 0.7067,  # .10 + .32 + .18 + .12 x 1600/1800 = .1067
        INST: 0.486,  # .20 + .25 x 18/500 = .009 + .045 + .112 + .12
        RETAIL: 0.265,  # .12 + .045 + .10
        EVENT: 0.125,  # .12 + .14 x .036 = .00504
        VOL: 0.125,
        ARB: 0.08,
    },
    # low_premium, 18k < 2 x 50k: x (1 - .65 x .40) = .74
    score={HEDGE: 0.523, INST: 0.3596, RETAIL: 0.1961, EVENT: 0.0925, VOL: 0.0925, ARB: 0.0592},
    direction="bearish",
    quality=0.835,  # .55 x .7 + .45
    primary=HEDGE,
    band="medium",
    margin=0.1634,
)
# e with a premium of 150k, which is above every floor: no penalty is left.
G9E_RICH = Golden(
    features=E | {"premium_usd": 150_000.0},
    raw={
        HEDGE: 0.7067,
        INST: 0.552,  # .20 + .25 x .3 = .075 + .045 + .112 + .12
        RETAIL: 0.165,  # .12 + .045
        EVENT: 0.162,  # .12 + .14 x .3
        VOL: 0.162,
        ARB: 0.08,
    },
    score={HEDGE: 0.7067, INST: 0.552, RETAIL: 0.165, EVENT: 0.162, VOL: 0.162, ARB: 0.08},
    direction="bearish",
    quality=0.835,
    primary=HEDGE,
    band="medium",  # .7067 < .72
    margin=0.1547,
)
# f: a straddle, n 4, premium 30k, buy .3, sell .26, symmetry .94, coverage .72 (errata 52). Strict
# names no straddle from sides like these (9.4: legs of one sign): its signs are open, so rho is 0
# (errata 6), it is short of nothing, and it is no box (errata 5). The size is open: 600.
G9F = Golden(
    features={
        "security_type": "stock", "dte_days": 30, "count": 4, "total_size": 600,
        "premium_usd": 30_000.0, "coverage": 0.72, "missing_ratio": 0.28, "inside_ratio": 0.2222,
        "buy_raw": 0.3, "sell_raw": 0.26, "signed_share": 0.0, "imbalance": 0.0,
        "underlying_mid": 100.0, "otm_pct": 0.0, "quote_state": "ok", "structure_type": "straddle",
        "structure_legs": 2, "structure_signs": [0, 0], "structure_leg_sizes": [309, 291],
        "structure_direction": "neutral", "same_size_leg_symmetry": 0.94,
    },
    raw={
        INST: 0.4677,  # .20 + .25 x 30/120 = .0625 + .09 + .16 x .72 = .1152
        RETAIL: 0.31,  # .12 + .09 + .10
        EVENT: 0.155,  # .12 + .14 x .25
        VOL: 0.155,  # .12 + .035; neither sold nor short
        HEDGE: 0.14,  # .10 + .12 x 600/1800
        ARB: 0.08,
    },
    # weak_aggression for all but the neutral ones: x (1 - .65 x .28) = .818
    score={INST: 0.3826, RETAIL: 0.2536, VOL: 0.155, EVENT: 0.1268, HEDGE: 0.1145, ARB: 0.08},
    direction="neutral",
    quality=0.846,  # .55 x .72 + .45
    primary=None,
    band="low",
    margin=0.129,
    reasons=("below_score_floor",),
)  # fmt: skip
# g: SPY call, n 4, size 1,800, premium 130k, coverage 1, all sold. Auctions are not special (errata
# 13), so the share of special size is stated: .34 pins and is penalised, .25 does neither.
G: dict[str, Any] = {
    "security_type": "etf", "dte_days": 37, "count": 4, "total_size": 1_800,
    "premium_usd": 130_000.0, "coverage": 1.0, "inside_ratio": 0.0, "buy_raw": 0.0,
    "sell_raw": 1.0, "signed_share": 0.7, "imbalance": -1.0, "underlying_mid": 448.0,
    "otm_pct": 0.004464, "quote_state": "ok",
}  # fmt: skip
G9G_SPECIAL = Golden(
    features=G | {"special_size_ratio": 0.34},
    raw={
        VOL: 0.3964,  # .12 + .24 + .14 x 130/500 = .0364
        HEDGE: 0.22,  # .10 + .12
        RETAIL: 0.21,  # .12 + .09
        INST: 0.18,  # the pin (errata 12)
        EVENT: 0.1564,  # .12 + .0364
        ARB: 0.08,
    },
    # x (1 - .65 x .38) = .753, arbitrage exempt
    score={VOL: 0.2985, HEDGE: 0.1657, RETAIL: 0.1581, INST: 0.1355, EVENT: 0.1178, ARB: 0.08},
    direction="bearish",
    quality=1.0,
    primary=None,
    band="low",
    margin=0.1328,
    reasons=("below_score_floor",),
)
G9G_ORDINARY = Golden(
    features=G | {"special_size_ratio": 0.25},
    raw={
        INST: 0.635,  # .20 + .25 x .26 = .065 + .09 + .16 + .12
        VOL: 0.3964,
        HEDGE: 0.22,
        RETAIL: 0.21,
        EVENT: 0.1564,
        ARB: 0.08,
    },
    score={INST: 0.635, VOL: 0.3964, HEDGE: 0.22, RETAIL: 0.21, EVENT: 0.1564, ARB: 0.08},
    direction="bearish",
    quality=1.0,
    primary=INST,
    band="medium",
    margin=0.2386,
)
# h: as a, with a quote for a tenth of the size only, all of that at the ask: rho .1.
G9H = Golden(
    features=A
    | {
        "coverage": 0.1, "missing_ratio": 0.9, "inside_ratio": 0.0, "buy_raw": 0.1,
        "sell_raw": 0.0, "signed_share": 0.1, "imbalance": 1.0,
    },
    raw={
        INST: 0.486,  # .20 + .09 + .18 + .016; missing quotes are no pin (errata 12)
        RETAIL: 0.30,
        HEDGE: 0.22,
        EVENT: 0.1704,
        VOL: 0.1704,
        ARB: 0.08,
    },
    # x (1 - .65 x .72) = .532
    score={INST: 0.2586, RETAIL: 0.1596, HEDGE: 0.117, EVENT: 0.0907, VOL: 0.0907, ARB: 0.0426},
    direction="unknown",
    quality=0.505,  # .055 + .30 + .15
    primary=None,
    band="low",
    margin=0.099,
    reasons=(
        "below_score_floor", "stale_or_missing_quote_context", "insufficient_evidence",
    ),
)  # fmt: skip
# i: as a, on its expiry day: strict counts 0 days, so the gamma term of the hedge comes in.
G9I = Golden(
    features=A | {"dte_days": 0},
    raw=G9A.raw | {HEDGE: 0.54},  # .10 + .32 + .12
    score=G9A.score | {HEDGE: 0.54},
    direction="bullish",
    quality=0.956,
    primary=INST,
    band="high",
    margin=0.1972,
)
# Errata 5: a 1:1 risk reversal for 60k, n 2, coverage 1, inferred, long the call side. It takes no
# term of arbitrage, and its lean is that of its legs (errata 6).
RISK_REVERSAL = Golden(
    features={
        "security_type": "stock", "dte_days": 30, "count": 2, "total_size": 400,
        "premium_usd": 60_000.0, "coverage": 1.0, "inside_ratio": 0.0, "buy_raw": 0.5,
        "sell_raw": 0.5, "signed_share": 1.0, "imbalance": 0.0, "underlying_mid": 100.0,
        "otm_pct": 0.03, "quote_state": "ok", "structure_type": "risk_reversal",
        "structure_legs": 2, "structure_inferred": True, "structure_signs": [-1, 1],
        "structure_leg_sizes": [200, 200], "structure_direction": "bullish",
        "same_size_leg_symmetry": 1.0,
    },
    raw={
        INST: 0.65,  # .20 + .125 + .045 + .16 + .12
        RETAIL: 0.265,  # .12 + .045 + .10
        EVENT: 0.19,  # .12 + .07
        VOL: 0.19,
        HEDGE: 0.1267,  # .10 + .12 x 400/1800
        ARB: 0.08,
    },
    score={INST: 0.65, RETAIL: 0.265, EVENT: 0.19, VOL: 0.19, HEDGE: 0.1267, ARB: 0.08},
    direction="bullish",
    quality=1.0,
    primary=INST,
    band="medium",
    margin=0.385,
)  # fmt: skip
# A box that the tape flags: all its size is special, all its sides are resolved.
BOX = Golden(
    features={
        "security_type": "index", "dte_days": 60, "count": 4, "total_size": 400,
        "premium_usd": 400_000.0, "coverage": 1.0, "inside_ratio": 1.0, "signed_share": 1.0,
        "imbalance": 0.0, "underlying_mid": 5_000.0, "otm_pct": 0.0, "quote_state": "ok",
        "special_size_ratio": 1.0, "structure_type": "box", "structure_legs": 4,
        "structure_signs": [1, -1, -1, 1], "structure_leg_sizes": [100, 100, 100, 100],
        "structure_direction": "neutral", "same_size_leg_symmetry": 1.0,
    },
    raw={
        ARB: 0.68,  # .08 + .18 + .24 + .18
        RETAIL: 0.21,  # .12 + .09
        INST: 0.18,
        EVENT: 0.176,  # .12 + .14 x 400/1000
        VOL: 0.176,
        HEDGE: 0.1267,
    },
    # x .753; arbitrage and, on a flagged package, vol_seller are exempt
    score={ARB: 0.68, VOL: 0.176, RETAIL: 0.1581, INST: 0.1355, EVENT: 0.1325, HEDGE: 0.0954},
    direction="neutral",
    quality=1.0,
    primary=ARB,
    band="medium",
    margin=0.504,
)  # fmt: skip
# G11: n 8, size 2,200, premium 180k, coverage 1, stale 0, a call, spreads 327.87 and 4.44 bps. Its
# aggression is buy + sell = .82 and its bias buy - sell = .74, so buy .78, sell .04, rho .82 and
# I .74/.82 = .9024; what took no side, .18, is inside. The name is open: 4.44 bps is .20 of 450, so
# the SPY call of row a, S at its strike, 37 days; in a single name 120k of premium count in full.
G11 = Golden(
    features=A
    | {
        "coverage": 1.0, "missing_ratio": 0.0, "inside_ratio": 0.18, "nbbo_spread_bps": 327.87,
        "underlying_spread_bps": 4.44, "underlying_mid": 450.0, "otm_pct": 0.0,
    },
    raw={
        INST: 0.75,  # .20 + .25 x 180/500 = .09 + .18 x 8/8 + .16 x (1 - 0) + .12, .78 >= .58
        RETAIL: 0.30,  # .12 + .18 x 8/8; 37 days, and 180k is not below 100k
        HEDGE: 0.22,  # .10 + .12 x min(1, 2200/1800)
        EVENT: 0.1704,  # .12 + .14 x .36
        VOL: 0.1704,  # .12 + .14 x .36; .04 sold
        ARB: 0.08,
    },
    # none: 327.87 < 800, 4.44 < 150, inside .18 < .7, 180k >= 2 x 50k, I .9024 > .12
    score={INST: 0.75, RETAIL: 0.30, HEDGE: 0.22, EVENT: 0.1704, VOL: 0.1704, ARB: 0.08},
    direction="bullish",
    quality=1.0,  # .55 + .30 + .15
    primary=INST,
    band="high",
    margin=0.45,
)  # fmt: skip
G11_NAME = G11._replace(
    features=G11.features | {"security_type": "stock"},
    raw=G11.raw
    | {
        INST: 0.91,  # .20 + .25 + .18 + .16 + .12: the most of 13.2
        EVENT: 0.26,  # .12 + .14
        VOL: 0.26,
    },
    score=G11.score | {INST: 0.91, EVENT: 0.26, VOL: 0.26},
    margin=0.61,
)

GOLDENS = {
    "G9a": G9A, "G9b": G9A._replace(features=A | {"option_type": "call"}), "G9c": G9C, "G9d": G9D,
    "G9e": G9E, "G9e-rich": G9E_RICH, "G9f": G9F, "G9g-special": G9G_SPECIAL,
    "G9g-ordinary": G9G_ORDINARY, "G9h": G9H, "G9i": G9I, "risk-reversal": RISK_REVERSAL,
    "box": BOX, "G11": G11, "G11-single-name": G11_NAME,
}  # fmt: skip


def judged(features: Features) -> tuple[Judgement, float]:
    quality = evidence_quality(features, has_underlying=True)
    return judge(score_profiles(features, PARAMS), quality, features, PARAMS), quality


@pytest.mark.parametrize("name", GOLDENS)
def test_scores(name: str) -> None:
    golden = GOLDENS[name]
    found, _ = judged(Features(**golden.features))

    assert {each.profile_id: each.raw for each in found.scores} == golden.raw
    assert {each.profile_id: each.score for each in found.scores} == golden.score
    assert [each.profile_id for each in found.scores] == [
        profile for profile, _ in sorted(golden.score.items(), key=lambda pair: -pair[1])
    ]


@pytest.mark.parametrize("name", GOLDENS)
def test_outcome(name: str) -> None:
    golden = GOLDENS[name]
    found, quality = judged(Features(**golden.features))
    lead = next(each for each in found.scores if each.profile_id == INST)

    assert quality == golden.quality
    assert (found.primary.profile_id if found.primary else None) == golden.primary
    assert (found.band, found.margin) == (golden.band, golden.margin)
    assert found.alternatives == golden.alternatives
    assert found.abstain_reasons == golden.reasons
    assert lead.direction == golden.direction


@pytest.mark.parametrize("name", GOLDENS)
def test_a_second_computation_agrees(name: str) -> None:
    golden = GOLDENS[name]
    found = rule(as_mapping(Features(**golden.features)), underlying=True)

    assert {row.profile: row.raw for row in found.rows} == golden.raw
    assert {row.profile: row.score for row in found.rows} == golden.score
    assert found.quality == golden.quality
    assert (found.primary, found.band, found.margin) == (golden.primary, golden.band, golden.margin)
    assert found.alternatives == golden.alternatives
    assert found.reasons == set(golden.reasons)


@pytest.mark.parametrize("name", ["G11", "G11-single-name"])
def test_g11_is_strong_evidence_without_a_doubt(name: str) -> None:
    found, quality = judged(Features(**GOLDENS[name].features))
    assert found.primary is not None

    assert (quality, grade_of(quality)) == (1.0, "strong")
    assert (found.primary.profile_id, found.primary.direction) == (INST, "bullish")
    assert (found.alternatives, found.abstain_reasons) == ((), ())
    assert all(not each.penalties and each.pin is None for each in found.scores)


def test_g9e_makes_no_event_in_strict() -> None:
    """18k is below the floor of an ETF (errata 2)."""
    assert event_gate(18_000_000_000, 1_600, "etf", PARAMS) == "insufficient_premium"
    assert event_gate(150_000_000_000, 1_600, "etf", PARAMS) is None


def test_g10_row_1_takes_its_terms_from_g9a() -> None:
    """P log10(180k/10k)/3 = .4184, C .7372, Q .956, U .25: 56.94, so 57 (errata 11)."""
    found, quality = judged(Features(**A))
    assert found.primary is not None
    premium = log10(180_000 / 10_000) / 3
    exact = 100 * (0.40 * premium + 0.30 * found.primary.score + 0.15 * quality + 0.15 * 0.25)

    assert exact == pytest.approx(56.94, abs=0.01)
    assert int(exact + 0.5) == 57
