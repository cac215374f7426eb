"""Signs of a flagged package from its net price (options-engine.md 9.4, errata 37; golden G7)."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.engine.params import Params
from signals.engine.structures.legs import Leg
from signals.engine.structures.ratios import accept
from signals.engine.structures.signs import resolve
from tests.signals.engine.structures.builders import FEB, leg

PARAMS = Params()


def signs_of(*legs: Leg) -> tuple[int, ...]:
    return resolve(legs, accept([each.size for each in legs]), PARAMS)


def vertical(near: float, far: float, size: int = 10) -> tuple[Leg, Leg]:
    """A vertical quoted 4.10 x 4.20 and 2.10 x 2.20: net 1.90 x 2.10, spread 0.20, epsilon 0.01."""
    return (
        leg("C450", size=size, usd=near, bid=4.10, ask=4.20),
        leg("C455", size=size, usd=far, bid=2.10, ask=2.20),
    )


@pytest.mark.parametrize(
    ("near", "far", "signs"),
    [
        (4.20, 2.10, (1, -1)),  # net 2.10 = net ask
        (4.20, 2.11, (1, -1)),  # 2.09 = net ask less epsilon, inclusive
        (4.20, 2.110001, (0, 0)),
        (4.21, 2.05, (1, -1)),  # 2.16: through the ask
        (4.10, 2.20, (-1, 1)),  # 1.90 = net bid
        (4.11, 2.20, (-1, 1)),  # 1.91 = net bid plus epsilon, inclusive
        (4.110001, 2.20, (0, 0)),
        (4.15, 2.15, (0, 0)),  # in the middle
        (4.20, 2.20, (1, 1)),  # both at their asks: the same side of both
        (4.10, 2.10, (-1, -1)),
    ],
)
def test_vertical(near: float, far: float, signs: tuple[int, int]) -> None:
    assert signs_of(*vertical(near, far)) == signs


def test_golden_of_200_and_190_contracts() -> None:
    #   sums of price times size 840 and 399: 4.20 and 2.10 each (golden G7)
    long, short = vertical(4.20, 2.10)
    legs = (
        leg("C450", size=200, value_micros=840_000_000, bid=4.10, ask=4.20),
        leg("C455", size=190, value_micros=399_000_000, bid=2.10, ask=2.20),
    )

    assert signs_of(*legs) == (1, -1) == signs_of(long, short)


def test_average_price_that_is_no_whole_micro_dollar_is_exact() -> None:
    #   3 contracts for 12.57 in all = 4.19 each, and 12.569999 just below the net ask less epsilon
    def bought(value: int) -> tuple[int, ...]:
        quoted: dict[str, Any] = {"bid": 4.10, "ask": 4.20}
        return signs_of(
            leg("C450", size=3, value_micros=value, **quoted),
            leg("C455", size=3, usd=2.10, bid=2.10, ask=2.20),
        )

    assert bought(12_570_000) == (1, -1)
    assert bought(12_569_999) == (0, 0)


def test_ratio_weighs_each_leg() -> None:
    #   1 x C450 against 2 x C455: net ask 4.20 - 2 x 2.10 = 0.00, net bid 4.10 - 2 x 2.20 = -0.30
    near = leg("C450", size=10, usd=4.20, bid=4.10, ask=4.20)

    assert signs_of(near, leg("C455", size=20, usd=2.10, bid=2.10, ask=2.20)) == (1, -1)
    assert signs_of(near, leg("C455", size=20, usd=2.1075, bid=2.10, ask=2.20)) == (1, -1)
    assert signs_of(near, leg("C455", size=20, usd=2.108, bid=2.10, ask=2.20)) == (0, 0)


def test_two_patterns_that_both_look_aggressive_are_unknown() -> None:
    #   net 2.10 as debit (+, -); at 4.15 and 2.05 the sum 6.20 is also a credit at the net bid
    assert signs_of(*vertical(4.15, 2.05)) == (0, 0)


def test_three_and_four_legs() -> None:
    quoted: dict[str, Any] = {"bid": 1.0, "ask": 1.1}
    butterfly = (
        leg("C450", size=10, usd=1.1, **quoted),
        leg("C455", size=20, usd=1.0, **quoted),
        leg("C460", size=10, usd=1.1, **quoted),
    )
    condor = tuple(
        leg(name, usd=price, **quoted)
        for name, price in (("P440", 1.0), ("P445", 1.1), ("C455", 1.1), ("C460", 1.0))
    )

    assert signs_of(*butterfly) == (1, -1, 1)
    assert signs_of(*condor) == (-1, 1, 1, -1)


@pytest.mark.parametrize("price", [5.0, 5.05, 5.1])
def test_locked_market_tells_no_side(price: float) -> None:
    legs = (
        leg("C450", usd=price, bid=5.05, ask=5.05),
        leg("C455", usd=2.0, bid=2.0, ask=2.0),
    )

    assert signs_of(*legs) == (0, 0)


def test_one_locked_leg_leaves_the_spread_of_the_other() -> None:
    locked = leg("C455", usd=2.0, bid=2.0, ask=2.0)

    assert signs_of(leg("C450", usd=4.2, bid=4.1, ask=4.2), locked) == (0, 0)  # also (+, +)


def test_missing_or_crossed_quote_is_unknown() -> None:
    good = leg("C455", usd=2.10, bid=2.10, ask=2.20)

    assert signs_of(leg("C450", usd=4.2), good) == (0, 0)
    assert signs_of(leg("C450", usd=4.2, bid=4.1), good) == (0, 0)
    assert signs_of(leg("C450", usd=4.2, ask=4.2), good) == (0, 0)
    assert signs_of(leg("C450", usd=4.2, bid=4.21, ask=4.2), good) == (0, 0)
    assert signs_of(good, leg("C460", usd=4.2, ask=4.2)) == (0, 0)


def test_bid_of_zero_is_a_quote() -> None:
    legs = (
        leg("C450", usd=1.1, bid=1.0, ask=1.1),
        leg("C500", usd=0.0, bid=0.0, ask=0.05),
    )

    assert signs_of(*legs) == (1, -1)


def test_no_ratio_is_unknown() -> None:
    near, far = vertical(4.20, 2.10)

    assert resolve((near, far), None, PARAMS) == (0, 0)


def test_too_many_legs_are_unknown() -> None:
    legs = [leg(f"C{450 + n}", usd=1.1, bid=1.0, ask=1.1) for n in range(3)]
    few = Params.from_values({"structure_max_legs": 2})

    assert resolve(legs, (1, 1, 1), PARAMS) == (1, 1, 1)
    assert resolve(legs, (1, 1, 1), few) == (0, 0, 0)
    assert resolve(legs[:2], (1, 1), few) == (1, 1)


def test_calendar_over_two_expiries() -> None:
    near = leg("C450", usd=2.0, bid=2.0, ask=2.1)
    far = leg("C450", usd=5.1, bid=5.0, ask=5.1, expiry=FEB)

    assert signs_of(near, far) == (-1, 1)


CENTS = st.integers(1, 400)
LEGS = st.lists(
    st.tuples(CENTS, CENTS, st.integers(-5, 405), st.sampled_from((10, 20, 30))),
    min_size=2,
    max_size=4,
)


def quoted_legs(rows: list[tuple[int, int, int, int]]) -> list[Leg]:
    return [
        leg(f"C{450 + n}", size=size, usd=price / 100, bid=bid / 100, ask=(bid + spread) / 100)
        for n, (bid, spread, price, size) in enumerate(rows)
    ]


@given(LEGS)
def test_order_of_legs_never_decides(rows: list[tuple[int, int, int, int]]) -> None:
    legs = quoted_legs(rows)
    expected = dict(zip([each.text for each in legs], signs_of(*legs), strict=True))

    for order in permutations(legs):
        assert dict(zip([each.text for each in order], signs_of(*order), strict=True)) == expected


@given(LEGS, st.integers(2, 9))
def test_size_never_decides(rows: list[tuple[int, int, int, int]], factor: int) -> None:
    larger = [(bid, spread, price, size * factor) for bid, spread, price, size in rows]

    assert signs_of(*quoted_legs(larger)) == signs_of(*quoted_legs(rows))


@given(LEGS)
def test_prices_mirrored_inside_their_quotes_flip_all_signs(
    rows: list[tuple[int, int, int, int]],
) -> None:
    mirrored = [(bid, spread, 2 * bid + spread - price, size) for bid, spread, price, size in rows]
    opposite = tuple(-sign for sign in signs_of(*quoted_legs(rows)))

    assert signs_of(*quoted_legs(mirrored)) == opposite
