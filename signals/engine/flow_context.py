"""The flow of every underlying, and its context at any instant of event time.

final packets, in processing order --> rows by trade date, underlying, minute --+--> context
late reports, on arrival ------------> kept by their own instant ---------------+
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence

import msgspec

from flow.domain.contracts import Right, parse_contract
from flow.domain.events import StampedPrint
from flow.domain.units import MINUTE_US
from signals.engine.flow_params import FlowParams
from signals.engine.flow_scores import FlowContext, Window, context_of
from signals.engine.flow_windows import Minutes, SavedMinutes, Sums
from signals.engine.trade_types import Read, TradeType

__all__ = ["WINDOWS", "FlowContext", "FlowWindows", "SavedWindows", "Window"]

WINDOWS: tuple[Window, ...] = ("1h", "4h", "session")

# Source: options-engine.md 18.5. The session window is the current and the previous trade date.
_MINUTES: dict[Window, int] = {"1h": 60, "4h": 240}
_TRADE_DATES = 2
# A structure is decided after sessions that ended later: by a span of at most 10 minutes and a gap
# of at most 1, the most that tuning allows, twice.
_SLACK_US = 30 * MINUTE_US

# A late report: when, trade date, contracts.
_Report = tuple[int, int, int]


class SavedWindows(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """All flow as `FlowWindows` takes it: equal content, equal bytes."""

    days: list[tuple[int, dict[str, SavedMinutes]]]
    reports: dict[str, list[_Report]]


class FlowWindows:
    """The flow of the newest two trade dates.

    A window (t - w, t] has minute resolution: it is the minute of `t` with the w - 1 before it, so
    nothing as old as w counts and at least w less a minute does. Of the minute of `t` it holds what
    was final before in processing order, which follows from the prints alone. A cancel of a print
    that was final does not rewrite it, as it does not rewrite baselines (errata 33).
    The session window is the current and the previous trade date of the prints added: 24 hours of
    the wall would be empty on a Monday morning.
    Late reports are no members and have no place in a sequence: they are volume, from their own
    instant on, whenever they arrived (errata 45, 53), until a cancel takes one back.
    """

    __slots__ = ("_days", "_reports", "params")

    def __init__(self, params: FlowParams, saved: SavedWindows | None = None) -> None:
        """Start empty, or where `saved` was taken; `params` is what contexts use by default."""
        self.params = params
        days, reports = (saved.days, saved.reports) if saved else ([], {})
        self._days = {
            day: {text: Minutes(minutes) for text, minutes in flows.items()} for day, flows in days
        }
        self._reports = {text: list(rows) for text, rows in reports.items()}

    def add(
        self,
        underlying: str,
        reads: Sequence[Read],
        types: Sequence[TradeType],
        right: Right | None,
        params: FlowParams,
    ) -> None:
        """Add the members of one final packet; too small prints are no flow.

        Shape: at least one member, all of one trade date; `types` by member. `right` is None where
        members are of several contracts. A trade date before the newest two is not kept.
        Source: options-engine.md 18.5.
        """
        opening = reads[0][0]
        flows = self._days.get(opening.session_date)
        if flows is None:
            flows = self._open(opening)
        least = params.flow_min_size
        rows: list[Sums] = []
        of_minute = -1
        for read, kind in zip(reads, types, strict=True):
            print_ = read[0]
            if print_.size < least:  # most
                continue
            minute = print_.ts // MINUTE_US
            if minute != of_minute:
                minutes = flows.get(underlying)
                if minutes is None:
                    minutes = flows[underlying] = Minutes()
                rows, of_minute = minutes.rows_from(minute), minute
            own = right or parse_contract(print_.contract).right
            for sums in rows:
                sums.add_print(read, kind, own, params)

    def add_unplaced(self, print_: StampedPrint) -> None:
        """Keep a late report at its own instant; call it on arrival, in any order.

        Errors: ContractError for a contract that cannot be read.
        """
        underlying = parse_contract(print_.contract).underlying
        reports = self._reports.setdefault(underlying, [])
        insort(reports, (print_.ts, print_.session_date, print_.size))

    def take_back_unplaced(self, print_: StampedPrint) -> None:
        """Forget a late report of the newest trade date that a cancel took back."""
        reports = self._reports[parse_contract(print_.contract).underlying]
        reports.remove((print_.ts, print_.session_date, print_.size))

    def context(
        self, underlying: str, ts: int, window: Window, params: FlowParams | None = None
    ) -> FlowContext:
        """Return the flow of an underlying up to an instant.

        Units: `ts` in microseconds; it is an input, never the time of asking.
        Missing: an underlying without flow has the empty context.
        Source: options-engine.md 18.5 strict.
        """
        params = params or self.params
        return context_of(underlying, ts, window, self.sums(underlying, ts, window, params), params)

    def sums(self, underlying: str, ts: int, window: Window, params: FlowParams) -> Sums:
        """Return what a window holds up to an instant."""
        last = ts // MINUTE_US
        width = _MINUTES.get(window)
        after = None if width is None else last - width
        sums = Sums()
        for flows in self._days.values():
            minutes = flows.get(underlying)
            if minutes is not None:
                minutes.add_to(sums, after, last)
        sums.unplaced_volume += self._reported(underlying, after, ts, params.flow_min_size)
        return sums

    def forget_before(self, ts: int) -> None:
        """Fold what only contexts before an instant would need; later ones stay what they are."""
        minute = ts // MINUTE_US - _MINUTES["4h"]
        for flows in self._days.values():
            for minutes in flows.values():
                minutes.forget_before(minute)

    def saved(self) -> SavedWindows:
        """Return what a restart needs; later prints do not change it."""
        return SavedWindows(
            [
                (day, {text: minutes.saved() for text, minutes in flows.items()})
                for day, flows in self._days.items()
            ],
            {text: list(reports) for text, reports in self._reports.items()},
        )

    def _open(self, opening: StampedPrint) -> dict[str, Minutes]:
        """Return the flows of a trade date that is not held; the newest one drops the oldest."""
        days, day = self._days, opening.session_date
        if len(days) == _TRADE_DATES and day < min(days):
            return {}
        days[day] = {}
        newest = sorted(days)[-_TRADE_DATES:]
        self._days = {each: days[each] for each in newest}
        if day == newest[-1]:
            self.forget_before(opening.ts - _SLACK_US)
            self._forget_reports(newest[0])
        return days[day]

    def _forget_reports(self, oldest: int) -> None:
        kept = {
            text: [report for report in reports if report[1] >= oldest]
            for text, reports in self._reports.items()
        }
        self._reports = {text: reports for text, reports in kept.items() if reports}

    def _reported(self, underlying: str, after: int | None, ts: int, least: int) -> int:
        """Return the contracts of the late reports in a window: none from after its last instant.

        Whether a later one has arrived yet depends on the clock; whether an earlier one has, not.
        """
        reports = self._reports.get(underlying)
        if not reports:
            return 0
        first = 0 if after is None else bisect_left(reports, ((after + 1) * MINUTE_US,))
        last = bisect_right(reports, ts, key=_instant)
        oldest = min(self._days, default=0)
        return sum(size for _, day, size in reports[first:last] if day >= oldest and size >= least)


def _instant(report: _Report) -> int:
    return report[0]
