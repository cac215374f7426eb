"""Which print a cancel takes back, and which packets may still be revised.

The day's prints are not kept for ever: the last `cancel_memory_prints` clustered prints are, and a
cancel of an older one is an orphan that is counted and shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

import msgspec

from flow.domain.events import StampedPrint
from signals.engine.parameter import ParameterGroup, Tuned

# OPRA letters of cancels: of an earlier trade, of the last, of the opening, of the only one.
EARLIER, LAST, OPENING, ONLY = ord("A"), ord("C"), ord("E"), ord("G")


@dataclass(frozen=True, kw_only=True)
class CancelParams(ParameterGroup):
    """How far back a cancel reaches. PROPOSED here: the spec names no bound."""

    cancel_memory_prints: Annotated[
        int,
        Tuned("prints", 0, 2_000_000, "A cancel finds its trade among so many", "spec 4.2"),
    ] = 50_000


class Day(msgspec.Struct, array_like=True, gc=False):
    """What a cancel must know of a contract's trade date: its prints, contracts, first and last."""

    session_date: int
    count: int
    size: int
    first: tuple[int, int, bytes]  # places
    last: tuple[int, int, bytes]


class Days:
    """The `Day` of every contract that printed on the newest trade date, in processing order."""

    __slots__ = ("newest", "of")

    def __init__(self, saved: dict[str, Day] | None = None) -> None:
        """Start empty, or from saved days."""
        self.of = saved or {}
        self.newest = max((day.session_date for day in self.of.values()), default=0)

    def add(self, members: list[StampedPrint]) -> int:
        """Count prints of one contract; return the contracts that it had traded before them."""
        opening, last = members[0], members[-1]
        size = sum([print_.size for print_ in members])
        if opening.session_date > self.newest:
            self.newest = opening.session_date
            self.of.clear()
        day = self.of.get(opening.contract)
        if day is None:
            self.of[opening.contract] = Day(
                opening.session_date, len(members), size, opening.place, last.place
            )
            return 0
        before = day.size
        day.count += len(members)
        day.size += size
        if opening.ts <= day.first[0]:
            day.first = min(day.first, opening.place)
        if last.ts >= day.last[0]:  # nearly always: packets come in the order of their ends
            day.last = max(day.last, last.place)
        return before


def is_match(print_: StampedPrint, cancel: StampedPrint) -> bool:
    """Return whether a cancel may mean this print: contract, venue, day, price and size agree."""
    return (
        print_.price_micros == cancel.price_micros
        and print_.size == cancel.size
        and print_.venue == cancel.venue
        and print_.session_date == cancel.session_date
        and print_.ts <= cancel.ts
        and print_.contract == cancel.contract
    )


def choose(
    matches: Iterable[StampedPrint], cancel: StampedPrint, day: Day | None
) -> StampedPrint | None:
    """Return the print that a cancel takes back, None for an orphan.

    Shape: `matches` are prints that `is_match`; `day` counts every print of the contract so far.
    The last: the newest match. An earlier one: the newest match that is neither the first nor the
    last of the day. The opening: the oldest match. The only one: the match, if alone on its day.
    Several of one instant: the highest position in the stream.
    Source: options-engine.md 4.2; errata 46.
    """
    ordered = sorted(matches, key=_newest)
    letter = next((code for code in cancel.conditions if code in _LETTERS), LAST)
    if letter == ONLY and day is not None and day.count > 1:
        return None
    if letter == EARLIER and day is not None:
        ends = (day.first, day.last)
        ordered = [print_ for print_ in ordered if print_.place not in ends]
    if not ordered:
        return None
    return ordered[0] if letter in (OPENING, ONLY) else ordered[-1]


_LETTERS = (EARLIER, LAST, OPENING, ONLY)


def _newest(print_: StampedPrint) -> tuple[int, int]:
    return print_.ts, print_.seq
