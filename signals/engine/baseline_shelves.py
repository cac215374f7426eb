"""What baselines are kept in: the windows of one key, and the keys of one scope and day part.

A shelf knows which key was pushed to longest ago without moving anything at a push: each push is
numbered, and the order is looked up in a heap only when something has to go.

    heap (at number)     1 a   2 b   3 c      a was pushed to again as number 4: its entry is old,
    numbers now          4 a   2 b   3 c      so it is put behind, and b is the one to go
"""

import heapq
from collections.abc import Callable, Iterable

from signals.engine.windows import Window

# Premium, size, spread and volatility as `readings.scaled` returns them.
Values = tuple[int | None, int | None, int | None, int | None]


# Of premium, size, spread and volatility, in this order. That of the volatility is None before its
# first value: packets below the floors have none.
Windows = tuple[Window, Window, Window, Window | None]


class Series:
    """The windows of one key, the trade date of its last packet, the number of its last push."""

    __slots__ = ("number", "session", "windows")

    def __init__(self, session: int, windows: Windows) -> None:
        self.session = session
        self.number = 0
        self.windows = windows

    def push(self, values: Values, limit: int) -> None:
        """Add what is not missing: written out, because it runs three times a packet."""
        premium, contracts, spread, iv = self.windows
        premium_ppm, size_ppm, spread_ppm, iv_ppm = values
        if premium_ppm is not None:
            premium.push(premium_ppm, limit)
        if size_ppm is not None:
            contracts.push(size_ppm, limit)
        if spread_ppm is not None:
            spread.push(spread_ppm, limit)
        if iv_ppm is not None:
            if iv is None:
                iv = Window()
                self.windows = premium, contracts, spread, iv
            iv.push(iv_ppm, limit)


class Shelf:
    """The series of one scope and day part by key."""

    __slots__ = ("_heap", "_pushes", "of")

    def __init__(self) -> None:
        """Start empty."""
        self.of: dict[str, Series] = {}
        self._heap: list[tuple[int, str]] = []  # one for each key, of this push or an earlier one
        self._pushes = 0

    def restore(self, saved: Iterable[tuple[str, Series]]) -> None:
        """Keep what is given and nothing else, the key pushed to longest ago first."""
        self.of, self._heap = dict(saved), []
        for number, (text, series) in enumerate(self.of.items(), 1):
            series.number = number
            self._heap.append((number, text))
        self._pushes = len(self._heap)

    def keep(self, text: str, series: Series | None, session: int, most: int) -> Series:
        """Return the series of a key as the newest one; forget the oldest keys beyond `most`.

        `series` is the one that the key has, None where it has none or is to start anew.
        """
        self._pushes += 1
        if series is None:
            if text not in self.of:
                self._heap.append((self._pushes, text))  # the largest so far: still a heap
            series = self.of[text] = Series(session, (Window(), Window(), Window(), None))
        series.number, series.session = self._pushes, session
        while len(self.of) > most:
            self._pop()
        return series

    def forget_oldest(self, is_old: Callable[[Series], bool]) -> None:
        """Forget from the key pushed to longest ago on, as long as it is old."""
        while self.of and is_old(self.of[self._oldest()]):
            self._pop()

    def in_order(self) -> list[tuple[str, Series]]:
        """Return what is kept, the key pushed to longest ago first."""
        return sorted(self.of.items(), key=_number)

    def _oldest(self) -> str:
        """Return the key pushed to longest ago, and bring it to the front of the heap."""
        heap = self._heap
        number, text = heap[0]
        while number != self.of[text].number:
            heapq.heapreplace(heap, (self.of[text].number, text))
            number, text = heap[0]
        return text

    def _pop(self) -> None:
        del self.of[self._oldest()]
        heapq.heappop(self._heap)


def _number(item: tuple[str, Series]) -> int:
    return item[1].number
