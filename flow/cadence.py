"""A worker's two clocks: the wall tells what time it is, the monotonic one how often.

So a step of the wall clock stops nothing that has a cadence.
"""

import time
from collections.abc import Callable


def wall_us() -> int:
    """Return the wall clock in microseconds; the one place where live workers read it."""
    return time.time_ns() // 1_000


class Every:
    """True at most once in so many seconds; the first time at once."""

    def __init__(self, seconds: float, monotonic: Callable[[], float]) -> None:
        self._seconds = seconds
        self._monotonic = monotonic
        self._last: float | None = None

    def due(self, seconds: float | None = None) -> bool:
        """Return whether the time has come; counts from now if so."""
        now = self._monotonic()
        every = self._seconds if seconds is None else seconds
        if self._last is not None and now - self._last < every:
            return False
        self._last = now
        return True

    def again(self) -> None:
        """Make the next question true."""
        self._last = None
