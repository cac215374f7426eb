"""What decides a read and what rules are held against: each value of a packet beside its limit.

Rules never raise or hold back an alert (DECISIONS 9), so their floors stand apart.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flow.templatetags import flow_format as fmt
from signals.engine.direction import LEANS
from signals.engine.explain import number
from signals.engine.gate import floor_key
from signals.engine.judgement import OWN_FLOORS
from signals.engine.params import PARAMETERS
from signals.evidence.sources import Sources

_UNITS = {parameter.key: parameter.unit for parameter in PARAMETERS}
# A rule's value, its limit, and what people call the pair.
_RULES = (
    ("premium_usd", "sweep_min_premium_usd", "premium of a sweep"),
    ("count", "sweep_min_count", "prints of a sweep"),
    ("buy_raw", "min_aggressor_ratio", "share at the ask"),
    ("sell_raw", "min_aggressor_ratio", "share at the bid"),
    ("premium_usd", "spike_min_premium_usd", "premium of a spike"),
    ("total_size", "spike_min_size", "size of a spike"),
)
UNSTORED = "a limit that is not stored"


@dataclass(frozen=True, slots=True)
class Floor:
    """A value beside its limit: how far the packet is from being read another way."""

    name: str
    value: str
    limit: str
    margin: str
    key: str
    passed: bool


def deciding_floors(found: Sources) -> list[Floor]:
    """Return what an alert needs: what fails in the order of the engine, then the nearest.

    Source: options-engine.md 11.2, 13.2, 13.5; errata 2 and 3.
    """
    return _ordered([*_gate(found), *_judged(found)])


def rule_floors(found: Sources) -> list[Floor]:
    """Return the limits of the rules for one contract, whether or not they fired, nearest first."""
    features = found.packet.features
    if features["structure_type"]:
        return []
    pairs = [_pair(name, features[value_key], found.tuning, key) for value_key, key, name in _RULES]
    return [floor for _, floor in sorted(_known(pairs), key=lambda pair: abs(pair[0]))]


_Pair = tuple[float, Floor]


def _gate(found: Sources) -> Iterator[_Pair | None]:
    """Yield the floors that make a packet an event."""
    features, tuning = found.packet.features, found.tuning
    yield _pair("premium", features["premium_usd"], tuning, floor_key(features["security_type"]))
    yield _pair("size", features["total_size"], tuning, "eligible_min_size")


def _judged(found: Sources) -> Iterator[_Pair | None]:
    """Yield the floors that make an event an alert."""
    event, features, tuning = found.event, found.packet.features, found.tuning
    if event is None or not event.scores:
        return
    yield _pair("best hypothesis", event.scores[0]["score"], tuning, "abstain_min_score")
    own = OWN_FLOORS.get(event.scores[0]["profile_id"], "")
    yield _pair("best hypothesis, for its kind", event.scores[0]["score"], tuning, own)
    yield _pair("quote coverage", features["coverage"], tuning, "abstain_min_coverage")
    yield _pair(
        "stale quotes", features["stale_ratio"], tuning, "abstain_max_stale_ratio", is_least=False
    )
    yield _pair("evidence quality", event.evidence_quality, tuning, "abstain_min_evidence_quality")
    if contradicts(event.scores):
        margin = event.features.get("margin")
        yield _pair("lead over the opposite", margin, tuning, "abstain_min_margin")


def contradicts(scores: list[dict[str, Any]]) -> bool:
    """Return whether the two best hypotheses lean in opposite directions: then the lead decides."""
    leans = {score["direction"] for score in scores[:2]}
    return leans == set(LEANS)


def _pair(
    name: str, value: Any, tuning: Mapping[str, Any], key: str, *, is_least: bool = True
) -> _Pair | None:
    """Return how far a value is above its limit, and both in words; None where one is missing."""
    limit = tuning.get(key)
    if value is None or not limit:
        return None
    margin = value / limit - 1
    passed = value >= limit if is_least else value < limit
    away = fmt.percent(abs(margin)) + (" above" if margin > 0 else " below")
    words = "at the limit" if value == limit else away
    limit_words = shown(key, limit) if is_least else f"less than {shown(key, limit)}"
    return margin, Floor(name, shown(key, value), limit_words, words, key, passed)


def _known(pairs: list[_Pair | None]) -> list[_Pair]:
    return [pair for pair in pairs if pair is not None]


def _ordered(pairs: list[_Pair | None]) -> list[Floor]:
    ordered = sorted(_known(pairs), key=lambda pair: abs(pair[0]) if pair[1].passed else -1)
    return [floor for _, floor in ordered]


def shown(key: str, value: Any) -> str:
    """Return a value as exact as its limit is held, in the unit of the limit's parameter."""
    if value is None:
        return UNSTORED
    unit = _UNITS[key]
    if unit == "USD":
        return f"${value:,.0f}" if value == int(value) else f"${value:,.2f}"
    if unit == "ratio":
        return f"{number(round(100 * value, 2))} %"
    if unit == "score":
        return f"{number(round(100 * value, 2))} points"
    return f"{number(value)} {unit}"
