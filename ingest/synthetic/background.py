"""The flow that means nothing: who trades what in one beat, drawn from the tables.

Everything is a function of (key, beat); prices come from the beat's book.
"""

from bisect import bisect_right

from flow.domain.events import EquityPrint, OptionPrint
from flow.domain.units import MICROS, SECOND_US
from ingest.synthetic.book import Book, OptionMarket, StockQuote
from ingest.synthetic.chains import Chains, Series, expiries, listed_from, strike_near
from ingest.synthetic.clockwork import cell_of, print_curve, start_of
from ingest.synthetic.config import BEAT_US, QUOTE_WINDOW_US, MarketConfig
from ingest.synthetic.draws import MASK, mix, normal, unit
from ingest.synthetic.exact import exp, sqrt
from ingest.synthetic.sheet import Sheet
from ingest.synthetic.tables import (
    AVERAGE,
    CONTINGENT,
    DAILY_EXPIRY,
    DISTANCES,
    LIT_PLACES,
    MONTHLY_EXPIRY,
    NEGOTIATED_KINDS,
    ODD_LOT,
    OFF_EXCHANGE_VENUES,
    OFF_PLACES,
    OPTION_KINDS,
    OPTION_PLACES,
    OPTION_SIZES,
    OPTION_VENUES,
    REGULAR,
    REPORT_DELAYS,
    SPREAD_KINDS,
    STOCK_SIZES,
    STOCK_VENUES,
    SWEEP_PARTS,
    SWEPT,
    SWEPT_ODD,
    WEEKLY_EXPIRY,
)
from ingest.synthetic.ticks import option_tick
from ingest.synthetic.universe import Listing, Universe

_SPAN_US = BEAT_US - QUOTE_WINDOW_US - 2_000  # prints of a beat come in this span of it
_PRINTS_PER_ORDER = 1.18  # measured: sweeps and spreads print more than once
_SWEEP_SHARE = 6  # of a sweep order of 5 and more contracts, six in eight go to several venues
_BLOCK = 1_500  # shares; below what absorbed blocks begin with (signals.engine, 2,000)
_LEAN_MOST = 0.18  # how far a rising path tilts the sides of a second
_CODES = {kind: (ord(kind),) for kind in set(OPTION_KINDS)}


class Background:
    """Adds the background orders of beats to a sheet."""

    def __init__(self, key: int, config: MarketConfig, names: Universe, chains: Chains) -> None:
        """Take the key of all its draws."""
        self._key = key
        self._config = config
        self._names = names
        self._chains = chains
        self._most = config.plain_premium_usd * MICROS // 100  # micro-dollars a share
        self._terms: dict[int, tuple[int, tuple[int, ...], tuple[float, ...]]] = {}

    def add_to(self, sheet: Sheet, book: Book, beat: int) -> None:
        """Add the orders of one beat."""
        key = mix(self._key ^ mix(beat))
        now = beat * BEAT_US
        cell = cell_of(now)
        minute = (now - start_of(cell)) // (60 * SECOND_US)
        options, stocks = print_curve(cell, self._config.hours)[minute]
        share = BEAT_US / SECOND_US
        config = self._config
        for n in range(
            _poisson(config.option_prints_per_s * options * share / _PRINTS_PER_ORDER, key)
        ):
            self._option_order(sheet, book, mix(key ^ n), listed_from(now))
        for n in range(_poisson(config.equity_prints_per_s * stocks * share, ~key & MASK)):
            self._stock_print(sheet, book, mix(key ^ (n | 1 << 40)))

    def _stock_print(self, sheet: Sheet, book: Book, bits: int) -> None:
        names = self._names
        listing = names.listings[
            bisect_right(names.print_weights, (bits & 0xFFFFFFFF) * names.print_weights[-1] >> 32)
        ]
        if listing.number in sheet.halted:
            return
        more = mix(bits)
        quote = sheet.stock(listing)
        size = STOCK_SIZES[bits >> 32 & 1_023]
        if more & 3 == 0:  # not all sizes are round
            size = max(1, int((size - (more >> 2) % (size // 2 + 1)) * listing.lot_factor))
        ts = book.start_us + QUOTE_WINDOW_US + ((more >> 44) * _SPAN_US >> 20)
        if unit(mix(more)) < self._config.off_exchange_share:
            self._off_exchange(sheet, quote, listing, more, ts=ts, size=size)
            return
        place = LIT_PLACES[bits >> 42 & 1_023]
        swept = more >> 10 & 3 == 0
        conditions = (
            (SWEPT_ODD if swept else ODD_LOT) if size < 100 else SWEPT if swept else REGULAR
        )
        venue = listing.venue if more >> 12 & 3 == 0 else STOCK_VENUES[more >> 14 & 255]
        sheet.add(
            ts,
            EquityPrint(
                ts, sheet.uid(), listing.symbol, _stock_price(place, quote, more, lean=quote.lean),
                size * MICROS, venue, conditions, False,
            ),
        )  # fmt: skip

    def _off_exchange(
        self, sheet: Sheet, quote: StockQuote, listing: Listing, more: int, *, ts: int, size: int
    ) -> None:
        odd = mix(more ^ 0x5EED)
        conditions = ODD_LOT if size < 100 else REGULAR
        if odd & 255 < 2:
            conditions = AVERAGE if odd >> 8 & 1 else CONTINGENT
        delay = REPORT_DELAYS[odd >> 16 & 255]
        delay += delay * (odd >> 24 & 127) // 128
        place = OFF_PLACES[odd >> 32 & 1_023]
        if place == "M" and size >= _BLOCK and odd >> 42 & 15:
            place = "SA" if odd & 1 else "SB"  # a block in the middle is mostly a scene's
        price = _stock_price(place, quote, odd, lean=quote.lean)
        sheet.add(
            ts,
            EquityPrint(
                ts, sheet.uid(), listing.symbol, price, size * MICROS,
                OFF_EXCHANGE_VENUES[more >> 14 & 63], conditions, True, ts - delay,
            ),
        )  # fmt: skip

    def _option_order(self, sheet: Sheet, book: Book, bits: int, first: int) -> None:
        names = self._names
        listing = names.listings[
            bisect_right(names.option_weights, (bits & 0xFFFFFFFF) * names.option_weights[-1] >> 32)
        ]
        if listing.number in sheet.halted:
            return
        more = mix(bits)
        kind = OPTION_KINDS[bits >> 32 & 1_023]
        size = OPTION_SIZES[bits >> 42 & 1_023]
        stock = sheet.stock(listing)
        ts = book.start_us + QUOTE_WINDOW_US + ((more >> 44) * (_SPAN_US - 8_000) >> 20)
        right = "C" if more & 127 < 72 else "P"  # calls trade more (OCC: 55 to 58 %)
        days, expiry, deviation = self._expiry(listing, more >> 8 & 255, first)
        away = DISTANCES[more >> 16 & 255] + (more >> 24 & 63) * (0.3 / 63) - 0.15
        away = away if right == "C" else -away
        price = stock.price * max(0.3, 1.0 + away * deviation)
        series = self._chains.series(listing, expiry, strike_near(listing, price, days), right)
        place = OPTION_PLACES[mix(more) & 1_023]
        venue = OPTION_VENUES[more >> 30 & 255]
        quote = sheet.option(series)
        if kind not in NEGOTIATED_KINDS:
            # Who means nothing by it pays little: large orders are negotiated or legs of packages.
            size = max(1, min(size, self._most * (1 + (more >> 60)) // (16 * quote.ask)))
        if kind in SPREAD_KINDS:
            far = strike_near(listing, series.strike + (1 + (more >> 38 & 3)) * listing.strike_step
                              * (2.0 if days > 60 else 1.0), days)  # fmt: skip
            other = self._chains.series(listing, expiry, far, right)
            self._print(sheet, series, quote, place, ts=ts, size=size, venue=venue, kind=kind)
            self._print(sheet, other, sheet.option(other), _opposite(place),
                        ts=ts + 1 + (more >> 3 & 31), size=size, venue=venue,
                        kind=kind)  # fmt: skip
            return
        if kind == "S" and size >= 5 and more >> 38 & 7 < _SWEEP_SHARE:
            self._sweep(sheet, series, quote, place, ts=ts, size=size, bits=more)
            return
        self._print(sheet, series, quote, place, ts=ts, size=size, venue=venue, kind=kind,
                    bits=more)  # fmt: skip

    def _sweep(
        self, sheet: Sheet, series: Series, quote: OptionMarket, place: str, *, ts: int, size: int,
        bits: int,
    ) -> None:  # fmt: skip
        parts = SWEEP_PARTS[bits >> 41 & 63 & 63]
        for n in range(parts):
            part = size // parts + (1 if n < size % parts else 0)
            step = mix(bits ^ n)
            ts += step & 0x7FF
            self._print(
                sheet, series, quote, place, ts=ts, size=part,
                venue=OPTION_VENUES[step >> 16 & 255], kind="S",
            )  # fmt: skip

    def _print(
        self, sheet: Sheet, series: Series, quote: OptionMarket, place: str, *, ts: int, size: int,
        venue: int, kind: str, bits: int = 0,
    ) -> None:  # fmt: skip
        if kind == "a" and place in {"A", "B"} and bits >> 50 & 1:
            place = "M"  # auctions improve
        price = _option_price(place, quote, series.listing, bits)
        sheet.add(ts, OptionPrint(ts, sheet.uid(), series.text, price, size, venue, _CODES[kind]))

    def _expiry(self, listing: Listing, draw: int, first: int) -> tuple[int, int, float]:
        """Return days, expiry and the standard deviation of the price until then."""
        known = self._terms.get(listing.number)
        if known is None or known[0] != first:
            found = expiries(listing, first)
            roots = tuple(
                listing.volatility * sqrt((day - first + 0.5) * (252 / 365)) for day in found
            )
            known = self._terms[listing.number] = (first, found, roots)
        table = (
            DAILY_EXPIRY if listing.has_dailies
            else WEEKLY_EXPIRY if listing.has_weeklies else MONTHLY_EXPIRY
        )  # fmt: skip
        place = min(table[draw], len(known[1]) - 1)
        return known[1][place] - first, known[1][place], known[2][place]


def _opposite(place: str) -> str:
    return {"A": "B", "B": "A"}.get(place, "M")


def _stock_price(place: str, quote: StockQuote, bits: int, *, lean: float) -> int:
    """Return a price in micro-dollars; a rising path turns some sellers into buyers."""
    if lean and unit(mix(bits ^ 0xA5)) < min(_LEAN_MOST, 0.12 * abs(lean)):
        place = {"B": "A", "SB": "SA"}.get(place, place) if lean > 0 else \
            {"A": "B", "SA": "SB"}.get(place, place)  # fmt: skip
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


def _poisson(mean: float, key: int) -> int:
    """Return a Poisson variate: by inversion, or rounded from the normal one where it is large."""
    if mean <= 0:
        return 0
    bits = mix(key)
    if mean > 30:
        return max(0, int(mean + sqrt(mean) * normal(bits) + 0.5))
    left, n, term = unit(bits), 0, exp(-mean)
    while left >= term and n < 200:
        left -= term
        n += 1
        term *= mean / n
    return n
