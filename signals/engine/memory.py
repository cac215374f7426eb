"""The packets that a cancel may still revise, newest last, bounded by their number of prints."""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from flow.domain.event_calendar import CalendarEvent
from flow.domain.events import StampedPrint
from signals.engine.flow_scores import FlowContext
from signals.engine.followups import FollowUp, LaterMid
from signals.engine.groups import Group
from signals.engine.readings import Reading
from signals.engine.trade_types import TradeType


class Kept(msgspec.Struct, kw_only=True, gc=False):
    """One emitted packet with what its revision needs.

    `event` and `alert` tell which rows must be revised with it. `readings`, `upcoming`, `flow` and
    `boosting` are what it was measured against: its baselines, the event ahead, the flow around it.
    They are not rewritten (errata 33). `types` are the trade types of the prints of `group`, in
    their order. `later` is the mid that its reading was judged by, once it was.
    """

    identity: str
    ts: int
    end_ts: int
    revision: int
    group: Group
    readings: tuple[Reading, ...]
    types: tuple[TradeType, ...]
    day_volume_before: int
    contracts: tuple[str, ...]
    prints: int
    rev: int = 0
    event: bool = False
    alert: str = ""  # the dedupe key of its alert, empty where it has none
    supersedes: bytes | None = None
    upcoming: CalendarEvent | None = None
    flow: dict[str, Any] = {}
    boosting: FlowContext | None = None
    is_settled: bool = False
    later: LaterMid | None = None


class Memory:
    """Emitted packets by contract, the oldest forgotten first."""

    __slots__ = ("_by_contract", "_order", "prints")

    def __init__(self, saved: Iterable[Kept] = ()) -> None:
        """Start empty, or from what `saved` gave."""
        self._order: deque[Kept] = deque()
        self._by_contract: dict[str, list[Kept]] = {}  # short ones
        self.prints = 0
        for kept in saved:
            self._put(kept)

    def keep(self, kept: Kept, limit: int) -> None:
        """Remember a packet; forget the oldest beyond `limit` prints."""
        self._put(kept)
        while self.prints > limit and self._order:
            old = self._order.popleft()
            self.prints -= old.prints
            for text in old.contracts:
                queue = self._by_contract[text]
                del queue[0]  # both queues are in the order of keeping
                if not queue:
                    del self._by_contract[text]

    def of(self, contract: str) -> Iterator[tuple[Kept, StampedPrint]]:
        """Return every remembered print of a contract with its packet."""
        for kept in self._by_contract.get(contract, ()):
            for held in kept.group.held:
                if held.print.contract == contract:
                    yield kept, held.print

    def settle(self, settled: FollowUp) -> None:
        """Remember by which mid a packet's reading was judged, while the packet is remembered."""
        for kept in self._by_contract.get(settled.leg, ()):
            if kept.identity == settled.identity:
                kept.is_settled, kept.later = True, settled.later

    def saved(self) -> list[Kept]:
        """Return what a restart needs, oldest first."""
        return list(self._order)

    def _put(self, kept: Kept) -> None:
        self._order.append(kept)
        self.prints += kept.prints
        for text in kept.contracts:
            queue = self._by_contract.get(text)
            if queue is None:
                self._by_contract[text] = [kept]
            else:
                queue.append(kept)
