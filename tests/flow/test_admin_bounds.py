"""Raw evidence in the admin over one log that is only read: every statement is bounded."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from tests.flow.admin_pages import RAW, changelist, keys
from tests.support.evidence import fill, signed_in
from tests.support.filled import own_log
from tests.support.pages import body, statements_of
from tests.support.sql import assert_bounded_evidence

pytestmark = pytest.mark.usefixtures("filled")


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with own_log(django_db_blocker):
        fill(0, prints=600, alerts=0)
        yield


@pytest.fixture(scope="module")
def client(filled: None) -> Client:
    return signed_in("superuser")


@pytest.mark.parametrize("model", RAW)
@pytest.mark.parametrize("query", ["", "?q=QAX", "?day=2014-06-03", "?o=2.-1", "?all=", "?p=7"])
def test_list_reads_are_bounded(client: Client, model: str, query: str) -> None:
    sqls = statements_of(client, changelist(model, query))

    assert_bounded_evidence(sqls)
    (listing,) = [sql for sql in sqls if "evidence_" in sql and "LIMIT 101" in sql]
    assert re.search(r'ORDER BY (\d+|[^,]*"ts") DESC, (\d+|[^,]*"seq") DESC, ', listing)


@pytest.mark.parametrize("model", RAW)
def test_detail_reads_are_bounded_and_by_the_real_key(client: Client, model: str) -> None:
    key = keys(body(client, changelist(model)))[0]
    address = reverse(f"admin:flow_{model}_change", args=[key])

    sqls = statements_of(client, address)

    assert_bounded_evidence(sqls)
    row = next(sql for sql in sqls if 'FROM "evidence_' in sql)
    assert "LIMIT 1" in row
    assert '"stream" =' in row
    assert '"ts" =' in row


def test_list_of_one_symbol_and_of_one_contract_are_exact(client: Client) -> None:
    name = re.search(r"QAX-2014-06-20-[0-9]+-[CP]", body(client, changelist(RAW[0], "?q=QAX")))
    assert name

    by_contract = body(client, changelist(RAW[0], f"?q={name[0]}"))

    assert set(re.findall(r"Q[A-Z]X-2014-06-20-[0-9]+-[CP]", by_contract)) == {name[0]}
    assert keys(body(client, changelist(RAW[0], "?q=QA"))) == []
