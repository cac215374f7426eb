"""Every decline and every suppression says the numbers that decided."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from signals.evidence.reasons import clause, declines_of, suppressions_of
from tests.signals.engine.test_rule_scenarios import JUN, leg
from tests.signals.evidence.builders import changed, found_of

SCORES: list[dict[str, Any]] = [
    {"profile_id": "institutional_directional", "score": 0.3812, "direction": "bullish"},
    {"profile_id": "retail_whale", "score": 0.3612, "direction": "bearish"},
]


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (
            "stale_or_missing_quote_context",
            "quotes cover 20 % of the size and 62.5 % are stale; less than 35 %, or 50 % stale and "
            "more, declines",
        ),
        ("insufficient_evidence", "the evidence quality is 51.2 %; the least is 55 %"),
        (
            "below_score_floor",
            "no hypothesis reaches the least score: the best, directional accumulation, has 38.12 "
            "points; the least is 42 points",
        ),
        (
            "below_profile_floor",
            "the best hypothesis does not reach the floor of its own: directional accumulation, "
            "has 38.12 points; the least is 0 points",
        ),
        (
            "conflicting_evidence",
            "the two best hypotheses contradict each other: directional accumulation, has 38.12 "
            "points, bullish, and retail attention flow, has 36.12 points, bearish; the lead is 2 "
            "points, the least 5 points",
        ),
        ("cancelled", "its prints were cancelled"),
        (
            "special_print_or_complex_context",
            "special or package prints make up 40 % of the size; 34 % and more count",
        ),
        (
            "inside_market_or_cross_like_execution",
            "executed inside the market, as crosses are: 80 % of the quoted size, from 70 % on, "
            "while 10 % took a side, less than 35 %",
        ),
        ("premium_unknown", "the premium is not known: what is delivered was adjusted"),
        (
            "insufficient_premium",
            "$9,999.60 of premium; the least of an event in a single name is $10,000",
        ),
        ("insufficient_size", "9 contracts; the least of an event is 10 contracts"),
        ("reason_of_an_older_engine", "reason of an older engine"),
    ],
)
def test_a_reason_says_its_numbers(reason: str, words: str) -> None:
    found = changed(
        found_of(leg("C450", "ask", 410)), coverage=0.2, stale_ratio=0.625, special_size_ratio=0.4,
        inside_ratio=0.8, signed_share=0.1, premium_usd=9_999.6, total_size=9,
    )  # fmt: skip
    event = SimpleNamespace(scores=SCORES, features={"margin": 0.02}, evidence_quality=0.512)

    assert clause(reason, replace(found, event=event)) == words


@pytest.mark.parametrize(
    ("kind", "words"), [("etf", "in an ETF is $50,000"), ("index", "in an index is $100,000")]
)
def test_the_least_premium_is_that_of_its_security(kind: str, words: str) -> None:
    found = changed(found_of(leg("C450", "ask", 9)), security_type=kind, premium_usd=1.0)

    assert clause("insufficient_premium", found).endswith(words)


def test_a_decline_says_why() -> None:
    found = found_of(leg("C480", "ask", 900, usd=0.5, bid_micros=300_000, expiry=JUN))
    (words,) = declines_of(found)

    assert words.startswith("no hypothesis reaches the least score: the best, ")
    assert words.endswith("; the least is 42 points")


def test_a_packet_below_the_gate_says_by_how_much() -> None:
    found = found_of(leg("C450", "ask", 9))

    assert declines_of(found) == [
        "$3,780 of premium; the least of an event in a single name is $10,000"
    ]
    assert suppressions_of(found) == []


def test_a_read_declines_nothing() -> None:
    assert declines_of(found_of(leg("C450", "ask", 410))) == []


def test_what_is_suppressed_is_said_with_its_numbers() -> None:
    found = found_of(leg("C450", "mid", 900))

    assert suppressions_of(found) == [
        "executed inside the market, as crosses are: 100 % of the quoted size, from 70 % on, while "
        "0 % took a side, less than 35 %"
    ]
