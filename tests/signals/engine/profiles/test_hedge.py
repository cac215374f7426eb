"""hedge_reactive: 0.10 + short-dated at the money + the move before + size (13.2; errata 24)."""

import pytest

from signals.engine.params import Params
from signals.engine.profiles.hedge import hedge_terms
from tests.signals.engine.profiles.builders import added, term_of

GAMMA, MOVE = "short_dated_atm_gamma_context", "underlying_move_linkage"


def test_terms_of_a_plain_packet_add_up() -> None:
    """0.10 + 0.12 x 900/1800."""
    assert added(hedge_terms) == {"eligible_packet": 0.10, "size": 0.06}


@pytest.mark.parametrize(
    ("dte", "otm", "counts"),
    [
        (0, 0.0, True),
        (2, 0.015, True),
        (2, -0.015, True),
        (3, 0.0, False),
        (None, 0.0, False),
        (2, 0.0151, False),
        (2, -0.0151, False),
        (2, None, False),
    ],
)
def test_gamma_context(dte: int | None, otm: float | None, counts: bool) -> None:
    assert added(hedge_terms, dte_days=dte, otm_pct=otm).get(GAMMA) == (0.32 if counts else None)


@pytest.mark.parametrize(
    ("move", "points"),
    [
        (None, None),
        (0.0, None),
        (14.4, 0.18),
        (14.392, 0.1799),
        (-96.0, 0.18),
        (-4.0, 0.05),
        (0.004, 0.0001),
        (0.0039, None),
    ],
)
def test_move_counts_either_way_up_to_its_cap(move: float | None, points: float | None) -> None:
    assert added(hedge_terms, underlying_move_bps=move).get(MOVE) == points


@pytest.mark.parametrize(
    ("size", "points"), [(1_800, 0.12), (1_799, 0.1199), (1_600, 0.1067), (9_000, 0.12), (0, None)]
)
def test_size_counts_in_full_from_1800(size: int, points: float | None) -> None:
    assert added(hedge_terms, total_size=size).get("size") == points


def test_full_size_is_tuned() -> None:
    params = Params.from_values({"profile_full_size": 900})
    term = term_of(hedge_terms, "size", params)

    assert term.points == 0.12
    assert term.text == "900 contracts; 900 count in full."


def test_sentences_say_the_numbers() -> None:
    gamma = term_of(hedge_terms, GAMMA, dte_days=1, otm_pct=-0.0017, underlying_mid=591.0)
    move = term_of(hedge_terms, MOVE, underlying_move_bps=-96.04)
    size = term_of(hedge_terms, "size", total_size=1_600)

    assert gamma.text == "1 day to expiry and 0.2 % from the money; at most 2 days and 1.5 % count."
    assert gamma.values == {"dte_days": 1, "otm_pct": -0.0017, "underlying_mid": 591.0}
    assert move.text == (
        "The underlying had moved -96.04 basis points in the minute before; 14.4 either way count "
        "in full."
    )
    assert move.values == {"underlying_move_bps": -96.04}
    assert size.text == "1,600 contracts; 1,800 count in full."
    assert size.values == {"total_size": 1_600}
