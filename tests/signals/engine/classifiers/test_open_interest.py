"""New positions and unwinds by open interest (options-engine.md 12.6)."""

from typing import Any

import pytest

from signals.engine.classifiers.open_interest import (
    CLOSING,
    NEW_POSITION,
    judge_closing,
    judge_new_position,
)
from tests.signals.engine.classifiers.builders import (
    LABEL,
    PARAMS,
    assert_confidence,
    assert_silent,
    single,
    texts,
    tuned,
)


@pytest.mark.parametrize(
    ("open_interest", "before", "size", "hundredths"),
    [
        (1_000, 1_001, 1, (45,)),  # what traded before exceeds the open interest
        (0, 1, 1, (45,)),
        (1_000, 0, 1_001, (45, 15)),  # the packet exceeds both together
        (600, 400, 1_001, (45, 15)),
        (0, 0, 1, (45, 15)),
        (100, 200, 301, (45, 15)),
        (100, 200, 300, (45,)),
    ],
)
def test_new_position_fires(
    open_interest: int, before: int, size: int, hundredths: tuple[int, ...]
) -> None:
    found = single(open_interest=open_interest, day_volume_before=before, total_size=size)

    verdict = judge_new_position(found, LABEL, PARAMS)

    assert_confidence(verdict, 60, *hundredths)
    assert (verdict.classifier_id, verdict.direction) == (NEW_POSITION, "neutral")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"open_interest": None, "day_volume_before": 10**6}, "needs_open_interest"),
        ({"open_interest": 1_000, "day_volume_before": 1_000}, "within_open_interest"),
        ({"open_interest": 400, "day_volume_before": 0}, "within_open_interest"),
        ({"open_interest": 300, "day_volume_before": 100}, "within_open_interest"),
    ],
)
def test_new_position_near_miss_says_why(changes: dict[str, Any], reason: str) -> None:
    verdict = judge_new_position(single(**changes), LABEL, PARAMS)

    assert_silent(verdict, NEW_POSITION, reason)


def test_new_position_needs_no_premium_no_sides_and_no_ticks() -> None:
    found = single(
        open_interest=0, granularity="minute", premium_usd=None, coverage=0.0, covered_size=0
    )

    assert judge_new_position(found, LABEL, PARAMS).fired


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (
            50,
            "1,200 contracts exceed the open interest of 1,000 and the 50 that traded before it "
            "today together.",
        ),
        (
            1_001,
            "The 1,001 that traded before it today exceed the open interest of 1,000; this packet "
            "adds 1,200 contracts.",
        ),
    ],
)
def test_new_position_sentences(before: int, text: str) -> None:
    found = single(
        open_interest=1_000, day_volume_before=before, total_size=1_200, size_z=1.0, size_z_n=20,
        size_z_scope="contract",
    )  # fmt: skip

    verdict = judge_new_position(found, LABEL, PARAMS)

    assert texts(verdict)[:4] == [
        "2 prints of SPY 17JAN25 450C in 120 ms: consistent with positions that are, in part, new.",
        text,
        "Against what is usual: size z 1 from 20 packets of this contract. This rule does not "
        "count it.",
        "20 % of the size printed at the ask or above, 10 % at the bid or below; quotes cover "
        "49.99 % of it (sides count from 50 % coverage and 55 % on one side).",
    ]
    assert verdict.sentences[1]["keys"] == ["total_size", "open_interest", "day_volume_before"]
    assert texts(verdict)[4].startswith("Confidence 0.")


def test_new_position_confidence_in_words() -> None:
    found = single(open_interest=0)

    assert texts(judge_new_position(found, LABEL, PARAMS))[-1] == (
        "Confidence 0.60: +0.45 more traded than stood open, +0.15 by this packet alone; at most "
        "0.60."
    )
    assert texts(judge_new_position(found, LABEL, tuned(z_min_samples=30)))[2] == (
        "No baseline yet: 0 packets of this kind were seen, it speaks from 30 on."
    )


def test_closing_abstains_while_the_next_day_is_unknown() -> None:
    found = single(open_interest=1_000)

    assert_silent(judge_closing(found, LABEL, PARAMS), CLOSING, "needs_next_day_open_interest")


@pytest.mark.parametrize(
    ("open_interest", "later", "hundredths"),
    [
        (1_000, 900, (45,)),  # a quarter of 400
        (1_000, 601, (45,)),
        (1_000, 600, (45, 15)),
        (1_000, 0, (45, 15)),
    ],
)
def test_closing_fires(open_interest: int, later: int, hundredths: tuple[int, ...]) -> None:
    found = single(open_interest=open_interest)

    verdict = judge_closing(found, LABEL, PARAMS, next_open_interest=later)

    assert_confidence(verdict, 60, *hundredths)
    assert (verdict.classifier_id, verdict.direction) == (CLOSING, "neutral")


@pytest.mark.parametrize(
    ("open_interest", "later", "reason"),
    [
        (None, 0, "needs_open_interest"),
        (1_000, 901, "open_interest_held"),
        (1_000, 2_000, "open_interest_held"),
    ],
)
def test_closing_near_miss_says_why(open_interest: int | None, later: int, reason: str) -> None:
    found = single(open_interest=open_interest)

    assert_silent(judge_closing(found, LABEL, PARAMS, next_open_interest=later), CLOSING, reason)


def test_drop_that_closes_is_tuned() -> None:
    params, found = tuned(closing_min_drop_ratio=0.5), single(open_interest=1_000)

    assert judge_closing(found, LABEL, params, next_open_interest=800).fired
    assert not judge_closing(found, LABEL, params, next_open_interest=801).fired


def test_closing_sentences() -> None:
    found = single(open_interest=1_000)

    verdict = judge_closing(found, LABEL, PARAMS, next_open_interest=600)

    assert texts(verdict) == [
        "2 prints of SPY 17JAN25 450C in 120 ms: consistent with positions that were closed.",
        "Open interest fell from 1,000 to 600 by the next day, against 400 contracts here (counted "
        "from 25 % of them).",
        "20 % of the size printed at the ask or above, 10 % at the bid or below; quotes cover "
        "49.99 % of it (sides count from 50 % coverage and 55 % on one side).",
        "Confidence 0.60: +0.45 open interest fell, +0.15 by the packet's size or more; at most "
        "0.60.",
    ]
    assert verdict.sentences[1]["values"] == {
        "open_interest": 1_000, "total_size": 400, "next_open_interest": 600,
    }  # fmt: skip
    assert verdict.sentences[1]["thresholds"] == {"closing_min_drop_ratio": 0.25}
