"""Rolls: one right in two expiries on opposite sides and in equal size. Only a hypothesis."""

from signals.engine.classifiers.activity import (
    ActivityParams,
    amount_terms,
    floors,
    is_sizeable,
    usual,
)
from signals.engine.classifiers.shared import Sentence, Term, Verdict, lean_of, silent
from signals.engine.classifiers.structure import (
    fire_structure,
    opening,
    resolved_term,
    sides,
    structure_refusal,
)
from signals.engine.explain import counted, number, price, sentence
from signals.engine.features import Features

ROLL = "roll_up_down_out"
CAP = 0.85
FAR_OUT_DAYS = 7  # source: options-engine.md 12.3


def judge_roll(features: Features, label: str, params: ActivityParams) -> Verdict:
    """Judge whether a calendar or diagonal looks like a position moved to a later expiry.

    Neutral as calendars and diagonals are (9.4): the same legs open a new spread just as well.
    Missing: minute bars and an unknown premium abstain.
    Source: options-engine.md 9.4 (roll_consistent), 12.3 and 12.5; errata 5, 6 and 40.
    """
    reason = structure_refusal(features, ("calendar", "diagonal"))
    if reason:
        return silent(ROLL, reason)
    if not features.roll_consistent:
        return silent(ROLL, "unknown_sides" if 0 in features.structure_signs else "unequal_sizes")
    if not is_sizeable(features, params):
        return silent(ROLL, "small")
    sentences = (
        *opening(features, label, "a position rolled to a later expiry"),
        _way(features),
        floors(features, params, "either suffices"),
        usual(features, params, is_counted=False),
        sides(features, params),
    )
    direction = lean_of(features, params)
    return fire_structure(
        ROLL, direction, features, terms=_terms(features, params), cap=CAP, sentences=sentences
    )


def _terms(features: Features, params: ActivityParams) -> list[Term]:
    terms = [Term(0.50, "two expiries in equal size")]
    terms.extend(amount_terms(features, params, times=2, premium=0.10, size=0.05))
    if features.roll_strike_delta:
        terms.append(Term(0.05, "to another strike"))
    if (features.roll_expiry_days_delta or 0) >= FAR_OUT_DAYS:
        terms.append(Term(0.05, f"{FAR_OUT_DAYS} days out or more"))
    terms.extend(resolved_term(features, params))
    return terms


def _way(features: Features) -> Sentence:
    """Say from where to where, and the flavour: up and out, down and out, or out."""
    delta = features.roll_strike_delta or 0.0
    flavour = "up and out" if delta > 0 else "down and out" if delta < 0 else "out"
    return sentence(
        f"From {features.roll_from_expiry} at {price(features.roll_from_strike or 0)} to "
        f"{features.roll_to_expiry} at {price(features.roll_to_strike or 0)}: {flavour}, "
        f"{number(delta)} in strike and {counted(features.roll_expiry_days_delta or 0, 'day')}. A "
        "tape cannot show whether a position stood there before.",
        features,
        (
            "roll_from_expiry", "roll_from_strike", "roll_to_expiry", "roll_to_strike",
            "roll_strike_delta", "roll_expiry_days_delta",
        ),
    )  # fmt: skip
