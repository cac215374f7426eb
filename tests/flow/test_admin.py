"""Raw evidence in the admin: bounded statements, nobody may touch, values readable and escaped."""

import re
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from flow.models import ControlRequest
from tests.flow.admin_pages import RAW, STORED, changelist, keys
from tests.support.evidence import fill, filled_import, signed_in
from tests.support.pages import body, statements_of
from tests.support.sql import assert_bounded_evidence

pytestmark = pytest.mark.usefixtures("log_db")


@pytest.fixture
def client(log_db: None) -> Client:
    return signed_in("superuser")


def test_list_shows_the_newest_day_and_offers_the_one_before(client: Client) -> None:
    fill(0, prints=50, alerts=0)

    html = body(client, changelist("optionprintevidence"))

    assert len(keys(html)) == 10
    assert "2014-06-06" in html
    assert "day=2014-06-05" in html
    assert "day=2014-06-04" not in html


def test_the_browser_finds_the_icon_of_the_site(client: Client) -> None:
    for page in (reverse("admin:index"), changelist("optionprintevidence")):
        assert 'rel="icon"' in body(client, page)


def test_list_is_walked_by_key_and_gives_every_row_of_the_day_once(client: Client) -> None:
    fill(0, prints=1_500, alerts=0)
    seen: list[str] = []
    html = body(client, changelist("optionprintevidence"))
    while older := re.search(r'href="(\?[^"]+)">Older', html):
        seen += keys(html)
        html = body(client, changelist("optionprintevidence", older[1].replace("&amp;", "&")))
    seen += keys(html)

    assert len(seen) == len(set(seen)) == 300
    assert [int(key.rsplit("-", 1)[1]) for key in seen] == list(range(1_500, 1_200, -1))
    assert ">Newest<" in html


def test_list_of_an_import_reads_the_other_schema_and_links_keep_the_run(client: Client) -> None:
    filled_import("old", prints=20, alerts=0)

    html = body(client, changelist("optionprintevidence", "?run=old"))
    link = re.search(r'href="(/admin/flow/optionprintevidence/[^"]+change/[^"]+)"', html)

    assert len(keys(html)) == 4
    assert link
    assert "run=old" in link[1]
    assert "admin-load" in body(client, link[1].replace("&amp;", "&"))
    assert keys(body(client, changelist("optionprintevidence"))) == []


def test_detail_of_a_print_shows_its_quote_side_and_reasons(client: Client) -> None:
    fill(0, prints=20, alerts=0)
    key = keys(body(client, changelist("optionprintevidence")))[0]

    html = body(client, reverse("admin:flow_optionprintevidence_change", args=[key]))

    assert "NYSE" in html or "Nasdaq" in html or "Cboe" in html or "Options" in html
    assert "keep:ask-side" in html or "reject:min-notional" in html
    assert "retention has taken it" in html  # the quote's time is not in the log


@pytest.mark.parametrize("query", ["?key=1", "?price_micros__gte=1", "?ts__year=2014"])
def test_list_refuses_conditions_of_its_own(client: Client, query: str) -> None:
    assert client.get(changelist(RAW[0], query)).status_code == 400


@pytest.mark.parametrize("query", ["?day=yesterday", "?day=0001-01-01", "?before=1", "?stream=999"])
def test_list_with_a_value_that_does_not_fit_goes_back_to_the_list(
    client: Client, query: str
) -> None:
    fill(0, prints=5, alerts=0)

    assert client.get(changelist(RAW[0], query)).status_code == 302


@pytest.mark.parametrize("key", ["1-1-1", "nonsense", "0-1-2-3", "99999999999-1-1"])
def test_detail_of_a_key_that_no_row_has_goes_to_the_index(client: Client, key: str) -> None:
    answer = client.get(reverse("admin:flow_optionprintevidence_change", args=[key]))

    assert answer.status_code == 302
    assert answer["Location"] == reverse("admin:index")


@pytest.mark.parametrize("model", [*RAW, *STORED])
def test_nobody_adds_changes_or_deletes_not_even_a_superuser(client: Client, model: str) -> None:
    fill(0, prints=20, alerts=0)
    request = ControlRequest.objects.first()
    assert request
    key = (keys(body(client, changelist(model))) or [str(request.pk)])[0]
    add = reverse(f"admin:flow_{model}_add")
    assert client.get(add).status_code == 403
    assert client.post(add, {}).status_code == 403
    if model in RAW or model == "controlrequest":
        change = reverse(f"admin:flow_{model}_change", args=[key])
        delete = reverse(f"admin:flow_{model}_delete", args=[key])
        assert client.post(change, {"size": 1}).status_code == 403
        assert client.get(delete).status_code == 403
        assert client.post(delete, {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("model", STORED)
def test_stored_lists_read_bounded(client: Client, model: str) -> None:
    assert_bounded_evidence(statements_of(client, changelist(model)))


def test_quarantine_shows_raw_bytes_escaped(client: Client) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute(
            """INSERT INTO live.quarantine (run, source, reason, detail, place, raw, uid,
                                            received_at)
               VALUES (0, 'f', 'bad_price', '<b>x</b>', 'a:1', %s, gen_random_uuid(), now())
               RETURNING id""",
            [b"<script>alert(1)</script>"],
        )
        number = cursor.fetchone()[0]

    html = body(client, reverse("admin:flow_quarantine_change", args=[number]))

    assert "&lt;script&gt;alert(1)" in html
    assert "<b>x</b>" not in html
    assert "bad_price" in body(client, changelist("quarantine"))


def test_feed_cursor_is_shown_by_its_view(client: Client) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO live.feed_cursor (run, source, cursor) VALUES (0, 'wire', '{\"at\": 7}')"
        )

    assert "wire" in body(client, changelist("feedcursorevidence"))
    detail = body(client, reverse("admin:flow_feedcursorevidence_change", args=["0-wire"]))
    assert "&quot;at&quot;: 7" in detail


@pytest.mark.parametrize("role", ["viewer", "analyst"])
def test_evidence_in_the_admin_is_for_admins(role: str) -> None:
    assert signed_in(role).get(changelist(RAW[0])).status_code == 403


def test_every_page_of_the_admin_lists_evidence_and_says_estimates(client: Client) -> None:
    fill(0, prints=20, alerts=0)
    index: Any = body(client, reverse("admin:index"))

    assert all(reverse(f"admin:flow_{model}_changelist") in index for model in (*RAW, *STORED))
    assert "(estimate)" in body(client, changelist(RAW[0]))
