"""GET /api/v1/prints/options on the real database: pages, filters, runs, refusals."""

from typing import Any

import pytest
from django.test import Client

from flow.api.prints import print_body
from flow.api.serializers import OptionPrintSerializer
from flow.storage.pages import print_page
from tests.support.evidence import fill, filled_import, signed_in

pytestmark = pytest.mark.usefixtures("log_db")
ADDRESS = "/api/v1/prints/options"


@pytest.fixture
def client(log_db: None) -> Client:
    return signed_in("analyst")


def get(client: Client, query: str = "", *, status: int = 200) -> dict[str, Any]:
    answer = client.get(f"{ADDRESS}?{query}")
    assert answer.status_code == status, answer.content
    body: dict[str, Any] = answer.json()
    return body


def ids(body: dict[str, Any]) -> list[str]:
    return [row["id"] for row in body["data"]]


def test_prints_of_an_empty_log_is_an_empty_page(client: Client) -> None:
    assert get(client) == {
        "data": [],
        "next": None,
        "has_more": False,
        "applied_filters": {"view": "signal"},
        "run": "live",
    }


def test_prints_tell_every_documented_field_and_no_other(client: Client) -> None:
    fill(0, prints=5, alerts=0)

    (row,) = get(client, "view=raw&limit=1")["data"]

    assert set(row) == set(OptionPrintSerializer().fields)
    assert row["price"] == "1.05" or float(row["price"]) >= 1
    assert isinstance(row["size"], int)
    assert row["ts"].endswith("+00:00")
    assert row["option_type"] in {"call", "put"}
    assert (row["conditions"], row["session"]) == ([" "], "regular")
    assert row["execution_nbbo_age_ms"] == 400
    assert row["id"] == f"{row['stream']}-{round(row['ts_ms'] * 1000)}-{row['seq']}"


def test_prints_walked_by_cursor_give_every_row_once_newest_first(client: Client) -> None:
    fill(0, prints=37, alerts=0)
    seen, query = [], "view=raw&limit=5"

    body = get(client, query)
    while body["has_more"]:
        seen += ids(body)
        body = get(client, f"{query}&cursor={body['next']}")
    seen += ids(body)

    rows = print_page("default", 0, limit=100)
    assert seen == [print_body(row)["id"] for row in rows]
    assert len(seen) == 37


def test_prints_walked_by_pair_forward_give_every_row_once_oldest_first(client: Client) -> None:
    fill(0, prints=23, alerts=0)
    seen: list[str] = []

    body = get(client, "view=raw&limit=4&after_ts=0&after_seq=0")
    while body["data"]:
        seen += ids(body)
        last = body["data"][-1]
        body = get(client, f"view=raw&limit=4&after_ts={last['ts_ms']}&after_seq={last['seq']}")

    assert [int(key.rsplit("-", 1)[1]) for key in seen] == list(range(1, 24))


def test_prints_before_a_pair_leave_out_the_pair_itself(client: Client) -> None:
    fill(0, prints=10, alerts=0)
    edge = get(client, "view=raw&limit=3")["data"][-1]

    body = get(client, f"view=raw&before_ts={edge['ts']}&before_seq={edge['seq']}")

    assert [row["seq"] for row in body["data"]] == list(range(edge["seq"] - 1, 0, -1))


def test_prints_with_view_signal_are_those_that_the_label_keeps(client: Client) -> None:
    fill(0, prints=60, alerts=0)

    raw, signal = get(client, "view=raw"), get(client)

    assert ids(signal) == [row["id"] for row in raw["data"] if row["signal_pass"]]
    assert 0 < len(signal["data"]) < 60


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("underlying_id=qax", lambda row: row["underlying_id"] == "QAX"),
        ("underlying_ids=QAX,QBX", lambda row: row["underlying_id"] in {"QAX", "QBX"}),
        ("type=put", lambda row: row["option_type"] == "put"),
        ("side=AA,BB", lambda row: row["execution_nbbo_side"] in {"AA", "BB"}),
        ("min_notional=50000", lambda row: float(row["notional"]) >= 50_000),
    ],
)
def test_prints_with_a_filter_are_exactly_the_rows_that_fit(
    client: Client, query: str, holds: Any
) -> None:
    fill(0, prints=120, alerts=0)
    rows = get(client, "view=raw")["data"]

    found = get(client, f"view=raw&{query}")

    assert ids(found) == [row["id"] for row in rows if holds(row)]
    assert 0 < len(found["data"]) < len(rows)


def test_prints_of_one_contract_force_raw_and_keep_the_other_filters(client: Client) -> None:
    fill(0, prints=120, alerts=0)
    name = get(client, "view=raw")["data"][0]["option_contract_id"]

    body = get(client, f"option_contract_id={name}&side=A,AA,B,BB,MID&view=signal")

    assert body["applied_filters"]["view"] == "raw"
    assert body["applied_filters"]["side"] == ["A", "AA", "B", "BB", "MID"]
    assert {row["option_contract_id"] for row in body["data"]} <= {name}


def test_prints_of_an_import_are_read_by_run_and_not_with_live(client: Client) -> None:
    filled_import("old", prints=7, alerts=0)
    fill(0, prints=3, alerts=0)

    assert len(get(client, "view=raw&run=old")["data"]) == 7
    assert get(client, "view=raw&run=old")["run"] == "old"
    assert len(get(client, "view=raw")["data"]) == 3


def test_prints_of_an_unknown_run_are_not_found(client: Client) -> None:
    body = get(client, "run=nope", status=404)

    assert body["error"]["code"] == "unknown_run"
    assert "'nope'" in body["error"]["message"]


def test_prints_refuse_a_cursor_of_another_run_or_filter(client: Client) -> None:
    filled_import("old", prints=7, alerts=0)
    fill(0, prints=7, alerts=0)
    cursor = get(client, "view=raw&limit=2")["next"]

    for query in ("view=raw&run=old", "view=signal", "view=raw&side=A"):
        refused = get(client, f"{query}&cursor={cursor}", status=400)
        assert refused["error"]["code"] == "invalid_cursor"


def test_prints_refuse_what_is_out_of_bounds_with_received_and_allowed(client: Client) -> None:
    body = get(client, "limit=1001", status=400)

    assert body["error"] == {
        "code": "invalid_parameter",
        "message": "limit is '1001'; expected 1 to 1000",
        "fields": [{"name": "limit", "received": "1001", "allowed": "1 to 1000"}],
    }
