"""Shuffled arrivals: the same market, out of order, never later than the lateness."""

from pathlib import Path

import pytest

from flow.domain.events import EquityPrint, EquityQuote, MarketEvent
from ingest.feeds import ImportFormatError
from ingest.lean import import_files
from islandflow.tickproof.shuffled import SLICE_US, ShuffledFeed
from tests.islandflow.tickproof.ticks import OPEN_MS, small_day, write_ticks

WITHIN_US = 5_000_000
Arrival = tuple[int, MarketEvent]


def arrivals(folder: Path, seed: int = 1) -> tuple[ShuffledFeed, list[Arrival]]:
    feed = ShuffledFeed(import_files(folder), within_us=WITHIN_US, seed=seed)
    feed.open(None)
    found: list[Arrival] = []
    while not feed.finished:
        before = feed.wall_us()
        for item in feed.read(1, 0):
            assert isinstance(item, EquityPrint | EquityQuote)
            assert feed.wall_us() >= before
            found.append((feed.wall_us(), item))
    feed.close()
    return feed, found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_day(tmp_path / "xyz")


def test_every_event_arrives_once_within_the_lateness(folder: Path) -> None:
    feed, found = arrivals(folder)

    whole = import_files(folder)
    whole.open(None)
    assert sorted(item.uid for _, item in found) == sorted(
        item.uid for item in whole.read(10_000, 0) if isinstance(item, EquityPrint | EquityQuote)
    )
    assert all(0 <= at - item.ts < WITHIN_US for at, item in found)
    assert feed.moved > 1_000
    assert feed.cursor() == {}


def test_every_print_comes_behind_the_quotes_of_its_past(folder: Path) -> None:
    _, found = arrivals(folder)

    for place, (_, item) in enumerate(found):
        if isinstance(item, EquityPrint):
            behind = [other for _, other in found[place + 1 :] if isinstance(other, EquityQuote)]
            assert all(quote.ts >= item.ts for quote in behind)


def test_events_of_one_instant_keep_their_order(folder: Path) -> None:
    _, found = arrivals(folder)

    prices: dict[int, list[int]] = {}
    for _, item in found:
        if isinstance(item, EquityPrint):
            prices.setdefault(item.ts, []).append(item.price_micros)
    assert all(first > second for first, second in prices.values())


def test_a_seed_is_an_order(folder: Path) -> None:
    orders = [[item.uid for _, item in arrivals(folder, seed)[1]] for seed in (1, 1, 2)]

    assert orders[0] == orders[1] != orders[2]


def test_one_read_brings_a_moment(folder: Path) -> None:
    feed = ShuffledFeed(import_files(folder), within_us=WITHIN_US, seed=1)
    feed.open(None)
    feed.read(1, 0)
    before = feed.wall_us()
    feed.read(10_000, 0)

    assert 0 < feed.wall_us() - before < 2 * SLICE_US
    assert feed.monotonic() == feed.wall_us() / 1_000_000


def test_broken_rows_are_refused(tmp_path: Path) -> None:
    broken = write_ticks(
        tmp_path / "xyz", [(OPEN_MS, 0, 100, "N", 1, 0)], [(1, 1, 1, 1, 1, "P", 1, 0)]
    )

    with pytest.raises(ImportFormatError, match="expected files without a broken row"):
        arrivals(broken)


def test_nothing_is_resumed(folder: Path) -> None:
    feed = ShuffledFeed(import_files(folder), within_us=WITHIN_US, seed=1)

    with pytest.raises(ValueError, match="import into a run of its own"):
        feed.open({"items": 5})
