"""Lean and aggressiveness of one print (options-engine.md 18.3 and 18.4 strict; golden G14)."""

from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.domain.conditions import read_conditions
from flow.domain.events import PrintFlag, QuoteMode
from signals.engine.flow_params import FlowParams
from signals.engine.placement import Placement, PlacementParams, QuoteState, Side, place
from signals.engine.sentiment import aggressiveness, sentiment
from tests.support.engine_builders import (
    AUCTION,
    AUTO,
    COMPLEX,
    CROSS,
    ISO,
    T0,
    stamped,
    unquoted,
)

Right = Literal["C", "P"]
PARAMS = FlowParams()


def placed(price: float, bid: float, ask: float, **changes: Any) -> Placement:
    print_ = stamped(
        price_micros=round(price * 1_000_000),
        bid_micros=round(bid * 1_000_000),
        ask_micros=round(ask * 1_000_000),
        **changes,
    )
    return place(print_, PlacementParams())


def lean(placement: Placement, right: Right, *codes: int) -> str:
    return sentiment(placement, right, read_conditions(codes or (AUTO,), False), PARAMS)


def at(position: float | None, *, side: Side = Side.MID, sign: int = 0) -> Placement:
    return Placement(side, sign, 1_000_000 if sign else 0, position, QuoteState.OK)


# G14, strict. The tolerance of 1.00 x 1.10 is half a cent: 1.095 is at the ask, 1.005 at the bid.
#  price  call       put        aggressiveness
@pytest.mark.parametrize(
    ("price", "call", "put", "taken"),
    [
        (1.12, "BULLISH", "BEARISH", "AGGRESSIVE"),
        (1.10, "BULLISH", "BEARISH", "AGGRESSIVE"),
        (1.095, "BULLISH", "BEARISH", "AGGRESSIVE"),
        (1.0949, "NEUTRAL", "NEUTRAL", "NORMAL"),
        (1.065, "NEUTRAL", "NEUTRAL", "NORMAL"),
        (1.0649, "NEUTRAL", "NEUTRAL", "PASSIVE"),
        (1.05, "NEUTRAL", "NEUTRAL", "PASSIVE"),
        (1.0351, "NEUTRAL", "NEUTRAL", "PASSIVE"),
        (1.035, "NEUTRAL", "NEUTRAL", "NORMAL"),
        (1.0051, "NEUTRAL", "NEUTRAL", "NORMAL"),
        (1.005, "BEARISH", "BULLISH", "AGGRESSIVE"),
        (1.00, "BEARISH", "BULLISH", "AGGRESSIVE"),
        (0.98, "BEARISH", "BULLISH", "AGGRESSIVE"),
    ],
)
def test_print_against_its_quote(price: float, call: str, put: str, taken: str) -> None:
    placement = placed(price, 1.00, 1.10)

    assert (lean(placement, "C"), lean(placement, "P")) == (call, put)
    assert aggressiveness(placement, PARAMS) == taken


# conditions_w, through the quote 0.7                 confidence  lean
@pytest.mark.parametrize(
    ("price", "codes", "flags", "expected"),
    [
        (1.12, (ISO,), 0, "BULLISH"),  # 1.0: a sweep order may print through
        (1.12, (AUTO,), 0, "BULLISH"),  # 0.7
        (1.12, (), int(PrintFlag.CONDITIONS_UNKNOWN), "BULLISH"),  # 0.49, errata 36
        (1.10, (AUCTION,), 0, "NEUTRAL"),  # 0.25
        (1.10, (CROSS,), 0, "NEUTRAL"),  # 0
    ],
)
def test_little_confidence_is_neutral_but_still_aggressive(
    price: float, codes: tuple[int, ...], flags: int, expected: str
) -> None:
    placement = placed(price, 1.00, 1.10, conditions=codes, flags=flags)

    assert lean(placement, "C", *codes) == expected
    assert aggressiveness(placement, PARAMS) == "AGGRESSIVE"


@pytest.mark.parametrize(("ppm", "expected"), [(450_000, "BULLISH"), (449_999, "NEUTRAL")])
def test_confidence_at_its_threshold(ppm: int, expected: str) -> None:
    assert lean(Placement(Side.A, 1, ppm, 1.0, QuoteState.OK), "C") == expected


def test_threshold_of_confidence_is_tuning() -> None:
    conditions = read_conditions((AUTO,), False)
    placement = Placement(Side.A, 1, 290_000, 1.0, QuoteState.OK)

    assert sentiment(placement, "C", conditions, FlowParams(flow_min_confidence=0.29)) == "BULLISH"
    assert sentiment(placement, "C", conditions, FlowParams(flow_min_confidence=0.291)) == "NEUTRAL"


def test_package_has_no_lean_even_with_full_confidence() -> None:
    placement = Placement(Side.A, 1, 1_000_000, 1.0, QuoteState.OK)

    assert lean(placement, "C", COMPLEX) == "NEUTRAL"
    assert lean(placement, "C", AUTO) == "BULLISH"


@pytest.mark.parametrize(
    "placement",
    [
        place(unquoted(), PlacementParams()),
        place(
            stamped(quote_mode=int(QuoteMode.SAMPLED), quote_ts=T0 - 1_500_001), PlacementParams()
        ),
        placed(1.10, 1.10, 1.10),
        placed(1.10, 1.20, 1.10),
    ],
    ids=["missing", "stale", "locked", "crossed"],
)
def test_without_a_usable_quote_nothing_is_known(placement: Placement) -> None:
    assert aggressiveness(placement, PARAMS) == "UNKNOWN"
    assert (lean(placement, "C"), lean(placement, "P")) == ("NEUTRAL", "NEUTRAL")


def test_option_without_a_bid_is_sold_into() -> None:
    assert aggressiveness(placed(0.0, 0.0, 0.05), PARAMS) == "AGGRESSIVE"


@pytest.mark.parametrize(
    ("position", "expected"),
    [(0.0, "NORMAL"), (0.2, "NORMAL"), (0.21, "PASSIVE"), (0.59, "PASSIVE"), (0.6, "NORMAL")],
)
def test_middle_of_the_spread_is_tuning(position: float, expected: str) -> None:
    params = FlowParams(flow_passive_above_position=0.2, flow_passive_below_position=0.6)

    assert aggressiveness(at(position), params) == expected


@given(st.integers(50, 250), st.booleans())
def test_mirrored_print_means_the_same(cents: int, iso: bool) -> None:
    code = ISO if iso else AUTO
    above = placed(cents / 100, 1.40, 1.60, conditions=(code,))
    below = placed((300 - cents) / 100, 1.40, 1.60, conditions=(code,))

    assert lean(above, "C", code) == lean(below, "P", code)
    assert aggressiveness(above, PARAMS) == aggressiveness(below, PARAMS)
