"""Every threshold of the label, one micro-dollar below, at it and above; one case a line.

Source: options-engine.md 6.1, 6.2, golden G3; errata 27 (keeps), 28 (index), 29 (first rejects).
"""

from typing import Any

import pytest

from signals.engine.labels import label, reason_texts
from signals.engine.params import Params
from signals.engine.placement import Placement, QuoteState, Side
from tests.support.engine_builders import AUTO, CANCEL, COMPRESSION, ISO, stamped

SHORT = {
    "min": "reject:min-notional",
    "etf": "reject:etf-min-notional",
    "index": "reject:index-min-notional",
    "bid": "reject:bid-side-min-notional",
    "mid": "reject:mid-min-notional",
    "nbbo": "reject:missing-nbbo-min-notional",
    "none": "reject:no-signal-rule",
    "+auto": "keep:auto-large",
    "+ask": "keep:ask-side",
    "+bid": "keep:bid-side",
    "+mid": "keep:mid",
    "+nbbo": "keep:missing-nbbo",
    "+iso": "keep:sweep-or-iso",
    "+size": "keep:large-contract-count",
}


def judged(
    side: str, kind: str, micros: int | None, *, marks: str = "", size: int = 100, **values: Any
) -> str:
    """Return the reasons in short. `marks`: i a sweep order, c a cancel, u a compression."""
    codes = {"i": ISO, "c": CANCEL, "u": COMPRESSION}
    print_ = stamped(
        size=size,
        premium_micros=micros,
        conditions=tuple(codes[mark] for mark in marks) or (AUTO,),
    )
    placed = Placement(Side[side], 0, 0, None, QuoteState.OK)
    found = label(print_, placed, kind, Params.from_values(values))  # type: ignore[arg-type]
    by_text = {text: short for short, text in SHORT.items()}
    words = [by_text.get(text, text) for text in reason_texts(found.reasons)]
    assert found.passed == all(word.startswith("+") or word == "mode:all" for word in words)
    return " ".join(words)


# type, side, sweep order, contracts, threshold in dollars, below it, from it on
SMART: list[tuple[str, str, str, int, int, str, str]] = [
    ("stock", "A", "", 100, 10_000, "min", "+ask"),
    ("stock", "AA", "", 100, 10_000, "min", "+ask"),
    ("stock", "A", "", 500, 10_000, "min", "+ask +size"),
    ("stock", "A", "i", 100, 25_000, "+ask", "+ask +iso"),
    ("stock", "A", "", 100, 100_000, "+ask", "+auto +ask"),
    ("stock", "AA", "i", 500, 100_000, "+ask +iso +size", "+auto +ask +iso +size"),
    ("stock", "B", "", 100, 10_000, "min", "bid"),
    ("stock", "B", "", 100, 25_000, "bid", "+bid"),
    ("stock", "BB", "", 100, 25_000, "bid", "+bid"),
    ("stock", "B", "", 500, 25_000, "bid", "+bid +size"),
    ("stock", "B", "i", 100, 25_000, "bid", "+bid +iso"),
    ("stock", "BB", "", 100, 100_000, "+bid", "+auto +bid"),
    ("stock", "MID", "", 100, 10_000, "min", "mid"),
    ("stock", "MID", "", 100, 20_000, "mid", "none"),
    ("stock", "MID", "", 500, 20_000, "mid", "+size"),
    ("stock", "MID", "", 100, 40_000, "none", "+mid"),
    ("stock", "MID", "", 500, 40_000, "+size", "+mid +size"),
    ("stock", "MID", "", 100, 100_000, "+mid", "+auto +mid"),
    ("stock", "MID", "i", 100, 10_000, "min", "none"),
    ("stock", "MID", "i", 500, 10_000, "min", "+size"),
    ("stock", "MID", "i", 100, 25_000, "none", "+iso"),
    ("stock", "MID", "i", 100, 40_000, "+iso", "+mid +iso"),
    ("stock", "MISSING", "", 100, 10_000, "min", "nbbo"),
    ("stock", "MISSING", "", 100, 50_000, "nbbo", "+nbbo"),
    ("stock", "STALE", "", 100, 50_000, "nbbo", "+nbbo"),
    ("stock", "STALE", "i", 100, 50_000, "nbbo", "+nbbo +iso"),
    ("stock", "MISSING", "", 500, 50_000, "nbbo", "+nbbo +size"),
    ("stock", "STALE", "", 100, 100_000, "+nbbo", "+auto +nbbo"),
    ("etf", "A", "", 100, 10_000, "min", "etf"),
    ("etf", "A", "", 100, 50_000, "etf", "+ask"),
    ("etf", "A", "", 500, 50_000, "etf", "+ask +size"),
    ("etf", "B", "", 100, 50_000, "etf", "+bid"),
    ("etf", "MID", "", 100, 50_000, "etf", "+mid"),
    ("etf", "MID", "i", 100, 50_000, "etf", "+mid +iso"),
    ("etf", "MISSING", "", 100, 50_000, "etf", "+nbbo"),
    ("etf", "STALE", "", 100, 100_000, "+nbbo", "+auto +nbbo"),
    ("index", "A", "", 100, 10_000, "min", "index"),
    ("index", "A", "", 100, 100_000, "index", "+auto +ask"),
    ("index", "B", "", 100, 100_000, "index", "+auto +bid"),
    ("index", "MID", "", 100, 100_000, "index", "+auto +mid"),
    ("index", "MID", "i", 500, 100_000, "index", "+auto +mid +iso +size"),
    ("index", "STALE", "", 100, 100_000, "index", "+auto +nbbo"),
]
BALANCED: list[tuple[str, str, str, int, int, str, str]] = [
    ("stock", "A", "", 100, 5_000, "min", "+ask"),
    ("stock", "A", "", 500, 10_000, "+ask", "+ask +size"),  # a large print keeps its own floor
    ("stock", "A", "i", 100, 15_000, "+ask", "+ask +iso"),
    ("stock", "A", "", 100, 75_000, "+ask", "+auto +ask"),
    ("stock", "B", "", 100, 5_000, "min", "bid"),
    ("stock", "BB", "", 100, 15_000, "bid", "+bid"),
    ("stock", "B", "i", 100, 15_000, "bid", "+bid +iso"),
    ("stock", "MID", "", 100, 5_000, "min", "mid"),
    ("stock", "MID", "", 100, 12_500, "mid", "none"),
    ("stock", "MID", "", 500, 12_500, "mid", "+size"),
    ("stock", "MID", "", 100, 25_000, "none", "+mid"),
    ("stock", "MID", "i", 100, 5_000, "min", "none"),
    ("stock", "MID", "i", 500, 10_000, "none", "+size"),
    ("stock", "MID", "i", 100, 15_000, "none", "+iso"),
    ("stock", "MISSING", "", 100, 5_000, "min", "nbbo"),
    ("stock", "STALE", "", 100, 25_000, "nbbo", "+nbbo"),
    ("stock", "MISSING", "", 100, 75_000, "+nbbo", "+auto +nbbo"),
    ("etf", "A", "", 100, 5_000, "min", "etf"),
    ("etf", "A", "", 100, 25_000, "etf", "+ask"),
    ("etf", "B", "", 100, 25_000, "etf", "+bid"),
    ("etf", "MID", "", 100, 25_000, "etf", "+mid"),
    ("etf", "MISSING", "", 100, 25_000, "etf", "+nbbo"),
    ("index", "A", "", 100, 5_000, "min", "index"),
    ("index", "A", "", 100, 50_000, "index", "+ask"),
    ("index", "B", "", 100, 50_000, "index", "+bid"),
    ("index", "MID", "", 100, 50_000, "index", "+mid"),
    ("index", "STALE", "", 100, 50_000, "index", "+nbbo"),
    ("index", "AA", "", 100, 75_000, "+ask", "+auto +ask"),
]
CASES = [("smart-money", *row) for row in SMART] + [("balanced", *row) for row in BALANCED]


@pytest.mark.parametrize(("mode", "kind", "side", "iso", "size", "usd", "below", "at"), CASES)
def test_threshold_is_inclusive_to_the_micro_dollar(
    *, mode: str, kind: str, side: str, iso: str, size: int, usd: int, below: str, at: str
) -> None:
    found = [
        judged(side, kind, usd * 1_000_000 + step, marks=iso, size=size, signal_mode=mode)
        for step in (-1, 0, 1)
    ]

    assert found == [below, at, at]


@pytest.mark.parametrize("mode", ["smart-money", "balanced"])
@pytest.mark.parametrize(("size", "at"), [(499, "none"), (500, "+size"), (501, "+size")])
def test_large_print_counts_contracts(mode: str, size: int, at: str) -> None:
    assert judged("MID", "stock", 20_000_000_000, size=size, signal_mode=mode) == at


# Each key alone moves its own threshold and no other: key, its value, type, side, mark, below, at
@pytest.mark.parametrize(
    ("key", "usd", "kind", "side", "iso", "below", "at"),
    [
        ("signal_min_notional_usd", 12_345, "stock", "A", "", "min", "+ask"),
        ("signal_min_notional_usd", 60_001, "etf", "A", "", "min", "+ask"),
        ("signal_etf_min_notional_usd", 54_321, "etf", "A", "", "etf", "+ask"),
        ("signal_etf_min_notional_usd", 10_001, "etf", "A", "", "etf", "+ask"),
        ("signal_index_min_notional_usd", 77_777, "index", "A", "", "index", "+ask"),
        ("signal_bid_side_min_notional_usd", 33_333, "stock", "B", "", "bid", "+bid"),
        # The floor of sweeps is that of the bid side unless it is set (6.1).
        ("signal_bid_side_min_notional_usd", 33_333, "stock", "MID", "i", "none", "+iso"),
        ("signal_mid_min_notional_usd", 22_222, "stock", "MID", "", "mid", "none"),
        ("signal_missing_nbbo_min_notional_usd", 44_444, "stock", "STALE", "", "nbbo", "+nbbo"),
        ("signal_sweep_min_notional_usd", 11_111, "stock", "MID", "i", "none", "+iso"),
        ("signal_auto_keep_min_notional_usd", 88_888, "stock", "A", "", "+ask", "+auto +ask"),
    ],
)
def test_threshold_follows_its_key(
    *, key: str, usd: int, kind: str, side: str, iso: str, below: str, at: str
) -> None:
    found = [
        judged(side, kind, usd * 1_000_000 + step, marks=iso, **{key: usd}) for step in (-1, 0)
    ]

    assert found == [below, at]


def test_large_print_keys_move_their_thresholds() -> None:
    tuned: dict[str, Any] = {
        "signal_large_print_min_size": 7,
        "signal_large_print_min_notional_usd": 30_000,
    }

    found = [
        judged("A", "stock", micros, size=size, **tuned)
        for size, micros in ((7, 29_999_999_999), (6, 30_000_000_000), (7, 30_000_000_000))
    ]

    assert found == ["+ask", "+ask", "+ask +size"]


@pytest.mark.parametrize("mode", ["smart-money", "balanced"])
def test_floor_of_large_prints_is_the_least_unless_it_is_set(mode: str) -> None:
    tuned: dict[str, Any] = {"signal_mode": mode, "signal_min_notional_usd": 4_000}

    at = 4_000_000_000
    found = [judged("A", "stock", micros, size=500, **tuned) for micros in (at - 1, at)]

    assert found == ["min", "+ask +size"]


# Cancelled first, then compression, then the mode, then an unknown premium (errata 29).
@pytest.mark.parametrize(
    ("mode", "marks", "micros", "expected"),
    [
        ("smart-money", "c", 10**12, "reject:cancelled"),
        ("balanced", "c", 10**12, "reject:cancelled"),
        ("all", "c", 10**12, "reject:cancelled"),
        ("all", "cu", 10**12, "reject:cancelled"),
        ("all", "c", None, "reject:cancelled"),
        ("smart-money", "u", 10**12, "reject:compression"),
        ("balanced", "u", 10**12, "reject:compression"),
        ("all", "u", None, "reject:compression"),
        ("all", "i", None, "mode:all"),
        ("all", "", 0, "mode:all"),
        ("all", "", 10**12, "mode:all"),
        ("smart-money", "i", None, "reject:premium-unknown"),
        ("balanced", "", None, "reject:premium-unknown"),
        ("smart-money", "", 0, "min"),
    ],
)
@pytest.mark.parametrize("kind", ["stock", "etf", "index"])
def test_order_of_the_first_rejects(
    kind: str, mode: str, marks: str, micros: int | None, expected: str
) -> None:
    assert judged("A", kind, micros, marks=marks, signal_mode=mode) == expected


# `i` on a late, extended or packaged print is not the deciding code, so it keeps nothing.
@pytest.mark.parametrize("letter", ["a", "c", "f", "e", "v", "D", "B"])
def test_sweep_order_inside_another_family_is_not_kept_as_one(letter: str) -> None:
    print_ = stamped(premium_micros=30_000_000_000, conditions=(ISO, ord(letter)))
    placed = Placement(Side.MID, 0, 0, None, QuoteState.OK)

    found = label(print_, placed, "stock", Params())

    assert reason_texts(found.reasons) == ["reject:no-signal-rule"]
