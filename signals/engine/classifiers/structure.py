"""What the rules of structures share: when they are asked, what an inference leaves, sentences."""

from collections.abc import Sequence

from signals.engine import explain
from signals.engine.classifiers.shared import (
    RESOLVED,
    ClassifierParams,
    Sentence,
    Term,
    Verdict,
    aggressor_term,
    fire,
    first_reason,
)
from signals.engine.direction import Direction
from signals.engine.explain import dollars, number, percent, sentence
from signals.engine.features import Features

_SIDES = {1: "long", -1: "short", 0: "side not known"}


def structure_refusal(features: Features, types: tuple[str, ...]) -> str:
    """Return why a rule for these types is not for this packet, empty if it is.

    Missing: minute bars hold no packages; an unknown premium (an adjusted deliverable) abstains.
    """
    return first_reason(
        (
            (features.structure_type not in types, "other_structure"),
            (features.granularity == "minute", "needs_ticks"),
            (features.premium_usd is None, "needs_premium"),
        )
    )


def fire_structure(
    classifier_id: str,
    direction: Direction,
    features: Features,
    *,
    terms: Sequence[Term],
    cap: float,
    sentences: Sequence[Sentence],
) -> Verdict:
    """Return the verdict of a structure rule: the table's value, times 0.6 if it is inferred.

    Source: errata 40; `structure_confidence` carries the factor (options-engine.md 9.4).
    """
    confidence = features.structure_confidence
    factor = 1.0 if confidence is None else confidence
    return fire(classifier_id, direction, terms, cap, sentences, factor=factor)


def resolved_term(features: Features, params: ClassifierParams) -> list[Term]:
    """Return the AGG adjustment of a structure: its ratio is the share of size whose leg is signed.

    Source: options-engine.md 12.3; errata 6 and 40.
    """
    term = aggressor_term(features.coverage, features.signed_share, params, RESOLVED)
    return [term] if term else []


def opening(features: Features, label: str, reading: str) -> tuple[Sentence, ...]:
    """Say what was seen, and of which legs it is made."""
    return (explain.pattern(features, label, reading), legs(features))


def legs(features: Features) -> Sentence:
    """Say the legs with their sizes and sides, their net price, and what ties them together."""
    parts = [
        f"{contract} {number(size)} {_SIDES[sign]}"
        for contract, size, sign in zip(
            features.structure_contracts,
            features.structure_leg_sizes,
            features.structure_signs,
            strict=True,
        )
    ]
    tie = "put together from time, venue, size and side"
    if not features.structure_inferred:
        tie = "flagged as one package by the tape"
    return sentence(
        f"{number(features.structure_legs)} legs, {tie}: {', '.join(parts)}{_net(features)}.",
        features,
        (
            "structure_type", "structure_inferred", "structure_legs", "structure_contracts",
            "structure_leg_sizes", "structure_signs", "structure_net_debit_usd",
        ),
    )  # fmt: skip


def _net(features: Features) -> str:
    net = features.structure_net_debit_usd
    if net is None:
        return "; whether a net debit or a net credit cannot be told"
    return f"; net {'credit' if net < 0 else 'debit'} {dollars(abs(net))}"


def sides(features: Features, params: ClassifierParams) -> Sentence:
    """Say how much of the size stands in legs whose side is known, or that nothing can be said."""
    if not features.covered_size:
        return sentence(
            "No quote coverage: the sides of the legs rest on nothing quoted.",
            features,
            ("covered_size",),
        )
    least, known = params.min_nbbo_coverage, params.min_aggressor_ratio
    return sentence(
        f"The side is known of legs with {percent(features.signed_share, known)} of the size; "
        f"quotes cover {percent(features.coverage, least)} (counted from {percent(least)} "
        f"coverage and {percent(known)} known).",
        features,
        ("signed_share", "coverage"),
        min_nbbo_coverage=params.min_nbbo_coverage,
        min_aggressor_ratio=params.min_aggressor_ratio,
    )


def leg_lean(features: Features, direction: Direction) -> Sentence:
    """Say which way the sides of the legs lean."""
    told = f"consistent with a {direction} reading"
    if direction == "neutral":
        told = "no direction is told"
    return sentence(
        f"By the type and the sides of its legs: {told}.",
        features,
        ("structure_type", "structure_signs", "structure_direction"),
    )
