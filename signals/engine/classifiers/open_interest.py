"""What open interest says of a packet: positions that are likely new, or likely closed."""

from dataclasses import dataclass
from typing import Annotated

from signals.engine import explain, explain_rules
from signals.engine.classifiers.shared import (
    ClassifierParams,
    Sentence,
    Term,
    Verdict,
    fire,
    silent,
)
from signals.engine.explain import number, percent, sentence
from signals.engine.features import Features
from signals.engine.parameter import Tuned

NEW_POSITION, CLOSING = "new_position_likely", "closing_unwind_likely"
# Confidences of both are guesses: options-engine.md 12.6 gives conditions only.
NEW_CAP, CLOSING_CAP = 0.60, 0.60


@dataclass(frozen=True, kw_only=True)
class ClosingParams(ClassifierParams):
    """Threshold of the closing rule. Source: options-engine.md 12.6 (PROPOSED)."""

    closing_min_drop_ratio: Annotated[
        float,
        Tuned("ratio", 0.01, 1, "Least next-day drop of open interest per size", "spec 12.6"),
    ] = 0.25


def judge_new_position(features: Features, label: str, params: ClassifierParams) -> Verdict:
    """Judge whether a packet is too large, or its contract too busy, for old positions only.

    Whoever closes needs a position that existed: what traded today beyond the open interest was,
    in part, opened today. Sides play no part, so minute bars may fire.
    Shape: `open_interest` is the one valid on the trade date, `day_volume_before` what this log
    holds of the day in this contract before the packet.
    Missing: an unknown open interest abstains.
    Source: options-engine.md 12.6 (both conditions).
    """
    open_interest, before = features.open_interest, features.day_volume_before
    if open_interest is None:
        return silent(NEW_POSITION, "needs_open_interest")
    exceeds = features.total_size > open_interest + before
    if not exceeds and before <= open_interest:
        return silent(NEW_POSITION, "within_open_interest")
    terms = [Term(0.45, "more traded than stood open")]
    if exceeds:
        terms.append(Term(0.15, "by this packet alone"))
    sentences = (
        explain.pattern(features, label, "positions that are, in part, new"),
        _volume(features, exceeds=exceeds),
        explain_rules.baseline(features, {}, params.z_min_samples),
        explain.aggressor_mix(features, params),
    )
    return fire(NEW_POSITION, "neutral", terms, NEW_CAP, sentences)


def _volume(features: Features, *, exceeds: bool) -> Sentence:
    size = f"{number(features.total_size)} contracts"
    before = f"{number(features.day_volume_before)} that traded before it today"
    stood = f"open interest of {number(features.open_interest or 0)}"
    text = f"The {before} exceed the {stood}; this packet adds {size}."
    if exceeds:
        text = f"{size} exceed the {stood} and the {before} together."
    return sentence(text, features, ("total_size", "open_interest", "day_volume_before"))


def judge_closing(
    features: Features,
    label: str,
    params: ClosingParams,
    *,
    next_open_interest: int | None = None,
) -> Verdict:
    """Judge whether open interest fell overnight by enough of a packet's size.

    Missing: the engine itself never knows the next day, so there it abstains; an evaluation that
    runs later passes `next_open_interest`. An unknown open interest of the trade date abstains.
    Source: options-engine.md 12.6 (batch only).
    """
    if next_open_interest is None:
        return silent(CLOSING, "needs_next_day_open_interest")
    if features.open_interest is None:
        return silent(CLOSING, "needs_open_interest")
    drop = features.open_interest - next_open_interest
    if drop < params.closing_min_drop_ratio * features.total_size:
        return silent(CLOSING, "open_interest_held")
    terms = [Term(0.45, "open interest fell")]
    if drop >= features.total_size:
        terms.append(Term(0.15, "by the packet's size or more"))
    sentences = (
        explain.pattern(features, label, "positions that were closed"),
        _fall(features, next_open_interest, params),
        explain.aggressor_mix(features, params),
    )
    return fire(CLOSING, "neutral", terms, CLOSING_CAP, sentences)


def _fall(features: Features, next_open_interest: int, params: ClosingParams) -> Sentence:
    found = sentence(
        f"Open interest fell from {number(features.open_interest or 0)} to "
        f"{number(next_open_interest)} by the next day, against {number(features.total_size)} "
        f"contracts here (counted from {percent(params.closing_min_drop_ratio)} of them).",
        features,
        ("open_interest", "total_size"),
        closing_min_drop_ratio=params.closing_min_drop_ratio,
    )
    found["values"]["next_open_interest"] = next_open_interest
    return found
