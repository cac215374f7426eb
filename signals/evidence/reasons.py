"""Why a packet declines and what is suppressed in it: one clause per reason, with its numbers."""

from collections.abc import Callable
from typing import Any

from signals.engine.gate import floor_key
from signals.engine.judgement import OWN_FLOORS
from signals.engine.profiles.readings import READINGS
from signals.evidence.floors import shown
from signals.evidence.sources import Sources

_SECURITIES = {"etf": "an ETF", "index": "an index"}


def declines_of(found: Sources) -> list[str]:
    """Return why there is no alert, in the engine's order; nothing for a read."""
    if found.event is not None:
        return [clause(reason, found) for reason in found.event.abstain_reasons]
    gate = found.packet.features["event_gate"]
    return [clause(gate, found)] if gate else []


def suppressions_of(found: Sources) -> list[str]:
    """Return what speaks against taking the packet at face value."""
    if found.event is None:
        return []
    return [clause(reason, found) for reason in found.event.suppressed_reasons]


def clause(reason: str, found: Sources) -> str:
    """Return one reason with the numbers that decided; one of an older engine as it is named."""
    told = _CLAUSES.get(reason)
    return told(found) if told else reason.replace("_", " ")


def _of(found: Sources, key: str) -> str:
    return shown(key, found.tuning.get(key))


def _feature(found: Sources, name: str, key: str) -> str:
    """Return a feature in the unit of the limit that it is held against."""
    return shown(key, found.packet.features[name] or 0)


def _unquoted(found: Sources) -> str:
    coverage = _feature(found, "coverage", "abstain_min_coverage")
    stale = _feature(found, "stale_ratio", "abstain_max_stale_ratio")
    return (
        f"quotes cover {coverage} of the size and {stale} are stale; less than "
        f"{_of(found, 'abstain_min_coverage')}, or {_of(found, 'abstain_max_stale_ratio')} stale "
        "and more, declines"
    )


def _low_quality(found: Sources) -> str:
    key = "abstain_min_evidence_quality"
    quality = shown(key, found.event.evidence_quality)
    return f"the evidence quality is {quality}; the least is {_of(found, key)}"


def _low_score(found: Sources) -> str:
    key = "abstain_min_score"
    return (
        f"no hypothesis reaches the least score: the best, {_scored(found.event.scores[0])}; the "
        f"least is {_of(found, key)}"
    )


def _low_for_its_kind(found: Sources) -> str:
    best = found.event.scores[0]
    key = OWN_FLOORS[best["profile_id"]]
    return (
        f"the best hypothesis does not reach the floor of its own: {_scored(best)}; the least is "
        f"{_of(found, key)}"
    )


def _conflict(found: Sources) -> str:
    key, (one, other) = "abstain_min_margin", found.event.scores[:2]
    lead = shown(key, found.event.features.get("margin"))
    return (
        f"the two best hypotheses contradict each other: {_scored(one)}, {one['direction']}, and "
        f"{_scored(other)}, {other['direction']}; the lead is {lead}, the least {_of(found, key)}"
    )


def _scored(score: dict[str, Any]) -> str:
    name = READINGS.get(score["profile_id"], score["profile_id"])
    return f"{name}, has {shown('abstain_min_score', score['score'])}"


def _low_premium(found: Sources) -> str:
    kind = found.packet.features["security_type"]
    key, where = floor_key(kind), _SECURITIES.get(kind, "a single name")
    premium = _feature(found, "premium_usd", key)
    return f"{premium} of premium; the least of an event in {where} is {_of(found, key)}"


def _small(found: Sources) -> str:
    size = _feature(found, "total_size", "eligible_min_size")
    return f"{size}; the least of an event is {_of(found, 'eligible_min_size')}"


def _special(found: Sources) -> str:
    key = "special_min_ratio"
    share = _feature(found, "special_size_ratio", key)
    return (
        f"special or package prints make up {share} of the size; {_of(found, key)} and more count"
    )


def _inside(found: Sources) -> str:
    inside = _feature(found, "inside_ratio", "inside_min_ratio")
    signed = _feature(found, "signed_share", "inside_max_signed_share")
    return (
        f"executed inside the market, as crosses are: {inside} of the quoted size, from "
        f"{_of(found, 'inside_min_ratio')} on, while {signed} took a side, less than "
        f"{_of(found, 'inside_max_signed_share')}"
    )


_CLAUSES: dict[str, Callable[[Sources], str]] = {
    "stale_or_missing_quote_context": _unquoted,
    "insufficient_evidence": _low_quality,
    "below_score_floor": _low_score,
    "below_profile_floor": _low_for_its_kind,
    "conflicting_evidence": _conflict,
    "cancelled": lambda _: "its prints were cancelled",
    "special_print_or_complex_context": _special,
    "inside_market_or_cross_like_execution": _inside,
    "premium_unknown": lambda _: "the premium is not known: what is delivered was adjusted",
    "insufficient_premium": _low_premium,
    "insufficient_size": _small,
}
