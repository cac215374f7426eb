"""A scene being written: legs, steps in their order, and the helpers that every family uses."""

import hashlib
from collections.abc import Sequence

import msgspec

from flow.domain.condition_table import BY_LETTER
from flow.domain.contracts import Right, parse_contract
from flow.domain.units import SECOND_US
from ingest.synthetic.scenarios.dice import Dice
from ingest.synthetic.scenarios.setting import Setting, Unplayable
from ingest.synthetic.steps import (
    EquityTrade,
    Halt,
    IvMove,
    Label,
    Lean,
    OptionTrade,
    Place,
    QuoteOutage,
    Scene,
    SpotMove,
    Step,
    WideQuotes,
)
from ingest.synthetic.tables import (
    ODD_LOT,
    OFF_EXCHANGE_VENUES,
    OPTION_VENUES,
    REGULAR,
    REPORT_DELAYS,
    STOCK_VENUES,
    delay_of,
)

# Source: Boehmer, Jones, Zhang, Zhang (2021): wholesalers improve by hundredths of a cent, most by
# a little. What is improved by more than a quarter of the spread has no side any more.
IMPROVED_MICROS, IMPROVED_MOST = 100, 4
AUTO, ISO = BY_LETTER["I"], BY_LETTER["S"]
AUCTION, CROSS = BY_LETTER["a"], BY_LETTER["c"]
PACKAGE, STOCK_TIED, STOCK_TIED_SINGLE = BY_LETTER["f"], BY_LETTER["n"], BY_LETTER["r"]
# How long a scene sets up its context (moves, wider quotes, news) before its flow begins. The move
# that the product stamps looks back 60 s, so that a context of 40 s is wholly seen.
LEAD_US = 40 * SECOND_US
TAIL_US = 5 * SECOND_US
MULTIPLIER, ROUND_LOT = 100, 100
SLACK = 8  # a listed expiry may be an eighth farther or nearer than the days asked for
NEUTRAL = frozenset({"vol_seller", "arbitrage"})  # whatever their sides: platform.md 4.6
LEAST_SIZE = 10  # contracts of a packet that may become an event: options-engine errata 2


class Draft:
    """Collects the parts of one scene in a setting."""

    def __init__(self, setting: Setting, dice: Dice) -> None:
        self.setting = setting
        self.dice = dice
        self.legs: list[str] = []
        self.steps: list[Step] = []
        self.direction: Lean = "unknown"
        self.end_us = 0

    def leg(self, contract: str) -> int:
        """Return the number of a contract in the scene."""
        if contract not in self.legs:
            self.legs.append(contract)
        return self.legs.index(contract)

    def add(self, step: Step) -> int:
        """Append a step; return its place in the timeline."""
        self.steps.append(step)
        self.end_us = max(self.end_us, getattr(step, "at_us", 0) + lasting_us(step))
        return len(self.steps) - 1

    def choose(
        self, dte: Sequence[int], strike: tuple[float, float], right: Right,
        least_micros: int = 0, widest_bps: int = 0,
    ) -> str:  # fmt: skip
        """Return a contract by days to expiry and strike over spot; puts mirror the strike.

        The days are tried in random order until a contract costs at least `least_micros` and is
        quoted no wider than `widest_bps` of its middle.
        Errors: Unplayable where none does.
        """
        setting, dice = self.setting, self.dice
        ratio = dice.real(strike)
        for days in dice.sample(dte, len(dte)):
            contract = setting.contract(days, ratio if right == "C" else 2 - ratio, right)
            if not self._is_in(dte, contract):
                continue
            middle = setting.mid_micros(contract)
            if middle < max(least_micros, 1):
                continue
            if not widest_bps or setting.width_micros(contract) * 10_000 <= widest_bps * middle:
                return contract
        raise Unplayable(
            f"{setting.symbol} has no {right} at {ratio:.3f} of spot in {tuple(dte)} days that"
            f" costs {least_micros} micro-dollars and is quoted within {widest_bps or 'any'} bps"
        )

    def _is_in(self, dte: Sequence[int], contract: str) -> bool:
        """Return whether the nearest listed expiry is about as far as one of the days."""
        real = days_of(self, contract)
        least, most = min(dte), max(dte)
        return least - least // SLACK <= real <= most + most // SLACK

    def size_for(self, contract: str, premium_usd: int) -> int:
        """Return how many contracts cost a premium at the middle.

        Errors: Unplayable where an event's least size costs more than that.
        """
        price = self.setting.mid_micros(contract)
        size = max(1, round(premium_usd * 1_000_000 / (price * MULTIPLIER)))
        if size < LEAST_SIZE <= premium_usd // 1_000:
            raise Unplayable(f"{contract} costs {price} micro-dollars; too much for {premium_usd}")
        return size

    def split(self, total: int, parts: int) -> list[int]:
        """Return whole sizes of about a third up or down that add up, each at least 1."""
        weights = [self.dice.whole((67, 133)) for _ in range(parts)]
        sizes = [max(1, total * weight // sum(weights)) for weight in weights]
        sizes[0] += max(0, total - sum(sizes))
        return sizes

    def trade(  # noqa: PLR0917 - one print, in the order in which a tape tells it
        self, at_us: int, leg: int, size: int, place: Place, venue: int, code: int
    ) -> int:
        """Append an option print."""
        return self.add(
            OptionTrade(
                at_us=at_us, leg=leg, size=size, place=place, venue=venue, conditions=(code,)
            )
        )  # fmt: skip

    def stock(self, at_us: int, size: int, place: Place) -> int:
        """Append a lit print of the underlying."""
        venue = self.dice.pick(STOCK_VENUES)
        return self.add(
            EquityTrade(at_us=at_us, size=size, place=place, venue=venue, conditions=sale_of(size))
        )

    def off_exchange(
        self, at_us: int, size: int, place: Place, *, report_us: int = 0, is_improved: bool = False
    ) -> int:
        """Append an off-exchange print that is made at `at_us`.

        It is reported as soon as others are, or `report_us` later. One that is improved is so by a
        few hundredths of a cent.
        """
        report = report_us or delay_of(REPORT_DELAYS, self.dice.bits())
        improvement = IMPROVED_MICROS * self.dice.whole((1, IMPROVED_MOST)) if is_improved else 0
        return self.add(
            EquityTrade(
                at_us=at_us + report, size=size, place=place,
                venue=self.dice.pick(OFF_EXCHANGE_VENUES), conditions=sale_of(size),
                off_exchange=True, report_us=report, improvement_micros=improvement,
            )
        )  # fmt: skip

    def venue(self) -> int:
        """Return an option venue, by its share."""
        return self.dice.pick(OPTION_VENUES)

    def venues(self, count: int) -> list[int]:
        """Return option venues by their shares, each once as long as there are any."""
        found: list[int] = []
        most = len(set(OPTION_VENUES))
        while len(found) < min(count, most):
            venue = self.venue()
            if venue not in found:
                found.append(venue)
        return [found[number % most] for number in range(count)]

    def scene(self, label: Label) -> Scene:
        """Return the finished scene, its steps untouched: their places are what others refer to."""
        setting = self.setting
        told = f"{setting.symbol}/{setting.start_us}/{self.dice.key}/{label.scenario}"
        direction = "neutral" if label.profile in NEUTRAL else self.direction
        return Scene(
            uid=hashlib.blake2b(told.encode(), digest_size=16).digest(),
            symbol=setting.symbol,
            start_us=setting.start_us,
            length_us=self.end_us + TAIL_US,
            contracts=tuple(self.legs),
            steps=tuple(self.steps),
            label=msgspec.structs.replace(label, direction=direction),
        )


def sale_of(size: int) -> tuple[int, ...]:
    """Return the sale conditions of an ordinary print, as the background has them."""
    return ODD_LOT if size < ROUND_LOT else REGULAR


def lasting_us(step: Step) -> int:
    """Return how long a step goes on: a scene ends when all that it does to the market is over."""
    if isinstance(step, SpotMove | IvMove):
        return 2 * step.over_us + step.keep_us
    if isinstance(step, Halt | QuoteOutage | WideQuotes):
        return step.for_us
    return 0


def days_of(draft: Draft, contract: str) -> int:
    """Return the calendar days from the trade date to a contract's expiry."""
    return parse_contract(contract).expiry - draft.setting.trade_date
