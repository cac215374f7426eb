"""Stage A: prints that the tape itself flags as legs, gathered into packages.

The legs of one package print on one venue at one instant, sometimes a few milliseconds apart. Only
the limit of what is known decides WHEN a package is given out; its content and its place in the
order follow from the prints alone, sorted by place.
"""

import heapq
from bisect import bisect_right, insort
from typing import Protocol

import msgspec

from flow.domain.condition_table import Family
from flow.domain.conditions import PrintConditions
from flow.domain.contracts import Contract, parse_contract
from signals.engine.clusters import Held
from signals.engine.params import Params
from signals.engine.structures.instants import by_contract
from signals.engine.structures.legs import order_of
from signals.engine.structures.runs import groups_at, window_us

_STOCK_TIED = int(Family.STOCK_TIED)
_Key = tuple[str, int, int, int]


class Rulings(Protocol):
    """What knows the parameters of a revision."""

    def cluster_params(self, revision: int) -> Params:
        """Return the parameters of a revision."""
        ...  # pragma: no cover


class Waiting(msgspec.Struct):
    """Flagged prints of one underlying, venue, family and trade date, sorted by place.

    `due` is when the first package here is final: one window after the opening print.
    """

    underlying: str
    venue: int
    family: int
    session_date: int
    due: int
    held: list[Held] = []

    @property
    def key(self) -> _Key:
        """Return what all these prints share."""
        return self.underlying, self.venue, self.family, self.session_date


SavedPackages = list[Waiting]


class Package(msgspec.Struct, frozen=True, gc=False):
    """One flagged package: its prints by place, and the same by contract, in leg order.

    `due` is the instant after which it was final.
    """

    due: int
    underlying: str
    venue: int
    family: int
    held: list[Held]
    legs: list[list[Held]]

    @property
    def stock_tied(self) -> bool:
        """Return whether stock, which no option tape shows, is part of the package."""
        return self.family == _STOCK_TIED

    @property
    def order(self) -> tuple[int, int, int, str, int, int, int]:
        """Return the processing order of final packages (errata 17)."""
        opening, last = self.held[0].print, self.held[-1].print
        shared = self.underlying, self.venue, self.family, opening.session_date
        return self.due, last.ts, opening.ts, *shared


class Packages:
    """The flagged prints that wait for their package, with a heap of when to look again."""

    __slots__ = ("_heap", "_open", "_rulings")

    def __init__(self, rulings: Rulings, saved: SavedPackages | None = None) -> None:
        """Start empty, or from what `saved` gave."""
        self._rulings = rulings
        self._open = {waiting.key: waiting for waiting in saved or ()}
        self._heap = [(waiting.due, key) for key, waiting in self._open.items()]
        heapq.heapify(self._heap)

    def add(self, held: Held, contract: Contract, conditions: PrintConditions) -> None:
        """Hold a print for its package; one without a flag is none of ours.

        Missing: an unstated venue counts as one venue of its own.
        """
        if not conditions.is_complex:
            return
        print_ = held.print
        key = contract.underlying, print_.venue, int(conditions.family), print_.session_date
        waiting = self._open.get(key)
        if waiting is None:
            waiting = self._open[key] = Waiting(*key, self._final_after(held), [held])
            heapq.heappush(self._heap, (waiting.due, key))
            return
        insort(waiting.held, held, key=_place)
        if waiting.held[0] is held:
            self._plan(waiting, self._final_after(held))

    def close_before(self, limit: int) -> list[Package]:
        """Return the packages that are final before a limit, in processing order.

        Everything at or before `limit` must have been added. A package is final one window after
        its opening print, so a print waits for its package no longer than one window.
        """
        closed: list[Package] = []
        heap = self._heap
        while heap and heap[0][0] < limit:
            due, key = heapq.heappop(heap)
            waiting = self._open.get(key)
            if waiting is not None and waiting.due == due:  # else planned anew meanwhile
                self._close(waiting, limit, len(waiting.held), closed)
        closed.sort(key=_order)
        return closed

    def force(self, close_ts: int) -> list[Package]:
        """Return every package of the prints at or before a session's close.

        No package reaches across the close. Prints behind it go on waiting.
        """
        closed: list[Package] = []
        for key in sorted(self._open):
            waiting = self._open[key]
            count = bisect_right(waiting.held, close_ts, key=_instant)
            if count:
                self._close(waiting, None, count, closed)
        closed.sort(key=_order)
        return closed

    def saved(self) -> SavedPackages:
        """Return what a restart needs: equal states give equal lists."""
        return [self._open[key] for key in sorted(self._open)]

    def _final_after(self, opening: Held) -> int:
        return opening.print.ts + window_us(self._rulings.cluster_params(opening.revision))

    def _plan(self, waiting: Waiting, due: int) -> None:
        if due != waiting.due:
            waiting.due = due
            heapq.heappush(self._heap, (due, waiting.key))

    def _close(
        self, waiting: Waiting, limit: int | None, count: int, closed: list[Package]
    ) -> None:
        """Close groups from the left: all of the first `count` prints, or those due before."""
        held, start, due = waiting.held, 0, 0
        known = held if count == len(held) else held[:count]
        while start < count:
            # Never before the group in front of it, even where a revision shortened the window.
            due = max(due, self._final_after(held[start]))
            if limit is not None and due >= limit:
                break
            params = self._rulings.cluster_params(held[start].revision)
            start, groups = groups_at(known, start, params)
            for group in groups:
                legs = by_contract(group)
                if len(legs) > 1:  # the print of a lone leg stays an ordinary member
                    closed.append(_package(waiting, due, group, legs))
        del held[:start]
        if held:
            self._plan(waiting, self._final_after(held[0]))
        else:
            del self._open[waiting.key]


def _package(waiting: Waiting, due: int, held: list[Held], legs: dict[str, list[Held]]) -> Package:
    ordered = [legs[text] for text in sorted(legs, key=_leg_order)]
    return Package(due, waiting.underlying, waiting.venue, waiting.family, held, ordered)


def _leg_order(text: str) -> tuple[int, int, str, str]:
    return order_of(parse_contract(text))


def _place(held: Held) -> tuple[int, int, bytes]:
    return held.print.place


def _instant(held: Held) -> int:
    return held.print.ts


def _order(package: Package) -> tuple[int, int, int, str, int, int, int]:
    return package.order
