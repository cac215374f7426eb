"""All six profiles on one packet: order, direction, sums, penalties, words (13.2, 13.5)."""

import re
from typing import Any

import pytest

from signals.engine.features import as_mapping
from signals.engine.profiles.readings import READINGS
from signals.engine.profiles.registry import PROFILES, score_profiles
from signals.engine.profiles.shared import Penalty, Term
from tests.signals.engine.profiles.builders import (
    BOX,
    BULLISH_VERTICAL,
    PARAMS,
    SHORT_STRADDLE,
    packet,
    scored,
)

ORDER = [
    "institutional_directional", "retail_whale", "event_driven", "vol_seller", "arbitrage",
    "hedge_reactive",
]  # fmt: skip


def test_profiles_come_in_the_order_of_definition() -> None:
    assert [profile_id for profile_id, _ in PROFILES] == ORDER
    assert [each.profile_id for each in score_profiles(packet(), PARAMS)] == ORDER


def test_every_profile_has_a_hedged_reading() -> None:
    assert list(READINGS) == ORDER
    assert READINGS == {
        "institutional_directional": "directional accumulation",
        "retail_whale": "retail attention flow",
        "event_driven": "event positioning",
        "vol_seller": "volatility supply",
        "arbitrage": "structure arbitrage",
        "hedge_reactive": "hedge rebalance",
    }


def test_a_plain_packet_without_a_doubt_keeps_its_raw_scores() -> None:
    found = scored()

    assert {name: each.raw for name, each in found.items()} == {
        "institutional_directional": 0.559,
        "retail_whale": 0.31,
        "event_driven": 0.19,
        "vol_seller": 0.19,
        "arbitrage": 0.08,
        "hedge_reactive": 0.16,
    }
    for each in found.values():
        assert (each.score, each.penalties, each.pin) == (each.raw, (), None)


def test_maxima_are_those_of_the_table() -> None:
    """0.91, 0.88, 0.74, 0.70, 0.68, 0.72 (13.2)."""
    full: dict[str, Any] = {
        "count": 8, "total_size": 1_800, "coverage": 1.0, "missing_ratio": 0.0, "sell_raw": 1.0,
        "buy_raw": 0.0, "signed_share": 1.0, "imbalance": -1.0, "underlying_move_bps": 90.0,
        "days_to_event": 3.0, "expiry_after_event": True, "spread_z": 9.0, "spread_z_n": 50,
        "iv_shock": 0.9, "dte_days": 1,
    }  # fmt: skip
    rich = scored(**full | {"premium_usd": 120_000.0, "otm_pct": 0.0})
    small = scored(**full | {"premium_usd": 99_000.0, "otm_pct": 0.06})

    assert rich["institutional_directional"].raw == 0.91
    assert small["retail_whale"].raw == 0.88
    assert rich["event_driven"].raw == 0.74
    assert scored(**SHORT_STRADDLE, premium_usd=120_000.0)["vol_seller"].raw == 0.70
    assert scored(**BOX)["arbitrage"].raw == 0.68
    assert rich["hedge_reactive"].raw == 0.72


@pytest.mark.parametrize(
    ("changes", "lean", "event"),
    [
        ({"imbalance": 0.5}, "bullish", "bullish"),
        ({"imbalance": -0.5}, "bearish", "bearish"),
        ({"imbalance": 0.0}, "mixed", "mixed"),
        ({"signed_share": 0.1}, "unknown", "neutral"),  # 13.2: unknown becomes neutral
        ({"granularity": "minute"}, "unknown", "neutral"),
        (BULLISH_VERTICAL, "bullish", "bullish"),
        (SHORT_STRADDLE, "neutral", "neutral"),
    ],
)
def test_directions(changes: dict[str, Any], lean: str, event: str) -> None:
    found = {name: each.direction for name, each in scored(**changes).items()}

    assert found == {
        "institutional_directional": lean,
        "retail_whale": lean,
        "event_driven": event,
        "vol_seller": "neutral",
        "arbitrage": "neutral",
        "hedge_reactive": lean,
    }


def test_a_penalty_lowers_a_score_and_leaves_its_raw_sum() -> None:
    """0.559 x (1 - 0.65 x 0.32) = 0.442728."""
    found = scored(underlying_spread_bps=150.0)["institutional_directional"]

    assert (found.raw, found.score) == (0.559, 0.4427)


def test_scores_round_half_up_as_on_paper() -> None:
    """0.20 + 0.0313 + 0.09 + 0.144 = 0.4653, then x (1 - 0.65 x 0.40) = 0.344322."""
    found = scored(premium_usd=15_000.0)["institutional_directional"]

    assert (found.raw, found.score) == (0.4653, 0.3443)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"granularity": "minute"},
        {"premium_usd": None, "inside_ratio": None, "otm_pct": None, "dte_days": None},
        {"dte_days": 2, "otm_pct": 0.06, "iv_shock": 0.1},
        {"special_size_ratio": 0.5, "conditions": ["single-leg cross"]},
        {"inside_ratio": 0.9, "signed_share": 0.1, "imbalance": 0.0, "coverage": 0.2},
        BOX,
        SHORT_STRADDLE,
        BULLISH_VERTICAL,
    ],
)
def test_every_reason_is_said_and_cites_what_exists(changes: dict[str, Any]) -> None:
    features = packet(**changes)
    known = as_mapping(features)
    for each in score_profiles(features, PARAMS):
        assert each.raw == round(sum(term.points for term in each.terms), 4)
        parts: list[Term | Penalty] = [*each.terms, *each.penalties]
        for part in parts:
            assert re.fullmatch(r"[A-Z$0-9].*\.", part.text)
            assert part.values
            assert part.values.items() <= known.items()
            assert not re.search(r"\b(bought|sold|opened|closed|institution|whale)", part.text)
