"""The quotes of one beat: each symbol and contract has one from the beat's start to its end."""

from collections.abc import Mapping
from typing import NamedTuple

from flow.domain.units import MICROS
from ingest.synthetic.chains import Series
from ingest.synthetic.config import BEAT_US
from ingest.synthetic.draws import mix
from ingest.synthetic.effects import Effects, impact_of, iv_impact_of
from ingest.synthetic.paths import Paths
from ingest.synthetic.pressure import Press
from ingest.synthetic.surface import implied_volatility, value_and_greeks, years_left
from ingest.synthetic.ticks import option_quote, option_tick, stock_tick
from ingest.synthetic.universe import Listing


class StockQuote(NamedTuple):
    """One symbol's quote. Units: micro-dollars, shares; `price` is the fair price in dollars."""

    ts: int
    bid: int
    ask: int
    bid_size: int
    ask_size: int
    price: float


class OptionMarket(NamedTuple):
    """One contract's quote. A bid of 0 means that nobody bids."""

    ts: int
    bid: int
    ask: int
    bid_size: int
    ask_size: int


class Book:
    """Makes the quotes of one beat when they are asked for."""

    def __init__(
        self,
        key: int,
        paths: Paths,
        beat: int,
        effects: Mapping[int, Effects],
        press: Press | None = None,
    ) -> None:
        """Take what disturbs the market during this beat: scenes, by listing number, and flow."""
        self.start_us = beat * BEAT_US
        self.stocks: dict[int, StockQuote] = {}
        self.options: dict[str, OptionMarket] = {}
        self.needs_mid: set[str] = set()  # contracts that must be quoted with a middle on a tick
        self._key = mix(key ^ mix(beat))
        self._slow_key = mix(key ^ mix(beat >> 1 | 1 << 62))  # spreads and sizes hold two beats
        self._paths = paths
        self._second, within = divmod(self.start_us, MICROS)
        self._within = within * 1e-6
        self._effects = effects
        self._press = press

    def stock(self, listing: Listing) -> StockQuote:
        """Return the quote of a symbol."""
        found = self.stocks.get(listing.number)
        if found is None:
            found = self.stocks[listing.number] = self._stock(listing)
        return found

    def option(self, series: Series) -> OptionMarket:
        """Return the quote of a contract."""
        found = self.options.get(series.text)
        if found is None:
            found = self.options[series.text] = self._option(series)
        return found

    def _stock(self, listing: Listing) -> StockQuote:
        left, right = self._paths.second(listing, self._second)
        price, spread = left + (right - left) * self._within, listing.spread
        effects = self._effects.get(listing.number)
        flow = self._press.stock(listing.number) if self._press is not None else 0.0
        if effects is not None:
            price *= effects.price_factor(listing, flow)
            spread *= effects.spread
        else:
            price *= 1.0 + impact_of(listing, flow)
        bits = mix(self._slow_key ^ listing.number << 40)
        micros = price * MICROS
        tick = stock_tick(int(micros))
        # Spreads vary by a half around their mean, never below a tick.
        ticks = max(1, int(spread * (0.5 + (bits & 0xFF) / 255) * MICROS / tick + 0.5))
        bid = int(micros / tick - ticks * 0.5 + 0.5) * tick
        return StockQuote(
            self.start_us + listing.offset_us,
            bid,
            bid + ticks * tick,
            100 * (1 + (bits >> 8 & 0xF) * (bits >> 16 & 0xF) // 16),
            100 * (1 + (bits >> 24 & 0xF) * (bits >> 32 & 0xF) // 16),
            price,
        )

    def _option(self, series: Series) -> OptionMarket:
        listing, stock = series.listing, self.stock(series.listing)
        effects = self._effects.get(listing.number)
        flow = self._press.line(series.line) if self._press is not None else 0.0
        if effects is not None:
            points = effects.iv_points(series.line, flow)
            value = self._value(series, stock.price, points)[0]
        else:
            value = self._steady_value(series, stock.price, iv_impact_of(flow))
        key = mix(self._slow_key ^ series.key)
        # Market makers' width: a share of the value and a floor, more in classes that trade less
        # (guess, compared with the real chains: `manage.py synthetic stats`).
        width = 1.0 if listing.number < 12 else 1.5 if listing.number < 60 else 2.5
        spread = (0.008 + 0.014 * value) * width * (0.7 + (key & 0xFF) * (0.6 / 255))
        spread = min(spread, 0.02 * stock.price + 0.05)
        if effects is not None:
            spread *= effects.spreads.get(series.text, 1.0)
        bid, ask = option_quote(listing, value, spread)
        if series.text in self.needs_mid:
            bid, ask = _with_middle(listing, bid, ask)
        return OptionMarket(
            self.start_us + series.offset_us,
            bid,
            ask,
            1 + (key >> 8 & 0x1F) * (key >> 16 & 0xF),
            1 + (key >> 24 & 0x1F) * (key >> 32 & 0xF),
        )

    def _steady_value(self, series: Series, price: float, points: float) -> float:
        """Return the value from that of the second's start, along its delta and its vega."""
        second, base, value, delta, vega = series.memo
        if second != self._second:
            base = self._paths.second(series.listing, self._second)[0]
            value, delta, vega = self._value(series, base, 0.0, at_us=self._second * MICROS)
            series.memo = (self._second, base, value, delta, vega)
        return max(0.0, value + delta * (price - base) + vega * points)

    def _value(
        self, series: Series, price: float, points: float, *, at_us: int | None = None
    ) -> tuple[float, float, float]:
        years = years_left(series.close_us, self.start_us if at_us is None else at_us)
        market = self._paths.market_level(self._second)
        iv = implied_volatility(
            series.listing, spot=price, strike=series.strike, years=years, market=market
        )
        return value_and_greeks(
            price, series.strike, years, max(0.03, iv + points), is_call=series.is_call
        )


def _with_middle(listing: Listing, bid: int, ask: int) -> tuple[int, int]:
    """Return a quote that is an even number of ticks wide, so that its middle can be traded."""
    tick = option_tick(listing, ask)
    bid = max(tick, bid // tick * tick)
    ticks = max(2, (ask - bid) // tick)
    return bid, bid + (ticks + ticks % 2) * tick
