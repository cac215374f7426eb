"""Background flow presses on quotes: the same from any start, in the right direction, fading."""

from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flow.domain.events import EquityQuote, OptionPrint, OptionQuote
from ingest.synthetic.book import Book
from ingest.synthetic.chains import Chains, line_of
from ingest.synthetic.config import BEAT_US, MarketConfig, config_at
from ingest.synthetic.draws import key_of
from ingest.synthetic.effects import HEDGED, IMPACT_US, Effects, impact_of, iv_impact_of
from ingest.synthetic.market import Market
from ingest.synthetic.orders import Beat, OptionOrder, Orders, StockOrder
from ingest.synthetic.paths import Paths
from ingest.synthetic.pressure import BEATS, Flow, Pressure, flow_of
from ingest.synthetic.stage import Stage
from ingest.synthetic.universe import universe
from tests.ingest.synthetic.scenes import START

FIRST = START // BEAT_US
SPY = universe().by_symbol["SPY"]


@lru_cache
def orders() -> Orders:
    return Orders(key_of(3, "x"), MarketConfig(), universe(), Chains(), Paths(3, "always"))


@lru_cache(maxsize=2_000)
def drawn(beat: int) -> Beat:
    return orders().of(beat)


def stock(place: str, shares: int = 1_000, symbol: str = "SPY") -> StockOrder:
    return StockOrder(universe().by_symbol[symbol], shares, place, 0, 0.0)


def option(place: str = "A", kind: str = "I", delta: float = 0.5) -> OptionOrder:
    series = Stage(3, MarketConfig()).series("SPY-2025-01-17-600-C")
    return OptionOrder(series, None, 10, place, kind, 0, 2_000, delta)


def only(beat: int, *stocks: StockOrder) -> Pressure:
    """Return the pressure of one beat's orders alone."""
    return Pressure(lambda n: (list(stocks), []) if n == beat else ([], []))


def test_who_pays_the_spread_presses_and_who_rests_hidden_does_not() -> None:
    dollars = int(1_000 * SPY.price)
    assert flow_of(([stock("A")], [])).stocks == {SPY.number: dollars}
    assert flow_of(([stock("B")], [])).stocks == {SPY.number: -dollars}
    assert flow_of(([stock(""), stock("M"), stock("I")], [])) == Flow({}, {})


def test_options_press_on_their_strike_and_by_their_hedge_on_the_underlying() -> None:
    hedge = int(HEDGED * 0.5 * 100 * 10 * SPY.price)
    line = option().series.line
    assert flow_of(([], [option()])) == Flow({SPY.number: hedge}, {line: 2_000})
    assert flow_of(([], [option(delta=-0.5)])) == Flow({SPY.number: -hedge}, {line: 2_000})
    assert flow_of(([], [option("BB")])) == Flow({SPY.number: -hedge}, {line: -2_000})
    assert flow_of(([], [option(kind="f"), option("M")])) == Flow({}, {})


def test_pressure_fades_in_a_straight_line_and_is_gone() -> None:
    pressure, dollars = only(FIRST, stock("A")), int(1_000 * SPY.price)
    found = {}
    for age in (0, 1, BEATS // 2, BEATS, BEATS + 1):
        pressure.enter(FIRST + age)
        found[age] = pressure.stock(SPY.number) / dollars
    assert found == {
        0: 0, 1: 1, BEATS // 2: pytest.approx(0.5, abs=0.01), BEATS: pytest.approx(1 / BEATS),
        BEATS + 1: 0,
    }  # fmt: skip
    assert BEATS * BEAT_US == IMPACT_US


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 400), st.integers(1, 300))
def test_going_along_and_starting_anew_agree(first: int, steps: int) -> None:
    walked, fresh = Pressure(drawn), Pressure(drawn)
    beat = FIRST + first
    for each in range(beat, beat + steps):
        walked.enter(each)
    fresh.enter(beat + steps - 1)
    for number in range(0, len(universe()), 7):
        assert walked.stock(number) == fresh.stock(number)
    lines = sorted(fresh._lines)[:40]
    assert lines
    for line in lines:
        assert walked.line(line) == fresh.line(line)


def test_impact_follows_the_square_root_law() -> None:
    day = SPY.adv * SPY.price
    assert impact_of(SPY, day) == pytest.approx(SPY.volatility)
    assert impact_of(SPY, -day / 4) == pytest.approx(-SPY.volatility / 2)
    assert impact_of(SPY, 0.0) == iv_impact_of(0.0) == 0.0
    assert iv_impact_of(1_000_000) == pytest.approx(0.02)
    assert iv_impact_of(-1e12) == -0.15


class Fixed:
    """A press that tells the same of everything."""

    def __init__(self, dollars: float) -> None:
        self._dollars = dollars

    def stock(self, number: int) -> float:
        return self._dollars if number == SPY.number else 0.0

    def line(self, line: str) -> float:
        return self._dollars if line.startswith("SPY") else 0.0


def test_buying_lifts_both_sides_of_stock_and_option_and_selling_lowers_them() -> None:
    stage = Stage(3, MarketConfig())
    series = stage.series("SPY-2025-02-21-600-C")

    def quotes(dollars: float) -> tuple[int, ...]:
        book = Book(stage.quote_key, stage.paths, FIRST, {}, Fixed(dollars))
        one, other = book.stock(SPY), book.option(series)
        return one.bid, one.ask, other.bid, other.ask

    calm, bought, sold = quotes(0.0), quotes(2_000_000_000.0), quotes(-2_000_000_000.0)
    assert all(low < mid < high for low, mid, high in zip(sold, calm, bought, strict=True))


def test_the_market_quotes_what_its_own_flow_presses() -> None:
    config = config_at(400)
    market, stage = Market(3, config), Stage(3, config)
    pressure = Pressure(
        Orders(key_of(3, "background"), config, stage.names, stage.chains, stage.paths).of
    )
    above = {True: 0, False: 0}
    for beat in range(FIRST, FIRST + 120):
        pressure.enter(beat)
        book = stage.book(beat * BEAT_US)
        for item in market.beat(beat):
            if not isinstance(item.event, EquityQuote) or item.event.bid_micros is None:
                continue
            listing = universe().by_symbol[item.event.symbol]
            pressed = pressure.stock(listing.number)
            if abs(impact_of(listing, pressed)) * listing.price > max(0.02, 2 * listing.spread):
                moved = item.event.bid_micros - book.stock(listing).bid
                above[(moved > 0) == (pressed > 0)] += 1
    assert above[True] > 200
    assert above[False] == 0


def test_chains_of_names_that_move_are_quoted_without_a_print() -> None:
    market = Market(3, MarketConfig())
    quoted: set[tuple[int, str]] = set()
    printed: set[tuple[int, str]] = set()
    for beat in range(FIRST, FIRST + 240):
        for item in market.beat(beat):
            if isinstance(item.event, OptionQuote):
                quoted.add((beat, item.event.contract))
            elif isinstance(item.event, OptionPrint):
                printed.add((beat, item.event.contract))
    silent = len(quoted - printed) / 60
    assert 35 < silent < 70
    fresh = quoted | {(beat + 1, text) for beat, text in quoted}  # until it is quoted anew
    assert len(printed - fresh) < 0.02 * len(printed)  # late, or its quote was missed


def test_call_and_put_of_one_strike_move_together() -> None:
    stage, dear = Stage(3, MarketConfig()), 40_000_000.0
    names = [f"SPY-2025-02-21-600-{right}" for right in ("C", "P")]
    effects = Effects()
    effects.premiums[line_of(names[0])] = dear
    scene = {SPY.number: effects}
    for book in (
        Book(stage.quote_key, stage.paths, FIRST, {}, Fixed(dear)),
        Book(stage.quote_key, stage.paths, FIRST, scene),
    ):
        calm = Book(stage.quote_key, stage.paths, FIRST, {})
        stock = book.stock(SPY)
        call, put = (book.option(stage.series(name)) for name in names)
        assert put.ask > calm.option(stage.series(names[1])).ask
        assert stock.ask + put.ask - call.bid >= 600_000_000
        assert stock.bid + put.bid - call.ask <= 600_000_000
