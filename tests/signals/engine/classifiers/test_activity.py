"""Much activity: size and premium at their floors, or a z (options-engine.md 12.1, 12.2)."""

from typing import Any

import pytest

from signals.engine.classifiers.activity import (
    amount_terms,
    floors,
    inactivity,
    is_sizeable,
    passes_z,
    usual,
    z_term,
)
from signals.engine.classifiers.shared import Term
from tests.signals.engine.classifiers.builders import PARAMS, single, tuned

SMALL: dict[str, Any] = {"total_size": 399, "premium_usd": 19_999.99}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, ""),
        ({"total_size": 399}, "small_size"),
        ({"premium_usd": 19_999.99}, "low_premium"),
        (SMALL, "small_size"),
        ({"premium_usd": None}, "needs_premium"),
        # either z alone, whatever the floors
        (SMALL | {"premium_z": 2.5, "premium_z_n": 12}, ""),
        (SMALL | {"premium_z": 2.4999, "premium_z_n": 12}, "small_size"),
        (SMALL | {"premium_z": 2.5, "premium_z_n": 11}, "small_size"),
        (SMALL | {"size_z": 2.0, "size_z_n": 12}, ""),
        (SMALL | {"size_z": 1.9999, "size_z_n": 12}, "small_size"),
        (SMALL | {"size_z": 2.0, "size_z_n": 11}, "small_size"),
        (SMALL | {"premium_z": 2.4, "premium_z_n": 50, "size_z": 2.0, "size_z_n": 50}, ""),
        ({"premium_usd": None, "size_z": 9.0, "size_z_n": 50}, "needs_premium"),
        # a z never takes away what the floors gave
        ({"premium_z": -5.0, "premium_z_n": 50}, ""),
    ],
)
def test_inactivity(changes: dict[str, Any], reason: str) -> None:
    assert inactivity(single(**changes), PARAMS) == reason


@pytest.mark.parametrize(
    ("values", "changes", "reason"),
    [
        ({"spike_min_size": 401}, {}, "small_size"),
        ({"spike_min_premium_usd": 20_001}, {}, "low_premium"),
        ({"spike_min_premium_z": 3.0}, SMALL | {"premium_z": 2.9, "premium_z_n": 50}, "small_size"),
        ({"spike_min_premium_z": 3.0}, SMALL | {"premium_z": 3.0, "premium_z_n": 50}, ""),
        ({"spike_min_size_z": 1.0}, SMALL | {"size_z": 1.0, "size_z_n": 50}, ""),
        ({"z_min_samples": 51}, SMALL | {"size_z": 9.0, "size_z_n": 50}, "small_size"),
    ],
)
def test_floors_and_limits_are_tuned(
    values: dict[str, Any], changes: dict[str, Any], reason: str
) -> None:
    assert inactivity(single(**changes), tuned(**values)) == reason


@pytest.mark.parametrize(
    ("premium_z", "size_z", "beyond", "expected"),
    [
        (2.5, None, 0.0, True),
        (2.4999, 1.9999, 0.0, False),
        (None, 2.0, 0.0, True),
        (3.5, None, 1.0, True),
        (3.4999, 2.9999, 1.0, False),
        (None, 3.0, 1.0, True),
        (None, None, 0.0, False),
    ],
)
def test_z_passes_at_its_limit(
    premium_z: float | None, size_z: float | None, beyond: float, expected: bool
) -> None:
    found = single(premium_z=premium_z, premium_z_n=12, size_z=size_z, size_z_n=12)

    assert passes_z(found, PARAMS, beyond=beyond) is expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"total_size": 399}, True),
        ({"premium_usd": 19_999.99}, True),
        ({"premium_usd": None}, True),
        ({"premium_usd": None, "total_size": 399}, False),
        (SMALL, False),
    ],
)
def test_either_floor_makes_a_size(changes: dict[str, Any], expected: bool) -> None:
    assert is_sizeable(single(**changes), PARAMS) is expected


@pytest.mark.parametrize(
    ("times", "changes", "expected"),
    [
        (
            1,
            {},
            [Term(0.1, "premium at its floor or more"), Term(0.2, "size at its floor or more")],
        ),
        (1, {"premium_usd": 19_999.99}, [Term(0.2, "size at its floor or more")]),
        (1, {"total_size": 399}, [Term(0.1, "premium at its floor or more")]),
        (2, {"premium_usd": 39_999.99, "total_size": 799}, []),
        (
            2,
            {"premium_usd": 40_000.0, "total_size": 800},
            [
                Term(0.1, "premium at twice its floor or more"),
                Term(0.2, "size at twice its floor or more"),
            ],
        ),
        (1, {"premium_usd": None, "total_size": 1}, []),
    ],
)
def test_points_of_amounts(times: int, changes: dict[str, Any], expected: list[Term]) -> None:
    assert amount_terms(single(**changes), PARAMS, times=times, premium=0.1, size=0.2) == expected


def test_points_of_a_z() -> None:
    far = single(size_z=2.0, size_z_n=12)

    assert z_term(far, PARAMS, 0.07) == [Term(0.07, "far above its baseline")]
    assert z_term(single(), PARAMS, 0.07) == []


def test_sentences_cite_the_tuned_values() -> None:
    params = tuned(spike_min_premium_usd=500, spike_min_size=7, spike_min_size_z=1.5)

    said, z = floors(single(), params, "marks"), usual(single(size_z=1.6, size_z_n=40), params)

    assert said["text"].endswith("in 2 prints; marks: premium $500, size 7.")
    assert floors(single(), params)["text"].endswith("in 2 prints; floors: premium $500, size 7.")
    assert said["thresholds"] == {"spike_min_premium_usd": 500, "spike_min_size": 7}
    assert z["thresholds"] == {
        "spike_min_premium_z": 2.5, "spike_min_size_z": 1.5, "z_min_samples": 12,
    }  # fmt: skip


def test_a_rule_that_does_not_count_a_z_says_so() -> None:
    said = usual(single(size_z=1.6, size_z_n=40), PARAMS, is_counted=False)

    assert said["text"].endswith("This rule does not count it.")
    assert said["thresholds"] == {}
