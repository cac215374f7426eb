"""What a page of the API asks of the database: few statements, bounded, the same at any size."""

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connections
from django.test import Client
from knox.models import AuthToken
from pytest_django import DjangoDbBlocker

from flow.api.views import STATEMENT_TIMEOUT_MS
from tests.support.evidence import make_user, signed_in
from tests.support.filled import IMPORT, filled_database
from tests.support.sql import of_log, statements, unbounded

pytestmark = pytest.mark.usefixtures("filled")
PRINTS, PACKETS, ALERTS = (
    "/api/v1/prints/options?", "/api/v1/flow/packets?", "/api/v1/flow/alerts?",
)  # fmt: skip
TABLE = {PRINTS: "option_print", PACKETS: "packet", ALERTS: "alert"}
RUN = urlencode({"run": IMPORT})
QUERIES = (
    "", "limit=1000", "underlying_id=QAX,QBX", "min_notional=30000",
    "before_ts=1402000000000&before_seq=3", "after_ts=0&after_seq=0&limit=3",
)  # fmt: skip


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with filled_database(django_db_blocker):
        yield


@pytest.fixture(scope="module")
def client(filled: None) -> Client:
    return signed_in("analyst", name="reader")


def page(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content


def asked(client: Client, address: str, alias: str = "default") -> list[str]:
    """Return the statements of one page."""
    return statements(lambda: page(client, address), alias)


def squeezed(sqls: list[str]) -> str:
    """Return the one statement on one line."""
    (sql,) = sqls
    return " ".join(sql.split())


def planned(sql: str) -> str:
    """Return the plan where a whole table is read only if nothing else can be."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        cursor.execute("EXPLAIN " + sql)
        plan = "\n".join(str(row[0]) for row in cursor.fetchall())
        cursor.execute("RESET enable_seqscan")
    return plan


def test_pages_read_the_log_with_a_limit_and_never_count(client: Client) -> None:
    for family in TABLE:
        for query in QUERIES:
            sqls = asked(client, family + query)
            assert of_log(sqls), (family, query)
            assert unbounded(sqls) == [], (family, query)


def test_pages_are_read_in_key_order_with_one_row_more_than_they_show(client: Client) -> None:
    prints, packets, alerts = (of_log(asked(client, family + "limit=3")) for family in TABLE)

    assert squeezed(prints).endswith("ORDER BY p.ts DESC, p.seq DESC LIMIT 4")
    for found in (packets, alerts):
        assert squeezed(found).endswith("ORDER BY d.ts DESC, d.uid DESC LIMIT 4")


def test_pages_by_cursor_bound_the_time_of_what_they_read(client: Client) -> None:
    for family in TABLE:
        address = family + "limit=1"
        more = f"{address}&cursor={client.get(address).json()['next']}"
        sqls = of_log(asked(client, more))
        assert re.search(r"\.ts <= '20", squeezed(sqls))


def test_pages_take_as_many_statements_for_many_rows_as_for_few(client: Client) -> None:
    for family in TABLE:
        few, many = (asked(client, family + size) for size in ("limit=1", "limit=1000"))
        assert len(few) == len(many) <= 8


def test_pages_of_an_import_read_no_live_rows(client: Client) -> None:
    for family in TABLE:
        address = family + RUN
        assert of_log(asked(client, address)) == []
        assert of_log(asked(client, address, "runs"))


def test_pages_set_the_time_limit_before_they_read(client: Client) -> None:
    for family in TABLE:
        sqls = asked(client, family)
        limit = next(at for at, sql in enumerate(sqls) if "statement_timeout" in sql)
        assert f"'{STATEMENT_TIMEOUT_MS}'" in sqls[limit]
        assert limit < sqls.index(of_log(sqls)[0])


def test_pages_plan_no_scan_of_a_whole_table(client: Client) -> None:
    for family, table in TABLE.items():
        sqls = of_log(asked(client, family))
        plan = planned(sqls[0])
        assert f"Seq Scan on {table}" not in plan
        assert "Index Scan" in plan


def test_refused_parameter_reads_nothing_of_the_log(client: Client) -> None:
    assert of_log(statements(lambda: client.get(PRINTS + "limit=0"))) == []


def test_refused_person_reads_nothing_of_the_log() -> None:
    viewer = signed_in("viewer")

    assert of_log(statements(lambda: viewer.get(PRINTS))) == []


def test_read_by_token_writes_nothing() -> None:
    user = make_user("analyst", name="by token")
    _, token = AuthToken.objects.create(user, expiry=timedelta(hours=1))
    header = {"Authorization": f"Token {token}"}

    sqls = statements(lambda: Client().get(PRINTS, headers=header))

    assert not [sql for sql in sqls if re.match(r"\s*(INSERT|UPDATE|DELETE)", sql)]


def test_status_is_bounded_whatever_the_log_holds(client: Client) -> None:
    sqls = asked(client, "/api/v1/status")

    assert unbounded(sqls) == []
    assert of_log(sqls) == []
