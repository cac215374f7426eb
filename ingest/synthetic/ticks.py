"""Price increments, and quotes and trade prices on them. Units: micro-dollars unless named."""

from flow.domain.units import MICROS
from ingest.synthetic.universe import DAILY_EXPIRIES, Listing

CENT = 10_000
_THREE_DOLLARS = 3 * MICROS


def stock_tick(price_micros: int) -> int:
    """Return the quoting increment of a stock. Source: Regulation NMS rule 612."""
    return CENT if price_micros >= MICROS else 100


def option_tick(listing: Listing, price_micros: int) -> int:
    """Return the increment of an option. Source: the penny programme (5 cents from $3 on, SPY, QQQ
    and IWM none), and 5 and 10 cents for all other classes.
    """
    if listing.symbol in DAILY_EXPIRIES:
        return CENT
    near, far = (CENT, 5 * CENT) if listing.is_penny_class else (5 * CENT, 10 * CENT)
    return near if price_micros < _THREE_DOLLARS else far


def option_quote(listing: Listing, value: float, spread: float) -> tuple[int, int]:
    """Return bid and ask around a value in dollars; a bid of 0 says that nobody bids.

    Each side is rounded away from the value, so that the value lies inside and no side gives
    exercise away. That widens a quote by a tick on average, of which half is taken off before.
    """
    half = 0.5 * max(0.0, spread - 0.5 * option_tick(listing, int(value * MICROS)) / MICROS)
    low = int((value - half) * MICROS)
    tick = option_tick(listing, low)
    bid = low // tick * tick if low >= tick else 0
    high = max(bid + 1, int((value + half) * MICROS))
    tick = option_tick(listing, high)
    return bid, -(-high // tick) * tick
