"""When a worker writes clock entries, and what they promise (design, point 4).

Cadence runs on the monotonic clock, so a step of the wall clock neither stops promises nor the
renewal of a lease; only the value of a promise comes from the wall.
"""

from typing import Literal

ClockRule = Literal["wall", "event"]
"""wall: a live feed's promise; event: the largest event time, for files and recorded feeds."""

CLOCK_EVERY_S = 0.25
IDLE_CLOCK_EVERY_S = 1.0


class Promises:
    """What the clock entry after a batch says."""

    def __init__(self, rule: ClockRule, *, delay_us: int) -> None:
        self.rule: ClockRule = rule
        self.max_event_ts: int | None = None
        self._delay_us = delay_us

    def saw(self, max_ts: int | None) -> None:
        """Note the largest event time of a batch."""
        if max_ts is not None:
            self.max_event_ts = max(max_ts, self.max_event_ts or max_ts)

    def value(self, now_us: int, *, lateness_us: int, read_until: int | None) -> int | None:
        """Return the promise: nothing at or before it is on time any more; None: none yet.

        `read_until` is the largest event time of a read that may have left events behind: their
        times are not over, whatever the wall says. One microsecond less, because more events of
        that instant may follow.
        """
        if self.rule == "event":
            return None if self.max_event_ts is None else self.max_event_ts - 1
        promise = now_us - self._delay_us - lateness_us
        return promise if read_until is None else min(promise, read_until - 1)
