"""Overwrites and put writes (options-engine.md 12.3, 12.5; errata 7; golden G8)."""

import itertools
from typing import Any

import pytest

from signals.engine.classifiers.write import (
    CALL_WRITE,
    PUT_WRITE,
    judge_call_write,
    judge_put_write,
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

WRITTEN: dict[str, Any] = {"coverage": 0.5, "covered_size": 200, "buy_raw": 0.2, "sell_raw": 0.55}


def test_golden_put_write() -> None:
    found = single(
        option_type="put", count=4, total_size=900, premium_usd=60_000.0, coverage=0.85,
        buy_raw=0.2, sell_raw=0.7,
    )  # fmt: skip

    verdict = judge_put_write(found, LABEL, PARAMS)

    assert_confidence(verdict, 90, 45, 15, 10, 5, 5)
    assert (verdict.classifier_id, verdict.direction) == (PUT_WRITE, "bullish")


def test_golden_bought_call_is_no_overwrite_under_the_strict_gate() -> None:
    found = single(
        count=5, total_size=1_200, premium_usd=85_000.0, coverage=0.9, buy_raw=0.65, sell_raw=0.15
    )

    assert_silent(judge_call_write(found, LABEL, PARAMS), CALL_WRITE, "not_at_bid")


# The SIDE term is always + 5: the gate asks for the same share and coverage.
@pytest.mark.parametrize(
    ("changes", "hundredths"),
    [
        ({}, (45, 5)),
        ({"premium_usd": 39_999.99}, (45, 5)),
        ({"premium_usd": 40_000.0}, (45, 15, 5)),
        ({"total_size": 799}, (45, 5)),
        ({"total_size": 800}, (45, 10, 5)),
        ({"count": 3}, (45, 5, 5)),
        ({"size_z": 2.0, "size_z_n": 12}, (45, 10, 5)),
        ({"total_size": 10, "size_z": 2.0, "size_z_n": 12}, (45, 10, 5)),
        ({"premium_z": 9.0, "premium_z_n": 50}, (45, 10, 5)),
        (
            {"premium_usd": 40_000.0, "total_size": 800, "count": 3, "size_z": 2.0, "size_z_n": 12},
            (45, 15, 10, 5, 10, 5),
        ),
        ({"sell_raw": 1.0, "buy_raw": 0.0, "coverage": 1.0}, (45, 5)),
    ],
)
def test_write_is_the_sum_of_its_terms(
    changes: dict[str, Any], hundredths: tuple[int, ...]
) -> None:
    call = judge_call_write(single(**(WRITTEN | changes)), LABEL, PARAMS)
    put = judge_put_write(single(**(WRITTEN | changes), option_type="put"), LABEL, PARAMS)

    assert_confidence(call, 90, *hundredths)
    assert_confidence(put, 90, *hundredths)
    assert (call.direction, put.direction) == ("bearish", "bullish")


# The first reason wins. Each row breaks one condition; rows are in the order of the tests.
REFUSALS: list[tuple[str, dict[str, Any]]] = [
    ("other_right", {"option_type": "put"}),
    ("needs_ticks", {"granularity": "minute"}),
    ("needs_premium", {"premium_usd": None}),
    ("small_size", {"total_size": 399}),
    ("low_premium", {"premium_usd": 19_999.99}),
    ("low_coverage", {"coverage": 0.4999}),
    ("not_at_bid", {"sell_raw": 0.5499}),
    ("direction_disagrees", {"signed_share": 0.35, "imbalance": 0.12}),
]


@pytest.mark.parametrize(("reason", "changes"), REFUSALS)
def test_near_miss_says_why(reason: str, changes: dict[str, Any]) -> None:
    found = judge_call_write(single(**(WRITTEN | changes)), LABEL, PARAMS)

    assert_silent(found, CALL_WRITE, reason)


@pytest.mark.parametrize(("first", "second"), list(itertools.combinations(range(len(REFUSALS)), 2)))
def test_earlier_reason_hides_the_later_one(first: int, second: int) -> None:
    reason, changes = REFUSALS[first]
    merged = WRITTEN | REFUSALS[second][1] | changes

    assert judge_call_write(single(**merged), LABEL, PARAMS).reason == reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"signed_share": 0.35, "imbalance": 0.1199}, ""),
        ({"signed_share": 0.3499, "imbalance": 1.0}, ""),
        ({"signed_share": 1.0, "imbalance": -1.0}, ""),
        ({"buy_raw": 0.55}, "not_at_bid"),  # no side prevails
        ({"buy_raw": 0.5499}, ""),
    ],
)
def test_sides_at_their_limits(changes: dict[str, Any], reason: str) -> None:
    assert judge_call_write(single(**(WRITTEN | changes)), LABEL, PARAMS).reason == reason


def test_put_write_declines_what_leans_down() -> None:
    put = single(**WRITTEN, option_type="put", signed_share=1.0, imbalance=1.0)

    assert_silent(judge_put_write(put, LABEL, PARAMS), PUT_WRITE, "direction_disagrees")
    assert_silent(judge_put_write(single(**WRITTEN), LABEL, PARAMS), PUT_WRITE, "other_right")


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"min_aggressor_ratio": 0.56}, "not_at_bid"),
        ({"min_nbbo_coverage": 0.51}, "low_coverage"),
        ({"spike_min_size": 401}, "small_size"),
    ],
)
def test_limits_are_tuned(values: dict[str, Any], reason: str) -> None:
    assert judge_call_write(single(**WRITTEN), LABEL, tuned(**values)).reason == reason


@pytest.mark.parametrize(
    ("right", "reading"),
    [
        ("call", "premium taken in on calls, as in overwriting stock"),
        ("put", "premium taken in on puts"),
    ],
)
def test_sentences(right: str, reading: str) -> None:
    judge = {"call": judge_call_write, "put": judge_put_write}[right]

    assert texts(judge(single(**WRITTEN, option_type=right), LABEL, PARAMS)) == [
        f"2 prints of SPY 17JAN25 450C in 120 ms: consistent with {reading}.",
        "$20,000 of premium for 400 contracts in 2 prints; floors: premium $20,000, size 400.",
        "No baseline yet: 0 packets of this kind were seen, it speaks from 12 on.",
        "20 % of the size printed at the ask or above, 55 % at the bid or below; quotes cover 50 % "
        "of it (sides count from 50 % coverage and 55 % on one side).",
        "Confidence 0.50: +0.45 an unusual amount at the bid, +0.05 size leans to one side; at "
        "most 0.90.",
    ]


def test_sum_names_the_number_of_prints() -> None:
    found = single(**(WRITTEN | {"count": 3}))

    assert texts(judge_call_write(found, LABEL, PARAMS))[-1] == (
        "Confidence 0.55: +0.45 an unusual amount at the bid, +0.05 3 prints or more, +0.05 size "
        "leans to one side; at most 0.90."
    )
