"""The background alone: what it is made of, sound everywhere and the same everywhere."""

import hashlib
import subprocess
import sys
from bisect import bisect_left
from collections import Counter
from functools import lru_cache

import msgspec
import pytest

from flow.domain.conditions import condition
from flow.domain.contracts import parse_contract
from flow.domain.events import EquityPrint, EquityQuote, MarketEvent, OptionPrint, OptionQuote
from flow.domain.sale_condition_table import SALE_CODES
from flow.domain.sessions import new_york_date
from flow.domain.venues import VENUES
from ingest.marketstats import MarketStats
from ingest.synthetic.chains import expiries, listed_from
from ingest.synthetic.config import BEAT_US, MarketConfig, config_at, config_of
from ingest.synthetic.market import Market
from ingest.synthetic.ticks import option_tick, stock_tick
from ingest.synthetic.trading_days import trading_calendar
from ingest.synthetic.universe import universe
from ingest.synthetic_feed import DEFAULT_START_US

CANCELLED = SALE_CODES["Cancelled"]
FIRST = DEFAULT_START_US // BEAT_US
# SHA-256 of the first sixty seconds: pinned, so that a machine that rounds differently fails here.
GOLDEN = {
    1: "283bb235ef6a240c2d4a17f9af5fdd69e57cbdd858481b269f1470510e0f86ad",
    2: "3e7ee0d554093ce29a2a7198aed755c5f17f7f061385c39851be0a0a35f3b9ef",
}


def events(seed: int, seconds: int, config: MarketConfig | None = None) -> list[MarketEvent]:
    source = Market(seed, config)
    items = [item for beat in range(FIRST, FIRST + 4 * seconds) for item in source.beat(beat)]
    return [item.event for item in items if isinstance(item.event, MarketEvent)]


@lru_cache
def minute() -> tuple[MarketEvent, ...]:
    return tuple(events(5, 60))


def digest(seed: int) -> str:
    found = hashlib.sha256()
    for event in events(seed, 60):
        found.update(type(event).__name__.encode())
        found.update(msgspec.msgpack.encode(event))
    return found.hexdigest()


@pytest.mark.parametrize("seed", sorted(GOLDEN))
def test_same_seed_same_bytes_on_every_machine(seed: int) -> None:
    assert digest(seed) == GOLDEN[seed]


def test_hash_seed_of_the_process_changes_nothing() -> None:
    code = (
        "from tests.ingest.synthetic.test_realism import events; print(events(3, 1)[-1].uid.hex())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True,
            text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(found) == 1


def test_quotes_are_on_ticks_and_never_locked() -> None:
    for event in minute():
        if isinstance(event, EquityQuote):
            assert event.bid_micros is not None
            assert event.ask_micros is not None
            assert 0 < event.bid_micros < event.ask_micros
            assert event.bid_micros % stock_tick(event.bid_micros) == 0
        elif isinstance(event, OptionQuote):
            listing = universe().by_symbol[parse_contract(event.contract).underlying]
            assert event.ask_micros is not None
            assert (event.bid_micros or 0) < event.ask_micros
            assert (event.bid_size is None) == (event.bid_micros is None)
            assert event.ask_micros % option_tick(listing, event.ask_micros) == 0


def made_us(event: OptionPrint | EquityPrint) -> int:
    told = event.exec_ts if isinstance(event, EquityPrint) else None
    return event.ts if told is None else told


def joined() -> list[tuple[OptionPrint | EquityPrint, int, int]]:
    """Return the prints that nobody took back, with the quote of the instant they were made at."""
    quotes: dict[str, list[tuple[int, int, int]]] = {}
    for event in minute():
        if isinstance(event, EquityQuote | OptionQuote):
            name = event.symbol if isinstance(event, EquityQuote) else event.contract
            row = (event.ts, event.bid_micros or 0, event.ask_micros or 0)
            quotes.setdefault(name, []).append(row)
    found = []
    for event in minute():
        if not isinstance(event, OptionPrint | EquityPrint) or is_said_again(event):
            continue
        known = quotes.get(event.contract if isinstance(event, OptionPrint) else event.symbol, [])
        place = bisect_left(known, (made_us(event),)) - 1
        if place >= 0 and made_us(event) - known[place][0] <= BEAT_US:
            found.append((event, known[place][1], known[place][2]))
    return found


@lru_cache
def said_again() -> frozenset[bytes]:
    """Return who takes another print back or stands in its place."""
    trades = [each for each in minute() if isinstance(each, EquityPrint)]
    taken = {
        (each.symbol, each.exec_ts, each.ts) for each in trades if CANCELLED in each.conditions
    }
    return frozenset(
        each.uid for each in trades if (each.symbol, each.exec_ts, each.ts) in taken
    )  # fmt: skip


def is_said_again(event: OptionPrint | EquityPrint) -> bool:
    return event.uid in said_again() or event.conditions == (ord("A"),)


def test_prints_are_sound_and_lie_in_the_quote_that_they_were_made_at() -> None:
    prints = [each for each in minute() if isinstance(each, OptionPrint | EquityPrint)]
    assert len(joined()) > 0.99 * len(prints)
    for event, bid, ask in joined():
        if isinstance(event, OptionPrint):
            listing = universe().by_symbol[parse_contract(event.contract).underlying]
            tick = option_tick(listing, event.price_micros)
            assert event.price_micros % tick == 0
            assert bid - tick <= event.price_micros <= ask + 2 * tick
            assert event.size > 0
            assert VENUES[event.venue].asset == "option"
            assert all(condition(code).letter for code in event.conditions)
        else:
            assert bid <= event.price_micros <= ask
            assert event.size_micros >= 1_000_000
            assert VENUES[event.venue].off_exchange == event.off_exchange
            assert (event.exec_ts is not None) == event.off_exchange


def test_late_reports_lie_in_the_quote_of_their_execution() -> None:
    slow = [each for each, _, _ in joined() if each.ts - made_us(each) > BEAT_US]
    assert len(slow) > 100
    assert max(each.ts - made_us(each) for each in slow) > 16_000_000


def test_contracts_are_canonical_listed_and_not_over() -> None:
    today = new_york_date(DEFAULT_START_US)
    for text in {event.contract for event in minute() if isinstance(event, OptionPrint)}:
        contract = parse_contract(text)
        assert contract.canonical == text
        assert contract.expiry >= today
        assert contract.expiry in expiries(universe().by_symbol[contract.underlying], today)


def test_the_expiry_of_today_is_gone_after_its_close() -> None:
    close = trading_calendar().close_of(new_york_date(DEFAULT_START_US))
    assert close is not None
    today = new_york_date(DEFAULT_START_US)
    assert listed_from(close - 61_000_000) == today
    assert listed_from(close) == today + 1
    assert expiries(universe().by_symbol["SPY"], today)[0] == today


def test_rates_and_shares_are_those_of_a_real_session() -> None:
    stats = MarketStats()
    for event in minute():
        stats.saw(event)
    options, lit, off = stats.options, stats.lit, stats.off
    assert 46 < options.count / 60 < 54
    assert 190 < (lit.count + off.count) / 60 < 210
    assert 0.37 < off.count / (lit.count + off.count) < 0.43
    premiums = sorted(options.premiums)
    assert premiums[len(premiums) // 2] < 1_000 * 1_000_000
    assert 0.3 < options.places["bid"] / options.count < 0.48
    assert 0.3 < options.places["ask"] / options.count < 0.48
    assert 0.4 < lit.places["bid"] / lit.count < 0.5
    assert 0.4 < lit.places["ask"] / lit.count < 0.5


@pytest.mark.parametrize("rate", [5_000, 20_000])
def test_a_firehose_makes_the_events_it_was_asked_for(rate: int) -> None:
    made = events(2, 4, config_of("firehose", "firehose", firehose_events_per_s=rate))
    assert len(made) / 4 == pytest.approx(rate, rel=0.02)


@pytest.mark.parametrize("rate", [0.5, 7, 50, 2_000])
def test_a_load_run_makes_the_option_prints_it_was_asked_for(rate: float) -> None:
    seconds = 8 if rate > 100 else 200
    made = Counter(type(event).__name__ for event in events(2, seconds, config_at(rate)))
    assert made["OptionPrint"] / seconds == pytest.approx(rate, rel=0.25 if rate < 1 else 0.1)


@pytest.mark.parametrize("rate", [-1, 20_001])
def test_impossible_rates_are_refused(rate: float) -> None:
    with pytest.raises(ValueError, match=f"option_prints_per_s is {rate}.*expected 0 to 20000"):
        MarketConfig(option_prints_per_s=rate)
