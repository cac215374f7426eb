"""What prints for the first time on a trade date: then the log is told what was known of it.

Pure. Keeps the newest two trade dates: index options begin the next one in the evening.
"""

from typing import NamedTuple

KEPT_DATES = 2


class Sighting(NamedTuple):
    """A contract or symbol at its first print of a trade date. `ts` is that print's."""

    name: str
    session_date: int
    ts: int


class Sightings:
    """First prints by trade date, of names of one kind."""

    __slots__ = ("_new", "_seen")

    def __init__(self) -> None:
        """Start with nothing seen: after a restart everything is new again, and told again."""
        self._seen: dict[int, set[str]] = {}
        self._new: list[Sighting] = []

    def see(self, name: str, session_date: int, ts: int) -> bool:
        """Note a print; return whether it is the name's first one of that trade date."""
        seen = self._seen.get(session_date)
        if seen is None:
            seen = self._seen[session_date] = set()
            if len(self._seen) > KEPT_DATES:
                del self._seen[min(self._seen)]
        if name in seen:
            return False
        seen.add(name)
        self._new.append(Sighting(name, session_date, ts))
        return True

    def take_new(self) -> list[Sighting]:
        """Return what is new since the last call, in the order of the prints."""
        new, self._new = self._new, []
        return new

    def seen_on(self, session_date: int) -> set[str]:
        """Return the names that printed on a trade date."""
        return self._seen.get(session_date, set())

    @property
    def dates(self) -> list[int]:
        """Return the trade dates kept, oldest first."""
        return sorted(self._seen)
