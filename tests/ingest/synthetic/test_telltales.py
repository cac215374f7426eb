"""Nothing that one message shows by itself says that a scene made it.

Scenes and background are written by different code. Whatever value of a field only scenes have, a
rule could learn instead of the market; here every value that scenes show often is also theirs.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

import pytest

from flow.domain.events import EquityPrint, EquityQuote, OptionPrint, OptionQuote
from ingest.synthetic.config import BEAT_US, MarketConfig
from ingest.synthetic.market import ListedScenes, Market
from ingest.synthetic.placing import Plan, place
from ingest.synthetic.stage import Stage
from tests.ingest.synthetic.scenes import S

SEED, SECONDS = 9, 200
START = 1_741_188_600 * S  # 2025-03-05 10:30 in New York
CONFIG = MarketConfig(option_prints_per_s=50.0, equity_prints_per_s=100.0)
# At least so many prints of scenes before a value counts, and the most that may be theirs of all
# prints that have it. A scene begins every two seconds, many times as often as in the product.
LEAST, MOST = 10, 0.85
GAP_US = 250_000
Print = OptionPrint | EquityPrint


class Told(NamedTuple):
    """One print as it went over the wire; `is_own` where a scene made it."""

    wire_us: int
    event: Print
    is_own: bool


@lru_cache
def played() -> tuple[list[Told], dict[str, list[tuple[int, int, int]]]]:
    """Return the prints, and the quotes (ts, bid, ask) by their instrument."""
    plan = Plan(seed=SEED, from_us=START, count=SECONDS // 2, every_us=2 * S, apart_us=60 * S)
    market = Market(SEED, CONFIG, ListedScenes(place(plan, Stage(SEED, CONFIG))))
    prints: list[Told] = []
    quotes: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for beat in range(START // BEAT_US, (START + (SECONDS + 60) * S) // BEAT_US):
        for item in market.beat(beat):
            event = item.event
            if isinstance(event, Print):
                prints.append(Told(item.wire_us, event, item.scene is not None))
            elif isinstance(event, OptionQuote | EquityQuote):
                row = (event.ts, event.bid_micros or 0, event.ask_micros or 0)
                quotes[name_of(event)].append(row)
    return prints, quotes


def name_of(event: Print | OptionQuote | EquityQuote) -> str:
    return event.contract if isinstance(event, OptionPrint | OptionQuote) else event.symbol


def kind_of(event: Print) -> str:
    if isinstance(event, OptionPrint):
        return "option"
    return "off" if event.off_exchange else "lit"


def made_us(event: Print) -> int:
    told = event.exec_ts if isinstance(event, EquityPrint) else None
    return event.ts if told is None else told


def slot(ts: int) -> int:
    return ts % BEAT_US // 10_000


def size_class(event: Print) -> int:
    size = event.size if isinstance(event, OptionPrint) else event.size_micros // 1_000_000
    return min(size.bit_length(), 15)


def quoted(event: Print) -> tuple[str, str]:
    """Return the place in the quote and whether there is a fresh one."""
    known = played()[1].get(name_of(event), [])
    number = bisect_left(known, (made_us(event),)) - 1
    if number < 0:
        return "none", "none"
    ts, bid, ask = known[number]
    age = "fresh" if made_us(event) - ts <= 2 * BEAT_US else "old"
    price = event.price_micros
    if price in {bid, ask}:
        return ("ask" if price == ask else "bid"), age
    if 2 * price == bid + ask:
        return "middle", age
    return ("inside" if bid < price < ask else "outside"), age


FIELDS: dict[str, Callable[[Told], object]] = {
    "instant within the beat": lambda item: slot(item.event.ts),
    "execution within the beat": lambda item: slot(made_us(item.event)),
    "time on the wire": lambda item: (item.wire_us - item.event.ts).bit_length(),
    "time to the report": lambda item: (item.event.ts - made_us(item.event)).bit_length(),
    "venue": lambda item: item.event.venue,
    "conditions": lambda item: item.event.conditions,
    "size": lambda item: size_class(item.event),
    "place": lambda item: quoted(item.event)[0],
    "age of the quote": lambda item: quoted(item.event)[1],
    "fractions of a cent": lambda item: item.event.price_micros % 10_000,
}


def telling(values: Iterator[tuple[object, bool]]) -> dict[object, tuple[int, int]]:
    """Return the values that scenes show often and the background hardly: (theirs, all)."""
    own, every = Counter[object](), Counter[object]()
    for value, is_own in values:
        every[value] += 1
        own[value] += is_own
    return {
        value: (count, every[value])
        for value, count in own.items()
        if count >= LEAST and count > MOST * every[value]
    }


@pytest.mark.parametrize("field", FIELDS)
def test_no_value_of_a_field_gives_a_scene_away(field: str) -> None:
    prints = played()[0]
    read = FIELDS[field]
    assert sum(1 for item in prints if item.is_own) > 400
    found = telling(((kind_of(item.event), read(item)), item.is_own) for item in prints)
    assert found == {}


def test_no_length_of_a_packet_gives_a_scene_away() -> None:
    assert telling(iter(packets())) == {}


def packets() -> list[tuple[object, bool]]:
    """Return the length (7 and more are one) of each packet of a contract, and whose it is."""
    by_contract: dict[str, list[Told]] = defaultdict(list)
    for item in played()[0]:
        if isinstance(item.event, OptionPrint):
            by_contract[item.event.contract].append(item)
    found: list[tuple[object, bool]] = []
    for items in by_contract.values():
        items.sort(key=lambda item: item.event.ts)
        groups: list[list[Told]] = []
        last = 0
        for item in items:
            if item.event.ts - last > GAP_US:
                groups.append([])
            groups[-1].append(item)
            last = item.event.ts
        found += [(min(len(each), 7), any(item.is_own for item in each)) for each in groups]
    return found


def test_a_value_that_only_scenes_have_is_found() -> None:
    theirs = [("odd", True)] * LEAST + [("usual", True)] * LEAST + [("usual", False)] * LEAST
    assert telling(iter(theirs)) == {"odd": (LEAST, LEAST)}
