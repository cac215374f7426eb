"""Reads and their evidence of a log that the test changes: older pages, lost quotes."""

import re

import pytest
from django.db import connections
from django.test import Client

from replay.models import Run
from signals.panels import Alerts
from tests.flow.live.tabs import rows_of
from tests.support.evidence import filled_import, signed_in
from tests.support.pages import body
from tests.support.reads import alerts, evidence
from tests.support.workers import busy_run, ingest_all, seed_items

pytestmark = pytest.mark.usefixtures("log_db")


@pytest.fixture
def run(log_db: None) -> Run:
    return busy_run()


@pytest.fixture
def client(run: Run) -> Client:
    return signed_in("viewer")


def test_older_alerts_go_on_where_the_page_ends(log_db: None) -> None:
    run, client = filled_import(alerts=60), signed_in("viewer")
    page = body(client, "/reads/?run=old")
    gate = re.search(r'class="gate" href="([^"]+)"', page)
    assert gate is not None
    older = body(client, gate[1].replace("&amp;", "&"))
    panel = Alerts()
    shown = [*rows_of(page), *rows_of(older)]
    assert shown == [panel.key(row) for row in alerts(run)][: len(shown)]
    assert len(shown) > panel.limit


def test_a_quote_that_retention_removed_is_said_to_be_expired(client: Client, run: Run) -> None:
    with connections["runs"].cursor() as cursor:
        cursor.execute("TRUNCATE option_quote")
    html = evidence(client, alerts(run)[0], HX_Request="true")
    assert "expired" in html
    assert "in the log" not in html


def test_a_quote_that_says_something_else_is_shown_as_differing(client: Client, run: Run) -> None:
    with connections["runs"].cursor() as cursor:
        cursor.execute("UPDATE option_quote SET bid_micros = bid_micros - 10000")
    assert "differs" in evidence(client, alerts(run)[0], HX_Request="true")


def test_the_engine_line_says_how_far_it_has_come(client: Client, run: Run) -> None:
    assert "up to date" in body(client, "/reads/?run=old")
    ingest_all(seed_items(5_000), run=run.id, chunk=20)
    assert "batches behind" in body(client, "/reads/?run=old")
