"""The road of equity events in one process: the quote joined, off-exchange inference, candles.

events ---> Stamper (quotes remembered, prints joined) ---+---> dark.step ---> rows, handed off
every 100 ms of event time: a clock entry ----------------+---> candles   ---> rows, handed off
"""

from collections.abc import Sequence

import msgspec

from flow.domain.candles.saving import decode_candles, encode_candles
from flow.domain.candles.state import CandleState
from flow.domain.candles.step import advance
from flow.domain.events import (
    Control,
    EquityPrint,
    EquityQuote,
    MarketEvent,
    QuoteMode,
    StampedEquityPrint,
)
from flow.domain.units import MINUTE_US
from ingest.feeds import Capabilities
from ingest.stamping import Stamper
from islandflow.bench.market import calendar
from islandflow.bench.road import CLOCK_EVERY_US
from signals.engine.equities.dark import pipeline as dark
from signals.engine.params import Params

_CAPABILITIES = Capabilities(quote_mode_equities=QuoteMode.CHANGE, off_exchange=True)


class EquityRoad:
    """One feed's stamper and both states, driven by equity events in feed order."""

    def __init__(self, *, infers: bool = True, bins: bool = True) -> None:
        """Start at nothing seen; without both stages only the join is left."""
        self._params = Params()
        self._dark, self._candles = dark.new_state(), CandleState()
        self._stamper = Stamper(_CAPABILITIES, calendar())
        self._infers, self._bins = infers, bins
        self._print_seq = self._quote_seq = 0
        self._next_clock = 0
        self._newest = 0

    def take(self, frame: Sequence[MarketEvent]) -> list[msgspec.Struct]:
        """Join one frame and return what became final."""
        return self._step(self._entries(frame))

    def finish(self) -> list[msgspec.Struct]:
        """Return what is still open, by a promise far ahead."""
        self._newest += 10 * MINUTE_US
        return self._step([self._clock()])

    def restart(self) -> None:
        """Go on from a snapshot of both states."""
        self._dark = dark.decode_state(dark.encode_state(self._dark))
        self._candles = decode_candles(encode_candles(self._candles))

    def _step(self, entries: Sequence[StampedEquityPrint | Control]) -> list[msgspec.Struct]:
        rows: list[msgspec.Struct] = []
        if self._infers:
            rows += dark.step(self._dark, entries, self._params)
        if self._bins:
            rows += advance(self._candles, entries)
        return rows

    def _entries(self, frame: Sequence[MarketEvent]) -> list[StampedEquityPrint | Control]:
        stamper, entries = self._stamper, list[StampedEquityPrint | Control]()
        for event in frame:
            if event.ts >= self._next_clock:
                if self._next_clock:
                    entries.append(self._clock())
                self._next_clock = (event.ts // CLOCK_EVERY_US + 1) * CLOCK_EVERY_US
            self._newest = event.ts
            if isinstance(event, EquityPrint):
                self._print_seq += 1
                entries.append(stamper.stamp_equity_print(event, self._print_seq))
            elif isinstance(event, EquityQuote):
                self._quote_seq += 1
                stamper.saw_equity_quote(event, self._quote_seq)
        return entries

    def _clock(self) -> Control:
        """Return what ingest writes for files: nothing before the newest event is on time."""
        self._print_seq += 1
        return Control(self._print_seq, "clock", self._newest - 1)
