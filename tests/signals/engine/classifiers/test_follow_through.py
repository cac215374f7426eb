"""No follow-through (options-engine.md 12.6)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.engine.classifiers.follow_through import NO_FOLLOW_THROUGH, judge_no_follow_through
from tests.signals.engine.classifiers.builders import (
    LABEL,
    PARAMS,
    assert_confidence,
    assert_silent,
    tuned,
)

MID2 = 200_000_000  # a mid of 100 dollars: one basis point is 20,000


@pytest.mark.parametrize(
    ("direction", "move", "hundredths"),
    [
        ("bullish", 99_999, (50,)),
        ("bullish", 0, (50,)),
        ("bullish", -99_999, (50,)),
        ("bullish", -100_000, (50, 15)),
        ("bullish", -MID2 + 1, (50, 15)),
        ("bearish", -99_999, (50,)),
        ("bearish", 0, (50,)),
        ("bearish", 99_999, (50,)),
        ("bearish", 100_000, (50, 15)),
    ],
)
def test_it_fires_below_five_basis_points_of_the_way(
    direction: str, move: int, hundredths: tuple[int, ...]
) -> None:
    verdict = judge_no_follow_through(direction, MID2, MID2 + move, LABEL, PARAMS)

    assert_confidence(verdict, 65, *hundredths)
    assert (verdict.classifier_id, verdict.direction) == (NO_FOLLOW_THROUGH, "neutral")


@pytest.mark.parametrize(
    ("direction", "at_end", "later", "reason"),
    [
        ("bullish", MID2, MID2 + 100_000, "followed"),
        ("bearish", MID2, MID2 - 100_000, "followed"),
        ("bullish", MID2, 2 * MID2, "followed"),
        ("bullish", None, MID2, "needs_underlying"),
        ("bearish", MID2, None, "needs_underlying"),
        ("bullish", 0, MID2, "needs_underlying"),
        ("bullish", MID2, 0, "needs_underlying"),
        ("neutral", MID2, MID2, "no_direction"),
        ("mixed", MID2, MID2, "no_direction"),
        ("unknown", None, None, "no_direction"),
    ],
)
def test_it_is_silent(direction: str, at_end: int | None, later: int | None, reason: str) -> None:
    verdict = judge_no_follow_through(direction, at_end, later, LABEL, PARAMS)

    assert_silent(verdict, NO_FOLLOW_THROUGH, reason)


def test_least_move_is_tuned() -> None:
    params = tuned(follow_through_min_move_bps=10)

    assert judge_no_follow_through("bullish", MID2, MID2 + 199_999, LABEL, params).fired
    assert not judge_no_follow_through("bullish", MID2, MID2 + 200_000, LABEL, params).fired


def test_with_no_least_move_only_the_other_way_counts() -> None:
    params = tuned(follow_through_min_move_bps=0)

    still = judge_no_follow_through("bullish", MID2, MID2, LABEL, params)
    assert_silent(still, NO_FOLLOW_THROUGH, "followed")
    found = judge_no_follow_through("bullish", MID2, MID2 - 1, LABEL, params)
    assert_confidence(found, 65, 50, 15)


@given(st.integers(1, 10**12), st.integers(1, 10**12))
def test_mirror(at_end: int, move: int) -> None:
    up = judge_no_follow_through("bullish", at_end, at_end + move, LABEL, PARAMS)
    down = judge_no_follow_through("bearish", at_end + move, at_end, LABEL, PARAMS)
    against = judge_no_follow_through("bearish", at_end, at_end + move, LABEL, PARAMS)

    assert against.fired
    assert up.fired or up.reason == "followed"
    assert not (up.fired and not down.fired)  # a fall is measured against the higher mid


def test_sentence() -> None:
    params = tuned(follow_through_min_move_bps=4.5)

    verdict = judge_no_follow_through("bearish", 901_000_000, 901_100_000, LABEL, params)

    assert verdict.sentences[0] == {
        "text": "SPY 17JAN25 450C was read as bearish; the underlying stood at $450.50 then and at "
        "$450.55 15 minutes later, 1.11 basis points on: less than 4.5 that way.",
        "keys": ["underlying_mid"],
        "values": {"underlying_mid": 450.5, "mid_later": 450.55, "move_bps": 1.11},
        "thresholds": {"follow_through_min_move_bps": 4.5},
    }
    assert verdict.sentences[1]["text"] == (
        "Confidence 0.50: +0.50 the underlying did not follow; at most 0.65."
    )
    assert len(verdict.sentences) == 2


def test_moves_are_told_to_the_hundredth() -> None:
    verdict = judge_no_follow_through("bullish", 300_000_000, 290_000_000, LABEL, PARAMS)

    assert verdict.sentences[0]["values"]["move_bps"] == -333.33


def test_sentence_of_a_move_the_other_way() -> None:
    verdict = judge_no_follow_through("bullish", MID2, MID2 - 246_000, LABEL, PARAMS)

    assert verdict.sentences[0]["values"]["move_bps"] == -12.3
    assert (
        "99.877 15 minutes later, -12.3 basis points on: less than 5"
        in (verdict.sentences[0]["text"])
    )
    assert "+0.15 it moved the other way" in verdict.sentences[1]["text"]
