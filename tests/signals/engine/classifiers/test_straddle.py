"""Straddles and strangles (options-engine.md 9.4, 12.3; errata 6, 40)."""

from typing import Any

import pytest

from signals.engine.classifiers.straddle import (
    STRADDLE,
    STRANGLE,
    judge_straddle,
    judge_strangle,
)
from signals.engine.features import Features
from tests.signals.engine.classifiers.builders import (
    LABEL,
    PARAMS,
    assert_confidence,
    assert_silent,
    structure,
    texts,
    tuned,
)

BARE: dict[str, Any] = {
    "structure_type": "straddle", "structure_direction": "neutral", "structure_vol_side": "long",
    "structure_rights": "C/P", "structure_signs": [1, 1],
    "structure_contracts": ["SPY-2025-01-17-450-C", "SPY-2025-01-17-450-P"],
}  # fmt: skip


def found(**changes: Any) -> Features:
    return structure(**(BARE | changes))


@pytest.mark.parametrize(
    ("changes", "hundredths"),
    [
        ({}, (45,)),
        ({"premium_usd": 20_000.0}, (45, 10)),
        ({"total_size": 399}, (45,)),
        ({"total_size": 400}, (45, 5)),
        ({"coverage": 0.5}, (45, 5)),
        ({"coverage": 0.5, "signed_share": 0.5499}, (45, -10)),
        ({"size_z": 9.0, "size_z_n": 50, "structure_legs": 4}, (45,)),
        ({"premium_usd": 10**6, "total_size": 10**5, "coverage": 1.0}, (45, 10, 5, 5)),
        ({"premium_usd": 0.0, "total_size": 1}, (45,)),  # no floor at all
    ],
)
@pytest.mark.parametrize(
    ("kind", "judge"), [("straddle", judge_straddle), ("strangle", judge_strangle)]
)
def test_it_is_the_sum_of_its_terms(
    kind: str, judge: Any, changes: dict[str, Any], hundredths: tuple[int, ...]
) -> None:
    verdict = judge(found(structure_type=kind, **changes), LABEL, PARAMS)

    assert_confidence(verdict, 85, *hundredths)
    assert (verdict.classifier_id, verdict.direction) == (kind, "neutral")


def test_inferred_counts_six_tenths() -> None:
    inferred = found(
        structure_inferred=True, structure_confidence=0.6, premium_usd=20_000.0, coverage=0.5
    )

    assert judge_straddle(inferred, LABEL, PARAMS).confidence == 0.36  # .6 x (.45 + .10 + .05)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"structure_type": "strangle"}, "other_structure"),
        ({"structure_type": "synthetic"}, "other_structure"),
        ({"granularity": "minute"}, "needs_ticks"),
        ({"premium_usd": None}, "needs_premium"),
    ],
)
def test_near_miss_says_why(changes: dict[str, Any], reason: str) -> None:
    assert_silent(judge_straddle(found(**changes), LABEL, PARAMS), STRADDLE, reason)


def test_a_straddle_is_no_strangle() -> None:
    assert_silent(judge_strangle(found(), LABEL, PARAMS), STRANGLE, "other_structure")


def test_a_sided_straddle_stays_neutral() -> None:
    assert (
        judge_straddle(found(structure_direction="bullish"), LABEL, PARAMS).direction == "neutral"
    )


@pytest.mark.parametrize(
    ("side", "text"),
    [
        ("long", "Both legs took the side of the ask: consistent with long volatility."),
        ("short", "Both legs took the side of the bid: consistent with short volatility."),
        (
            "",
            "The sides of the legs are not known: long and short volatility are both possible.",
        ),
    ],
)
def test_volatility_side(side: str, text: str) -> None:
    assert texts(judge_straddle(found(structure_vol_side=side), LABEL, PARAMS))[5] == text


@pytest.mark.parametrize(
    ("kind", "judge"), [("straddle", judge_straddle), ("strangle", judge_strangle)]
)
def test_sentences(kind: str, judge: Any) -> None:
    params = tuned(spike_min_size=300)
    near = found(structure_type=kind, size_z=1.5, size_z_n=60, size_z_scope="underlying")

    assert texts(judge(near, LABEL, params)) == [
        f"2 prints of SPY 17JAN25 450C in 3 ms: consistent with a {kind}.",
        "2 legs, flagged as one package by the tape: SPY-2025-01-17-450-C 200 long, "
        "SPY-2025-01-17-450-P 190 long; net debit $4,410.",
        "$19,000 of premium for 390 contracts in 2 prints; counted from: premium $20,000, size "
        "300.",
        "Against what is usual: size z 1.5 from 60 packets of structures of this underlying. This "
        "rule does not count it.",
        "The side is known of legs with 100 % of the size; quotes cover 49.99 % (counted from 50 % "
        "coverage and 55 % known).",
        "Both legs took the side of the ask: consistent with long volatility.",
        f"Confidence 0.50: +0.45 a {kind}, +0.05 size at its floor or more; at most 0.85.",
    ]
