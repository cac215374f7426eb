"""Sentences of their own: trends, coverage, doubts (options-engine.md 12.4)."""

import msgspec
import pytest

from flow.domain.contracts import parse_contract
from signals.engine import explain
from signals.engine.features import Features
from signals.engine.params import Params
from tests.support.engine_builders import SPY_CALL

PARAMS = Params()
CONTRACT = parse_contract(SPY_CALL)
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
    ("last", "text"),
    [
        (1.05, "The price rose from 1 to 1.05."),
        (0.95, "The price fell from 1 to 0.95."),
        (1.0, "The price stayed at 1."),
    ],
)
def test_price_trend(last: float, text: str) -> None:
    assert explain.price_trend(but(last_price=last))["text"] == text


def test_marked_sweep_at_the_bid_says_so() -> None:
    text = explain.sweep_run(
        but(iso_sweep=True, sweep_sign=-1, sweep_count=2, sweep_venue_count=2, sweep_span_ms=5.0,
            sweep_size=40, sweep_side_ratio=1.0, sweep_premium_usd=20_000.0)
    )["text"]  # fmt: skip

    assert text == (
        "2 prints marked as sweep orders on 2 venues within 5 ms took 40 contracts for $20,000; "
        "100 % of that size printed at the bid or beyond."
    )


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
    ],
)
def test_headline(classifier_id: str, reading: str) -> None:
    assert explain.headline(CONTRACT, PLAIN, classifier_id) == (
        f"SPY 17JAN25 450C: 30 contracts, $60.50 premium, {reading}"
    )
