"""Who may touch thresholds, what hostile text does there, and the command beside the form."""

import io
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from signals.engine.params import PARAMETERS, Params
from signals.models import TuningRevision
from signals.tuning import active_revision, tuning_activate, tuning_create
from signals.tuning_form import PREFIX
from tests.support.evidence import signed_in

pytestmark = pytest.mark.usefixtures("log_db")
LIST = "/admin/signals/tuningrevision/"
HOSTILE = "<script>alert(1)</script>"


def address(name: str, number: int) -> str:
    return reverse(f"admin:signals_tuningrevision_{name}", args=[number])


def form(**changes: Any) -> dict[str, Any]:
    values = {**Params().values(), **changes}
    return {"reason": "test", **{PREFIX + key: str(value) for key, value in values.items()}}


def tuning(*words: str) -> str:
    out = io.StringIO()
    call_command("tuning", *words, stdout=out)
    return out.getvalue()


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    values: dict[str, Any] = {}
    monkeypatch.setattr(type(settings.ENV), "tuning", property(lambda self: values), raising=False)
    return values


@pytest.mark.parametrize(
    ("role", "status"),
    [("anonymous", 302), ("viewer", 403), ("analyst", 403), ("admin", 200), ("superuser", 200)],
)
def test_thresholds_are_seen_by_admins_only(role: str, status: int) -> None:
    draft = tuning_create({}, reason="r")
    reader = Client() if role == "anonymous" else signed_in(role)

    for page in (LIST, LIST + "add/", address("change", 1), address("change", draft.pk),
                 address("activate", draft.pk), address("delete", draft.pk)):  # fmt: skip
        assert reader.get(page).status_code == status, page


@pytest.mark.parametrize("role", ["anonymous", "viewer", "analyst"])
def test_thresholds_are_written_by_nobody_else(role: str) -> None:
    draft = tuning_create({"cluster_gap_ms": 321}, reason="r")
    writer = Client() if role == "anonymous" else signed_in(role)

    for page in (LIST + "add/", address("change", draft.pk), address("activate", draft.pk),
                 address("delete", draft.pk)):  # fmt: skip
        assert writer.post(page, {**form(), "post": "yes"}).status_code in {302, 403}

    draft.refresh_from_db()
    assert (TuningRevision.objects.count(), draft.state, draft.reason) == (2, "draft", "r")
    assert draft.values["cluster_gap_ms"] == 321


@pytest.mark.parametrize("query", ["?run=live", "?p=0", ""])
def test_list_opens_from_any_run(query: str) -> None:
    assert signed_in("admin").get(LIST + query).status_code == 200


def test_hostile_reason_is_text_on_every_page() -> None:
    client = signed_in("admin")
    draft = tuning_create({"cluster_gap_ms": 321}, reason=HOSTILE)

    for page in (LIST, address("change", draft.pk), address("activate", draft.pk),
                 address("delete", draft.pk)):  # fmt: skip
        assert HOSTILE not in client.get(page).content.decode(), page
    tuning_activate(draft)
    shown = client.get(address("change", draft.pk)).content.decode()
    assert HOSTILE not in shown
    assert "&lt;script&gt;" in shown


def test_hostile_value_comes_back_as_text_with_its_refusal() -> None:
    answer = signed_in("admin").post(LIST + "add/", form(cluster_gap_ms=HOSTILE))

    html = answer.content.decode()
    assert answer.status_code == 200
    assert HOSTILE not in html
    assert "CLUSTER_GAP_MS is &lt;script&gt;" in html


def test_history_shows_every_value_beside_its_default_and_range() -> None:
    html = signed_in("admin").get(address("change", 1)).content.decode()

    for parameter in PARAMETERS:
        assert f"<td>{parameter.key}</td>" in html


def test_form_of_the_author_is_of_who_saved_last() -> None:
    draft = tuning_create({}, reason="r")

    signed_in("admin", name="second").post(address("change", draft.pk), form())

    draft.refresh_from_db()
    assert draft.author is not None
    assert draft.author.get_username() == "second"


def test_posted_state_digest_and_author_are_not_taken() -> None:
    posted = form() | {
        "state": "active",
        "digest": "x",
        "author": "1",
        "activated_at": "2020-01-01",
    }

    signed_in("admin").post(LIST + "add/", posted)

    draft = TuningRevision.objects.latest("id")
    assert (draft.state, draft.activated_at) == ("draft", None)
    assert draft.digest == Params().digest


def test_command_shows_the_revision_in_force_with_every_value() -> None:
    lines = tuning("show").splitlines()

    assert lines[0].startswith("Revision 1 (active): ")
    assert [line.split()[0] for line in lines[1:]] == [each.key for each in PARAMETERS]


def test_command_lists_author_state_and_reason() -> None:
    signed_in("admin").post(LIST + "add/", form())

    newest, first = tuning("list").splitlines()

    assert newest.split()[1] == "draft"
    assert newest.endswith(" admin test")
    assert " - " in first


@pytest.mark.parametrize("words", [("show", "99"), ("activate", "99")])
def test_command_of_an_unknown_revision_says_so(words: tuple[str, str]) -> None:
    with pytest.raises(CommandError, match="revision is 99; no revision has that number"):
        tuning(*words)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("cluster_gap_ms", -1, "CLUSTER_GAP_MS is -1; expected"),
        ("signal_mode", "loud", "SIGNAL_MODE is loud; expected smart-money or balanced or all"),
        ("no_such_key", 1, "NO_SUCH_KEY is 1; expected a known parameter"),
    ],
)
def test_command_refuses_an_environment_that_does_not_fit(
    environment: dict[str, Any], key: str, value: Any, message: str
) -> None:
    environment[key] = value

    with pytest.raises(CommandError, match=message):
        tuning("from-env")
    assert TuningRevision.objects.count() == 1


def test_command_drafts_the_environment_over_what_is_in_force_not_over_defaults(
    environment: dict[str, Any],
) -> None:
    tuning_activate(tuning_create({"sweep_min_count": 7}, reason="in force"))
    environment["cluster_gap_ms"] = 321

    said = tuning("from-env")

    draft = TuningRevision.objects.latest("id")
    assert (draft.values["sweep_min_count"], draft.values["cluster_gap_ms"]) == (7, 321)
    assert "-> 321" in said
    assert "sweep_min_count" not in said


def test_command_activates_and_then_finds_nothing_else(environment: dict[str, Any]) -> None:
    environment["cluster_gap_ms"] = 321
    tuning("from-env")
    draft = TuningRevision.objects.latest("id")

    said = tuning("activate", str(draft.pk))

    active = active_revision()
    assert active is not None
    assert active.pk == draft.pk
    assert said.splitlines()[-1] == f"Revision {draft.pk} is in force from the next entries on."
    assert "nothing else" in tuning("from-env")
