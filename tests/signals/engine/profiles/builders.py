"""Builders for tests of profiles: one plain packet, and what a profile makes of a change to it."""

from collections.abc import Callable
from typing import Any

from signals.engine.features import Features
from signals.engine.params import Params
from signals.engine.profiles.registry import score_profiles
from signals.engine.profiles.shared import Inputs, ProfileScore, Term, read_inputs

PARAMS = Params()

# A single name's call a month out, both sides mixed, well quoted: no penalty and no pin.
PLAIN: dict[str, Any] = {
    "granularity": "tick",
    "option_type": "call",
    "security_type": "stock",
    "dte_days": 30,
    "count": 4,
    "total_size": 900,
    "premium_usd": 60_000.0,
    "span_ms": 120.0,
    "covered_size": 810,
    "coverage": 0.9,
    "missing_ratio": 0.1,
    "stale_ratio": 0.0,
    "inside_ratio": 0.2,
    "buy_raw": 0.42,
    "sell_raw": 0.3,
    "signed_share": 0.72,
    "imbalance": 0.1667,
    "nbbo_spread_bps": 200.0,
    "quote_state": "ok",
    "underlying_mid": 100.0,
    "underlying_spread_bps": 5.0,
    "otm_pct": 0.03,
}
# A box as the tape flags it: four legs, every side resolved.
BOX: dict[str, Any] = {
    "structure_type": "box",
    "structure_legs": 4,
    "structure_direction": "neutral",
    "structure_signs": [1, -1, -1, 1],
    "structure_leg_sizes": [225, 225, 225, 225],
    "same_size_leg_symmetry": 1.0,
    "signed_share": 1.0,
    "imbalance": 0.0,
    "special_size_ratio": 1.0,
    "conditions": ["multi-leg auction"],
}
# A straddle whose two legs were both sold.
SHORT_STRADDLE: dict[str, Any] = {
    "structure_type": "straddle",
    "structure_legs": 2,
    "structure_direction": "neutral",
    "structure_vol_side": "short",
    "structure_signs": [-1, -1],
    "structure_leg_sizes": [450, 450],
    "same_size_leg_symmetry": 1.0,
    "signed_share": 1.0,
    "imbalance": 0.0,
}
# A vertical that is long its lower strike.
BULLISH_VERTICAL: dict[str, Any] = {
    "structure_type": "vertical",
    "structure_legs": 2,
    "structure_direction": "bullish",
    "structure_signs": [1, -1],
    "structure_leg_sizes": [450, 450],
    "same_size_leg_symmetry": 1.0,
    "signed_share": 1.0,
    "imbalance": 0.0,
}


def packet(**changes: Any) -> Features:
    """Return the plain packet with changes."""
    return Features(**(PLAIN | changes))


def inputs_of(params: Params = PARAMS, **changes: Any) -> Inputs:
    """Return what profiles read of the plain packet with changes."""
    return read_inputs(packet(**changes), params)


def added(
    terms_of: Callable[[Inputs, Params], tuple[Term, ...]],
    params: Params = PARAMS,
    **changes: Any,
) -> dict[str, float]:
    """Return what each term adds, by code, in the order of the terms."""
    return {term.code: term.points for term in terms_of(inputs_of(params, **changes), params)}


def term_of(
    terms_of: Callable[[Inputs, Params], tuple[Term, ...]],
    code: str,
    params: Params = PARAMS,
    **changes: Any,
) -> Term:
    """Return one term by its code."""
    found = terms_of(inputs_of(params, **changes), params)
    return next(term for term in found if term.code == code)


def scored(params: Params = PARAMS, **changes: Any) -> dict[str, ProfileScore]:
    """Return the score of every profile on the plain packet with changes, by profile."""
    return {each.profile_id: each for each in score_profiles(packet(**changes), params)}
