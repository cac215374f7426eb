"""arbitrage: 0.08, and only a box or a conversion gets more (13.2, 13.5; errata 5, 6)."""

import pytest

from signals.engine.params import Params
from signals.engine.profiles.arbitrage import arbitrage_terms
from tests.signals.engine.profiles.builders import BOX, BULLISH_VERTICAL, added, term_of

SYMMETRY, FLAT = "matched_leg_symmetry", "near_flat_directional_exposure"


@pytest.mark.parametrize("kind", ["box", "conversion_reversal"])
def test_matched_structures_get_every_term(kind: str) -> None:
    assert added(arbitrage_terms, **BOX | {"structure_type": kind}) == {
        "eligible_packet": 0.08,
        "matched_structure": 0.18,
        SYMMETRY: 0.24,
        FLAT: 0.18,
    }


@pytest.mark.parametrize("kind", ["", "vertical", "risk_reversal", "straddle", "iron_condor"])
def test_anything_else_has_its_base_only(kind: str) -> None:
    changes = BULLISH_VERTICAL | {"structure_type": kind}

    assert added(arbitrage_terms, **changes) == {"eligible_packet": 0.08}


@pytest.mark.parametrize(
    ("symmetry", "counts"), [(0.7, True), (0.6999, False), (1.0, True), (None, False)]
)
def test_symmetry_counts_from_70_percent(symmetry: float | None, counts: bool) -> None:
    found = added(arbitrage_terms, **BOX | {"same_size_leg_symmetry": symmetry})

    assert found.get(SYMMETRY) == (0.24 if counts else None)


@pytest.mark.parametrize(
    ("share", "imbalance", "counts"),
    [
        (0.35, 0.15, True),
        (0.35, -0.15, True),
        (0.3499, 0.0, False),
        (1.0, 0.1501, False),
        (1.0, -0.1501, False),
    ],
)
def test_flat_needs_resolved_sides_that_cancel(
    share: float, imbalance: float, counts: bool
) -> None:
    found = added(arbitrage_terms, **BOX | {"signed_share": share, "imbalance": imbalance})

    assert found.get(FLAT) == (0.18 if counts else None)


def test_the_resolved_share_is_tuned() -> None:
    params = Params.from_values({"direction_min_signed_share": 0.9})

    assert FLAT not in added(arbitrage_terms, params, **BOX | {"signed_share": 0.8})


def test_sentences_say_the_numbers() -> None:
    conversion = BOX | {"structure_type": "conversion_reversal", "structure_legs": 2}
    matched = term_of(arbitrage_terms, "matched_structure", **conversion)
    symmetry = term_of(arbitrage_terms, SYMMETRY, **BOX | {"same_size_leg_symmetry": 0.95})
    flat = term_of(arbitrage_terms, FLAT, **BOX | {"signed_share": 0.8, "imbalance": -0.1})

    assert matched.text == "The legs read as a conversion or reversal."
    assert matched.values == {"structure_type": "conversion_reversal", "structure_legs": 2}
    assert symmetry.text == "The smallest leg has 95 % of the largest; 70 % and more count."
    assert symmetry.values == {"same_size_leg_symmetry": 0.95}
    assert flat.text == (
        "The sides of 80 % of the size are resolved and differ by 10 %; from 35 % resolved and up "
        "to 15 % apart count."
    )
    assert flat.values == {"signed_share": 0.8, "imbalance": -0.1}
