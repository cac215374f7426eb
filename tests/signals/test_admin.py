"""Derived evidence in the admin: bounded statements, real keys, members, sentences, no touching."""

import re

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.support.evidence import fill, filled_import, signed_in

pytestmark = pytest.mark.usefixtures("log_db")
KINDS = ("packetevidence", "smartmoneyeventevidence", "classifierhitevidence", "alertevidence")


@pytest.fixture
def client(log_db: None) -> Client:
    return signed_in("superuser")


def changelist(model: str, query: str = "") -> str:
    return reverse(f"admin:signals_{model}_changelist") + query


def change(model: str, key: str, query: str = "") -> str:
    return reverse(f"admin:signals_{model}_change", args=[key]) + query


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content[:500]
    return str(answer.content.decode())


def keys(html: str, model: str) -> list[str]:
    return re.findall(rf"/{model}/([0-9]+-[0-9]+-[0-9a-f]+-[0-9]+)/change/", html)


def statements(client: Client, address: str) -> list[str]:
    with CaptureQueriesContext(connections["default"]) as captured:
        page(client, address)
    return [query["sql"] for query in captured]


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
    fill(0, prints=600, alerts=100)

    sqls = statements(client, changelist(model, query))

    assert_bounded(sqls)
    (listing,) = [sql for sql in sqls if "LIMIT 101" in sql]
    order = r'ORDER BY (\d+|[^,]*"ts") DESC, (\d+|[^,]*"uid") DESC, (\d+|[^,]*"rev") DESC, '
    assert re.search(order, listing)
    assert re.search(r'"run" = 0 AND .*"ts" >= .* AND .*"ts" < ', listing)


@pytest.mark.parametrize("model", KINDS)
def test_detail_reads_are_bounded_and_by_the_real_key(client: Client, model: str) -> None:
    fill(0, prints=60, alerts=6)
    key = keys(page(client, changelist(model)), model)[0]

    sqls = statements(client, change(model, key))

    assert_bounded(sqls)
    row = next(sql for sql in sqls if 'FROM "evidence_' in sql)
    assert all(f'"{column}" = ' in row for column in ("run", "ts", "uid", "rev"))


@pytest.mark.parametrize("model", KINDS)
def test_list_walked_by_key_gives_every_row_of_the_day_once(client: Client, model: str) -> None:
    fill(0, prints=3_000, alerts=1_500)
    seen: list[str] = []
    html = page(client, changelist(model))
    while older := re.search(r'href="(\?[^"]+)">Older', html):
        seen += keys(html, model)
        html = page(client, changelist(model, older[1].replace("&amp;", "&")))
    seen += keys(html, model)

    table = {"alertevidence": "alert", "packetevidence": "packet"}.get(model, "classifier_hit")
    with connections["default"].cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM live.{table} WHERE ts >= '2014-06-06 00:00-04'")
        (count,) = cursor.fetchone()
    assert len(seen) == len(set(seen)) == count > 250


def test_alert_shows_sentences_score_prints_quotes_and_thresholds(client: Client) -> None:
    fill(0, prints=60, alerts=6)
    key = keys(page(client, changelist("alertevidence")), "alertevidence")[0]

    html = page(client, change("alertevidence", key))

    assert "consistent with a sweep of offers" in html
    assert "sweep_min_prints = 3" in html
    assert "<td>24.0</td>" in html
    assert "optionprintevidence/" in html
    assert "optionquoteevidence/" in html
    assert "Revision 1 (active)" in html
    assert f"/reads/{key}/evidence/?run=live" in html


def test_alert_leads_to_event_packet_and_hit_which_open(client: Client) -> None:
    fill(0, prints=60, alerts=6)
    key = keys(page(client, changelist("alertevidence")), "alertevidence")[0]
    html = page(client, change("alertevidence", key))

    for model in ("smartmoneyeventevidence", "packetevidence", "classifierhitevidence"):
        (neighbour,) = set(keys(html, model))
        opened = page(client, change(model, neighbour, "?run=live"))
        assert "7 prints" in opened or "prints" in opened


def test_packet_opens_its_evidence_page_and_its_prints(client: Client) -> None:
    fill(0, prints=60, alerts=6)
    key = keys(page(client, changelist("packetevidence")), "packetevidence")[0]

    html = page(client, change("packetevidence", key))

    assert f"/packets/{key}/evidence/?run=live" in html
    print_key = re.search(r"/optionprintevidence/([0-9-]+)/change/\?run=live", html)
    assert print_key
    assert (
        client.get(
            reverse("admin:flow_optionprintevidence_change", args=[print_key[1]])
        ).status_code
        == 200
    )


def test_packet_says_which_prints_retention_has_taken(client: Client) -> None:
    fill(0, prints=60, alerts=6)
    key = keys(page(client, changelist("packetevidence")), "packetevidence")[0]
    with connections["default"].cursor() as cursor:
        cursor.execute("TRUNCATE live.option_print")

    assert "no longer in the log" in page(client, change("packetevidence", key))


def test_derived_key_opens_its_own_run_whatever_the_address_asks(client: Client) -> None:
    filled_import("old", prints=60, alerts=6)
    html = page(client, changelist("alertevidence", "?run=old"))
    key = keys(html, "alertevidence")[0]

    assert "run=old" in page(client, change("alertevidence", key))
    assert keys(page(client, changelist("alertevidence")), "alertevidence") == []


def test_list_offers_the_runs(client: Client) -> None:
    filled_import("old", prints=60, alerts=6)

    html = page(client, changelist("alertevidence"))

    assert "?run=old" in html
    assert "?run=live" in html


def test_texts_of_evidence_are_escaped(client: Client) -> None:
    fill(0, prints=60, alerts=1)
    with connections["default"].cursor() as cursor:
        cursor.execute(
            """UPDATE live.alert SET headline = '<img src=x>',
               explanations = '[{"text": "<script>x</script>", "values": {"<b>": "<i>"}}]'"""
        )
    html = page(client, changelist("alertevidence"))
    detail = page(client, change("alertevidence", keys(html, "alertevidence")[0]))

    assert "<img src=x>" not in html + detail
    assert "<script>x" not in detail
    assert "&lt;b&gt; = &lt;i&gt;" in detail


@pytest.mark.parametrize("model", KINDS)
def test_nobody_adds_changes_or_deletes_not_even_a_superuser(client: Client, model: str) -> None:
    fill(0, prints=60, alerts=6)
    key = keys(page(client, changelist(model)), model)[0]
    delete = reverse(f"admin:signals_{model}_delete", args=[key])

    assert client.get(reverse(f"admin:signals_{model}_add")).status_code == 403
    assert client.post(change(model, key), {"score": 1}).status_code == 403
    assert client.get(delete).status_code == 403
    assert client.post(delete, {"post": "yes"}).status_code == 403
    bulk = {"action": "delete_selected", "_selected_action": key, "post": "yes"}
    client.post(changelist(model), bulk)
    assert client.get(change(model, key)).status_code == 200


def test_migrated_views_stand_in_both_schemas() -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT schemaname || '.' || viewname FROM pg_views WHERE viewname LIKE 'evidence%'"
        )
        views = {row[0] for row in cursor.fetchall()}

    kinds = ("option_print", "option_quote", "equity_print", "packet", "smart_money_event",
             "classifier_hit", "alert")  # fmt: skip
    assert {f"{schema}.evidence_{kind}" for schema in ("live", "runs") for kind in kinds} <= views
