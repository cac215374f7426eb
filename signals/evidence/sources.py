"""Reading everything that one packet's evidence needs: a handful of statements by key, no scan."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from flow.domain.units import to_datetime
from flow.live.registry import RunLike
from flow.models import Contract, Stream, Symbol
from flow.storage.pages import PrintRow, QuoteRow, prints_by_seq, quotes_by_seq
from signals.engine.alerts import MAX_DEDUPE_WINDOW_US
from signals.engine.features import whole
from signals.evidence.jsonb import with_json
from signals.models import Alert, EvidenceLink, Packet, SmartMoneyEvent, StepLedger, TuningRevision
from signals.storage.reads import (
    AlertRow,
    EventRow,
    HitRow,
    PacketRow,
    find_alert,
    find_event,
    find_packet,
    hits_of_event,
)

MAX_MEMBERS = 200
MAX_MERGED = 20
MAX_NEAR = 1_000  # alerts of one underlying within the longest chain
LONGEST_CHAIN = timedelta(microseconds=MAX_DEDUPE_WINDOW_US)
LONGEST_PACKET = timedelta(minutes=10)  # cluster_max_span_ms may not be longer


class EvidenceKey(NamedTuple):
    """run-µs-uid-rev, taken apart."""

    run: int
    ts: int
    uid: UUID
    rev: int


@dataclass(frozen=True, kw_only=True)
class Sources:
    """The rows of one evidence page. `tuning` holds the values that the packet was judged by."""

    run: RunLike
    packet: PacketRow
    event: Any
    alert: AlertRow | None
    hits: list[HitRow]
    members: list[PrintRow]
    quotes: dict[int, QuoteRow]
    tuning: dict[str, Any]
    revision: TuningRevision | None
    ledger: StepLedger | None
    merged: list[tuple[Any, str]] = field(default_factory=list)
    merged_into: AlertRow | None = None  # the alert that a read without one became evidence of


def read_key(text: str) -> EvidenceKey | None:
    """Read the key of a derived row; None for anything else."""
    parts = text.split("-")
    if len(parts) != 4 or len(text) > 90:
        return None
    try:
        key = EvidenceKey(int(parts[0]), int(parts[1]), UUID(hex=parts[2]), int(parts[3]))
        to_datetime(key.ts)
    except (ValueError, OverflowError):
        return None
    return key


def of_alert(run: RunLike, key: EvidenceKey) -> Sources | None:
    """Read the evidence of an alert; None where the run has no such alert."""
    alert = find_alert(run.alias, run.id, key.uid, to_datetime(key.ts))
    if alert is None:
        return None
    packet = find_packet(run.alias, run.id, alert.packet_uid, alert.packet_ts)
    if packet is None:
        return None
    event = find_event(run.alias, run.id, alert.event_uid, alert.ts)
    return _complete(run, packet, event, alert)


def of_packet(run: RunLike, key: EvidenceKey) -> Sources | None:
    """Read the evidence of a packet: what it reads as, or why it declines."""
    packet = find_packet(run.alias, run.id, key.uid, to_datetime(key.ts))
    if packet is None:
        return None
    children = {"run": run.id, "ts": packet.end_ts, "packet_uid": packet.uid}
    event = SmartMoneyEvent.objects.using(run.alias).filter(**children).order_by("-rev").first()
    uid = Alert.objects.using(run.alias).filter(**children).values_list("uid", flat=True).first()
    alert = find_alert(run.alias, run.id, uid, packet.end_ts) if uid else None
    return _complete(run, packet, event, alert)


def packets_of_print(run: RunLike, row: PrintRow) -> list[PacketRow]:
    """Return the packets that a print is a member of; none while its window is still open."""
    known = Contract.objects.filter(name=row.contract).values("id", "symbol_id").first()
    if known is None:
        return []
    near = Packet.objects.using(run.alias).filter(
        run=run.id,
        symbol=known["symbol_id"],
        ts__range=(row.ts - LONGEST_PACKET, row.ts),
        end_ts__gte=row.ts,
        stream=row.stream,
    )
    keys = near.order_by("-ts").values_list("uid", "ts")[:20]
    found = [find_packet(run.alias, run.id, uid, ts) for uid, ts in keys]
    return [packet for packet in found if packet is not None and row.seq in packet.member_seqs]


def _complete(run: RunLike, packet: PacketRow, event: Any, alert: AlertRow | None) -> Sources:
    packet = with_json(packet, "features")
    packet = packet._replace(features=whole(packet.features))
    if isinstance(event, EventRow):
        event = with_json(event, "abstain_reasons", "suppressed_reasons", "scores", "features")
    if alert is not None:
        alert = with_json(alert, "classifier_ids", "breakdown", "explanations")
    hits = hits_of_event(run.alias, run.id, event.uid, event.ts, event.rev) if event else []
    members = prints_by_seq(
        run.alias, packet.stream, packet.member_seqs[:MAX_MEMBERS], packet.ts, packet.end_ts
    )
    revision = TuningRevision.objects.filter(pk=packet.tuning_revision).first()
    ledger = StepLedger.objects.using(run.alias).filter(run=run.id, shard=0, step_no=packet.step_no)
    return Sources(
        run=run,
        packet=packet,
        event=event,
        alert=alert,
        hits=[with_json(hit, "explanations") for hit in hits],
        members=members,
        quotes=_logged_quotes(run, packet.stream, members),
        tuning=dict(revision.values) if revision else {},
        revision=revision,
        ledger=ledger.first(),
        merged=_merged(run, alert) if alert else [],
        merged_into=None if alert or event is None else _merged_into(run, packet, event),
    )


def _logged_quotes(run: RunLike, stream: int, members: list[PrintRow]) -> dict[int, QuoteRow]:
    """Return the quote rows that the members froze, from the quote stream of the same source."""
    streams = Stream.objects.using(run.alias)
    source = streams.filter(pk=stream).values_list("source", flat=True).first()
    quotes = streams.filter(run=run.id, source=source, kind="option_quote").first()
    if quotes is None:
        return {}
    wanted = {
        (row.quote_ts, row.quote_seq)
        for row in members
        if row.quote_ts is not None and row.quote_seq is not None
    }
    return quotes_by_seq(run.alias, quotes.pk, sorted(wanted))


def _merged(run: RunLike, alert: AlertRow) -> list[tuple[Any, str]]:
    """Return the later events of the same chain that became evidence of this alert."""
    links = EvidenceLink.objects.using(run.alias).filter(
        run=run.id, ts=alert.ts, uid=alert.uid, role="merged"
    )
    found = []
    for link in links.order_by("ordinal")[:MAX_MERGED]:
        event = find_event(run.alias, run.id, link.ref_uid, link.ref_ts) if link.ref_uid else None
        if event is not None:
            packet = find_packet(run.alias, run.id, event.packet_uid, event.packet_ts)
            found.append((event, _address(packet) if packet else ""))
    return found


def _merged_into(run: RunLike, packet: PacketRow, event: Any) -> AlertRow | None:
    """Return the alert of the same underlying that an event was merged into, as it stands now."""
    symbol = Symbol.objects.get(name=packet.underlying).pk
    near = Alert.objects.using(run.alias).filter(
        run=run.id, symbol=symbol, rev=0, ts__range=(event.ts - LONGEST_CHAIN, event.ts)
    )
    keys = list(near.values_list("ts", "uid")[:MAX_NEAR])
    link = EvidenceLink.objects.using(run.alias).filter(
        run=run.id,
        ts__in=[ts for ts, _ in keys],
        uid__in=[uid for _, uid in keys],
        role="merged",
        ref_uid=event.uid,
    )
    into = link.values_list("uid", "ts").first()
    return find_alert(run.alias, run.id, *into) if into else None


def _address(packet: PacketRow) -> str:
    return f"{packet.run}-{packet.position.ts}-{packet.uid.hex}-{packet.rev}"
