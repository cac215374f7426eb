"""What a structure is called, and which way it leans: types and directions from legs alone."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from signals.engine.direction import Direction
from signals.engine.structures.legs import Leg, order_of, with_signs

StructureType = Literal[
    "conversion_reversal", "box", "iron_condor", "condor", "iron_butterfly", "butterfly",
    "straddle", "strangle", "synthetic", "risk_reversal", "vertical", "ratio_spread", "calendar",
    "diagonal", "ladder", "multi_leg",
]  # fmt: skip
VolSide = Literal["long", "short", ""]

MIN_LADDER_STRIKES = 3


class Shape(msgspec.Struct, frozen=True, gc=False):
    """The name of a structure and its lean. `roll_consistent` is a hypothesis, never a finding."""

    type: StructureType
    direction: Direction = "neutral"
    vol_side: VolSide = ""
    roll_consistent: bool = False


MULTI_LEG = Shape("multi_leg")
_CONVERSION = Shape("conversion_reversal")
# Rights in the order of legs (strike, calls first) and distinct strikes of four equal legs, wings
# outside. Guts (calls below puts) are in no table: multi_leg.
_FOURS: dict[tuple[str, int], StructureType] = {
    ("CPCP", 2): "box",
    ("PPCC", 4): "iron_condor",
    ("CCCC", 4): "condor",
    ("PPPP", 4): "condor",
    ("PCPC", 3): "iron_butterfly",
}


def shape_of(
    legs: Sequence[Leg], ratios: Sequence[int] | None, *, flagged: bool, stock_tied: bool
) -> Shape:
    """Name the structure that these legs make; what fits no row of the table is multi_leg.

    Shape: two or more legs of distinct contracts, in any order, `ratios` in the same order.

    Missing: a package whose signs are not known (any 0) is named only where one name is left
    whichever side initiated. Two strikes of one right and expiry in one order are a vertical (1:1)
    or a ratio spread; one right in two expiries a calendar or diagonal; three strikes 1:2:1 a
    butterfly. Their direction is then neutral, their volatility side empty, and none looks like a
    roll. Everything else that the sign decides (straddle or synthetic, conversion, strangle or risk
    reversal, box, condors) is multi_leg. Legs that no flag ties together are never named without
    signs. Without an accepted ratio only a ladder is named, which has no ratio.

    Roots: one expiry of two roots is two settlements (SPX and SPXW), so only calendars and
    diagonals may cross roots, and only where no deliverable is adjusted. A stock-tied package
    holds stock that no tape shows, so it is neutral whatever its options lean to.

    Source: options-engine.md 9.4 (table), order of tests by errata 39; 12.5 and 13.3 for ladders.
    """
    order = sorted(range(len(legs)), key=lambda place: order_of(legs[place].contract))
    shape = MULTI_LEG
    if ratios is not None:
        ordered, sized = [legs[place] for place in order], tuple(ratios[place] for place in order)
        shape = _sized_shape(ordered, sized, flagged=flagged, stock_tied=stock_tied)
    if shape is MULTI_LEG and not flagged:
        shape = _ladder(legs)
    if stock_tied and shape.direction != "neutral":
        return Shape(shape.type, "neutral", shape.vol_side)
    return shape


def is_four(legs: Sequence[Leg], ratios: Sequence[int] | None) -> bool:
    """Return whether these are the legs of a box, or of an iron or plain condor or iron butterfly.

    Shape: legs in the order of `legs.order_of`, `ratios` in the same order.
    Missing: where no sign is known, contracts and sizes are enough; such legs stay unnamed.
    Source: options-engine.md 9.4 (table).
    """
    if ratios is None or tuple(ratios) != (1, 1, 1, 1) or not _is_one_series(legs):
        return False
    return _kind_of_four(legs) is not None


def _sized_shape(
    legs: Sequence[Leg], ratios: tuple[int, ...], *, flagged: bool, stock_tied: bool
) -> Shape:
    known = all(leg.sign for leg in legs)
    if not known:
        if not flagged:
            return MULTI_LEG
        legs = with_signs(legs, [0] * len(legs))
    if len(legs) == 2:
        return _pair(legs, ratios, stock_tied=stock_tied)
    if not _is_one_series(legs):
        return MULTI_LEG
    if ratios == (1, 2, 1):
        return _butterfly(legs)
    if ratios == (1, 1, 1, 1) and known:
        return _four(legs)
    return MULTI_LEG


def _pair(legs: Sequence[Leg], ratios: tuple[int, ...], *, stock_tied: bool) -> Shape:
    near, far = legs
    opposite = near.sign == -far.sign  # also where neither is known
    if near.contract.expiry != far.contract.expiry:
        return _two_expiries(near, far, ratios) if opposite else MULTI_LEG
    if not _is_one_series(legs):
        return MULTI_LEG
    if near.contract.right == far.contract.right:
        return _spread(near, ratios) if opposite else MULTI_LEG
    if not near.sign:
        return MULTI_LEG
    if stock_tied and opposite and _is_one_strike(near, far) and ratios == (1, 1):
        return _CONVERSION
    call, put = (near, far) if near.contract.right == "C" else (far, near)
    return _combination(call, put) if opposite else _volatility(call, put, ratios)


def _two_expiries(near: Leg, far: Leg, ratios: tuple[int, ...]) -> Shape:
    """Return a calendar or diagonal; equal sizes on known sides are what a roll would look like."""
    one, other = near.contract, far.contract
    if one.right != other.right or (one.root != other.root and (one.adjusted or other.adjusted)):
        return MULTI_LEG
    kind: StructureType = "calendar" if _is_one_strike(near, far) else "diagonal"
    return Shape(kind, roll_consistent=bool(near.sign) and ratios == (1, 1))


def _spread(lower: Leg, ratios: tuple[int, ...]) -> Shape:
    """Return a vertical, which leans to the side that its lower strike is long."""
    if ratios != (1, 1):
        return Shape("ratio_spread")
    return Shape("vertical", _lean(lower.sign))


def _volatility(call: Leg, put: Leg, ratios: tuple[int, ...]) -> Shape:
    if _is_one_strike(call, put):
        return Shape("straddle", vol_side=_vol(call)) if ratios == (1, 1) else MULTI_LEG
    if put.contract.strike_micros > call.contract.strike_micros:
        return MULTI_LEG
    return Shape("strangle", vol_side=_vol(call))


def _combination(call: Leg, put: Leg) -> Shape:
    return Shape("synthetic" if _is_one_strike(call, put) else "risk_reversal", _lean(call.sign))


def _butterfly(legs: Sequence[Leg]) -> Shape:
    left, body, right = legs
    if len({leg.contract.right for leg in legs}) > 1:
        return MULTI_LEG
    if not left.sign == right.sign == -body.sign:
        return MULTI_LEG
    return Shape("butterfly", vol_side=_vol(body))


def _four(legs: Sequence[Leg]) -> Shape:
    kind = _kind_of_four(legs)
    if kind is None:
        return MULTI_LEG
    return Shape(kind, vol_side="" if kind == "box" else _vol(legs[1]))


def _kind_of_four(legs: Sequence[Leg]) -> StructureType | None:
    """Return what four legs are by rights, strikes and signs; unknown signs speak for anything."""
    first, second, third, fourth = (leg.sign for leg in legs)
    if not first == fourth == -second == -third:
        return None
    rights = "".join(leg.contract.right for leg in legs)
    return _FOURS.get((rights, len({leg.contract.strike_micros for leg in legs})))


def _ladder(legs: Sequence[Leg]) -> Shape:
    first = legs[0]
    if not first.sign or len({leg.contract.strike_micros for leg in legs}) < MIN_LADDER_STRIKES:
        return MULTI_LEG
    if not _is_one_series(legs) or len({(leg.contract.right, leg.sign) for leg in legs}) > 1:
        return MULTI_LEG
    return Shape("ladder", _lean(first.sign if first.contract.right == "C" else -first.sign))


def _is_one_series(legs: Sequence[Leg]) -> bool:
    return len({(leg.contract.root, leg.contract.expiry) for leg in legs}) == 1


def _is_one_strike(one: Leg, other: Leg) -> bool:
    return one.contract.strike_micros == other.contract.strike_micros


def _lean(sign: int) -> Direction:
    if not sign:
        return "neutral"
    return "bullish" if sign > 0 else "bearish"


def _vol(leg: Leg) -> VolSide:
    if not leg.sign:
        return ""
    return "long" if leg.sign > 0 else "short"
