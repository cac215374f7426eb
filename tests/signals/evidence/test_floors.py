"""What decides a read stands apart from what rules are held against, with both numbers."""

from typing import Any

import pytest

from signals.evidence.floors import Floor, deciding_floors, rule_floors, shown
from tests.signals.engine.test_rule_scenarios import JUN, leg, package
from tests.signals.evidence.builders import changed, found_of


def by_key(floors: list[Floor]) -> dict[str, Floor]:
    return {floor.key: floor for floor in floors}


def test_a_read_shows_what_decides_it() -> None:
    found = by_key(deciding_floors(found_of(leg("C450", "ask", 410))))

    assert found.keys() == {
        "eligible_min_premium_usd", "eligible_min_size", "abstain_min_score",
        "abstain_min_coverage", "abstain_max_stale_ratio", "abstain_min_evidence_quality",
    }  # fmt: skip
    assert all(floor.passed for floor in found.values())
    size = found["eligible_min_size"]
    assert (size.value, size.limit, size.margin) == ("410 contracts", "10 contracts", "4000% above")
    coverage = found["abstain_min_coverage"]
    assert (coverage.value, coverage.limit) == ("100 %", "35 %")
    stale = found["abstain_max_stale_ratio"]
    assert (stale.value, stale.limit, stale.margin) == ("0 %", "less than 50 %", "100% below")


@pytest.mark.parametrize("size", [410, 399])
def test_rule_floors_are_shown_whether_or_not_a_rule_fires(size: int) -> None:
    found = found_of(leg("C450", "ask", size))
    floors = by_key(rule_floors(found))

    assert bool(found.hits) is (size == 410)
    assert floors["spike_min_size"].value == f"{size} contracts"
    assert floors["spike_min_size"].limit == "400 contracts"
    assert floors["spike_min_size"].passed is (size == 410)
    assert not set(floors) & set(by_key(deciding_floors(found)))


def test_the_rules_of_one_contract_say_nothing_of_a_structure() -> None:
    found = found_of(*package(leg("C450", "ask", 400), leg("C480", "bid", 400, usd=1.2)))

    assert found.packet.features["structure_type"]
    assert rule_floors(found) == []


def test_a_decline_shows_first_what_failed() -> None:
    found = found_of(leg("C480", "ask", 900, usd=0.5, bid_micros=300_000, expiry=JUN))
    first, *rest = deciding_floors(found)

    assert found.event.abstain_reasons == ("below_score_floor",)
    assert (first.key, first.passed, first.limit) == ("abstain_min_score", False, "42 points")
    assert first.margin.endswith(" below")
    assert all(floor.passed for floor in rest)


def test_a_packet_below_the_gate_is_held_against_the_gate_only() -> None:
    found = deciding_floors(found_of(leg("C450", "ask", 9)))

    assert [(floor.key, floor.value, floor.passed) for floor in found] == [
        ("eligible_min_premium_usd", "$3,780", False), ("eligible_min_size", "9 contracts", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "key"),
    [("etf", "eligible_etf_min_premium_usd"), ("index", "eligible_index_min_premium_usd")],
)
def test_the_premium_floor_is_that_of_its_security(kind: str, key: str) -> None:
    found = changed(found_of(leg("C450", "ask", 410)), security_type=kind)

    assert key in by_key(deciding_floors(found))


@pytest.mark.parametrize(
    ("directions", "shows"), [(("bullish", "bearish"), True), (("bullish", "neutral"), False)]
)
def test_the_lead_decides_only_between_opposites(directions: tuple[str, str], shows: bool) -> None:
    found = found_of(leg("C450", "ask", 410))
    for score, direction in zip(found.event.scores, directions, strict=False):
        score["direction"] = direction

    assert ("abstain_min_margin" in by_key(deciding_floors(found))) is shows


def test_a_value_at_its_limit_passes_and_says_so() -> None:
    found = by_key(deciding_floors(found_of(leg("C450", "ask", 10, usd=20.0))))

    assert (found["eligible_min_size"].margin, found["eligible_min_size"].passed) == (
        "at the limit", True,
    )  # fmt: skip


def test_a_limit_of_nothing_or_of_an_unknown_revision_is_left_out() -> None:
    found = found_of(leg("C450", "ask", 410), abstain_min_coverage=0, eligible_min_size=None)

    assert not {"abstain_min_coverage", "eligible_min_size"} & by_key(deciding_floors(found)).keys()


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("eligible_min_premium_usd", 9_999.6, "$9,999.60"),
        ("eligible_min_premium_usd", 10_000.0, "$10,000"),
        ("abstain_min_coverage", 0.3496, "34.96 %"),
        ("abstain_min_score", 0.4199, "41.99 points"),
        ("eligible_min_size", 1_200, "1,200 contracts"),
        ("eligible_min_size", None, "a limit that is not stored"),
    ],
)
def test_values_are_as_exact_as_what_decides(key: str, value: Any, words: str) -> None:
    assert shown(key, value) == words
