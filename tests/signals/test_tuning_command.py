"""`manage.py tuning`: list, show, draft from the environment, activate."""

import io
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from signals.models import TuningRevision
from signals.tuning import active_revision, is_of_synthetic, start_for_source, tuning_create
from tests.support.market import ingest_cut, option_trade

pytestmark = pytest.mark.usefixtures("log_db")


def tuning(*words: str) -> str:
    out = io.StringIO()
    call_command("tuning", *words, stdout=out)
    return out.getvalue()


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Any:
    values: dict[str, Any] = {}
    monkeypatch.setattr(type(settings.ENV), "tuning", property(lambda self: values), raising=False)
    return values


def test_list_shows_every_revision_newest_first() -> None:
    tuning_create({"cluster_gap_ms": 300}, reason="quieter")

    first, second = tuning("list").splitlines()

    assert "draft" in first
    assert "quieter" in first
    assert "active" in second


def test_show_tells_values_ranges_and_what_differs_from_the_default() -> None:
    draft = tuning_create({"cluster_gap_ms": 301}, reason="quieter")

    shown = tuning("show", str(draft.pk))

    assert "cluster_gap_ms = 301  1 to" in shown
    assert "(default " in shown
    assert "Revision 1 (active)" in tuning("show")


def test_from_env_drafts_what_the_environment_says_differently(environment: Any) -> None:
    environment["cluster_gap_ms"] = 302

    said = tuning("from-env", "--reason", "moved")

    draft = TuningRevision.objects.latest("id")
    assert (draft.state, draft.reason, draft.values["cluster_gap_ms"]) == ("draft", "moved", 302)
    assert f"tuning activate {draft.pk}" in said


@pytest.mark.parametrize(("source", "reason"), [("default", "Preset default"), ("1", "Values of")])
def test_the_way_back_to_the_defaults_is_a_draft_of_them(source: str, reason: str) -> None:
    tuning("draft", "measured")
    tuning("activate", str(TuningRevision.objects.latest("id").pk))

    said = tuning("draft", source)

    draft = TuningRevision.objects.latest("id")
    assert (draft.state, draft.digest) == ("draft", TuningRevision.objects.get(pk=1).digest)
    assert draft.reason.startswith(reason)
    assert "directional_min_score: " in said
    assert f"tuning activate {draft.pk}" in said


@pytest.mark.parametrize(
    ("source", "said"),
    [("loud", "source is 'loud'; expected default, classic, measured"),
     ("99", "revision is 99; no revision has that number"), ("1" * 30, "expected default")],
)  # fmt: skip
def test_a_draft_of_nothing_known_is_refused(source: str, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        tuning("draft", source)


def test_from_env_without_a_difference_drafts_nothing(environment: Any) -> None:
    assert "nothing else" in tuning("from-env")
    assert TuningRevision.objects.count() == 1


def test_activate_puts_a_draft_into_force_and_tells_what_changes() -> None:
    draft = tuning_create({"cluster_gap_ms": 303}, reason="quieter")

    said = tuning("activate", str(draft.pk))

    assert "-> 303" in said
    assert TuningRevision.objects.get(state="active").pk == draft.pk


@pytest.mark.parametrize(
    ("number", "message"), [("1", "only a draft can be activated"), ("99", "no revision has that")]
)
def test_activate_refuses_what_is_no_draft(number: str, message: str) -> None:
    with pytest.raises(CommandError, match=message):
        tuning("activate", number)


def test_start_puts_the_thresholds_of_the_synthetic_market_into_force(environment: Any) -> None:
    environment["event_min_score"] = 0.47

    assert "is in force: Preset measured" in tuning("start")
    active = active_revision()
    assert active is not None
    assert active.values["directional_min_score"] == 0.672
    assert active.values["event_min_score"] == 0.47  # the environment wins
    assert is_of_synthetic(environment)
    assert not is_of_synthetic({})
    assert tuning("start") == ""


@pytest.mark.usefixtures("environment")
def test_start_leaves_a_real_source_at_the_defaults() -> None:
    assert start_for_source("databento", {}) is None


@pytest.mark.usefixtures("environment")
def test_start_changes_nothing_once_somebody_drafted_or_a_feed_was_stored() -> None:
    draft = tuning_create({"cluster_gap_ms": 300}, reason="mine")
    assert tuning("start") == ""
    draft.delete()
    ingest_cut([option_trade(1, 0)])
    assert tuning("start") == ""
