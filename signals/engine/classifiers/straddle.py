"""Straddles and strangles: a call and a put on the same side, a view on volatility."""

from signals.engine.classifiers.activity import ActivityParams, amount_terms, floors, usual
from signals.engine.classifiers.shared import Sentence, Term, Verdict, silent
from signals.engine.classifiers.structure import (
    fire_structure,
    opening,
    resolved_term,
    sides,
    structure_refusal,
)
from signals.engine.explain import sentence
from signals.engine.features import Features

STRADDLE, STRANGLE = "straddle", "strangle"
CAP = 0.85
_VOLATILITY = {
    "long": "Both legs took the side of the ask: consistent with long volatility.",
    "short": "Both legs took the side of the bid: consistent with short volatility.",
    "": "The sides of the legs are not known: long and short volatility are both possible.",
}


def judge_straddle(features: Features, label: str, params: ActivityParams) -> Verdict:
    """Judge a straddle; see `judge_volatility`."""
    return judge_volatility(STRADDLE, features, label, params)


def judge_strangle(features: Features, label: str, params: ActivityParams) -> Verdict:
    """Judge a strangle; see `judge_volatility`."""
    return judge_volatility(STRANGLE, features, label, params)


def judge_volatility(
    structure_type: str, features: Features, label: str, params: ActivityParams
) -> Verdict:
    """Judge whether a structure is a straddle or strangle; its size only adds confidence.

    Neutral always: the volatility side is told beside it. The table's addend for four legs is
    left out: in 9.4 both have exactly two.
    Missing: minute bars and an unknown premium abstain.
    Source: options-engine.md 9.4, 12.3 and 12.5; errata 6 and 40.
    """
    reason = structure_refusal(features, (structure_type,))
    if reason:
        return silent(structure_type, reason)
    terms = [Term(0.45, f"a {structure_type}")]
    terms.extend(amount_terms(features, params, times=1, premium=0.10, size=0.05))
    terms.extend(resolved_term(features, params))
    sentences = (
        *opening(features, label, f"a {structure_type}"),
        floors(features, params, "counted from"),
        usual(features, params, is_counted=False),
        sides(features, params),
        _volatility(features),
    )
    return fire_structure(
        structure_type, "neutral", features, terms=terms, cap=CAP, sentences=sentences
    )


def _volatility(features: Features) -> Sentence:
    side = features.structure_vol_side
    return sentence(_VOLATILITY[side], features, ("structure_signs", "structure_vol_side"))
