"""Pages over one long log that they only read: filters, statements, one socket."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoDbBlocker

from flow.live.tape import print_key
from flow.storage.pages import PrintFilter, print_page
from tests.flow.live.tabs import rows_of
from tests.support.evidence import signed_in
from tests.support.filled import own_log
from tests.support.pages import body
from tests.support.workers import derive_all, ingest_all, seed_items

pytestmark = pytest.mark.usefixtures("filled")
PAGES = ["/", "/options/", "/reads/"]


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with own_log(django_db_blocker):
        ingest_all(seed_items(4_000))
        derive_all()
        yield


@pytest.fixture(scope="module")
def client(filled: None) -> Client:
    return signed_in("viewer")


@pytest.mark.parametrize("address", PAGES)
def test_a_page_has_one_socket_and_no_inline_code_or_style(client: Client, address: str) -> None:
    html = body(client, address)
    assert html.count("ws-connect=") == 1
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|<style|javascript:", html)


@pytest.mark.parametrize(
    ("query", "chosen"),
    [
        ("", PrintFilter(signal_only=True)),
        ("view=raw&q=NVDA", PrintFilter(underlyings=("NVDA",))),
        ("view=raw&type=put", PrintFilter(rights=("P",))),
        ("view=raw&side=B&side=BB", PrintFilter(sides=(2, 3))),
        ("view=raw&prem=50k", PrintFilter(min_premium_micros=50_000_000_000)),
    ],
)
def test_the_tape_shows_what_its_filter_says(
    client: Client, query: str, chosen: PrintFilter
) -> None:
    rows = print_page("default", 0, limit=50, chosen=chosen)
    assert rows
    assert list(rows_of(body(client, f"/options/?{query}"))) == [print_key(row) for row in rows]


def test_a_page_costs_the_same_number_of_statements_however_long_the_log(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(16):
        body(client, "/options/")
