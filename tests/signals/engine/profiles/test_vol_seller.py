"""vol_seller: 0.12 + sold + short straddle or strangle + premium (13.2, 13.5; errata 6, 7)."""

from typing import Any

import pytest

from signals.engine.profiles.vol_seller import vol_seller_terms
from tests.signals.engine.profiles.builders import BULLISH_VERTICAL, SHORT_STRADDLE, added, term_of

SOLD, SHORT = "sell_side_premium", "short_vol_structure_evidence"


def test_terms_of_a_plain_packet_add_up() -> None:
    assert added(vol_seller_terms) == {"eligible_packet": 0.12, "premium": 0.07}


@pytest.mark.parametrize(("sell", "counts"), [(0.58, True), (0.5799, False), (1.0, True)])
def test_sold_counts_from_58_percent(sell: float, counts: bool) -> None:
    found = added(vol_seller_terms, sell_raw=sell, buy_raw=0.0)

    assert found.get(SOLD) == (0.24 if counts else None)


def test_bought_is_not_sold() -> None:
    assert SOLD not in added(vol_seller_terms, buy_raw=1.0, sell_raw=0.0)


def test_a_minute_bar_is_not_sold() -> None:
    assert SOLD not in added(vol_seller_terms, granularity="minute", sell_raw=1.0)


@pytest.mark.parametrize(
    ("signs", "sizes", "counts"),
    [
        ([-1, -1], [450, 450], True),
        ([1, 1], [450, 450], False),
        ([1, -1], [450, 450], False),
        ([1, -1], [42, 58], True),  # a ratio spread that is mostly short
        ([1, -1], [4_201, 5_799], False),
        ([0, 0], [450, 450], False),
        ([], [], False),
    ],
)
def test_a_structure_is_sold_by_its_short_legs(
    signs: list[int], sizes: list[int], counts: bool
) -> None:
    """Errata 6: prints of a flagged package carry no side, whatever sell_raw says."""
    changes = SHORT_STRADDLE | {"structure_signs": signs, "structure_leg_sizes": sizes}
    found = added(vol_seller_terms, **changes, sell_raw=0.0 if counts else 1.0)

    assert found.get(SOLD) == (0.24 if counts else None)


@pytest.mark.parametrize(
    ("kind", "side", "counts"),
    [
        ("straddle", "short", True),
        ("strangle", "short", True),
        ("straddle", "long", False),
        ("straddle", "", False),
        ("iron_condor", "short", False),
    ],
)
def test_short_straddles_and_strangles_count(kind: str, side: str, counts: bool) -> None:
    changes = SHORT_STRADDLE | {"structure_type": kind, "structure_vol_side": side}

    assert added(vol_seller_terms, **changes).get(SHORT) == (0.20 if counts else None)


@pytest.mark.parametrize(
    ("kind", "premium_usd", "points"),
    [("stock", 120_000.0, 0.14), ("etf", 130_000.0, 0.0364), ("index", 250_000.0, 0.035)],
)
def test_premium_counts_by_security_type(kind: str, premium_usd: float, points: float) -> None:
    found = added(vol_seller_terms, security_type=kind, premium_usd=premium_usd)

    assert found["premium"] == points


@pytest.mark.parametrize(
    ("changes", "text", "keys"),
    [
        (
            {"sell_raw": 0.615},
            "61.5 % of the size printed at the bid or below; 58 % and more count.",
            {"sell_raw"},
        ),
        (
            BULLISH_VERTICAL | {"structure_leg_sizes": [100, 300]},
            "75 % of the size lies in short legs; 58 % and more count.",
            {"structure_signs", "structure_leg_sizes"},
        ),
    ],
)
def test_sentence_of_the_sold_size(changes: dict[str, Any], text: str, keys: set[str]) -> None:
    term = term_of(vol_seller_terms, SOLD, **changes)

    assert term.text == text
    assert term.values.keys() == keys


def test_sentence_of_the_structure() -> None:
    term = term_of(vol_seller_terms, SHORT, **SHORT_STRADDLE)

    assert term.text == "The legs read as a straddle on its short side."
    assert term.values == {
        "structure_type": "straddle", "structure_vol_side": "short", "structure_inferred": False,
    }  # fmt: skip
