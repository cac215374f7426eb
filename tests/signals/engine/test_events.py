"""Parent events: gate, evidence quality, abstention (errata 2, 3, 48; options-engine.md 16.2)."""

import msgspec
import pytest

from signals.engine.classifiers.shared import Verdict, silent
from signals.engine.events import (
    abstentions,
    direction_of,
    event_gate,
    evidence_quality,
    suppressions,
)
from signals.engine.features import Features
from signals.engine.params import Params

PARAMS = Params()
WHOLE = Features(
    premium_usd=180_000.0, total_size=2_200, coverage=0.92, missing_ratio=0.08, signed_share=0.8,
    inside_ratio=0.08, underlying_mid=448.0, dte_days=37,
)  # fmt: skip


def but(**changes: object) -> Features:
    return msgspec.structs.replace(WHOLE, **changes)


def fired(direction: str) -> Verdict:
    return Verdict(classifier_id="x", fired=True, direction=direction)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("premium_usd", "size", "kind", "gate"),
    [
        (10_000, 10, "stock", None),
        (9_999, 10, "stock", "insufficient_premium"),
        (10_000, 9, "stock", "insufficient_size"),
        (49_999, 10, "etf", "insufficient_premium"),
        (50_000, 10, "etf", None),
        (99_999, 10, "index", "insufficient_premium"),
        (100_000, 10, "index", None),
        (None, 1_000, "stock", "premium_unknown"),
    ],
)
def test_gate(premium_usd: int | None, size: int, kind: str, gate: str | None) -> None:
    premium = None if premium_usd is None else premium_usd * 1_000_000

    assert event_gate(premium, size, kind, PARAMS) == gate


@pytest.mark.parametrize(
    ("changes", "quality"),
    [
        ({}, 0.956),  # the Q of G9a and G10: .55 x .92 + .30 + .15
        ({"coverage": 1.0}, 1.0),
        ({"coverage": 0.5, "stale_ratio": 0.5}, 0.575),
        ({"underlying_mid": None}, 0.9346),
        ({"underlying_mid": None, "dte_days": None}, 0.9131),
        ({"coverage": 0.0}, 0.4286),
        ({"premium_usd": None, "total_size": 0, "coverage": 0.0, "stale_ratio": 1.0}, 0.0857),
    ],
)
def test_evidence_quality(changes: dict[str, object], quality: float) -> None:
    assert evidence_quality(but(**changes), has_underlying=True) == quality


def test_unknown_underlying_lowers_completeness() -> None:
    assert evidence_quality(WHOLE, has_underlying=False) == 0.9346


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({}, ()),
        ({"special_size_ratio": 0.34}, ("special_print_or_complex_context",)),
        ({"special_size_ratio": 0.3399}, ()),
        ({"coverage": 0.3499}, ("stale_or_missing_quote_context",)),
        ({"coverage": 0.35}, ()),
        ({"stale_ratio": 0.5}, ("stale_or_missing_quote_context",)),
        ({"stale_ratio": 0.4999}, ()),
        (
            {"inside_ratio": 0.7, "signed_share": 0.3499},
            ("inside_market_or_cross_like_execution",),
        ),
        ({"inside_ratio": 0.7, "signed_share": 0.35}, ()),
        ({"inside_ratio": 1.0, "signed_share": 0.0, "granularity": "minute"}, ()),
        ({"inside_ratio": 0.6999, "signed_share": 0.1}, ()),
        ({"inside_ratio": None, "signed_share": 0.0}, ()),
    ],
)
def test_suppressions(changes: dict[str, object], reasons: tuple[str, ...]) -> None:
    assert suppressions(but(**changes), PARAMS) == reasons


@pytest.mark.parametrize(
    ("changes", "quality", "verdicts", "reasons"),
    [
        ({}, 0.9, [fired("neutral")], ()),
        ({}, 0.55, [fired("neutral")], ()),
        ({}, 0.5499, [fired("neutral")], ("insufficient_evidence",)),
        ({}, 0.9, [silent("x", "no_sweep")], ("no_rule_fired",)),
        ({}, 0.9, [], ("no_rule_fired",)),
        ({"coverage": 0.34}, 0.9, [fired("neutral")], ("stale_or_missing_quote_context",)),
        (
            {"stale_ratio": 0.5},
            0.1,
            [],
            ("stale_or_missing_quote_context", "insufficient_evidence", "no_rule_fired"),
        ),
    ],
)
def test_abstentions(
    changes: dict[str, object], quality: float, verdicts: list[Verdict], reasons: tuple[str, ...]
) -> None:
    assert abstentions(but(**changes), quality, verdicts, PARAMS) == reasons


@pytest.mark.parametrize(
    ("directions", "expected"),
    [
        ((), "neutral"),
        (("neutral",), "neutral"),
        (("bullish", "neutral"), "bullish"),
        (("bearish", "bearish"), "bearish"),
        (("bullish", "bearish"), "mixed"),
    ],
)
def test_direction(directions: tuple[str, ...], expected: str) -> None:
    verdicts = [fired(direction) for direction in directions]

    assert direction_of([*verdicts, silent("y", "no_sweep")]) == expected
