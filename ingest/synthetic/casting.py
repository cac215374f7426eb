"""Which underlyings can play what: classes of the universe, by how their options trade."""

from collections.abc import Callable
from functools import lru_cache

from flow.domain.securities import DEFAULT_ETFS
from ingest.synthetic.scenarios.ranges import Ranges
from ingest.synthetic.scenarios.scenario import Scenario
from ingest.synthetic.stage import Stage
from ingest.synthetic.universe import Listing, universe

# Ranks by turnover (guess): options of these trade all day, and their quotes are alive.
STOCKS_TO, VOLATILE_TO, QUOTED_CLOSE_TO, PENNY_SPREAD_TO = 150, 110, 60, 60
VOLATILE_FROM = 0.022  # daily volatility
CHEAP_TO = 150.0  # dollars; above, quotes of the most liquid names are wider than a cent


@lru_cache(maxsize=32)
def players(cast: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return the symbols of a class, the one that trades most first, or those that are named.

    Errors: ValueError for a class that nobody knows.
    """
    names = universe()
    if not isinstance(cast, str):
        return tuple(symbol for symbol in cast if symbol in names.by_symbol)
    test = _TESTS.get(cast)
    if test is None:
        raise ValueError(f"cast is {cast}; expected one of {', '.join(sorted(_TESTS))}")
    return tuple(each.symbol for each in names.listings if test(each))


def cast_at(
    scenario: Scenario, stage: Stage, ts_us: int, ranges: Ranges | None = None
) -> tuple[str, ...]:
    """Return who can play a scenario by the earnings calendar of an instant.

    Where nobody of its cast can, its understudies are asked.
    """
    for cast in (scenario.cast, scenario.understudies):
        found = tuple(
            name
            for name in players(cast)
            if scenario.fits(stage.earnings.days_ahead(name, ts_us), ranges)
        )
        if found:
            return found
    return ()


def _is_stock(each: Listing) -> bool:
    return not each.is_fund and each.number < STOCKS_TO


def _is_fund(each: Listing) -> bool:
    return each.symbol in DEFAULT_ETFS


def _moves(each: Listing) -> bool:
    return each.volatility >= VOLATILE_FROM


def _is_volatile(each: Listing) -> bool:
    return not each.is_fund and each.number < VOLATILE_TO and _moves(each)


def _is_quoted_close(each: Listing) -> bool:
    return not each.is_fund and each.number < QUOTED_CLOSE_TO


def _is_cheap_and_liquid(each: Listing) -> bool:
    return not each.is_fund and each.number < PENNY_SPREAD_TO and each.price < CHEAP_TO


_TESTS: dict[str, Callable[[Listing], bool]] = {
    "stock": _is_stock,
    "fund": _is_fund,
    "volatile": _is_volatile,
    "quoted_close": _is_quoted_close,
    "liquid_stock": _is_cheap_and_liquid,
}
