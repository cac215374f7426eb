"""The packets that a cancel may still revise, newest last, bounded by their number of prints.

They are kept as bytes, from which a cancel makes them again: nearly none is ever asked for. As
objects they took 30 MB more, and saving a state, which compute waits for, three times as long.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from flow.domain.event_calendar import CalendarEvent
from flow.domain.events import StampedPrint
from flow.domain.ids import SEPARATOR
from signals.engine.flow_scores import FlowContext
from signals.engine.followups import FollowUp, LaterMid
from signals.engine.groups import Group
from signals.engine.readings import Reading
from signals.engine.trade_types import TradeType


class Kept(msgspec.Struct, kw_only=True, array_like=True, gc=False):
    """One emitted packet with what its revision needs.

    `event` and `alert` tell which rows must be revised with it, `withdrawn` that its alert is taken
    back for good. `readings`, `upcoming`, `flow` and `boosting` are what it was measured against:
    its baselines, the event ahead, the flow around it. They are not rewritten (errata 33). `types`
    are the trade types of the prints of `group`, in their order. `volumes_before` and
    `open_interests` are what its `contracts`, one per leg, had traded before it and had open: a
    cancel may leave one leg. `later` is the mid that its reading was judged by, once it was. No row
    was given out of what `is_dropped`, but a cancel still finds its prints.
    """

    identity: str
    ts: int
    end_ts: int
    revision: int
    group: Group
    readings: tuple[Reading, ...]
    types: tuple[TradeType, ...]
    contracts: tuple[str, ...]
    volumes_before: tuple[int, ...]
    open_interests: tuple[int | None, ...]
    prints: int
    rev: int = 0
    event: bool = False
    alert: str = ""  # the dedupe key of its alert, empty where it has none
    withdrawn: bool = False
    supersedes: bytes | None = None
    upcoming: CalendarEvent | None = None
    flow: dict[str, Any] = {}
    boosting: FlowContext | None = None
    is_settled: bool = False
    later: LaterMid | None = None
    is_dropped: bool = False


class Packed(msgspec.Struct, array_like=True, gc=False):
    """One kept packet as bytes, with what finds it, forgets it and must outlive it.

    `opening` is the uid of its opening print, which no other packet has. `contracts` and `prints`
    are what it was kept with, whatever a cancel took from it since.
    """

    opening: bytes
    contracts: tuple[str, ...]
    prints: int
    revision: int
    content: bytes


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Kept).decode


class Memory:
    """Emitted packets by contract, the oldest forgotten first."""

    __slots__ = ("_by_contract", "_order", "prints")

    def __init__(self, saved: Iterable[Packed] = ()) -> None:
        """Start empty, or from what `saved` gave."""
        self._order: deque[Packed] = deque()
        self._by_contract: dict[str, list[Packed]] = {}  # short ones
        self.prints = 0
        for packed in saved:
            self._put(packed)

    def keep(self, kept: Kept, limit: int) -> None:
        """Remember a packet; forget the oldest beyond `limit` prints."""
        self._put(
            Packed(
                _opening_of(kept.identity),
                kept.contracts,
                kept.prints,
                kept.revision,
                _encode(kept),
            )
        )
        while self.prints > limit and self._order:
            old = self._order.popleft()
            self.prints -= old.prints
            for text in old.contracts:
                queue = self._by_contract[text]
                del queue[0]  # both queues are in the order of keeping
                if not queue:
                    del self._by_contract[text]

    def of(self, contract: str) -> Iterator[tuple[Kept, StampedPrint]]:
        """Return every remembered print of a contract with its packet.

        What is changed in a packet is not remembered before `revise`.
        """
        for packed in self._by_contract.get(contract, ()):
            kept = _decode(packed.content)
            for held in kept.group.held:
                if held.print.contract == contract:
                    yield kept, held.print

    def revise(self, kept: Kept) -> None:
        """Remember a packet, which `of` gave, as it is now."""
        packed = self._find(kept.contracts[0], kept.identity)
        if packed is not None:
            packed.content = _encode(kept)

    def settle(self, settled: FollowUp) -> None:
        """Remember by which mid a packet's reading was judged, while the packet is remembered."""
        packed = self._find(settled.leg, settled.identity)
        if packed is not None:
            kept = _decode(packed.content)
            kept.is_settled, kept.later = True, settled.later
            packed.content = _encode(kept)

    def saved(self) -> list[Packed]:
        """Return what a restart needs, oldest first."""
        return list(self._order)

    def _find(self, contract: str, identity: str) -> Packed | None:
        opening = _opening_of(identity)
        for packed in self._by_contract.get(contract, ()):
            if packed.opening == opening:
                return packed
        return None

    def _put(self, packed: Packed) -> None:
        self._order.append(packed)
        self.prints += packed.prints
        for text in packed.contracts:
            queue = self._by_contract.get(text)
            if queue is None:
                self._by_contract[text] = [packed]
            else:
                queue.append(packed)


def _opening_of(identity: str) -> bytes:
    """Return the uid of the opening print, which a packet's identity ends with."""
    return bytes.fromhex(identity.rpartition(SEPARATOR)[2])
