"""What the rules of structures share (options-engine.md 9.4, 12.3; errata 6, 40)."""

import itertools
from typing import Any

import pytest

from signals.engine.classifiers.shared import Term
from signals.engine.classifiers.structure import (
    fire_structure,
    leg_lean,
    legs,
    opening,
    resolved_term,
    sides,
    structure_refusal,
)
from tests.signals.engine.classifiers.builders import LABEL, PARAMS, structure, tuned

REFUSALS: list[tuple[str, dict[str, Any]]] = [
    ("other_structure", {"structure_type": "ladder"}),
    ("needs_ticks", {"granularity": "minute"}),
    ("needs_premium", {"premium_usd": None}),
]


@pytest.mark.parametrize(("reason", "changes"), REFUSALS)
def test_refusal(reason: str, changes: dict[str, Any]) -> None:
    assert structure_refusal(structure(**changes), ("vertical", "box")) == reason


@pytest.mark.parametrize(("first", "second"), list(itertools.combinations(range(len(REFUSALS)), 2)))
def test_earlier_reason_hides_the_later_one(first: int, second: int) -> None:
    merged = REFUSALS[second][1] | REFUSALS[first][1]

    assert structure_refusal(structure(**merged), ("vertical",)) == REFUSALS[first][0]


@pytest.mark.parametrize("kind", ["vertical", "box"])
def test_any_named_type_is_taken(kind: str) -> None:
    assert structure_refusal(structure(structure_type=kind), ("vertical", "box")) == ""


@pytest.mark.parametrize(
    ("confidence", "expected", "end"),
    [
        (1.0, 0.85, "at most 0.85."),
        (None, 0.85, "at most 0.85."),
        (0.6, 0.51, "at most 0.85; times 0.6 for an inference."),
    ],
)
def test_inference_leaves_its_share_of_the_capped_sum(
    confidence: float | None, expected: float, end: str
) -> None:
    found = fire_structure(
        "rule",
        "neutral",
        structure(structure_confidence=confidence),
        terms=[Term(0.9, "why")],
        cap=0.85,
        sentences=[],
    )

    assert (found.confidence, found.direction, found.fired) == (expected, "neutral", True)
    assert found.sentences[-1]["text"].endswith(end)


@pytest.mark.parametrize(
    ("changes", "terms"),
    [
        ({"coverage": 0.5}, [Term(0.05, "sides of the legs are known")]),
        ({"coverage": 0.5, "signed_share": 0.55}, [Term(0.05, "sides of the legs are known")]),
        (
            {"coverage": 0.5, "signed_share": 0.5499},
            [Term(-0.10, "sides of the legs are not known")],
        ),
        ({"coverage": 0.4999}, []),
        # what printed at the ask says nothing of a structure
        (
            {"coverage": 0.5, "signed_share": 0.0, "buy_raw": 1.0},
            [Term(-0.10, "sides of the legs are not known")],
        ),
    ],
)
def test_share_of_signed_legs_stands_for_the_ratio(
    changes: dict[str, Any], terms: list[Term]
) -> None:
    assert resolved_term(structure(**changes), PARAMS) == terms


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {},
            "2 legs, flagged as one package by the tape: SPY-2025-01-17-450-C 200 long, "
            "SPY-2025-01-17-455-C 190 short; net debit $4,410.",
        ),
        (
            {"structure_inferred": True, "structure_net_debit_usd": -99.5},
            "2 legs, put together from time, venue, size and side: SPY-2025-01-17-450-C 200 long, "
            "SPY-2025-01-17-455-C 190 short; net credit $99.50.",
        ),
        (
            {"structure_signs": [0, 0], "structure_net_debit_usd": None},
            "2 legs, flagged as one package by the tape: SPY-2025-01-17-450-C 200 side not known, "
            "SPY-2025-01-17-455-C 190 side not known; whether a net debit or a net credit cannot "
            "be told.",
        ),
        (
            {"structure_net_debit_usd": 0.0, "structure_leg_sizes": [2_000, 1]},
            "2 legs, flagged as one package by the tape: SPY-2025-01-17-450-C 2,000 long, "
            "SPY-2025-01-17-455-C 1 short; net debit $0.00.",
        ),
    ],
)
def test_legs(changes: dict[str, Any], text: str) -> None:
    found = legs(structure(**changes))

    assert found["text"] == text
    assert found["keys"] == [
        "structure_type", "structure_inferred", "structure_legs", "structure_contracts",
        "structure_leg_sizes", "structure_signs", "structure_net_debit_usd",
    ]  # fmt: skip


def test_legs_that_do_not_match_their_sizes_are_an_error() -> None:
    with pytest.raises(ValueError, match="shorter"):
        legs(structure(structure_leg_sizes=[200]))


def test_opening_is_the_pattern_and_the_legs() -> None:
    first, second = opening(structure(), LABEL, "X")

    assert first["text"] == "2 prints of SPY 17JAN25 450C in 3 ms: consistent with X."
    assert second == legs(structure())


def test_sides() -> None:
    params = tuned(min_nbbo_coverage=0.4, min_aggressor_ratio=0.6)

    found = sides(structure(signed_share=0.512, coverage=0.75), params)

    assert found == {
        "text": "The side is known of legs with 51.2 % of the size; quotes cover 75 % (counted "
        "from 40 % coverage and 60 % known).",
        "keys": ["signed_share", "coverage"],
        "values": {"signed_share": 0.512, "coverage": 0.75},
        "thresholds": {"min_nbbo_coverage": 0.4, "min_aggressor_ratio": 0.6},
    }


def test_sides_without_quotes() -> None:
    found = sides(structure(covered_size=0), PARAMS)

    assert found["text"] == "No quote coverage: the sides of the legs rest on nothing quoted."
    assert (found["keys"], found["thresholds"]) == (["covered_size"], {})


@pytest.mark.parametrize(
    ("direction", "text"),
    [
        ("bullish", "By the type and the sides of its legs: consistent with a bullish reading."),
        ("bearish", "By the type and the sides of its legs: consistent with a bearish reading."),
        ("neutral", "By the type and the sides of its legs: no direction is told."),
    ],
)
def test_lean(direction: Any, text: str) -> None:
    found = leg_lean(structure(), direction)

    assert found["text"] == text
    assert found["keys"] == ["structure_type", "structure_signs", "structure_direction"]
