"""Hits, and the links from what was concluded to what it rests on. References go by value."""

from collections.abc import Iterable, Sequence

from signals.engine.alerts import Merged
from signals.engine.case import Case
from signals.engine.classifiers.shared import Verdict
from signals.engine.records import Alert, ClassifierHit, EvidenceLink, Packet, SmartMoneyEvent

_Reference = tuple[str, str, int, int | None, bytes | None]  # role, kind, ts, seq, uid


def hits_of(
    case: Case, event: SmartMoneyEvent, fired: Sequence[Verdict], *, first: int
) -> list[ClassifierHit]:
    """Return one hit per rule that fired; `first` is the ordinal of the first one."""
    packet = case.packet
    return [
        ClassifierHit(
            uid=case.uid("classifier_hit", verdict.classifier_id),
            ts=packet.end_ts,
            cause_seq=packet.cause_seq,
            ordinal=first + place,
            event_uid=event.uid,
            packet_uid=packet.uid,
            packet_ts=packet.ts,
            contract=packet.contract,
            underlying=packet.underlying,
            tuning_revision=packet.tuning_revision,
            classifier_id=verdict.classifier_id,
            confidence=verdict.confidence,
            direction=verdict.direction,
            explanations=list(verdict.sentences),
        )
        for place, verdict in enumerate(fired)
    ]


def event_links(event: SmartMoneyEvent, packet: Packet) -> list[EvidenceLink]:
    """Link an event to its packet, its prints, and each quote that they were read against."""
    references: list[_Reference] = [("packet", "packet", packet.ts, None, packet.uid)]
    quotes: dict[_Reference, None] = {}
    for member in packet.members:
        references.append(("member", "option_print", member.ts, member.seq, member.uid))
        if member.quote_ts is not None:
            quotes["quote", "option_quote", member.quote_ts, member.quote_seq, None] = None
        if member.spot_ts is not None:
            quotes["spot", "equity_quote", member.spot_ts, member.spot_seq, None] = None
    return _links("smart_money_event", event, [*references, *quotes])


def alert_links(alert: Alert, hits: Sequence[ClassifierHit]) -> list[EvidenceLink]:
    """Link an alert to its event, its packet and its hits; count as `alerts.own_links`."""
    return _links(
        "alert",
        alert,
        [
            ("event", "smart_money_event", alert.ts, None, alert.event_uid),
            ("packet", "packet", alert.packet_ts, None, alert.packet_uid),
            *(("hit", "classifier_hit", hit.ts, None, hit.uid) for hit in hits),
        ],
    )


def merged_link(merged: Merged, event: SmartMoneyEvent) -> EvidenceLink:
    """Link the open alert of a chain to an event that was merged into it."""
    return EvidenceLink(
        ts=merged.into_ts,
        uid=merged.into_uid,
        cause_seq=event.cause_seq,
        ordinal=merged.ordinal,
        parent_kind="alert",
        role="merged",
        ref_kind="smart_money_event",
        ref_ts=event.ts,
        ref_uid=event.uid,
    )


def _links(
    kind: str, parent: SmartMoneyEvent | Alert, references: Iterable[_Reference]
) -> list[EvidenceLink]:
    return [
        EvidenceLink(
            ts=parent.ts,
            uid=parent.uid,
            cause_seq=parent.cause_seq,
            ordinal=place,
            parent_kind=kind,
            role=role,
            ref_kind=ref_kind,
            ref_ts=ts,
            ref_seq=seq,
            ref_uid=uid,
        )
        for place, (role, ref_kind, ts, seq, uid) in enumerate(references)
    ]
