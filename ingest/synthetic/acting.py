"""Scenes at work: each step gets its price in the beat that it belongs to.

beat n    |q1 q2 q3|  prints of the instruments behind their quotes ...   |q1 q2 ...
               ^ a print here is of beat n - 1 for q3 and of beat n for q1

What is reported later belongs to the beat in which it was made.
"""

from collections import defaultdict
from hashlib import blake2b
from typing import Any

from flow.domain.events import EquityPrint, OptionPrint, TradingHalt
from flow.domain.units import MICROS
from ingest.synthetic.book import Book, OptionMarket, StockQuote
from ingest.synthetic.config import BEAT_US
from ingest.synthetic.echoes import corrected, taken_back
from ingest.synthetic.effects import Actor
from ingest.synthetic.sheet import Notice, Sheet
from ingest.synthetic.stage import Stage
from ingest.synthetic.steps import (
    Duplicate,
    EquityTrade,
    Halt,
    OptionTrade,
    Place,
    Scene,
    Story,
    Takeback,
)
from ingest.synthetic.ticks import option_tick, stock_tick
from ingest.synthetic.universe import Listing

Trade = OptionTrade | EquityTrade


class Part(Actor):
    """One scene with its contracts resolved and its steps by the beat that prices them."""

    __slots__ = ("by_beat", "echoes", "halts", "listing", "reach", "series")

    def __init__(self, scene: Scene, stage: Stage) -> None:
        """Resolve the names.

        Errors: ValueError for what is not listed, and for a trade made before the scene.
        """
        super().__init__(scene)
        self.listing = stage.listing(scene.symbol)
        self.series = [stage.series(text) for text in scene.contracts]
        self.by_beat: dict[int, list[int]] = defaultdict(list)
        self.echoes: dict[int, list[Takeback | Duplicate]] = defaultdict(list)
        self.reach: dict[int, int] = {}  # beat: the last wire instant that it brings
        self.halts: dict[int, list[TradingHalt]] = defaultdict(list)
        for halt in halts_of(scene):
            self.halts[halt.ts // BEAT_US].append(halt)
        for step in scene.steps:
            if isinstance(step, Takeback | Duplicate):
                self.echoes[step.of].append(step)
        for place, step in enumerate(scene.steps):
            self._arrange(place, step)

    def _arrange(self, place: int, step: Any) -> None:
        start = self.scene.start_us
        if isinstance(step, OptionTrade | EquityTrade):
            offset = (
                self.series[step.leg].offset_us
                if isinstance(step, OptionTrade)
                else self.listing.offset_us
            )
            at, made = start + step.at_us, _made_us(step)
            if made < 0:
                raise ValueError(
                    f"a trade of {self.scene.symbol} is made {-made} us before its scene"
                )
            beat = (start + made - offset - 1) // BEAT_US
            last = max([at + step.delay_us, *(start + each.at_us for each in self.echoes[place])])
            self.reach[beat] = max(self.reach.get(beat, 0), last)
        elif isinstance(step, Story):
            beat = (start + step.at_us) // BEAT_US
        else:
            return
        self.by_beat[beat].append(place)

    def prepare(self, book: Book, beat: int) -> None:
        """Say which contracts need a middle that can be traded."""
        for place in self.by_beat.get(beat, ()):
            step = self.scene.steps[place]
            if isinstance(step, OptionTrade) and step.place is Place.MID:
                book.needs_mid.add(self.series[step.leg].text)

    def act(self, sheet: Sheet, beat: int) -> None:
        """Write this scene's steps of a beat down."""
        scene = self.scene
        for place in self.by_beat.get(beat, ()):
            step = scene.steps[place]
            if isinstance(step, OptionTrade | EquityTrade):
                self._trade(sheet, place, step)
            elif isinstance(step, Story):
                ts = scene.start_us + step.at_us
                sheet.add(ts, Notice(ts=ts, symbol=scene.symbol, what=step), scene.uid)
        for halt in self.halts.get(beat, ()):
            sheet.add(halt.ts, halt, scene.uid)

    def quote(self, sheet: Sheet, beat: int) -> None:
        """Quote the scene's symbol and contracts: every beat a while, else every second one."""
        sheet.stock(self.listing)
        short = self.scene.length_us <= 120 * MICROS
        for series in self.series:
            if short or (beat + series.offset_us) % 4 == 0:
                sheet.option(series)

    def _trade(self, sheet: Sheet, place: int, step: Trade) -> None:
        scene = self.scene
        at = scene.start_us + step.at_us
        event: OptionPrint | EquityPrint
        if isinstance(step, OptionTrade):
            series = self.series[step.leg]
            price = option_price(step.place, sheet.option(series), series.listing)
            event = OptionPrint(
                at, sheet.uid(), series.text, price, step.size, step.venue, step.conditions
            )
        else:
            price = stock_price(step, sheet.stock(self.listing))
            event = EquityPrint(
                at, sheet.uid(), scene.symbol, price, step.size * MICROS, step.venue,
                step.conditions, step.off_exchange,
                at - step.report_us if step.off_exchange else None,
            )  # fmt: skip
        sheet.add(at + step.delay_us, event, scene.uid)
        for echo in self.echoes[place]:
            wire = scene.start_us + echo.at_us
            if isinstance(echo, Duplicate):
                sheet.add(wire, event, scene.uid)
                continue
            sheet.add(wire, taken_back(event, wire, sheet.uid(), echo.letter), scene.uid)
            if echo.letter == "correct":
                new = corrected(
                    event, wire, sheet.uid(), price_ticks=echo.price_ticks, shares=echo.size
                )
                sheet.add(wire, new, scene.uid)


def halts_of(scene: Scene) -> list[TradingHalt]:
    """Return when a scene stops its symbol and lets it go on. A restart may tell them again."""
    return [
        TradingHalt(at, _halt_uid(scene, at, halted=halted), scene.symbol, halted)
        for step in scene.steps
        if isinstance(step, Halt)
        for at, halted in (
            (scene.start_us + step.at_us, True),
            (scene.start_us + step.at_us + step.for_us, False),
        )
    ]


def _halt_uid(scene: Scene, at: int, *, halted: bool) -> bytes:
    text = scene.uid + at.to_bytes(8, "big") + bytes([halted])
    return blake2b(text, digest_size=16, person=b"halt").digest()


def _made_us(step: Trade) -> int:
    """Return when a trade was made, from the scene's start."""
    return step.at_us - (step.report_us if isinstance(step, EquityTrade) else 0)


def option_price(place: Place, quote: OptionMarket, listing: Listing) -> int:
    """Return the price of a place in a quote, on a tick; without a bid one sells at a tick."""
    tick = option_tick(listing, quote.bid)
    low = quote.bid or tick
    if place is Place.ASK:
        return quote.ask
    if place is Place.BID:
        return low
    if place is Place.ABOVE_ASK:
        return quote.ask + option_tick(listing, quote.ask)
    if place is Place.BELOW_BID:
        return max(tick, low - tick)
    middle = low + (quote.ask - low) // 2
    return middle // option_tick(listing, middle) * option_tick(listing, middle)


def stock_price(step: EquityTrade, quote: StockQuote) -> int:
    """Return the price of a place in a quote, moved towards the middle by its improvement."""
    middle = (quote.bid + quote.ask) // 2
    tick = stock_tick(quote.bid)
    by = step.improvement_micros
    if step.place is Place.MID:
        return middle
    if step.place is Place.ABOVE_ASK:
        return quote.ask + tick - by
    if step.place is Place.BELOW_BID:
        return quote.bid - tick + by
    if step.place is Place.ASK:
        return max(middle, quote.ask - by)
    return min(middle, quote.bid + by)
