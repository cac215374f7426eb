"""What became of a reading a quarter of an hour later: `no_follow_through`.

The later mid is the newest fresh one that any print of the underlying carried in the last minute
before the instant: the log of prints is all that the engine sees.
"""

import heapq
from bisect import bisect_left, insort
from collections.abc import Sequence

import msgspec

from flow.domain.events import PrintFlag, StampedPrint
from flow.domain.units import MINUTE_US
from signals.engine.case import Case
from signals.engine.classifiers.follow_through import MINUTES
from signals.engine.records import SmartMoneyEvent

FOLLOW_US = MINUTES * MINUTE_US
LOOK_BACK_US = 60_000_000  # an older mid says nothing of the instant
# Packets are processed up to their span, gap and hold after their prints; then all mids are in.
SETTLE_US = 5_000_000
_SPOT_STALE = int(PrintFlag.SPOT_STALE)
_SIDES = ("bullish", "bearish")
_NEVER = 1 << 62


class LaterMid(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The underlying's mid that a print carried, doubled: bid + ask."""

    ts: int
    uid: bytes
    mid2: int


class FollowUp(msgspec.Struct, gc=False):
    """One reading that is judged later, with what its hit needs. `mid2` is doubled: bid + ask.

    `leg` is the contract of the packet's opening print.
    """

    at: int
    event_uid: bytes
    event_ts: int
    rev: int
    identity: str
    packet_uid: bytes
    packet_ts: int
    contract: str
    leg: str
    underlying: str
    label: str
    revision: int
    direction: str
    mid2: int
    later: LaterMid | None = None


def follow_up_of(
    case: Case, event: SmartMoneyEvent, members: Sequence[StampedPrint]
) -> FollowUp | None:
    """Return what to look at later, None for an event without a side or without a fresh mid."""
    opening, last = members[0], members[-1]
    bid, ask = last.spot_bid_micros, last.spot_ask_micros
    if event.direction not in _SIDES or case.features.underlying_mid is None:
        return None
    return FollowUp(
        at=event.ts + FOLLOW_US,
        event_uid=event.uid,
        event_ts=event.ts,
        rev=event.rev,
        identity=case.identity,
        packet_uid=event.packet_uid,
        packet_ts=event.packet_ts,
        contract=event.contract,
        leg=opening.contract,
        underlying=event.underlying,
        label=case.label,
        revision=event.tuning_revision,
        direction=event.direction,
        mid2=(bid or 0) + (ask or 0),
    )


def _at(follow_up: FollowUp) -> int:
    return follow_up.at


class FollowUps:
    """Readings waiting for their instant, by underlying and there by instant."""

    __slots__ = ("_heap", "_waiting", "next_us")

    def __init__(self, saved: list[FollowUp] | None = None) -> None:
        """Start empty, or from what `saved` gave."""
        self.next_us = _NEVER  # when the next instant is settled
        self._heap: list[tuple[int, bytes, FollowUp]] = []
        self._waiting: dict[str, list[FollowUp]] = {}
        for follow_up in saved or ():
            self.add(follow_up)

    def add(self, follow_up: FollowUp) -> None:
        """Wait for a reading's instant."""
        heapq.heappush(self._heap, (follow_up.at, follow_up.event_uid, follow_up))
        self.next_us = self._heap[0][0] + SETTLE_US
        insort(self._waiting.setdefault(follow_up.underlying, []), follow_up, key=_at)

    def drop(self, event_uid: bytes) -> LaterMid | None:
        """Forget a reading that a cancel revised; return the mid that it has been shown so far."""
        dropped = next((each for each in self.saved() if each.event_uid == event_uid), None)
        if dropped is None:
            return None
        kept = [each for each in self.saved() if each.event_uid != event_uid]
        self._heap.clear()
        self._waiting.clear()
        self.next_us = _NEVER
        for follow_up in kept:
            self.add(follow_up)
        return dropped.later

    def see(self, underlying: str, members: Sequence[StampedPrint], due: int) -> None:
        """Take the underlying's mids from the prints of a packet, for whoever waits for one.

        `due`: when the print's packet was final. What settles later is left out by that alone, so
        that the clock has no say.
        """
        waiting = self._waiting.get(underlying)
        # Nearly always even the first instant is further ahead than a print may look.
        if waiting is not None and waiting[0].at <= members[-1].ts + LOOK_BACK_US:
            for print_ in members:
                _show(waiting, print_, due)

    def take_before(self, limit: int) -> list[FollowUp]:
        """Return the readings whose instant is settled before `limit`, in order."""
        found = []
        while self.next_us < limit:
            follow_up = heapq.heappop(self._heap)[2]
            self.next_us = self._heap[0][0] + SETTLE_US if self._heap else _NEVER
            waiting = self._waiting[follow_up.underlying]
            place = bisect_left(waiting, follow_up.at, key=_at)
            while waiting[place] is not follow_up:  # others of its instant
                place += 1
            del waiting[place]
            if not waiting:
                del self._waiting[follow_up.underlying]
            found.append(follow_up)
        return found

    def saved(self) -> list[FollowUp]:
        """Return what a restart needs, in order."""
        return [each for _, _, each in sorted(self._heap, key=lambda entry: entry[:2])]


def _show(waiting: list[FollowUp], print_: StampedPrint, due: int) -> None:
    bid, ask = print_.spot_bid_micros, print_.spot_ask_micros
    if print_.flags & _SPOT_STALE or not bid or not ask:
        return
    ts = print_.ts
    for place in range(bisect_left(waiting, max(ts, due - SETTLE_US), key=_at), len(waiting)):
        follow_up = waiting[place]
        if follow_up.at > ts + LOOK_BACK_US:
            return
        later = follow_up.later
        if later is None or (ts, print_.uid) > (later.ts, later.uid):
            follow_up.later = LaterMid(ts, print_.uid, bid + ask)
