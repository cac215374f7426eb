"""Whether a packet may become a parent event: floors by security type, and evidence limits."""

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

from flow.domain.units import MICROS
from signals.engine.classifiers.shared import ClassifierParams
from signals.engine.parameter import Tuned

_USD = ("USD", 0, 1_000_000_000)
FLOORS = {"etf": "eligible_etf_min_premium_usd", "index": "eligible_index_min_premium_usd"}


@dataclass(frozen=True, kw_only=True)
class EventParams(ClassifierParams):
    """Floors and evidence limits of parent events. Source: errata 2 and 3, spec 11.2, 13.5."""

    eligible_min_premium_usd: Annotated[
        int, Tuned(*_USD, "Least premium of an event in a single name", "errata 2")
    ] = 10_000
    eligible_etf_min_premium_usd: Annotated[
        int, Tuned(*_USD, "Least premium of an event in an ETF", "errata 2")
    ] = 50_000
    eligible_index_min_premium_usd: Annotated[
        int, Tuned(*_USD, "Least premium of an event in an index", "errata 2")
    ] = 100_000
    eligible_min_size: Annotated[
        int, Tuned("contracts", 1, 100_000, "Least size of an event", "errata 2")
    ] = 10
    abstain_min_coverage: Annotated[
        float, Tuned("ratio", 0, 1, "Less quote coverage declines", "spec 13.5, errata 3")
    ] = 0.35
    abstain_max_stale_ratio: Annotated[
        float, Tuned("ratio", 0, 1, "This share of stale quotes declines", "spec 13.5, errata 3")
    ] = 0.5
    abstain_min_evidence_quality: Annotated[
        float, Tuned("ratio", 0, 1, "Less evidence quality declines", "spec 13.5")
    ] = 0.55
    inside_min_ratio: Annotated[
        float, Tuned("ratio", 0, 1, "Share inside the spread that looks like a cross", "spec 11.2")
    ] = 0.7
    inside_max_signed_share: Annotated[
        float, Tuned("ratio", 0, 1, "Unless this share of size took a side", "spec 11.2")
    ] = 0.35

    def floor_micros(self, security_type: str) -> int:
        """Return the least premium of an event in micro-dollars."""
        return self._floors_micros.get(security_type, self._floors_micros[""])

    @cached_property
    def _floors_micros(self) -> dict[str, int]:
        """Return the floors by security type, that of any other under the empty text."""
        return {kind: getattr(self, floor_key(kind)) * MICROS for kind in (*FLOORS, "")}


def floor_key(security_type: str) -> str:
    """Return which parameter is the least premium of an event, by security type."""
    return FLOORS.get(security_type, "eligible_min_premium_usd")


def event_gate(
    premium_micros: int | None, size: int, security_type: str, params: EventParams
) -> str | None:
    """Return why a packet becomes no event, None if it may.

    Missing: an unknown premium (adjusted deliverable) is a reason of its own.
    Source: errata 2; adjusted roots by options-engine.md 3.3.
    """
    if premium_micros is None:
        return "premium_unknown"
    if premium_micros < params.floor_micros(security_type):
        return "insufficient_premium"
    return "insufficient_size" if size < params.eligible_min_size else None
