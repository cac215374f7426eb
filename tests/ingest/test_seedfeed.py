import json

from hypothesis import given, settings
from hypothesis import strategies as st

from flow.domain.clock import ManualClock
from ingest.feeds import FeedItem
from ingest.seedfeed import DEFAULT_START_US, SeedFeed, ledger

S = 1_000_000
NOW = 1_718_000_000 * S


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


def paced(wall: Wall, rate: int = 50, limit: int | None = None) -> SeedFeed:
    feed = SeedFeed(5, rate, wall=wall.now, sleep=wall.sleep, limit=limit)
    feed.open(None)
    return feed


def read_until(feed: SeedFeed, wall: Wall, until_us: int) -> list[FeedItem]:
    items: list[FeedItem] = []
    while wall.now() < until_us and not feed.finished:
        items += feed.read(1_000, 0.05)
    return items


def test_unpaced_feed_is_the_ledger() -> None:
    feed = SeedFeed(5, 50, limit=500)
    feed.open(None)
    items: list[FeedItem] = []
    while not feed.finished:
        items += feed.read(64, 0)
    assert items == ledger(5, 500)
    assert feed.read(64, 0) == []


def test_feed_without_limit_never_finishes() -> None:
    feed = SeedFeed(5, 50)
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
        feed = SeedFeed(5, 50)
        feed.open(cursor)
        items += feed.read(cut, 0)
        cursor = json.loads(json.dumps(feed.cursor()))
    assert items == ledger(5, sum(cuts), start_us=DEFAULT_START_US)


def test_cursor_of_another_seed_or_rate_starts_anew() -> None:
    feed = SeedFeed(5, 50)
    feed.open(None)
    feed.read(10, 0)
    for other in (SeedFeed(6, 50), SeedFeed(5, 51)):
        other.open(feed.cursor())
        assert other.cursor()["index"] == 0


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
    assert first[0].ts == NOW  # type: ignore[union-attr]
    items = first + read_until(feed, wall, NOW + 10 * S)
    assert all(item.ts <= wall.now() for item in items)  # type: ignore[union-attr]
    assert items == ledger(5, len(items), start_us=NOW)
    assert 9.5 < len(items) / (50 * 2.5) < 10.5


def test_waiting_is_at_most_the_timeout() -> None:
    wall = Wall()
    feed = paced(wall, rate=1)  # an event every 0.4 s
    assert len(feed.read(10, 0.05)) == 1
    assert feed.read(10, 0.05) == []
    assert wall.slept == [0.05]


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
    assert len(after) < 200
    ((gap_from, gap_to),) = feed.take_gaps()
    assert before[-1].ts < gap_from < gap_to <= after[0].ts  # type: ignore[union-attr]
    assert gap_to >= NOW + 3_600 * S
    assert feed.take_gaps() == []
    index = feed.cursor()["index"] - len(after)
    assert after == ledger(5, index + len(after), start_us=NOW)[index:]


def test_slow_rate_does_not_skip_backwards() -> None:
    wall = Wall()
    feed = paced(wall, rate=1)
    items = read_until(feed, wall, NOW + 30 * S)
    assert items == ledger(5, len(items), rate_prints_per_s=1, start_us=NOW)
    assert feed.gaps == []


def test_given_start_wins_over_the_wall() -> None:
    wall = Wall()
    feed = SeedFeed(5, 50, NOW - S, wall=wall.now, sleep=wall.sleep)
    feed.open(None)
    assert feed.read(1, 0)[0].ts == NOW - S  # type: ignore[union-attr]


def test_paced_feed_ends_at_its_limit() -> None:
    wall = Wall()
    feed = paced(wall, limit=30)
    assert len(read_until(feed, wall, NOW + 3 * S)) == 30
    assert feed.finished
