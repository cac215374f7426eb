import json
import re
from collections.abc import Sequence
from datetime import date, time
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flow.domain.clock import ManualClock
from flow.domain.events import OptionPrint, TradingHalt
from flow.domain.sessions import at_new_york
from ingest.feeds import Cursor, FeedItem
from ingest.synthetic.config import BEAT_US, MarketConfig, config_at, config_of
from ingest.synthetic.market import ListedScenes, Market
from ingest.synthetic.sheet import Item
from ingest.synthetic.steps import Halt, Scene
from ingest.synthetic_feed import DEFAULT_START_US, SyntheticFeed, ledger
from tests.ingest.synthetic.scenes import scene_of

S = 1_000_000
NOW = 1_737_000_000 * S


class Wall:
    """A manual clock whose sleep moves it."""

    def __init__(self, now_us: int = NOW) -> None:
        self.clock = ManualClock(now_us)
        self.slept: list[float] = []

    def now(self) -> int:
        return self.clock.now_us()

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.advance(round(seconds * S))


RATE = config_at(50)
NEXT_US = 250_000  # a beat


def paced(wall: Wall, rate: float = 50, limit: int | None = None) -> SyntheticFeed:
    feed = SyntheticFeed(5, config_at(rate), wall=wall.now, sleep=wall.sleep, limit=limit)
    feed.open(None)
    return feed


def read_until(feed: SyntheticFeed, wall: Wall, until_us: int) -> list[FeedItem]:
    items: list[FeedItem] = []
    while wall.now() < until_us and not feed.finished:
        items += feed.read(1_000, 0.05)
    return items


def test_unpaced_feed_is_the_ledger() -> None:
    feed = SyntheticFeed(5, RATE, limit=500)
    feed.open(None)
    items: list[FeedItem] = []
    while not feed.finished:
        items += feed.read(64, 0)
    assert items == ledger(5, 500)
    assert feed.read(64, 0) == []


def test_feed_without_limit_never_finishes() -> None:
    feed = SyntheticFeed(5, RATE)
    feed.open(None)
    assert len(feed.read(1_000, 0)) == 1_000
    assert not feed.finished
    feed.close()


@settings(max_examples=30)
@given(st.lists(st.integers(1, 90), min_size=1, max_size=8))
def test_resuming_anywhere_gives_the_same_stream(cuts: list[int]) -> None:
    items: list[FeedItem] = []
    cursor = None
    for cut in cuts:
        feed = SyntheticFeed(5, RATE)
        feed.open(cursor)
        items += feed.read(cut, 0)
        cursor = json.loads(json.dumps(feed.cursor()))
    assert items == ledger(5, sum(cuts), start_us=DEFAULT_START_US)


def test_cursor_of_another_seed_or_rate_starts_anew() -> None:
    feed = SyntheticFeed(5, RATE)
    feed.open(None)
    feed.read(10, 0)
    for other in (SyntheticFeed(6, RATE), SyntheticFeed(5, config_at(51))):
        other.open(feed.cursor())
        assert other.cursor()["count"] == 0


def test_resumed_feed_keeps_its_start_whatever_the_wall_says() -> None:
    wall = Wall()
    feed = paced(wall)
    cursor = feed.cursor()
    wall.clock.advance(2 * S)
    again = paced(wall)
    again.open(cursor)
    assert again.cursor() == cursor
    assert again.gaps == []


def test_paced_feed_starts_at_the_current_second_and_never_runs_ahead() -> None:
    wall = Wall(NOW + 300_000)
    feed = paced(wall)
    first = feed.read(1_000, 0.05)
    assert NOW <= first[0].ts < NOW + NEXT_US  # type: ignore[union-attr]
    items = first + read_until(feed, wall, NOW + 10 * S)
    assert all(item.ts <= wall.now() for item in items)  # type: ignore[union-attr]
    assert items == ledger(5, len(items), start_us=NOW)
    prints = sum(isinstance(item, OptionPrint) for item in items)
    assert 8 < prints / 50 < 12


def test_waiting_is_at_most_the_timeout() -> None:
    wall = Wall()
    feed = paced(wall, rate=0.1)
    while feed.read(100, 0.05):
        wall.slept.clear()
    assert wall.slept
    assert max(wall.slept) <= 0.05


def test_short_pause_is_caught_up_without_loss() -> None:
    wall = Wall()
    feed = paced(wall)
    items = read_until(feed, wall, NOW + S)
    wall.clock.advance(4 * S)
    items += read_until(feed, wall, NOW + 6 * S)
    assert items == ledger(5, len(items), start_us=NOW)
    assert feed.take_gaps() == []


def test_long_pause_is_skipped_and_declared() -> None:
    wall = Wall()
    feed = paced(wall)
    before = read_until(feed, wall, NOW + S)
    wall.clock.advance(3_600 * S)
    after = feed.read(10_000, 0.05)
    assert len(after) < 400
    ((gap_from, gap_to),) = feed.take_gaps()
    assert before[-1].ts < gap_from < gap_to <= after[0].ts  # type: ignore[union-attr]
    assert gap_to >= NOW + 3_600 * S
    assert feed.take_gaps() == []
    assert after == ledger(5, len(after), start_us=wall.now() // S * S)


def test_slow_rate_does_not_skip_backwards() -> None:
    wall = Wall()
    feed = paced(wall, rate=1)
    items = read_until(feed, wall, NOW + 30 * S)
    assert items == ledger(5, len(items), rate_prints_per_s=1, start_us=NOW)
    assert feed.gaps == []


def test_given_start_wins_over_the_wall() -> None:
    wall = Wall()
    feed = SyntheticFeed(5, RATE, NOW - S, wall=wall.now, sleep=wall.sleep)
    feed.open(None)
    assert NOW - S <= feed.read(1, 0)[0].ts < NOW  # type: ignore[union-attr]


def test_paced_feed_ends_at_its_limit() -> None:
    wall = Wall()
    feed = paced(wall, limit=30)
    assert len(read_until(feed, wall, NOW + 3 * S)) == 30
    assert feed.finished


def test_a_session_market_sleeps_through_the_night_and_wakes_before_the_open() -> None:
    wall = Wall(1_737_003_600 * S)  # 2025-01-16 00:00 in New York
    config = config_of("realistic", "realistic", hours="session")
    feed = SyntheticFeed(5, config, wall=wall.now, sleep=wall.sleep)
    feed.open(None)
    assert read_until(feed, wall, wall.now() + 20 * S) == []
    wall.clock.advance(4 * 3_600 * S)
    assert read_until(feed, wall, wall.now() + 20 * S)
    assert not feed.capabilities.always_open


def test_resuming_behind_a_weekend_jumps_to_where_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    wall = Wall(at_new_york(date(2025, 1, 17).toordinal(), time(20)) - 5 * S)  # a Friday
    config = config_of("realistic", "realistic", hours="session")

    def open_feed(cursor: Cursor | None) -> SyntheticFeed:
        feed = SyntheticFeed(5, config, wall=wall.now, sleep=wall.sleep)
        feed.open(cursor)
        return feed

    feed = open_feed(None)
    read_until(feed, wall, wall.now() + 8 * S)
    cursor = feed.cursor()
    played: list[int] = []
    beat = Market.beat

    def counted(market: Market, number: int) -> list[Item]:
        played.append(number)
        return beat(market, number)

    monkeypatch.setattr(Market, "beat", counted)
    wall.clock.advance(at_new_york(date(2025, 1, 21).toordinal(), time(4)) - wall.now() + S)
    again = open_feed(cursor)
    items = again.read(10_000, 0.05)
    assert len(played) < 20
    assert again.gaps == []
    assert items[0].ts >= at_new_york(date(2025, 1, 21).toordinal(), time(4))  # type: ignore[union-attr]
    assert items == events_of(config, wall.now() - S, len(items))


def events_of(config: MarketConfig, start_us: int, count: int) -> list[FeedItem]:
    source = Market(5, config).items(start_us // BEAT_US)
    return [item.event for item in islice(source, count)]  # type: ignore[misc]


def halting(wall: Wall) -> SyntheticFeed:
    scene = scene_of(Halt(at_us=10 * S, for_us=10 * S), start_us=NOW)
    feed = SyntheticFeed(7, scenes=ListedScenes([scene]), wall=wall.now, sleep=wall.sleep)
    feed.open(None)
    return feed


def halts(items: list[FeedItem]) -> list[tuple[int, bool]]:
    return [((i.ts - NOW) // S, i.halted) for i in items if isinstance(i, TradingHalt)]


def test_a_halt_that_a_pause_skipped_is_told_afterwards() -> None:
    wall = Wall()
    feed = halting(wall)
    read_until(feed, wall, NOW + 5 * S)
    wall.clock.advance(40 * S)
    after = feed.read(10_000, 0.05)

    assert halts(after[:2]) == halts(after) == [(10, True), (20, False)]


def test_a_feed_that_starts_within_a_halt_tells_it_first() -> None:
    wall = Wall(NOW + 15 * S)
    assert halts(read_until(halting(wall), wall, NOW + 25 * S)) == [(10, True), (20, False)]
    wall = Wall(NOW + 25 * S)
    assert halts(read_until(halting(wall), wall, NOW + 30 * S)) == []


def test_planning_the_first_scenes_for_long_leaves_no_gap() -> None:
    wall = Wall()

    class Slow(ListedScenes):
        plans = 0

        def active(self, from_us: int, until_us: int) -> Sequence[Scene]:
            if not self.plans:
                wall.clock.advance(8 * S)
            self.plans += 1
            return super().active(from_us, until_us)

    feed = SyntheticFeed(5, scenes=Slow(), wall=wall.now, sleep=wall.sleep)
    feed.open(None)
    items = read_until(feed, wall, NOW + 10 * S)
    assert feed.gaps == []
    assert NOW + 8 * S <= items[0].ts < NOW + 9 * S  # type: ignore[union-attr]


def test_a_firehose_says_what_it_achieves() -> None:
    wall = Wall()
    config = config_of("firehose", "firehose", firehose_events_per_s=2_000)
    feed = SyntheticFeed(5, config, wall=wall.now, sleep=wall.sleep)
    feed.open(None)
    assert feed.detail == ""
    assert feed.rates == (None, 2_000)
    read_until(feed, wall, NOW + 15 * S)
    assert re.fullmatch(r"sends (1,9|2,0)\d\d events/s of 2,000 asked for", feed.detail)
    achieved, asked = feed.rates
    assert achieved is not None
    assert 1_900 < achieved < 2_100
    assert asked == 2_000


def test_a_clock_that_is_set_back_is_told_and_nothing_is_sent_twice() -> None:
    wall = Wall()
    feed = paced(wall)
    before = read_until(feed, wall, NOW + 5 * S)
    wall.clock = ManualClock(wall.now() - 60 * S)
    assert feed.read(1_000, 0.05) == []
    assert re.fullmatch(r"waits (59|60) s for the clock, which was set back", feed.detail)
    after = read_until(feed, wall, NOW + 10 * S)
    assert feed.detail == ""
    assert before + after == ledger(5, len(before + after), start_us=NOW)


def test_an_ordinary_market_says_nothing() -> None:
    wall = Wall()
    feed = paced(wall)
    read_until(feed, wall, NOW + 15 * S)
    assert feed.detail == ""
    assert feed.rates[0] is not None
    assert feed.rates[1] is None
