"""What options are worth: implied volatility by symbol, strike and time, and Black-Scholes.

Without interest and dividends: then exercising early is never worth it, American options are worth
what European ones are, and call minus put is spot minus strike at every strike.
"""

from ingest.synthetic.exact import cdf, density, log, sqrt
from ingest.synthetic.universe import Listing

_YEAR_US = 365 * 86_400 * 1_000_000
_LEAST_US = 120 * 1_000_000  # the last two minutes are worth as much as two minutes
_SESSIONS = 15.874507866387544  # root of 252 sessions a year
MIN_IV, MAX_IV = 0.05, 4.0
# Slope and curvature by standard deviations from the money (guess: index puts are dearer, single
# names smile), and how much a fall of the market lifts all volatilities.
_FUND_SKEW, _STOCK_SKEW, _SMILE = 0.055, 0.025, 0.012
_LEVERAGE = 2.0


def years_left(close_us: int, ts_us: int) -> float:
    """Return the time to expiry in years of 365 days."""
    return max(close_us - ts_us, _LEAST_US) / _YEAR_US


def implied_volatility(
    listing: Listing, *, spot: float, strike: float, years: float, market: float
) -> float:
    """Return the yearly implied volatility of a strike; `market` is the market's log return."""
    level = listing.volatility * _SESSIONS * (0.96 + 0.06 / (1.0 + 4.0 * years))
    level *= max(0.6, min(2.0, 1.0 - _LEVERAGE * market))
    away = log(strike / spot) / (level * sqrt(years) + 0.01)
    away = max(-4.0, min(4.0, away))
    skew = _FUND_SKEW if listing.is_fund else _STOCK_SKEW
    return max(MIN_IV, min(MAX_IV, level * (1.0 - skew * away + _SMILE * away * away)))


def value_and_greeks(
    spot: float, strike: float, years: float, iv: float, *, is_call: bool
) -> tuple[float, float, float]:
    """Return the Black-Scholes value in dollars a share, its delta and its vega (to 1.0 of iv)."""
    deviation = iv * sqrt(years)
    d1 = log(spot / strike) / deviation + 0.5 * deviation
    near, far = cdf(d1), cdf(d1 - deviation)
    value = spot * near - strike * far
    vega = spot * density(d1) * sqrt(years)
    if is_call:
        return max(value, 0.0), near, vega
    return max(value - spot + strike, 0.0), near - 1.0, vega
