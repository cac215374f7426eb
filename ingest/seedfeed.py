"""The seeded synthetic feed: pacing, resuming and skipping around the pure `seedmarket`."""

import time
from collections.abc import Callable, Iterator
from itertools import islice

from flow.domain.events import MarketEvent, QuoteMode
from flow.domain.units import SECOND_US
from ingest.feeds import Capabilities, Cursor, FeedItem
from ingest.seedmarket import BLOCK, SeedMarket

DEFAULT_START_US = 1_700_000_000 * SECOND_US
MAX_BACKLOG_US = 5 * SECOND_US


class SeedFeed:
    """Emits the market of one seed.

    With `wall` (a callable that tells microseconds) events come when their time has come, from the
    current second on. Without it they come as fast as they are read. A paced feed that fell behind
    by more than 5 s skips to the current second and declares it in `gaps`.
    """

    source = "synthetic"

    def __init__(
        self,
        seed: int,
        rate_prints_per_s: float = 50,
        start_us: int | None = None,
        *,
        wall: Callable[[], int] | None = None,
        limit: int | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.capabilities = Capabilities(
            quote_mode_options=QuoteMode.CHANGE,
            quote_mode_equities=QuoteMode.CHANGE,
            off_exchange=True,
            always_open=True,
        )
        self.gaps: list[tuple[int, int]] = []  # from, to: event times that were skipped
        self._seed = seed
        self._rate = float(rate_prints_per_s)
        self._start_us = start_us
        self._wall = wall
        self._limit = limit
        self._sleep = sleep
        self._seek(0, self._first_instant())

    @property
    def finished(self) -> bool:
        """Whether the limit has been reached; without a limit never."""
        return self._limit is not None and self._index >= self._limit

    def open(self, cursor: Cursor | None) -> None:
        """Go on after `cursor`; one of another seed or rate starts a new market."""
        mine = cursor is not None and (cursor["seed"], cursor["rate"]) == (self._seed, self._rate)
        if cursor is not None and mine:
            self._seek(int(cursor["index"]), int(cursor["start_us"]))
        else:
            self._seek(0, self._first_instant())

    def read(self, limit: int, timeout_s: float) -> list[FeedItem]:
        """Return the events whose time has come; waits at most `timeout_s` for the first."""
        if self._limit is not None:
            limit = min(limit, self._limit - self._index)
        if self._wall is None:
            return self._take(islice(self._events, limit))
        self._skip_backlog(self._wall())
        wait_s = (self._peek().ts - self._wall()) / SECOND_US
        if wait_s > 0:
            self._sleep(min(wait_s, timeout_s))
        return self._take(self._due(self._wall(), limit))

    def cursor(self) -> Cursor:
        """Return the index of the next event and what makes it reproducible."""
        return {
            "index": self._index,
            "start_us": self._market.start_us,
            "seed": self._seed,
            "rate": self._rate,
        }

    def close(self) -> None:
        """Nothing is held open."""

    def take_gaps(self) -> list[tuple[int, int]]:
        """Return the skipped stretches (from, to) that were not taken yet."""
        gaps, self.gaps = self.gaps, []
        return gaps

    def _first_instant(self) -> int:
        if self._start_us is not None:
            return self._start_us
        return DEFAULT_START_US if self._wall is None else self._wall() // SECOND_US * SECOND_US

    def _seek(self, index: int, start_us: int) -> None:
        self._market = SeedMarket(self._seed, self._rate, start_us)
        self._index = index
        self._events: Iterator[MarketEvent] = self._market.events_from(index)
        self._next: MarketEvent | None = None

    def _peek(self) -> MarketEvent:
        if self._next is None:
            self._next = next(self._events)
        return self._next

    def _due(self, now: int, limit: int) -> Iterator[MarketEvent]:
        for _ in range(limit):
            event = self._peek()
            if event.ts > now:
                return
            self._next = None
            yield event

    def _take(self, events: Iterator[MarketEvent]) -> list[FeedItem]:
        items: list[FeedItem] = list(events)
        self._index += len(items)
        return items

    def _skip_backlog(self, now: int) -> None:
        behind = self._peek().ts
        if now - behind <= MAX_BACKLOG_US:
            return
        market = self._market
        block = (now // SECOND_US * SECOND_US - market.start_us) // market.block_us
        if block * BLOCK <= self._index:
            return
        self._seek(block * BLOCK, market.start_us)
        self.gaps.append((behind, self._peek().ts))


def ledger(
    seed: int, n: int, *, rate_prints_per_s: float = 50, start_us: int = DEFAULT_START_US
) -> list[MarketEvent]:
    """Return the first n events of a seeded feed: what an oracle compares the log with."""
    return list(islice(SeedMarket(seed, rate_prints_per_s, start_us).events_from(0), n))
