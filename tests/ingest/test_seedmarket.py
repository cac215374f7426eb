from collections import Counter
from itertools import groupby, islice, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flow.domain.conditions import condition
from flow.domain.contracts import parse_contract
from flow.domain.events import EquityPrint, EquityQuote, MarketEvent, OptionPrint, OptionQuote
from flow.domain.venues import VENUES
from ingest.seedfeed import ledger
from ingest.seedmarket import BLOCK, SeedMarket, mix

S = 1_000_000
START = 1_700_000_000 * S
EVENTS = ledger(11, 40_000)
GOLDEN = ("AMD-2023-12-01-185-P", 22150000, 1, 19, (73,))


def of_kind(kind: type) -> list[MarketEvent]:
    return [event for event in EVENTS if isinstance(event, kind)]


def test_mix_is_splitmix64() -> None:
    # the first two outputs of the published generator for seed 0
    assert mix(0) == 0xE220A8397B1DCDAF
    assert mix(0x9E3779B97F4A7C15) == 0x6E789E6AA1B965F4


def test_same_seed_same_events_and_other_seed_others() -> None:
    assert ledger(1, 500) == ledger(1, 500)
    assert ledger(1, 500) != ledger(2, 500)


def test_golden_event() -> None:
    """Pinned: a change here changes every ledger that was ever written down."""
    event = ledger(7, 20)[12]
    assert isinstance(event, OptionPrint)
    assert (event.contract, event.price_micros, event.size, event.venue, event.conditions) == GOLDEN


@settings(max_examples=40)
@given(st.integers(0, 5_000), st.integers(1, 60))
def test_event_i_does_not_depend_on_where_one_starts(index: int, length: int) -> None:
    market = SeedMarket(11, 50, START)
    assert list(islice(market.events_from(index), length)) == EVENTS[index : index + length]


def test_times_never_fall_and_uids_never_repeat() -> None:
    assert all(a.ts <= b.ts for a, b in pairwise(EVENTS))
    assert len({event.uid for event in EVENTS}) == len(EVENTS)


@pytest.mark.parametrize("rate", [0.5, 1, 7, 50, 5_000, 20_000])
def test_rate_counts_option_prints(rate: float) -> None:
    events = ledger(3, 20 * 400, rate_prints_per_s=rate)
    assert all(a.ts <= b.ts for a, b in pairwise(events))
    prints = sum(isinstance(event, OptionPrint) for event in events)
    span_s = 400 * int(8 * S / rate) / S
    assert abs(prints / span_s - rate) <= 0.01 * rate


@pytest.mark.parametrize("rate", [0, 0.05, 20_001])
def test_impossible_rates_are_refused(rate: float) -> None:
    with pytest.raises(ValueError, match=f"rate is {rate} prints/s; expected 0.1 to 20000"):
        SeedMarket(1, rate, START)


def test_quotes_are_sound() -> None:
    for event in of_kind(OptionQuote) + of_kind(EquityQuote):
        assert isinstance(event, OptionQuote | EquityQuote)
        assert event.ask_micros is not None
        assert event.ask_micros > (event.bid_micros or 0)


def test_prints_are_sound() -> None:
    for event in of_kind(OptionPrint):
        assert isinstance(event, OptionPrint)
        assert event.price_micros > 0
        assert event.size > 0
        assert VENUES[event.venue].asset == "option"
        assert all(condition(code).letter for code in event.conditions)


def test_contracts_are_canonical_near_the_money_and_not_expired() -> None:
    days = {event.contract for event in of_kind(OptionPrint) if isinstance(event, OptionPrint)}
    for text in days:
        contract = parse_contract(text)
        assert contract.canonical == text
        assert contract.expiry_date.weekday() == 4
        assert contract.expiry_date.isoformat() >= "2023-11-14"


def test_a_third_of_equity_prints_is_off_exchange_and_says_so_twice() -> None:
    prints = [event for event in of_kind(EquityPrint) if isinstance(event, EquityPrint)]
    dark = [event for event in prints if event.off_exchange]
    assert 0.27 < len(dark) / len(prints) < 0.33
    assert all(VENUES[event.venue].off_exchange == event.off_exchange for event in prints)


def test_sizes_are_small_with_a_few_large_ones() -> None:
    sizes = sorted(e.size for e in of_kind(OptionPrint) if isinstance(e, OptionPrint))
    assert sizes[len(sizes) // 2] <= 10
    assert sizes[-1] >= 400


def test_sweeps_come_a_few_times_a_minute_over_several_venues() -> None:
    prints = [e for e in of_kind(OptionPrint) if isinstance(e, OptionPrint)]
    minutes = (EVENTS[-1].ts - EVENTS[0].ts) / (60 * S)
    swept = [e for e in prints if e.size >= 41 and e.conditions == (ord("S"),)]
    bursts = [
        list(group) for _, group in groupby(swept, key=lambda e: (e.contract, e.ts // (2 * S)))
    ]
    full = [burst for burst in bursts if len(burst) >= 5]
    assert 2 < len(full) / minutes < 8
    for burst in full:
        assert burst[-1].ts - burst[0].ts <= 500_000
        assert len({e.venue for e in burst}) >= 2


def test_prints_lie_on_quotes_of_the_same_block() -> None:
    for start in range(0, 2_000, BLOCK):
        block = EVENTS[start : start + BLOCK]
        quoted = {e.contract: e for e in block if isinstance(e, OptionQuote)}
        for event in block:
            if isinstance(event, OptionPrint):
                quote = quoted[event.contract]
                assert quote.ask_micros is not None
                assert (quote.bid_micros or 1) <= event.price_micros <= quote.ask_micros


def test_mix_of_a_block() -> None:
    kinds = Counter(type(event).__name__ for event in EVENTS[:BLOCK])
    assert kinds == {"EquityQuote": 2, "OptionQuote": 5, "EquityPrint": 5, "OptionPrint": 8}
