"""The product's own road for market events, in one process: stamp each, then step in frames.

    events ---> Stamper (quotes remembered, prints stamped) ---+---> step ---> rows, handed off
    every 100 ms of event time: a clock entry -----------------+

Nothing is stored: what the log, the bus and the database cost is measured elsewhere.
"""

import hashlib
import time
from collections.abc import Iterator, Sequence
from typing import Protocol

import msgspec

from flow.domain.contracts import parse_contract
from flow.domain.events import (
    Control,
    EquityQuote,
    LogEntry,
    MarketEvent,
    OptionPrint,
    OptionQuote,
    QuoteMode,
    StampedPrint,
)
from flow.domain.units import MILLISECOND_US, MINUTE_US
from ingest.feeds import Capabilities
from ingest.stamping import Stamper
from islandflow.bench.market import calendar
from signals.engine.labels import label, security_type
from signals.engine.params import Params
from signals.engine.pipeline import decode_state, encode_state, new_state, step
from signals.engine.placement import place
from signals.engine.records import Derived

FRAME = 2_000
CLOCK_EVERY_US = 100 * MILLISECOND_US
_CAPABILITIES = Capabilities(
    quote_mode_options=QuoteMode.CHANGE, quote_mode_equities=QuoteMode.CHANGE
)


class Steps(Protocol):
    """A way through the engine that a measurement can drive."""

    def take(self, frame: Sequence[MarketEvent]) -> Sequence[msgspec.Struct]:
        """Take events in feed order and return what became final."""

    def finish(self) -> Sequence[msgspec.Struct]:
        """Return what is still open."""

    def restart(self) -> None:
        """Go on from a snapshot."""


class Road:
    """One feed's stamper and one engine state, driven by events in feed order."""

    def __init__(self, *, filtered: bool = False) -> None:
        """Start at nothing seen; `filtered` lets only prints that the label keeps reach `step`."""
        self.params = Params()
        self.state = new_state()
        self._stamper = Stamper(_CAPABILITIES, calendar())
        self._filtered = filtered
        self._print_seq = self._quote_seq = 0
        self._next_clock = 0
        self._newest = 0

    def take(self, frame: Sequence[MarketEvent]) -> list[Derived]:
        """Stamp one frame and return what became final."""
        return step(self.state, self._entries(frame), self.params)

    def finish(self) -> list[Derived]:
        """Return what is still open, by a promise far ahead."""
        self._newest += 10 * MINUTE_US
        return step(self.state, [self._clock()], self.params)

    def restart(self) -> None:
        """Go on from a snapshot of the engine."""
        self.state = decode_state(encode_state(self.state))

    def _entries(self, frame: Sequence[MarketEvent]) -> list[LogEntry]:
        stamper, entries = self._stamper, list[LogEntry]()
        for event in frame:
            if event.ts >= self._next_clock:
                if self._next_clock:
                    entries.append(self._clock())
                self._next_clock = (event.ts // CLOCK_EVERY_US + 1) * CLOCK_EVERY_US
            self._newest = event.ts
            if isinstance(event, OptionPrint):
                self._print_seq += 1
                stamped = stamper.stamp_option_print(event, self._print_seq)
                if not self._filtered or self._passes(stamped):
                    entries.append(stamped)
                continue
            self._quote_seq += 1  # one count for what is no option print: only its order matters
            if isinstance(event, OptionQuote):
                stamper.saw_option_quote(event, self._quote_seq)
            elif isinstance(event, EquityQuote):
                stamper.saw_equity_quote(event, self._quote_seq)
            else:
                stamper.stamp_equity_print(event, self._quote_seq)
        return entries

    def _clock(self) -> Control:
        """Return what ingest writes for files: nothing before the newest event is on time."""
        self._print_seq += 1
        return Control(self._print_seq, "clock", self._newest - 1)

    def _passes(self, print_: StampedPrint) -> bool:
        kind = security_type(parse_contract(print_.contract).underlying, self.params)
        return label(print_, place(print_, self.params), kind, self.params).passed


def cut(events: Sequence[MarketEvent], size: int) -> Iterator[Sequence[MarketEvent]]:
    """Return the events in frames of a size."""
    return (events[start : start + size] for start in range(0, len(events), size))


def time_road(road: Steps, events: Sequence[MarketEvent]) -> list[float]:
    """Return the CPU seconds of each frame; its rows are dropped before the next one begins."""
    seconds = []
    for frame in cut(events, FRAME):
        began = time.process_time()
        road.take(frame)
        seconds.append(time.process_time() - began)
    return seconds


def hash_road(
    road: Steps, events: Sequence[MarketEvent], size: int, *, restart: bool = False
) -> str:
    """Return SHA-256 over all rows in MessagePack; `restart` goes on from a snapshot half way."""
    found, encoder = hashlib.sha256(), msgspec.msgpack.Encoder()
    half = len(events) // 2 // size
    for number, frame in enumerate(cut(events, size)):
        if restart and number == half:
            road.restart()
        _update(found, road.take(frame), encoder)
    _update(found, road.finish(), encoder)
    return found.hexdigest()


def _update(
    found: "hashlib._Hash", rows: Sequence[msgspec.Struct], encoder: msgspec.msgpack.Encoder
) -> None:
    for row in rows:
        found.update(type(row).__name__.encode())
        found.update(encoder.encode(row))
