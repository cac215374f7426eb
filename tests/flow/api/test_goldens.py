"""Goldens G5 (where a read begins) and G6 (equal timestamps), over rows that ingest wrote.

Source: platform.md 14; errata 28: one writer numbers a stream, so G6's twins are late rows of one
instant with numbers of their own.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.support.evidence import signed_in
from tests.support.feeds import ListFeed
from tests.support.market import TS, drain, option_trade, owning

pytestmark = pytest.mark.usefixtures("log_db")
MS = 1_000
PATH = "/api/v1/prints/options?view=raw"


def write(milliseconds: list[int]) -> Client:
    """Store prints so many milliseconds after TS, each in a batch with its clock, in this order."""
    prints = [option_trade(n, at * MS, size=n + 1) for n, at in enumerate(milliseconds)]
    with owning(ListFeed(prints, chunk=1)) as worker:
        drain(worker.feed, worker)
    return signed_in("analyst", name="goldens")


def read(client: Client, query: str) -> dict[str, Any]:
    answer = client.get(f"{PATH}&{query}")
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def sizes(body: dict[str, Any]) -> list[int]:
    return [row["size"] for row in body["data"]]


def test_golden_g5_a_read_from_an_instant_leaves_out_what_was_before_it() -> None:
    client = write([1_999, 2_000, 2_000])

    start = (TS + 2_000 * MS) // MS
    assert sizes(read(client, f"after_ts={start}&after_seq=0")) == [2, 3]


@pytest.mark.parametrize(
    "onward",
    [
        lambda body: f"cursor={body['next']}",
        lambda body: f"before_ts={body['data'][-1]['ts_ms']}&before_seq={body['data'][-1]['seq']}",
    ],
    ids=["cursor", "pair"],
)
def test_golden_g6_rows_of_one_instant_come_once_each(
    onward: Callable[[dict[str, Any]], str],
) -> None:
    # Sizes 1 to 5 in the order of arrival; 3 and 4 are late, of the instant of 1; 5 is late too.
    client = write([1_000, 2_000, 1_000, 1_000, 999])

    body, seen = read(client, "limit=1"), list[int]()
    while body["data"]:
        seen += sizes(body)
        body = read(client, f"limit=1&{onward(body)}")

    assert seen == [2, 4, 3, 1, 5]
