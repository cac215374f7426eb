"""Ladders: three strikes or more of one right and expiry, all on the same side."""

from signals.engine.classifiers.activity import (
    ActivityParams,
    amount_terms,
    floors,
    is_sizeable,
    passes_z,
    usual,
    z_term,
)
from signals.engine.classifiers.shared import Term, Verdict, lean_of, silent
from signals.engine.classifiers.structure import (
    fire_structure,
    leg_lean,
    opening,
    resolved_term,
    sides,
    structure_refusal,
)
from signals.engine.features import Features

LADDER = "ladder_accumulation"
CAP = 0.85
MANY_STRIKES = 4  # source: options-engine.md 12.3


def judge_ladder(features: Features, label: str, params: ActivityParams) -> Verdict:
    """Judge whether a structure is a ladder with size, premium or a z worth naming.

    Direction by the right and the common side of its legs (9.4), neutral where it is not known.
    Missing: minute bars and an unknown premium abstain.
    Source: options-engine.md 9.4, 12.3 and 12.5; errata 5, 6 and 40.
    """
    reason = structure_refusal(features, ("ladder",))
    if reason:
        return silent(LADDER, reason)
    if not is_sizeable(features, params) and not passes_z(features, params):
        return silent(LADDER, "small")
    direction = lean_of(features, params)
    sentences = (
        *opening(features, label, "one view spread over several strikes"),
        floors(features, params, "either suffices"),
        usual(features, params),
        sides(features, params),
        leg_lean(features, direction),
    )
    terms = _terms(features, params)
    return fire_structure(LADDER, direction, features, terms=terms, cap=CAP, sentences=sentences)


def _terms(features: Features, params: ActivityParams) -> list[Term]:
    terms = [Term(0.45, "a ladder of an unusual amount")]
    terms.extend(amount_terms(features, params, times=2, premium=0.10, size=0.10))
    if len(features.structure_strikes) >= MANY_STRIKES:
        terms.append(Term(0.05, f"{MANY_STRIKES} strikes or more"))
    terms.extend(z_term(features, params, 0.05))
    terms.extend(resolved_term(features, params))
    return terms
