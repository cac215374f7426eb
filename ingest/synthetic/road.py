"""The product's own road for a synthetic market, in one process: stamp, step, read.

    items in wire order ---> Stamper ---> option engine, off-exchange engine ---> derived rows
    every beat: a clock entry that promises all up to 250 ms before

Nothing is stored. The engine sees what it sees in the product and no more: the sidecar stays here.
"""

from typing import Any

from flow.domain.event_calendar import CalendarEvent, payload_of
from flow.domain.events import (
    Control,
    EquityPrint,
    EquityQuote,
    LogEntry,
    OptionPrint,
    OptionQuote,
    QuoteMode,
    StampedEquityPrint,
    TradingHalt,
)
from flow.domain.open_interest import OpenInterest, open_interest_payload
from flow.domain.sessions import Calendar
from flow.domain.units import MILLISECOND_US
from ingest.feeds import Capabilities
from ingest.stamping import Stamper
from ingest.synthetic.sheet import Item, Notice
from signals.engine import pipeline
from signals.engine.equities.dark import pipeline as dark
from signals.engine.equities.dark.records import DarkEvent, DarkRow
from signals.engine.params import Params
from signals.engine.records import Derived

LATENESS_US = 250 * MILLISECOND_US  # the live worker's; design, "lateness"
CAPABILITIES = Capabilities(
    quote_mode_options=QuoteMode.CHANGE,
    quote_mode_equities=QuoteMode.CHANGE,
    off_exchange=True,
    always_open=True,
)
_KNOWN_UIDS = 100_000


class Road:
    """One market's stamper and engines, driven in wire order."""

    def __init__(self, calendar: Calendar, params: Params | None = None) -> None:
        """Start at nothing seen."""
        self.params = params or Params()
        self._calendar = calendar
        self._options = pipeline.new_state(pinned=True, calendar=calendar)
        self._stocks = dark.new_state(pinned=True)
        self._stamper = Stamper(CAPABILITIES, calendar)
        self._clock = 0
        self._seqs = [0, 0, 0]
        self._seen: dict[tuple[int, bytes], None] = {}
        self.prints = 0

    def take(self, items: list[Item], now_us: int) -> tuple[list[Derived], list[DarkRow]]:
        """Take what one beat brought, and its clock; return what became final."""
        options: list[LogEntry] = []
        stocks: list[StampedEquityPrint | Control] = []
        for item in items:
            self._take(item.event, options, stocks)
        self._clock = max(self._clock, now_us - LATENESS_US)
        clock = Control(self._seq(0), "clock", self._clock)
        options.append(clock)
        stocks.append(clock)
        return (
            pipeline.step(self._options, options, self.params),
            dark.step(self._stocks, stocks, self.params),
        )

    def _take(
        self, event: Any, options: list[LogEntry], stocks: list[StampedEquityPrint | Control]
    ) -> None:
        stamper = self._stamper
        if isinstance(event, OptionQuote):
            stamper.saw_option_quote(event, self._seq(1))
        elif isinstance(event, EquityQuote):
            stamper.saw_equity_quote(event, self._seq(2))
        elif isinstance(event, OptionPrint):
            if self._is_new(event):
                late = event.ts <= self._clock
                options.append(stamper.stamp_option_print(event, self._seq(0), late=late))
                self.prints += 1
        elif isinstance(event, EquityPrint):
            if self._is_new(event):
                late = event.ts <= self._clock
                stocks.append(stamper.stamp_equity_print(event, self._seq(0), late=late))
        elif isinstance(event, TradingHalt):
            stop = Control(self._seq(0), "halt", event.ts, event.payload())
            options.append(stop)
            stocks.append(stop)
        elif isinstance(event, Notice):
            entry = self._entry(event)
            if entry is not None:
                options.append(entry)

    def _entry(self, notice: Notice) -> Control | None:
        what = notice.what
        if isinstance(what, CalendarEvent):
            return Control(self._seq(0), "calendar", notice.ts, payload_of(what))
        if isinstance(what, OpenInterest):
            return Control(self._seq(0), "open_interest", notice.ts, open_interest_payload(what))
        return None

    def _is_new(self, event: OptionPrint | EquityPrint) -> bool:
        key = event.ts, event.uid
        if key in self._seen:
            return False
        self._seen[key] = None
        if len(self._seen) > _KNOWN_UIDS:
            for old in list(self._seen)[: _KNOWN_UIDS // 2]:
                del self._seen[old]
        return True

    def _seq(self, stream: int) -> int:
        self._seqs[stream] += 1
        return self._seqs[stream]


def dark_of(rows: list[DarkRow]) -> list[DarkEvent]:
    """Return the events among rows."""
    return [row for row in rows if isinstance(row, DarkEvent)]
