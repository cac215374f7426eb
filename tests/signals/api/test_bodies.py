"""Packets and alerts as the API writes them: goldens, and what is missing as null."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.domain.units import dollars_to_micros, to_datetime
from flow.evidence_keys import parse_derived
from signals.api.bodies import alert_body, derived_id, packet_body, parsed
from signals.api.serializers import AlertSerializer, PacketSerializer
from signals.engine.features import Features, as_mapping
from tests.support.rows import AT, AT_US, PACKET_UID, UID, alert_row, packet_row

HEAD = {
    "id": f"4-{AT_US}-{UID.hex}-1",
    "uid": str(UID),
    "rev": 1,
    "ts": "2014-06-05T13:30:00.250001+00:00",
    "ts_ms": 1_401_975_000_250.001,
    "stream": 3,
    "seq": 90,
    "ordinal": 2,
    "option_contract_id": "TWX-2014-07-19-70-C",
    "underlying_id": "TWX",
    "tuning_revision": 6,
    "engine": "1.0",
    "print_count": 2,
    "total_size": 3_662,
    "total_notional": "275000.000001",
}
PACKET = HEAD | {
    "end_ts": "2014-06-05T13:30:01+00:00",
    "end_ts_ms": 1_401_975_001_000,
    "first_price": "1.2",
    "last_price": "1.3",
    "vwap": "1.249999",
    "features": as_mapping(Features(count=2)),
    "member_seqs": [77, 78],
    "member_digest": "000102030405060708090a0b0c0d0e0f",
}
ALERT = HEAD | {
    "packet_id": f"4-{AT_US}-{PACKET_UID.hex}",
    "event_uid": str(UID),
    "score": 64,
    "severity": "medium",
    "direction": "bullish",
    "primary_profile": None,
    "classifier_ids": ["large_call_sweep"],
    "evidence_quality": 0.83,
    "headline": "TWX: consistent with a sweep of offers",
    "breakdown": [{"term": "premium"}],
    "explanations": [{"text": "2 prints."}],
    "dedupe_key": "TWX|sweep|bullish",
    "supersedes": None,
    "withdrawn": False,
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
).filter(lambda value: not isinstance(value, str))


def test_packet_body_golden() -> None:
    assert packet_body(packet_row()) == PACKET
    assert set(PACKET) == set(PacketSerializer().fields)


def test_alert_body_golden() -> None:
    assert alert_body(alert_row()) == ALERT
    assert set(ALERT) == set(AlertSerializer().fields)


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"premium_micros": None}, "total_notional", None),
        ({"premium_micros": 0}, "total_notional", "0"),
        ({"member_digest": memoryview(b"\xff\x00")}, "member_digest", "ff00"),
        ({"member_seqs": (1, 2, 3)}, "member_seqs", [1, 2, 3]),
        ({"features": {}}, "features", as_mapping(Features())),
        ({"features": '{"size_z": 2.5}'}, "features", as_mapping(Features(size_z=2.5))),
        ({"first_price_micros": None}, "first_price", None),
        ({"vwap_micros": 1}, "vwap", "0.000001"),
        ({"rev": 0}, "id", f"4-{AT_US}-{UID.hex}-0"),
        ({"end_ts": datetime(2014, 6, 5, 13, 30, 0, 1_500, tzinfo=UTC)}, "end_ts_ms",
         1_401_975_000_001.5),
    ],
)  # fmt: skip
def test_packet_body_of_an_edge(changes: dict[str, Any], field: str, value: Any) -> None:
    assert packet_body(packet_row(**changes))[field] == value


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"supersedes": PACKET_UID}, "supersedes", str(PACKET_UID)),
        ({"primary_profile": "directional"}, "primary_profile", "directional"),
        ({"classifier_ids": []}, "classifier_ids", []),
        ({"premium_micros": None}, "total_notional", None),
        ({"evidence_quality": 0.0}, "evidence_quality", 0.0),
        ({"headline": "<script>"}, "headline", "<script>"),
        ({"withdrawn": True}, "withdrawn", True),
        ({"run": 0}, "packet_id", f"0-{AT_US}-{PACKET_UID.hex}"),
    ],
)
def test_alert_body_of_an_edge(changes: dict[str, Any], field: str, value: Any) -> None:
    assert alert_body(alert_row(**changes))[field] == value


@given(JSON)
def test_structures_are_the_same_as_text_and_as_objects(value: Any) -> None:
    assert parsed(json.dumps(value)) == parsed(value) == value


@given(
    run=st.integers(0, 2**31 - 1),
    ts=st.integers(0, 4_102_444_800_000_000).map(to_datetime),
    uid=st.uuids(),
    rev=st.integers(0, 2**15 - 1),
)
def test_id_of_a_row_is_the_key_that_the_admin_opens(
    run: int, ts: datetime, uid: UUID, rev: int
) -> None:
    assert parse_derived(derived_id(run, ts, uid, rev)) == (ts, uid, rev, run)


def test_id_without_a_revision_means_the_newest() -> None:
    assert derived_id(4, AT, UID) + "-1" == derived_id(4, AT, UID, 1)


@given(st.integers(0, 10**18))
def test_premium_loses_nothing(premium: int) -> None:
    for body in (packet_body(packet_row(premium_micros=premium)),
                 alert_body(alert_row(premium_micros=premium))):  # fmt: skip
        assert dollars_to_micros(body["total_notional"]) == premium


def test_bodies_are_json_as_they_stand() -> None:
    for body in (packet_body(packet_row()), alert_body(alert_row())):
        assert json.loads(json.dumps(body)) == body
