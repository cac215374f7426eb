"""Raw evidence in the admin over one log that is only read: every statement is bounded."""

import re
from collections.abc import Iterator

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from tests.support.evidence import fill, signed_in
from tests.support.filled import own_log

pytestmark = pytest.mark.usefixtures("filled")
RAW = ("optionprintevidence", "optionquoteevidence", "equityprintevidence")


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with own_log(django_db_blocker):
        fill(0, prints=600, alerts=0)
        yield


@pytest.fixture(scope="module")
def client(filled: None) -> Client:
    return signed_in("superuser")


def changelist(model: str, query: str = "") -> str:
    return reverse(f"admin:flow_{model}_changelist") + query


def keys(html: str) -> list[str]:
    return re.findall(r"/([0-9]+-[0-9]+-[0-9]+)/change/", html)


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content[:500]
    return str(answer.content.decode())


def statements(client: Client, address: str, alias: str = "default") -> list[str]:
    with CaptureQueriesContext(connections[alias]) as captured:
        page(client, address)
    return [query["sql"] for query in captured]


def assert_bounded(sqls: list[str]) -> None:
    """No count, and every read of evidence has a LIMIT or a time bound on both sides."""
    assert sqls
    for sql in sqls:
        assert "COUNT(" not in sql.upper(), sql
        if "pg_class" not in sql and re.search("evidence_|_print|_quote", sql):
            is_between = '"ts" >=' in sql and '"ts" <' in sql
            assert "LIMIT" in sql or is_between, sql
            assert '"key" =' not in sql, sql
        if "ORDER BY" in sql:
            assert '"key"' not in sql.split("ORDER BY")[1], sql


@pytest.mark.parametrize("model", RAW)
@pytest.mark.parametrize("query", ["", "?q=QAX", "?day=2014-06-03", "?o=2.-1", "?all=", "?p=7"])
def test_list_reads_are_bounded(client: Client, model: str, query: str) -> None:
    sqls = statements(client, changelist(model, query))

    assert_bounded(sqls)
    (listing,) = [sql for sql in sqls if "evidence_" in sql and "LIMIT 101" in sql]
    assert re.search(r'ORDER BY (\d+|[^,]*"ts") DESC, (\d+|[^,]*"seq") DESC, ', listing)


@pytest.mark.parametrize("model", RAW)
def test_detail_reads_are_bounded_and_by_the_real_key(client: Client, model: str) -> None:
    key = keys(page(client, changelist(model)))[0]
    address = reverse(f"admin:flow_{model}_change", args=[key])

    sqls = statements(client, address)

    assert_bounded(sqls)
    row = next(sql for sql in sqls if 'FROM "evidence_' in sql)
    assert "LIMIT 1" in row
    assert '"stream" =' in row
    assert '"ts" =' in row


def test_list_of_one_symbol_and_of_one_contract_are_exact(client: Client) -> None:
    name = re.search(r"QAX-2014-06-20-[0-9]+-[CP]", page(client, changelist(RAW[0], "?q=QAX")))
    assert name

    by_contract = page(client, changelist(RAW[0], f"?q={name[0]}"))

    assert set(re.findall(r"Q[A-Z]X-2014-06-20-[0-9]+-[CP]", by_contract)) == {name[0]}
    assert keys(page(client, changelist(RAW[0], "?q=QA"))) == []
