"""Sides to the last micro-dollar, and the confidence as a product that the table spells out.

Source: options-engine.md 7.3, golden G2; errata 4 (age), 7 and 36 (weights), 23 (width). Micros.
"""

import pytest

from flow.domain.events import PrintFlag, QuoteMode
from signals.engine.params import Params
from signals.engine.placement import QuoteState, Side, is_wide, place, side_of
from tests.support.engine_builders import T0, stamped

PARAMS = Params()
CENT = 10_000


# A market's tolerance is a twentieth of its spread: each edge, and one micro-dollar beyond it.
@pytest.mark.parametrize(
    ("bid", "ask", "price", "side"),
    [
        # one cent wide: 0.0005
        (1_000_000, 1_010_000, 1_010_501, "AA"),
        (1_000_000, 1_010_000, 1_010_500, "A"),
        (1_000_000, 1_010_000, 1_009_500, "A"),
        (1_000_000, 1_010_000, 1_009_499, "MID"),
        (1_000_000, 1_010_000, 1_005_000, "MID"),
        (1_000_000, 1_010_000, 1_000_501, "MID"),
        (1_000_000, 1_010_000, 1_000_500, "B"),
        (1_000_000, 1_010_000, 999_500, "B"),
        (1_000_000, 1_010_000, 999_499, "BB"),
        # two cents wide: 0.001
        (1_000_000, 1_020_000, 1_021_001, "AA"),
        (1_000_000, 1_020_000, 1_021_000, "A"),
        (1_000_000, 1_020_000, 1_019_000, "A"),
        (1_000_000, 1_020_000, 1_018_999, "MID"),
        (1_000_000, 1_020_000, 1_010_000, "MID"),
        (1_000_000, 1_020_000, 1_001_001, "MID"),
        (1_000_000, 1_020_000, 1_001_000, "B"),
        (1_000_000, 1_020_000, 999_000, "B"),
        (1_000_000, 1_020_000, 998_999, "BB"),
        # five cents wide: 0.0025
        (2_000_000, 2_050_000, 2_052_501, "AA"),
        (2_000_000, 2_050_000, 2_052_500, "A"),
        (2_000_000, 2_050_000, 2_047_500, "A"),
        (2_000_000, 2_050_000, 2_047_499, "MID"),
        (2_000_000, 2_050_000, 2_040_000, "MID"),  # a cent inside is inside
        (2_000_000, 2_050_000, 2_002_501, "MID"),
        (2_000_000, 2_050_000, 2_002_500, "B"),
        (2_000_000, 2_050_000, 1_997_500, "B"),
        (2_000_000, 2_050_000, 1_997_499, "BB"),
        # one micro-dollar wide: the tolerance is less than the unit
        (1_000_000, 1_000_001, 1_000_002, "AA"),
        (1_000_000, 1_000_001, 1_000_001, "A"),
        (1_000_000, 1_000_001, 1_000_000, "B"),
        (1_000_000, 1_000_001, 999_999, "BB"),
    ],
)
def test_side_at_its_edges(bid: int, ask: int, price: int, side: str) -> None:
    placed = place(stamped(bid_micros=bid, ask_micros=ask, price_micros=price), PARAMS)

    assert side_of(price, bid, ask) is Side[side]
    assert placed.side is Side[side]
    assert placed.sign == {"AA": 1, "A": 1, "MID": 0, "B": -1, "BB": -1}[side]
    assert (placed.confidence_ppm > 0) is (placed.sign != 0)


@pytest.mark.parametrize(
    ("bid", "ask", "price", "state"),
    [
        # a locked or crossed market has no inside: whatever the price, no side
        (1_000_000, 1_000_000, 990_000, QuoteState.LOCKED),
        (1_000_000, 1_000_000, 1_000_000, QuoteState.LOCKED),
        (1_000_000, 1_000_000, 1_010_000, QuoteState.LOCKED),
        (1_010_000, 1_000_000, 990_000, QuoteState.CROSSED),
        (1_010_000, 1_000_000, 1_000_000, QuoteState.CROSSED),
        (1_010_000, 1_000_000, 1_005_000, QuoteState.CROSSED),
        (1_010_000, 1_000_000, 1_010_000, QuoteState.CROSSED),
        (1_010_000, 1_000_000, 1_020_000, QuoteState.CROSSED),
        (1_000_001, 1_000_000, 1_000_000, QuoteState.CROSSED),
    ],
)
def test_no_market_no_side(bid: int, ask: int, price: int, state: QuoteState) -> None:
    placed = place(stamped(bid_micros=bid, ask_micros=ask, price_micros=price), PARAMS)

    assert (placed.side, placed.sign, placed.confidence_ppm) == (Side.MID, 0, 0)
    assert (placed.quote_state, placed.spread_pos) == (state, None)


@pytest.mark.parametrize(
    ("bid", "ask", "price", "side", "state"),
    [
        # only an ask: 0 x 0.05, tolerance 0.0025; nothing can print below a bid of 0
        (0, 50_000, 60_000, "AA", QuoteState.ONE_SIDED),
        (0, 50_000, 52_500, "A", QuoteState.ONE_SIDED),
        (0, 50_000, 47_500, "A", QuoteState.ONE_SIDED),
        (0, 50_000, 40_000, "MID", QuoteState.ONE_SIDED),
        (0, 50_000, 10_000, "MID", QuoteState.ONE_SIDED),
        (0, 50_000, 2_500, "B", QuoteState.ONE_SIDED),
        (0, 50_000, 0, "B", QuoteState.ONE_SIDED),
        # a side that is not known is not a side of 0
        (None, 50_000, 50_000, "MISSING", QuoteState.MISSING),
        (1_000_000, None, 1_000_000, "MISSING", QuoteState.MISSING),
        (None, None, 1_000_000, "MISSING", QuoteState.MISSING),
        (0, 0, 10_000, "MISSING", QuoteState.MISSING),
        (1_000_000, 0, 1_000_000, "MISSING", QuoteState.MISSING),
    ],
)
def test_one_sided_markets(
    bid: int | None, ask: int | None, price: int, side: str, state: QuoteState
) -> None:
    placed = place(stamped(bid_micros=bid, ask_micros=ask, price_micros=price), PARAMS)

    assert (placed.side, placed.quote_state) == (Side[side], state)


# Confidence = condition x age x 0.7 (through the quote, unless a sweep order) x width x 0.5 (at the
# bid of a one-sided market). Age of a sampled quote: 1 - 0.5 x (ms - 100) / 1400 from 100 ms on.
SAMPLED = {"quote_mode": int(QuoteMode.SAMPLED)}
UNTOLD = int(PrintFlag.CONDITIONS_UNKNOWN)


@pytest.mark.parametrize(
    ("letters", "price", "age_ms", "flags", "factors"),
    [
        ("I", 4_200_000, 0, 0, (1.0,)),
        ("I", 4_200_000, 100, 0, (1.0,)),
        ("I", 4_200_000, 101, 0, (1.0, 1 - 0.5 * 1 / 1_400)),
        ("I", 4_200_000, 450, 0, (1.0, 0.875)),
        ("I", 4_200_000, 800, 0, (1.0, 0.75)),
        ("I", 4_100_000, 800, 0, (1.0, 0.75)),
        ("I", 4_200_000, 1_500, 0, (1.0, 0.5)),
        ("I", 4_300_000, 0, 0, (1.0, 0.7)),
        ("I", 4_000_000, 0, 0, (1.0, 0.7)),
        ("I", 4_300_000, 800, 0, (1.0, 0.7, 0.75)),
        ("S", 4_300_000, 0, 0, (1.0,)),
        ("S", 4_000_000, 800, 0, (1.0, 0.75)),
        ("IS", 4_300_000, 0, 0, (1.0,)),
        ("b", 4_300_000, 0, 0, (0.25, 0.7)),  # a sweep order in an auction is no sweep order
        ("a", 4_200_000, 0, 0, (0.25,)),
        ("a", 4_200_000, 450, 0, (0.25, 0.875)),
        ("aS", 4_300_000, 0, 0, (0.25, 0.7)),
        ("J", 4_200_000, 0, 0, (0.5,)),
        ("v", 4_200_000, 0, 0, (0.8,)),
        ("v", 4_300_000, 450, 0, (0.8, 0.7, 0.875)),
        ("D", 4_200_000, 0, 0, (0.25,)),
        ("vD", 4_200_000, 0, 0, (0.25,)),
        ("B", 4_200_000, 0, 0, (0.0,)),
        ("j", 4_200_000, 0, 0, (0.4,)),
        ("l", 4_200_000, 0, 0, (0.2,)),
        ("q", 4_200_000, 800, 0, (0.3, 0.75)),
        ("r", 4_200_000, 0, 0, (0.1,)),
        ("f", 4_200_000, 0, 0, (0.0,)),
        ("c", 4_200_000, 0, 0, (0.0,)),
        ("e", 4_200_000, 0, 0, (0.0,)),
        ("", 4_200_000, 0, 0, (1.0,)),
        ("", 4_200_000, 0, UNTOLD, (0.7,)),
        ("", 4_300_000, 0, UNTOLD, (0.7, 0.7)),
        ("", 4_300_000, 1_500, UNTOLD, (0.7, 0.7, 0.5)),
        ("S", 4_300_000, 0, UNTOLD, (1.0,)),
        ("\x01", 4_200_000, 0, 0, (0.3,)),  # a code that no table names
    ],
)
def test_confidence_is_the_product_of_its_factors(
    letters: str, price: int, age_ms: int, flags: int, factors: tuple[float, ...]
) -> None:
    codes = tuple(ord(letter) for letter in letters)
    print_ = stamped(
        price_micros=price, conditions=codes, flags=flags, quote_ts=T0 - age_ms * 1_000, **SAMPLED
    )
    expected = 1.0
    for factor in factors:
        expected *= factor

    assert place(print_, PARAMS).confidence_ppm == pytest.approx(expected * 1e6, abs=1)


# Width weighs from 800 basis points on: 1 - 0.75 x (bps - 800) / 2400, at least 0.25.
@pytest.mark.parametrize(
    ("bid", "ask", "price", "expected"),
    [
        (960_000, 1_040_000, 1_040_000, 1.0),  # 800 bps exactly
        (900_000, 1_100_000, 1_100_000, 1 - 0.75 * 1_200 / 2_400),  # 2,000 bps: 0.625
        (900_000, 1_100_000, 900_000, 0.625),
        (900_000, 1_100_000, 1_120_000, 0.625 * 0.7),
        (900_000, 1_100_000, 1_000_000, 0.0),
        (840_000, 1_160_000, 1_160_000, 0.25),  # 3,200 bps
        (500_000, 1_500_000, 1_500_000, 0.25),
        (10_000, 20_000, 20_000, 1.0),  # 6,667 bps, but one tick: not wide
        (10_000, 30_000, 30_000, 1.0),  # two ticks
        (10_000, 40_000, 40_000, 0.25),  # three
        (0, 20_000, 20_000, 1.0),
        (0, 100_000, 100_000, 0.25),  # one-sided and ten ticks
        (0, 100_000, 0, 0.125),  # and at its bid: halved again
        (0, 20_000, 0, 0.5),
    ],
)
def test_width_takes_confidence_away(bid: int, ask: int, price: int, expected: float) -> None:
    print_ = stamped(bid_micros=bid, ask_micros=ask, price_micros=price)

    assert place(print_, PARAMS).confidence_ppm == pytest.approx(expected * 1e6, abs=1)


@pytest.mark.parametrize(
    ("bid", "ask", "wide"),
    [
        (24 * CENT, 26 * CENT, False),  # 800 bps, two ticks
        (23 * CENT, 26 * CENT, True),  # 1,224 bps, three ticks
        (36 * CENT, 39 * CENT, True),  # 800 bps, three ticks
        (37 * CENT, 40 * CENT, False),  # 779 bps
        (120 * CENT, 130 * CENT, True),  # 800 bps
        (121 * CENT, 130 * CENT, False),  # 717 bps
        (287 * CENT, 311 * CENT, True),  # mid 2.99: penny ticks
        (288 * CENT, 312 * CENT, True),  # mid 3.00: nickel ticks, 24 cents is more than two
        (295 * CENT, 305 * CENT, False),  # mid 3.00: two nickel ticks, and 333 bps
        (0, 2 * CENT, False),
        (0, 3 * CENT, True),
    ],
)
def test_width_by_basis_points_and_ticks(bid: int, ask: int, wide: bool) -> None:
    assert is_wide(bid, ask, PARAMS) is wide


# What decides staleness can be tuned: each limit at its value and one microsecond beyond.
@pytest.mark.parametrize(
    ("key", "limit_ms", "mode"),
    [
        ("nbbo_max_age_ms", 1, QuoteMode.SAMPLED),
        ("nbbo_max_age_ms", 500, QuoteMode.SAMPLED),
        ("nbbo_max_age_ms", 60_000, QuoteMode.SAMPLED),
        ("nbbo_change_max_age_ms", 1_000, QuoteMode.CHANGE),
        ("nbbo_change_max_age_ms", 900_000, QuoteMode.CHANGE),
    ],
)
def test_age_limit_is_the_tuned_one(key: str, limit_ms: int, mode: QuoteMode) -> None:
    params = Params.from_values({key: limit_ms})
    at_limit = stamped(quote_mode=int(mode), quote_ts=T0 - limit_ms * 1_000)
    beyond = stamped(quote_mode=int(mode), quote_ts=T0 - limit_ms * 1_000 - 1)

    assert place(at_limit, params).side is Side.A
    assert place(beyond, params).side is Side.STALE


@pytest.mark.parametrize("limit_ms", [1, 1_000, 600_000])
def test_silence_limit_is_the_tuned_one(limit_ms: int) -> None:
    params = Params.from_values({"nbbo_silence_max_ms": limit_ms})

    assert place(stamped(quote_silence_us=limit_ms * 1_000), params).side is Side.A
    assert place(stamped(quote_silence_us=limit_ms * 1_000 + 1), params).side is Side.STALE
