"""Final groups of one underlying stand in line: none is given out before one that ended earlier.

A candidate leg ends long before it is certain what it belongs to. What ended behind it waits, so
that baselines, flow, volumes and alerts of a packet never know of a later one.

    ended       1   2c  3   4          2c: a candidate, certain at 9
    given out   1   9   9   9          each with the instant at which it could be
"""

import heapq
from collections.abc import Iterator
from typing import Protocol

import msgspec

from signals.engine.groups import Group, Order, order
from signals.engine.subjects import Subject


class Ready(msgspec.Struct, frozen=True, gc=False):
    """One final group; what a single contract's members tell is measured already.

    `at` is the instant of event time after which the group was certain, and nothing of its
    underlying that ended earlier was uncertain any more.
    """

    at: int
    group: Group
    subject: Subject | None


class InLine(msgspec.Struct, gc=False):
    """One final group that waits, and the instant after which it was certain itself."""

    underlying: str
    at: int
    group: Group


class Undecided(Protocol):
    """What knows the candidates that are not decided yet."""

    def earliest(self, underlying: str) -> Order | None:
        """Return the place of the earliest undecided candidate of an underlying."""
        ...  # pragma: no cover


_Line = list[tuple[Order, Ready]]


class Lines:
    """The final groups that wait behind undecided candidates, by underlying."""

    __slots__ = ("_lines",)

    def __init__(self, saved: list[InLine] | None = None) -> None:
        """Start empty, or from what `saved` gave."""
        self._lines: dict[str, _Line] = {}
        for each in saved or ():
            self.add(each.underlying, Ready(each.at, each.group, None))

    def holds(self, underlying: str) -> bool:
        """Return whether a group of an underlying waits."""
        return underlying in self._lines

    def add(self, underlying: str, ready: Ready) -> None:
        """Put a final group in its place."""
        heapq.heappush(self._lines.setdefault(underlying, []), (order(ready.group), ready))

    def take(self, undecided: Undecided) -> list[Ready]:
        """Return what no undecided candidate stands before, each line in its order."""
        taken: list[Ready] = []
        for underlying in list(self._lines):
            line, first = self._lines[underlying], undecided.earliest(underlying)
            at = 0
            while line and (first is None or line[0][0] < first):
                ready = heapq.heappop(line)[1]
                at = max(at, ready.at)
                taken.append(Ready(at, ready.group, ready.subject))
            if not line:
                del self._lines[underlying]
        return taken

    def groups(self, underlying: str) -> Iterator[Group]:
        """Yield the groups of an underlying that wait, in no order."""
        return (ready.group for _, ready in self._lines.get(underlying, ()))

    def saved(self) -> list[InLine]:
        """Return what a restart needs: equal states give equal lists."""
        return [
            InLine(underlying, ready.at, ready.group)
            for underlying in sorted(self._lines)
            for _, ready in sorted(self._lines[underlying], key=_first)
        ]


def _first(entry: tuple[Order, Ready]) -> Order:
    return entry[0]
