"""The parent event of one packet: whether it may become one, and what it reads as or why not.

Profiles come in step 2; until then an event rests on the rule classifiers alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from flow.domain.units import MICROS
from signals.engine.case import Case
from signals.engine.classifiers.shared import ClassifierParams, Verdict
from signals.engine.features import Features, rounded
from signals.engine.parameter import Tuned
from signals.engine.records import SmartMoneyEvent

_USD = ("USD", 0, 1_000_000_000)


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
        floors = {
            "etf": self.eligible_etf_min_premium_usd,
            "index": self.eligible_index_min_premium_usd,
        }
        return floors.get(security_type, self.eligible_min_premium_usd) * MICROS


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


def evidence_quality(features: Features, *, has_underlying: bool) -> float:
    """Return how far the evidence carries, 0 to 1.

    Source: options-engine.md 16.2, stale by errata 3, seven completeness fields by errata 48.
    """
    present = (
        (features.premium_usd or 0) > 0,
        features.total_size > 0,
        features.coverage > 0,
        True,  # a packet always knows its contract
        has_underlying,
        features.underlying_mid is not None,
        features.dte_days is not None,
    )
    completeness = sum(present) / len(present)
    quality = 0.55 * features.coverage + 0.30 * (1 - features.stale_ratio) + 0.15 * completeness
    return rounded(min(1.0, max(0.0, quality)), 4)


def suppressions(features: Features, params: EventParams) -> tuple[str, ...]:
    """Return what speaks against reading the packet at face value (options-engine.md 11.2)."""
    inside = features.inside_ratio
    found = {
        "special_print_or_complex_context": features.special_size_ratio >= params.special_min_ratio,
        "stale_or_missing_quote_context": _is_unquoted(features, params),
        "inside_market_or_cross_like_execution": (
            features.granularity == "tick"  # a bar's one price tells no side
            and inside is not None
            and inside >= params.inside_min_ratio
            and features.signed_share < params.inside_max_signed_share
        ),
    }
    return tuple(reason for reason, holds in found.items() if holds)


def abstentions(
    features: Features, quality: float, verdicts: Sequence[Verdict], params: EventParams
) -> tuple[str, ...]:
    """Return why an event declines to be read, empty if it does not.

    Source: options-engine.md 13.5; errata 3. Without profiles nothing reads a packet but the rules.
    """
    found = {
        "stale_or_missing_quote_context": _is_unquoted(features, params),
        "insufficient_evidence": quality < params.abstain_min_evidence_quality,
        "no_rule_fired": not any(verdict.fired for verdict in verdicts),
    }
    return tuple(reason for reason, holds in found.items() if holds)


def _is_unquoted(features: Features, params: EventParams) -> bool:
    return (
        features.coverage < params.abstain_min_coverage
        or features.stale_ratio >= params.abstain_max_stale_ratio
    )


def build_event(case: Case, verdicts: Sequence[Verdict], *, ordinal: int) -> SmartMoneyEvent:
    """Build the parent event of one eligible packet."""
    packet, features, params = case.packet, case.features, case.params
    quality = evidence_quality(features, has_underlying=bool(packet.underlying))
    reasons = abstentions(features, quality, verdicts, params)
    return SmartMoneyEvent(
        uid=case.uid("smart_money_event"),
        ts=packet.end_ts,
        cause_seq=packet.cause_seq,
        ordinal=ordinal,
        packet_uid=packet.uid,
        packet_ts=packet.ts,
        contract=packet.contract,
        underlying=packet.underlying,
        tuning_revision=packet.tuning_revision,
        event_kind="single_leg_event",
        direction="unknown" if reasons else direction_of(verdicts),
        primary_profile=None,
        abstained=bool(reasons),
        abstain_reasons=reasons,
        suppressed_reasons=suppressions(features, params),
        scores=[],
        features=packet.features | {"rules": [_told(verdict) for verdict in verdicts]},
        evidence_quality=quality,
    )


def direction_of(verdicts: Sequence[Verdict]) -> str:
    """Return what the fired rules agree on: one side, neutral, or mixed where they contradict."""
    sides = {verdict.direction for verdict in verdicts if verdict.fired} - {"neutral"}
    if not sides:
        return "neutral"
    return sides.pop() if len(sides) == 1 else "mixed"


def _told(verdict: Verdict) -> dict[str, Any]:
    return {
        "classifier_id": verdict.classifier_id,
        "fired": verdict.fired,
        "confidence": verdict.confidence if verdict.fired else None,
        "reason": verdict.reason or None,
    }
