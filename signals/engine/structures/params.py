"""The tuning values of structure detection. Facts (5 % of a ratio, 5 % of a spread) are code."""

from dataclasses import dataclass
from typing import Annotated

from signals.engine.parameter import ParameterGroup, Tuned

_STAGE_B = "spec 9.4, errata 8"


@dataclass(frozen=True, kw_only=True)
class StructureParams(ParameterGroup):
    """How prints and packets become structures. Source: options-engine.md 9.4; errata 8 and 37."""

    structure_join_ms: Annotated[
        int,
        Tuned("ms", 0, 1_000, "Flagged prints this close may be one package", "errata 37"),
    ] = 5
    structure_window_ms: Annotated[
        int, Tuned("ms", 1, 10_000, "The legs of one structure start within this", "spec 9.4")
    ] = 50
    structure_max_legs: Annotated[
        int, Tuned("legs", 2, 12, "Sides of a package with more legs stay unknown", "guess")
    ] = 8
    structure_leg_min_size: Annotated[
        int, Tuned("contracts", 1, 100_000, "Least size of an inferred leg", _STAGE_B)
    ] = 10
    structure_leg_min_premium_usd: Annotated[
        int, Tuned("USD", 0, 1_000_000_000, "Least premium of an inferred leg", _STAGE_B)
    ] = 10_000
    structure_leg_min_imbalance: Annotated[
        float, Tuned("ratio", 0.01, 1, "Least imbalance of an inferred leg", _STAGE_B)
    ] = 0.6
    structure_leg_min_signed_share: Annotated[
        float, Tuned("ratio", 0.01, 1, "Least signed share of an inferred leg", _STAGE_B)
    ] = 0.5
