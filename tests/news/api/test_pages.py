"""The list and the feed of changes: whole walks under inserts and restarts, filters, refusals."""

from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from knox.models import AuthToken

from tests.support.database import empty_database
from tests.support.evidence import make_user, signed_in
from tests.support.news import (
    MINUTE,
    NOW,
    SECOND,
    Clocks,
    Wire,
    drained,
    iso,
    item,
    owning_news,
    store,
    updated,
)
from tests.support.openapi import deviations, document

pytestmark = pytest.mark.usefixtures("log_db")
NEWS, CHANGES = "/api/v1/news/", "/api/v1/news/changes"


@pytest.fixture
def client(log_db: None) -> Client:
    return signed_in("analyst")


def get(client: Client, address: str, status: int = 200, /, **query: Any) -> dict[str, Any]:
    answer = client.get(address, query)
    assert answer.status_code == status, answer.content
    found: dict[str, Any] = answer.json()
    return found


def ids(body: dict[str, Any]) -> list[int]:
    return [row["story_id"] for row in body["data"]]


def other_wire() -> Wire:
    wire = Wire()
    wire.name = "other"
    return wire


def feed(client: Client, cursor: str | None, limit: int = 2) -> tuple[list[str], str | None]:
    """Follow the feed to its end; return the uids and where it ended."""
    seen: list[str] = []
    while True:
        place: dict[str, Any] = {} if cursor is None else {"cursor": cursor}
        body = get(client, CHANGES, limit=limit, **place)
        seen += [row["uid"] for row in body["data"]]
        cursor = body["next"] or cursor
        if not body["has_more"]:
            return seen, cursor


# The list


def test_a_story_tells_when_it_was_published_and_when_it_was_there(client: Client) -> None:
    clocks = Clocks()
    store(updated(item(77, 0), MINUTE), clocks=clocks)

    (row,) = get(client, NEWS)["data"]
    assert row["id"] == "wire:77"
    assert row["published_ts_ms"] == NOW // 1_000
    assert row["updated_ts_ms"] == (NOW + MINUTE) // 1_000
    assert row["received_ms"] > (NOW + 3_600 * SECOND) // 1_000
    assert row["symbols"] == [
        {"symbol": "SPY", "method": "provider", "methods": ["provider"], "confidence": 0.95,
         "is_known": True}
    ]  # fmt: skip


def test_list_shows_each_story_once_in_its_current_revision(client: Client) -> None:
    first = item(1, 0)
    store(first, item(2, SECOND), updated(first, MINUTE, headline="Now this"))

    body = get(client, NEWS)
    assert ids(body) == [2, 1]
    assert (body["data"][1]["headline"], body["data"][1]["revisions"]) == ("Now this", 2)
    assert body["data"][1]["is_current"]


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_a_walk_under_inserts_gives_what_was_there_once(client: Client, limit: int) -> None:
    store(*(item(n, n // 2 * SECOND) for n in range(9)))
    seen: list[int] = []
    place: dict[str, Any] = {}
    while True:
        body = get(client, NEWS, limit=limit, **place)
        seen += ids(body)
        store(item(100 + len(seen), 100 * SECOND), updated(item(3, SECOND), MINUTE, summary="x"))
        if not body["has_more"]:
            break
        place = {"cursor": body["next"]}

    assert seen == [8, 7, 6, 5, 4, 3, 2, 1, 0]


def test_pairs_walk_both_ways_over_equal_instants(client: Client) -> None:
    store(*(item(n, 0) for n in range(4)))
    with owning_news(other_wire()) as worker:
        drained(worker)
        worker.provider.send(item(2, 0))  # type: ignore[attr-defined]
        drained(worker)

    down = get(client, NEWS, before_ts=NOW // 1_000, before_seq=3, limit=1)
    up = get(client, NEWS, after_ts=NOW // 1_000, after_seq=1, limit=1)

    assert [row["id"] for row in down["data"]] == ["other:2", "wire:2"]
    assert [row["id"] for row in up["data"]] == ["wire:2", "other:2"]
    assert ids(get(client, NEWS, cursor=down["next"])) == [1, 0]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"symbol": "spy"}, [3, 2, 1]),
        ({"symbol": "QQQ,brk/b"}, [3, 0]),
        ({"symbol": "ZZZ"}, []),
        ({"source": "Benzinga"}, [2]),
        ({"source": "wire,benzinga"}, [3, 2, 1, 0]),
        ({"source": "benz"}, []),
        ({"since": iso(2 * SECOND)}, [3, 2]),
        ({"since": str((NOW + 2 * SECOND) // 1_000), "symbol": "QQQ"}, [3]),
    ],
)
@pytest.mark.parametrize("address", [NEWS, CHANGES])
def test_filters(client: Client, address: str, query: dict[str, str], found: list[int]) -> None:
    store(
        item(0, 0, symbols=["BRK.B"]), item(1, SECOND), item(2, 2 * SECOND, source="Benzinga"),
        item(3, 3 * SECOND, symbols=["SPY", "QQQ"]),
    )  # fmt: skip

    body = get(client, address, **query)
    assert ids(body) == (found if address == NEWS else found[::-1])
    assert set(body["applied_filters"]) == set(query)


# The feed of changes


def test_golden_g11_after_a_restart_the_feed_gives_the_revision(client: Client) -> None:
    """Story 77 published 100, revision updated 150; a restart; revision updated 200."""
    store(item(77, 100), updated(item(77, 100), 150, headline="First"))
    seen, cursor = feed(client, None)
    (last,) = get(client, CHANGES, limit=1, symbol="SPY", since=iso(150))["data"]
    assert last["changed_ts"] == last["updated_ts"]

    store(updated(item(77, 100), 200, headline="Second"))

    (new,), _ = feed(client, cursor)
    by_pair = get(client, CHANGES, after_ts=last["changed_ts_ms"], after_uid=last["uid"])
    assert [row["uid"] for row in by_pair["data"]] == [new]
    assert by_pair["data"][0]["headline"] == "Second"
    assert len(seen) == 2


def test_the_feed_gives_latecomers_and_twins_of_a_second(client: Client) -> None:
    store(item(1, MINUTE), item(2, MINUTE))
    _, cursor = feed(client, None)
    store(item(3, 0), item(4, MINUTE))

    seen, _ = feed(client, cursor, limit=1)
    late = get(client, CHANGES, cursor=cursor)["data"]
    assert [row["story_id"] for row in late] == [3, 4]
    assert len(seen) == 2
    assert late[0]["changed_ts"] > late[0]["updated_ts"]


def test_what_says_nothing_new_is_no_change(client: Client) -> None:
    store(item(1, 0), updated(item(1, 0), SECOND), item(1, 0))

    assert len(feed(client, None)[0]) == 1


def test_an_empty_page_of_the_feed_has_no_next_and_says_that_nothing_came(client: Client) -> None:
    body = get(client, CHANGES)

    assert (body["data"], body["next"], body["has_more"]) == ([], None, False)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    batches=st.lists(
        st.lists(st.tuples(st.integers(1, 4), st.integers(0, 6)), max_size=5), max_size=4
    ),
    limit=st.integers(1, 4),
)
def test_a_follower_sees_every_revision_once_whatever_comes_and_restarts(
    batches: list[list[tuple[int, int]]], limit: int, log_db: None
) -> None:
    empty_database()
    client = signed_in("analyst")
    seen: list[str] = []
    cursor: str | None = None
    clocks = Clocks()
    for number, batch in enumerate(batches):
        store(
            *(item(n, at * SECOND, headline=f"{n} {at} {number % 2}") for n, at in batch),
            clocks=clocks,
        )  # every store is a restart
        more, cursor = feed(client, cursor, limit)
        seen += more

    whole, _ = feed(client, None, 50)
    assert seen == whole
    assert len(set(seen)) == len(seen)


# Refusals


@pytest.mark.parametrize("address", [NEWS, CHANGES])
@pytest.mark.parametrize(
    "query",
    [
        "foo=1", "limit=0", "limit=1001", "limit=x", "cursor=x", "symbol=BTCUSD", "symbol=",
        "symbol=%00", "source=", "source=%00", "since=yesterday", "since=1&since=2", "after_ts=1",
        "cursor=x&after_ts=1", "token=secret",
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_name(client: Client, address: str, query: str) -> None:
    answer = client.get(f"{address}?{query}")

    error = answer.json()["error"]
    assert answer.status_code == 400
    assert error["fields"]
    assert "secret" not in answer.content.decode()


@pytest.mark.parametrize("uid", ["", "x", "0" * 31, "' OR 1=1 --", "\u0660" * 32])
def test_a_uid_that_is_none_is_refused(client: Client, uid: str) -> None:
    body = get(client, CHANGES, 400, after_ts=1, after_uid=uid)

    assert body["error"]["fields"][0]["name"] == "after_uid"


def test_a_cursor_belongs_to_its_family_and_filters(client: Client) -> None:
    store(item(1, 0), item(2, 0))
    of_list, of_feed = (get(client, each, limit=1)["next"] for each in (NEWS, CHANGES))

    assert get(client, NEWS, 400, cursor=of_feed)["error"]["code"] == "invalid_cursor"
    assert get(client, CHANGES, 400, cursor=of_list)["error"]["code"] == "invalid_cursor"
    assert get(client, NEWS, 400, cursor=of_list, symbol="SPY")["error"]["code"] == "invalid_cursor"


@pytest.mark.parametrize("address", [NEWS, CHANGES])
def test_a_token_reads_and_a_viewer_does_not(address: str) -> None:
    _, token = AuthToken.objects.create(make_user("analyst", name="script"))

    assert Client().get(address).status_code == 401
    assert signed_in("viewer").get(address).status_code == 403
    assert Client().get(address, headers={"Authorization": f"Token {token}"}).status_code == 200


@pytest.mark.parametrize("address", [NEWS, CHANGES])
def test_answers_are_as_documented(client: Client, address: str) -> None:
    store(
        item(1, 0, content="<script>x</script>", summary=""),
        updated(item(1, 0), MINUTE, headline="Correction: $GME", symbols=["BRK.B"]),
    )
    schema = document()

    assert deviations(schema, address, 200, get(client, address)) == []
    assert deviations(schema, address, 400, get(client, address, 400, limit=0)) == []
    assert deviations(schema, address, 404, get(client, address, 404, run="nope")) == []


def test_an_unknown_run_is_never_quietly_live(client: Client) -> None:
    store(item(1, 0))

    assert get(client, NEWS, 404, run="old")["error"]["code"] == "unknown_run"
