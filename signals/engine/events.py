"""The parent event of one eligible packet: which reading leads, by how much, or why it declines."""

from collections.abc import Sequence
from typing import Any

from signals.engine.case import Case
from signals.engine.classifiers.shared import Verdict
from signals.engine.judgement import Band, Judgement, band_of
from signals.engine.profiles.shared import ProfileScore
from signals.engine.quality import suppressions
from signals.engine.records import SmartMoneyEvent


def build_event(
    case: Case,
    verdicts: Sequence[Verdict],
    judgement: Judgement,
    flow: dict[str, Any],
    *,
    quality: float,
    ordinal: int,
) -> SmartMoneyEvent:
    """Build the parent event of one eligible packet.

    Shape: `features` holds what the packet's own features do not: the answer of every rule, the
    lead of the best reading, and the flow of the underlying around it.
    Source: options-engine.md 2.5, 13.5; errata 34.
    """
    lead, reasons = judgement.primary, judgement.abstain_reasons
    features: dict[str, Any] = {
        "rules": [_told(verdict) for verdict in verdicts],
        "band": judgement.band,
        "margin": judgement.margin,
        "alternatives": list(judgement.alternatives),
    }
    if flow:
        features["flow"] = flow
    return _event(
        case,
        ordinal,
        direction=lead.direction if lead else "unknown",
        primary_profile=lead.profile_id if lead else None,
        abstained=lead is None,
        abstain_reasons=reasons,
        suppressed_reasons=suppressions(case.features, case.params),
        scores=_scores(judgement, case),
        features=features,
        evidence_quality=quality,
    )


def withdraw_event(case: Case, reason: str, *, ordinal: int) -> SmartMoneyEvent:
    """Build the revision of an event whose packet a cancel left below the floors, or empty."""
    return _event(
        case,
        ordinal,
        direction="unknown",
        primary_profile=None,
        abstained=True,
        abstain_reasons=(reason,),
        suppressed_reasons=(),
        scores=[],
        features={},
        evidence_quality=0.0,
    )


def _event(case: Case, ordinal: int, **told: Any) -> SmartMoneyEvent:
    packet = case.packet
    several = bool(case.features.structure_type)
    return SmartMoneyEvent(
        uid=case.uid("smart_money_event"),
        rev=packet.rev,
        ts=packet.end_ts,
        cause_seq=packet.cause_seq,
        ordinal=ordinal,
        packet_uid=packet.uid,
        packet_ts=packet.ts,
        contract=packet.contract,
        underlying=packet.underlying,
        tuning_revision=packet.tuning_revision,
        event_kind="multi_leg_event" if several else "single_leg_event",
        **told,
    )


def _told(verdict: Verdict) -> dict[str, Any]:
    return {
        "classifier_id": verdict.classifier_id,
        "fired": verdict.fired,
        "confidence": verdict.confidence if verdict.fired else None,
        "reason": verdict.reason or None,
    }


def _scores(judgement: Judgement, case: Case) -> list[dict[str, Any]]:
    """Return every hypothesis, best first; only the first one's band knows of a thin lead."""
    best, *others = judgement.scores
    return [
        _scored(best, judgement.band),
        *[_scored(each, band_of(each.score, case.params, is_capped=False)) for each in others],
    ]


def _scored(score: ProfileScore, band: Band) -> dict[str, Any]:
    """Return one hypothesis as it is stored: a score, no probability until it is calibrated."""
    return {
        "profile_id": score.profile_id,
        "score": score.score,
        "raw": score.raw,
        "band": band,
        "direction": score.direction,
        "pin": score.pin,
        "reasons": [
            {
                "code": term.code,
                "contribution": term.points,
                "text": term.text,
                "values": term.values,
                "thresholds": term.limits,
            }
            for term in score.terms
        ],
        "penalties": [
            {
                "code": penalty.code,
                "value": penalty.value,
                "text": penalty.text,
                "values": penalty.values,
                "thresholds": penalty.limits,
            }
            for penalty in score.penalties
        ],
        "calibrated_probability": None,
        "calibration_version": None,
    }
