"""The model's price, greeks and implied volatility: known values, bounds, properties."""

import dataclasses
import math
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from flow.domain.contracts import Right
from signals.engine.params import PARAMETERS
from signals.engine.pricing import (
    HIGHEST_VOLATILITY,
    LOWEST_VOLATILITY,
    PricingParams,
    Valuation,
    implied_volatility,
    value_option,
)

TERMS: dict[str, Any] = {"years": 0.5, "right": "C", "rate": 0.1, "dividend": 0.0}


def value(spot: float, strike: float, volatility: float, **changes: Any) -> Valuation:
    return value_option(spot, strike, volatility, **(TERMS | changes))


def implied(price: float, spot: float, strike: float, **changes: Any) -> float | None:
    return implied_volatility(price, spot, strike, **(TERMS | changes))


# Hull, Options, Futures, and Other Derivatives: S 42, K 40, r 10 %, vol 20 %, six months: call
# 4.76, put 0.81 (chapter 15). S 49, K 50, r 5 %, vol 20 %, 20 weeks = 0.3846 years: delta 0.522,
# gamma 0.066, vega 12.1, theta -4.31 a year = -0.0118 a day (chapter 19).
def test_prices_of_the_textbook() -> None:
    assert value(42, 40, 0.2).price == pytest.approx(4.76, abs=0.005)
    assert value(42, 40, 0.2, right="P").price == pytest.approx(0.81, abs=0.005)


def test_greeks_of_the_textbook() -> None:
    found = value(49, 50, 0.2, years=0.3846, rate=0.05)

    assert found.delta == pytest.approx(0.522, abs=0.0005)
    assert found.gamma == pytest.approx(0.066, abs=0.0005)
    assert found.vega == pytest.approx(12.1, abs=0.05)
    assert found.theta == pytest.approx(-4.31 / 365, abs=0.00002)


# Index options of the textbook: S 930, K 900, r 8 %, q 3 %, vol 20 %, two months: call 51.83.
def test_price_with_a_dividend_yield() -> None:
    found = value(930, 900, 0.2, years=2 / 12, rate=0.08, dividend=0.03)

    assert found.price == pytest.approx(51.83, abs=0.005)


# At the money forward, no rates, deviation s: price = S (2 N(s/2) - 1) = S erf(s / sqrt 8), delta
# N(s/2), gamma n(s/2) / (S s), vega S n(s/2) sqrt T, theta = -S n(s/2) vol / (2 sqrt T).
@pytest.mark.parametrize(("volatility", "years"), [(0.2, 1.0), (0.8, 0.25), (3.0, 3.0)])
def test_closed_form_at_the_money(volatility: float, years: float) -> None:
    deviation = volatility * math.sqrt(years)
    density = math.exp(-deviation * deviation / 8) / math.sqrt(2 * math.pi)

    found = value(50, 50, volatility, years=years, rate=0.0)

    assert found.price == pytest.approx(50 * math.erf(deviation / math.sqrt(8)), rel=1e-13)
    assert found.delta == pytest.approx((1 + math.erf(deviation / math.sqrt(8))) / 2, rel=1e-13)
    assert found.gamma == pytest.approx(density / (50 * deviation), rel=1e-13)
    assert found.vega == pytest.approx(50 * density * math.sqrt(years), rel=1e-13)
    assert found.theta == pytest.approx(
        -50 * density * volatility / (2 * math.sqrt(years)) / 365, rel=1e-13
    )


# Far in the money a call is S e^-qT - K e^-rT: at S 1000, K 1, q 3 %, r 5 %, two years that is
# 1000 e^-0.06 - e^-0.1; delta e^-0.06; theta (0.03 x 1000 e^-0.06 - 0.05 e^-0.1) / 365.
def test_far_in_the_money_call_is_the_forward() -> None:
    found = value(1000, 1, 0.2, years=2.0, rate=0.05, dividend=0.03)
    asset, cash = 1000 * math.exp(-0.06), math.exp(-0.1)

    assert found.price == pytest.approx(asset - cash, rel=1e-14)
    assert found.delta == pytest.approx(math.exp(-0.06), rel=1e-14)
    assert found.theta == pytest.approx((0.03 * asset - 0.05 * cash) / 365, rel=1e-12)
    assert found.gamma == pytest.approx(0, abs=1e-30)
    assert found.vega == pytest.approx(0, abs=1e-30)


# And a put K e^-rT - S e^-qT with delta -e^-qT.
def test_far_in_the_money_put_is_the_forward() -> None:
    found = value(1, 1000, 0.2, years=2.0, rate=0.05, dividend=0.03, right="P")
    asset, cash = math.exp(-0.06), 1000 * math.exp(-0.1)

    assert found.price == pytest.approx(cash - asset, rel=1e-14)
    assert found.delta == pytest.approx(-math.exp(-0.06), rel=1e-14)
    assert found.theta == pytest.approx((0.05 * cash - 0.03 * asset) / 365, rel=1e-12)


@pytest.mark.parametrize("right", ["C", "P"])
@pytest.mark.parametrize(
    ("spot", "strike", "years", "volatility"),
    [
        (100, 105, 0.1, 0.4),
        (590, 590, 1 / 8760, 0.2),
        (12.5, 10, 2.5, 1.1),
        (6000, 5000, 0.02, 0.3),
    ],
)
def test_greeks_are_the_slopes_of_the_price(
    right: Right, spot: float, strike: float, years: float, volatility: float
) -> None:
    def at(**moved: float) -> Valuation:
        terms = {"spot": spot, "years": years, "volatility": volatility} | moved
        return value(
            terms["spot"], strike, terms["volatility"], years=terms["years"], right=right,
            rate=0.04, dividend=0.02,
        )  # fmt: skip

    ds, dv, dt = spot * 1e-5, volatility * 1e-4, years * 1e-4
    up, down, here = at(spot=spot + ds), at(spot=spot - ds), at()
    vega = (at(volatility=volatility + dv).price - at(volatility=volatility - dv).price) / (2 * dv)
    theta = (at(years=years - dt).price - at(years=years + dt).price) / (2 * dt) / 365

    assert here.delta == pytest.approx((up.price - down.price) / (2 * ds), rel=1e-4)
    assert here.gamma == pytest.approx((up.delta - down.delta) / (2 * ds), rel=1e-4)
    assert here.vega == pytest.approx(vega, rel=1e-4)
    assert here.theta == pytest.approx(theta, rel=1e-4)


volatilities = st.floats(0.03, 3)
markets = st.fixed_dictionaries(
    {
        "spot": st.floats(1, 10_000),
        "money": st.floats(0.5, 2),
        "years": st.floats(1 / 8760, 3),
        "rate": st.floats(-0.05, 0.1),
        "dividend": st.floats(-0.05, 0.1),
    }
)
rights = st.sampled_from(["C", "P"])


def read(market: dict[str, float]) -> tuple[float, float, dict[str, Any]]:
    """Return spot, strike, and the other terms."""
    terms: dict[str, Any] = dict(market)
    spot = terms.pop("spot")
    return spot, spot * terms.pop("money"), terms


@given(markets, volatilities)
def test_put_call_parity(market: dict[str, float], volatility: float) -> None:
    spot, strike, terms = read(market)
    rate, dividend, time = market["rate"], market["dividend"], market["years"]
    call, put = (value(spot, strike, volatility, right=right, **terms) for right in ("C", "P"))
    asset, cash = spot * math.exp(-dividend * time), strike * math.exp(-rate * time)

    assert call.price - put.price == pytest.approx(asset - cash, abs=1e-12 * (asset + cash))
    assert call.delta - put.delta == pytest.approx(asset / spot, rel=1e-12)
    assert (call.gamma, call.vega) == (put.gamma, put.vega)
    assert (call.theta - put.theta) * 365 == pytest.approx(
        dividend * asset - rate * cash, abs=1e-11 * (asset + cash) / math.sqrt(time)
    )
    assert 0 <= call.delta <= asset / spot
    assert call.gamma >= 0
    assert call.vega >= 0


@given(markets, volatilities, rights)
def test_volatility_survives_the_round_trip(
    market: dict[str, float], volatility: float, right: Right
) -> None:
    spot, strike, terms = read(market)
    found = value(spot, strike, volatility, right=right, **terms)
    assume(found.vega * volatility > 1e-6 * spot)  # else the price does not tell

    again = implied(found.price, spot, strike, right=right, **terms)

    assert again == pytest.approx(volatility, abs=1e-8)


@given(markets, rights, st.floats(0, 3, allow_subnormal=False))
def test_any_price_gives_a_volatility_of_that_price_or_none(
    market: dict[str, float], right: Right, times_spot: float
) -> None:
    spot, strike, terms = read(market)
    price = spot * times_spot

    found = implied(price, spot, strike, right=right, **terms)

    if found is not None:
        again = value(spot, strike, found, right=right, **terms).price
        assert LOWEST_VOLATILITY * (1 - 1e-9) <= found <= HIGHEST_VOLATILITY * (1 + 1e-9)
        assert again == pytest.approx(price, abs=1e-10 * (spot + strike))


@pytest.mark.parametrize("place", ["price", "spot", "strike", "years"])
@pytest.mark.parametrize("wrong", [0.0, -1.0, -0.0, math.nan, math.inf, -math.inf])
def test_number_that_is_not_positive_and_finite_has_no_volatility(place: str, wrong: float) -> None:
    terms = {"price": 5.0, "spot": 100.0, "strike": 100.0, "years": 0.5} | {place: wrong}

    assert implied(5.0, 100.0, 100.0) is not None
    assert implied(terms["price"], terms["spot"], terms["strike"], years=terms["years"]) is None


# European bounds at S 100, K 90, half a year, r 10 %, q 0: a call lies above
# 100 - 90 e^-0.05 = 14.389352 and below 100; the put of K 110 above 110 e^-0.05 - 100 = 4.635237
# and below 110 e^-0.05 = 104.635237. Out of the money the lower bound is 0.
@pytest.mark.parametrize(
    ("right", "strike", "low", "high"),
    [
        ("C", 90.0, 100 - 90 * math.exp(-0.05), 100.0),
        ("P", 110.0, 110 * math.exp(-0.05) - 100, 110 * math.exp(-0.05)),
        ("C", 110.0, 0.0, 100.0),
        ("P", 90.0, 0.0, 90 * math.exp(-0.05)),
    ],
)
def test_price_outside_the_arbitrage_bounds_has_no_volatility(
    right: Right, strike: float, low: float, high: float
) -> None:
    for price in (low - 1, low - 1e-6, low, high, high + 1e-6, high + 1):
        assert implied(price, 100.0, strike, right=right) is None
    for price in (low + 0.1, (low + high) / 2, high - 0.1):
        assert implied(price, 100.0, strike, right=right) is not None


# At the money without rates the price is S erf(vol sqrt T / sqrt 8).
@pytest.mark.parametrize(
    ("volatility", "is_found"),
    [
        (0.000999, False),
        (0.001001, True),
        (0.01, True),
        (10.0, True),
        (49.99, True),
        (50.01, False),
    ],
)
def test_volatility_is_looked_for_between_its_bounds(volatility: float, is_found: bool) -> None:
    price = 100 * math.erf(volatility * math.sqrt(1 / 365) / math.sqrt(8))

    found = implied(price, 100.0, 100.0, years=1 / 365, rate=0.0)

    assert (LOWEST_VOLATILITY, HIGHEST_VOLATILITY) == (0.001, 50.0)
    assert found == (pytest.approx(volatility, rel=1e-9) if is_found else None)


# A price that only rounding parts from a bound says nothing: within 1e-12 of it, relative.
@pytest.mark.parametrize(
    ("time_value", "is_found"), [(1e-13, False), (0.9e-10, False), (1.3e-10, True), (1e-6, True)]
)
def test_time_value_below_resolution_has_no_volatility(time_value: float, is_found: bool) -> None:
    found = implied(100 + time_value, 200.0, 100.0, rate=0.0)

    assert (found is not None) == is_found


@pytest.mark.parametrize(
    ("missing", "is_found"), [(1e-12, False), (0.5e-10, False), (1.5e-10, True), (1e-6, True)]
)
def test_price_just_below_the_upper_bound(missing: float, is_found: bool) -> None:
    found = implied(100 - missing, 100.0, 100.0, rate=0.0)

    assert (found is not None) == is_found


# Where the price hardly moves, the answer is still a bracket's width away at most.
@pytest.mark.parametrize("volatility", [6.0, 12.0, 18.0])
def test_flat_price_still_gives_the_volatility(volatility: float) -> None:
    price = value(100, 100, volatility, rate=0.0).price
    found = implied(price, 100.0, 100.0, rate=0.0)

    assert found == pytest.approx(volatility, rel=1e-4)


@pytest.mark.parametrize("money", [0.2, 0.5, 2.0, 5.0, 20.0])
@pytest.mark.parametrize("right", ["C", "P"])
def test_wings_where_newton_leaves_the_bracket(money: float, right: Right) -> None:
    for deviation in (0.06, 0.1, 0.2, 0.4, 1.0, 4.0):
        otm = right if (money > 1) == (right == "C") else ("P" if right == "C" else "C")
        price = value(100, 100 * money, deviation, years=1.0, right=otm, rate=0.0).price
        found = implied(price, 100.0, 100 * money, years=1.0, right=otm, rate=0.0)
        if price > 0:
            assert found == pytest.approx(deviation, rel=1e-9)
        else:
            assert found is None


# The search passes deviations at which the price vanishes though its slope does not, or is less
# than nothing by rounding.
@pytest.mark.parametrize(
    ("strike", "years", "volatility"),
    [
        (219.62349526555073, 0.11258603828561806, 0.985750437104405),
        (117.02911639347826, 0.000882572598137584, 0.3115494423738099),
        (103.78793094990326, 0.009595267261125756, 0.03233917399922183),
    ],
)
def test_search_through_prices_of_nothing(strike: float, years: float, volatility: float) -> None:
    price = value(100, strike, volatility, years=years, rate=0.0).price

    found = implied(price, 100.0, strike, years=years, rate=0.0)

    assert found == pytest.approx(volatility, rel=1e-9)


@pytest.mark.parametrize("price", [5e-324, 1e-322, 1e-310])
def test_price_at_the_end_of_floating_point_does_not_break(price: float) -> None:
    found = implied(price, 100.0, 150.0, rate=0.0)

    assert found is None or 0.001 <= found < 0.05
    assert implied(5e-324, 100.0, 150.0, rate=0.0) is None


def test_the_same_input_gives_the_same_bits() -> None:
    one = [implied(price / 7, 100.0, 104.0) for price in range(1, 200)]

    assert one == [implied(price / 7, 100.0, 104.0) for price in range(1, 200)]


@pytest.mark.parametrize(
    ("key", "default", "low", "high"),
    [
        ("risk_free_rate", 0.04, -0.05, 0.5),
        ("dividend_yield", 0.0, 0, 0.5),
        ("model_iv_min", 0.01, 0.001, 1),
        ("model_iv_max", 10.0, 1, 50),
        ("model_iv_max_error", 0.1, 0.001, 10),
    ],
)
def test_parameter_is_declared(key: str, default: float, low: float, high: float) -> None:
    parameter = next(each for each in PARAMETERS if each.key == key)

    assert dataclasses.asdict(PricingParams())[key] == default
    assert (parameter.default, type(parameter.default)) == (default, float)
    assert (parameter.minimum, parameter.maximum, parameter.unit) == (low, high, "per year")


def test_every_parameter_is_listed_here() -> None:
    assert len(dataclasses.fields(PricingParams)) == 5
