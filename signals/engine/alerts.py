"""The alert of an event that does not decline: its score, severity, and one chain per minute."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec

from signals.engine import explain
from signals.engine.case import Case
from signals.engine.classifiers.shared import ClassifierParams, Verdict
from signals.engine.doubts import against
from signals.engine.features import Features
from signals.engine.parameter import Tuned
from signals.engine.profiles.readings import READINGS
from signals.engine.profiles.shared import Penalty, ProfileScore, Term
from signals.engine.records import Alert, SmartMoneyEvent
from signals.engine.rounding import rounded

_WEIGHT = ("ratio", 0, 1)
_POINTS = ("points", 0, 100)
_SPEC = "spec 14.2"
PREMIUM_FROM_USD, PREMIUM_DECADES = 10_000, 3  # 10 thousand is 0, 10 million is 1
FULL_Z = 6  # a robust z from here on is as unusual as it counts


@dataclass(frozen=True, kw_only=True)
class AlertParams(ClassifierParams):
    """Weights, severity and repetition. Source: options-engine.md 14.2, errata 34."""

    alert_premium_weight: Annotated[float, Tuned(*_WEIGHT, "Weight of the premium", _SPEC)] = 0.40
    alert_confidence_weight: Annotated[
        float, Tuned(*_WEIGHT, "Weight of the confidence", _SPEC)
    ] = 0.30
    alert_evidence_weight: Annotated[
        float, Tuned(*_WEIGHT, "Weight of the evidence quality", _SPEC)
    ] = 0.15
    alert_unusual_weight: Annotated[
        float, Tuned(*_WEIGHT, "Weight of how unusual it is", _SPEC)
    ] = 0.15
    alert_cold_unusual: Annotated[
        float, Tuned(*_WEIGHT, "How unusual it counts while no baseline is ready", _SPEC)
    ] = 0.25
    alert_high_min_score: Annotated[int, Tuned(*_POINTS, "High severity from here", _SPEC)] = 75
    alert_medium_min_score: Annotated[int, Tuned(*_POINTS, "Medium severity from here", _SPEC)] = 50
    alert_suppressed_max_score: Annotated[
        int, Tuned(*_POINTS, "Highest score with a suppression", _SPEC)
    ] = 74
    alert_dedupe_window_s: Annotated[
        int, Tuned("s", 0, 600, "One alert per underlying, reading and direction", _SPEC)
    ] = 60
    alert_supersede_min_points: Annotated[
        int, Tuned(*_POINTS, "A better one within the window replaces it from here", _SPEC)
    ] = 5


MAX_DEDUPE_WINDOW_US = 600_000_000


class Chain(msgspec.Struct, array_like=True):
    """One running series of equal alerts. The window counts from its first emission.

    `link_count` counts the links of the open alert, so that each merged event gets its own place.
    """

    start_ts: int
    open_uid: bytes
    open_ts: int
    score: int
    link_count: int


class Score(msgspec.Struct, frozen=True):
    """The score with the sum that made it."""

    points: int
    severity: str
    breakdown: list[dict[str, Any]]


def score_alert(
    premium_usd: float, confidence: float, quality: float, unusual: float | None,
    *, suppressed: bool, params: AlertParams,
) -> Score:  # fmt: skip
    """Score an alert from 0 to 100.

    Shape: `confidence` is the score of the leading reading after its penalty, `unusual` the larger
    of two robust z over `FULL_Z`.
    Missing: `unusual` None is a cold baseline: a fixed value stands in, flagged.
    Source: options-engine.md 14.2, golden G10 strict; cap by errata 34.
    """
    decades = math.log10(max(premium_usd, 1) / PREMIUM_FROM_USD) / PREMIUM_DECADES
    cold = unusual is None
    terms = (
        ("premium", _unit(decades), params.alert_premium_weight, None),
        ("confidence", _unit(confidence), params.alert_confidence_weight, None),
        ("evidence_quality", _unit(quality), params.alert_evidence_weight, None),
        (
            "unusual",
            params.alert_cold_unusual if unusual is None else _unit(unusual),
            params.alert_unusual_weight,
            "baseline_cold" if cold else None,
        ),
    )
    exact = math.fsum(value * weight for _, value, weight, _ in terms)
    # 0.95 x 0.30 is 0.28499999999999998 in binary: without this 28.5 points would round down.
    points = math.floor(round(100 * exact, 6) + 0.5)
    points = min(100, max(0, points))
    breakdown = [_part(*term) for term in terms]
    if suppressed and points > params.alert_suppressed_max_score:
        lost = params.alert_suppressed_max_score - points
        breakdown.append({"term": "suppression_cap", "value": None, "weight": None, "points": lost})
        points = params.alert_suppressed_max_score
    return Score(points, severity_of(points, params), breakdown)


def unusual_of(features: Features) -> float | None:
    """Return how unusual a packet is against its ready baselines, None while both are cold.

    Source: options-engine.md 14.2: max(premium_z, size_z) / 6.
    """
    ready = [z for z in (features.premium_z, features.size_z) if z is not None]
    return max(ready) / FULL_Z if ready else None


def _part(term: str, value: float, weight: float, note: str | None) -> dict[str, Any]:
    part = {
        "term": term,
        "value": rounded(value, 4),
        "weight": weight,
        "points": rounded(100 * value * weight, 2),
    }
    return part | {"note": note} if note else part


def _unit(value: float) -> float:
    return min(1.0, max(0.0, value))


def severity_of(points: int, params: AlertParams) -> str:
    """Return high, medium or low."""
    if points >= params.alert_high_min_score:
        return "high"
    return "medium" if points >= params.alert_medium_min_score else "low"


def build_alert(
    case: Case,
    event: SmartMoneyEvent,
    lead: ProfileScore,
    fired: Sequence[Verdict],
    *,
    ordinal: int,
) -> Alert:
    """Build the alert of an event that does not decline, led by its primary profile."""
    packet, features = case.packet, case.features
    score = score_alert(
        features.premium_usd or 0,
        lead.score,
        event.evidence_quality,
        unusual_of(features),
        suppressed=bool(event.suppressed_reasons or lead.penalties),
        params=case.params,
    )
    return _alert(
        case,
        event,
        ordinal,
        score=score.points,
        severity=score.severity,
        classifier_ids=tuple(verdict.classifier_id for verdict in fired),
        headline=explain.read_headline(
            case.label, features, f"consistent with {READINGS[lead.profile_id]}"
        ),
        breakdown=score.breakdown,
        explanations=_sentences(case, lead, fired),
        dedupe_key=f"{packet.underlying}|{lead.profile_id}|{event.direction}",
    )


def withdraw(case: Case, event: SmartMoneyEvent, dedupe_key: str, *, ordinal: int) -> Alert:
    """Build the revision that takes an alert back: cancelled prints left no reading of it.

    It stays taken back where a later cancel gives its event a reading again.
    """
    reasons = ", ".join(reason.replace("_", " ") for reason in event.abstain_reasons)
    because = f" ({reasons})" if reasons else ""
    return _alert(
        case,
        event,
        ordinal,
        score=0,
        severity="low",
        classifier_ids=(),
        headline=f"{case.label}: withdrawn, prints were cancelled{because}",
        breakdown=[],
        explanations=[],
        dedupe_key=dedupe_key,
        withdrawn=True,
    )


def _alert(case: Case, event: SmartMoneyEvent, ordinal: int, **told: Any) -> Alert:
    packet, uid = case.packet, case.uid("alert")
    return Alert(
        uid=uid,
        rev=event.rev,
        ts=event.ts,
        cause_seq=event.cause_seq,
        ordinal=ordinal,
        event_uid=event.uid,
        packet_uid=packet.uid,
        packet_ts=packet.ts,
        contract=packet.contract,
        underlying=packet.underlying,
        tuning_revision=packet.tuning_revision,
        direction=event.direction,
        primary_profile=event.primary_profile,
        print_count=packet.print_count,
        size=packet.size,
        premium_micros=packet.premium_micros,
        evidence_quality=event.evidence_quality,
        supersedes=uid if event.rev else None,
        **told,
    )


def _sentences(case: Case, lead: ProfileScore, fired: Sequence[Verdict]) -> list[dict[str, Any]]:
    """Return what speaks for the reading, by term and by rule, and what speaks against it."""
    spoken = [_sentence(term, "for", points=term.points) for term in lead.terms]
    spoken += [
        item | {"role": "for", "rule": verdict.classifier_id}
        for verdict in fired
        for item in verdict.sentences
    ]
    spoken += [_sentence(penalty, "against", penalty=penalty.value) for penalty in lead.penalties]
    doubts = against(case.features, case.params)
    return [*spoken, *(item | {"role": "against"} for item in doubts)]


def _sentence(said: Term | Penalty, role: str, **numbers: float) -> dict[str, Any]:
    return {
        "text": said.text,
        "keys": list(said.values),
        "values": said.values | numbers,
        "thresholds": said.limits,
        "role": role,
    }


class Merged(msgspec.Struct, frozen=True):
    """An alert that was not emitted: its event becomes evidence of the open one."""

    into_uid: bytes
    into_ts: int
    ordinal: int


def own_links(alert: Alert) -> int:
    """Return how many links an alert is born with: its event, its packet, its hits."""
    return 2 + len(alert.classifier_ids)


def admit(chains: dict[str, Chain], alert: Alert, params: AlertParams) -> Alert | Merged:
    """Return the alert to emit, with what it supersedes, or where it is merged.

    Event time only: packets come in the order of their ends, whatever the clock did.
    Source: options-engine.md 14.2, errata 34.
    """
    chain = chains.get(alert.dedupe_key)
    if chain is None or not _runs(chain, alert.ts, params):
        chains.pop(alert.dedupe_key, None)  # put last: chains stay in the order of their starts
        chains[alert.dedupe_key] = Chain(
            alert.ts, alert.uid, alert.ts, alert.score, own_links(alert)
        )
        return alert
    if alert.score - chain.score < params.alert_supersede_min_points:
        chain.link_count += 1
        return Merged(chain.open_uid, chain.open_ts, chain.link_count - 1)
    superseded = chain.open_uid
    chain.open_uid, chain.open_ts, chain.score, chain.link_count = (
        alert.uid, alert.ts, alert.score, own_links(alert),
    )  # fmt: skip
    return msgspec.structs.replace(alert, supersedes=superseded)


def _runs(chain: Chain | None, ts: int, params: AlertParams) -> bool:
    window_us = params.alert_dedupe_window_s * 1_000_000
    return chain is not None and ts - chain.start_ts < window_us


def revise_chain(
    chains: dict[str, Chain], dedupe_key: str, alert: Alert, params: AlertParams
) -> None:
    """Let a chain know of the revision of its open alert, which stood under `dedupe_key` before.

    A withdrawn alert ends its chain. One that reads otherwise now goes on, with the start of its
    chain, under its new key, unless a chain runs there already.
    """
    chain = chains.get(dedupe_key)
    if chain is None or chain.open_uid != alert.uid:
        return
    chain.score = alert.score
    if alert.withdrawn:
        del chains[dedupe_key]
    elif alert.dedupe_key != dedupe_key:
        del chains[dedupe_key]
        if not _runs(chains.get(alert.dedupe_key), alert.ts, params):
            chains[alert.dedupe_key] = chain


def forget_old(chains: dict[str, Chain], watermark: int, reach_us: int) -> None:
    """Drop the chains that no packet to come can meet."""
    while chains:
        key, chain = next(iter(chains.items()))
        if chain.start_ts + MAX_DEDUPE_WINDOW_US + reach_us >= watermark:
            return
        del chains[key]
