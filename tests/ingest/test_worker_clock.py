"""The clock of a worker is a promise, and it judges which print is late."""

import msgspec
import pytest

from ingest.worker import IngestWorker
from tests.support.feeds import CAPABILITIES, ListFeed
from tests.support.market import (
    SECOND,
    TS,
    Stopwatch,
    controls_of,
    count,
    drain,
    ingest_cut,
    option_log,
    option_trade,
    owning,
    prints_of,
    rows,
)

pytestmark = pytest.mark.usefixtures("log_db")


class Wall:
    """A wall clock that tells these seconds after TS, one through each step."""

    def __init__(self, *seconds: float) -> None:
        self._seconds, self._now_us = iter(seconds), TS

    def read(self) -> int:
        return self._now_us

    def step(self, ingest: IngestWorker) -> bool:
        self._now_us = TS + round(next(self._seconds) * SECOND)
        return ingest.step()

    def drain(self, feed: ListFeed, ingest: IngestWorker) -> None:
        while not feed.finished:
            self.step(ingest)


# The clock is a promise


def test_the_event_clock_stands_one_microsecond_before_the_newest_event() -> None:
    feed = ListFeed([option_trade(1, 0), option_trade(2, SECOND)], chunk=1)
    with owning(feed) as ingest:
        drain(feed, ingest)

    assert [entry.ts for entry in controls_of(option_log(), "clock")] == [TS - 1, TS + SECOND - 1]


@pytest.mark.parametrize("chunk", [1, 2, 3, 100])
def test_prints_of_one_instant_are_never_late_wherever_the_batch_is_cut(chunk: int) -> None:
    ingest_cut([option_trade(n, 5 * (n // 4)) for n in range(12)], chunk=chunk)

    assert [entry.flags & 1 for entry in prints_of(option_log())] == [0] * 12


@pytest.mark.parametrize(
    ("times", "late"),
    [
        ([0, 10, 20], [0, 0, 0]),
        ([0, 20, 10], [0, 0, 1]),
        ([20, 20, 19], [0, 0, 1]),
        ([5, 0, 6, 5, 7], [0, 1, 0, 1, 0]),
    ],
)
def test_a_print_is_late_exactly_when_a_clock_has_passed_its_time(
    times: list[int], late: list[int]
) -> None:
    ingest_cut([option_trade(n, at) for n, at in enumerate(times)], chunk=1)

    assert [entry.flags & 1 for entry in prints_of(option_log())] == late
    assert rows("SELECT late FROM feed_cursor") == [(sum(late),)]


def test_a_late_print_moves_no_clock_back() -> None:
    ingest_cut([option_trade(n, at) for n, at in enumerate([9, 3, 12, 1, 15])], chunk=1)

    clocks = [entry.ts for entry in controls_of(option_log(), "clock")]
    assert clocks == sorted(set(clocks))


def test_a_wall_clock_promises_the_wall_less_delay_and_lateness() -> None:
    delayed = msgspec.structs.replace(CAPABILITIES, delay_us=900 * SECOND)
    feed = ListFeed([option_trade(1, 0)], capabilities=delayed)
    wall = Wall(901)
    with owning(feed, clock_rule="wall", wall_us=wall.read) as ingest:
        wall.step(ingest)

    (clock,) = controls_of(option_log(), "clock")
    assert clock.ts == TS + SECOND - 250_000


def test_a_wall_clock_that_jumps_back_repeats_the_last_promise() -> None:
    feed = ListFeed([option_trade(n, n) for n in range(4)], chunk=1)
    wall = Wall(60, 2, 61, 30)
    with owning(feed, clock_rule="wall", wall_us=wall.read) as ingest:
        wall.drain(feed, ingest)

    clocks = [(entry.ts - TS) / SECOND for entry in controls_of(option_log(), "clock")]
    assert clocks == [59.75, 59.75, 60.75, 60.75]


def test_an_idle_live_feed_still_tells_the_time_every_second() -> None:
    watch, wall = Stopwatch(0), Wall(*range(12))
    with owning(ListFeed([]), clock_rule="wall", wall_us=wall.read, monotonic=watch) as ingest:
        worked = []
        for quarter in range(12):
            watch.now = quarter / 4
            worked.append(wall.step(ingest))

    assert not any(worked)
    clocks = [(entry.ts - TS) / SECOND for entry in controls_of(option_log(), "clock")]
    assert clocks == [-0.25, 3.75, 7.75]


def test_an_idle_file_writes_nothing() -> None:
    feed = ListFeed([option_trade(1, 0)])
    with owning(feed) as ingest:
        drain(feed, ingest)
        before = count("batch")
        assert [ingest.step() for _ in range(5)] == [False] * 5
    assert count("batch") == before


def test_a_live_print_inside_the_lateness_is_on_time() -> None:
    items = [option_trade(1, 0), option_trade(2, SECOND - 200_000), option_trade(3, 700_000)]
    feed = ListFeed(items, chunk=1)
    wall = Wall(1, 1, 1)
    with owning(feed, clock_rule="wall", wall_us=wall.read) as ingest:
        wall.drain(feed, ingest)

    assert [entry.flags & 1 for entry in prints_of(option_log())] == [0, 0, 1]


@pytest.mark.parametrize(
    ("at_s", "reason"),
    [
        (0, None),
        (1, None),
        (1.1, "future_ts"),
        (3600, "future_ts"),
        (-7 * 86_400, None),
        (-9 * 86_400, "past_ts"),
    ],
)
def test_a_live_feed_refuses_times_that_cannot_be(at_s: float, reason: str | None) -> None:
    feed = ListFeed([option_trade(1, round(at_s * SECOND))])
    wall = Wall(0)
    with owning(feed, clock_rule="wall", wall_us=wall.read) as ingest:
        wall.step(ingest)

    assert [row[0] for row in rows("SELECT reason FROM quarantine")] == ([reason] if reason else [])
    assert count("option_print") == (0 if reason else 1)
