"""Bounded windows of integers with exact median and deviation; what the values mean is not here.

Reading costs O(log n), pushing one short move of memory. Equal values in equal order are an equal
window, whatever was pushed before them.
"""

import re
from array import array
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator

import msgspec

# Packed 32-bit numbers: a tenth of the memory of Python's integers, nothing for the collector to
# walk, saved by one copy, and no cache miss for each value that a search looks at.
_INT32 = "i"
_BYTES = 4
_KEPT_BYTES = 3
_SET_BYTE = re.compile(rb"[^\0]")


class Window:
    """The newest values in order of arrival (`recent`) and in order of size (`ordered`).

    Units: the caller's integers, within 32 bits; baselines hold millionths.
    The order of size is made when it is first asked for and kept from then on: most windows never
    hold enough values to be read.
    """

    __slots__ = ("_near", "_ordered", "recent")

    def __init__(self, values: Iterable[int] = ()) -> None:
        """Start with the given values, oldest first.

        Errors: OverflowError for a value beyond 32 bits.
        """
        self.recent = array(_INT32, values)
        self._ordered: array[int] | None = None
        self._near = -1  # where the last block of `mad4` began: the next one begins close to it

    @property
    def n(self) -> int:
        """Return how many values there are."""
        return len(self.recent)

    @property
    def ordered(self) -> "array[int]":
        """Return the values in order of size."""
        if self._ordered is None:
            self._ordered = array(_INT32, sorted(self.recent))
        return self._ordered

    def push(self, value: int, size: int) -> None:
        """Add the newest value; drop the oldest ones beyond `size`, which is at least 1.

        Errors: OverflowError for a value beyond 32 bits; the window is then as it was.
        """
        recent, ordered = self.recent, self._ordered
        recent.append(value)
        while len(recent) > size:
            oldest = recent.pop(0)
            if ordered is not None:
                del ordered[bisect_left(ordered, oldest)]
        if ordered is not None:
            insort(ordered, value)

    def median2(self) -> int:
        """Return twice the median: exact where the number is even and two middles share it.

        Errors: IndexError for an empty window.
        """
        ordered = self._ordered
        if ordered is None:
            ordered = self.ordered
        n = len(ordered)
        return ordered[(n - 1) >> 1] + ordered[n >> 1]

    def mad4(self, median2: int) -> int:
        """Return four times the median absolute deviation about the median, exact.

        The n // 2 + 1 values nearest to the median stand side by side; halving finds where they
        begin, the first place whose far end is no nearer than its own. The middle deviations are
        then those of the two ends, and of the neighbour of an end where the number is even.

            values 1 4 5 6 9 20, median2 11: block 4 5 6 9, deviations 0.5 0.5 1.5 3.5 (4.5 14.5)

        Errors: IndexError for an empty window.
        Source: Hampel (1974), The influence curve and its role in robust estimation, JASA 69.
        """
        ordered = self._ordered
        if ordered is None:
            ordered = self.ordered
        n = len(ordered)
        half, last, first = n >> 1, (n - 1) >> 1, self._near
        # Nearly always the block begins where the last one did.
        if (
            not 0 <= first <= last
            or ordered[first] + ordered[first + half] < median2
            or (first and ordered[first - 1] + ordered[first - 1 + half] >= median2)
        ):
            first = self._near = self._begin(ordered, half, median2, last)
        above = 2 * ordered[first + half] - median2
        if first and median2 - 2 * ordered[first - 1] < above:
            first -= 1
            above = 2 * ordered[first + half] - median2
        below = median2 - 2 * ordered[first]
        if n & 1:
            return 2 * max(above, below)
        if above >= below:
            return above + max(below, 2 * ordered[first + half - 1] - median2)
        return below + max(above, median2 - 2 * ordered[first + 1])

    def _begin(self, ordered: "array[int]", half: int, median2: int, last: int) -> int:
        """Return the first place whose far end is no nearer than its own, at most `last`.

        It is not where it was: its neighbour is looked at first, then the middle of the rest.
        """
        low, high, near = 0, last, self._near
        middle = last >> 1
        if 0 <= near <= last:
            if ordered[near] + ordered[near + half] < median2:
                low = middle = near + 1
            else:
                high = near - 1
                middle = max(0, near - 2)
        while low < high:
            if ordered[middle] + ordered[middle + half] < median2:
                low = middle + 1
            else:
                high = middle
            middle = (low + high) >> 1
        return low


class Packed(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Many windows as bytes, three a value: millionths of a logarithm seldom need the fourth.

    `planes` holds all lowest bytes, then all second and all third ones; `high` the places and the
    fourth bytes of those values that have one. The bytes are those of a little-endian machine.
    """

    counts: list[int]
    planes: bytes
    high: list[tuple[int, int]]


def pack(windows: Iterable[Window]) -> Packed:
    """Return the values of the windows, window after window, oldest first."""
    parts = [window.recent for window in windows]
    joined = b"".join(parts)
    fourth = joined[_KEPT_BYTES::_BYTES]
    return Packed(
        counts=[len(part) for part in parts],
        planes=b"".join(joined[plane::_BYTES] for plane in range(_KEPT_BYTES)),
        high=[(found.start(), found[0][0]) for found in _SET_BYTE.finditer(fourth)],
    )


def unpack(packed: Packed) -> Iterator[Window]:
    """Return the windows that `pack` was given, in its order."""
    total = len(packed.planes) // _KEPT_BYTES
    joined = bytearray(_BYTES * total)
    for plane in range(_KEPT_BYTES):
        joined[plane::_BYTES] = packed.planes[plane * total : (plane + 1) * total]
    for place, byte in packed.high:
        joined[_BYTES * place + _KEPT_BYTES] = byte
    values = array(_INT32)
    values.frombytes(joined)
    start = 0
    for count in packed.counts:
        yield Window(values[start : start + count])
        start += count
