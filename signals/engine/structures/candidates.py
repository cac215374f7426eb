"""Stage B, the state: candidate legs that wait until it is certain which of them belong together.

Decisions follow from the candidates alone (`pools.decide`). The limit of what is known decides WHEN
one is given out, never its content or its place in the order.
"""

import heapq
from bisect import bisect_left, insort

from flow.domain.contracts import parse_contract
from signals.engine.structures.matching import Candidate
from signals.engine.structures.pools import Decision, Entry, decide, forget, key_of

__all__ = ["Candidate", "Candidates", "Decision", "Entry", "SavedCandidates"]

SavedCandidates = list[Entry]
_Name = tuple[str, int]  # of a pool: underlying, revision
_FOREVER = 1 << 62


class Candidates:
    """Pools of candidates by underlying and revision, and a heap of the instants to decide them."""

    __slots__ = ("_heap", "_pools")

    def __init__(self, saved: SavedCandidates | None = None) -> None:
        """Start empty, or from what `saved` gave."""
        self._pools: dict[_Name, list[Entry]] = {}
        self._heap: list[tuple[int, int, str, _Name]] = []
        for entry in saved or ():
            self._put(entry)

    def add(self, candidate: Candidate) -> None:
        """Remember a candidate."""
        self._put(Entry(candidate))

    def decide_before(self, limit: int) -> list[Decision]:
        """Return what is decided before a limit, in processing order.

        Every candidate whose session is due before `limit` must have been added.
        """
        decisions: list[Decision] = []
        touched: set[_Name] = set()
        heap = self._heap
        while heap and heap[0][0] < limit:
            _, start, text, name = heapq.heappop(heap)
            pool = self._pools[name]
            decision = decide(pool, pool[bisect_left(pool, (start, text), key=key_of)])
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
        entries = [Entry(entry.candidate, entry.decided) for entry in self.saved()]
        self._pools, self._heap = {}, []
        for entry in entries:
            if entry.candidate.leg.end_ts > close_ts:
                self._put(entry)
        closing = [entry for entry in entries if entry.candidate.leg.end_ts <= close_ts]
        return Candidates(closing).decide_before(_FOREVER)

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
            heapq.heappush(self._heap, (candidate.due, *candidate.key, name))


def _order(decision: Decision) -> tuple[int, int, int, str]:
    return decision.order
