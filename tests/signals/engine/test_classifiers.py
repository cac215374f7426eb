"""Golden group G8 strict, rows of the sweep and the spike (options-engine.md 12; errata 7, 41)."""

import msgspec
import pytest

from signals.engine.classifiers.registry import classify
from signals.engine.classifiers.shared import Term, aggressor_term, total
from signals.engine.classifiers.spike import SPIKE, judge_spike
from signals.engine.classifiers.sweep import (
    CALL_SWEEP,
    PUT_SWEEP,
    judge_call_sweep,
    judge_put_sweep,
)
from signals.engine.classifiers.write import CALL_WRITE, PUT_WRITE
from signals.engine.features import Features
from signals.engine.params import Params

PARAMS = Params()
CALL, PUT = "SPY 17JAN25 450C", "SPY 17JAN25 450P"

# G8 row 1: SPY call, count 5, size 1,200, premium 85,000, 1.00 to 1.05, coverage .9, buy .65
BOUGHT_CALL = Features(
    option_type="call", security_type="etf", count=5, total_size=1_200, premium_usd=85_000.0,
    first_price=1.00, last_price=1.05, span_ms=320.0, covered_size=1_080, coverage=0.9,
    buy_raw=0.65, sell_raw=0.15, venue_count=3, sweep=True, burst_sweep=True, sweep_sign=1,
    sweep_count=5, sweep_venue_count=3, sweep_span_ms=320.0, sweep_size=1_200,
    sweep_side_ratio=0.85, sweep_premium_usd=85_000.0, underlying_mid=450.5,
)  # fmt: skip
# G8 row 2: SPY put, count 4, size 900, premium 60,000, 2.00 to 2.15, coverage .85, buy .2, sell .7
SOLD_PUT = Features(
    option_type="put", security_type="etf", count=4, total_size=900, premium_usd=60_000.0,
    first_price=2.00, last_price=2.15, span_ms=300.0, covered_size=765, coverage=0.85,
    buy_raw=0.2, sell_raw=0.7, venue_count=2, sweep=True, burst_sweep=True, sweep_sign=-1,
    sweep_count=4, sweep_venue_count=2, sweep_span_ms=300.0, sweep_size=900,
    sweep_side_ratio=0.9, sweep_premium_usd=60_000.0,
)  # fmt: skip


def but(features: Features, **changes: object) -> Features:
    return msgspec.structs.replace(features, **changes)


def test_golden_bought_call_is_a_sweep_and_a_spike() -> None:
    verdicts = {verdict.classifier_id: verdict for verdict in classify(BOUGHT_CALL, CALL, PARAMS)}

    sweep, spike = verdicts[CALL_SWEEP], verdicts[SPIKE]
    assert (sweep.fired, sweep.confidence, sweep.direction) == (True, 0.95, "bullish")
    assert (spike.fired, spike.confidence, spike.direction) == (True, 0.90, "neutral")
    assert (verdicts[PUT_SWEEP].fired, verdicts[PUT_SWEEP].reason) == (False, "other_right")


def test_golden_sold_put_is_a_spike_and_a_put_write() -> None:
    verdicts = {verdict.classifier_id: verdict for verdict in classify(SOLD_PUT, PUT, PARAMS)}

    assert [name for name, verdict in verdicts.items() if verdict.fired] == [SPIKE, PUT_WRITE]
    assert verdicts[SPIKE].confidence == 0.90
    assert (verdicts[PUT_WRITE].confidence, verdicts[PUT_WRITE].direction) == (0.80, "bullish")
    assert verdicts[PUT_SWEEP].reason == "sweep_at_bid"


def test_bought_put_is_bearish() -> None:
    found = judge_put_sweep(but(BOUGHT_CALL, option_type="put"), PUT, PARAMS)

    assert (found.fired, found.direction) == (True, "bearish")


@pytest.mark.parametrize(
    ("changes", "confidence"),
    [
        ({}, 0.95),
        ({"last_price": 0.99}, 0.85),
        ({"last_price": 1.00}, 0.95),
        ({"count": 4}, 0.85),
        ({"premium_usd": 79_999.0}, 0.80),
        ({"premium_usd": 80_000.0}, 0.95),
        ({"coverage": 0.49}, 0.90),
        ({"special_size_ratio": 0.34}, 0.80),
        ({"special_size_ratio": 0.3399}, 0.95),
        ({"last_price": 0.9, "count": 3, "premium_usd": 40_000.0}, 0.60),
    ],
)
def test_sweep_confidence(changes: dict[str, object], confidence: float) -> None:
    found = judge_call_sweep(but(BOUGHT_CALL, **changes), CALL, PARAMS)

    assert (found.fired, found.confidence) == (True, confidence)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"option_type": "put"}, "other_right"),
        ({"granularity": "minute"}, "needs_ticks"),
        ({"venue_count": None}, "needs_venues"),
        ({"premium_usd": None}, "needs_premium"),
        ({"count": 2}, "too_few_prints"),
        ({"premium_usd": 39_999.99}, "low_premium"),
        ({"sweep": False}, "no_sweep"),
        ({"sweep_sign": -1}, "sweep_at_bid"),
        ({"buy_raw": 0.5499}, "not_bought"),
        ({"signed_share": 0.35, "imbalance": -0.12}, "direction_disagrees"),
        ({"complex_size_ratio": 0.5001}, "complex_majority"),
    ],
)
def test_sweep_near_miss_says_why(changes: dict[str, object], reason: str) -> None:
    found = judge_call_sweep(but(BOUGHT_CALL, **changes), CALL, PARAMS)

    assert (found.fired, found.reason, found.sentences) == (False, reason, ())
    assert found.direction == "unknown"


def test_lone_iso_print_is_no_sweep() -> None:
    found = judge_call_sweep(but(BOUGHT_CALL, sweep=False, iso_count=1), CALL, PARAMS)

    assert found.reason == "no_sweep"


@pytest.mark.parametrize(
    ("changes", "confidence"),
    [
        ({}, 0.90),
        ({"total_size": 799}, 0.80),
        ({"premium_usd": 39_999.0}, 0.80),
        ({"count": 2}, 0.85),
        ({"buy_raw": 0.5, "sell_raw": 0.5}, 0.80),
        ({"buy_raw": 0.1, "sell_raw": 0.6}, 0.90),
        ({"coverage": 0.4, "total_size": 799, "count": 1}, 0.65),
        ({"total_size": 400, "premium_usd": 20_000.0, "count": 1, "coverage": 0.0}, 0.50),
        ({"granularity": "minute", "total_size": 400, "premium_usd": 20_000.0}, 0.50),
        ({"granularity": "minute"}, 0.80),
    ],
)
def test_spike_confidence(changes: dict[str, object], confidence: float) -> None:
    found = judge_spike(but(BOUGHT_CALL, **changes), CALL, PARAMS)

    assert (found.fired, found.confidence) == (True, confidence)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"premium_usd": None}, "needs_premium"),
        ({"total_size": 399}, "small_size"),
        ({"premium_usd": 19_999.99}, "low_premium"),
    ],
)
def test_spike_near_miss_says_why(changes: dict[str, object], reason: str) -> None:
    found = judge_spike(but(BOUGHT_CALL, **changes), CALL, PARAMS)

    assert (found.fired, found.reason) == (False, reason)


def test_lone_spike_of_special_prints_is_taken_back() -> None:
    lone = but(SOLD_PUT, sell_raw=0.5)
    crossed = but(lone, special_size_ratio=0.51)

    (spike,) = (v for v in classify(crossed, PUT, PARAMS) if v.classifier_id == SPIKE)

    assert (spike.fired, spike.reason) == (False, "special_majority")
    half = classify(but(lone, special_size_ratio=0.5), PUT, PARAMS)
    assert [verdict.classifier_id for verdict in half if verdict.fired] == [SPIKE]


def test_spike_beside_a_sweep_stays_even_with_special_prints() -> None:
    verdicts = classify(but(BOUGHT_CALL, special_size_ratio=0.6), CALL, PARAMS)

    assert [v.classifier_id for v in verdicts if v.fired] == [CALL_SWEEP, SPIKE]


def test_minute_bars_fire_no_rule_that_needs_ticks() -> None:
    verdicts = classify(
        but(BOUGHT_CALL, granularity="minute", sweep=False, expiry="2025-01-17"), CALL, PARAMS
    )

    reasons = {verdict.classifier_id: verdict.reason for verdict in verdicts}
    assert reasons == {
        CALL_SWEEP: "needs_ticks",
        PUT_SWEEP: "other_right",
        SPIKE: "",
        CALL_WRITE: "needs_ticks",
        PUT_WRITE: "other_right",
        "far_dated_conviction": "needs_days_to_expiry",
        "zero_dte_gamma_punch": "other_expiry",
        "new_position_likely": "needs_open_interest",
        "closing_unwind_likely": "needs_next_day_open_interest",
    }


def test_thresholds_come_from_the_tuning() -> None:
    higher = Params.from_values({"sweep_min_premium_usd": 85_001, "spike_min_size": 1_201})

    assert judge_call_sweep(BOUGHT_CALL, CALL, higher).reason == "low_premium"
    assert judge_spike(BOUGHT_CALL, CALL, higher).reason == "small_size"


@pytest.mark.parametrize(
    ("coverage", "ratio", "points"),
    [(0.5, 0.55, 0.05), (0.5, 0.5499, -0.10), (0.4999, 1.0, None), (0.0, 1.0, None)],
)
def test_aggressor_term(coverage: float, ratio: float, points: float | None) -> None:
    term = aggressor_term(coverage, ratio, PARAMS)

    assert (term.points if term else None) == points


@pytest.mark.parametrize(
    ("points", "cap", "expected"),
    [((0.55, 0.1), 0.95, 0.65), ((0.9, 0.9), 0.95, 0.95), ((0.1, -0.3), 0.95, 0.0)],
)
def test_total_stays_between_zero_and_cap(
    points: tuple[float, ...], cap: float, expected: float
) -> None:
    assert total([Term(each, "why") for each in points], cap) == expected


def test_sweep_sentences_carry_every_number_that_decided() -> None:
    texts = [item["text"] for item in judge_call_sweep(BOUGHT_CALL, CALL, PARAMS).sentences]

    assert texts == [
        "5 prints of SPY 17JAN25 450C in 320 ms: consistent with an order swept across venues and "
        "filled at the ask.",
        "5 prints in one burst on 3 venues within 320 ms took 1,200 contracts for $85,000; 85 % of "
        "that size printed at the ask or beyond.",
        "$85,000 of premium for 1,200 contracts in 5 prints; floors: premium $40,000, prints 3.",
        "The price rose from $1.00 to $1.05.",
        "No baseline yet: 0 packets of this kind were seen, it speaks from 12 on.",
        "65 % of the size printed at the ask or above, 15 % at the bid or below; quotes cover 90 % "
        "of it (sides count from 50 % coverage and 55 % on one side).",
        "Confidence 0.95: +0.55 a sweep of an unusual amount, +0.10 price did not fall, +0.10 5 "
        "prints or more, +0.15 premium at twice its floor or more, +0.05 size leans to one side; "
        "at most 0.95.",
    ]


def test_sentences_cite_features_with_their_values_and_thresholds() -> None:
    for item in judge_call_sweep(BOUGHT_CALL, CALL, PARAMS).sentences:
        assert set(item) == {"text", "keys", "values", "thresholds"}
        for key in item["keys"]:
            assert item["values"][key] == getattr(BOUGHT_CALL, key)
        for key, value in item["thresholds"].items():
            assert key == "cap" or PARAMS.values()[key] == value


def test_no_sentence_claims_what_a_tape_cannot_show() -> None:
    verdicts = [*classify(BOUGHT_CALL, CALL, PARAMS), *classify(SOLD_PUT, PUT, PARAMS)]
    text = " ".join(item["text"] for verdict in verdicts for item in verdict.sentences).lower()

    for word in ("bought", "sold", "buyer", "seller", "insider", "will ", "smart money"):
        assert word not in text
