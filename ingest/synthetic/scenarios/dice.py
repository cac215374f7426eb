"""Draws of one scene: a counter under a key, so equal keys give equal scenes on any machine."""

from collections.abc import Sequence
from typing import TypeVar

from ingest.synthetic.draws import mix

T = TypeVar("T")
_WHOLE = 1 << 53


class Dice:
    """Numbers in a fixed order. Pure: the n-th draw depends on the key and n only."""

    __slots__ = ("_count", "key")

    def __init__(self, key: int) -> None:
        """Start at the first draw of a key."""
        self.key = mix(key)
        self._count = 0

    def bits(self) -> int:
        """Return 64 bits."""
        self._count += 1
        return mix(self.key + self._count)

    def below(self, limit: int) -> int:
        """Return a whole number from 0 to `limit` - 1."""
        return self.bits() * limit >> 64

    def whole(self, span: tuple[int, int]) -> int:
        """Return a whole number of a span, both ends included."""
        return span[0] + self.below(span[1] - span[0] + 1)

    def real(self, span: tuple[float, float]) -> float:
        """Return a number of a span."""
        return span[0] + (span[1] - span[0]) * ((self.bits() >> 11) / _WHOLE)

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of the choices, all alike."""
        return choices[self.below(len(choices))]

    def sample(self, choices: Sequence[T], count: int) -> list[T]:
        """Return `count` different ones in random order, all of them if there are fewer."""
        left = list(choices)
        return [left.pop(self.below(len(left))) for _ in range(min(count, len(left)))]

    def weighted(self, choices: Sequence[tuple[T, float]]) -> T:
        """Return one of (choice, weight) in proportion to the weights."""
        point = self.real((0.0, sum(weight for _, weight in choices)))
        for choice, weight in choices:
            point -= weight
            if point < 0:
                return choice
        return choices[-1][0]
