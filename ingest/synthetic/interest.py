"""Open interest of any listed contract: a function of (seed, contract, evening), for all alike.

Scenes and background read the same figures; nothing tells the contracts of a scene apart.
"""

from datetime import time

from flow.domain.contracts import parse_contract
from flow.domain.sessions import at_new_york
from ingest.synthetic.draws import key_of, unit
from ingest.synthetic.trading_days import trading_calendar
from ingest.synthetic.universe import Listing, universe

TOLD_AT = time(6, 30)  # New York: when the clearing house tells it (flow.domain.option_eod)
# Levels: 20 to 5,120 contracts, doubling, times what a name's options are favoured by (guess).
_LEAST, _DOUBLINGS = 20, 8
_DENSE_TO = 60  # ranks by turnover
_WOBBLE = 0.16  # from evening to evening (guess)


def evening_at(ts_us: int) -> int:
    """Return the newest evening whose open interest was told by an instant, as ordinal.

    Errors: ValueError outside the years of the synthetic market.
    """
    calendar = trading_calendar()
    today = calendar.locate(ts_us)[1]
    evening = calendar.trading_day_up_to(today - 1)
    while evening is not None and told_from(evening) > ts_us:
        evening = calendar.trading_day_up_to(evening - 1)
    if evening is None:
        raise ValueError(f"instant is {ts_us}; expected one of the years of the calendar")
    return evening


def told_from(evening: int) -> int:
    """Return the instant from which an evening's figures are known: the next morning."""
    return at_new_york(trading_calendar().next_trading_day(evening) or evening + 1, TOLD_AT)


def standing(seed: int, contract: str, evening: int) -> int:
    """Return how many contracts stood open at the end of a trading day."""
    bits = key_of("interest", seed, contract)
    level = (_LEAST << bits % _DOUBLINGS) * (1.0 + unit(bits))
    listing = universe().by_symbol.get(parse_contract(contract).underlying)
    level *= _favour(listing) if listing else 1.0
    today = unit(key_of("interest", seed, contract, evening))
    return int(level * (1.0 - _WOBBLE / 2 + _WOBBLE * today))


def _favour(listing: Listing) -> float:
    if listing.has_dailies:
        return 16.0
    if listing.has_midweeks:
        return 6.0
    return 2.0 if listing.number < _DENSE_TO else 1.0 if listing.has_weeklies else 0.4
