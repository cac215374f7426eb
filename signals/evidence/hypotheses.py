"""The six hypotheses beside each other: what each scores, for what, and what speaks against it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from signals.engine.profiles.readings import READINGS
from signals.panels import DIRECTIONS, family_of


@dataclass(frozen=True, slots=True)
class Reason:
    """One addend of a hypothesis, or one doubt that lowers it."""

    code: str
    points: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """One way to read a packet: points of 100, never a probability."""

    family: str
    name: str
    direction: str
    score: str
    raw: str
    is_lead: bool
    reasons: list[Reason]
    penalties: list[Reason]
    pin: str


def hypotheses_of(event: Any) -> list[Hypothesis]:
    """Return every hypothesis of an event, the best first; none for a packet without event."""
    if event is None:
        return []
    return [_hypothesis(score, event.primary_profile) for score in event.scores]


def _hypothesis(score: Mapping[str, Any], lead: str | None) -> Hypothesis:
    profile = score["profile_id"]
    return Hypothesis(
        family=family_of(profile)[0],
        name=READINGS.get(profile, profile),
        direction=DIRECTIONS.get(score["direction"], score["direction"]),
        score=f"{100 * score['score']:.0f}",
        raw=f"{100 * score['raw']:.0f}",
        is_lead=profile == lead,
        reasons=[_reason(item, item["contribution"]) for item in score["reasons"]],
        penalties=[_reason(item, -item["value"]) for item in score["penalties"]],
        pin=(score["pin"] or "").replace("_", " "),
    )


def _reason(item: Mapping[str, Any], value: float) -> Reason:
    return Reason(item["code"].replace("_", " "), f"{100 * value:+.1f}", item["text"])
