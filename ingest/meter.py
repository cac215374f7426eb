"""How many events a second a feed achieves."""

from flow.domain.units import SECOND_US

RATE_WINDOW_US = 10 * SECOND_US


class Meter:
    """Events a second over the last ten seconds of the wall."""

    def __init__(self) -> None:
        self.per_s: float | None = None
        self._since: int | None = None
        self._count = 0

    def saw(self, count: int, now: int) -> None:
        """Count events that were read at an instant."""
        self._since = now if self._since is None else self._since
        self._count += count
        if now - self._since >= RATE_WINDOW_US:
            self.per_s = self._count * SECOND_US / (now - self._since)
            self._since, self._count = now, 0
