"""What is written down of one beat: its events with their wire instants, quotes before prints."""

from hashlib import blake2b
from typing import Any

import msgspec

from flow.domain.event_calendar import CalendarEvent
from flow.domain.events import EquityPrint, EquityQuote, OptionPrint, OptionQuote, Rank
from flow.domain.open_interest import OpenInterest
from ingest.feeds import FeedEvent
from ingest.synthetic.book import Book, OptionMarket, StockQuote
from ingest.synthetic.chains import Series
from ingest.synthetic.config import BEAT_US
from ingest.synthetic.draws import mix
from ingest.synthetic.effects import Effects
from ingest.synthetic.steps import Story
from ingest.synthetic.universe import Listing

_RANKS: dict[type[Any], int] = {
    EquityQuote: Rank.EQUITY_QUOTE,
    OptionQuote: Rank.OPTION_QUOTE,
    EquityPrint: Rank.EQUITY_PRINT,
    OptionPrint: Rank.OPTION_PRINT,
    Story: Rank.NEWS,
}


_NUMBERED = 1 << 31  # numbers of their own begin here, behind those that are counted up
_FILL_SPAN_US = 200_000  # repeated quotes come in the last part of a beat


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What is said about a symbol by other roads than the feed: a story, an entry of the calendar,
    open interest (with its contract). `ts` in microseconds since 1970 UTC."""

    ts: int
    symbol: str
    what: Story | CalendarEvent | OpenInterest
    contract: str | None = None


class Item(msgspec.Struct, frozen=True, gc=False):
    """One event in wire order. `scene` is its scene's uid: of the sidecar, never of the wire."""

    wire_us: int
    event: FeedEvent | Notice
    scene: bytes | None = None


# wire, rank, beat, index, event, scene: sorted as it stands
Row = tuple[int, int, int, int, FeedEvent | Notice, bytes | None]


class Sheet:
    """Collects one beat. A quote is written when its symbol or contract is first asked for."""

    def __init__(
        self, identity: bytes, book: Book, effects: dict[int, Effects], *, is_regular: bool = True
    ) -> None:
        """Begin an empty beat of the market of this identity, in a regular session or outside."""
        self.rows: list[Row] = []
        self.is_regular = is_regular
        self.halted = {number for number, each in effects.items() if each.halted}
        self._beat = book.start_us // BEAT_US
        self._prefix = identity + self._beat.to_bytes(8, "big")
        self._named = 0
        self.book = book
        self._effects = effects
        self._quoted: set[int] = set()
        self._quoted_options: set[str] = set()

    def add(self, wire_us: int, event: FeedEvent | Notice, scene: bytes | None = None) -> None:
        """Write an event down at the instant it is sent."""
        rows = self.rows
        rank = _RANKS.get(type(event), Rank.CALENDAR)
        rows.append((wire_us, rank, self._beat, len(rows), event, scene))

    def send(self, wire_us: int, event: OptionPrint | EquityPrint, number: int) -> None:
        """Write down a print with a number of its own: it is the same whatever else is written."""
        row = wire_us, _RANKS[type(event)], self._beat, _NUMBERED | number, event, None
        self.rows.append(row)

    def fill(self, count: int, key: int) -> None:
        """Repeat quotes of this beat with other sizes until it has `count` events."""
        quotes = [row[4] for row in self.rows if isinstance(row[4], EquityQuote | OptionQuote)]
        first = (self._beat + 1) * BEAT_US - _FILL_SPAN_US
        for n in range(count - len(self.rows) if quotes else 0):
            bits = mix(key ^ n)
            quote = quotes[(bits & 0xFFFFFFFF) * len(quotes) >> 32]
            ts = first + ((bits >> 40) * _FILL_SPAN_US >> 24)
            name = quote.symbol if isinstance(quote, EquityQuote) else quote.contract
            lot = 100 if isinstance(quote, EquityQuote) else 1
            bid_size = quote.bid_size and lot * (1 + (bits >> 32 & 15))
            again = type(quote)(
                ts, self.uid(), name, quote.bid_micros, quote.ask_micros, bid_size,
                lot * (1 + (bits >> 36 & 15)),
            )  # fmt: skip
            self.add(ts, again)

    def uid(self) -> bytes:
        """Return the identity of the next event: equal markets name equal events equally."""
        self._named += 1
        return blake2b(self._prefix + self._named.to_bytes(4, "big"), digest_size=16).digest()

    def uid_of(self, number: int) -> bytes:
        """Return the identity of a print with a number of its own in this beat."""
        name = self._prefix + (_NUMBERED | number).to_bytes(4, "big")
        return blake2b(name, digest_size=16).digest()

    def stock(self, listing: Listing) -> StockQuote:
        """Return a symbol's quote, written down once in the beat."""
        quote = self.book.stock(listing)
        number = listing.number
        if number not in self._quoted:
            self._quoted.add(number)
            effects = self._effects.get(number)
            if effects is None or not (effects.silent or effects.halted):
                self.add(
                    quote.ts,
                    EquityQuote(quote.ts, self.uid(), listing.symbol, quote.bid, quote.ask,
                                quote.bid_size, quote.ask_size),
                )  # fmt: skip
        return quote

    def option(self, series: Series) -> OptionMarket:
        """Return a contract's quote, written down once in the beat, and its underlying's."""
        self.stock(series.listing)
        quote = self.book.option(series)
        text = series.text
        if text not in self._quoted_options:
            self._quoted_options.add(text)
            effects = self._effects.get(series.listing.number)
            if effects is None or not (effects.halted or text in effects.silent_contracts):
                bid = quote.bid or None
                self.add(
                    quote.ts,
                    OptionQuote(quote.ts, self.uid(), text, bid, quote.ask,
                                quote.bid_size if bid else None, quote.ask_size),
                )  # fmt: skip
        return quote
