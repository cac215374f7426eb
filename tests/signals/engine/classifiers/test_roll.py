"""Rolls (options-engine.md 9.4, 12.3, 12.5; errata 5, 6, 40; golden G8)."""

from typing import Any

import pytest

from signals.engine.classifiers.roll import ROLL, judge_roll
from signals.engine.features import Features
from tests.signals.engine.classifiers.builders import (
    LABEL,
    PARAMS,
    assert_confidence,
    assert_silent,
    structure,
    texts,
)

# Six days out at the same strike: no addend.
BARE: dict[str, Any] = {
    "structure_type": "calendar", "structure_direction": "neutral", "roll_consistent": True,
    "structure_contracts": ["SPY-2025-01-17-450-C", "SPY-2025-01-23-450-C"],
    "structure_signs": [-1, 1], "structure_leg_sizes": [195, 195], "total_size": 400,
    "premium_usd": 20_000.0, "roll_from_expiry": "2025-01-17", "roll_to_expiry": "2025-01-23",
    "roll_from_strike": 450.0, "roll_to_strike": 450.0, "roll_strike_delta": 0.0,
    "roll_expiry_days_delta": 6,
}  # fmt: skip
UP = {"structure_type": "diagonal", "roll_to_strike": 460.0, "roll_strike_delta": 10.0}


def found(**changes: Any) -> Features:
    return structure(**(BARE | changes))


def test_golden_is_neutral_under_the_strict_direction() -> None:
    # G8: roll C +10 strike, +28 d, size 700, premium 38,000, coverage .7, aggressive 0. Its
    # direction there is that of other rules; 9.4 makes calendars and diagonals neutral.
    golden = found(
        **UP, roll_expiry_days_delta=28, total_size=700, premium_usd=38_000.0, coverage=0.7,
        signed_share=0.0,
    )  # fmt: skip

    verdict = judge_roll(golden, LABEL, PARAMS)

    assert_confidence(verdict, 85, 50, 5, 5, -10)
    assert (verdict.classifier_id, verdict.direction) == (ROLL, "neutral")


@pytest.mark.parametrize(
    ("changes", "hundredths"),
    [
        ({}, (50,)),
        ({"premium_usd": 39_999.99}, (50,)),
        ({"premium_usd": 40_000.0}, (50, 10)),
        ({"total_size": 799}, (50,)),
        ({"total_size": 800}, (50, 5)),
        ({"roll_strike_delta": 0.001}, (50, 5)),
        ({"roll_strike_delta": -0.001}, (50, 5)),
        ({"roll_strike_delta": None}, (50,)),
        ({"roll_expiry_days_delta": 7}, (50, 5)),
        ({"roll_expiry_days_delta": None}, (50,)),
        ({"coverage": 0.5}, (50, 5)),
        ({"coverage": 0.5, "signed_share": 0.5499}, (50, -10)),
        ({"size_z": 9.0, "size_z_n": 50}, (50,)),
        (
            {**UP, "premium_usd": 40_000.0, "total_size": 800, "roll_expiry_days_delta": 35,
             "coverage": 1.0},
            (50, 10, 5, 5, 5, 5),
        ),
    ],
)  # fmt: skip
def test_roll_is_the_sum_of_its_terms(changes: dict[str, Any], hundredths: tuple[int, ...]) -> None:
    assert_confidence(judge_roll(found(**changes), LABEL, PARAMS), 85, *hundredths)


def test_inferred_counts_six_tenths() -> None:
    assert judge_roll(found(structure_confidence=0.6), LABEL, PARAMS).confidence == 0.3


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, ""),
        ({"structure_type": "diagonal"}, ""),
        ({"total_size": 1}, ""),
        ({"premium_usd": 1.0}, ""),
        ({"total_size": 399, "premium_usd": 19_999.99}, "small"),
        (
            {"total_size": 1, "premium_usd": 1.0, "size_z": 9.0, "size_z_n": 50},
            "small",
        ),
        ({"roll_consistent": False}, "unequal_sizes"),
        ({"roll_consistent": False, "total_size": 1, "premium_usd": 1.0}, "unequal_sizes"),
        ({"roll_consistent": False, "structure_signs": [0, 0]}, "unknown_sides"),
        ({"structure_type": "vertical", "roll_consistent": False}, "other_structure"),
        ({"granularity": "minute"}, "needs_ticks"),
        ({"premium_usd": None}, "needs_premium"),
    ],
)
def test_roll_at_its_limits(changes: dict[str, Any], reason: str) -> None:
    verdict = judge_roll(found(**changes), LABEL, PARAMS)

    assert (verdict.classifier_id, verdict.reason, verdict.fired) == (ROLL, reason, not reason)


def test_what_is_refused_says_nothing_more() -> None:
    for changes in ({"structure_type": "box"}, {"roll_consistent": False}, {"premium_usd": None}):
        verdict = judge_roll(found(**changes), LABEL, PARAMS)

        assert_silent(verdict, ROLL, verdict.reason)


def test_direction_is_that_of_the_legs() -> None:
    assert judge_roll(found(structure_direction="bearish"), LABEL, PARAMS).direction == "bearish"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {},
            "From 2025-01-17 at $450.00 to 2025-01-23 at "
            "$450.00: out, 0 in strike and 6 days. A tape "
            "cannot show whether a position stood there before.",
        ),
        (
            UP,
            "From 2025-01-17 at $450.00 to 2025-01-23 at "
            "$460.00: up and out, 10 in strike and 6 days. A "
            "tape cannot show whether a position stood there before.",
        ),
        (
            {"roll_to_strike": 450.5, "roll_strike_delta": 0.5},
            "From 2025-01-17 at $450.00 to 2025-01-23 at "
            "$450.50: up and out, 0.5 in strike and 6 days. "
            "A tape cannot show whether a position stood there before.",
        ),
        (
            {"roll_to_strike": 449.5, "roll_strike_delta": -0.5},
            "From 2025-01-17 at $450.00 to 2025-01-23 at "
            "$449.50: down and out, -0.5 in strike and 6 "
            "days. A tape cannot show whether a position stood there before.",
        ),
    ],
)
def test_way(changes: dict[str, Any], text: str) -> None:
    assert texts(judge_roll(found(**changes), LABEL, PARAMS))[2] == text


def test_sentences() -> None:
    said = texts(judge_roll(found(**UP, roll_expiry_days_delta=7), LABEL, PARAMS))

    assert said[:2] + said[3:] == [
        "2 prints of SPY 17JAN25 450C in 3 ms: consistent with a position rolled to a later "
        "expiry.",
        "2 legs, flagged as one package by the tape: SPY-2025-01-17-450-C 195 short, "
        "SPY-2025-01-23-450-C 195 long; net debit $4,410.",
        "$20,000 of premium for 400 contracts in 2 prints; either suffices: premium $20,000, size "
        "400.",
        "No baseline yet: 0 packets of this kind were seen, it speaks from 12 on.",
        "The side is known of legs with 100 % of the size; quotes cover 49.99 % (counted from 50 % "
        "coverage and 55 % known).",
        "Confidence 0.60: +0.50 two expiries in equal size, +0.05 to another strike, +0.05 7 days "
        "out or more; at most 0.85.",
    ]


def test_a_baseline_is_told_but_not_counted() -> None:
    said = texts(judge_roll(found(size_z=3.0, size_z_n=20), LABEL, PARAMS))

    assert said[4].endswith("This rule does not count it.")
