"""The stream that the engine is measured on: one synthetic market, the same events for one seed.

Sizes and densities are those of performance.md, section 0, so that figures compare; not a model of
anything. Whole numbers only: every machine makes the same events.

    parent order   1 print, or a sweep of 3 to 30 within 250 ms (a fifth of those in 2 to 4 legs)
    its quotes     one for each leg, Exp(350 ms) before it; others of any contract at any time
    a spike        a short window; a quarter of the parent orders starts in one

busy: 600 s of event time. peak: the same orders in 60 s. crowd: 60 s, and every contract is as
likely as any other, so that more than ten times as many sessions are open at once as when busy.
"""

import math
from collections.abc import Sequence

from flow.domain.events import EquityPrint, EquityQuote, MarketEvent, OptionPrint, Rank
from flow.domain.units import MILLISECOND_US, SECOND_US
from islandflow.bench.market import START_US, Dice, Market, list_market
from islandflow.bench.tape import ABOVE, ASK, BELOW, BID, INSIDE, Due, Tape

FULL_EVENTS = 1_000_000
CROWD = "crowd"
SECONDS = {"busy": 600, "peak": 60, CROWD: 60}  # of a full stream; a shorter one is as dense
PRINTS, OPTION_QUOTES, EQUITY_QUOTES = 40, 40, 10  # percent of the events; the rest equity prints
EQUITY_PART = 5  # one event in five is an equity's
SWEPT, LEGGED, SPIKED = 20, 20, 25  # percent: of the orders, of the sweeps, of the orders
SPIKES, SPIKE_PART = 450, 4_000  # in a full stream; each lasts this part of its time
MOST_FILLS, MOST_LEGS = 30, 4
QUOTE_AGE_US, SWEEP_SPAN_US = 350 * MILLISECOND_US, 250 * MILLISECOND_US
# An exponential of mean 1,000 by its 1,024 quantiles.
_QUANTILES = tuple(round(-1_000 * math.log((step + 0.5) / 1_024)) for step in range(1_024))

# Contracts of one print and how often: with these about 4 % pass the default signal filter.
_SIZES = tuple(
    size
    for size, times in (
        (1, 300), (2, 160), (3, 90), (5, 110), (10, 140), (15, 40), (20, 50), (30, 30), (50, 36),
        (100, 21), (200, 9), (500, 4), (1_000, 2),
    )
    for _ in range(times)
)  # fmt: skip
_AUTO, _ISO, _COMPLEX = (ord("I"),), (ord("S"),), (ord("f"),)
_CONDITIONS = (*[_AUTO] * 13, (), (ord("a"),), (ord("a"),), _ISO, _ISO, _COMPLEX, (ord("c"),))
_OPTION_VENUES = (1, 2, 3, 5, 6, 7, 9, 10, 12, 13, 16, 17, 18, 19)
_EQUITY_VENUES = (105, 106, 108, 109, 110, 115, 116, 118, 151, 153)
_SIDES = (BELOW, *[BID] * 7, *[INSIDE] * 3, *[ASK] * 8, ABOVE)


def make_stream(events: int = FULL_EVENTS, shape: str = "busy", seed: int = 1) -> list[MarketEvent]:
    """Return the events in feed order: by (ts, kind), as a merge of the four feeds gives them.

    Shape: 40 % option prints, 40 % option quotes, 10 % equity quotes, 10 % equity prints.
    Errors: KeyError for an unknown shape.
    """
    dice = Dice(seed)
    market = list_market(dice, flat=shape == CROWD)
    due = _Schedule(dice, market, events, SECONDS[shape] * SECOND_US).make()
    tape = Tape(dice, market)
    return [tape.print_one(each) for each in due]


def make_equities(
    events: int = FULL_EVENTS // EQUITY_PART, shape: str = "busy", seed: int = 1
) -> list[MarketEvent]:
    """Return the equity half of a stream, in its order: as many quotes as prints.

    Shape: `events` of a stream that is five times as long. Errors: KeyError for an unknown shape.
    """
    whole = make_stream(EQUITY_PART * events, shape, seed)
    return [event for event in whole if isinstance(event, EquityPrint | EquityQuote)]


class _Schedule:
    """When what comes: made order by order, then sorted."""

    def __init__(self, dice: Dice, market: Market, events: int, full_us: int) -> None:
        self._dice = dice
        self._market = market
        self._events = events
        self._span_us = max(1, full_us * events // FULL_EVENTS)
        self._spike_us = full_us // SPIKE_PART
        spikes = max(1, SPIKES * events // FULL_EVENTS)
        self._spikes = [dice.below(self._span_us) for _ in range(spikes)]
        self._due: list[Due] = []

    def make(self) -> list[Due]:
        """Return everything that is due, in order."""
        below, span, pick = self._dice.below, self._span_us, self._dice.pick
        prints = self._events * PRINTS // 100
        quotes = self._events * OPTION_QUOTES // 100
        while prints:
            filled, quoted = self._order(prints)
            prints, quotes = prints - filled, quotes - quoted
        for _ in range(quotes):
            self._add(below(span), Rank.OPTION_QUOTE, self._contract(self._symbol()))
        for _ in range(self._events * EQUITY_QUOTES // 100):
            self._add(below(span), Rank.EQUITY_QUOTE, self._symbol())
        while len(self._due) < self._events:
            symbol, side, venue = self._symbol(), pick(_SIDES), pick(_EQUITY_VENUES)
            self._add(
                below(span), Rank.EQUITY_PRINT, symbol,
                side=side, size=100 * pick(_SIZES), venue=venue,
            )  # fmt: skip
        self._due.sort()
        return self._due

    def _order(self, most: int) -> tuple[int, int]:
        """Add one parent order of at most so many prints; return its prints and quotes."""
        dice, symbol = self._dice, self._symbol()
        if dice.below(100) < SPIKED:
            start = dice.pick(self._spikes) + dice.below(self._spike_us)
        else:
            start = dice.below(self._span_us)
        fills = legs = 1
        side, conditions = dice.pick(_SIDES), dice.pick(_CONDITIONS)
        if dice.below(100) < SWEPT:
            fills = min(most, 3 + dice.below(MOST_FILLS - 2))
            conditions = dice.pick((_ISO, _AUTO))
            if dice.below(100) < LEGGED:
                legs, conditions = 2 + dice.below(MOST_LEGS - 1), _COMPLEX
        contracts = [self._contract(symbol) for _ in range(legs)]
        for contract in contracts:
            age = dice.pick(_QUANTILES) * QUOTE_AGE_US // 1_000
            self._add(max(0, start - age), Rank.OPTION_QUOTE, contract)
        for place in range(fills):
            at = start + (dice.below(SWEEP_SPAN_US) if place else 0)
            self._add(
                at, Rank.OPTION_PRINT, contracts[place % legs],
                side=side, size=dice.pick(_SIZES), venue=dice.pick(_OPTION_VENUES),
                conditions=conditions,
            )  # fmt: skip
        return fills, legs

    def _symbol(self) -> int:
        return self._dice.weighted(self._market.symbol_weights)

    def _contract(self, symbol: int) -> int:
        weights = self._market.contract_weights
        return symbol * len(weights) + self._dice.weighted(weights)

    def _add(
        self,
        after_us: int,
        rank: int,
        listing: int,
        *,
        side: int = 0,
        size: int = 0,
        venue: int = 0,
        conditions: tuple[int, ...] = (),
    ) -> None:
        number = len(self._due)
        self._due.append(
            (START_US + after_us, int(rank), number, listing, side, size, venue, conditions)
        )


def open_at_once(events: Sequence[MarketEvent]) -> float:
    """Return how many contracts have printed within the last 250 ms, on average of every 100 ms."""
    seen: dict[str, int] = {}
    counts: list[int] = []
    tick = START_US
    for event in events:
        while event.ts >= tick:
            seen = {contract: ts for contract, ts in seen.items() if ts >= tick - SWEEP_SPAN_US}
            counts.append(len(seen))
            tick += 100 * MILLISECOND_US
        if isinstance(event, OptionPrint):
            seen[event.contract] = event.ts
    return sum(counts) / max(1, len(counts))
