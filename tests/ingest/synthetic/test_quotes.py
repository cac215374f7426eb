"""Quotes of one instant against each other: nothing is given away, at any strike and expiry."""

from collections.abc import Iterator
from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.synthetic.book import OptionMarket, StockQuote
from ingest.synthetic.chains import expiries, listed_from, strike_near
from ingest.synthetic.config import MarketConfig
from ingest.synthetic.stage import Stage
from ingest.synthetic.ticks import option_quote, option_tick
from ingest.synthetic.universe import universe
from tests.ingest.synthetic.scenes import START

MONEYNESS = (0.8, 0.9, 0.95, 1.0, 1.02, 1.1, 1.2)


@lru_cache
def pairs() -> tuple[tuple[StockQuote, int, OptionMarket, OptionMarket], ...]:
    """Return stock, strike in micro-dollars, call and put over many names and expiries."""
    return tuple(_pairs())


def _pairs() -> Iterator[tuple[StockQuote, int, OptionMarket, OptionMarket]]:
    stage = Stage(1, MarketConfig())
    book, first = stage.book(START), listed_from(START)
    for listing in universe().listings[::12]:
        stock, days = book.stock(listing), expiries(listing, first)
        for expiry in (*days[:2], days[-1]):
            for ratio in MONEYNESS:
                strike = strike_near(listing, stock.price * ratio, expiry - first)
                call, put = (
                    book.option(stage.chains.series(listing, expiry, strike, right))
                    for right in ("C", "P")
                )
                yield stock, strike, call, put


def test_nobody_can_buy_an_option_and_exercise_it_for_more() -> None:
    assert len(pairs()) > 800
    for stock, strike, call, put in pairs():
        assert call.ask >= stock.bid - strike
        assert put.ask >= strike - stock.ask


def test_nobody_is_paid_for_a_conversion_or_its_reverse() -> None:
    for stock, strike, call, put in pairs():
        if call.bid and put.bid:
            assert stock.ask + put.ask - call.bid >= strike
            assert stock.bid + put.bid - call.ask <= strike


@given(st.sampled_from(("SPY", "NVDA", "COIN")), st.floats(0.0, 400.0), st.floats(0.0, 9.0))
def test_a_value_lies_inside_its_quote(symbol: str, value: float, spread: float) -> None:
    listing = universe().by_symbol[symbol]
    bid, ask = option_quote(listing, value, spread)
    assert bid / 1e6 <= value <= ask / 1e6 + 1e-6
    assert bid < ask
    taken = option_tick(listing, int(value * 1e6)) // 2
    assert ask - bid >= int(spread * 1e6) - taken - 1 or bid == 0
    assert ask % option_tick(listing, ask) == 0


@pytest.mark.parametrize("value", [0.0, 0.004])
def test_what_is_worth_nothing_is_offered_at_a_tick(value: float) -> None:
    assert option_quote(universe().by_symbol["SPY"], value, 0.008) == (0, 10_000)
