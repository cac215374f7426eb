"""What flagged prints of one instant and venue are: one package, or several side by side."""

from collections.abc import Iterable, Sequence
from itertools import chain, pairwise

from signals.engine.clusters import Held
from signals.engine.structures.ratios import accept

Sizes = dict[str, int]  # contracts traded, by contract
Parts = list[list[Held]]


def split(held: Sequence[Held], max_legs: int) -> Parts:
    """Return the packages of one instant; a single list where nothing parts them.

    An instant in an accepted ratio is one package, whatever its sequence: other contracts' messages
    may stand between the legs of one order, and neighbours of one instant join where their ratio is
    accepted. Else it is cut where the vendor's sequence jumps, into the fewest parts that are all
    whole, or, where that is not to be had, by equal sizes, if every size has two legs or more. A
    part is whole with two contracts or more in an accepted ratio. What neither cuts stays together.

        sequence 4 5 9 10:  C440 50, C450 100 | P400 37, P390 37     a ratio spread and a vertical
        no sequence:        C440 50, C450 50, P400 37, P390 37       two verticals, by size

    Shape: `held` of one instant sorted by place, so each part is; parts by their first prints.
    Missing: one print without a sequence, and sizes alone decide.
    Source: errata 37 (identical instant and sequence run; the rules of cutting are ours).
    """
    if is_whole(add_sizes({}, held)):
        return [list(held)]
    return _by_sequence(held, max_legs) or _by_size(held) or [list(held)]


def add_sizes(sizes: Sizes, held: Iterable[Held]) -> Sizes:
    """Add to sizes how much of each contract these prints are; return them."""
    for each in held:
        sizes[each.print.contract] = sizes.get(each.print.contract, 0) + each.print.size
    return sizes


def by_contract(held: Iterable[Held]) -> dict[str, list[Held]]:
    """Return the prints of each contract, by their first prints."""
    found: dict[str, list[Held]] = {}
    for each in held:
        found.setdefault(each.print.contract, []).append(each)
    return found


def is_whole(sizes: Sizes) -> bool:
    """Return whether these are two contracts or more in an accepted ratio."""
    return len(sizes) > 1 and accept(tuple(sizes.values())) is not None


def _by_sequence(held: Sequence[Held], max_legs: int) -> Parts:
    """Return the fewest whole parts between jumps of the sequence, nothing where there are none."""
    orders = [each.print.order for each in held]
    if not all(orders):
        return []
    jumps = [at for at in range(1, len(held)) if orders[at] - orders[at - 1] > 1]
    runs = [held[begin:end] for begin, end in pairwise([0, *jumps, len(held)])]
    best: list[Parts | None] = [*([None] * len(runs)), []]  # of the runs from each one on
    for first in reversed(range(len(runs))):
        sizes: Sizes = {}
        for last in range(first, len(runs)):
            if len(add_sizes(sizes, runs[last])) > max_legs:
                break
            rest, found = best[last + 1], best[first]
            if rest is None or not is_whole(sizes):
                continue
            if found is None or len(rest) + 1 < len(found):  # of as few the earlier cut
                best[first] = [list(chain(*runs[first : last + 1])), *rest]
    return best[0] or []


def _by_size(held: Sequence[Held]) -> Parts:
    """Return the parts of legs that are equal in size, nothing where a size has a single leg."""
    sizes = add_sizes({}, held)
    parts: dict[int, list[Held]] = {}
    for each in held:
        parts.setdefault(sizes[each.print.contract], []).append(each)
    if any(len(by_contract(part)) < 2 for part in parts.values()):
        return []
    return list(parts.values())
