"""The price of an option under Black, Scholes and Merton, its greeks, and its implied volatility.

European exercise: single names and ETFs are American, so a price in the money, where early exercise
is worth something, reads as more volatility than there is (`market` does not read such prices).
"""

import math
from dataclasses import dataclass
from typing import Annotated

import msgspec

from flow.domain.contracts import Right
from signals.engine.parameter import ParameterGroup, Tuned

LOWEST_VOLATILITY, HIGHEST_VOLATILITY = 0.001, 50.0  # the solver looks nowhere else
DAYS_PER_YEAR = 365  # source: options-engine.md 3.4
_MAX_STEPS = 100
_TOLERANCE = 1e-13  # relative; of the solver's answer
_RESOLUTION = 1e-12  # relative; a price this close to an arbitrage bound is the bound
_ROOT_2, _ROOT_2_PI = math.sqrt(2), math.sqrt(2 * math.pi)

_SPEC = "spec 22.5, guess"


@dataclass(frozen=True, kw_only=True)
class PricingParams(ParameterGroup):
    """What the model assumes and how far it is believed. PROPOSED here: the spec has no values."""

    risk_free_rate: Annotated[
        float, Tuned("per year", -0.05, 0.5, "Continuous rate that the model assumes", _SPEC)
    ] = 0.04
    dividend_yield: Annotated[
        float, Tuned("per year", 0, 0.5, "Continuous yield that the model assumes", _SPEC)
    ] = 0.0
    model_iv_min: Annotated[
        float, Tuned("per year", 0.001, 1, "Less volatility is not believed", _SPEC)
    ] = 0.01
    model_iv_max: Annotated[
        float, Tuned("per year", 1, 50, "More volatility is not believed", _SPEC)
    ] = 10.0
    model_iv_max_error: Annotated[
        float, Tuned("per year", 0.001, 10, "Half the spread may move it so far", _SPEC)
    ] = 0.1


class Valuation(msgspec.Struct, frozen=True, gc=False):
    """What the model says of one share of an option.

    Units: dollars; delta per dollar of spot, gamma per dollar squared, vega per 1.00 of volatility,
    theta per calendar day.
    """

    price: float
    delta: float
    gamma: float
    vega: float
    theta: float


def value_option(
    spot: float,
    strike: float,
    volatility: float,
    *,
    years: float,
    right: Right,
    rate: float,
    dividend: float,
) -> Valuation:
    """Return price and greeks of a European option.

    Shape: spot, strike, years and volatility are positive.
    Units: dollars; rates and volatility per year of 365 days, continuous.
    Source: Black and Scholes (1973), Merton (1973), with a continuous dividend yield.
    """
    w = 1 if right == "C" else -1
    root = math.sqrt(years)
    deviation = volatility * root
    d1 = (math.log(spot / strike) + (rate - dividend) * years) / deviation + deviation / 2
    asset = spot * math.exp(-dividend * years)
    cash = strike * math.exp(-rate * years)
    asset_part = w * asset * _normal_cdf(w * d1)
    cash_part = w * cash * _normal_cdf(w * (d1 - deviation))
    slope = asset * _normal_density(d1)
    decay = slope * volatility / (2 * root)
    return Valuation(
        price=asset_part - cash_part,
        delta=asset_part / spot,
        gamma=slope / (spot * spot * deviation),
        vega=slope * root,
        theta=(dividend * asset_part - rate * cash_part - decay) / DAYS_PER_YEAR,
    )


def implied_volatility(
    price: float,
    spot: float,
    strike: float,
    *,
    years: float,
    right: Right,
    rate: float,
    dividend: float,
) -> float | None:
    """Return the volatility per year at which the model gives a price.

    Newton on the logarithm of the price of the out-of-the-money option with the same time value
    (put-call parity), inside a bracket that every step narrows.
    Missing: None for a number that is not positive and finite, a price outside the no-arbitrage
    bounds of European options, and a volatility outside 0.1 % to 5 000 %.
    Source: put-call parity, Stoll (1969); normalised price of Black (1976).
    """
    if not _are_positive(price, spot, strike, years):
        return None
    forward = spot * math.exp((rate - dividend) * years)
    undiscounted = price * math.exp(rate * years)
    exercise = max(0.0, forward - strike if right == "C" else strike - forward)
    time_value = undiscounted - exercise
    if time_value <= _RESOLUTION * undiscounted:
        return None
    scale = math.sqrt(forward * strike)
    distance = -abs(math.log(forward / strike))
    target = time_value / scale
    if not 0 < target < math.exp(distance / 2) * (1 - _RESOLUTION):
        return None
    root = math.sqrt(years)
    deviation = _solve(target, distance, LOWEST_VOLATILITY * root, HIGHEST_VOLATILITY * root)
    return None if deviation is None else deviation / root


def _are_positive(*numbers: float) -> bool:
    return all(0 < number < math.inf for number in numbers)


def _solve(target: float, distance: float, low: float, high: float) -> float | None:
    """Return the deviation in [low, high] whose normalised price is the target."""
    if not _normalised(distance, low) <= target <= _normalised(distance, high):
        return None
    # The inflection of the price, or its tangent at the money: Newton starts near the answer.
    found = min(high, max(low, math.sqrt(-2 * distance), target * _ROOT_2_PI))
    for _ in range(_MAX_STEPS):
        value = _normalised(distance, found)
        if value < target:
            low = found
        else:
            high = found
        following = _newton(target, distance, found, value)
        if abs(following - found) <= _TOLERANCE * found:
            break
        found = following if low < following < high else math.sqrt(low * high)
    return found


def _newton(target: float, distance: float, deviation: float, value: float) -> float:
    """Return Newton's next deviation, 0 where the price is too flat to tell."""
    h, t = distance / deviation, deviation / 2
    slope = math.exp(-(h * h + t * t) / 2) / _ROOT_2_PI
    if value <= 0 or slope <= 0:
        return 0.0
    return deviation - value * math.log(value / target) / slope


def _normalised(distance: float, deviation: float) -> float:
    """Return the undiscounted price over sqrt(forward x strike), out of the money.

    `distance` is minus the absolute logarithm of forward over strike.
    """
    h, t = distance / deviation, deviation / 2
    tilt = math.exp(distance / 2)
    return tilt * _normal_cdf(h + t) - _normal_cdf(h - t) / tilt


def _normal_cdf(x: float) -> float:
    return math.erfc(-x / _ROOT_2) / 2


def _normal_density(x: float) -> float:
    return math.exp(-x * x / 2) / _ROOT_2_PI
