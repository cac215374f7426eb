"""Reads and their evidence over one run that is only read: filters, both sides, checks."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from replay.models import Run
from signals.engine.quality import grade_of
from signals.panels import Alerts, address_of, alert_line
from signals.storage.reads import packet_page
from tests.flow.live.tabs import rows_of
from tests.support.evidence import signed_in
from tests.support.filled import own_log
from tests.support.pages import body
from tests.support.reads import alerts, evidence, text_of
from tests.support.workers import busy_run

pytestmark = pytest.mark.usefixtures("run")


@pytest.fixture(scope="module")
def run(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Run]:
    with own_log(django_db_blocker):
        yield busy_run()


@pytest.fixture(scope="module")
def client(run: Run) -> Client:
    return signed_in("viewer")


def test_the_queue_shows_the_newest_alerts_in_order(client: Client, run: Run) -> None:
    panel = Alerts()
    expected = [panel.key(row) for row in alerts(run)[: panel.limit]]
    assert list(rows_of(body(client, "/reads/?run=old"))) == expected


@pytest.mark.parametrize(
    ("query", "chosen"),
    [
        ("severity=high", {"severities": ("high",)}),
        ("direction=bullish&direction=neutral", {"directions": ("bullish", "neutral")}),
        ("prem=500k", {"min_premium_micros": 500_000_000_000}),
    ],
)
def test_the_queue_shows_what_its_filter_says(
    client: Client, run: Run, query: str, chosen: dict[str, Any]
) -> None:
    panel = Alerts()
    expected = [panel.key(row) for row in alerts(run, **chosen)[: panel.limit]]
    assert expected
    assert list(rows_of(body(client, f"/reads/?run=old&{query}"))) == expected


def test_the_queue_narrows_to_symbols(client: Client, run: Run) -> None:
    symbol = alerts(run)[0].underlying
    panel = Alerts()
    expected = [panel.key(row) for row in alerts(run, underlyings=(symbol,))]
    assert list(rows_of(body(client, f"/reads/?run=old&q={symbol.lower()}"))) == expected


def test_older_alerts_of_nonsense_are_refused(client: Client) -> None:
    body(client, "/reads/rows/?run=old&before=zz", status=400)


def test_an_alert_opens_as_a_drawer_and_as_a_page(client: Client, run: Run) -> None:
    alert = alerts(run)[0]
    drawer, page = evidence(client, alert, HX_Request="true"), evidence(client, alert)
    assert drawer.lstrip().startswith("<article")
    assert "<html" not in drawer
    assert "<html" in page
    assert str(alert.uid) in drawer
    assert str(alert.uid) in page


def test_the_points_of_the_score_add_up_to_the_score(client: Client, run: Run) -> None:
    for alert in alerts(run)[:10]:
        html = evidence(client, alert, HX_Request="true")
        table = re.search(r'<table class="sum">(.*?)</table>', html, re.DOTALL)
        assert table is not None
        points = [float(text) for text in re.findall(r"<td>([+-]\d+\.\d\d)</td>", table[1])]
        assert len(points) >= 4
        assert abs(sum(points) - alert.score) < 0.005


def test_every_member_stands_with_its_quote_and_the_quote_is_in_the_log(
    client: Client, run: Run
) -> None:
    alert = next(row for row in alerts(run) if row.print_count > 3)
    html = evidence(client, alert, HX_Request="true")
    table = re.search(
        r'aria-label="Member prints"><table class="members">(.*?)</table>', html, re.DOTALL
    )
    assert table is not None
    assert table[1].count("<tr>") == alert.print_count + 1
    assert table[1].count("in the log") == alert.print_count
    assert "differs" not in table[1]


def test_checks_come_worst_first_and_unknown_is_no_pass(client: Client, run: Run) -> None:
    html = evidence(client, alerts(run)[0], HX_Request="true")
    states = re.findall(r'<li class="check-(\w+)">', html)
    order = ["fail", "warn", "unknown", "pass"]
    assert len(states) == 10
    assert states == sorted(states, key=order.index)
    for name in ("Event before expiry", "Opening or closing"):
        assert re.search(rf'check-unknown"><b>unknown</b> <span>{name}', html)


def test_both_sides_speak_with_numbers_and_limits(client: Client, run: Run) -> None:
    sweep = next(row for row in alerts(run) if "sweep" in str(row.classifier_ids))
    html = evidence(client, sweep, HX_Request="true")
    words = text_of(html)
    assert "consistent with an order swept across venues" in words
    assert "A tape cannot show whether positions were opened or closed" in words
    assert '<dt title="premium_usd">premium</dt>' in html
    assert "limit sweep_min_premium_usd" in words
    assert "40,000" in words


def test_nothing_is_called_a_probability_before_it_is_calibrated(client: Client, run: Run) -> None:
    words = text_of(evidence(client, alerts(run)[0], HX_Request="true"))
    assert "not yet calibrated (n 0)" in words
    assert not re.search(r"bought|institution|smart money", words, re.IGNORECASE)


def test_the_values_used_are_those_of_the_packets_revision(client: Client, run: Run) -> None:
    html = evidence(client, alerts(run)[0], HX_Request="true")
    assert "Revision 1" in html
    assert "cluster_gap_ms" in html
    assert "spine-1" in html or "engine</dt>" in html
    assert re.search(r"step \d+, batches \d+ to \d+", html)


def test_a_decline_is_as_inspectable_as_a_read(client: Client, run: Run) -> None:
    alerted = {row.packet_uid for row in alerts(run)}
    declined = next(
        packet for packet in packet_page("runs", run.id, limit=500) if packet.uid not in alerted
    )
    html = body(client, f"/packets/{address_of(declined)}/evidence/?run=old", HX_Request="true")
    words = text_of(html)
    assert "Decline" in words
    assert "Declined:" in words or "merged" in words or "Not looked at" in words
    assert html.count("check-") == 10


def test_the_packet_of_an_alert_shows_the_alert_too(client: Client, run: Run) -> None:
    alert = alerts(run)[0]
    packet = next(p for p in packet_page("runs", run.id, limit=5_000) if p.uid == alert.packet_uid)
    html = body(client, f"/packets/{address_of(packet)}/evidence/?run=old")
    assert str(alert.uid) in html


@pytest.mark.parametrize(
    "key", ["x", "1-2-3-4", "1-1-zz-0", "1-" + "9" * 30 + "-" + "0" * 32 + "-0", "1-5-" + "0" * 32]
)
def test_an_address_that_names_nothing_is_not_found(client: Client, key: str) -> None:
    body(client, f"/reads/{key}/evidence/?run=old", status=404)


def test_evidence_of_one_run_is_not_shown_in_another(client: Client, run: Run) -> None:
    html = body(client, f"/reads/{address_of(alerts(run)[0])}/evidence/", status=404)
    assert "belongs to another run" in html


def test_evidence_is_for_those_who_are_signed_in(run: Run) -> None:
    answer = Client().get(f"/reads/{address_of(alerts(run)[0])}/evidence/?run=old")
    assert answer.status_code == 302


def test_evidence_costs_a_fixed_number_of_statements(
    client: Client, run: Run, django_assert_max_num_queries: Any
) -> None:
    biggest = max(alerts(run), key=lambda row: row.print_count)
    with django_assert_max_num_queries(40):
        evidence(client, biggest, HX_Request="true")


def test_the_queue_grades_evidence_as_the_engine_does(run: Run) -> None:
    for row in alerts(run):
        assert alert_line(row).grade == grade_of(row.evidence_quality)
