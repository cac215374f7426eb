"""Hits, and the links from what was concluded to what it rests on. References go by value."""

from collections.abc import Iterable, Sequence

from flow.domain.events import StampedPrint
from flow.domain.ids import content_uid
from signals.engine.alerts import Merged
from signals.engine.case import Case
from signals.engine.classifiers.shared import Verdict
from signals.engine.followups import FollowUp
from signals.engine.records import (
    ENGINE_VERSION,
    Alert,
    ClassifierHit,
    EvidenceLink,
    Packet,
    SmartMoneyEvent,
)
from signals.engine.rulings import Ruling

_Reference = tuple[str, str, int, int | None, bytes | None]  # role, kind, ts, seq, uid


def hits_of(
    case: Case, event: SmartMoneyEvent, fired: Sequence[Verdict], *, first: int
) -> list[ClassifierHit]:
    """Return one hit per rule that fired; `first` is the ordinal of the first one."""
    packet = case.packet
    return [
        ClassifierHit(
            uid=case.uid("classifier_hit", verdict.classifier_id),
            rev=packet.rev,
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


def later_hit(
    settled: FollowUp, verdict: Verdict, ruling: Ruling, cause_seq: int, ordinal: int
) -> ClassifierHit:
    """Return the hit of what became of a reading; it is keyed by the event that it speaks of."""
    return ClassifierHit(
        uid=content_uid(
            "classifier_hit",
            ENGINE_VERSION,
            ruling.params.digest,
            settled.identity,
            verdict.classifier_id,
        ),
        rev=settled.rev,
        ts=settled.event_ts,
        cause_seq=cause_seq,
        ordinal=ordinal,
        event_uid=settled.event_uid,
        packet_uid=settled.packet_uid,
        packet_ts=settled.packet_ts,
        contract=settled.contract,
        underlying=settled.underlying,
        tuning_revision=settled.revision,
        classifier_id=verdict.classifier_id,
        confidence=verdict.confidence,
        direction=verdict.direction,
        explanations=list(verdict.sentences),
    )


def cancel_links(packet: Packet, gone: StampedPrint, cancel: StampedPrint) -> list[EvidenceLink]:
    """Link a revised packet to the print that was taken back and the message that did it."""
    return _links(
        "packet",
        packet,
        [
            ("cancelled", "option_print", gone.ts, gone.seq, gone.uid),
            ("cancel", "option_print", cancel.ts, cancel.seq, cancel.uid),
        ],
    )


def _links(
    kind: str, parent: Packet | SmartMoneyEvent | Alert, references: Iterable[_Reference]
) -> list[EvidenceLink]:
    of_ts, of_uid, rev, cause_seq = parent.ts, parent.uid, parent.rev, parent.cause_seq
    return [
        EvidenceLink(
            ts=of_ts,
            uid=of_uid,
            rev=rev,
            cause_seq=cause_seq,
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
