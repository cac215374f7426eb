"""Stage B, the state: candidate legs that wait until it is certain which of them belong together.

Decisions follow from the candidates alone (`pools.decide`). The limit of what is known decides WHEN
one is given out, never its content or its place in the order.
"""

import heapq
from bisect import bisect_left, insort
from typing import Protocol

from flow.domain.contracts import parse_contract
from signals.engine.clusters import ClosedSession
from signals.engine.groups import Order
from signals.engine.structures.matching import Candidate
from signals.engine.structures.pools import (
    Decision,
    Entry,
    decide,
    forget,
    key_of,
    wait_for_earlier,
)

__all__ = ["Candidate", "Candidates", "Decision", "Entry", "OpenSessions", "SavedCandidates"]

SavedCandidates = list[Entry]
_Name = tuple[str, int]  # of a pool: underlying, revision
_FOREVER = 1 << 62


class OpenSessions(Protocol):
    """What knows the sessions that are not final yet."""

    def latest_due(self, underlying: str, from_ts: int, to_ts: int) -> int:
        """Return when the open sessions that opened within are final at the earliest, else 0."""
        ...  # pragma: no cover


class Candidates:
    """Pools of candidates by underlying and revision, and a heap of the instants to decide them."""

    __slots__ = ("_heap", "_pools", "_waiting")

    def __init__(self, saved: SavedCandidates | None = None) -> None:
        """Start empty, or from what `saved` gave."""
        self._pools: dict[_Name, list[Entry]] = {}
        self._heap: list[tuple[int, int, str, _Name]] = []
        self._waiting: dict[str, list[Entry]] = {}  # the undecided ones by underlying
        for entry in saved or ():
            self._put(entry)

    def add(self, candidate: Candidate) -> None:
        """Remember a candidate."""
        self._put(Entry(candidate, candidate.due))

    def see(self, underlying: str, start_ts: int, due: int) -> None:
        """Note a final session: the candidates that it might have concerned were due no earlier.

        To be called for every session of the underlying, candidate or not, in processing order.
        """
        for entry in self._waiting.get(underlying, ()):
            if abs(entry.candidate.leg.start_ts - start_ts) <= entry.candidate.reach_us:
                entry.due = max(entry.due, due)

    def decide_before(self, limit: int, opened: OpenSessions) -> list[Decision]:
        """Return what is decided before a limit, in processing order.

        Every candidate whose session is due before `limit` must have been added. One is decided
        once no open session of its underlying can concern it, and after the earlier ones near it.
        """
        decisions: list[Decision] = []
        touched: set[_Name] = set()
        heap = self._heap
        while heap and heap[0][0] < limit:
            due, start, text, name = heapq.heappop(heap)
            pool = self._pools.get(name, [])
            place = bisect_left(pool, (start, text), key=key_of)
            if place == len(pool) or key_of(pool[place]) != (start, text) or pool[place].decided:
                continue  # of a candidate that a cancel took away, or changed
            entry = pool[place]
            entry.due = max(entry.due, wait_for_earlier(pool, entry), _wait_for_open(entry, opened))
            if entry.due > due:
                heapq.heappush(heap, (entry.due, start, text, name))
                continue
            decision = decide(pool, entry)
            self._forget_waiting(name[0])
            if decision is not None:
                decisions.append(decision)
            touched.add(name)
        for name in touched:
            forget(self._pools[name])
            if not self._pools[name]:
                del self._pools[name]
        decisions.sort(key=_order)
        return decisions

    def force(self, close_ts: int) -> list[Decision]:
        """Decide every candidate that ends at or before a session's close, in processing order.

        No structure reaches across the close; candidates that end behind it go on waiting.
        """
        entries = self.saved()
        self._pools, self._heap, self._waiting = {}, [], {}
        for entry in entries:
            if entry.candidate.leg.end_ts > close_ts:
                self._put(entry)
        closing = [entry for entry in entries if entry.candidate.leg.end_ts <= close_ts]
        return Candidates(closing).decide_before(_FOREVER, _NothingOpen())

    def earliest(self, underlying: str) -> Order | None:
        """Return the place of the earliest undecided candidate, as if it stayed alone."""
        waiting = self._waiting.get(underlying)
        if not waiting:
            return None
        return min([_alone(entry.candidate.session) for entry in waiting])

    def remove(self, candidate: Candidate, at: int) -> None:
        """Forget an undecided candidate; what waited for it is decided anew, not before `at`."""
        name = candidate.leg.contract.underlying, candidate.revision
        pool = self._pools[name]
        entry = pool.pop(bisect_left(pool, candidate.key, key=key_of))
        entry.decided = True  # what its instant will find in the heap is no longer there
        self._forget_waiting(name[0])
        if entry.group is not None:
            for other in pool:
                if other.group == entry.group and not other.decided:
                    other.group = None
                    other.due = max(other.due, at)
                    heapq.heappush(self._heap, (other.due, *other.candidate.key, name))
        if not pool:
            del self._pools[name]

    def undecided(self, contract: str) -> list[Candidate]:
        """Return the candidates of a contract that still wait, by revision and start."""
        underlying = parse_contract(contract).underlying
        return [
            entry.candidate
            for name in sorted(self._pools)
            if name[0] == underlying
            for entry in self._pools[name]
            if entry.candidate.leg.text == contract and not entry.decided
        ]

    def saved(self) -> SavedCandidates:
        """Return what a restart needs: equal states give equal lists."""
        return [entry for name in sorted(self._pools) for entry in self._pools[name]]

    def _put(self, entry: Entry) -> None:
        candidate = entry.candidate
        name = candidate.leg.contract.underlying, candidate.revision
        insort(self._pools.setdefault(name, []), entry, key=key_of)
        if not entry.decided:
            heapq.heappush(self._heap, (entry.due, *candidate.key, name))
            self._waiting.setdefault(name[0], []).append(entry)

    def _forget_waiting(self, underlying: str) -> None:
        still = [entry for entry in self._waiting[underlying] if not entry.decided]
        if still:
            self._waiting[underlying] = still
        else:
            del self._waiting[underlying]


class _NothingOpen:
    """At a session's close no open session can concern what ended by then."""

    def latest_due(self, underlying: str, from_ts: int, to_ts: int) -> int:
        return 0


def _wait_for_open(entry: Entry, opened: OpenSessions) -> int:
    candidate = entry.candidate
    start, reach = candidate.leg.start_ts, candidate.reach_us
    return opened.latest_due(candidate.leg.contract.underlying, start - reach, start + reach)


def _alone(session: ClosedSession) -> Order:
    opening, last = session.held[0].print, session.held[-1].print
    return session.due, last.ts, opening.ts, 0, session.contract, opening.uid


def _order(decision: Decision) -> tuple[int, int, int, str, int]:
    return decision.order
