"""How often a worker does something, by the monotonic clock: a step of the wall stops nothing."""

from collections.abc import Callable


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
