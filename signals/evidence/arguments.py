"""What speaks for the best hypothesis of an event and what against it, read or declined."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from signals.engine.classifiers.follow_through import NO_FOLLOW_THROUGH
from signals.engine.doubts import against
from signals.engine.features import Features
from signals.engine.params import PARAMETERS, Params
from signals.evidence.sources import Sources

Stored = Mapping[str, Any]

# Rules whose firing contradicts the reading that they speak of.
AGAINST_RULES = {NO_FOLLOW_THROUGH}


@dataclass(frozen=True, slots=True)
class Arguments:
    """Both sides as stored sentences, in the order in which an alert stores them."""

    support: list[Stored] = field(default_factory=list)
    doubt: list[Stored] = field(default_factory=list)

    @property
    def cited(self) -> set[str]:
        """Return the thresholds that sentences of either side are held against."""
        return {key for item in [*self.support, *self.doubt] for key in item.get("thresholds", ())}


def arguments_of(found: Sources) -> Arguments:
    """Return both sides of an event; none where a packet became no event, or is taken back."""
    sides = Arguments()
    if found.event is None or not found.event.scores:
        return sides
    best = found.event.scores[0]
    reasons = [_said(item, points=item["contribution"]) for item in best["reasons"]]
    (sides.doubt if best["pin"] else sides.support).extend(reasons)
    sides.doubt.extend(_said(item, penalty=item["value"]) for item in best["penalties"])
    sides.doubt.extend(_doubts(found))
    for rule, item in _rules(found):
        (sides.doubt if rule in AGAINST_RULES else sides.support).append(item)
    return sides


def _said(item: Stored, **numbers: float) -> Stored:
    return {**item, "values": item["values"] | numbers}


def _rules(found: Sources) -> Iterator[tuple[str, Stored]]:
    for hit in found.hits:
        for item in hit.explanations:
            yield hit.classifier_id, {**item, "rule": hit.classifier_id}


def _doubts(found: Sources) -> list[Stored]:
    """Return what the packet's own features say against any reading, under its revision."""
    known = {parameter.key for parameter in PARAMETERS}
    params = Params(**{key: value for key, value in found.tuning.items() if key in known})
    names = set(Features.__struct_fields__)
    told = {key: value for key, value in found.packet.features.items() if key in names}
    return list(against(Features(**told), params))
