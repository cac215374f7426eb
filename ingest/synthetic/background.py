"""The flow that means nothing: one beat's orders become prints at the quotes of its book."""

from flow.domain.events import EquityPrint, OptionPrint
from flow.domain.units import MICROS
from ingest.synthetic.book import Book, OptionMarket, StockQuote
from ingest.synthetic.chains import Series
from ingest.synthetic.config import BEAT_US, QUOTE_WINDOW_US
from ingest.synthetic.draws import mix
from ingest.synthetic.orders import Beat, OptionOrder, StockOrder, leaning
from ingest.synthetic.sheet import Sheet
from ingest.synthetic.tables import (
    AVERAGE,
    CONTINGENT,
    ODD_LOT,
    OFF_EXCHANGE_VENUES,
    OFF_PLACES,
    OPTION_KINDS,
    OPTION_VENUES,
    REGULAR,
    REPORT_DELAYS,
    STOCK_VENUES,
    SWEEP_PARTS,
    SWEPT,
    SWEPT_ODD,
)
from ingest.synthetic.ticks import option_tick
from ingest.synthetic.universe import Listing

_SPAN_US = BEAT_US - QUOTE_WINDOW_US - 2_000  # prints of a beat come in this span of it
_SWEEP_SHARE = 6  # of a sweep order of 5 and more contracts, six in eight go to several venues
_BLOCK = 1_500  # shares; below what absorbed blocks begin with (signals.engine, 2,000)
_CODES = {kind: (ord(kind),) for kind in set(OPTION_KINDS)}


def add_orders(sheet: Sheet, book: Book, orders: Beat) -> None:
    """Add the prints of one beat's background orders; in a halted symbol nothing trades."""
    stocks, options = orders
    for each in options:
        if each.series.listing.number not in sheet.halted:
            _option_order(sheet, book, each)
    for order in stocks:
        if order.listing.number not in sheet.halted:
            _stock_print(sheet, book, order)


def _stock_print(sheet: Sheet, book: Book, order: StockOrder) -> None:
    listing, size, more = order.listing, order.shares, order.bits
    quote = sheet.stock(listing)
    ts = book.start_us + QUOTE_WINDOW_US + ((more >> 44) * _SPAN_US >> 20)
    if not order.place:
        _off_exchange(sheet, quote, order, ts)
        return
    swept = more >> 10 & 3 == 0
    conditions = (SWEPT_ODD if swept else ODD_LOT) if size < 100 else SWEPT if swept else REGULAR
    venue = listing.venue if more >> 12 & 3 == 0 else STOCK_VENUES[more >> 14 & 255]
    sheet.add(
        ts,
        EquityPrint(
            ts, sheet.uid(), listing.symbol, _stock_price(order.place, quote, more),
            size * MICROS, venue, conditions, False,
        ),
    )  # fmt: skip


def _off_exchange(sheet: Sheet, quote: StockQuote, order: StockOrder, ts: int) -> None:
    more, size = order.bits, order.shares
    odd = mix(more ^ 0x5EED)
    conditions = ODD_LOT if size < 100 else REGULAR
    if odd & 255 < 2:
        conditions = AVERAGE if odd >> 8 & 1 else CONTINGENT
    delay = REPORT_DELAYS[odd >> 16 & 255]
    delay += delay * (odd >> 24 & 127) // 128
    place = OFF_PLACES[odd >> 32 & 1_023]
    if place == "M" and size >= _BLOCK and odd >> 42 & 15:
        place = "SA" if odd & 1 else "SB"  # a block in the middle is mostly a scene's
    price = _stock_price(leaning(place, odd, order.lean), quote, odd)
    sheet.add(
        ts,
        EquityPrint(
            ts, sheet.uid(), order.listing.symbol, price, size * MICROS,
            OFF_EXCHANGE_VENUES[more >> 14 & 63], conditions, True, ts - delay,
        ),
    )  # fmt: skip


def _option_order(sheet: Sheet, book: Book, order: OptionOrder) -> None:
    series, place, size, kind, more = (
        order.series, order.place, order.contracts, order.kind, order.bits
    )  # fmt: skip
    ts = book.start_us + QUOTE_WINDOW_US + ((more >> 44) * (_SPAN_US - 8_000) >> 20)
    venue = OPTION_VENUES[more >> 30 & 255]
    quote = sheet.option(series)
    if order.other is not None:
        _print(sheet, series, quote, place, ts=ts, size=size, venue=venue, kind=kind)
        _print(sheet, order.other, sheet.option(order.other), _opposite(place),
               ts=ts + 1 + (more >> 3 & 31), size=size, venue=venue, kind=kind)  # fmt: skip
        return
    if kind == "S" and size >= 5 and more >> 38 & 7 < _SWEEP_SHARE:
        _sweep(sheet, series, quote, place, ts=ts, size=size, bits=more)
        return
    _print(sheet, series, quote, place, ts=ts, size=size, venue=venue, kind=kind, bits=more)


def _sweep(
    sheet: Sheet, series: Series, quote: OptionMarket, place: str, *, ts: int, size: int, bits: int
) -> None:
    parts = SWEEP_PARTS[bits >> 41 & 63]
    for n in range(parts):
        part = size // parts + (1 if n < size % parts else 0)
        step = mix(bits ^ n)
        ts += step & 0x7FF
        venue = OPTION_VENUES[step >> 16 & 255]
        _print(sheet, series, quote, place, ts=ts, size=part, venue=venue, kind="S")


def _print(
    sheet: Sheet, series: Series, quote: OptionMarket, place: str, *, ts: int, size: int,
    venue: int, kind: str, bits: int = 0,
) -> None:  # fmt: skip
    if kind == "a" and place in {"A", "B"} and bits >> 50 & 1:
        place = "M"  # auctions improve
    price = _option_price(place, quote, series.listing, bits)
    sheet.add(ts, OptionPrint(ts, sheet.uid(), series.text, price, size, venue, _CODES[kind]))


def _opposite(place: str) -> str:
    return {"A": "B", "B": "A"}.get(place, "M")


def _stock_price(place: str, quote: StockQuote, bits: int) -> int:
    """Return a price in micro-dollars."""
    if place == "A":
        return quote.ask
    if place == "B":
        return quote.bid
    middle = (quote.bid + quote.ask) // 2
    if place == "M":
        return middle
    width = quote.ask - quote.bid
    if place == "I":  # a hidden order inside
        ticks = width // 10_000
        return quote.bid + 10_000 * ((bits >> 56) % ticks) if ticks > 1 else middle
    # Wholesalers improve by a part of the spread in hundredths of a cent, most by a little.
    share = (bits >> 52 & 15) * (bits >> 56 & 15)
    improvement = max(100, width * share // 512 // 100 * 100)
    return quote.ask - improvement if place == "SA" else quote.bid + improvement


def _option_price(place: str, quote: OptionMarket, listing: Listing, bits: int) -> int:
    """Return a price on a tick, in micro-dollars; without a bid one sells at a tick."""
    bid, ask = quote.bid, quote.ask
    tick = option_tick(listing, bid or 0)
    low = bid or tick
    if place == "A":
        return ask
    if place == "B":
        return low
    if place == "AA":
        return ask + option_tick(listing, ask)
    if place == "BB":
        return max(tick, low - tick)
    ticks = (ask - low) // tick
    if ticks < 2:
        return ask if bits & 1 else low
    price = low + tick * (ticks // 2 + (ticks % 2) * (bits >> 1 & 1))
    return price // option_tick(listing, price) * option_tick(listing, price)
