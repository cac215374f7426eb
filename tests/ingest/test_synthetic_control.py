"""The control of the synthetic market: saved explicitly, announced, never rewritten."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from django.test import Client

from flow.domain.units import from_datetime
from ingest import synthetic_control
from ingest.models import SyntheticControl
from ingest.synthetic.config import MarketConfig
from ingest.synthetic.controlled import ControlledScenes
from ingest.synthetic.scenarios.catalogue import PROFILES
from ingest.synthetic.stage import Stage
from ingest.synthetic_control import control_save, follow, history
from ingest.synthetic_feed import SyntheticFeed
from tests.support.evidence import signed_in

pytestmark = pytest.mark.usefixtures("log_db")
LIST = "/admin/ingest/syntheticcontrol/"
ADD = f"{LIST}add/"


@pytest.fixture
def client(log_db: None) -> Client:
    return signed_in("admin")


def values(**changes: Any) -> dict[str, Any]:
    return {
        "preset_id": "event_day", "coverage_assist": True, "coverage_window_minutes": 10,
        "shared_seed": 7, "profile_weights": {"vol_seller": "high"}, "demo_profile_id": "",
        **changes,
    }  # fmt: skip


def form(**changes: Any) -> dict[str, Any]:
    weights = {f"weight_{profile}": "normal" for profile in PROFILES}
    entered = {
        "preset_id": "dealer_day", "coverage_assist": "on", "coverage_window_minutes": "30",
        "shared_seed": "12", "demo_profile_id": "", "reason": "a class", "is_confirmed": "on",
        **weights,
    }  # fmt: skip
    return {name: value for name, value in {**entered, **changes}.items() if value is not None}


def test_a_saved_control_comes_into_force_after_the_feed_has_heard_of_it() -> None:
    row = control_save(values(), reason="class", user=None)
    assert timedelta(seconds=30) <= row.from_ts - row.saved_at <= timedelta(seconds=32)
    (change,) = history().changes
    assert change.from_us == from_datetime(row.from_ts)
    assert change.control.preset_id == "event_day"
    assert change.control.weight("vol_seller") == 1.6
    assert change.control.updated_by == "system"


def test_two_saves_at_once_come_one_after_the_other() -> None:
    first, second = (control_save(values(), reason="x", user=None) for _ in range(2))
    assert second.from_ts > first.from_ts


def test_two_connections_that_save_in_one_second_both_succeed() -> None:
    control_save(values(), reason="first", user=None)
    ready = Barrier(2)

    def save(reason: str) -> None:
        try:
            ready.wait(10)
            control_save(values(), reason=reason, user=None)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        for saved in [pool.submit(save, reason) for reason in "ab"]:
            saved.result(30)
    rows = SyntheticControl.objects.order_by("from_ts")
    assert {row.reason for row in rows} == {"first", "a", "b"}
    assert len({row.from_ts for row in rows}) == 3


def test_a_save_waits_for_one_that_another_connection_has_not_finished() -> None:
    holds, goes_on = Event(), Event()

    def save_slowly() -> None:
        try:
            with transaction.atomic():
                control_save(values(), reason="slow", user=None)
                holds.set()
                assert goes_on.wait(30)
        finally:
            connections.close_all()

    def save() -> None:
        try:
            control_save(values(), reason="quick", user=None)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(save_slowly)
        assert holds.wait(30)
        quick = pool.submit(save)
        assert any(is_waiting_for_a_lock() for _ in range(5_000))
        goes_on.set()
        slow.result(30)
        quick.result(30)
    slow_row, quick_row = SyntheticControl.objects.order_by("from_ts")
    assert (slow_row.reason, quick_row.reason) == ("slow", "quick")


def is_waiting_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return bool(cursor.fetchone()[0])


@pytest.mark.parametrize(
    "change", [{"preset_id": "forgotten"}, {"coverage_window_minutes": 15}, {"shared_seed": 3.5}]
)
def test_a_stored_row_that_this_version_refuses_leaves_the_one_before_in_force(
    change: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    control_save(values(), reason="good", user=None)
    control_save(values(shared_seed=8), reason="bad", user=None)
    read = synthetic_control._read
    monkeypatch.setattr(
        synthetic_control, "_read",
        lambda told: read({**told, **change} if told["shared_seed"] == 8 else told),
    )  # fmt: skip
    scenes = ControlledScenes(3, Stage(3, MarketConfig()))
    follow(scenes)()
    assert [each.control.shared_seed for each in scenes.history] == [7]
    feed = SyntheticFeed(3, MarketConfig(), scenes=scenes)
    assert re.match(r"control \d+ is not in force: ", feed.detail)


def test_what_the_market_refuses_is_not_saved() -> None:
    with pytest.raises(ValueError, match="coverage_window_minutes is 11"):
        control_save(values(coverage_window_minutes=11), reason="x", user=None)
    assert history() == ([], [])


@pytest.mark.parametrize("act", ["change", "delete"])
def test_history_is_never_rewritten(act: str) -> None:
    row = control_save(values(), reason="class", user=None)
    row.reason = "another"
    with pytest.raises(IntegrityError, match="is history"):
        row.save() if act == "change" else row.delete()


def test_a_running_feed_hears_of_it_and_survives_a_database_that_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scenes = ControlledScenes(3, Stage(3, MarketConfig()))
    look = follow(scenes)
    control_save(values(), reason="class", user=None)
    look()
    assert list(scenes.history) == history().changes

    def away() -> None:
        raise DatabaseError

    monkeypatch.setattr(synthetic_control, "history", away)
    look()
    assert len(scenes.history) == 1


def test_the_page_shows_current_and_draft_and_who_set_it(client: Client) -> None:
    assert "nobody has set anything" in client.get(ADD).content.decode()
    answer = client.post(ADD, form(weight_arbitrage="low"), follow=True)
    row = SyntheticControl.objects.get()
    assert answer.status_code == 200
    assert row.preset_id == "dealer_day"
    assert row.profile_weights == {"arbitrage": "low"}
    assert row.saved_by is not None
    html = client.get(ADD).content.decode()
    assert "preset Dealer day, set by admin" in html
    assert '<option value="dealer_day" selected>' in html


def test_nothing_is_saved_without_confirmation_or_reason(client: Client) -> None:
    for missing in ("is_confirmed", "reason"):
        assert client.post(ADD, form(**{missing: None})).status_code == 200
    assert history() == ([], [])


def test_the_history_says_who_changed_what_from_which_value(client: Client) -> None:
    client.post(ADD, form())
    client.post(ADD, form(preset_id="quiet_range", reason="calm again"))
    html = client.get(LIST).content.decode()
    assert "preset_id: dealer_day to quiet_range" in html
    assert "preset_id: balanced_demo to dealer_day" in html
    assert "calm again" in html


@pytest.mark.parametrize(
    "change", [{"synthetic_control_enabled": False},
               {"options_ingest_adapter": "alpaca", "equities_ingest_adapter": "alpaca"}],
)  # fmt: skip
def test_without_a_synthetic_market_there_is_no_control(
    client: Client, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    monkeypatch.setattr(settings, "ENV", settings.ENV.model_copy(update=change))
    assert client.get(ADD).status_code == 403
    assert client.post(ADD, form()).status_code == 403
    assert history() == ([], [])


def test_an_analyst_may_not_steer(log_db: None) -> None:
    assert signed_in("analyst").post(ADD, form()).status_code in {302, 403}
    assert history() == ([], [])
