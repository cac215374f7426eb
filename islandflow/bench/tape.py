"""What is due in the measured market becomes events with prices."""

from collections.abc import Callable

from flow.domain.events import EquityPrint, EquityQuote, MarketEvent, OptionPrint, OptionQuote, Rank
from flow.domain.units import MICROS
from islandflow.bench.market import CENT, Dice, Market

BELOW, BID, INSIDE, ASK, ABOVE = range(5)  # where a print lies against its quote
_TRFS = (151, 153)

Due = tuple[int, int, int, int, int, int, int, tuple[int, ...]]
"""ts, rank, number, listing, side, size, venue, conditions: an event that has no price yet."""


class Tape:
    """Gives what is due its price: quotes wander by a cent, prints refer to the standing quote."""

    def __init__(self, dice: Dice, market: Market) -> None:
        self._dice = dice
        self._market = market
        self._mids = list(market.premiums)
        self._spots = list(market.spots)
        self._makers: dict[int, Callable[[Due], MarketEvent]] = {
            int(Rank.EQUITY_QUOTE): self._equity_quote,
            int(Rank.OPTION_QUOTE): self._option_quote,
            int(Rank.EQUITY_PRINT): self._equity_print,
            int(Rank.OPTION_PRINT): self._option_print,
        }

    def print_one(self, due: Due) -> MarketEvent:
        """Return the event; must be asked in the order of time."""
        return self._makers[due[1]](due)

    def _option_quote(self, due: Due) -> OptionQuote:
        listing = due[3]
        step = self._dice.pick((-CENT, 0, 0, CENT))
        mid = self._mids[listing] = max(2 * CENT, self._mids[listing] + step)
        bid, ask = _around(mid, 40)
        sizes = 1 + self._dice.below(200), 1 + self._dice.below(200)
        return OptionQuote(
            due[0], self._dice.uid(), self._market.contracts[listing], bid, ask, *sizes
        )

    def _option_print(self, due: Due) -> OptionPrint:
        ts, _, _, listing, side, size, venue, conditions = due
        return OptionPrint(
            ts,
            self._dice.uid(),
            self._market.contracts[listing],
            _price(*_around(self._mids[listing], 40), side),
            size,
            venue,
            conditions,
        )

    def _equity_quote(self, due: Due) -> EquityQuote:
        listing = due[3]
        step = self._dice.pick((-2 * CENT, -CENT, 0, 0, CENT, 2 * CENT))
        spot = self._spots[listing] = max(100 * CENT, self._spots[listing] + step)
        bid, ask = _around(spot, 4_000)
        return EquityQuote(due[0], self._dice.uid(), self._market.symbols[listing], bid, ask, 3, 5)

    def _equity_print(self, due: Due) -> EquityPrint:
        ts, _, _, listing, side, size, venue, _ = due
        price = _price(*_around(self._spots[listing], 4_000), side)
        return EquityPrint(
            ts,
            self._dice.uid(),
            self._market.symbols[listing],
            price,
            size * MICROS,
            venue,
            off_exchange=venue in _TRFS,
        )


def _around(mid: int, part: int) -> tuple[int, int]:
    """Return bid and ask in whole cents, about one part of the mid apart, at least a cent."""
    half = max(CENT // 2, mid // (2 * part))
    bid = max(CENT, (mid - half) // CENT * CENT)
    return bid, max(bid + CENT, -(-(mid + half) // CENT) * CENT)


def _price(bid: int, ask: int, side: int) -> int:
    if side == INSIDE:
        return (bid + ask) // 2
    return (max(CENT, bid - CENT), bid, 0, ask, ask + CENT)[side]
