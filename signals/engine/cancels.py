"""Which print a cancel takes back, and what traded on the day without it.

The day's prints are not kept for ever: the last `cancel_memory_prints` clustered prints are, and a
cancel of an older one is an orphan that is counted and shown. Late reports are kept for their day.
"""

from bisect import insort
from collections.abc import Iterable, Sequence
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
    """The contracts that traded in one option on a trade date, without late reports."""

    session_date: int
    size: int


class Days:
    """The volume of every contract on the newest trade date, in processing order.

    Late reports are volume and no members (options-engine.md 4.2; errata 45). Each counts from its
    own instant on, whenever it arrived, and a cancel may mean it: so they are kept one by one.
    """

    __slots__ = ("_reports", "newest", "of")

    def __init__(
        self, saved: dict[str, Day] | None = None, reports: Iterable[StampedPrint] = ()
    ) -> None:
        """Start empty, or from saved days and late reports."""
        self.of = saved or {}
        self.newest = max((day.session_date for day in self.of.values()), default=0)
        self._reports: dict[str, list[StampedPrint]] = {}
        for report in reports:
            self.add_report(report)

    def add(self, members: list[StampedPrint]) -> int:
        """Count prints of one contract; return the contracts that it had traded before them."""
        opening = members[0]
        size = sum([print_.size for print_ in members])
        if opening.session_date > self.newest:
            self.newest = opening.session_date
            self.of.clear()
            self._forget_reports()
        before = self._reported_before(opening)
        day = self.of.get(opening.contract)
        if day is None:
            self.of[opening.contract] = Day(opening.session_date, size)
            return before
        before += day.size
        day.size += size
        return before

    def take_back(self, print_: StampedPrint) -> None:
        """Count a print that was added no longer."""
        day = self.of.get(print_.contract)
        if day is not None and day.session_date == print_.session_date:
            day.size -= print_.size

    def add_report(self, report: StampedPrint) -> None:
        """Keep a late report; call it on arrival, in any order."""
        insort(self._reports.setdefault(report.contract, []), report, key=_place)

    def take_back_report(self, report: StampedPrint) -> None:
        """Forget a late report that was kept."""
        self._reports[report.contract].remove(report)

    def reports_of(self, contract: str) -> Sequence[StampedPrint]:
        """Return the late reports of a contract, by place."""
        return self._reports.get(contract, ())

    def saved_reports(self) -> list[StampedPrint]:
        """Return what a restart needs besides `of`: equal states give equal lists."""
        return [report for text in sorted(self._reports) for report in self._reports[text]]

    def _reported_before(self, opening: StampedPrint) -> int:
        """Return the contracts of the late reports before a print.

        All of them have arrived: the clock has passed the print.
        """
        reports = self._reports.get(opening.contract)
        if not reports:  # nearly always
            return 0
        place, day = opening.place, opening.session_date
        return sum(
            report.size for report in reports if report.session_date == day and report.place < place
        )

    def _forget_reports(self) -> None:
        """Forget the late reports before the newest trade date; its own may have come already."""
        kept = {
            text: [report for report in reports if report.session_date >= self.newest]
            for text, reports in self._reports.items()
        }
        self._reports = {text: reports for text, reports in kept.items() if reports}


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


def choose(known: Iterable[StampedPrint], cancel: StampedPrint) -> StampedPrint | None:
    """Return the print that a cancel takes back, None for an orphan.

    Shape: `known` are the remembered prints and late reports of the contract, without what was
    cancelled before. Only those up to the cancel's own instant count, so that the answer is the
    same whenever it arrives.
    The last: the newest match. An earlier one: the newest match that is neither the first nor the
    last of the day; where every match is one of these, the newest, because a trade that did not
    happen and is left in the totals is the worse mistake. The opening: the oldest match. The only
    one: the match, if there is one. Several of one instant: the highest place.
    Source: options-engine.md 4.2; errata 46.
    """
    day = [
        print_
        for print_ in known
        if print_.session_date == cancel.session_date and print_.ts <= cancel.ts
    ]
    day.sort(key=_place)
    matches = [print_ for print_ in day if is_match(print_, cancel)]
    letter = next((code for code in cancel.conditions if code in _LETTERS), LAST)
    if not matches or (letter == ONLY and len(matches) > 1):
        return None
    if letter == OPENING:
        return [print_ for print_ in matches if print_.ts == matches[0].ts][-1]
    if letter == EARLIER:
        ends = (day[0].uid, day[-1].uid)
        matches = [print_ for print_ in matches if print_.uid not in ends] or matches
    return matches[-1]


_LETTERS = (EARLIER, LAST, OPENING, ONLY)


def _place(print_: StampedPrint) -> tuple[int, int, bytes]:
    return print_.place
