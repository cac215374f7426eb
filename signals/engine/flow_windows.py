"""The flow of one underlying on one trade date: sums by minute of event time, read in O(log n).

minute      600   601   604          a row holds what the day sums to up to its minute
through     s600  s601  s604         (600, 604] = s604 - s600
"""

from bisect import bisect_left, bisect_right

import msgspec

from flow.domain.contracts import Right
from flow.domain.events import PrintFlag
from signals.engine.flow_params import FlowParams
from signals.engine.placement import Side
from signals.engine.sentiment import sentiment
from signals.engine.trade_types import Read, TradeType

_MINUTE_BAR = int(PrintFlag.MINUTE_BAR)
_STALE = Side.STALE
_PPM = 1_000_000

# Minutes, and what the day sums to through each of them, in the order of the fields of `Sums`.
SavedMinutes = tuple[list[int], list[tuple[int, ...]]]


class Sums(msgspec.Struct, gc=False):
    """What enters a flow context. Volumes in contracts, premiums in micro-dollars.

    `bullish` and `bearish` are premiums weighted by the confidence in the side, each print's a
    whole number of micro-dollars (half up); it is exact where the premium is in whole dollars.
    Source: options-engine.md 18.5.
    """

    count: int = 0
    call_volume: int = 0
    put_volume: int = 0
    call_premium: int = 0
    put_premium: int = 0
    bullish: int = 0
    bearish: int = 0
    quoted: int = 0  # with a fresh quote
    aggressive: int = 0
    block: int = 0
    sweep: int = 0
    unplaced_volume: int = 0

    @property
    def volume(self) -> int:
        """Return all contracts."""
        return self.call_volume + self.put_volume

    @property
    def premium(self) -> int:
        """Return all premium."""
        return self.call_premium + self.put_premium

    def add_print(self, read: Read, kind: TradeType, right: Right, params: FlowParams) -> None:
        """Add one print.

        A minute bar brings volume and premium and counts as one trade; its one price says nothing
        about sides, so it has neither quote nor type. A print whose premium is not known (adjusted
        deliverable) is only unplaced volume.
        """
        print_, placement, conditions = read
        size, premium = print_.size, print_.premium_micros
        if premium is None:
            self.unplaced_volume += size
            return
        self.count += 1
        if right == "C":
            self.call_volume += size
            self.call_premium += premium
        else:
            self.put_volume += size
            self.put_premium += premium
        if print_.flags & _MINUTE_BAR:
            return
        if kind == "BLOCK":
            self.block += premium
        elif kind == "SWEEP":
            self.sweep += premium
        if placement.side <= _STALE:
            return
        self.quoted += premium
        if not placement.sign:
            return
        self.aggressive += premium  # a side is what `aggressiveness` calls AGGRESSIVE
        lean = sentiment(placement, right, conditions, params)
        if lean == "BULLISH":
            self.bullish += (premium * placement.confidence_ppm + _PPM // 2) // _PPM
        elif lean == "BEARISH":
            self.bearish += (premium * placement.confidence_ppm + _PPM // 2) // _PPM

    def plus(self, other: "Sums", times: int) -> None:
        """Add another record so many times; -1 takes it away."""
        self.count += times * other.count
        self.call_volume += times * other.call_volume
        self.put_volume += times * other.put_volume
        self.call_premium += times * other.call_premium
        self.put_premium += times * other.put_premium
        self.bullish += times * other.bullish
        self.bearish += times * other.bearish
        self.quoted += times * other.quoted
        self.aggressive += times * other.aggressive
        self.block += times * other.block
        self.sweep += times * other.sweep
        self.unplaced_volume += times * other.unplaced_volume


class Minutes:
    """The rows of one underlying and trade date, ascending; a minute without flow has none."""

    __slots__ = ("minutes", "through")

    def __init__(self, saved: SavedMinutes | None = None) -> None:
        """Start empty, or where `saved` was taken."""
        minutes, rows = saved or ([], [])
        self.minutes = list(minutes)
        self.through = [Sums(*row) for row in rows]

    def rows_from(self, minute: int) -> list[Sums]:
        """Return every row that a print of this minute enters: its own and all later ones.

        Nearly always that is the last one: packets are processed in the order of their end.
        """
        minutes, through = self.minutes, self.through
        if not minutes or minute > minutes[-1]:
            through.append(Sums(*msgspec.structs.astuple(through[-1])) if minutes else Sums())
            minutes.append(minute)
        if minute == minutes[-1]:
            return through[-1:]
        place = bisect_left(minutes, minute)
        if minutes[place] != minute:
            before = through[place - 1] if place else Sums()
            minutes.insert(place, minute)
            through.insert(place, Sums(*msgspec.structs.astuple(before)))
        return through[place:]

    def add_to(self, total: Sums, after: int | None, last: int) -> None:
        """Add the sums of the minutes in (after, last] to a total; None is the start of the day."""
        place = bisect_right(self.minutes, last)
        if not place:
            return
        total.plus(self.through[place - 1], 1)
        place = 0 if after is None else bisect_right(self.minutes, after)
        if place:
            total.plus(self.through[place - 1], -1)

    def forget_before(self, minute: int) -> None:
        """Fold the rows before a minute into one: sums from that minute on stay what they are."""
        place = bisect_left(self.minutes, minute)
        if place > 1:
            del self.minutes[: place - 1]
            del self.through[: place - 1]

    def saved(self) -> SavedMinutes:
        """Return what a restart needs; later prints do not change it."""
        return list(self.minutes), [msgspec.structs.astuple(row) for row in self.through]
