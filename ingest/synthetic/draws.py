"""Counter-based draws: a number belongs to (key, counter), so anything can be drawn at any time.

One draw of 64 bits is sliced for several decisions. No state beside a counter, no clock.
"""

from bisect import bisect_right
from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")

MASK = (1 << 64) - 1
_UNIT = 1.0 / (1 << 53)


def mix(value: int) -> int:
    """Return 64 well-mixed bits. Source: splitmix64 (Steele, Lea, Flood 2014)."""
    value = (value + 0x9E3779B97F4A7C15) & MASK
    value = ((value ^ value >> 30) * 0xBF58476D1CE4E5B9) & MASK
    value = ((value ^ value >> 27) * 0x94D049BB133111EB) & MASK
    return value ^ value >> 31


def key_of(*fields: int | str | bytes) -> int:
    """Return the 64-bit key of a named thing: equal fields give equal keys on every machine."""
    parts = [part if isinstance(part, bytes) else str(part).encode() for part in fields]
    return int.from_bytes(blake2b(b"\x1f".join(parts), digest_size=8).digest(), "big")


def unit(bits: int) -> float:
    """Return a number of [0, 1) from the upper 53 of 64 bits."""
    return (bits >> 11) * _UNIT


def normal(bits: int) -> float:
    """Return a standard normal variate of 64 bits.

    The count of set bits is binomial with mean 32 and variance 16; 16 of the bits smooth its steps
    (which widens the variance by 1/12 of a step, left as it is).
    """
    return (bits.bit_count() - 32.5 + (bits & 0xFFFF) * (1.0 / 65_536)) * 0.25


class Draws:
    """A sequence of draws of one key, for what needs an unknown number of them."""

    __slots__ = ("_count", "_key")

    def __init__(self, key: int) -> None:
        """Start at the first draw of a key of 64 bits."""
        self._key = key & MASK
        self._count = 0

    def bits(self) -> int:
        """Return the next 64 bits."""
        self._count += 1
        return mix(self._key ^ mix(self._count))

    def unit(self) -> float:
        """Return the next number of [0, 1)."""
        return unit(self.bits())

    def normal(self) -> float:
        """Return the next standard normal variate."""
        return normal(self.bits())

    def below(self, limit: int) -> int:
        """Return a whole number from 0 to `limit` - 1."""
        return self.bits() * limit >> 64

    def between(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def chance(self, share: float) -> bool:
        """Return true in this share of cases."""
        return self.unit() < share

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of the choices."""
        return choices[self.below(len(choices))]

    def weighted(self, cumulative: Sequence[int]) -> int:
        """Return a place, by weights that are summed up from left to right."""
        return bisect_right(cumulative, self.below(cumulative[-1]))

    def fork(self, *fields: int | str | bytes) -> "Draws":
        """Return other draws that belong to this key and a name, wherever this one stands."""
        return Draws(key_of(self._key, *fields))
