"""The emitted events of one scene's underlying, joined as a reader of the tape would join them.

Independent of the engine on purpose: a scenario must not prove itself with what it is to test.
"""

from bisect import bisect_left
from collections.abc import Iterable

import msgspec

from flow.domain.contracts import underlying_of
from flow.domain.event_calendar import CalendarEvent
from flow.domain.events import EquityPrint, EquityQuote, OptionPrint, OptionQuote
from ingest.synthetic.steps import Story

Event = OptionPrint | OptionQuote | EquityPrint | EquityQuote


class Emitted(msgspec.Struct, frozen=True, gc=False):
    """One event as it went over the wire; `own` says whether the scene made it."""

    wire_us: int
    event: object
    own: bool


class Quoted(msgspec.Struct, frozen=True, gc=False):
    """A quote that stood: middle times two and width, micro-dollars."""

    ts: int
    bid: int
    ask: int

    @property
    def mid2(self) -> int:
        """Return bid + ask."""
        return self.bid + self.ask


class Tape:
    """Everything of one underlying, quotes by instrument in the order of time."""

    def __init__(self, symbol: str, emitted: Iterable[Emitted]) -> None:
        self.own: list[Emitted] = []
        self.quotes: dict[str, list[Quoted]] = {}
        self.reports: list[CalendarEvent] = []
        self.stories: list[Story] = []
        self.instants: list[int] = []  # of anything that the underlying or its options showed
        for each in emitted:
            event = each.event
            if isinstance(event, CalendarEvent) and event.underlying == symbol:
                self.reports.append(event)
            elif isinstance(event, Story) and each.own:
                self.stories.append(event)
            name = _name(event)
            if name is None or (name != symbol and underlying_of(name.split("-")[0]) != symbol):
                continue
            self.instants.append(each.wire_us)
            if isinstance(event, OptionQuote | EquityQuote):
                self._quote(name, event)
            elif each.own:
                self.own.append(each)
        for quotes in self.quotes.values():
            quotes.sort(key=_ts)

    def at(self, name: str, ts: int) -> Quoted | None:
        """Return the quote that stood just before an instant; one older than 900 s is none."""
        quotes = self.quotes.get(name, [])
        place = bisect_left(quotes, ts, key=_ts) - 1
        if place < 0 or quotes[place].ts < ts - 900_000_000:
            return None
        return quotes[place]

    def _quote(self, name: str, event: OptionQuote | EquityQuote) -> None:
        if event.ask_micros:
            quoted = Quoted(event.ts, event.bid_micros or 0, event.ask_micros)
            self.quotes.setdefault(name, []).append(quoted)


def _name(event: object) -> str | None:
    if isinstance(event, OptionPrint | OptionQuote):
        return event.contract
    return event.symbol if isinstance(event, EquityPrint | EquityQuote) else None


def _ts(quoted: Quoted) -> int:
    return quoted.ts


def place_of(price: int, quoted: Quoted | None) -> str | None:
    """Return A, B or MID for a price within a twentieth of the spread of a side, else beyond it.

    Source: options-engine.md 7.3 (the tolerance); a locked or crossed quote tells MID.
    """
    if quoted is None:
        return None
    width = quoted.ask - quoted.bid
    if width <= 0:
        return "MID"
    if 20 * (quoted.ask - price) <= width:
        return "A"
    return "B" if 20 * (price - quoted.bid) <= width else "MID"
