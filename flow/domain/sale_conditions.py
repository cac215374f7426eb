"""What the sale conditions of one equity print let it update: last, high and low, volume.

The consolidated tape's rules; the spellings of feeds are read here too. Facts are in the table.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

import msgspec

from flow.domain.condition_table import REGULAR_CODE, UNKNOWN_CODE
from flow.domain.sale_condition_table import (
    BY_CTA,
    BY_MASSIVE_STOCK,
    BY_UTP,
    SALE_CODES,
    SALE_CONDITIONS,
    UNKNOWN_RULE,
    SaleCondition,
    sale_condition,
)
from flow.domain.units import MICROS

SaleVocabulary = Literal["sip", "massive"]
EXTENDED_CODES = frozenset({SALE_CODES["FormT"], SALE_CODES["ExtendedHours"]})
# Source: CTA and UTP odd lot until the tiers of November 2025; a feed that states conditions says
# itself what an odd lot is (letter I), so that the size decides only where it states none.
ROUND_LOT_MICROS = 100 * MICROS
_UNKNOWN = sale_condition(UNKNOWN_CODE, "unknown condition", UNKNOWN_RULE)
_REGULAR = SALE_CONDITIONS[SALE_CODES["Regular"]]
_ODD_LOT = (SALE_CODES["OddLot"],)
_LETTERS: dict[str | None, dict[str, tuple[int, ...]]] = {"A": BY_CTA, "B": BY_CTA, "C": BY_UTP}
_NO_TAPE = BY_UTP | BY_CTA


class Eligibility(msgspec.Struct, frozen=True, gc=False):
    """What one print may do: each is true only where every condition allows it."""

    updates_last: bool  # open and close
    updates_high_low: bool
    updates_volume: bool
    infers: bool  # may enter off-exchange inference (platform.md 2.3 D9)


def eligibility_of(
    conditions: tuple[int, ...], *, size_micros: int | None = None, extended_hours: bool = False
) -> Eligibility:
    """Return what a print with these conditions updates.

    Units: micro-shares. `extended_hours`: the print counts to a bar outside the regular session,
    where "extended hours" alone takes nothing away (else such a bar would never have a price).
    Missing: no condition is a regular sale, an odd lot by its size where that is given. A condition
    that no table names counts as volume only and infers nothing.
    Source: platform.md 3.2 C5; the table's.
    """
    if not conditions and size_micros is not None and size_micros < ROUND_LOT_MICROS:
        conditions = _ODD_LOT
    return _eligibility(conditions, extended_hours)


@lru_cache(maxsize=4_096)
def _eligibility(conditions: tuple[int, ...], extended_hours: bool) -> Eligibility:
    if extended_hours:
        rest = tuple(code for code in conditions if code not in EXTENDED_CODES)
        found = _eligibility(rest, False)
        # A sale that is special besides stays what the tape says: volume only (letter U).
        if found.updates_last:
            return found
    rows = [sale_condition_of(code) for code in conditions]
    return Eligibility(
        updates_last=all(row.updates_last for row in rows),
        updates_high_low=all(row.updates_high_low for row in rows),
        updates_volume=all(row.updates_volume for row in rows),
        infers=all(row.infers for row in rows),
    )


def sale_condition_of(code: int) -> SaleCondition:
    """Return the table's row; the code of "no stated condition" is a regular sale."""
    return _REGULAR if code == REGULAR_CODE else SALE_CONDITIONS.get(code, _UNKNOWN)


def is_extended(conditions: tuple[int, ...]) -> bool:
    """Return whether the tape says that the trade was made outside regular hours."""
    return not EXTENDED_CODES.isdisjoint(conditions)


def equity_codes(
    raw: Iterable[str | int], vocabulary: SaleVocabulary = "sip", tape: str | None = None
) -> tuple[int, ...]:
    """Map a feed's spellings of one sale to codes, in the order given, each once.

    Shape: `tape` is A or B (CTA), C (UTP); letter B is an average price on CTA, bunched on UTP.
    Missing: on any other tape a letter reads as on CTA, the stricter one, else as on UTP. An
    unknown spelling is UNKNOWN_CODE.
    """
    table = BY_MASSIVE_STOCK if vocabulary == "massive" else _LETTERS.get(tape, _NO_TAPE)
    codes = [code for item in raw for code in table.get(str(item), (UNKNOWN_CODE,))]
    return tuple(dict.fromkeys(codes))
