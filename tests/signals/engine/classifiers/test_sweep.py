"""Sweeps with a baseline, their sides and sentences; floors stand in test_confidence_arithmetic."""

from typing import Any

import pytest

from signals.engine.classifiers.sweep import (
    CALL_SWEEP,
    PUT_SWEEP,
    judge_call_sweep,
    judge_put_sweep,
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

SWEPT: dict[str, Any] = {
    "count": 3, "total_size": 60, "premium_usd": 40_000.0, "first_price": 1.00,
    "last_price": 0.99, "buy_raw": 0.6, "sell_raw": 0.1, "sweep": True, "burst_sweep": True,
    "sweep_sign": 1, "sweep_count": 3, "sweep_venue_count": 2, "sweep_span_ms": 12.5,
    "sweep_size": 60, "sweep_side_ratio": 0.9, "sweep_premium_usd": 40_000.0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "hundredths"),
    [
        ({}, (55,)),
        ({"premium_z": 1.9999, "premium_z_n": 12}, (55,)),
        ({"premium_z": 2.0, "premium_z_n": 11}, (55,)),
        ({"premium_z": 2.0, "premium_z_n": 12}, (55, 10)),
        ({"premium_z": 2.9999, "premium_z_n": 12}, (55, 10)),
        ({"premium_z": 3.0, "premium_z_n": 12}, (55, 10, 5)),
        # a z in place of the floor
        ({"premium_usd": 500.0, "premium_z": 2.0, "premium_z_n": 12}, (55, 10)),
        # the size's z is not asked
        ({"size_z": 9.0, "size_z_n": 50}, (55,)),
        ({"last_price": 1.0, "count": 5, "premium_usd": 80_000.0, "premium_z": 3.0,
          "premium_z_n": 12}, (55, 10, 10, 15, 10, 5)),
    ],
)  # fmt: skip
def test_sweep_is_the_sum_of_its_terms(
    changes: dict[str, Any], hundredths: tuple[int, ...]
) -> None:
    found = judge_call_sweep(single(**(SWEPT | changes)), LABEL, PARAMS)

    assert_confidence(found, 95, *hundredths)
    assert found.direction == "bullish"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"premium_usd": 39_999.99}, "low_premium"),
        ({"premium_usd": 39_999.99, "premium_z": 1.9999, "premium_z_n": 50}, "low_premium"),
        ({"premium_usd": 39_999.99, "premium_z": 9.0, "premium_z_n": 11}, "low_premium"),
        ({"premium_usd": None, "premium_z": 9.0, "premium_z_n": 50}, "needs_premium"),
        ({"sweep_sign": 0}, "sweep_at_bid"),
        ({"buy_raw": 0.55, "sell_raw": 0.55}, "not_bought"),
        ({"complex_size_ratio": 0.5}, ""),
        ({"complex_size_ratio": 0.5001}, "complex_majority"),
        ({"signed_share": 0.35, "imbalance": -0.12}, "direction_disagrees"),
        ({"signed_share": 0.35, "imbalance": -0.1199}, ""),
        ({"signed_share": 0.3499, "imbalance": -1.0}, ""),
        ({"signed_share": 0.35, "imbalance": 0.12}, ""),
    ],
)
def test_call_sweep_at_its_limits(changes: dict[str, Any], reason: str) -> None:
    assert judge_call_sweep(single(**(SWEPT | changes)), LABEL, PARAMS).reason == reason


def test_put_sweep_mirrors_the_call_sweep() -> None:
    put = SWEPT | {"option_type": "put"}

    found = judge_put_sweep(single(**put, signed_share=1.0, imbalance=1.0), LABEL, PARAMS)

    assert (found.classifier_id, found.direction) == (PUT_SWEEP, "bearish")
    assert_silent(
        judge_put_sweep(single(**put, signed_share=1.0, imbalance=-1.0), LABEL, PARAMS),
        PUT_SWEEP,
        "direction_disagrees",
    )
    assert_silent(judge_call_sweep(single(**put), LABEL, PARAMS), CALL_SWEEP, "other_right")


def test_limit_of_a_high_z_moves_with_its_limit() -> None:
    params = tuned(sweep_min_premium_z=3.0)

    at = single(**SWEPT, premium_z=4.0, premium_z_n=12)
    below = single(**SWEPT, premium_z=3.9999, premium_z_n=12)

    assert_confidence(judge_call_sweep(at, LABEL, params), 95, 55, 10, 5)
    assert_confidence(judge_call_sweep(below, LABEL, params), 95, 55, 10)


@pytest.mark.parametrize(
    ("last", "text"),
    [
        (1.05, "The price rose from $1.00 to $1.05."),
        (0.95, "The price fell from $1.00 to $0.95."),
        (1.0, "The price stayed at $1.00."),
    ],
)
def test_trend(last: float, text: str) -> None:
    found = judge_call_sweep(single(**(SWEPT | {"last_price": last})), LABEL, PARAMS)

    assert texts(found)[3] == text


@pytest.mark.parametrize(
    ("iso", "kind"), [(True, "marked as sweep orders"), (False, "in one burst")]
)
def test_run_says_what_it_is(iso: bool, kind: str) -> None:
    found = judge_call_sweep(single(**SWEPT, iso_sweep=iso), LABEL, PARAMS)

    assert texts(found)[1] == (
        f"3 prints {kind} on 2 venues within 12.5 ms took 60 contracts for $40,000; "
        "90 % of that size printed at the ask or beyond."
    )


def test_baseline_is_told() -> None:
    found = single(
        **SWEPT, premium_z=3.0, premium_z_n=200, premium_z_scope="bucket",
        premium_typical_usd=900.0, size_z=0.5, size_z_n=200, size_z_scope="bucket",
    )  # fmt: skip

    sentences = judge_call_sweep(found, LABEL, PARAMS).sentences

    assert sentences[4]["text"] == (
        "Against what is usual: premium z 3 from 200 packets of contracts like it, typically "
        "$900; size z 0.5 from 200 packets of contracts like it. Counted from z 2 for premium, "
        "and from 12 packets on."
    )
    assert sentences[4]["thresholds"] == {"sweep_min_premium_z": 2.0, "z_min_samples": 12}
    assert sentences[-1]["text"] == (
        "Confidence 0.70: +0.55 a sweep of an unusual amount, +0.10 premium far above its "
        "baseline, +0.05 by a z of 3 or more; at most 0.95."
    )


def test_sum_names_special_prints() -> None:
    found = single(**(SWEPT | {"special_size_ratio": 0.6}))

    special, total = texts(judge_call_sweep(found, LABEL, PARAMS))[-2:]

    assert special == "60 % of the size are special prints; 34 % and more count against a sweep."
    assert total == (
        "Confidence 0.40: +0.55 a sweep of an unusual amount, -0.15 special prints; at most 0.95."
    )
