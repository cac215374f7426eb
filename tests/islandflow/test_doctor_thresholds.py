"""doctor on thresholds: the environment beside the active revision, and the synthetic market's."""

from collections.abc import Mapping

from django.db import OperationalError

from tests.support.doctor import Rig, fact


def test_thresholds_of_the_synthetic_market_are_noted_beside_a_real_source(rig: Rig) -> None:
    rig.is_of_synthetic = True
    assert rig.examine().notes == []
    notes = rig.examine(OPTIONS_INGEST_ADAPTER="alpaca").notes
    assert [each for each in notes if "those of the synthetic market" in each]
    rig.is_of_synthetic = False
    notes = rig.examine(OPTIONS_INGEST_ADAPTER="alpaca").notes
    assert not [each for each in notes if "those of the synthetic market" in each]


def test_thresholds_that_differ_from_the_active_revision_are_noted(rig: Rig) -> None:
    asked: list[Mapping[str, object]] = []

    def differences(values: Mapping[str, object]) -> dict[str, tuple[object, object]]:
        asked.append(values)
        return {"cluster_gap_ms": (100, 250)}

    rig.differences(differences)
    report = rig.examine(CLUSTER_GAP_MS="100")
    assert asked == [{"cluster_gap_ms": 100}]
    assert fact(report, "cluster_gap_ms") == "100"
    assert report.notes == [
        "cluster_gap_ms is 100 in the environment, but 250 in the active tuning revision, which "
        "counts; manage.py tuning from-env drafts a revision from the environment"
    ]
    assert report.problems == []


def test_a_revision_that_cannot_be_read_is_noted(rig: Rig) -> None:
    def away(_values: Mapping[str, object]) -> None:
        raise OperationalError("gone")

    rig.differences(away)
    assert rig.examine().notes == ["The active tuning revision cannot be read: see the database."]


def test_a_threshold_that_the_engine_refuses_is_wrong(rig: Rig) -> None:
    def refuse(_values: Mapping[str, object]) -> None:
        raise ValueError("CLUSTER_GAP_MS is 1; expected 2 to 3 ms; correct it")

    rig.differences(refuse)
    assert rig.examine().problems == ["CLUSTER_GAP_MS is 1; expected 2 to 3 ms; correct it"]


def test_without_a_tuning_module_the_comparison_is_left_out(rig: Rig) -> None:
    rig.differences(None)
    assert rig.examine(CLUSTER_GAP_MS="100").notes == []
