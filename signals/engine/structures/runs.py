"""Where one flagged package ends in a run of flagged prints."""

from collections.abc import Sequence

from flow.domain.contracts import parse_contract
from signals.engine.clusters import Held
from signals.engine.params import Params
from signals.engine.structures.instants import Parts, add_sizes, by_contract, is_whole, split
from signals.engine.structures.legs import Leg, in_order, leg_of, with_signs
from signals.engine.structures.ratios import accept
from signals.engine.structures.shapes import is_four
from signals.engine.structures.signs import resolve
from signals.engine.tally import tally_members


def window_us(params: Params) -> int:
    """Return how long after its opening print a package can grow, in microseconds.

    Never longer than the gap of sessions: the package must be known before the sessions of its
    legs are final, else its prints would have two owners.
    Source: options-engine.md 9.4 (50 ms), errata 9.
    """
    return min(params.structure_window_ms, params.cluster_gap_ms) * 1_000


def groups_at(held: Sequence[Held], start: int, params: Params) -> tuple[int, Parts]:
    """Return the groups that open at the instant of `start`, and the index behind the last of them.

    Prints of one instant are one part, unless they are several packages (`instants.split`): then
    each is a group, and none joins anything. From the opening part on parts may join: each at most
    the join time behind the one in front, at most the window behind the opening, and no more
    contracts than a package may have. Of all parts that could join, as many as leave a group of an
    accepted ratio do; if none does, the opening part stays alone. The most and not the fewest,
    because on a feed that stamps legs apart the fewest would cut every butterfly and condor.

    A part that is whole by itself, two contracts or more in an accepted ratio, is another matter:
    all the complex orders in an index print on one venue, and two verticals often have one size.
    It joins a group that is not whole where the ratio of both together is accepted; one that is
    whole only as the other half of a box or of a winged structure, of other contracts, where the
    signs of all legs, as far as the net price tells them, agree. Nothing reaches across a whole
    part that does not join.

        join 5 ms:   C450 10 --2-- C455 20 --3-- C460 10        one butterfly, not a ratio spread
                     C450 10 --2-- C455 37                      two lone legs: no ratio
                     [C450 10, C455 20] --2-- C460 10           one butterfly
                     [P440 10, P445 10] --2-- [C455 10, C460 10]   one condor
                     [C450 10, C455 10] --2-- [P440 20, P445 20]   two verticals

    Shape: `held` sorted by place, all of one underlying, venue, family and trade date.
    Source: options-engine.md 9.4; errata 37 (identical instant, 5 ms only if the ratio fits).
    """
    end = _instant_end(held, start)
    parts = split(held[start:end], params.structure_max_legs)
    if len(parts) > 1:
        return end, parts
    end = _joined_end(held, start, end, params)
    return end, [list(held[start:end])]


def _joined_end(held: Sequence[Held], start: int, end: int, params: Params) -> int:
    sizes = add_sizes({}, held[start:end])
    opening = before = held[start].print.ts
    latest, join = opening + window_us(params), params.structure_join_ms * 1_000
    best, is_found = end, is_whole(sizes)
    while end < len(held):
        ts, after = held[end].print.ts, _instant_end(held, end)
        if ts - before > join or ts > latest:
            break
        part = held[end:after]
        if len(add_sizes(sizes, part)) > params.structure_max_legs:
            break
        fits = is_whole(sizes)
        if is_whole(add_sizes({}, part)):
            joins = _are_halves(held[start:end], part, params) if is_found else fits
            if not joins:
                break
        if fits:
            best, is_found = after, True
        before, end = ts, after
    return best


def _are_halves(front: Sequence[Held], part: Sequence[Held], params: Params) -> bool:
    """Return whether two groups of different contracts are one box or winged structure."""
    fronts, parts = by_contract(front), by_contract(part)
    if fronts.keys() & parts.keys():
        return False
    legs = in_order([_leg(text, held, params) for text, held in (fronts | parts).items()])
    ratios = accept([leg.size for leg in legs])
    return is_four(with_signs(legs, resolve(legs, ratios, params)), ratios)


def _leg(text: str, held: Sequence[Held], params: Params) -> Leg:
    members, contract = [each.print for each in held], parse_contract(text)
    return leg_of(members, contract, tally_members(members, contract.underlying, params))


def _instant_end(held: Sequence[Held], start: int) -> int:
    ts, end = held[start].print.ts, start + 1
    while end < len(held) and held[end].print.ts == ts:
        end += 1
    return end
