"""Which legs of a flagged package were bought and which sold, where its net price tells.

The prints of a package stand anywhere in their own quotes; only the price of the whole against the
quotes of the whole says who initiated.
"""

from collections.abc import Sequence
from itertools import product
from math import lcm

import msgspec

from signals.engine.structures.legs import Leg
from signals.engine.structures.params import StructureParams


class _Scaled(msgspec.Struct, frozen=True, gc=False):
    """Price, bid and ask of one leg times its ratio, over one denominator for all legs."""

    price: int
    bid: int
    ask: int


def resolve(
    legs: Sequence[Leg], ratios: Sequence[int] | None, params: StructureParams
) -> tuple[int, ...]:
    """Return the sign of each leg, all 0 where the net price does not tell.

    Each pattern of signs with the first leg +1 is tested; its negative is the same trade seen from
    the other side. A pattern is debit-aggressive where the net price reaches the net ask less
    epsilon, and stands; it is credit-aggressive where the net price falls to the net bid plus
    epsilon, and its negative stands. Epsilon is a twentieth of the net spread. Exactly one pattern
    must be aggressive. All is whole numbers, so equality is exact and no order of legs matters.

    Missing: no accepted ratio, a leg without a quote or with a crossed one, a net spread of zero
    (a locked market tells no side), or too many legs to try: unknown.
    Source: options-engine.md 9.4 stage A; errata 37; locked and crossed by 7.3.
    """
    unknown = (0,) * len(legs)
    if ratios is None or len(legs) > params.structure_max_legs:
        return unknown
    scaled = _scale(legs, ratios)
    spread = sum(each.ask - each.bid for each in scaled)
    if spread <= 0:
        return unknown
    found = unknown
    for rest in product((1, -1), repeat=len(legs) - 1):
        pattern = (1, *rest)
        side = _aggressor(pattern, scaled, spread)
        if side and found is not unknown:
            return unknown
        if side:
            found = tuple(side * sign for sign in pattern)
    return found


def _scale(legs: Sequence[Leg], ratios: Sequence[int]) -> list[_Scaled]:
    """Return the legs over one denominator, nothing where a leg has no usable quote."""
    common = lcm(*(leg.size for leg in legs))
    scaled = []
    for leg, multiple in zip(legs, ratios, strict=True):
        bid, ask = leg.bid_micros, leg.ask_micros
        if bid is None or ask is None or bid > ask:
            return []
        price = leg.value_micros * (common // leg.size) * multiple
        scaled.append(_Scaled(price, bid * common * multiple, ask * common * multiple))
    return scaled


def _aggressor(pattern: Sequence[int], scaled: Sequence[_Scaled], spread: int) -> int:
    """Return +1 for a debit at the net ask, -1 for a credit at the net bid, else 0."""
    above_bid = 0
    for sign, leg in zip(pattern, scaled, strict=True):
        above_bid += leg.price - leg.bid if sign > 0 else leg.ask - leg.price
    if 20 * above_bid >= 19 * spread:
        return 1
    return -1 if 20 * above_bid <= spread else 0
