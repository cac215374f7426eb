"""What is listed in the measured market: 500 underlyings and 20,000 contracts, and its calendar."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, product
from math import isqrt
from random import Random
from typing import TypeVar

from flow.domain.sessions import Calendar, SessionDay
from flow.domain.units import SECOND_US

T = TypeVar("T")

CENT = 10_000
UNDERLYINGS = 500
EXPIRY_DAYS = (0, 2, 9, 37)
STRIKES = (0, 1, -1, 2, -2)  # steps from the money
START_US = 1_736_953_200_000_000  # 2025-01-15 10:00 in New York, half an hour after the open
_OPEN_US, _CLOSE_US = START_US - 1_800 * SECOND_US, START_US + 21_600 * SECOND_US
_TRADE_DATE = date(2025, 1, 15)
_KNOWN = ("SPY", "QQQ", "NVDA", "SPX", "TSLA", "AAPL", "IWM", "AMD", "MSFT", "AMZN")


class Dice:
    """Seeded whole numbers: the same on every machine."""

    def __init__(self, seed: int) -> None:
        self._bits = Random(seed).getrandbits  # noqa: S311 - repeatable on purpose, no secret

    def below(self, limit: int) -> int:
        """Return a number from 0 to `limit` - 1."""
        return (self._bits(32) * limit) >> 32

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of the choices."""
        return choices[(self._bits(32) * len(choices)) >> 32]

    def weighted(self, weights: Sequence[int]) -> int:
        """Return a place of cumulative weights."""
        return bisect_right(weights, self.below(weights[-1]))

    def uid(self) -> bytes:
        """Return 16 bytes."""
        return self._bits(128).to_bytes(16, "big")


@dataclass(frozen=True, slots=True)
class Market:
    """Listings by number; underlying u has the contracts from u * len(contract_weights) on."""

    symbols: tuple[str, ...]
    spots: tuple[int, ...]  # micro-dollars at the start
    contracts: tuple[str, ...]
    premiums: tuple[int, ...]  # micro-dollars around which a contract is quoted
    symbol_weights: tuple[int, ...]  # cumulative
    contract_weights: tuple[int, ...]  # cumulative, within one underlying


def list_market(dice: Dice, *, flat: bool = False) -> Market:
    """Return the listings: weight 1 / rank for underlyings, less for far strikes and dates.

    `flat`: every listing weighs the same.
    """
    symbols = tuple(_symbol(rank) for rank in range(UNDERLYINGS))
    spots = tuple((20 + dice.below(480)) * 100 * CENT for _ in symbols)
    contracts: list[str] = []
    premiums: list[int] = []
    for symbol, spot in zip(symbols, spots, strict=True):
        for days, away, right in _series():
            strike_usd = spot // (100 * CENT) + away * max(1, spot // (4_000 * CENT))
            expiry = (_TRADE_DATE + timedelta(days=days)).isoformat()
            contracts.append(f"{symbol}-{expiry}-{strike_usd}-{right}")
            premiums.append(_premium(spot, strike_usd * 100 * CENT, days, right))
    ranks = range(1, UNDERLYINGS + 1)
    return Market(
        symbols=symbols,
        spots=spots,
        contracts=tuple(contracts),
        premiums=tuple(premiums),
        symbol_weights=tuple(accumulate(1 if flat else 1_000_000 // rank for rank in ranks)),
        contract_weights=tuple(accumulate(1 if flat else _weight(*each) for each in _series())),
    )


def calendar() -> Calendar:
    """Return the one trading day of the measured market."""
    return Calendar([SessionDay(_TRADE_DATE.toordinal(), _OPEN_US, _CLOSE_US)])


def _series() -> list[tuple[int, int, str]]:
    return list(product(EXPIRY_DAYS, STRIKES, "CP"))


def _symbol(rank: int) -> str:
    if rank < len(_KNOWN):
        return _KNOWN[rank]
    letters = (rank // 676, rank // 26 % 26, rank % 26)
    return "Z" + "".join(chr(ord("A") + letter) for letter in letters)


def _premium(spot: int, strike: int, days: int, right: str) -> int:
    """Return a plausible price: intrinsic value and time value that shrinks away from the money."""
    inside = spot - strike if right == "C" else strike - spot
    time_value = spot * isqrt(100 * (days + 1)) // 4_000 - abs(spot - strike) // 3
    return max(5 * CENT, (max(0, inside) + max(0, time_value)) // CENT * CENT)


def _weight(days: int, away: int, right: str) -> int:
    return 1 + 60 // ((1 + EXPIRY_DAYS.index(days)) * (1 + abs(away))) + (right == "C")
