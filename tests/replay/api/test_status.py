"""GET /api/v1/status: what runs, what is silent, how far compute is."""

from typing import Any

import pytest
from django.db import connections
from django.test import Client

from replay.api.serializers import SourceSerializer, StatusSerializer
from signals.engine.records import ENGINE_VERSION
from tests.support.evidence import fill, filled_import, signed_in

pytestmark = pytest.mark.usefixtures("log_db")
ADDRESS = "/api/v1/status"


def status(query: str = "") -> dict[str, Any]:
    answer = signed_in("analyst").get(f"{ADDRESS}?{query}")
    assert answer.status_code == 200, answer.content
    body: dict[str, Any] = answer.json()
    return body


def execute(sql: str, *values: Any) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute(sql, values)


def feed(state: str, silence: str | None) -> None:
    execute(
        """INSERT INTO live.feed_cursor (run, source, cursor, state, quarantined,
                                         last_event_ts, last_received_at)
           VALUES (0, 'wire', '{}', %s, 3,
                   clock_timestamp() - %s::interval - interval '2 s',
                   clock_timestamp() - %s::interval)""",
        state,
        silence,
        silence,
    )


def test_status_of_an_empty_log_tells_every_documented_field() -> None:
    body = status()

    assert set(body) == set(StatusSerializer().fields)
    assert (body["streams"], body["sources"], body["compute"]) == ([], [], [])
    assert body["engine_version"] == ENGINE_VERSION
    assert body["tuning"]["revision"] == 1
    assert [run["name"] for run in body["runs"]] == ["live"]


@pytest.mark.parametrize(
    ("state", "silence", "word"),
    [
        ("live", "1 s", "live"),
        ("live", "16 s", "stale"),
        ("live", "61 s", "dead"),
        ("starting", None, "starting"),
        ("stopped", "1 s", "stopped"),
        ("finished", "3 days", "finished"),
    ],
)
def test_status_says_what_a_silent_feed_is(state: str, silence: str | None, word: str) -> None:
    feed(state, silence)

    (source,) = status()["sources"]

    assert source["state"] == word
    assert source["quarantined"] == 3
    assert (source["events_per_s"], source["asked_events_per_s"]) == (None, None)
    assert source["delay_s"] == (None if silence is None else pytest.approx(2, abs=0.5))


def test_status_tells_what_a_feed_achieves_of_what_it_was_asked_for() -> None:
    feed("live", "1 s")
    execute("UPDATE live.feed_cursor SET events_per_s = 4987.5, asked_events_per_s = 5000")
    (source,) = status()["sources"]

    assert set(source) == set(SourceSerializer().fields)
    assert (source["events_per_s"], source["asked_events_per_s"]) == (4987.5, 5000.0)


def test_status_tells_the_heads_of_the_streams() -> None:
    fill(0, prints=10, alerts=0)

    heads = {stream["kind"]: stream["head_seq"] for stream in status()["streams"]}

    assert heads == {"option_print": 10, "option_quote": 5, "equity_print": 2}


def test_status_tells_what_compute_has_not_taken_yet() -> None:
    fill(0, prints=10, alerts=0)
    for batch, first, last in ((1, 1, 4), (2, 5, 9), (3, 10, 10)):
        execute(
            """INSERT INTO live.batch (stream, batch_no, first_seq, last_seq, n, n_control, crc,
                                       origin, epoch, committed_at)
               SELECT id, %s, %s, %s, %s, 0, 0, 'test', 1, clock_timestamp() - %s * interval '1 s'
               FROM live.stream WHERE kind = 'option_print'""",
            batch,
            first,
            last,
            last - first + 1,
            60 - 10 * batch,
        )
    execute(
        """INSERT INTO live.step_ledger (run, shard, step_no, stream, first_batch, last_batch,
               entries, outputs, alerts, digest, engine, tuning_revision, epoch)
           SELECT 0, 0, 5, id, 1, 1, 4, 0, 0, '', 'e', 1, 1 FROM live.stream
           WHERE kind = 'option_print'"""
    )

    found = {each["stream"].split(":")[1]: each for each in status()["compute"]}

    assert set(found) == {"option_print", "equity_print"}
    compute = found["option_print"]
    assert (compute["step_no"], compute["last_batch"]) == (5, 1)
    assert (compute["batches_behind"], compute["entries_behind"]) == (2, 6)
    assert compute["oldest_waiting_s"] == pytest.approx(40, abs=5)
    assert compute["newest_waiting_s"] == pytest.approx(30, abs=5)


def test_status_of_an_import_tells_of_its_schema() -> None:
    filled_import("old", prints=10, alerts=0)

    assert len(status("run=old")["streams"]) == 3


def test_status_refuses_other_parameters_and_other_roles() -> None:
    assert signed_in("analyst").get(f"{ADDRESS}?limit=5").status_code == 400
    assert signed_in("viewer").get(ADDRESS).status_code == 403
    assert Client().get(ADDRESS).status_code == 401
