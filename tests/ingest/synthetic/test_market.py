from collections import Counter
from datetime import date, time
from functools import lru_cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flow.domain.events import EquityPrint, EquityQuote, OptionPrint, OptionQuote, TradingHalt
from flow.domain.sessions import at_new_york
from ingest.synthetic.config import BEAT_US, MarketConfig, config_of
from ingest.synthetic.market import ListedScenes, Market
from ingest.synthetic.sheet import Item, Notice
from ingest.synthetic.steps import Halt, Place, SpotMove
from tests.ingest.synthetic.scenes import EVERYTHING, START, S, equity_trade, option_trade, scene_of

FIRST = START // BEAT_US
BEATS = 30 * 4


def market(*steps: object, seed: int = 7) -> Market:
    scenes = [scene_of(*(steps or EVERYTHING))]  # type: ignore[arg-type]
    return Market(seed, MarketConfig(), ListedScenes(scenes))


def run(source: Market, first: int = FIRST, beats: int = BEATS) -> list[Item]:
    return [item for beat in range(first, first + beats) for item in source.beat(beat)]


@lru_cache
def everything() -> tuple[Item, ...]:
    return tuple(run(market()))


def of_scene(items: list[Item] | tuple[Item, ...]) -> list[Item]:
    return [item for item in items if item.scene]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, BEATS - 1), st.integers(1, 12))
def test_any_start_gives_the_same_items(first: int, beats: int) -> None:
    start = (FIRST + first) * BEAT_US
    wanted = [i for i in everything() if start <= i.wire_us < start + beats * BEAT_US]
    found = run(market(), FIRST + first, beats)
    assert [i for i in found if i.wire_us < (FIRST + BEATS) * BEAT_US] == wanted


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 40), st.lists(st.integers(1, 30), min_size=1, max_size=4))
def test_skipping_beats_gives_what_the_others_bring(first: int, skips: list[int]) -> None:
    beat, source = FIRST + first, market()
    run(source, beat, 1)
    for skipped in skips:
        beat += 1 + skipped
        if beat >= FIRST + BEATS:
            break
        start = beat * BEAT_US
        wanted = [i for i in everything() if start <= i.wire_us < start + BEAT_US]
        assert run(source, beat, 1) == wanted


def test_going_back_gives_the_same_items() -> None:
    source = market()
    whole = run(source)
    assert run(source) == whole == list(everything())


def test_items_come_in_wire_order_and_no_uid_comes_twice_but_the_duplicate() -> None:
    items = everything()
    assert all(a.wire_us <= b.wire_us for a, b in pairwise(items))
    uids = Counter(i.event.uid for i in items if not isinstance(i.event, Notice))
    own = {i.event.uid for i in of_scene(items) if not isinstance(i.event, Notice)}
    assert [count for uid, count in uids.items() if uid in own and count > 1] == [2]
    assert sum(count - 1 for count in uids.values()) < 10  # the background's own


def test_a_trade_made_before_its_scene_is_refused() -> None:
    with pytest.raises(ValueError, match="made 1000000 us before its scene"):
        run(market(equity_trade(3 * S, report_us=4 * S)), FIRST + 12, 1)


def beat_of(*day: int) -> int:
    return at_new_york(date(*day).toordinal(), time(10)) // BEAT_US


@pytest.mark.parametrize("day", [(2020, 1, 2), (2033, 2, 1), (2034, 2, 1), (2036, 12, 31)])
def test_every_year_of_the_calendar_has_a_market(day: tuple[int, int, int]) -> None:
    items = run(Market(11), beat_of(*day), 8)
    assert any(isinstance(item.event, OptionPrint) for item in items)


@pytest.mark.parametrize("day", [(2019, 12, 31), (2037, 1, 2)])
def test_another_year_is_refused_in_a_sentence(day: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match=rf"date is {date(*day)}; expected one of 2020 to 2036"):
        Market(11).beat(beat_of(*day))


def test_other_seeds_and_settings_give_other_events() -> None:
    def uids(source: Market) -> set[bytes]:
        return {i.event.uid for i in run(source, beats=4) if not isinstance(i.event, Notice)}

    one = uids(Market(1))
    assert not one & uids(Market(2))
    assert not one & uids(Market(1, config_of("active", "active")))


def test_every_step_of_a_scene_comes_once() -> None:
    found = of_scene(everything())
    kinds = Counter(type(item.event).__name__ for item in found)
    # 4 option trades, a takeback, a duplicate; 3 equity trades, a cancel and its correction
    assert kinds == {"OptionPrint": 6, "EquityPrint": 5, "TradingHalt": 2, "Notice": 1}


def test_delayed_prints_keep_their_event_time() -> None:
    delays = sorted(
        item.wire_us - item.event.ts
        for item in of_scene(everything())
        if isinstance(item.event, OptionPrint) and item.wire_us != item.event.ts
    )
    assert delays == [9 * S, 14 * S + 995_000]  # late, and the duplicate


def standing(items: tuple[Item, ...], event: OptionPrint | EquityPrint) -> tuple[int, int]:
    """Return bid and ask of the last quote sent strictly before a print's event time."""
    name = event.contract if isinstance(event, OptionPrint) else event.symbol
    found = None
    for item in items:
        quote = item.event
        if isinstance(quote, OptionQuote | EquityQuote) and quote.ts < event.ts:
            own = quote.contract if isinstance(quote, OptionQuote) else quote.symbol
            found = quote if own == name else found
    assert found is not None
    assert found.ask_micros is not None
    return found.bid_micros or 0, found.ask_micros


PLACES = [Place.ABOVE_ASK, Place.ASK, Place.MID, Place.BID, Place.BELOW_BID]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("at", [S, S + 251_003, 2 * S + 249_999, 3 * S + 3_000])
def test_prints_lie_where_their_scene_says(place: Place, at: int) -> None:
    steps = (option_trade(at, place=place), equity_trade(at + 1, place=place))
    items = tuple(run(market(*steps), beats=30))
    prints = [i.event for i in of_scene(items)]
    assert len(prints) == 2
    for event in prints:
        assert isinstance(event, OptionPrint | EquityPrint)
        bid, ask = standing(items, event)
        price = event.price_micros
        assert {
            Place.ABOVE_ASK: price > ask, Place.ASK: price == ask, Place.BID: price == bid,
            Place.MID: 2 * price == bid + ask, Place.BELOW_BID: price < bid,
        }[place]  # fmt: skip


def mids(items: list[Item], symbol: str) -> list[float]:
    return [
        (i.event.bid_micros + i.event.ask_micros) / 2
        for i in items
        if isinstance(i.event, EquityQuote) and i.event.symbol == symbol
        and i.event.bid_micros and i.event.ask_micros
    ]  # fmt: skip


def test_the_underlying_moves_as_told_and_comes_back() -> None:
    step = SpotMove(at_us=0, over_us=S, keep_us=4 * S, bps=100.0)
    moved = mids(run(market(step)), "AAPL")
    calm = mids(run(market(option_trade(0, size=1))), "AAPL")
    ratio = [a / b for a, b in zip(moved, calm, strict=True)]
    assert max(ratio) == pytest.approx(1.01, abs=2e-4)
    assert ratio[-1] == pytest.approx(1.0, abs=2e-4)


def test_aggressive_buying_lifts_the_quote_and_selling_lowers_it() -> None:
    buys = [equity_trade(n * 50_000, size=20_000) for n in range(20)]
    sells = [equity_trade(n * 50_000, size=20_000, place=Place.BID) for n in range(20)]
    calm = mids(run(market(option_trade(0, size=1)), beats=28), "AAPL")[-1]
    assert mids(run(market(*buys), beats=28), "AAPL")[-1] > calm * 1.0002
    assert mids(run(market(*sells), beats=28), "AAPL")[-1] < calm * 0.9998


def test_nothing_trades_and_nothing_is_quoted_in_a_halt() -> None:
    step = Halt(at_us=10 * S, for_us=10 * S)
    items = run(market(step))
    start = START + 13 * S
    stopped = [
        item
        for item in items
        if start <= item.wire_us < start + 10 * S
        and getattr(item.event, "symbol", getattr(item.event, "contract", "")).startswith("AAPL")
    ]
    assert [type(item.event) for item in stopped] == [TradingHalt]


def test_a_halt_is_told_when_it_begins_and_when_trading_goes_on() -> None:
    step = Halt(at_us=10 * S, for_us=10 * S)
    source = market(step)
    told = [item.event for item in run(source, beats=30 * 4) if isinstance(item.event, TradingHalt)]

    assert [(each.ts - START, each.symbol, each.halted) for each in told] == [
        (13 * S, "AAPL", True), (23 * S, "AAPL", False),
    ]  # fmt: skip
    assert source.halts(START, START + 60 * S) == told
    assert source.halts(START, START + 23 * S) == told[:1]


def test_an_outage_silences_the_quotes_it_names() -> None:
    contract = scene_of().contracts[0]
    start = START + 3 * S
    quoted = {
        (type(i.event), i.wire_us // S - start // S)
        for i in everything()
        if (isinstance(i.event, OptionQuote) and i.event.contract == contract)
        or (isinstance(i.event, EquityQuote) and i.event.symbol == "AAPL")
    }  # fmt: skip
    assert (OptionQuote, 7) in quoted
    assert not {(OptionQuote, 8), (OptionQuote, 9), (EquityQuote, 9)} & quoted
    assert (EquityQuote, 10) in quoted
