"""Thresholds in the admin: a draft is edited and activated, history is not to be rewritten."""

import re
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse

from flow.models import ControlRequest
from signals.engine.params import PARAMETERS, PRESETS, Params
from signals.models import TuningRevision
from signals.tuning import tuning_activate, tuning_create
from signals.tuning_form import PREFIX
from tests.support.evidence import make_user, signed_in

pytestmark = pytest.mark.usefixtures("log_db")
ADD = "/admin/signals/tuningrevision/add/"


@pytest.fixture
def client(log_db: None) -> Client:
    return signed_in("admin")


def address(name: str, revision: int) -> str:
    return reverse(f"admin:signals_tuningrevision_{name}", args=[revision])


def form(reason: str = "quieter", **changes: Any) -> dict[str, Any]:
    values = {**Params().values(), **changes}
    return {"reason": reason, **{PREFIX + key: value for key, value in values.items()}}


def draft(**values: Any) -> TuningRevision:
    return tuning_create(values or {"cluster_gap_ms": 300}, reason="test")


def test_form_tells_label_unit_range_default_and_meaning_of_every_parameter(client: Client) -> None:
    html = client.get(ADD).content.decode()

    for parameter in PARAMETERS:
        assert f'name="{PREFIX}{parameter.key}"' in html
    assert "Least premium at or below the bid. 0 to 1000000000 USD; default 25000" in html


def test_a_draft_is_saved_with_digest_author_and_nothing_in_force_changes(client: Client) -> None:
    answer = client.post(ADD, form(cluster_gap_ms=300))

    revision = TuningRevision.objects.latest("id")
    assert answer.status_code == 302
    assert revision.state == "draft"
    assert revision.values["cluster_gap_ms"] == 300
    assert revision.digest == Params.from_values({"cluster_gap_ms": 300}).digest
    assert revision.author is not None
    assert revision.author.get_username() == "admin"
    assert TuningRevision.objects.get(state="active").pk == 1


@pytest.mark.parametrize(
    ("value", "received"),
    [("-5", "-5"), ("1e9", "1000000000.0"), ("x", "x"), ("", "(empty)"), ("1.5", "1.5")],
)
def test_a_value_that_does_not_fit_is_told_by_name_value_and_range(
    client: Client, value: str, received: str
) -> None:
    html = client.post(ADD, form(cluster_gap_ms=value)).content.decode()

    assert f"CLUSTER_GAP_MS is {received}; expected" in html
    assert "correct it under Admin" in html
    assert TuningRevision.objects.count() == 1


def test_a_choice_that_does_not_exist_is_refused(client: Client) -> None:
    html = client.post(ADD, form(signal_mode="loud")).content.decode()

    assert "SIGNAL_MODE is loud; expected smart-money or balanced or all" in html


def test_a_draft_without_a_reason_is_refused(client: Client) -> None:
    assert "This field is required" in client.post(ADD, form(reason="  ")).content.decode()
    assert TuningRevision.objects.count() == 1


def test_a_draft_can_be_changed_and_deleted(client: Client) -> None:
    revision = draft()

    client.post(address("change", revision.pk), form(reason="again", cluster_gap_ms=400))

    revision.refresh_from_db()
    assert (revision.values["cluster_gap_ms"], revision.reason) == (400, "again")
    assert revision.digest == Params.from_values({"cluster_gap_ms": 400}).digest
    client.post(address("delete", revision.pk), {"post": "yes"})
    assert TuningRevision.objects.count() == 1


def test_draft_from_this_starts_with_its_values(client: Client) -> None:
    revision = draft(cluster_gap_ms=321)
    button = client.get(address("change", revision.pk)).content.decode()

    html = client.get(f"{ADD}?from={revision.pk}").content.decode()

    assert f"?from={revision.pk}" in button
    assert re.search(r'name="value_cluster_gap_ms" value="321"', html)


def test_draft_from_a_preset_starts_with_its_values(client: Client) -> None:
    html = client.get(f"{ADD}?preset=classic").content.decode()

    gap = PRESETS["classic"]["cluster_gap_ms"]
    assert re.search(rf'name="value_cluster_gap_ms" value="{gap}"', html)


@pytest.mark.parametrize("query", ["?from=999", "?from=x", "?preset=none", ""])
def test_a_draft_from_nothing_starts_with_what_is_in_force(client: Client, query: str) -> None:
    html = client.get(ADD + query).content.decode()

    in_force = TuningRevision.objects.get(pk=1).values["cluster_gap_ms"]
    assert re.search(rf'name="value_cluster_gap_ms" value="{in_force}"', html)


def test_activation_asks_first_and_shows_what_changes(client: Client) -> None:
    revision = draft(cluster_gap_ms=300)

    html = client.get(address("activate", revision.pk)).content.decode()

    assert re.search(r"<th>cluster_gap_ms</th><td>\d+</td><td>300</td>", html)
    revision.refresh_from_db()
    assert revision.state == "draft"


def test_activation_swaps_the_two_and_asks_every_stream_to_note_it(client: Client) -> None:
    revision = draft(cluster_gap_ms=300)

    answer = client.post(address("activate", revision.pk))

    assert answer.status_code == 302
    assert list(TuningRevision.objects.order_by("id").values_list("state", flat=True)) == [
        "retired", "active",
    ]  # fmt: skip
    assert ControlRequest.objects.latest("id").payload["revision"] == revision.pk


def test_activation_needs_the_csrf_token() -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make_user("superuser"))

    assert strict.post(address("activate", draft().pk)).status_code == 403
    assert TuningRevision.objects.get(state="active").pk == 1


@pytest.mark.parametrize("role", ["viewer", "analyst"])
def test_activation_is_for_admins(role: str) -> None:
    revision = draft()

    assert signed_in(role).post(address("activate", revision.pk)).status_code == 403
    assert TuningRevision.objects.get(state="active").pk == 1


def test_activation_of_history_is_refused_and_says_what_to_do(client: Client) -> None:
    answer = client.post(address("activate", 1), follow=True)

    assert "only a draft can be activated" in answer.content.decode()
    assert client.get(address("activate", 99)).status_code == 404


@pytest.fixture
def history() -> list[int]:
    revision = draft(cluster_gap_ms=300)
    tuning_activate(revision)
    return [1, revision.pk]  # retired, active


@pytest.mark.usefixtures("log_db")
def test_history_is_shown_but_not_edited_or_deleted(client: Client, history: list[int]) -> None:
    for revision in history:
        html = client.get(address("change", revision)).content.decode()
        assert "cluster_gap_ms" in html
        assert 'name="reason"' not in html
        assert client.post(address("change", revision), form()).status_code == 403
        assert client.post(address("delete", revision), {"post": "yes"}).status_code == 403


def test_history_is_not_deleted_in_bulk(client: Client, history: list[int]) -> None:
    bulk = {"action": "delete_selected", "_selected_action": history, "post": "yes"}

    client.post("/admin/signals/tuningrevision/", bulk)

    assert TuningRevision.objects.count() == 2


@pytest.mark.parametrize(
    "change",
    [{"values": {}}, {"digest": "x"}, {"reason": "other"}, {"state": "draft"},
     {"created_at": "2020-01-01T00:00Z"}, {"activated_at": None}],
)  # fmt: skip
def test_database_refuses_to_rewrite_history(history: list[int], change: dict[str, Any]) -> None:
    for revision in history:
        with pytest.raises(
            IntegrityError, match=f"tuning revision {revision} is .*cannot be changed"
        ):
            TuningRevision.objects.filter(pk=revision).update(**change)


def test_database_refuses_to_delete_history(history: list[int]) -> None:
    for revision in history:
        refused = pytest.raises(IntegrityError, match="cannot be deleted, evidence refers to it")
        with connection.cursor() as cursor, refused:
            cursor.execute("DELETE FROM tuning_revision WHERE id = %s", [revision])
