"""Where stock prints stand: golden G1 and the rest of platform.md 2.1 BETTER; errata 20 to 41."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.domain.events import QuoteMode, StampedEquityPrint
from signals.engine.equities.placement import (
    EquityPlacement,
    EquitySide,
    is_price_improved,
    mid2_of,
    move_bps,
    place_equity,
    quote_confidence_ppm,
    side_of,
    tick_micros,
)
from signals.engine.params import Params
from signals.engine.placement import QuoteState, Side
from tests.support.equity_builders import T0, dollars, equity_print, unquoted_print

PARAMS = Params()
CHANGE, SAMPLED, INDICATIVE = int(QuoteMode.CHANGE), int(QuoteMode.SAMPLED), 3


def place(bid: float | None, ask: float | None, price: float, **changes: Any) -> EquityPlacement:
    return place_equity(
        equity_print(
            bid_micros=None if bid is None else dollars(bid),
            ask_micros=None if ask is None else dollars(ask),
            price_micros=dollars(price),
            **changes,
        ),
        PARAMS,
    )


def aged(age_ms: float, **changes: Any) -> StampedEquityPrint:
    return equity_print(quote_ts=T0 - round(age_ms * 1_000), price_micros=500_020_000, **changes)


# G1, BETTER column; a cell that is "identical" repeats the reference's.
@pytest.mark.parametrize(
    ("bid", "ask", "prices"),
    [
        (10.00, 10.01, {9.99: "BB", 10.00: "B", 10.005: "MID", 10.01: "A", 10.02: "AA"}),
        (100.00, 100.02, {100.00: "B", 100.01: "MID", 100.02: "A", 100.03: "AA"}),
        (
            99.98, 100.02,
            {
                99.96: "BB", 99.97: "B", 99.99: "B", 99.995: "MID", 100.00: "MID", 100.01: "A",
                100.03: "A", 100.04: "AA",
            },
        ),
        (
            100, 101,
            {
                99.90: "BB", 99.95: "B", 100.05: "B", 100.06: "MID", 100.94: "MID", 100.95: "A",
                101.05: "A", 101.06: "AA",
            },
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("mode", [CHANGE, SAMPLED])
def test_golden_sides(bid: float, ask: float, prices: dict[float, str], mode: int) -> None:
    found = {price: place(bid, ask, price, quote_mode=mode) for price in prices}

    assert {price: each.side.name for price, each in found.items()} == prices
    assert {each.quote_state for each in found.values()} == {QuoteState.OK}
    assert {each.confidence_ppm for each in found.values()} == {1_000_000}
    signs = {"BB": -1, "B": -1, "MID": 0, "A": 1, "AA": 1}
    assert {each.sign for each in found.values()} == {signs[name] for name in prices.values()}


@pytest.mark.parametrize("price", [10.00, 10.01, 10.02])
def test_crossed_quote_places_nothing_and_says_so(price: float) -> None:
    found = place(10.02, 10.00, price)

    assert (found.side, found.quote_state) == (EquitySide.MISSING, QuoteState.CROSSED)
    assert (found.sign, found.confidence_ppm, found.mid2) == (0, 0, None)
    assert found.age_us == 100_000


@pytest.mark.parametrize(("price", "side"), [(10.00, "MID"), (10.01, "AA"), (9.9999, "BB")])
def test_locked_quote_places_without_confidence(price: float, side: str) -> None:
    found = place(10.00, 10.00, price)

    assert found.side.name == side
    assert found.is_locked
    assert (found.sign, found.confidence_ppm) == (0, 0)
    assert (found.mid2, found.spread_micros) == (20_000_000, 0)


@pytest.mark.parametrize(
    ("bid", "ask"), [(None, 10.0), (10.0, None), (None, None), (0, 10.0), (-1, 10.0), (10.0, 0)]
)
def test_one_sided_quote_places_nothing(bid: float | None, ask: float | None) -> None:
    found = place(bid, ask, 10.0)

    assert (found.side, found.quote_state) == (EquitySide.MISSING, QuoteState.ONE_SIDED)


@pytest.mark.parametrize(
    "print_", [unquoted_print(), equity_print(quote_mode=0), equity_print(quote_mode=INDICATIVE)]
)
def test_without_an_nbbo_there_is_no_place(print_: StampedEquityPrint) -> None:
    found = place_equity(print_, PARAMS)

    assert (found.side, found.quote_state) == (EquitySide.MISSING, QuoteState.MISSING)
    assert found.age_us is None
    assert mid2_of(print_, PARAMS) is None


@pytest.mark.parametrize(
    ("print_", "side"),
    [
        (aged(1_000, quote_mode=SAMPLED), "A"),
        (aged(1_000.001, quote_mode=SAMPLED), "STALE"),
        # A living feed of changes: its quote stands for a quarter of an hour.
        (aged(1_100, quote_mode=CHANGE), "A"),
        (aged(900_000, quote_mode=CHANGE, quote_silence_us=1_000_000), "A"),
        (aged(900_000.001, quote_mode=CHANGE), "STALE"),
        # A silent one is not known to be alive: then age decides, by the one setting.
        (aged(1_000, quote_mode=CHANGE, quote_silence_us=1_000_001), "A"),
        (aged(1_001, quote_mode=CHANGE, quote_silence_us=1_000_001), "STALE"),
        (aged(1_001, quote_mode=CHANGE, quote_silence_us=None), "A"),
    ],
)
def test_age_takes_the_side_only_from_sampled_or_silent_feeds(
    print_: StampedEquityPrint, side: str
) -> None:
    found = place_equity(print_, PARAMS)

    assert found.side.name == side
    assert (mid2_of(print_, PARAMS) is None) == (side == "STALE")
    assert found.quote_state is (QuoteState.STALE if side == "STALE" else QuoteState.OK)


@pytest.mark.parametrize(
    ("mode", "silence_us", "age_ms", "ppm"),
    [
        (SAMPLED, 0, 0, 1_000_000),
        (SAMPLED, 0, 100, 1_000_000),
        (SAMPLED, 0, 550, 750_000),
        (SAMPLED, 0, 1_000, 500_000),
        (CHANGE, 2_000_000, 1_000, 500_000),
        (CHANGE, 0, 1_000, 1_000_000),
        (CHANGE, 0, 61_000, 500_000),
        (CHANGE, 0, 121_000, 333_333),
    ],
)
def test_confidence_falls_with_the_age_of_the_quote(
    mode: int, silence_us: int, age_ms: int, ppm: int
) -> None:
    print_ = equity_print(quote_mode=mode, quote_silence_us=silence_us)

    assert quote_confidence_ppm(print_, age_ms * 1_000, PARAMS) == ppm


def test_a_limit_below_what_is_fresh_loses_nothing() -> None:
    strict = Params.from_values({"equity_quote_max_age_ms": 100})

    assert quote_confidence_ppm(equity_print(), 100_000, strict) == 1_000_000


def test_late_report_is_not_joined() -> None:
    late = equity_print(exec_ts=T0 - 10_000_001)
    found = place_equity(late, PARAMS)

    assert (found.side, found.sign, found.confidence_ppm) == (EquitySide.LATE, 0, 0)
    assert mid2_of(late, PARAMS) is None


def test_report_within_ten_seconds_has_the_age_at_its_execution() -> None:
    # ts - exec_ts = 10 s; the stamp's quote stood 200 ms before the execution
    print_ = equity_print(exec_ts=T0 - 10_000_000, quote_ts=T0 - 10_200_000)

    assert place_equity(print_, PARAMS).side is EquitySide.MID
    assert place_equity(print_, PARAMS).age_us == 200_000


def test_execution_after_its_report_is_a_wrong_clock() -> None:
    assert place_equity(equity_print(exec_ts=T0 + 5), PARAMS).age_us == 100_000


@pytest.mark.parametrize(
    ("micros", "improved"),
    [
        (10_000_000, False),
        (10_000_001, True),
        (10_003_999, True),
        (10_004_000, False),
        (10_005_000, False),
        (10_006_000, False),
        (10_006_001, True),
        (10_009_999, True),
        (1_000_100, True),
        (999_900, False),  # quoted in hundredths of a cent
        (500_100, False),
    ],
)
def test_sub_penny_improvement(micros: int, improved: bool) -> None:
    assert is_price_improved(micros) is improved
    assert place_equity(equity_print(price_micros=micros), PARAMS).is_price_improved is improved


def test_ticks_are_finer_below_a_dollar() -> None:
    assert (tick_micros(1_000_000), tick_micros(999_999)) == (10_000, 100)


def test_moves_are_rounded_and_never_negative_zero() -> None:
    assert move_bps(1_000_000_000, 1_000_123_456) == 1.2346
    assert str(move_bps(1_000_000_000, 999_999_999)) == "0.0"


def test_numbers_are_those_of_the_option_sides() -> None:
    assert {side.name: int(side) for side in Side} == {
        side.name: int(side) for side in EquitySide if side is not EquitySide.LATE
    }


prices = st.integers(1, 2_000_000_000)


@given(prices, st.integers(1, 5_000_000), st.integers(-3_000_000, 8_000_000))
def test_sides_are_those_of_exact_fractions(bid: int, spread: int, above: int) -> None:
    ask, price = bid + spread, bid + above
    tolerance = min(max(Fraction(10_000), Fraction(spread, 20)), Fraction(spread, 4))
    if price > ask + tolerance:
        expected = "AA"
    elif price >= ask - tolerance:
        expected = "A"
    elif price < bid - tolerance:
        expected = "BB"
    else:
        expected = "B" if price <= bid + tolerance else "MID"

    assert side_of(price, bid, ask).name == expected


@given(prices, st.integers(1, 5_000_000), st.integers(-3_000_000, 8_000_000))
def test_sides_are_mirrored(bid: int, spread: int, above: int) -> None:
    ask = bid + spread
    other = {"AA": "BB", "A": "B", "MID": "MID", "B": "A", "BB": "AA"}

    assert side_of(ask - above, bid, ask).name == other[side_of(bid + above, bid, ask).name]


@given(
    st.fixed_dictionaries(
        {
            side: st.none() | st.integers(-5, 5).map(lambda cents: 10_000_000 + cents * 10_000)
            for side in ("bid_micros", "ask_micros")
        }
        | {
            "quote_mode": st.sampled_from([0, CHANGE, SAMPLED, INDICATIVE]),
            "quote_silence_us": st.sampled_from([None, 0, 2_000_000]),
            "exec_ts": st.sampled_from([None, T0 - 5_000_000, T0 - 20_000_000]),
        }
    ),
    st.sampled_from([1, 900_000, 1_500_000, 1_000_000_000]),
)
def test_the_short_way_to_the_mid_agrees(fields: dict[str, Any], age_us: int) -> None:
    print_ = equity_print(quote_ts=(fields["exec_ts"] or T0) - age_us, **fields)

    assert mid2_of(print_, PARAMS) == place_equity(print_, PARAMS).mid2
