"""Prints of several sources are one order: no row twice, none lost, whichever way one walks."""

from collections.abc import Iterator

import pytest
from django.db import connections
from django.test import Client
from pytest_django import DjangoDbBlocker

from tests.support.evidence import signed_in
from tests.support.filled import filled_database

pytestmark = pytest.mark.usefixtures("sources")
ADDRESS = "/api/v1/prints/options?view=raw"
STREAMS = 3
ROWS = 60 * STREAMS


@pytest.fixture(scope="module")
def sources(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Hold the same prints in three streams: every (ts, seq) stands three times."""
    with filled_database(django_db_blocker, prints=60, alerts=0):
        with connections["default"].cursor() as cursor:
            for number in range(1, STREAMS):
                cursor.execute(
                    """WITH twin AS (
                           INSERT INTO live.stream (run, source, kind, name, capabilities)
                           VALUES (0, %(name)s, 'option_print', %(name)s, '{}') RETURNING id)
                       SELECT id FROM twin""",
                    {"name": f"twin-{number}"},
                )
                (twin,) = cursor.fetchone()
                cursor.execute(
                    """CREATE TEMP TABLE copied AS SELECT * FROM live.option_print
                           WHERE stream = (SELECT min(stream) FROM live.option_print);
                       UPDATE copied SET stream = %s;
                       INSERT INTO live.option_print SELECT * FROM copied; DROP TABLE copied""",
                    [twin],
                )
        yield


@pytest.fixture(scope="module")
def client(sources: None) -> Client:
    return signed_in("analyst", name="walker")


def get(client: Client, query: str) -> dict[str, list[dict[str, object]]]:
    answer = client.get(f"{ADDRESS}&{query}")
    assert answer.status_code == 200, answer.content
    found: dict[str, list[dict[str, object]]] = answer.json()
    return found


def place(row: dict[str, object]) -> tuple[object, ...]:
    return row["ts"], row["seq"], row["stream"]


def walk(client: Client, first: str, onward: str, limit: int) -> list[tuple[object, ...]]:
    """Return the places of all rows; `onward` says how a client asks for the next page."""
    seen: list[tuple[object, ...]] = []
    body = get(client, f"limit={limit}&{first}")
    while body["data"]:
        seen += [place(row) for row in body["data"]]
        last = body["data"][-1]
        following = onward.format(next=body["next"], ts=last["ts_ms"], seq=last["seq"])
        body = get(client, f"limit={limit}&{following}")
    return seen


@pytest.mark.parametrize("limit", [7, 50, 1_000])
@pytest.mark.parametrize(
    ("first", "onward", "is_newest_first"),
    [
        ("", "cursor={next}", True),
        ("before_ts=1500000000000&before_seq=0", "cursor={next}", True),
        ("before_ts=1500000000000&before_seq=0", "before_ts={ts}&before_seq={seq}", True),
        ("after_ts=0&after_seq=0", "cursor={next}", False),
        ("after_ts=0&after_seq=0", "after_ts={ts}&after_seq={seq}", False),
    ],
    ids=["cursors", "pair then cursors", "pairs", "forward cursors", "forward pairs"],
)
def test_walk_gives_rows_of_all_sources_in_one_order(
    client: Client, first: str, onward: str, is_newest_first: bool, limit: int
) -> None:
    seen = walk(client, first, onward, limit)

    assert seen == sorted(set(seen), reverse=is_newest_first)
    assert len(seen) == ROWS


@pytest.mark.parametrize("limit", [1, 2, 3])
@pytest.mark.parametrize("side", ["before", "after"])
def test_page_by_pair_takes_equal_pairs_whole(client: Client, side: str, limit: int) -> None:
    ts = {"before": 1_500_000_000_000, "after": 0}[side]

    rows = get(client, f"limit={limit}&{side}_ts={ts}&{side}_seq=0")["data"]

    assert len(rows) == STREAMS
    assert len({(row["ts"], row["seq"]) for row in rows}) == 1
    assert len({row["stream"] for row in rows}) == STREAMS


def test_turn_by_pair_at_any_row_leaves_out_that_instant_and_seq_only(client: Client) -> None:
    rows = get(client, "limit=1000")["data"]
    middle = rows[len(rows) // 2]
    pair = f"_ts={middle['ts_ms']}&{{side}}_seq={middle['seq']}&limit=1000"

    older = get(client, "before" + pair.format(side="before"))["data"]
    newer = get(client, "after" + pair.format(side="after"))["data"]

    assert len(older) + len(newer) == ROWS - STREAMS
    assert {place(row) for row in older}.isdisjoint(place(row) for row in newer)


@pytest.mark.parametrize("spelling", ["ts", "ts_ms"])
def test_pair_may_be_spelled_as_text_or_as_milliseconds(client: Client, spelling: str) -> None:
    edge = get(client, "limit=9")["data"][-1]
    stamp = str(edge[spelling]).replace("+", "%2B")

    rows = get(client, f"limit=1&before_ts={stamp}&before_seq={edge['seq']}")["data"]

    assert place(rows[0]) < place(edge)
    assert len(rows) == STREAMS


@pytest.mark.parametrize("limit", [ROWS - 1, ROWS, ROWS + 1])
def test_more_is_promised_exactly_where_more_follows(client: Client, limit: int) -> None:
    body = client.get(f"{ADDRESS}&limit={limit}").json()

    assert body["has_more"] == (limit < ROWS)
    assert len(body["data"]) == min(limit, ROWS)
