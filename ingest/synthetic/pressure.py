"""Impact of background flow: the signed dollars of the last beats, fading in a straight line.

    weight  120 |\\
                |  \\          whole dollars times whole weights: sums are exact, so that moving on
                |    \\        from beat to beat and starting anywhere give the same figure
              0 +------\\---> age in beats
"""

from collections import defaultdict, deque
from collections.abc import Callable
from typing import NamedTuple, Protocol

from ingest.synthetic.config import BEAT_US
from ingest.synthetic.effects import HEDGED, IMPACT_US
from ingest.synthetic.orders import Beat
from ingest.synthetic.tables import NEGOTIATED_KINDS

BEATS = IMPACT_US // BEAT_US
_FLOWS_KEPT = 5 * BEATS
_SIGNS = {"A": 1, "AA": 1, "B": -1, "BB": -1}


class Flow(NamedTuple):
    """What one beat's aggressive orders were worth. Units: signed dollars."""

    stocks: dict[int, int]  # by listing number, with the hedges of options
    lines: dict[str, int]  # premium by strike and expiry


class Press(Protocol):
    """What a book asks for. Units: signed dollars that still press."""

    def stock(self, number: int) -> float:
        """Return those on a listing."""
        ...

    def line(self, line: str) -> float:
        """Return those on a strike and expiry."""
        ...


def flow_of(orders: Beat) -> Flow:
    """Sum up who paid the spread. What is hidden, negotiated or in a spread moves nothing."""
    stocks: defaultdict[int, int] = defaultdict(int)
    lines: defaultdict[str, int] = defaultdict(int)
    for order in orders[0]:
        sign = _SIGNS.get(order.place, 0)
        if sign:
            stocks[order.listing.number] += sign * int(order.shares * order.listing.price)
    for each in orders[1]:
        sign = _SIGNS.get(each.place, 0)
        if sign and each.kind not in NEGOTIATED_KINDS:
            lines[each.series.line] += sign * each.dollars
            listing = each.series.listing
            shares = HEDGED * each.delta * 100 * each.contracts
            stocks[listing.number] += sign * int(shares * listing.price)
    return Flow(stocks, lines)


class _Fading:
    """Dollars on one line, faded when asked for: a popular one has some in every beat."""

    __slots__ = ("_beat", "_each", "_plain", "_weighted")

    def __init__(self) -> None:
        self._beat = 0
        self._each: deque[tuple[int, int]] = deque()
        self._plain = 0
        self._weighted = 0

    def at(self, beat: int) -> int:
        """Return the weighted dollars at a beat; beats may only go up."""
        self._weighted -= (beat - self._beat) * self._plain
        self._beat = beat
        each = self._each
        while each and each[0][0] < beat - BEATS:
            earlier, dollars = each.popleft()
            self._weighted -= (BEATS + 1 - beat + earlier) * dollars
            self._plain -= dollars
        return self._weighted

    def is_over(self, beat: int) -> bool:
        """Return whether nothing of it presses any more."""
        self.at(beat)
        return not self._each

    def add(self, beat: int, dollars: int) -> None:
        """Take what a beat brought: it presses from the next one on."""
        self._weighted = self.at(beat + 1) + BEATS * dollars
        self._plain += dollars
        self._each.append((beat, dollars))


class Pressure:
    """The pressure at one beat, moved along. Holds what can be drawn again, nothing else."""

    def __init__(self, orders: Callable[[int], Beat]) -> None:
        """Take what draws the orders of a beat."""
        self._orders = orders
        self._flows: dict[int, Flow] = {}
        self._beat: int | None = None
        self._weighted: defaultdict[int, int] = defaultdict(int)
        self._plain: defaultdict[int, int] = defaultdict(int)
        self._lines: defaultdict[str, _Fading] = defaultdict(_Fading)

    def note(self, beat: int, orders: Beat) -> None:
        """Keep the flow of a beat whose orders were drawn anyway."""
        if beat not in self._flows:
            if len(self._flows) >= _FLOWS_KEPT:
                for old in sorted(self._flows)[: _FLOWS_KEPT // 2]:
                    del self._flows[old]
            self._flows[beat] = flow_of(orders)

    def enter(self, beat: int) -> None:
        """Stand at the start of a beat: what came before it presses."""
        if self._beat is not None and beat == self._beat + 1:
            self._move_on(self._beat)
        elif beat != self._beat:
            self._start(beat)
        self._beat = beat

    def stock(self, number: int) -> float:
        """Return what presses on a listing."""
        return self._weighted[number] / BEATS if number in self._weighted else 0.0

    def line(self, line: str) -> float:
        """Return what presses on a strike and expiry."""
        fading = self._lines.get(line)
        if fading is None or self._beat is None:
            return 0.0
        return fading.at(self._beat) / BEATS

    def flow(self, beat: int) -> Flow:
        """Return the flow of a beat, drawn again where it is not known."""
        if beat not in self._flows:
            self.note(beat, self._orders(beat))
        return self._flows[beat]

    def _move_on(self, beat: int) -> None:
        weighted, plain = self._weighted, self._plain
        for number, dollars in plain.items():
            weighted[number] -= dollars
        new, old = self.flow(beat), self.flow(beat - BEATS)
        for number, dollars in new.stocks.items():
            weighted[number] += BEATS * dollars
            plain[number] += dollars
        for number, dollars in old.stocks.items():
            plain[number] -= dollars
        self._press_lines(beat, new)
        if beat % BEATS == 0:
            for line in [line for line, each in self._lines.items() if each.is_over(beat)]:
                del self._lines[line]

    def _start(self, beat: int) -> None:
        self._weighted.clear()
        self._plain.clear()
        self._lines.clear()
        for earlier in range(beat - BEATS, beat):
            flow = self.flow(earlier)
            for number, dollars in flow.stocks.items():
                self._weighted[number] += (BEATS + 1 - beat + earlier) * dollars
                self._plain[number] += dollars
            self._press_lines(earlier, flow)

    def _press_lines(self, beat: int, flow: Flow) -> None:
        for line, dollars in flow.lines.items():
            self._lines[line].add(beat, dollars)
