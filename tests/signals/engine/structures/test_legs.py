"""Legs: sums over prints, their order and signs."""

import pytest

from flow.domain.events import StampedPrint
from signals.engine.params import Params
from signals.engine.structures.legs import Leg, in_order, leg_of, nearest_leg, order_of, with_signs
from signals.engine.tally import tally_members
from tests.signals.engine.structures.builders import FEB, contract, leg
from tests.support.engine_builders import COMPLEX, SPY_CALL, ms, stamped, unquoted


def made(*members: StampedPrint) -> Leg:
    return leg_of(members, contract("C450"), tally_members(members, "SPY", Params()))


def test_leg_sums_its_prints() -> None:
    found = made(
        stamped(seq=1, size=150, price_micros=4_200_000),
        stamped(seq=2, ts=ms(40), size=50, price_micros=4_100_000, bid_micros=4_090_000),
    )

    assert found.contract == contract("C450")
    assert found.text == SPY_CALL
    assert found.size == 200
    assert found.value_micros == 150 * 4_200_000 + 50 * 4_100_000
    assert found.premium_micros == found.value_micros * 100
    assert (found.start_ts, found.end_ts) == (ms(0), ms(40))
    assert (found.bid_micros, found.ask_micros) == (4_090_000, 4_200_000)


@pytest.mark.parametrize(
    ("sold", "sign", "imbalance", "signed"),
    [
        (0, 1, 1.0, 1.0),
        (20, 1, 0.6, 1.0),
        (50, 0, 0.0, 1.0),
        (80, -1, -0.6, 1.0),
        (100, -1, -1.0, 1.0),
    ],
)
def test_sign_is_that_of_the_imbalance(
    sold: int, sign: int, imbalance: float, signed: float
) -> None:
    prints = [stamped(seq=1, size=100 - sold)] if sold < 100 else []
    if sold:
        prints.append(stamped(seq=2, size=sold, price_micros=4_100_000))

    found = made(*prints)

    assert (found.sign, found.imbalance, found.signed_share) == (sign, imbalance, signed)


def test_signed_share_is_of_all_its_size() -> None:
    found = made(stamped(seq=1, size=60), stamped(seq=2, size=40, price_micros=4_150_000))

    assert (found.sign, found.imbalance, found.signed_share) == (1, 1.0, 0.6)


def test_quote_is_that_of_the_last_print_that_has_a_usable_one() -> None:
    found = made(stamped(seq=1), unquoted(seq=2, ts=ms(1)))

    assert (found.bid_micros, found.ask_micros) == (4_100_000, 4_200_000)


def test_without_any_quote_there_is_none() -> None:
    found = made(unquoted())

    assert (found.bid_micros, found.ask_micros, found.sign) == (None, None, 0)


def test_flagged_prints_tell_no_side() -> None:
    assert made(stamped(conditions=(COMPLEX,))).sign == 0


def test_unknown_premium_stays_unknown() -> None:
    assert made(stamped(seq=1), stamped(seq=2, premium_micros=None)).premium_micros is None


def test_legs_are_ordered_by_expiry_strike_right_and_root() -> None:
    legs = [
        leg("C1000"),
        leg("P450"),
        leg("C450", root="SPYX"),
        leg("C450"),
        leg("C440", expiry=FEB),
        leg("P445"),
    ]

    ordered = in_order(legs)

    assert [each.text for each in ordered] == [
        "SPY-2025-01-17-445-P",
        "SPY-2025-01-17-450-C",
        "SPYX-2025-01-17-450-C",
        "SPY-2025-01-17-450-P",
        "SPY-2025-01-17-1000-C",
        "SPY-2025-02-21-440-C",
    ]
    assert order_of(contract("C450")) == (contract("C450").expiry, 450_000_000, "C", "SPY")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # the nearer expiry, then the nearer strike, the larger premium, ...
        (leg("C480"), leg("C452", expiry=FEB)),
        (leg("P450"), leg("P426", usd=9)),
        (leg("C454", usd=3), leg("P450", usd=2)),
        (leg("P450", usd=2, size=30), leg("C454", usd=3)),
        # ... further in the money, a quote, the narrower one, the cheaper one, long before short
        (leg("C450", bid=3, ask=4), leg("P450", 1, bid=3.5, ask=4)),
        (leg("P454", bid=3, ask=4), leg("C454", 1, bid=3.5, ask=4)),
        (leg("C454", bid=3, ask=4), leg("P450", 1)),
        (leg("P450", bid=3.5, ask=4), leg("C454", 1, bid=3, ask=4)),
        (leg("C454", bid=3, ask=4), leg("P450", 1, bid=4, ask=5)),
        (leg("P450", 1), leg("C454", -1)),
    ],
)
def test_nearest_leg_by_what_decides(one: Leg, other: Leg) -> None:
    """The underlying stands at 452."""
    assert nearest_leg((one, other), 904_000_000) is one
    assert nearest_leg((other, one), 904_000_000) is one


def test_nearest_leg_without_a_quote_of_the_underlying_cost_the_most() -> None:
    cheap, dear, far = leg("P450", usd=2), leg("C480", usd=3), leg("C452", usd=9, expiry=FEB)

    assert nearest_leg((cheap, dear, far), None) is dear


def test_nearest_legs_that_are_each_others_image_are_told_by_their_order() -> None:
    legs = (leg("C454", 1), leg("P450", 1))

    assert nearest_leg(legs, 904_000_000) is nearest_leg(legs[::-1], 904_000_000) is legs[1]


def test_with_signs_sets_one_for_each_leg() -> None:
    legs = (leg("C450", 1), leg("C455", 1))

    assert [each.sign for each in with_signs(legs, (-1, 0))] == [-1, 0]
    assert [each.sign for each in legs] == [1, 1]
    with pytest.raises(ValueError, match="shorter"):
        with_signs(legs, (1,))
