"""Sentences of their own: trends, coverage, doubts (options-engine.md 12.4)."""

import msgspec
import pytest

from signals.engine import explain
from signals.engine.classifiers.registry import CLASSIFIER_IDS
from signals.engine.classifiers.shared import Term
from signals.engine.features import Features
from signals.engine.params import Params

PARAMS = Params()
CONTRACT = "SPY 17JAN25 450C"
PLAIN = Features(
    count=3, total_size=30, premium_usd=60.5, covered_size=30, coverage=1.0, inside_ratio=0.0,
    first_price=1.0, last_price=1.0, span_ms=12.5, underlying_mid=450.5, quote_state="ok",
)  # fmt: skip


def but(**changes: object) -> Features:
    return msgspec.structs.replace(PLAIN, **changes)


@pytest.mark.parametrize(
    ("amount", "text"),
    [(85_000, "$85,000"), (1_137_500.4, "$1,137,500"), (60.5, "$60.50"), (0, "$0.00")],
)
def test_dollars(amount: float, text: str) -> None:
    assert explain.dollars(amount) == text


@pytest.mark.parametrize(
    ("amount", "beside", "text"),
    [
        (19_999.6, 20_000, "$19,999.60"),
        (20_000.0, 20_000, "$20,000"),
        (19_000.6, 20_000, "$19,001"),
    ],
)
def test_an_amount_never_looks_like_the_limit_that_it_misses(
    amount: float, beside: float, text: str
) -> None:
    assert explain.dollars(amount, beside) == text


@pytest.mark.parametrize(
    ("share", "beside", "text"),
    [
        (0.4499, 0.45, "44.99 %"),
        (0.45, 0.45, "45 %"),
        (0.44, 0.45, "44 %"),
        (0.4506, 0.45, "45.1 %"),
    ],
)
def test_a_share_never_looks_like_the_limit_that_it_misses(
    share: float, beside: float, text: str
) -> None:
    assert explain.percent(share, beside) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "$1.00"),
        (1.05, "$1.05"),
        (4.205, "$4.205"),
        (0.0375, "$0.0375"),
        (1_450.5, "$1,450.50"),
    ],
)
def test_price(value: float, text: str) -> None:
    assert explain.price(value) == text


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 days"), (1, "1 day"), (1.5, "1.5 days"), (1_200, "1,200 days")]
)
def test_counted(count: float, text: str) -> None:
    assert explain.counted(count, "day") == text


@pytest.mark.parametrize(("share", "text"), [(1, "100 %"), (0.5, "50 %"), (0.0345, "3.5 %")])
def test_percent(share: float, text: str) -> None:
    assert explain.percent(share) == text


@pytest.mark.parametrize(
    ("value", "text"), [(1_200, "1,200"), (12.5, "12.5"), (0.0625, "0.062"), (3.0, "3")]
)
def test_number(value: float, text: str) -> None:
    assert explain.number(value) == text


@pytest.mark.parametrize(
    ("changes", "start"),
    [
        ({}, "3 prints of SPY 17JAN25 450C in 12.5 ms: consistent with X."),
        ({"count": 1}, "1 print of SPY 17JAN25 450C: consistent with X."),
        (
            {"granularity": "minute"},
            "3 minute bars of SPY 17JAN25 450C in 12.5 ms: consistent with X.",
        ),
    ],
)
def test_pattern(changes: dict[str, object], start: str) -> None:
    assert explain.pattern(but(**changes), CONTRACT, "X")["text"] == start


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"covered_size": 0}, "No quote coverage: which side it printed on cannot be told."),
        (
            {"granularity": "minute"},
            "One price a minute: which side it printed on is not used.",
        ),
    ],
)
def test_mix_that_cannot_be_told(changes: dict[str, object], text: str) -> None:
    assert explain.aggressor_mix(but(**changes), PARAMS)["text"] == text


@pytest.mark.parametrize(
    ("classifier_id", "reading"),
    [
        ("large_bullish_call_sweep", "consistent with a call sweep"),
        ("large_bearish_put_sweep", "consistent with a put sweep"),
        ("unusual_contract_spike", "unusual interest in one contract"),
        ("large_call_sell_overwrite", "consistent with calls written"),
        ("large_put_sell_write", "consistent with puts written"),
        ("far_dated_conviction", "unusual interest far from expiry"),
        ("zero_dte_gamma_punch", "unusual interest near the money on its last day"),
        ("straddle", "consistent with a straddle"),
        ("strangle", "consistent with a strangle"),
        ("vertical_spread", "consistent with a vertical spread"),
        ("ladder_accumulation", "consistent with a ladder of strikes"),
        ("roll_up_down_out", "consistent with a roll"),
        ("new_position_likely", "consistent with positions that are, in part, new"),
        ("closing_unwind_likely", "consistent with positions that were closed"),
        ("no_follow_through", "a reading that its underlying did not follow"),
    ],
)
def test_headline(classifier_id: str, reading: str) -> None:
    assert explain.headline(CONTRACT, PLAIN, classifier_id) == (
        f"SPY 17JAN25 450C: 30 contracts, $60.50 premium, {reading}"
    )


def test_every_rule_has_a_headline() -> None:
    assert tuple(explain.READINGS) == CLASSIFIER_IDS


def test_headline_of_a_reading_has_the_same_form() -> None:
    unpriced = but(premium_usd=None, total_size=1_200)

    assert explain.read_headline("SPY structure", unpriced, "volatility supply") == (
        "SPY structure: 1,200 contracts, unknown premium, volatility supply"
    )


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "$60.50 of premium for 30 contracts in 3 prints; floors: premium $100, prints 2."),
        (
            {"premium_usd": None, "count": 1},
            "$0.00 of premium for 30 contracts in 1 print; floors: premium $100, prints 2.",
        ),
    ],
)
def test_premium_beside_its_floors(changes: dict[str, object], text: str) -> None:
    found = explain.premium_floor(but(**changes), {"x_usd": 100, "x_count": 2})

    assert found["text"] == text
    assert found["thresholds"] == {"x_usd": 100, "x_count": 2}


def test_premium_beside_other_marks() -> None:
    found = explain.premium_floor(PLAIN, {"x_size": 400}, "counted from")

    assert found["text"].endswith("in 3 prints; counted from: size 400.")


@pytest.mark.parametrize(("args", "end"), [((), "55 % on one side)."), (("up",), "55 % up).")])
def test_mix_says_which_share_counts(args: tuple[str, ...], end: str) -> None:
    assert explain.aggressor_mix(PLAIN, PARAMS, *args)["text"].endswith(end)


@pytest.mark.parametrize(
    ("factor", "text"),
    [
        (1.0, "Confidence 0.45: +0.55 one, -0.10 two; at most 0.95."),
        (0.6, "Confidence 0.45: +0.55 one, -0.10 two; at most 0.95; times 0.6 for an inference."),
    ],
)
def test_confidence_says_its_sum(factor: float, text: str) -> None:
    terms = [Term(0.55, "one"), Term(-0.10, "two")]

    assert explain.confidence(terms, 0.95, factor, 0.45) == {
        "text": text, "keys": [], "values": {"confidence": 0.45}, "thresholds": {"cap": 0.95},
    }  # fmt: skip
