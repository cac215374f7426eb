"""Evidence of packets without an alert: declined, merged, or merged into one taken back."""

import re
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from replay.models import Run
from signals.models import Alert, EvidenceLink, SmartMoneyEvent
from signals.panels import address_of
from signals.storage.reads import AlertRow, PacketRow, find_alert, find_packet
from tests.support.evidence import signed_in
from tests.support.workers import busy_run

pytestmark = pytest.mark.usefixtures("log_db")


@pytest.fixture
def run(log_db: None) -> Run:
    return busy_run()


@pytest.fixture
def client(run: Run) -> Client:
    return signed_in("viewer")


def packet_of(event: Any) -> PacketRow:
    packet = find_packet("runs", event.run, event.packet_uid, event.packet_ts)
    assert packet is not None
    return packet


def page(client: Client, row: Any, kind: str = "packets") -> str:
    answer = client.get(
        f"/{kind}/{address_of(row)}/evidence/?run=old", headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200, answer.content[:500]
    return answer.content.decode()


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("&#x27;", "'")


def verdict(html: str) -> str:
    found = re.search(r'<section class="verdict"><h3>([^<]*)</h3>', html)
    assert found is not None
    return found[1]


def merged(run: Run) -> tuple[PacketRow, AlertRow]:
    """Return a packet whose read was merged, and the alert that it went into."""
    link = EvidenceLink.objects.using("runs").filter(run=run.id, role="merged").first()
    assert link is not None
    assert link.ref_uid is not None
    event = SmartMoneyEvent.objects.using("runs").get(run=run.id, uid=link.ref_uid, rev=0)
    alert = find_alert("runs", run.id, link.uid, link.ts)
    assert alert is not None
    return packet_of(event), alert


def take_back(alert: AlertRow) -> None:
    """Store the revision that a cancel of all its prints would give."""
    names = [field.column for field in Alert._meta.local_fields if field.column]
    values = [{"rev": "1", "withdrawn": "true", "score": "0"}.get(name, name) for name in names]
    with connections["runs"].cursor() as cursor:
        cursor.execute(
            f"INSERT INTO alert ({', '.join(names)}) SELECT {', '.join(values)} FROM alert"
            " WHERE run = %s AND uid = %s",
            [alert.run, alert.uid],
        )


def test_a_declined_event_says_why_with_numbers_and_what_speaks_against(
    client: Client, run: Run
) -> None:
    event = SmartMoneyEvent.objects.using("runs").filter(run=run.id, abstained=True).first()
    html = page(client, packet_of(event))
    words = text_of(html)

    assert verdict(html) == "Decline"
    assert re.search(r"Declined: [^.]*\d", words)
    assert re.search(r"The best hypothesis, [a-z ]+:", words)
    assert "A tape cannot show whether positions were opened or closed." in words
    assert "The engine names nothing" not in words
    assert "What decides: an alert needs all of these" in words
    assert re.search(r"<tr class=\"minus\"><th scope=\"row\" title=\"\w+\">[^<]+<i>fails", html)


def test_a_packet_below_the_floors_says_by_how_much(client: Client, run: Run) -> None:
    with connections["runs"].cursor() as cursor:
        cursor.execute(
            "SELECT uid, ts FROM packet WHERE run = %s AND"
            " features->>'event_gate' = 'insufficient_premium' LIMIT 1",
            [run.id],
        )
        uid, ts = cursor.fetchone()
    packet = find_packet("runs", run.id, uid, ts)
    html = page(client, packet)

    assert verdict(html) == "Decline"
    assert re.search(r"Declined: \$[\d,.]+ of premium; the least of an event in ", text_of(html))
    assert "no event, so the engine weighed no hypothesis" in text_of(html)


def test_a_merged_read_is_no_decline_and_leads_to_its_alert(client: Client, run: Run) -> None:
    packet, alert = merged(run)
    html = page(client, packet)

    assert verdict(html) == "Read, merged"
    assert f'href="/reads/{address_of(alert)}/evidence/?run=old"' in html
    assert "Declined" not in text_of(html)
    assert "was withdrawn" not in html


def test_a_read_that_was_merged_into_a_withdrawn_alert_says_so(client: Client, run: Run) -> None:
    packet, alert = merged(run)
    take_back(alert)
    html = page(client, packet)

    assert verdict(html) == "Read, merged"
    assert "That alert was withdrawn" in text_of(html)
    assert "/evidence/?run=old" in html


def test_a_read_whose_alert_is_not_stored_says_so(client: Client, run: Run) -> None:
    packet, _ = merged(run)
    EvidenceLink.objects.using("runs").filter(run=run.id, role="merged").delete()
    html = page(client, packet)

    assert verdict(html) == "Read, without an alert"
    assert "no alert that it was merged into is stored" in text_of(html)


def test_a_withdrawn_alert_stands_as_withdrawn(client: Client, run: Run) -> None:
    _, alert = merged(run)
    take_back(alert)
    taken = find_alert("runs", run.id, alert.uid, alert.ts)

    assert verdict(page(client, taken, "reads")) == "Withdrawn"


def test_a_read_says_what_decides_it_and_what_rules_are_held_against(
    client: Client, run: Run
) -> None:
    _, alert = merged(run)
    words = text_of(page(client, alert, "reads"))

    assert "best hypothesis" in words
    assert "42 points" in words
    assert "Rule floors:" in words
    assert "never whether there is an alert" in words
    assert "would not stand" not in words


def test_thresholds_of_the_reading_are_marked_as_used(client: Client, run: Run) -> None:
    _, alert = merged(run)
    html = page(client, alert, "reads")
    used = html[html.index("Thresholds used") : html.index("Every value of the revision")]

    for key in ("eligible_min_size", "abstain_min_score", r"profile_(etf_|index_)?premium_usd"):
        assert re.search(f">{key}<", used), key
    assert "Revision 1: Defaults of the engine" in text_of(used)
