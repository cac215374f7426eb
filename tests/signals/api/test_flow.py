"""GET /api/v1/flow/packets and /alerts on the real database: pages, ties, filters, runs."""

from typing import Any

import pytest
from django.db import connections
from django.test import Client

from signals.api.serializers import AlertSerializer, PacketSerializer
from tests.support.evidence import fill, filled_import, signed_in

pytestmark = pytest.mark.usefixtures("log_db")
FAMILIES = ("packets", "alerts")


@pytest.fixture
def client(log_db: None) -> Client:
    return signed_in("analyst")


def get(client: Client, family: str, query: str = "", *, status: int = 200) -> dict[str, Any]:
    answer = client.get(f"/api/v1/flow/{family}?{query}")
    assert answer.status_code == status, answer.content
    body: dict[str, Any] = answer.json()
    return body


def ids(body: dict[str, Any]) -> list[str]:
    return [row["id"] for row in body["data"]]


def walk(client: Client, family: str, query: str) -> list[str]:
    body = get(client, family, query)
    seen = ids(body)
    while body["has_more"]:
        body = get(client, family, f"{query}&cursor={body['next']}")
        seen += ids(body)
    return seen


def one_instant(table: str) -> None:
    """Move every row of a table to one instant: as many ties as there are rows."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            f"""CREATE TEMP TABLE moved AS SELECT * FROM live.{table};
                UPDATE moved SET ts = (SELECT min(ts) FROM moved);
                DELETE FROM live.{table};
                INSERT INTO live.{table} SELECT * FROM moved; DROP TABLE moved"""
        )


@pytest.mark.parametrize(
    ("family", "serializer"), [("packets", PacketSerializer), ("alerts", AlertSerializer)]
)
def test_flow_tells_every_documented_field_and_no_other(
    client: Client, family: str, serializer: Any
) -> None:
    fill(0, prints=30, alerts=3)

    row = get(client, family)["data"][0]

    assert set(row) == set(serializer().fields)
    assert row["total_notional"] == "27000"
    assert row["id"].startswith("0-")
    assert row["id"].endswith("-0")


def test_alerts_carry_structures_not_texts(client: Client) -> None:
    fill(0, prints=30, alerts=1)

    (row,) = get(client, "alerts")["data"]

    assert row["classifier_ids"] == ["large_bullish_call_sweep"]
    assert row["breakdown"][0]["term"] == "premium"
    assert row["explanations"][0]["thresholds"] == {
        "sweep_min_prints": 3,
        "sweep_max_span_ms": 1000,
    }


def test_packets_name_their_members(client: Client) -> None:
    fill(0, prints=30, alerts=2)

    newest = get(client, "packets")["data"][0]

    assert newest["print_count"] == len(newest["member_seqs"])
    assert len(newest["member_digest"]) == 32
    assert newest["features"]["premium_z"] == 2.5125
    assert newest["features"]["event_kind"] is None


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("are_ties", [False, True])
def test_flow_walked_by_cursor_gives_every_row_once(
    client: Client, family: str, are_ties: bool
) -> None:
    fill(0, prints=60, alerts=11)
    if are_ties:
        one_instant(family.removesuffix("s"))

    seen = walk(client, family, "limit=3")

    assert len(seen) == len(set(seen)) == 11
    assert seen == ids(get(client, family))


def test_flow_walked_by_pair_gives_every_row_once_both_ways(client: Client) -> None:
    fill(0, prints=60, alerts=11)
    forward: list[str] = []
    body = get(client, "alerts", "limit=3&after_ts=0&after_seq=0")
    while body["data"]:
        forward += ids(body)
        last = body["data"][-1]
        pair = f"after_ts={last['ts_ms']}&after_seq={last['seq']}"
        body = get(client, "alerts", f"limit=3&{pair}")

    assert forward == ids(get(client, "alerts"))[::-1]


def test_flow_by_pair_takes_an_instant_whole_and_the_part_of_it_below_the_seq(
    client: Client,
) -> None:
    fill(0, prints=60, alerts=11)
    one_instant("alert")
    rows = get(client, "alerts")["data"]
    edge = sorted(row["seq"] for row in rows)[6]

    body = get(client, "alerts", f"limit=2&before_ts={rows[0]['ts']}&before_seq={edge}")

    assert sorted(row["seq"] for row in body["data"]) == sorted(
        row["seq"] for row in rows if row["seq"] < edge
    )
    assert not body["has_more"]


@pytest.mark.parametrize(
    ("family", "query", "holds"),
    [
        ("alerts", "severity=high,low", lambda row: row["severity"] in {"high", "low"}),
        ("alerts", "direction=bearish", lambda row: row["direction"] == "bearish"),
        ("alerts", "underlying_id=QAX", lambda row: row["underlying_id"] == "QAX"),
        ("packets", "underlying_ids=qax", lambda row: row["underlying_id"] == "QAX"),
        ("packets", "min_notional=30000", lambda row: float(row["total_notional"]) >= 30_000),
    ],
)
def test_flow_with_a_filter_is_exactly_the_rows_that_fit(
    client: Client, family: str, query: str, holds: Any
) -> None:
    fill(0, prints=60, alerts=12)
    rows = get(client, family)["data"]

    found = get(client, family, query)

    assert ids(found) == [row["id"] for row in rows if holds(row)]
    assert 0 < len(found["data"]) < len(rows)


def test_flow_shows_the_newest_revision_only(client: Client) -> None:
    fill(0, prints=30, alerts=2)
    with connections["default"].cursor() as cursor:
        cursor.execute(
            """CREATE TEMP TABLE twin AS SELECT * FROM live.alert LIMIT 1;
               UPDATE twin SET rev = 1, score = 99;
               INSERT INTO live.alert SELECT * FROM twin; DROP TABLE twin"""
        )

    rows = get(client, "alerts")["data"]

    assert sorted((row["rev"], row["score"] == 99) for row in rows) == [(0, False), (1, True)]


def test_flow_of_an_import_is_read_by_run(client: Client) -> None:
    filled_import("old", prints=30, alerts=4)

    assert len(get(client, "alerts", "run=old")["data"]) == 4
    assert get(client, "alerts")["data"] == []


@pytest.mark.parametrize(
    ("family", "query"),
    [("packets", "severity=high"), ("packets", "side=A"), ("alerts", "severity=severe"),
     ("alerts", "view=raw"), ("alerts", "before_ts=1")],
)  # fmt: skip
def test_flow_refuses_what_the_family_does_not_know(
    client: Client, family: str, query: str
) -> None:
    body = get(client, family, query, status=400)

    assert body["error"]["code"] == "invalid_parameter"


def test_flow_refuses_a_cursor_of_the_other_family(client: Client) -> None:
    fill(0, prints=30, alerts=4)
    cursor = get(client, "packets", "limit=1")["next"]

    body = get(client, "alerts", f"cursor={cursor}", status=400)

    assert body["error"]["fields"][0]["allowed"] == "a cursor of alert; this one is of packet"
