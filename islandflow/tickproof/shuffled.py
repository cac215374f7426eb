"""A finite feed as a slow network might have brought it: other order, other batches, same market.

    event time   --q1--p1--q2--------------p2-------->
    arrival      -----q2--q1------p2--p1------------->   quotes within a fifth of the lateness,
                                                         prints after that, within all of it

So each print is still behind the quotes that stood when it printed: a stamp is what was known, and
a quote that arrives after its print was not. Events of one instant keep their order, for nothing
but that order tells which of them was first (design, "order").
"""

import heapq
from collections import deque
from random import Random

from flow.domain.events import EquityQuote, Malformed, OptionQuote
from flow.domain.units import MICROS, SECOND_US
from ingest.feeds import Cursor, Feed, FeedEvent, FeedItem, ImportFormatError

READ = 1_000
SLICE_US = 2 * SECOND_US  # what one read brings at most: a clock entry stands behind each
QUOTE_PART = 5
_Waiting = tuple[int, int, FeedEvent]  # arrival, number, event


class ShuffledFeed:
    """The events of a feed in the order of their arrivals, with a wall clock of its own.

    Units: `within_us` is the lateness: no event arrives so long after its time.
    Errors: ImportFormatError for a broken row, which has no time to arrive at.
    """

    def __init__(self, feed: Feed, *, within_us: int, seed: int) -> None:
        self.source = feed.source
        self.capabilities = feed.capabilities
        self.finished = False
        self.moved = 0  # events that came behind one of a later time
        self._feed = feed
        self._quotes_us = within_us // QUOTE_PART
        self._prints_us = within_us - self._quotes_us
        self._random = Random(seed)  # noqa: S311 - seeded on purpose
        self._delays: tuple[int, int, int] = (-1, 0, 0)  # instant; of its quotes, of its prints
        self._waiting: list[_Waiting] = []
        self._arrived: deque[_Waiting] = deque()
        self._number = 0
        self._wall_us = self._drawn_until = self._newest = 0

    def wall_us(self) -> int:
        """Return the instant of the last arrival."""
        return self._wall_us

    def monotonic(self) -> float:
        """Return the same in seconds, so that what is due every second comes every second."""
        return self._wall_us / MICROS

    def open(self, cursor: Cursor | None) -> None:
        """Start at the beginning. Errors: ValueError for a cursor: nothing resumes here."""
        if cursor is not None:
            raise ValueError("a shuffled feed was asked to resume; import into a run of its own")
        self._feed.open(None)

    def read(self, limit: int, timeout_s: float) -> list[FeedItem]:
        """Return what arrived within the next moment."""
        found: list[FeedItem] = []
        until: int | None = None
        while len(found) < limit and (head := self._next()) is not None:
            until = head[0] + SLICE_US if until is None else until
            if head[0] >= until:
                break
            self._arrived.popleft()
            self._wall_us = head[0]
            self.moved += head[2].ts < self._newest
            self._newest = max(self._newest, head[2].ts)
            found.append(head[2])
        self.finished = self._next() is None
        return found

    def cursor(self) -> Cursor:
        """Return nothing that could be resumed from."""
        return {}

    def close(self) -> None:
        """Close the feed."""
        self._feed.close()

    def _next(self) -> _Waiting | None:
        while not self._arrived and (self._waiting or not self._feed.finished):
            self._draw()
        return self._arrived[0] if self._arrived else None

    def _draw(self) -> None:
        """Take more events; what arrives before the newest of them has nothing to wait for."""
        waiting = self._waiting
        for item in self._feed.read(READ, 0):
            if isinstance(item, Malformed):
                raise ImportFormatError(
                    f"{item.where} has no time to arrive at",
                    received=item.detail,
                    expected="files without a broken row",
                )
            heapq.heappush(waiting, (item.ts + self._delay(item), self._number, item))
            self._number += 1
            self._drawn_until = item.ts
        while waiting and (self._feed.finished or waiting[0][0] < self._drawn_until):
            self._arrived.append(heapq.heappop(waiting))

    def _delay(self, item: FeedEvent) -> int:
        if self._delays[0] != item.ts:
            draw = self._random.randrange
            quotes = draw(self._quotes_us)
            self._delays = item.ts, quotes, self._quotes_us + draw(self._prints_us)
        return self._delays[1 if isinstance(item, EquityQuote | OptionQuote) else 2]
