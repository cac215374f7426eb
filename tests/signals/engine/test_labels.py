"""Golden group G3 strict and the reject order (options-engine.md 6; errata 27 to 29)."""

import pytest

from signals.engine.labels import Reason, label, reason_texts, security_type
from signals.engine.params import Params
from signals.engine.placement import Placement, QuoteState, Side
from tests.support.engine_builders import AUTO, CANCEL, COMPRESSION, ISO, stamped

SMART, BALANCED, ALL = (
    Params.from_values({"signal_mode": mode}) for mode in ("smart-money", "balanced", "all")
)


def placed(side: str) -> Placement:
    return Placement(Side[side], 0, 0, None, QuoteState.OK)


def judged(side: str, notional_usd: int | None, size: int = 100, *, kind: str = "stock",
           conditions: tuple[int, ...] = (AUTO,), params: Params = SMART) -> list[str]:  # fmt: skip
    premium = None if notional_usd is None else notional_usd * 1_000_000
    print_ = stamped(size=size, premium_micros=premium, conditions=conditions)
    found = label(print_, placed(side), kind, params)  # type: ignore[arg-type]
    texts = reason_texts(found.reasons)
    assert found.passed == (not texts[0].startswith("reject:"))
    return texts


@pytest.mark.parametrize(
    ("side", "notional", "size", "conditions", "reasons"),
    [
        ("A", 9_999, 100, AUTO, ["reject:min-notional"]),
        ("A", 10_000, 100, AUTO, ["keep:ask-side"]),
        ("B", 24_999, 100, AUTO, ["reject:bid-side-min-notional"]),
        ("B", 30_000, 100, AUTO, ["keep:bid-side"]),
        ("BB", 25_000, 100, AUTO, ["keep:bid-side"]),
        ("B", 30_000, 500, AUTO, ["keep:bid-side", "keep:large-contract-count"]),
        ("MID", 19_999, 100, AUTO, ["reject:mid-min-notional"]),
        ("MID", 20_000, 100, AUTO, ["reject:no-signal-rule"]),
        ("MID", 39_999, 100, AUTO, ["reject:no-signal-rule"]),
        ("MID", 40_000, 100, AUTO, ["keep:mid"]),
        ("MID", 15_000, 100, ISO, ["reject:no-signal-rule"]),
        ("MID", 25_000, 100, ISO, ["keep:sweep-or-iso"]),
        ("MID", 30_000, 100, ISO, ["keep:sweep-or-iso"]),
        ("MISSING", 49_999, 100, AUTO, ["reject:missing-nbbo-min-notional"]),
        ("MISSING", 60_000, 100, AUTO, ["keep:missing-nbbo"]),
        ("STALE", 60_000, 100, AUTO, ["keep:missing-nbbo"]),
        ("MISSING", 100_000, 100, AUTO, ["keep:auto-large", "keep:missing-nbbo"]),
        ("MID", 20_000, 500, AUTO, ["keep:large-contract-count"]),
        ("MID", 20_000, 499, AUTO, ["reject:no-signal-rule"]),
    ],
)
def test_golden_label(
    side: str, notional: int, size: int, conditions: int, reasons: list[str]
) -> None:
    assert judged(side, notional, size, conditions=(conditions,)) == reasons


@pytest.mark.parametrize(
    ("kind", "notional", "reasons"),
    [
        ("etf", 49_999, ["reject:etf-min-notional"]),
        ("etf", 50_000, ["keep:ask-side"]),
        ("index", 99_999, ["reject:index-min-notional"]),
        ("index", 100_000, ["keep:auto-large", "keep:ask-side"]),
        ("stock", 10_000, ["keep:ask-side"]),
    ],
)
def test_floor_by_security_type(kind: str, notional: int, reasons: list[str]) -> None:
    assert judged("AA", notional, kind=kind) == reasons


def test_all_keeps_are_listed_in_order() -> None:
    assert judged("AA", 120_000, 800, kind="etf", conditions=(ISO,)) == [
        "keep:auto-large",
        "keep:ask-side",
        "keep:sweep-or-iso",
        "keep:large-contract-count",
    ]


@pytest.mark.parametrize(
    ("side", "notional", "kind", "reasons"),
    [
        ("A", 4_999, "stock", ["reject:min-notional"]),
        ("A", 5_000, "stock", ["keep:ask-side"]),
        ("A", 25_000, "etf", ["keep:ask-side"]),
        ("A", 49_999, "index", ["reject:index-min-notional"]),
        ("A", 50_000, "index", ["keep:ask-side"]),
        ("B", 15_000, "stock", ["keep:bid-side"]),
        ("MID", 12_499, "stock", ["reject:mid-min-notional"]),
        ("MID", 25_000, "stock", ["keep:mid"]),
        ("MISSING", 25_000, "stock", ["keep:missing-nbbo"]),
        ("MISSING", 75_000, "stock", ["keep:auto-large", "keep:missing-nbbo"]),
    ],
)
def test_balanced_takes_the_smaller_threshold(
    side: str, notional: int, kind: str, reasons: list[str]
) -> None:
    assert judged(side, notional, kind=kind, params=BALANCED) == reasons


def test_balanced_leaves_large_prints_as_they_are() -> None:
    assert judged("MID", 12_500, 500, params=BALANCED) == ["keep:large-contract-count"]
    assert judged("A", 9_999, 500, params=BALANCED) == ["keep:ask-side"]


def test_balanced_never_raises_a_lower_threshold() -> None:
    values = {"signal_mode": "balanced", "signal_min_notional_usd": 1_000}

    assert judged("A", 1_000, params=Params.from_values(values)) == ["keep:ask-side"]


def test_mode_all_keeps_everything_but_cancels_and_compression() -> None:
    assert judged("MISSING", 1, params=ALL) == ["mode:all"]
    assert judged("A", None, params=ALL) == ["mode:all"]
    assert judged("A", 1_000_000, conditions=(CANCEL,), params=ALL) == ["reject:cancelled"]
    assert judged("A", 1_000_000, conditions=(COMPRESSION,)) == ["reject:compression"]


def test_unknown_premium_is_not_zero() -> None:
    assert judged("A", None) == ["reject:premium-unknown"]


def test_security_type_follows_the_tuned_list() -> None:
    params = Params.from_values({"signal_etf_underlyings": "KWEB,,XBI"})

    assert security_type("SPY", SMART) == "etf"
    assert security_type("SPY", params) == "stock"
    assert security_type("XBI", params) == "etf"
    assert security_type("SPX", params) == "index"


def test_every_reason_has_a_text_and_its_own_bit() -> None:
    whole = 0
    for reason in Reason:
        assert len(reason_texts(reason)) == 1
        assert whole & reason == 0
        whole |= reason
    assert len(reason_texts(whole)) == len(Reason)
