"""Multipliers that reference data tell: of adjusted roots, and of roots that are not times 100."""

from bisect import bisect_right
from collections.abc import Iterable


class Multipliers:
    """The multiplier of a root on a trade date, from adjustments with their effective dates."""

    __slots__ = ("_of",)

    def __init__(self, adjustments: Iterable[tuple[str, int, int]] = ()) -> None:
        """Take (root, effective date's ordinal, multiplier); of one date the last one holds."""
        by_root: dict[str, dict[int, int]] = {}
        for root, effective, multiplier in adjustments:
            by_root.setdefault(root, {})[effective] = multiplier
        self._of = {
            root: (sorted(dates), [dates[day] for day in sorted(dates)])
            for root, dates in by_root.items()
        }

    def of(self, root: str, session_date: int) -> int | None:
        """Return the multiplier in force on a trade date, None before the first adjustment."""
        known = self._of.get(root)
        if known is None:  # nearly always
            return None
        dates, multipliers = known
        place = bisect_right(dates, session_date)
        return multipliers[place - 1] if place else None


NO_MULTIPLIERS = Multipliers()
