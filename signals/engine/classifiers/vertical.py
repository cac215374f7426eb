"""Vertical spreads: two strikes of one right and expiry on opposite sides."""

from signals.engine.classifiers.activity import ActivityParams, amount_terms, floors, usual
from signals.engine.classifiers.shared import RESOLVED, Term, Verdict, lean_of, side_terms, silent
from signals.engine.classifiers.structure import (
    fire_structure,
    leg_lean,
    opening,
    sides,
    structure_refusal,
)
from signals.engine.features import Features

VERTICAL = "vertical_spread"
CAP = 0.85


def judge_vertical(features: Features, label: str, params: ActivityParams) -> Verdict:
    """Judge whether a structure is a vertical; its size only adds confidence.

    Direction by the side of the lower strike (9.4), neutral where it is not known. The table's
    addend for three legs is left out: in 9.4 a vertical has exactly two.
    Missing: minute bars and an unknown premium abstain.
    Source: options-engine.md 9.4, 12.3 and 12.5; errata 5, 6 and 40; golden G8.
    """
    reason = structure_refusal(features, ("vertical",))
    if reason:
        return silent(VERTICAL, reason)
    direction = lean_of(features, params)
    sentences = (
        *opening(features, label, "a vertical spread"),
        floors(features, params, "counted from"),
        usual(features, params, is_counted=False),
        sides(features, params),
        leg_lean(features, direction),
    )
    terms = _terms(features, params)
    return fire_structure(VERTICAL, direction, features, terms=terms, cap=CAP, sentences=sentences)


def _terms(features: Features, params: ActivityParams) -> list[Term]:
    terms = [Term(0.50, "a vertical spread")]
    terms.extend(amount_terms(features, params, times=1, premium=0.10, size=0.05))
    if features.coverage > 0 and features.signed_share > 0:
        terms.extend(side_terms(features.coverage, features.signed_share, params, RESOLVED))
    else:
        terms.append(Term(-0.10, RESOLVED[1]))
    return terms
