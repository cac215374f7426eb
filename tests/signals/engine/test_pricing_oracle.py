"""The model against QuantLib on a grid: calls and puts, hours to years, quiet to wild."""

import math
from itertools import product

import pytest
import QuantLib

from flow.domain.contracts import Right
from signals.engine.pricing import implied_volatility, value_option

SPOT = 100.0
RIGHTS: tuple[Right, ...] = ("C", "P")
STRIKES = (50, 70, 85, 95, 99, 100, 101, 105, 120, 150, 200)
YEARS = (1 / 8760, 6 / 8760, 1 / 365, 7 / 365, 30 / 365, 0.25, 1.0, 3.0)
VOLATILITIES = (0.03, 0.1, 0.2, 0.4, 0.8, 1.5, 3.0)
CARRIES = ((0.04, 0.0), (0.05, 0.02), (-0.01, 0.03), (0.0, 0.0))


def oracle(
    strike: float, volatility: float, *, years: float, right: Right, rate: float, dividend: float
) -> QuantLib.BlackCalculator:
    kind = QuantLib.Option.Call if right == "C" else QuantLib.Option.Put
    forward = SPOT * math.exp((rate - dividend) * years)
    return QuantLib.BlackCalculator(
        QuantLib.PlainVanillaPayoff(kind, strike),
        forward,
        volatility * math.sqrt(years),
        math.exp(-rate * years),
    )


@pytest.mark.parametrize(("rate", "dividend"), CARRIES)
@pytest.mark.parametrize("years", YEARS)
@pytest.mark.parametrize("right", RIGHTS)
def test_price_and_greeks_agree_with_quantlib(
    right: Right, years: float, rate: float, dividend: float
) -> None:
    for strike, volatility in product(STRIKES, VOLATILITIES):
        theirs = oracle(strike, volatility, years=years, right=right, rate=rate, dividend=dividend)
        ours = value_option(
            SPOT, strike, volatility, years=years, right=right, rate=rate, dividend=dividend
        )

        assert ours.price == pytest.approx(theirs.value(), rel=1e-9, abs=1e-11)
        assert ours.delta == pytest.approx(theirs.delta(SPOT), rel=1e-9, abs=1e-11)
        assert ours.gamma == pytest.approx(theirs.gamma(SPOT), rel=1e-9, abs=1e-11)
        assert ours.vega == pytest.approx(theirs.vega(years), rel=1e-9, abs=1e-11)
        assert ours.theta == pytest.approx(theirs.thetaPerDay(SPOT, years), rel=1e-9, abs=1e-11)


@pytest.mark.parametrize(("rate", "dividend"), CARRIES)
@pytest.mark.parametrize("years", YEARS)
@pytest.mark.parametrize("right", RIGHTS)
def test_volatility_of_quantlibs_price_is_the_one_it_was_made_of(
    right: Right, years: float, rate: float, dividend: float
) -> None:
    told = 0
    for strike, volatility in product(STRIKES, VOLATILITIES):
        theirs = oracle(strike, volatility, years=years, right=right, rate=rate, dividend=dividend)
        if theirs.vega(years) * volatility <= 1e-6 * SPOT:
            continue  # the price does not tell
        told += 1
        found = implied_volatility(
            theirs.value(), SPOT, strike, years=years, right=right, rate=rate, dividend=dividend
        )

        assert found == pytest.approx(volatility, abs=1e-9)
    assert told >= 15


@pytest.mark.parametrize("right", RIGHTS)
@pytest.mark.parametrize("strike", [80, 95, 100, 105, 120])
def test_volatility_agrees_with_quantlibs_own_search(right: Right, strike: float) -> None:
    kind = QuantLib.Option.Call if right == "C" else QuantLib.Option.Put
    for years, time_value in product((7 / 365, 0.25, 1.0), (0.05, 0.4, 1.5, 6.0, 20.0)):
        forward, discount = SPOT * math.exp(0.04 * years), math.exp(-0.04 * years)
        exercise = max(0.0, forward - strike if right == "C" else strike - forward)
        price = discount * exercise + time_value
        theirs = QuantLib.blackFormulaImpliedStdDev(
            kind, strike, forward, price, discount, 0.0, QuantLib.nullDouble(), 1e-13, 500
        )

        ours = implied_volatility(
            price, SPOT, strike, years=years, right=right, rate=0.04, dividend=0.0
        )

        assert ours == pytest.approx(theirs / math.sqrt(years), rel=1e-8)
