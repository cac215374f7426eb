"""Golden group G2 and the age and width rules (options-engine.md 7.3; errata 4, 7, 23, 36)."""

import pytest

from flow.domain.events import PrintFlag, QuoteMode
from signals.engine.params import Params
from signals.engine.placement import (
    QuoteState,
    Side,
    age_weight,
    is_wide,
    place,
    spread_bps,
    width_weight,
)
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

PARAMS = Params()


def cents(value: float) -> int:
    return round(value * 1_000_000)


def quoted(bid: float, ask: float, price: float, **changes: object):  # type: ignore[no-untyped-def]
    return stamped(
        bid_micros=cents(bid), ask_micros=cents(ask), price_micros=cents(price), **changes
    )


@pytest.mark.parametrize(
    ("bid", "ask", "price", "side"),
    [
        (1.20, 1.30, 1.31, "AA"),
        (1.20, 1.30, 1.30, "A"),
        (1.20, 1.30, 1.29, "MID"),
        (1.20, 1.30, 1.25, "MID"),
        (1.20, 1.30, 1.21, "MID"),
        (1.20, 1.30, 1.20, "B"),
        (1.20, 1.30, 1.19, "BB"),
        (1.00, 1.01, 0.99, "BB"),
        (1.00, 1.01, 1.00, "B"),
        (1.00, 1.01, 1.01, "A"),
        (1.00, 1.01, 1.02, "AA"),
        (1.00, 1.02, 1.00, "B"),
        (1.00, 1.02, 1.01, "MID"),
        (1.00, 1.02, 1.02, "A"),
        (2.00, 2.40, 2.43, "AA"),
        (2.00, 2.40, 2.42, "A"),
        (2.00, 2.40, 2.38, "A"),
        (2.00, 2.40, 2.37, "MID"),
        (2.00, 2.40, 2.02, "B"),
        (2.00, 2.40, 1.98, "B"),
        (2.00, 2.40, 1.97, "BB"),
    ],
)
def test_golden_side(bid: float, ask: float, price: float, side: str) -> None:
    assert place(quoted(bid, ask, price), PARAMS).side is Side[side]


@pytest.mark.parametrize(
    ("bid", "ask", "price", "state"),
    [(1.00, 1.00, 1.00, QuoteState.LOCKED), (1.05, 1.00, 1.02, QuoteState.CROSSED)],
)
def test_locked_and_crossed_take_no_side(
    bid: float, ask: float, price: float, state: QuoteState
) -> None:
    placement = place(quoted(bid, ask, price), PARAMS)

    assert (placement.side, placement.sign, placement.confidence) == (Side.MID, 0, 0.0)
    assert placement.quote_state is state
    assert placement.spread_pos is None


@pytest.mark.parametrize(
    "changes",
    [
        {"bid_micros": None},
        {"ask_micros": None},
        {"ask_micros": 0, "bid_micros": 0},
        {"quote_ts": None},
        {"quote_mode": int(QuoteMode.NONE)},
        {"quote_mode": int(QuoteMode.INDICATIVE)},
    ],
)
def test_without_a_usable_quote_is_missing(changes: dict[str, object]) -> None:
    placement = place(stamped(**changes), PARAMS)

    assert placement.side is Side.MISSING
    assert placement.quote_state is QuoteState.MISSING
    assert (placement.sign, placement.confidence, placement.spread_pos) == (0, 0.0, None)


def test_unquoted_builder_is_missing() -> None:
    assert place(unquoted(), PARAMS).side is Side.MISSING


# T: the print. Sampled feeds: the quote's age decides. Feeds of changes: the feed's silence does.
#
#   quote ----------- age ------------ T
#   last word of the feed -- silence - T
@pytest.mark.parametrize(
    ("mode", "age_us", "silence_us", "stale"),
    [
        (QuoteMode.SAMPLED, 1_500_000, 0, False),
        (QuoteMode.SAMPLED, 1_500_001, 0, True),
        (QuoteMode.SAMPLED, 1_501_000, 0, True),  # G2, last row
        (QuoteMode.SAMPLED, 0, 9_000_000, False),
        (QuoteMode.CHANGE, 60_000_000, 1_000_000, False),
        (QuoteMode.CHANGE, 60_000_000, 1_000_001, True),
        (QuoteMode.CHANGE, 900_000_000, 0, False),
        (QuoteMode.CHANGE, 900_000_001, 0, True),
        (QuoteMode.CHANGE, 1_000, None, False),
    ],
)
def test_staleness(mode: QuoteMode, age_us: int, silence_us: int | None, stale: bool) -> None:
    print_ = stamped(quote_mode=int(mode), quote_ts=T0 - age_us, quote_silence_us=silence_us)

    placement = place(print_, PARAMS)

    assert (placement.side is Side.STALE) == stale
    assert (placement.quote_state is QuoteState.STALE) == stale


@pytest.mark.parametrize(("age_ms", "weight"), [(0, 1.0), (100, 1.0), (800, 0.75), (1_500, 0.5)])
def test_age_weighs_sampled_quotes(age_ms: int, weight: float) -> None:
    print_ = stamped(quote_mode=int(QuoteMode.SAMPLED), quote_ts=T0 - age_ms * 1_000)

    assert place(print_, PARAMS).confidence == weight


def test_age_does_not_weigh_quotes_of_a_feed_of_changes() -> None:
    assert place(stamped(quote_ts=T0 - 800_000_000), PARAMS).confidence == 1.0
    assert age_weight(unquoted(), PARAMS) == 1.0


def test_age_weight_with_a_short_limit_does_not_divide_by_zero() -> None:
    params = Params.from_values({"nbbo_max_age_ms": 100})
    print_ = stamped(quote_mode=int(QuoteMode.SAMPLED), quote_ts=T0 - 100_000)

    assert age_weight(print_, params) == 1.0


@pytest.mark.parametrize(
    ("price", "conditions", "flags", "confidence"),
    [
        (4.20, (AUTO,), 0, 1.0),
        (4.10, (AUTO,), 0, 1.0),
        (4.15, (AUTO,), 0, 0.0),
        (4.30, (AUTO,), 0, 0.7),
        (4.00, (AUTO,), 0, 0.7),
        (4.30, (ISO,), 0, 1.0),
        (4.20, (ISO,), 0, 1.0),
        (4.20, (AUCTION,), 0, 0.25),
        (4.20, (CROSS,), 0, 0.0),
        (4.20, (COMPLEX,), 0, 0.0),
        (4.20, (), 0, 1.0),  # a feed that carries codes: no code is the regular trade
        (4.20, (), PrintFlag.CONDITIONS_UNKNOWN, 0.7),
        (4.20, (), PrintFlag.MINUTE_BAR, 0.7),
        (4.20, (AUTO,), PrintFlag.CONDITIONS_UNKNOWN, 1.0),
        (4.30, (), PrintFlag.CONDITIONS_UNKNOWN, 0.49),
    ],
)
def test_confidence(
    price: float, conditions: tuple[int, ...], flags: int, confidence: float
) -> None:
    print_ = quoted(4.10, 4.20, price, conditions=conditions, flags=int(flags))

    assert place(print_, PARAMS).confidence == pytest.approx(confidence, abs=1e-6)


@pytest.mark.parametrize(
    ("price", "sign"), [(4.30, 1), (4.20, 1), (4.15, 0), (4.10, -1), (4.00, -1)]
)
def test_sign(price: float, sign: int) -> None:
    assert place(quoted(4.10, 4.20, price), PARAMS).sign == sign


@pytest.mark.parametrize(
    ("price", "position"), [(4.00, 0.0), (4.10, 0.0), (4.125, 0.25), (4.20, 1.0), (4.50, 1.0)]
)
def test_position_in_the_spread(price: float, position: float) -> None:
    assert place(quoted(4.10, 4.20, price), PARAMS).spread_pos == pytest.approx(position)


# Wide needs both: 800 basis points of the mid or more, and more than two ticks (0.01 below 3.00,
# else 0.05): a one-cent market at 0.10 is 1,000 basis points and not wide.
@pytest.mark.parametrize(
    ("bid", "ask", "wide"),
    [
        (0.10, 0.11, False),
        (0.10, 0.12, False),
        (0.10, 0.13, True),
        (1.00, 1.05, False),
        (0.96, 1.04, True),  # exactly 800 basis points
        (2.00, 2.16, False),  # 769 basis points
        (1.00, 1.20, True),
        (3.00, 3.10, False),
        (3.00, 3.30, True),
    ],
)
def test_wide(bid: float, ask: float, wide: bool) -> None:
    assert is_wide(cents(bid), cents(ask), PARAMS) is wide
    state = place(quoted(bid, ask, ask), PARAMS).quote_state
    assert (state is QuoteState.WIDE) is wide


def test_wide_at_the_boundary_counts_as_wide() -> None:
    assert spread_bps(cents(0.96), cents(1.04)) == 800.0
    assert width_weight(cents(0.96), cents(1.04), PARAMS) == 1.0


# Two ticks: 2 cents below $3, 10 cents from there on. All of these pass 100 basis points.
@pytest.mark.parametrize(
    ("bid", "ask", "wide"),
    [
        (2.96, 3.03, True),
        (2.97, 3.03, False),  # mid 3.00
        (4.96, 5.04, False),
        (4.95, 5.05, False),
        (4.94, 5.05, True),
        (1.00, 1.02, False),
        (1.00, 1.03, True),
    ],
)
def test_ticks_decide_where_few_basis_points_are_wide(bid: float, ask: float, wide: bool) -> None:
    assert is_wide(cents(bid), cents(ask), Params.from_values({"wide_spread_bps": 100})) is wide


@pytest.mark.parametrize(("bid", "ask", "bps"), [(4.1, 4.1, 0), (4.2, 4.1, 0), (1.0, 1.5, 4_000)])
def test_spread_in_basis_points_is_never_negative(bid: float, ask: float, bps: float) -> None:
    assert spread_bps(cents(bid), cents(ask)) == bps


def test_wide_quote_weighs_less_down_to_a_quarter() -> None:
    # 1.00 x 1.20 is 1818.18 basis points: 1 - 0.75 x 1018.18 / 2400 = 0.6818
    assert place(quoted(1.00, 1.20, 1.20), PARAMS).confidence == pytest.approx(0.681818, abs=1e-6)
    assert place(quoted(0.10, 1.00, 1.00), PARAMS).confidence == 0.25


@pytest.mark.parametrize(
    ("price", "side", "confidence"),
    [(0.02, "A", 1.0), (0.0, "B", 0.5), (0.01, "MID", 0.0)],
)
def test_one_sided_market(price: float, side: str, confidence: float) -> None:
    placement = place(quoted(0.0, 0.02, price), PARAMS)

    assert placement.side is Side[side]
    assert placement.quote_state is QuoteState.ONE_SIDED
    assert placement.confidence == confidence
