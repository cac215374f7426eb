"""The legs of a structure as lines: side, ratio, contract, size."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flow.templatetags import flow_format as fmt

SIDES = {1: "long", -1: "short", 0: "side not resolved"}


@dataclass(frozen=True, slots=True)
class LegLine:
    """One leg. A side is inferred from the net price or the quotes, never from an account."""

    side: str
    ratio: str
    contract: str
    size: str


def leg_lines(features: Mapping[str, Any]) -> list[LegLine]:
    """Return the legs of a structure in its order; nothing for one contract."""
    contracts = features["structure_contracts"]
    ratios = features["structure_ratios"] or [None] * len(contracts)
    return [
        LegLine(
            SIDES[sign],
            fmt.DASH if ratio is None else str(ratio),
            fmt.contract_text(contract),
            fmt.count(size),
        )
        for contract, sign, ratio, size in zip(
            contracts,
            features["structure_signs"],
            ratios,
            features["structure_leg_sizes"],
            strict=True,
        )
    ]
