"""Prints into sessions: maximal runs of one contract, cut by gap and by span.

The open prints are operator state. Only the watermark decides WHEN a session is final; its content
follows from the prints alone, sorted by place, whatever their arrival order within the
lateness (options-engine.md 8.3; errata 1, 17, 45).
"""

import heapq
from bisect import insort
from dataclasses import dataclass
from typing import Annotated, Protocol

import msgspec

from flow.domain.contracts import parse_contract
from flow.domain.events import StampedPrint
from signals.engine.parameter import ParameterGroup, Tuned


@dataclass(frozen=True, kw_only=True)
class ClusterParams(ParameterGroup):
    """How prints are grouped. Source: options-engine.md 8.3 and 19 (PROPOSED values)."""

    cluster_gap_ms: Annotated[
        int, Tuned("ms", 1, 60_000, "A longer pause between prints ends a packet", "spec 8.3")
    ] = 250
    cluster_max_span_ms: Annotated[
        int, Tuned("ms", 1, 600_000, "A packet lasts no longer than this", "spec 8.3")
    ] = 2_000
    allowed_lateness_ms: Annotated[
        int,
        Tuned("ms", 0, 60_000, "How far the clock of a live feed stays behind", "spec 19, E4"),
    ] = 250


class Held(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One print that waits for its session, and the revision in force when it arrived."""

    print: StampedPrint
    revision: int


class OpenContract(msgspec.Struct):
    """The prints of one contract that are not final yet, sorted by place.

    `asides` are instants of late reports: never members, counted inside the session they fall in.
    `due` is the earliest watermark after which something here may be final.
    """

    due: int
    held: list[Held] = []
    asides: list[int] = []


class ClosedSession(msgspec.Struct, frozen=True, gc=False):
    """One final session. `due` = end + gap orders the processing of final sessions."""

    due: int
    contract: str
    held: list[Held]
    late_count: int
    cancelled_count: int = 0


class Rulings(Protocol):
    """What knows the cluster parameters of a revision."""

    def cluster_params(self, revision: int) -> ClusterParams:
        """Return the parameters of a revision."""
        ...  # pragma: no cover


def _place(held: Held) -> tuple[int, int, bytes]:
    return held.print.place


class Clusters:
    """The open prints of every contract, with a heap of when to look at them again."""

    __slots__ = ("_by_underlying", "_heap", "_rulings", "open")

    def __init__(self, rulings: Rulings, opened: dict[str, OpenContract] | None = None) -> None:
        """Start empty, or from saved open contracts."""
        self._rulings = rulings
        self.open = opened or {}
        self._heap = [(contract.due, text) for text, contract in self.open.items()]
        heapq.heapify(self._heap)
        self._by_underlying: dict[str, set[str]] = {}
        for text in self.open:
            self._note(text)

    def add(self, print_: StampedPrint, revision: int) -> Held:
        """Hold a print for its session; return it as it is held."""
        held = Held(print_, revision)
        contract = self.open.get(print_.contract)
        if contract is None:
            contract = self.open[print_.contract] = OpenContract(self._earliest(held))
            self._note(print_.contract)
            contract.held.append(held)
            heapq.heappush(self._heap, (contract.due, print_.contract))
            return held
        waiting = contract.held
        if waiting and waiting[-1].print.ts < print_.ts:  # the common case, without key tuples
            waiting.append(held)
            return held
        insort(waiting, held, key=_place)
        if waiting[0] is held:
            # An earlier opening print may be final earlier than what was planned.
            self._plan(print_.contract, contract, min(contract.due, self._earliest(held)))
        return held

    def add_aside(self, contract_text: str, ts: int) -> None:
        """Note a late report, which is never a member."""
        contract = self.open.get(contract_text)
        if contract is None:
            contract = self.open[contract_text] = OpenContract(ts)
            self._note(contract_text)
            heapq.heappush(self._heap, (ts, contract_text))
        insort(contract.asides, ts)

    def close_before(self, watermark: int) -> list[ClosedSession]:
        """Return the sessions that are final at a watermark, in processing order."""
        closed: list[ClosedSession] = []
        heap = self._heap
        while heap and heap[0][0] < watermark:
            due, text = heapq.heappop(heap)
            contract = self.open.get(text)
            if contract is not None and contract.due == due:  # else planned anew meanwhile
                self._close(text, contract, watermark, None, closed)
        closed.sort(key=_order)
        return closed

    def close_session(self, close_ts: int, watermark: int) -> list[ClosedSession]:
        """Return everything that ends at or before a session's close, in processing order."""
        closed: list[ClosedSession] = []
        for text in sorted(self.open):
            self._close(text, self.open[text], watermark, close_ts, closed)
        closed.sort(key=_order)
        return closed

    def latest_due(self, underlying: str, from_ts: int, to_ts: int) -> int:
        """Return when the open sessions of an underlying that opened within an interval are final.

        The earliest instant at which all of them may be; 0 where there is none.
        """
        latest = 0
        for text in self._by_underlying.get(underlying, ()):
            held, start = self.open[text].held, 0
            while start < len(held) and held[start].print.ts <= to_ts:
                ruling = self._rulings.cluster_params(held[start].revision)
                end = session_end(held, start, ruling)
                if held[start].print.ts >= from_ts:
                    due = held[end - 1].print.ts + ruling.cluster_gap_ms * 1_000
                    latest = max(latest, due)
                start = end
        return latest

    def _earliest(self, held: Held) -> int:
        return held.print.ts + self._rulings.cluster_params(held.revision).cluster_gap_ms * 1_000

    def _plan(self, text: str, contract: OpenContract, due: int) -> None:
        if due != contract.due:
            contract.due = due
            heapq.heappush(self._heap, (due, text))

    def _close(
        self,
        text: str,
        contract: OpenContract,
        watermark: int,
        close_ts: int | None,
        closed: list[ClosedSession],
    ) -> None:
        waiting, start, due = contract.held, 0, 0
        while start < len(waiting):
            ruling = self._rulings.cluster_params(waiting[start].revision)
            end = session_end(waiting, start, ruling)
            last_ts = waiting[end - 1].print.ts
            # Never before the session in front of it, even where a revision shortened the gap:
            # else the order of processing would depend on when the clock came.
            due = max(due, last_ts + ruling.cluster_gap_ms * 1_000)
            if due >= watermark and (close_ts is None or last_ts > close_ts):
                break
            late = 0
            if contract.asides:
                late = _within(contract.asides, waiting[start].print.ts, last_ts)
            closed.append(ClosedSession(due, text, waiting[start:end], late))
            start = end
        if start == len(waiting) and not contract.asides:
            del self.open[text]
            self._unnote(text)
            return
        del waiting[:start]
        self._keep(text, contract, watermark, due)

    def _keep(self, text: str, contract: OpenContract, watermark: int, due: int) -> None:
        """Plan the next look at a contract, or forget it when nothing waits."""
        first = contract.held[0].print.ts if contract.held else watermark + 1
        contract.asides = [ts for ts in contract.asides if ts >= first]
        if contract.held:
            self._plan(text, contract, due)
        elif contract.asides:
            self._plan(text, contract, contract.asides[0])
        else:
            del self.open[text]
            self._unnote(text)

    def _note(self, text: str) -> None:
        self._by_underlying.setdefault(parse_contract(text).underlying, set()).add(text)

    def _unnote(self, text: str) -> None:
        underlying = parse_contract(text).underlying
        texts = self._by_underlying[underlying]
        texts.discard(text)
        if not texts:
            del self._by_underlying[underlying]


def _order(session: ClosedSession) -> tuple[int, int, int, str]:
    """Return the processing order of final sessions (errata 17)."""
    held = session.held
    return session.due, held[-1].print.ts, held[0].print.ts, session.contract


def _within(asides: list[int], start_ts: int, end_ts: int) -> int:
    return sum(1 for ts in asides if start_ts <= ts <= end_ts)


def session_end(held: list[Held], start: int, params: ClusterParams) -> int:
    """Return the index behind the last member of the session that opens at `start`.

    A print joins while its gap to the one before and its span from the opening print are within
    bounds (both inclusive). A session never crosses a trade date, and no date is over in so short
    a time.
    Source: options-engine.md 8.3, golden G5.
    """
    opening, last = held[start].print, held[-1].print
    latest = opening.ts + params.cluster_max_span_ms * 1_000
    gap = params.cluster_gap_ms * 1_000
    day = opening.session_date
    if last.ts <= min(opening.ts + gap, latest) and last.session_date == day:  # nearly always
        return len(held)
    before, place = opening.ts, start + 1
    while place < len(held):
        print_ = held[place].print
        ts = print_.ts
        if ts - before > gap or ts > latest or print_.session_date != day:
            break
        before = ts
        place += 1
    return place
