"""Derived rows as the API writes them."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from flow.api.texts import iso, milliseconds, money
from flow.domain.units import from_datetime
from signals.engine.features import whole
from signals.storage.reads import AlertRow, PacketRow


def packet_body(row: PacketRow) -> dict[str, Any]:
    """Return one packet."""
    return {
        **_head(row),
        "end_ts": iso(row.end_ts),
        "end_ts_ms": milliseconds(row.end_ts),
        "print_count": row.print_count,
        "total_size": row.size,
        "total_notional": money(row.premium_micros),
        "first_price": money(row.first_price_micros),
        "last_price": money(row.last_price_micros),
        "vwap": money(row.vwap_micros),
        "features": whole(parsed(row.features)),
        "member_seqs": list(row.member_seqs),
        "member_digest": bytes(row.member_digest).hex(),
    }


def alert_body(row: AlertRow) -> dict[str, Any]:
    """Return one alert."""
    return {
        **_head(row),
        "packet_id": derived_id(row.run, row.packet_ts, row.packet_uid),
        "event_uid": str(row.event_uid),
        "score": row.score,
        "severity": row.severity,
        "direction": row.direction,
        "primary_profile": row.primary_profile,
        "classifier_ids": parsed(row.classifier_ids),
        "print_count": row.print_count,
        "total_size": row.size,
        "total_notional": money(row.premium_micros),
        "evidence_quality": row.evidence_quality,
        "headline": row.headline,
        "breakdown": parsed(row.breakdown),
        "explanations": parsed(row.explanations),
        "dedupe_key": row.dedupe_key,
        "supersedes": None if row.supersedes is None else str(row.supersedes),
        "withdrawn": row.withdrawn,
    }


def parsed(value: Any) -> Any:
    """Return JSON that a raw cursor may hand over as text."""
    return json.loads(value) if isinstance(value, str) else value


def derived_id(run: int, ts: datetime, uid: UUID, rev: int | None = None) -> str:
    """Return the text that names a derived row; without a revision, its newest."""
    key = f"{run}-{from_datetime(ts)}-{uid.hex}"
    return key if rev is None else f"{key}-{rev}"


def _head(row: PacketRow | AlertRow) -> dict[str, Any]:
    return {
        "id": derived_id(row.run, row.ts, row.uid, row.rev),
        "uid": str(row.uid),
        "rev": row.rev,
        "ts": iso(row.ts),
        "ts_ms": milliseconds(row.ts),
        "stream": row.stream,
        "seq": row.seq,
        "ordinal": row.ordinal,
        "option_contract_id": row.contract,
        "underlying_id": row.underlying,
        "tuning_revision": row.tuning_revision,
        "engine": row.engine,
    }
