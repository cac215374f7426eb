"""Derived evidence in the admin: bounded statements, real keys, members, sentences, no touching."""

import re

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from tests.signals.admin_pages import KINDS, change, changelist, keys
from tests.support.evidence import fill, filled_import, signed_in
from tests.support.pages import body

pytestmark = pytest.mark.usefixtures("log_db")


@pytest.fixture
def client(log_db: None) -> Client:
    return signed_in("superuser")


@pytest.mark.parametrize("model", KINDS)
def test_list_walked_by_key_gives_every_row_of_the_day_once(client: Client, model: str) -> None:
    fill(0, prints=3_000, alerts=1_500)
    seen: list[str] = []
    html = body(client, changelist(model))
    while older := re.search(r'href="(\?[^"]+)">Older', html):
        seen += keys(html, model)
        html = body(client, changelist(model, older[1].replace("&amp;", "&")))
    seen += keys(html, model)

    table = {"alertevidence": "alert", "packetevidence": "packet"}.get(model, "classifier_hit")
    with connections["default"].cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM live.{table} WHERE ts >= '2014-06-06 00:00-04'")
        (count,) = cursor.fetchone()
    assert len(seen) == len(set(seen)) == count > 250


def test_alert_shows_sentences_score_prints_quotes_and_thresholds(client: Client) -> None:
    fill(0, prints=60, alerts=6)
    key = keys(body(client, changelist("alertevidence")), "alertevidence")[0]

    html = body(client, change("alertevidence", key))

    assert "consistent with a sweep of offers" in html
    assert "sweep_min_prints = 3" in html
    assert "<td>24.0</td>" in html
    assert "optionprintevidence/" in html
    assert "optionquoteevidence/" in html
    assert "Revision 1 (active)" in html
    assert f"/reads/{key}/evidence/?run=live" in html


def test_alert_leads_to_event_packet_and_hit_which_open(client: Client) -> None:
    fill(0, prints=60, alerts=6)
    key = keys(body(client, changelist("alertevidence")), "alertevidence")[0]
    html = body(client, change("alertevidence", key))

    for model in ("smartmoneyeventevidence", "packetevidence", "classifierhitevidence"):
        (neighbour,) = set(keys(html, model))
        opened = body(client, change(model, neighbour, "?run=live"))
        assert "7 prints" in opened or "prints" in opened


def test_packet_opens_its_evidence_page_and_its_prints(client: Client) -> None:
    fill(0, prints=60, alerts=6)
    key = keys(body(client, changelist("packetevidence")), "packetevidence")[0]

    html = body(client, change("packetevidence", key))

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
    key = keys(body(client, changelist("packetevidence")), "packetevidence")[0]
    with connections["default"].cursor() as cursor:
        cursor.execute("TRUNCATE live.option_print")

    assert "no longer in the log" in body(client, change("packetevidence", key))


def test_derived_key_opens_its_own_run_whatever_the_address_asks(client: Client) -> None:
    filled_import("old", prints=60, alerts=6)
    html = body(client, changelist("alertevidence", "?run=old"))
    key = keys(html, "alertevidence")[0]

    assert "run=old" in body(client, change("alertevidence", key))
    assert keys(body(client, changelist("alertevidence")), "alertevidence") == []


def test_list_offers_the_runs(client: Client) -> None:
    filled_import("old", prints=60, alerts=6)

    html = body(client, changelist("alertevidence"))

    assert "?run=old" in html
    assert "?run=live" in html


def test_texts_of_evidence_are_escaped(client: Client) -> None:
    fill(0, prints=60, alerts=1)
    with connections["default"].cursor() as cursor:
        cursor.execute(
            """UPDATE live.alert SET headline = '<img src=x>',
               explanations = '[{"text": "<script>x</script>", "values": {"<b>": "<i>"}}]'"""
        )
    html = body(client, changelist("alertevidence"))
    detail = body(client, change("alertevidence", keys(html, "alertevidence")[0]))

    assert "<img src=x>" not in html + detail
    assert "<script>x" not in detail
    assert "&lt;b&gt; = &lt;i&gt;" in detail


@pytest.mark.parametrize("model", KINDS)
def test_nobody_adds_changes_or_deletes_not_even_a_superuser(client: Client, model: str) -> None:
    fill(0, prints=60, alerts=6)
    key = keys(body(client, changelist(model)), model)[0]
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
