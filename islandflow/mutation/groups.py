"""Which files are changed together, and which tests have to notice. All of them pure: no database.

A group's tests are those of its files and the properties of the whole step that pass through them;
tests of other files may cross its code, but do not judge it.
"""

from dataclasses import dataclass

ENGINE, TESTS = "signals/engine", "tests/signals/engine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A set of source files and the tests that judge them, as patterns from the project's root."""

    name: str
    sources: tuple[str, ...]
    tests: tuple[str, ...]


GROUPS = (
    Group(
        name="placement",
        sources=(
            f"{ENGINE}/placement*.py",
            f"{ENGINE}/labels.py",
            f"{ENGINE}/direction.py",
            "ingest/stamping.py",
            "ingest/rings.py",
        ),
        tests=(
            f"{TESTS}/test_placement*.py",
            f"{TESTS}/test_label*.py",
            f"{TESTS}/test_direction.py",
            f"{TESTS}/test_measures*.py",
            "tests/ingest/test_stamping*.py",
            "tests/ingest/test_rings.py",
            "tests/ingest/test_quote_selection_golden.py",
            "tests/properties/test_engine_oracles.py",
        ),
    ),
    Group(
        name="clusters",
        sources=(
            f"{ENGINE}/clusters.py",
            f"{ENGINE}/finality.py",
            f"{ENGINE}/groups.py",
            f"{ENGINE}/packets.py",
            f"{ENGINE}/sweeps.py",
            f"{ENGINE}/tally.py",
            f"{ENGINE}/structures/candidates.py",
            f"{ENGINE}/structures/packages.py",
            f"{ENGINE}/structures/pools.py",
            f"{ENGINE}/structures/runs.py",
        ),
        tests=(
            f"{TESTS}/structures/test_*.py",
            f"{TESTS}/test_cancel*.py",
            f"{TESTS}/test_clusters.py",
            f"{TESTS}/test_events.py",
            f"{TESTS}/test_groups.py",
            f"{TESTS}/test_measures*.py",
            f"{TESTS}/test_memory.py",
            f"{TESTS}/test_pipeline.py",
            f"{TESTS}/test_revisions.py",
            f"{TESTS}/test_scenarios.py",
            f"{TESTS}/test_state.py",
            f"{TESTS}/test_sweep*.py",
            "tests/properties/test_engine_oracles.py",
            "tests/properties/test_engine_step.py",
            "tests/properties/test_packet_oracle.py",
        ),
    ),
    Group(
        name="baselines",
        sources=(
            f"{ENGINE}/baseline_keys.py",
            f"{ENGINE}/baseline_shelves.py",
            f"{ENGINE}/baselines.py",
            f"{ENGINE}/readings.py",
            f"{ENGINE}/usual.py",
            f"{ENGINE}/windows.py",
        ),
        tests=(
            f"{TESTS}/test_baseline*.py",
            f"{TESTS}/test_readings.py",
            f"{TESTS}/test_revisions.py",
            f"{TESTS}/test_rule_scenarios.py",
            f"{TESTS}/test_usual.py",
            f"{TESTS}/test_windows.py",
        ),
    ),
    Group(
        name="scoring",
        sources=(
            f"{ENGINE}/alerts.py",
            f"{ENGINE}/classifiers/*.py",
            f"{ENGINE}/gate.py",
            f"{ENGINE}/judgement.py",
            f"{ENGINE}/judging.py",
            f"{ENGINE}/penalties.py",
            f"{ENGINE}/profiles/*.py",
            f"{ENGINE}/quality.py",
        ),
        tests=(
            f"{TESTS}/classifiers/test_*.py",
            f"{TESTS}/profiles/test_*.py",
            f"{TESTS}/test_alert*.py",
            f"{TESTS}/test_classifiers.py",
            f"{TESTS}/test_confidence_arithmetic.py",
            f"{TESTS}/test_explanations_say_numbers.py",
            f"{TESTS}/test_facts.py",
            f"{TESTS}/test_gate.py",
            f"{TESTS}/test_golden_profiles.py",
            f"{TESTS}/test_judgement.py",
            f"{TESTS}/test_penalties.py",
            f"{TESTS}/test_pipeline.py",
            f"{TESTS}/test_profile_scenarios.py",
            f"{TESTS}/test_quality.py",
            f"{TESTS}/test_revisions.py",
            f"{TESTS}/test_rule_scenarios.py",
            f"{TESTS}/test_scenarios.py",
            "tests/properties/test_engine_oracles.py",
            "tests/properties/test_profile_oracle.py",
        ),
    ),
)
BY_NAME = {group.name: group for group in GROUPS}
