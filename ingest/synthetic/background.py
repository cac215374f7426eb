"""The flow that means nothing: one beat's orders become prints at the quotes of its book.

beat n    |q                         |q                     a print is priced by the quote
          |  . . prints .  .   .  .  .|  . . of n + 1 ..     before it, until the next one
"""

from flow.domain.events import EquityPrint, OptionPrint
from flow.domain.units import MICROS
from ingest.synthetic.book import OptionMarket, StockQuote
from ingest.synthetic.chains import Series
from ingest.synthetic.config import BEAT_US
from ingest.synthetic.draws import mix
from ingest.synthetic.echoes import corrected, taken_back
from ingest.synthetic.orders import BURST, Beat, OptionOrder, StockOrder, leaning
from ingest.synthetic.sheet import Sheet
from ingest.synthetic.tables import (
    AVERAGE,
    CONTINGENT,
    ECHO_DELAYS,
    EXTENDED,
    MIXED_PLACES,
    ODD_LOT,
    OFF_EXCHANGE_VENUES,
    OFF_PLACES,
    OPTION_KINDS,
    OPTION_VENUES,
    REGULAR,
    REPORT_DELAYS,
    SLOW_REPORTS,
    STOCK_VENUES,
    SWEEP_PARTS,
    SWEPT,
    SWEPT_ODD,
    WIRE_DELAYS,
    delay_of,
)
from ingest.synthetic.ticks import option_tick
from ingest.synthetic.universe import Listing

_SWEEP_SHARE = 6  # of a sweep order of 5 and more contracts, six in eight go to several venues
_SWEEP_GAP, _BURST_GAP = 0x7FF, 0x3FFF  # most microseconds between prints of one order
_BURST_PARTS = 6, 7  # at least, and how many choices from there on
_SPREAD_GAP = 0x1F
_CODES = {kind: (ord(kind),) for kind in set(OPTION_KINDS)}
_PARTS = 16  # numbers of one order: its prints, and from here on what is said of them again
_AGAIN, _INSTEAD = 14, 15


def add_orders(sheet: Sheet, orders: Beat) -> None:
    """Add the prints of one beat's background orders; in a halted symbol nothing trades.

    Each order's prints are the same whichever others are given: any of them can be made again.
    """
    stocks, options = orders
    for each in options:
        if each.series.listing.number not in sheet.halted:
            _option_order(sheet, each)
    for order in stocks:
        if order.listing.number not in sheet.halted:
            _stock_print(sheet, order)


def _send(
    sheet: Sheet, event: OptionPrint | EquityPrint, order: OptionOrder | StockOrder, part: int = 0
) -> None:
    """Send a print as its fate will have it; of several prints the first one has it."""
    number, fate = order.number * _PARTS, "" if part else order.fate
    bits, ts = mix(order.bits ^ 0xFA7E), event.ts
    sheet.send(ts + (delay_of(WIRE_DELAYS, bits) if fate == "late" else 0), event, number + part)
    if fate not in {"twice", "cancel", "correct"}:
        return
    again = ts + delay_of(ECHO_DELAYS, bits)
    if fate == "twice":
        sheet.send(again, event, number + _AGAIN)
        return
    sheet.send(again, taken_back(event, again, sheet.uid_of(number + _AGAIN)), number + _AGAIN)
    if fate == "correct" and isinstance(event, EquityPrint):
        uid, lot = sheet.uid_of(number + _INSTEAD), 100
        shares = event.size_micros // MICROS
        new = corrected(event, again, uid, shares=shares - lot if shares > lot else shares + lot)
        sheet.send(again, new, number + _INSTEAD)


def _stock_print(sheet: Sheet, order: StockOrder) -> None:
    listing, size, more = order.listing, order.shares, order.bits
    quote = sheet.stock(listing)
    ts = quote.ts + 1 + ((more >> 44) * (BEAT_US - 2) >> 20)
    if not order.place:
        _off_exchange(sheet, quote, order, ts)
        return
    swept = more >> 10 & 3 == 0
    conditions = _sale(sheet, (SWEPT_ODD if size < 100 else SWEPT) if swept else _lot(size))
    venue = listing.venue if more >> 12 & 3 == 0 else STOCK_VENUES[more >> 14 & 255]
    event = EquityPrint(
        ts, sheet.uid_of(order.number * _PARTS), listing.symbol,
        _stock_price(order.place, quote, more), size * MICROS, venue, conditions, False,
    )  # fmt: skip
    _send(sheet, event, order)


def _lot(size: int) -> tuple[int, ...]:
    return ODD_LOT if size < 100 else REGULAR


def _sale(sheet: Sheet, conditions: tuple[int, ...]) -> tuple[int, ...]:
    """Return the conditions of a sale, marked where it was made outside regular hours."""
    return conditions if sheet.is_regular else conditions + EXTENDED


def _off_exchange(sheet: Sheet, quote: StockQuote, order: StockOrder, made: int) -> None:
    """Print what was made at an instant, at the quote of that instant, when it is reported."""
    more, size = order.bits, order.shares
    odd = mix(more ^ 0x5EED)
    is_odd = odd & 255 < 2
    conditions = _sale(sheet, (AVERAGE if odd >> 8 & 1 else CONTINGENT) if is_odd else _lot(size))
    delay = delay_of(SLOW_REPORTS if order.fate == "slow" else REPORT_DELAYS, odd >> 16)
    place = OFF_PLACES[odd >> 32 & 1_023]
    price = _stock_price(leaning(place, odd, order.lean), quote, odd)
    event = EquityPrint(
        made + delay, sheet.uid_of(order.number * _PARTS), order.listing.symbol, price,
        size * MICROS, OFF_EXCHANGE_VENUES[more >> 14 & 63], conditions, True, made,
    )  # fmt: skip
    _send(sheet, event, order)


def _option_order(sheet: Sheet, order: OptionOrder) -> None:
    series, size, kind, more = order.series, order.contracts, order.kind, order.bits
    venue = OPTION_VENUES[more >> 30 & 255]
    # A feed now and then misses the quote that a trade was made at.
    quote = (sheet.book if order.fate == "unquoted" else sheet).option(series)
    if order.other is not None:
        other = sheet.option(order.other)
        ts = _instant(more, max(quote.ts, other.ts), min(quote.ts, other.ts), _SPREAD_GAP)
        _print(sheet, order, series, quote, order.place, ts=ts, size=size, venue=venue)
        _print(sheet, order, order.other, other, _opposite(order.place), part=1,
               ts=ts + 1 + (more >> 3 & _SPREAD_GAP), size=size, venue=venue)  # fmt: skip
    elif order.place == BURST:
        parts = _BURST_PARTS[0] + (more >> 38) % _BURST_PARTS[1]
        _parts(sheet, order, quote, parts=min(size, parts), gap=_BURST_GAP)
    elif kind == "S" and size >= 5 and more >> 38 & 7 < _SWEEP_SHARE:
        _parts(sheet, order, quote, parts=SWEEP_PARTS[more >> 41 & 63], gap=_SWEEP_GAP)
    else:
        ts = _instant(more, quote.ts, quote.ts, 0)
        _print(sheet, order, series, quote, order.place, ts=ts, size=size, venue=venue, bits=more)


def _instant(bits: int, after: int, before: int, lasting: int) -> int:
    """Return when an order begins: behind its quotes, and over before the next ones."""
    return after + 1 + ((bits >> 44) * (before + BEAT_US - after - lasting - 2) >> 20)


def _parts(sheet: Sheet, order: OptionOrder, quote: OptionMarket, *, parts: int, gap: int) -> None:
    """Print an order in parts on several venues: a sweep, or a burst on both sides."""
    size, is_mixed = order.contracts, order.place == BURST
    ts = _instant(order.bits, quote.ts, quote.ts, parts * gap)
    for n in range(parts):
        part = size // parts + (1 if n < size % parts else 0)
        step = mix(order.bits ^ n)
        ts += step & gap
        venue = OPTION_VENUES[step >> 16 & 255]
        place = MIXED_PLACES[step >> 24 & 15] if is_mixed else order.place
        _print(sheet, order, order.series, quote, place, part=n, ts=ts, size=part, venue=venue)


def _print(
    sheet: Sheet, order: OptionOrder, series: Series, quote: OptionMarket, place: str, *, ts: int,
    size: int, venue: int, part: int = 0, bits: int = 0,
) -> None:  # fmt: skip
    if order.kind == "a" and place in {"A", "B"} and bits >> 50 & 1:
        place = "M"  # auctions improve
    price = _option_price(place, quote, series.listing, bits)
    uid = sheet.uid_of(order.number * _PARTS + part)
    event = OptionPrint(ts, uid, series.text, price, size, venue, _CODES[order.kind])
    _send(sheet, event, order, part)


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
