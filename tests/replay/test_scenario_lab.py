"""The scenario lab as a person uses it: ask in the admin, a worker runs it, read what came."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
import redis
from celery import current_app
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.test import Client
from django.utils import timezone
from kombu.exceptions import OperationalError

from ingest.synthetic.scenarios.catalogue import SCENARIOS
from replay import scenario_lab
from replay.models import Examination
from replay.scenario_lab import TASK, lab_run
from replay.tasks import examine_scenarios
from tests.support.evidence import signed_in

pytestmark = pytest.mark.usefixtures("log_db")
LIST = "/admin/replay/examination/"
ADD = f"{LIST}add/"
NAMES = ["call_sweep", "small_sweep"]
State = Examination.State


@pytest.fixture
def client(log_db: None) -> Client:
    return signed_in("admin")


@pytest.fixture
def queue() -> Any:
    """The queue of background jobs, empty; no worker listens to it."""
    found = redis.Redis.from_url(settings.REDIS_URL)
    found.delete("celery")
    yield found
    found.delete("celery")
    found.close()


def form(**changes: Any) -> dict[str, Any]:
    return {
        "scenarios": NAMES, "seed": "9", "trade_date": "2025-03-12", "thresholds": "measured",
        **changes,
    }  # fmt: skip


def asked(**changes: Any) -> Examination:
    fields = {"scenarios": NAMES, "seed": 9, "thresholds": "measured"}
    return Examination.objects.create(**(fields | changes))


def page(client: Client, row: Examination) -> str:
    return client.get(f"{LIST}{row.pk}/change/").content.decode()


def test_a_saved_examination_is_queued_and_a_worker_tells_what_passed(
    client: Client, queue: Any
) -> None:
    answer = client.post(ADD, form())

    row = Examination.objects.get()
    assert answer.headers["Location"] == f"{LIST}{row.pk}/change/"
    (message,) = queue.lrange("celery", 0, -1)
    told = json.loads(message)
    assert (told["headers"]["task"], told["headers"]["argsrepr"]) == (TASK, f"[{row.pk}]")
    waiting = client.get(answer.headers["Location"])
    assert waiting.headers["Refresh"] == "3"
    assert "Waits for a worker: 2 scenarios" in waiting.content.decode()

    examine_scenarios(row.pk)

    row.refresh_from_db()
    assert (row.state, row.told_with, row.engine) == (State.DONE, "preset measured", row.engine)
    assert [each["outcome"] for each in row.results] == ["pass", "pass"]
    done = client.get(answer.headers["Location"])
    html = done.content.decode()
    assert "Refresh" not in done.headers
    assert "2 of 2 pass, 0 fail" in html
    assert "institutional_directional, bullish, score" in html
    assert "2 of 2 pass" in client.get(LIST).content.decode()


def test_a_failure_shows_its_first_difference(client: Client) -> None:
    difference = {"what": "reading", "expected": "vol_seller", "found": "nothing <b>"}
    result = {
        "scenario": "call_sweep", "outcome": "fail", "evidence": "ask_share gte 0.6",
        "expected": "vol_seller", "found": "nothing", "symbol": "NVDA",
        "start_us": 1_741_790_400_000_000, "prints": 8, "differences": [difference, difference],
    }  # fmt: skip
    lost = {**result, "outcome": "not played", "start_us": 0, "symbol": "", "differences": []}
    row = asked(state=State.DONE, results=[result, lost])

    html = page(client, row)

    assert "0 of 2 pass, 1 fail, 1 not played" in html
    assert "reading: expected vol_seller, came nothing &lt;b&gt; (and 1 more)" in html
    assert "NVDA 10:40:00" in html


def test_thresholds_in_force_are_named() -> None:
    row = asked(thresholds="active", scenarios=["small_sweep"])

    lab_run(row.pk)

    row.refresh_from_db()
    assert row.told_with.startswith("revision ")
    assert row.state == State.DONE


def test_what_is_over_is_not_run_again() -> None:
    row = asked(state=State.DONE, results=[])

    lab_run(row.pk)
    lab_run(row.pk + 1)

    row.refresh_from_db()
    assert row.results == []


def test_a_job_that_is_delivered_twice_begins_again() -> None:
    row = asked(state=State.RUNNING, scenarios=["small_sweep"])

    lab_run(row.pk)

    row.refresh_from_db()
    assert row.state == State.DONE


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (SoftTimeLimitExceeded(), "choose fewer scenarios"),
        (ValueError("0 scenarios received; expected 1 to 36"), "expected 1 to 36"),
    ],
)
def test_what_stops_an_examination_is_said(
    monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str
) -> None:
    row = asked()
    _raise(monkeypatch, error)

    lab_run(row.pk)

    row.refresh_from_db()
    assert row.state == State.FAILED
    assert sentence in row.sentence
    assert row.ended_at is not None


def test_an_unforeseen_error_is_raised_and_said(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = asked()
    _raise(monkeypatch, RuntimeError("out of order"))

    with pytest.raises(RuntimeError, match="out of order"):
        lab_run(row.pk)

    assert "Failed: An error stopped it; the log of the worker tells which." in page(client, row)


def _raise(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def stop(*args: object, **kwargs: object) -> None:
        raise error

    monkeypatch.setattr(scenario_lab, "examine", stop)


def test_one_examination_at_a_time(client: Client, queue: Any) -> None:
    running = asked(state=State.RUNNING)

    html = client.post(ADD, form()).content.decode()

    assert f"Examination {running.pk} is not over; wait for it" in html
    assert queue.llen("celery") == 0


def test_an_examination_that_no_worker_finished_is_given_up(client: Client, queue: Any) -> None:
    lost = asked()
    Examination.objects.update(asked_at=timezone.now() - timedelta(minutes=13))

    assert client.post(ADD, form()).status_code == 302

    lost.refresh_from_db()
    assert lost.state == State.FAILED
    assert "No worker finished it in 12 minutes" in lost.sentence
    assert queue.llen("celery") == 1


def test_without_a_queue_it_fails_with_a_sentence(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: object, **kwargs: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(current_app, "send_task", away)

    html = client.post(ADD, form(), follow=True).content.decode()

    assert "Failed: The queue of background jobs does not answer; nothing was started." in html


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"scenarios": []}, "This field is required."),
        ({"scenarios": ["sweep"]}, "sweep is not one of the available choices"),
        ({"trade_date": "2025-03-15"}, "expected a trading day: exchanges are closed"),
        ({"trade_date": "1999-03-12"}, "expected a day of 2020 to 2036"),
        ({"seed": "1000000"}, "less than or equal to 999999"),
        ({"seed": "-1"}, "greater than or equal to 0"),
        ({"thresholds": "none"}, "none is not one of the available choices"),
    ],
)
def test_what_cannot_be_played_is_refused_with_its_field(
    client: Client, queue: Any, change: dict[str, Any], sentence: str
) -> None:
    html = client.post(ADD, form(**change)).content.decode()

    assert sentence in html
    assert not Examination.objects.exists()
    assert queue.llen("celery") == 0


def test_more_than_a_session_holds_is_refused(client: Client) -> None:
    names = sorted(SCENARIOS)

    html = client.post(ADD, form(scenarios=names)).content.decode()

    assert f"{len(names)} scenarios are chosen; expected 1 to 36." in html


def test_the_form_begins_with_every_hypothesis(client: Client) -> None:
    html = client.get(ADD).content.decode()

    assert html.count("checked") == 14
    assert "small_sweep (near miss of institutional_directional): nothing" in html


def test_an_analyst_asks_for_nothing_and_nobody_changes_a_result(
    log_db: None, client: Client
) -> None:
    row = asked(state=State.DONE, trade_date=date(2025, 3, 12))

    assert signed_in("analyst").post(ADD, form()).status_code in {302, 403}
    assert client.post(f"{LIST}{row.pk}/change/", form()).status_code == 403
    assert client.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Examination.objects.count() == 1
