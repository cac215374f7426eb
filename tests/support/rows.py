"""Rows as storage hands them to the API: every default visible, nothing random, no database."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from flow.storage.pages import PrintRow
from signals.storage.reads import AlertRow, PacketRow

AT = datetime(2014, 6, 5, 13, 30, 0, 250_001, tzinfo=UTC)
AT_US = 1_401_975_000_250_001
UID = UUID("00112233445566778899aabbccddeeff")
PACKET_UID = UUID("ffeeddccbbaa99887766554433221100")

_PRINT: dict[str, Any] = {
    "stream": 3, "seq": 77, "ts": AT, "received_at": datetime(2014, 6, 5, 13, 30, 1, tzinfo=UTC),
    "source_uid": UID, "contract": "TWX-2014-07-19-70-C", "underlying": "TWX",
    "price_micros": 1_250_000, "size": 2_200, "venue": 0, "conditions": [ord("I")],
    "premium_micros": 275_000_000_000, "bid_micros": 1_200_000, "ask_micros": 1_250_000,
    "bid_size": 10, "ask_size": 12, "quote_ts": datetime(2014, 6, 5, 13, 30, tzinfo=UTC),
    "quote_seq": 5, "quote_silence_us": 1_500, "quote_mode": 1, "spot_bid_micros": 69_990_000,
    "spot_ask_micros": 70_010_000, "spot_ts": datetime(2014, 6, 5, 13, 29, 59, tzinfo=UTC),
    "spot_seq": 9, "move_60s_bps": 1.5, "move_5m_bps": -3.0, "move_5m_z": 0.4, "iv": 0.25,
    "session": 2, "session_date": date(2014, 6, 5), "dte": 44, "flags": 0, "side": 5,
    "label_passed": True, "label_reasons": 1 << 12, "tuning_revision": 1,
}  # fmt: skip
_HEAD: dict[str, Any] = {
    "run": 4, "ts": AT, "uid": UID, "rev": 1, "step_no": 8, "stream": 3, "seq": 90, "ordinal": 2,
    "contract": "TWX-2014-07-19-70-C", "underlying": "TWX", "tuning_revision": 6,
    "premium_micros": 275_000_000_001, "print_count": 2, "size": 3_662, "engine": "1.0",
}  # fmt: skip
_PACKET = _HEAD | {
    "end_ts": datetime(2014, 6, 5, 13, 30, 1, tzinfo=UTC), "first_price_micros": 1_200_000,
    "last_price_micros": 1_300_000, "vwap_micros": 1_249_999, "features": '{"count": 2}',
    "member_seqs": [77, 78], "member_digest": bytes(range(16)),
}  # fmt: skip
_ALERT = _HEAD | {
    "packet_ts": AT, "packet_uid": PACKET_UID, "event_uid": UID, "score": 64,
    "severity": "medium", "direction": "bullish", "primary_profile": None,
    "classifier_ids": '["large_call_sweep"]', "evidence_quality": 0.83,
    "headline": "TWX: consistent with a sweep of offers", "breakdown": '[{"term": "premium"}]',
    "explanations": '[{"text": "2 prints."}]', "dedupe_key": "TWX|sweep|bullish",
    "supersedes": None, "withdrawn": False,
}  # fmt: skip


def print_row(**changes: Any) -> PrintRow:
    """Return one call print at the ask of 1.20 x 1.25, kept by the label."""
    return PrintRow(**(_PRINT | changes))


def packet_row(**changes: Any) -> PacketRow:
    """Return one packet of two prints."""
    return PacketRow(**(_PACKET | changes))


def alert_row(**changes: Any) -> AlertRow:
    """Return one alert of that contract."""
    return AlertRow(**(_ALERT | changes))
