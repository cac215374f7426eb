"""Thresholds are immutable revisions; activating one reaches every stream through the log."""

import pytest

from flow.domain.events import Control
from flow.models import ControlRequest
from flow.storage.db import connect
from flow.storage.streams import streams_of
from flow.storage.tail import read_controls, read_manifest
from signals.engine.params import Params, TuningError
from signals.models import TuningRevision
from signals.tuning import (
    active_revision,
    environment_differences,
    seed_first_revision,
    tuning_activate,
    tuning_create,
)
from tests.support.feeds import ListFeed
from tests.support.workers import derive_all, ingest_worker, seed_items

pytestmark = pytest.mark.usefixtures("log_db")


def test_a_migrated_database_has_revision_one_in_force() -> None:
    revision = active_revision()

    assert revision is not None
    assert revision.pk == 1
    assert Params.from_values(revision.values).digest == revision.digest


def test_a_draft_changes_nothing_until_it_is_activated() -> None:
    draft = tuning_create({"sweep_min_count": 4}, reason="fewer sweeps")

    assert draft.state == "draft"
    assert draft.values["sweep_min_count"] == 4
    current = active_revision()
    assert current is not None
    assert current.pk == 1


def test_activation_retires_the_one_before_and_asks_the_streams() -> None:
    draft = tuning_activate(tuning_create({"sweep_min_count": 4}, reason="fewer sweeps"))

    states = dict(TuningRevision.objects.values_list("pk", "state"))
    assert states == {1: "retired", draft.pk: "active"}
    request = ControlRequest.objects.latest("id")
    assert request.payload["revision"] == draft.pk
    assert request.payload["values"]["sweep_min_count"] == 4


def test_history_is_not_rewritten() -> None:
    first = TuningRevision.objects.get(pk=1)

    with pytest.raises(ValueError, match="only a draft can be activated"):
        tuning_activate(first)


def test_a_value_out_of_range_is_refused_by_name() -> None:
    with pytest.raises(TuningError, match="SWEEP_MIN_COUNT is -3; expected"):
        tuning_create({"sweep_min_count": -3}, reason="wrong")


def test_revision_one_is_seeded_once() -> None:
    assert seed_first_revision({"sweep_min_count": 9}) is None
    revision = active_revision()
    assert revision is not None
    assert revision.values["sweep_min_count"] != 9


def test_the_environment_is_compared_with_what_is_in_force() -> None:
    assert environment_differences({}) == {}
    assert environment_differences({"sweep_min_count": 7}) == {
        "sweep_min_count": (7, Params().values()["sweep_min_count"])
    }


def test_an_activation_becomes_an_entry_of_each_print_stream() -> None:
    items = seed_items(400)
    feed = ListFeed(items, chunk=200)
    with ingest_worker(feed) as worker:
        worker.step()
        draft = tuning_activate(tuning_create({"sweep_min_count": 4}, reason="fewer"))
        worker.step()

    assert revisions_in("option_print") == [1, draft.pk]
    assert revisions_in("equity_print") == [1, draft.pk]


def test_derived_rows_carry_the_revision_of_their_opening_print() -> None:
    feed = ListFeed(seed_items(2_000), chunk=1_000)
    with ingest_worker(feed) as worker:
        worker.step()
        draft = tuning_activate(tuning_create({"cluster_gap_ms": 100}, reason="tighter"))
        worker.step()
        worker.finish()
    derive_all()

    with connect("default", "test") as conn:
        found = conn.execute(
            "SELECT tuning_revision, count(*) FROM packet GROUP BY 1 ORDER BY 1"
        ).fetchall()
    assert [row[0] for row in found] == [1, draft.pk]


def revisions_in(kind: str) -> list[int]:
    with connect("default", "test") as conn:
        (stream,) = streams_of(conn, run=0, kind=kind)  # type: ignore[arg-type]
        infos = read_manifest(conn, stream.id, after=0, limit=1_000)
        controls: list[Control] = read_controls(conn, infos)
    return [entry.payload["revision"] for entry in controls if entry.kind == "tuning"]
