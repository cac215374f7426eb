"""Where time comes from. The one file that may read it; the engine never asks."""

from datetime import UTC, datetime
from typing import Protocol

from flow.domain.units import from_datetime


class Clock(Protocol):
    """Something that knows what time it is."""

    def now_us(self) -> int:
        """Return integer microseconds since 1970 UTC."""
        ...  # pragma: no cover


class SystemClock:
    """The machine's wall clock."""

    def now_us(self) -> int:
        """Return integer microseconds since 1970 UTC."""
        return from_datetime(datetime.now(UTC))


class ManualClock:
    """A clock that stands until it is told to move."""

    def __init__(self, start_us: int = 0) -> None:
        """Start at the given instant."""
        self._now_us = start_us

    def now_us(self) -> int:
        """Return the instant that was set."""
        return self._now_us

    def advance(self, duration_us: int) -> None:
        """Move forward.

        Errors: ValueError for a negative duration, because clocks of the log never go back.
        """
        if duration_us < 0:
            raise ValueError(f"duration_us is {duration_us}; expected 0 or more")
        self._now_us += duration_us
