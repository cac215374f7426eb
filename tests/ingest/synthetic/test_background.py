"""What the feed does to messages of the background, and how its orders are worked."""

from collections import Counter, defaultdict
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

import pytest

from flow.domain.events import EquityPrint, OptionPrint
from flow.domain.sale_condition_table import SALE_CODES
from flow.domain.sessions import NEW_YORK
from flow.domain.units import from_datetime
from ingest.synthetic.config import BEAT_US, MarketConfig
from ingest.synthetic.market import Market
from ingest.synthetic.sheet import Item
from ingest.synthetic.tables import LATEST_US, SLOW_REPORTS, SOON_US, WIRE_DELAYS, delay_of
from tests.ingest.synthetic.scenes import START, S

CONFIG = MarketConfig(option_prints_per_s=400.0, equity_prints_per_s=800.0, chain_quotes_per_s=0.0)
FIRST, BEATS = START // BEAT_US, 25 * 4
CANCELLED = SALE_CODES["Cancelled"]
Print = OptionPrint | EquityPrint
Kind = TypeVar("Kind", OptionPrint, EquityPrint)


@lru_cache
def told() -> tuple[Item, ...]:
    market = Market(2, CONFIG)
    return tuple(
        item
        for beat in range(FIRST, FIRST + BEATS)
        for item in market.beat(beat)
        if isinstance(item.event, Print)
    )


def prints(kind: type[Kind]) -> list[Kind]:
    return [item.event for item in told() if isinstance(item.event, kind)]


def test_one_message_in_a_thousand_comes_late() -> None:
    late = [item.wire_us - item.event.ts for item in told() if item.wire_us > item.event.ts]
    assert 0.0005 < len(late) / len(told()) < 0.004
    assert max(late) > 5 * S


def test_a_few_messages_come_twice_and_some_trades_are_taken_back() -> None:
    uids = Counter([each.uid for each in prints(OptionPrint)])
    uids.update(each.uid for each in prints(EquityPrint))
    assert 0 < sum(count == 2 for count in uids.values()) < 0.002 * len(told())
    assert max(uids.values()) == 2
    known = {(each.contract, each.price_micros, each.size) for each in prints(OptionPrint)
             if each.conditions != (ord("A"),)}  # fmt: skip
    backs = [each for each in prints(OptionPrint) if each.conditions == (ord("A"),)]
    assert 0.0003 < len(backs) / len(prints(OptionPrint)) < 0.003
    # Some take back what was printed before the market was entered.
    named = [each for each in backs if (each.contract, each.price_micros, each.size) in known]
    assert len(named) > 0.7 * len(backs)


def test_a_corrected_stock_print_stands_beside_its_cancel() -> None:
    stocks = prints(EquityPrint)
    cancels = [each for each in stocks if CANCELLED in each.conditions]
    assert 0.0003 < len(cancels) / len(stocks) < 0.003
    at = {(each.symbol, each.ts, each.price_micros) for each in cancels}
    instead = [
        each for each in stocks
        if (each.symbol, each.ts, each.price_micros) in at and CANCELLED not in each.conditions
    ]  # fmt: skip
    assert 0 < len(instead) < len(cancels)


def test_orders_are_worked_in_bursts_on_both_sides() -> None:
    by_contract: dict[str, list[OptionPrint]] = defaultdict(list)
    for each in prints(OptionPrint):
        by_contract[each.contract].append(each)
    groups: list[list[OptionPrint]] = []
    for trades in by_contract.values():
        trades.sort(key=lambda each: each.ts)
        last = 0
        for each in trades:
            if each.ts - last > 20_000:
                groups.append([])
            groups[-1].append(each)
            last = each.ts
    long = [group for group in groups if 6 <= len(group) <= 12]
    assert len(long) >= 8
    assert sum(len({each.price_micros for each in group}) > 1 for group in long) > 0.6 * len(long)


def test_prints_come_everywhere_in_a_beat() -> None:
    options = [each.ts for each in prints(OptionPrint)]
    stocks = [each.ts for each in prints(EquityPrint)]
    for instants in (options, stocks):
        slots = Counter(ts % BEAT_US // 10_000 for ts in instants)
        share = len(instants) / 25
        assert len(slots) == 25
        assert all(0.7 * share < count < 1.3 * share for count in slots.values())


def test_large_lots_print_on_exchanges_too() -> None:
    lit = [each.size_micros // 1_000_000 for each in prints(EquityPrint) if not each.off_exchange]
    assert 0.0001 < sum(size >= 15_000 for size in lit) / len(lit) < 0.003


@pytest.mark.parametrize(("delays", "most"), [(SLOW_REPORTS, LATEST_US), (WIRE_DELAYS, 30_000_000)])
def test_delays_end_where_a_market_that_is_entered_looks_back_to(
    delays: tuple[int, ...], most: int
) -> None:
    found = [delay_of(delays, bits) for bits in range(1 << 15)]
    assert min(found) > SOON_US // 50
    assert max(found) < most <= LATEST_US


def test_a_busy_market_that_is_entered_anywhere_owes_the_same() -> None:
    again = Market(2, CONFIG)
    for beat in (FIRST + 97, FIRST + 40, FIRST + 60, FIRST + 97):
        wanted = [item for item in told() if beat * BEAT_US <= item.wire_us < (beat + 1) * BEAT_US]
        assert [item for item in again.beat(beat) if isinstance(item.event, Print)] == wanted


@pytest.mark.parametrize(
    ("clock", "marked"),
    [("2025-03-05T08:00", True), ("2025-03-05T10:00", False), ("2025-03-05T17:00", True)],
)
def test_sales_outside_regular_hours_are_marked(clock: str, marked: bool) -> None:
    config = MarketConfig(option_prints_per_s=0.0, equity_prints_per_s=4_000.0, hours="session")
    first = from_datetime(datetime.fromisoformat(clock).replace(tzinfo=NEW_YORK)) // BEAT_US
    market = Market(2, config)

    found = [
        item.event for beat in range(first, first + 40) for item in market.beat(beat)
        if isinstance(item.event, EquityPrint) and CANCELLED not in item.event.conditions
    ]  # fmt: skip

    assert len(found) > 20
    assert all((SALE_CODES["ExtendedHours"] in each.conditions) is marked for each in found)
