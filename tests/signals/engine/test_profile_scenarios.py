"""One labelled packet per profile that it leads, and a near miss that it does not."""

from typing import Any

import pytest

from signals.engine.features import Features
from signals.engine.judgement import Judgement, judge
from signals.engine.params import Params
from signals.engine.profiles.registry import score_profiles
from signals.engine.quality import evidence_quality
from tests.signals.engine.profiles.builders import BOX, SHORT_STRADDLE

PARAMS = Params()
# Quoted throughout, a month out, near the money, a single name.
BASE: dict[str, Any] = {
    "dte_days": 30, "count": 1, "total_size": 300, "premium_usd": 90_000.0, "coverage": 1.0,
    "inside_ratio": 0.0, "signed_share": 0.9, "imbalance": 1.0, "buy_raw": 0.9, "sell_raw": 0.0,
    "underlying_mid": 100.0, "otm_pct": 0.01, "quote_state": "ok",
}  # fmt: skip

# Eight fills at the ask for 300k: accumulation. Taken as a minute bar neither fills nor sides tell.
ACCUMULATION = BASE | {"count": 8, "total_size": 900, "premium_usd": 300_000.0}
# Two days, 8 % out of the money, many small fills, volatility up. At 4 % it is no lottery ticket.
ATTENTION = BASE | {
    "dte_days": 2, "otm_pct": 0.08, "count": 9, "premium_usd": 60_000.0, "iv_shock": 0.15,
}  # fmt: skip
# One block for 150k, half of it quoted, a week before earnings. Expiring before them it is not.
EARNINGS = BASE | {
    "premium_usd": 150_000.0, "coverage": 0.5, "missing_ratio": 0.5, "buy_raw": 0.45,
    "signed_share": 0.45, "event_kind": "earnings", "days_to_event": 7.0,
    "expiry_after_event": True, "spread_z": 2.0, "spread_z_n": 40,
}  # fmt: skip
# A straddle that the tape flags, both legs sold for 100k. Bought it supplies nothing.
SUPPLY = BASE | SHORT_STRADDLE | {
    "premium_usd": 100_000.0, "special_size_ratio": 1.0, "buy_raw": 0.0, "count": 2,
}  # fmt: skip
# A box that the tape flags. Four legs without resolved sides are not flat, only matched.
MATCHED = BASE | BOX | {"buy_raw": 0.0, "count": 4}
# Two days, at the money, 1,800 lots after a move of 20 points. A week out there is no gamma to it.
REBALANCE = BASE | {
    "dte_days": 2, "otm_pct": 0.005, "total_size": 1_800, "premium_usd": 40_000.0,
    "underlying_move_bps": -20.0,
}  # fmt: skip

LEADS = [
    ("institutional_directional", ACCUMULATION, 0.91, "high", "bullish"),
    ("retail_whale", ATTENTION, 0.83, "high", "bullish"),
    ("event_driven", EARNINGS, 0.62, "medium", "bullish"),
    ("vol_seller", SUPPLY, 0.6767, "medium", "neutral"),
    ("arbitrage", MATCHED, 0.68, "medium", "neutral"),
    ("hedge_reactive", REBALANCE, 0.72, "high", "bullish"),
]


def read(features: dict[str, Any]) -> Judgement:
    packet = Features(**features)
    quality = evidence_quality(packet, has_underlying=True)
    return judge(score_profiles(packet, PARAMS), quality, packet, PARAMS)


@pytest.mark.parametrize(("profile", "features", "score", "band", "direction"), LEADS)
def test_the_profile_leads(
    profile: str, features: dict[str, Any], score: float, band: str, direction: str
) -> None:
    found = read(features)

    assert found.primary is not None
    assert (found.primary.profile_id, found.primary.score) == (profile, score)
    assert (found.band, found.primary.direction) == (band, direction)
    assert found.abstain_reasons == ()


NEAR_MISSES = [
    # .20 + .25 + .16, and x .818 for the missing side = .499: it still leads, but only low
    ("minute bar", ACCUMULATION | {"granularity": "minute"}, "institutional_directional", "low"),
    # .20 + .125 + .18 + .16 + .12 = .785: not pinned any more, and it leads
    ("4 % out of the money", ATTENTION | {"otm_pct": 0.04}, "institutional_directional", "high"),
    # .20 + .25 + .0225 + .08 = .5525
    (
        "expires before the report",
        EARNINGS | {"expiry_after_event": False},
        "institutional_directional",
        "medium",
    ),
    # .12 + .14 x 100/120 = .2367, nobody else either
    (
        "bought straddle",
        SUPPLY | {"structure_vol_side": "long", "structure_signs": [1, 1]},
        None,
        "low",
    ),
    # 1:1 legs of a vertical are no box: 0.08
    ("vertical", MATCHED | {"structure_type": "vertical"}, None, "low"),
    # .10 + .18 + .12 = .40 against .20 + .0833 + .0225 + .16 + .12 = .5858
    ("a day more", REBALANCE | {"dte_days": 3}, "institutional_directional", "medium"),
]


@pytest.mark.parametrize(("what", "features", "primary", "band"), NEAR_MISSES)
def test_a_near_miss_reads_otherwise(
    what: str, features: dict[str, Any], primary: str | None, band: str
) -> None:
    found = read(features)

    assert ((found.primary.profile_id if found.primary else None), found.band) == (primary, band)


def test_accumulation_that_is_smaller_slower_and_two_sided_declines() -> None:
    """.20 + .25 x 12/120 = .025 + .0225 + .16 = .4075, and .74 of it for the low premium."""
    found = read(ACCUMULATION | {"count": 1, "premium_usd": 12_000.0, "buy_raw": 0.5})

    assert found.primary is None
    assert found.abstain_reasons == ("below_score_floor",)


def test_a_matched_package_without_resolved_sides_leads_low() -> None:
    """.08 + .18 + .24 = .50: matched, but nobody knows whether it is flat."""
    found = read(MATCHED | {"signed_share": 0.0, "structure_signs": [0, 0, 0, 0]})

    assert found.primary is not None
    assert (found.primary.profile_id, found.primary.score) == ("arbitrage", 0.5)
    assert found.band == "low"
