"""Derived evidence in the admin over one log that is only read: every statement is bounded."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from tests.signals.admin_pages import KINDS, change, changelist, keys
from tests.support.evidence import fill, signed_in
from tests.support.filled import own_log
from tests.support.pages import body, statements_of

pytestmark = pytest.mark.usefixtures("filled")


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with own_log(django_db_blocker):
        fill(0, prints=600, alerts=100)
        yield


@pytest.fixture(scope="module")
def client(filled: None) -> Client:
    return signed_in("superuser")


def assert_bounded(sqls: list[str]) -> None:
    """No count; every read of the log has a LIMIT, in key order or by equality with a key."""
    assert sqls
    for sql in sqls:
        assert "COUNT(" not in sql.upper(), sql
        if re.search("evidence_|option_print|packet|classifier_hit|alert", sql):
            assert "LIMIT" in sql or "pg_class" in sql, sql
            assert '"key" =' not in sql, sql


@pytest.mark.parametrize("model", KINDS)
@pytest.mark.parametrize("query", ["", "?q=QAX", "?day=2014-06-03", "?o=-2", "?all=&_facets=True"])
def test_list_reads_are_bounded_and_in_key_order(client: Client, model: str, query: str) -> None:
    sqls = statements_of(client, changelist(model, query))

    assert_bounded(sqls)
    (listing,) = [sql for sql in sqls if "LIMIT 101" in sql]
    order = r'ORDER BY (\d+|[^,]*"ts") DESC, (\d+|[^,]*"uid") DESC, (\d+|[^,]*"rev") DESC, '
    assert re.search(order, listing)
    assert re.search(r'"run" = 0 AND .*"ts" >= .* AND .*"ts" < ', listing)


@pytest.mark.parametrize("model", KINDS)
def test_detail_reads_are_bounded_and_by_the_real_key(client: Client, model: str) -> None:
    key = keys(body(client, changelist(model)), model)[0]

    sqls = statements_of(client, change(model, key))

    assert_bounded(sqls)
    row = next(sql for sql in sqls if 'FROM "evidence_' in sql)
    assert all(f'"{column}" = ' in row for column in ("run", "ts", "uid", "rev"))
