"""Where one flagged package ends in a run of flagged prints."""

from collections.abc import Sequence

from signals.engine.clusters import Held
from signals.engine.params import Params
from signals.engine.structures.ratios import accept


def window_us(params: Params) -> int:
    """Return how long after its opening print a package can grow, in microseconds.

    Never longer than the gap of sessions: the package must be known before the sessions of its
    legs are final, else its prints would have two owners.
    Source: options-engine.md 9.4 (50 ms), errata 9.
    """
    return min(params.structure_window_ms, params.cluster_gap_ms) * 1_000


def group_end(held: Sequence[Held], start: int, params: Params) -> int:
    """Return the index behind the last print of the group that opens at `start`.

    Prints of one instant are one part. A part is whole with two contracts or more in an accepted
    ratio; a whole part is a group of its own. Other parts may join: from the opening part on, each
    at most the join time behind the one in front, at most the window behind the opening, none of
    them whole, and no more contracts than a package may have. Of all parts that could join, as many
    as leave the group whole do; if none does, the opening part stays alone. The most and not the
    fewest, because on a feed that stamps each leg apart the fewest would cut every butterfly and
    condor into pairs.

        join 5 ms:   C450 10 --2-- C455 20 --3-- C460 10        one butterfly, not a ratio spread
                     C450 10 --2-- C455 37                      two lone legs: no ratio
                     C450 10 --2-- [C455 10, C460 10]           the bracket is whole: not joined

    Shape: `held` sorted by place, all of one underlying, venue, family and trade date.
    Source: options-engine.md 9.4; errata 37 (identical instant, 5 ms only if the ratio fits).
    """
    end = _instant_end(held, start)
    sizes = _add_sizes({}, held, start, end)
    if _is_whole(sizes):
        return end
    opening = before = held[start].print.ts
    latest, join = opening + window_us(params), params.structure_join_ms * 1_000
    best = end
    while end < len(held):
        ts, after = held[end].print.ts, _instant_end(held, end)
        if ts - before > join or ts > latest or _is_whole(_add_sizes({}, held, end, after)):
            break
        _add_sizes(sizes, held, end, after)
        if len(sizes) > params.structure_max_legs:
            break
        if _is_whole(sizes):
            best = after
        before, end = ts, after
    return best


def _instant_end(held: Sequence[Held], start: int) -> int:
    ts, end = held[start].print.ts, start + 1
    while end < len(held) and held[end].print.ts == ts:
        end += 1
    return end


def _add_sizes(sizes: dict[str, int], held: Sequence[Held], start: int, end: int) -> dict[str, int]:
    for place in range(start, end):
        print_ = held[place].print
        sizes[print_.contract] = sizes.get(print_.contract, 0) + print_.size
    return sizes


def _is_whole(sizes: dict[str, int]) -> bool:
    return len(sizes) > 1 and accept(tuple(sizes.values())) is not None
