"""Whether the sizes of several legs stand in a simple proportion. Whole numbers throughout."""

from collections.abc import Sequence

from signals.engine.features import ratio

MAX_MULTIPLE = 4


def accept(sizes: Sequence[int]) -> tuple[int, ...] | None:
    """Return the size of each leg as a multiple of the smallest, None where they do not fit.

    Each leg over the smallest is rounded (half up) to k; every k must be 1 to 4, and the leg within
    5 % of k times the smallest: the smaller of the two at least 0.95 of the larger, so that 200/190
    fits whichever leg is the smaller one.
    Missing: no leg, or a leg without size (all its prints cancelled), fits nothing.
    Source: options-engine.md 9.4; errata 16.
    """
    smallest = min(sizes, default=0)
    if smallest <= 0:
        return None
    multiples = tuple((2 * size + smallest) // (2 * smallest) for size in sizes)
    for size, multiple in zip(sizes, multiples, strict=True):
        whole = multiple * smallest
        if multiple > MAX_MULTIPLE or 20 * min(whole, size) < 19 * max(whole, size):
            return None
    return multiples


def symmetry(sizes: Sequence[int]) -> float:
    """Return the smallest size over the largest, to four places.

    Missing: 0.0 with fewer than two legs, or a leg without size.
    Source: options-engine.md 9.2, `same_size_leg_symmetry`.
    """
    return ratio(min(sizes), max(sizes)) if len(sizes) > 1 else 0.0
