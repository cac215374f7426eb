"""Scenes at work: each step gets its price in the beat that it belongs to.

beat n    |q1 q2 q3|  prints of the instruments behind their quotes ...   |q1 q2 ...
               ^ a print here is of beat n - 1 for q3 and of beat n for q1
"""

from collections import defaultdict
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import msgspec

from flow.domain.events import EquityPrint, MarketEvent, OptionPrint, TradingHalt
from flow.domain.sale_condition_table import SALE_CODES
from flow.domain.units import MICROS
from ingest.synthetic.book import Book, OptionMarket, StockQuote
from ingest.synthetic.config import BEAT_US
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

_CANCELLED = (SALE_CODES["Cancelled"],)
Trade = OptionTrade | EquityTrade
StockAt = Callable[[Listing, int], StockQuote]  # a symbol's quote at an earlier instant


class Part(Actor):
    """One scene with its contracts resolved and its steps by the beat that prices them."""

    __slots__ = ("by_beat", "echoes", "halts", "listing", "reach", "series")

    def __init__(self, scene: Scene, stage: Stage) -> None:
        """Resolve the names. Errors: ValueError for what is not listed."""
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
            at = start + step.at_us
            beat = (at - offset - 1) // BEAT_US
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

    def act(self, sheet: Sheet, stock_at: StockAt, beat: int) -> None:
        """Write this scene's steps of a beat down."""
        scene = self.scene
        for place in self.by_beat.get(beat, ()):
            step = scene.steps[place]
            if isinstance(step, OptionTrade | EquityTrade):
                self._trade(sheet, stock_at, place, step)
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

    def _trade(self, sheet: Sheet, stock_at: StockAt, place: int, step: Trade) -> None:
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
            quote = sheet.stock(self.listing)
            if step.report_us >= BEAT_US:  # placed in the quote of its execution
                quote = stock_at(self.listing, at - step.report_us)
            event = EquityPrint(
                at, sheet.uid(), scene.symbol, stock_price(step, quote), step.size * MICROS,
                step.venue, step.conditions, step.off_exchange,
                at - step.report_us if step.off_exchange else None,
            )  # fmt: skip
        sheet.add(at + step.delay_us, event, scene.uid)
        for echo in self.echoes[place]:
            wire = scene.start_us + echo.at_us
            again = event if isinstance(echo, Duplicate) else _taken_back(sheet, event, echo, wire)
            sheet.add(wire, again, scene.uid)
            if isinstance(echo, Takeback) and echo.letter == "correct":
                sheet.add(wire, _corrected(sheet, event, echo, wire), scene.uid)


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


def _taken_back(
    sheet: Sheet, event: OptionPrint | EquityPrint, echo: Takeback, wire: int
) -> MarketEvent:
    """Return the message that takes a trade back, as the wire of its asset class says it."""
    conditions = (ord(echo.letter),) if isinstance(event, OptionPrint) else _CANCELLED
    return msgspec.structs.replace(event, ts=wire, uid=sheet.uid(), conditions=conditions)


def _corrected(
    sheet: Sheet, event: OptionPrint | EquityPrint, echo: Takeback, wire: int
) -> MarketEvent:
    price = event.price_micros + echo.price_ticks * stock_tick(event.price_micros)
    changes: dict[str, Any] = {"ts": wire, "uid": sheet.uid(), "price_micros": price}
    if echo.size is not None and isinstance(event, EquityPrint):
        changes["size_micros"] = echo.size * MICROS
    return msgspec.structs.replace(event, **changes)


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
