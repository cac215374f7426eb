"""What one commit collects: how often the feed is asked, and when it is enough."""

from flow.domain.events import OptionQuote
from ingest.collecting import COLLECT_S, FEW, PAUSE_S, READ_LIMIT, collect
from ingest.feeds import FeedItem
from tests.support.feeds import ListFeed
from tests.support.market import option_quote


class Clock:
    """A clock that only sleeping moves."""

    now_s = 0.0

    def read(self) -> float:
        return self.now_s

    def wall(self) -> int:
        return round(self.now_s * 1_000_000)

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


class Steady(ListFeed):
    """A live feed: gives what has come since the last read, so many events a second."""

    def __init__(self, clock: Clock, per_s: int) -> None:
        super().__init__([])
        self.reads = 0
        self._clock, self._per_s, self._given = clock, per_s, 0

    def read(self, limit: int, timeout_s: float) -> list[FeedItem]:
        self.reads += 1
        if not self._given:
            self._clock.sleep(1 / self._per_s)
        count = min(limit, int(self._clock.now_s * self._per_s + 1e-6) - self._given)
        items: list[FeedItem] = [option_quote(self._given + n, 0) for n in range(count)]
        self._given += count
        return items


def read_all(feed: ListFeed, clock: Clock) -> list[FeedItem]:
    return collect(feed, wall_us=clock.wall, monotonic=clock.read, sleep=clock.sleep)[0]


def numbers(items: list[FeedItem]) -> list[bytes]:
    return [item.uid for item in items if isinstance(item, OptionQuote)]


def test_a_steady_feed_is_read_a_few_times_and_wholly() -> None:
    clock = Clock()
    feed = Steady(clock, 9_000)

    items = read_all(feed, clock)

    assert feed.reads <= COLLECT_S / PAUSE_S + 3
    assert len(items) == round(clock.now_s * 9_000)
    assert numbers(items) == numbers([option_quote(n, 0) for n in range(len(items))])


def test_a_full_batch_is_not_waited_for() -> None:
    clock = Clock()
    feed = ListFeed([option_quote(n, n) for n in range(READ_LIMIT + 10)], chunk=FEW)

    assert len(read_all(feed, clock)) == READ_LIMIT
    assert clock.now_s == 0


def test_a_promise_is_of_the_last_read_however_long_it_took_to_come_back() -> None:
    clock = Clock()

    class Starved(Steady):
        def read(self, limit: int, timeout_s: float) -> list[FeedItem]:
            items = super().read(limit, timeout_s)
            if self.reads > 1:
                clock.sleep(3.0)  # no processor behind this read
            return items

    items, read_at = collect(
        Starved(clock, 9_000), wall_us=clock.wall, monotonic=clock.read, sleep=clock.sleep
    )

    assert clock.now_s > 3
    assert abs(len(items) - read_at * 9_000 / 1_000_000) < 2  # all that had come when it began


def test_nothing_is_no_batch() -> None:
    clock = Clock()

    assert read_all(ListFeed([]), clock) == []
    assert clock.now_s == 0
