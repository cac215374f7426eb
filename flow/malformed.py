"""When bad input becomes too much: the feed stops and says so instead of filling quarantine.

Source: platform errata 38 (1 % of the last 10,000 with at least 1,000 seen, or 100 in a row).
"""

from collections import deque
from collections.abc import Iterable
from typing import TypeVar

from flow.domain.events import Malformed

T = TypeVar("T")

WINDOW = 10_000
MINIMUM_SEEN = 1_000
BAD_PERCENT = 1
BAD_IN_A_ROW = 100


class FeedStopped(Exception):
    """The feed delivers too much that is no event. Fields carry the counts, the text what to do."""

    def __init__(self, source: str, *, bad: int, seen: int, in_a_row: int) -> None:
        if in_a_row >= BAD_IN_A_ROW:
            counts = f"{in_a_row} broken records in a row; expected fewer than {BAD_IN_A_ROW}"
        else:
            counts = (
                f"{bad} of the last {seen:,} records are broken; expected at most {BAD_PERCENT} %"
            )
        super().__init__(
            f"{source} stopped: {counts}. What came before is kept and the broken records lie in "
            "quarantine; mend the source, then start it again: only the rest is added"
        )
        self.source = source
        self.bad = bad
        self.seen = seen
        self.in_a_row = in_a_row


class BadInput:
    """Counts good and bad records of one feed. The verdict does not depend on the batch cut."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.seen = 0
        self.bad = 0
        self._in_a_row = 0
        self._positions: deque[int] = deque()  # positions of the bad ones inside the window

    def good(self, count: int = 1) -> None:
        """Count events. Errors: FeedStopped where these complete the first 1,000 records."""
        if count <= 0:
            return
        self._in_a_row = 0
        crosses = self.seen < MINIMUM_SEEN <= self.seen + count
        if crosses:
            self._judge(MINIMUM_SEEN)
        self.seen += count

    def broken(self) -> None:
        """Count one Malformed. Errors: FeedStopped when it is one too many."""
        self.seen += 1
        self.bad += 1
        self._in_a_row += 1
        self._positions.append(self.seen)
        self._judge(self.seen)

    def part(
        self, items: Iterable[T | Malformed]
    ) -> tuple[list[T], list[Malformed], FeedStopped | None]:
        """Part good records from broken ones, up to where the feed has to stop."""
        good: list[T] = []
        malformed: list[Malformed] = []
        for item in items:
            try:
                if isinstance(item, Malformed):
                    malformed.append(item)
                    self.broken()
                else:
                    self.good()
                    good.append(item)
            except FeedStopped as stopped:
                return good, malformed, stopped
        return good, malformed, None

    def _judge(self, seen: int) -> None:
        base = min(seen, WINDOW)
        while self._positions and self._positions[0] <= seen - WINDOW:
            self._positions.popleft()
        bad = len(self._positions)
        too_many = seen >= MINIMUM_SEEN and bad * 100 > BAD_PERCENT * base
        if too_many or self._in_a_row >= BAD_IN_A_ROW:
            raise FeedStopped(self.source, bad=bad, seen=base, in_a_row=self._in_a_row)
