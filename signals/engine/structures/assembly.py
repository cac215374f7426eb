"""Legs into a structure: proportion, signs and name in one step, for a flag or an inference."""

from collections.abc import Sequence

import msgspec

from signals.engine.structures.legs import Leg, in_order, with_signs
from signals.engine.structures.params import StructureParams
from signals.engine.structures.ratios import accept
from signals.engine.structures.shapes import Shape, shape_of
from signals.engine.structures.signs import resolve


class Structure(msgspec.Struct, frozen=True, gc=False):
    """Two or more legs in the order of `legs.order_of`, their ratios in that order, and a name."""

    legs: tuple[Leg, ...]
    ratios: tuple[int, ...] | None
    shape: Shape
    inferred: bool


def flagged_structure(
    legs: Sequence[Leg], params: StructureParams, *, stock_tied: bool
) -> Structure:
    """Return the structure that a flagged package is; its signs come from its net price alone.

    Shape: two or more legs of distinct contracts, in any order.
    Source: options-engine.md 9.4 stage A; errata 37.
    """
    unsigned = in_order(legs)
    ratios = accept([leg.size for leg in unsigned])
    ordered = with_signs(unsigned, resolve(unsigned, ratios, params))
    shape = shape_of(ordered, ratios, flagged=True, stock_tied=stock_tied)
    return Structure(ordered, ratios, shape, inferred=False)


def inferred_structure(legs: Sequence[Leg]) -> Structure:
    """Return the structure that separate packets make, with the signs of their own imbalances.

    Shape: two or more legs of distinct contracts, in any order.
    Source: options-engine.md 9.4 stage B; errata 8.
    """
    ordered = in_order(legs)
    ratios = accept([leg.size for leg in ordered])
    return Structure(
        ordered, ratios, shape_of(ordered, ratios, flagged=False, stock_tied=False), inferred=True
    )
