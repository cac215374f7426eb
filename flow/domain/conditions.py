"""Trade conditions: one permanent small integer per condition, whatever the feed spells.

Reads spellings into codes and says what the codes of one print mean together. What a condition
does to the eligibility of equity prints comes with the equity engine.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

import msgspec

from flow.domain.condition_table import (
    BY_LETTER,
    BY_MASSIVE,
    BY_MNEMONIC,
    CONDITIONS,
    LEAN_EQUITY_BASE,
    LEAN_EQUITY_CONDITIONS,
    REGULAR_CODE,
    SYNTHETIC_WORDS,
    UNKNOWN_CODE,
    Condition,
    Family,
)

Vocabulary = Literal["opra", "massive", "synthetic"]

UNKNOWN_CONDITIONS_WEIGHT = 0.7  # a feed that carries no conditions at all (errata 36)
COMPLEX_FAMILIES = frozenset(
    {Family.COMPLEX, Family.COMPLEX_LEG, Family.COMPLEX_FLOOR, Family.STOCK_TIED}
)
# Errata 13: price-improvement auctions are ordinary flow, not special.
SPECIAL_FAMILIES = COMPLEX_FAMILIES | {
    Family.CROSS, Family.CROSS_ISO, Family.FLOOR, Family.COMPRESSION, Family.LEGACY_SPECIAL,
}  # fmt: skip
LATE_REPORT_FAMILIES = frozenset({Family.LATE, Family.OUT_OF_SEQUENCE})  # errata 45
AUCTION_FAMILIES = frozenset({Family.AUCTION, Family.AUCTION_ISO})
CROSS_FAMILIES = frozenset({Family.CROSS, Family.CROSS_ISO})


class PrintConditions(msgspec.Struct, frozen=True, gc=False):
    """What all conditions of one print say together."""

    family: Family
    cond_w: float
    is_special: bool
    is_complex: bool
    is_iso: bool
    is_late_report: bool
    never_sweeps: bool  # complex, stock-tied, auction, cross (options-engine.md 5.3)
    is_plain: bool  # neither special (as every package is) nor a sweep order


def condition(code: int) -> Condition:
    """Return the table's row; a code that no table names reads as the unknown condition."""
    return CONDITIONS.get(code) or CONDITIONS[UNKNOWN_CODE]


def condition_name(code: int) -> str:
    """Return the name for people, of option and equity conditions alike."""
    bit = code - LEAN_EQUITY_BASE
    if 0 <= bit < len(LEAN_EQUITY_CONDITIONS):
        return LEAN_EQUITY_CONDITIONS[bit]
    return condition(code).name


def condition_codes(raw: Iterable[str | int], vocabulary: Vocabulary = "opra") -> tuple[int, ...]:
    """Map a feed's spellings to codes, in the order given, each once.

    Letters keep their case (`a` is an auction, `A` a cancel); four-letter mnemonics do not need it.
    Missing: an empty text is the regular condition; an unknown spelling is UNKNOWN_CODE.
    """
    read = _read_massive if vocabulary == "massive" else _read_text
    words = SYNTHETIC_WORDS if vocabulary == "synthetic" else {}
    return tuple(dict.fromkeys(read(item, words) for item in raw))


def _read_text(item: str | int, words: dict[str, int]) -> int:
    text = str(item)
    if len(text) == 1:
        return BY_LETTER.get(text, UNKNOWN_CODE)
    upper = text.strip().upper()
    if not upper:
        return REGULAR_CODE
    return words.get(upper) or BY_MNEMONIC.get(upper, UNKNOWN_CODE)


def _read_massive(item: str | int, words: dict[str, int]) -> int:
    text = str(item).strip()
    # A number of more than three digits is no id of this table; and int() of a long text is slow.
    if text.isdecimal() and text.isascii() and len(text) == 3:
        return BY_MASSIVE.get(int(text), UNKNOWN_CODE)
    return _read_text(item, words) if not text else UNKNOWN_CODE


@lru_cache(maxsize=4_096)
def read_conditions(codes: tuple[int, ...], unknown_allowed: bool) -> PrintConditions:
    """Return what the conditions of one print say together.

    `unknown_allowed`: the feed carries no conditions, so no code means "not known", not "regular".
    The most restrictive family wins; a late or out-of-sequence code also caps the weight.
    Source: options-engine.md 4.1 and 4.2; errata 7, 13, 36, 45, 46.
    """
    if not codes and unknown_allowed:
        return _summary(Family.UNKNOWN, UNKNOWN_CONDITIONS_WEIGHT, late=False)
    rows = [condition(code) for code in codes or (REGULAR_CODE,)]
    family = min(row.family for row in rows)
    late = [row.cond_w for row in rows if row.family in LATE_REPORT_FAMILIES]
    own = min(row.cond_w for row in rows if row.family == family)
    return _summary(family, min([own, *late]), late=bool(late))


def _summary(family: Family, cond_w: float, *, late: bool) -> PrintConditions:
    return PrintConditions(
        family=family,
        cond_w=cond_w,
        is_special=family in SPECIAL_FAMILIES,
        is_complex=family in COMPLEX_FAMILIES,
        is_iso=family is Family.ISO,
        is_late_report=late,
        never_sweeps=family in COMPLEX_FAMILIES | AUCTION_FAMILIES | CROSS_FAMILIES,
        is_plain=family not in SPECIAL_FAMILIES and family is not Family.ISO,
    )


def family_of(codes: tuple[int, ...], unknown_allowed: bool = False) -> Family:
    """Return the family that decides for one print; see `read_conditions`."""
    return read_conditions(codes, unknown_allowed).family


def is_special(codes: tuple[int, ...]) -> bool:
    """Return whether a print is special by errata 13 (auctions are not)."""
    return read_conditions(codes, False).is_special


def is_complex(codes: tuple[int, ...]) -> bool:
    """Return whether a print belongs to a multi-leg or stock-tied package."""
    return read_conditions(codes, False).is_complex


def is_iso(codes: tuple[int, ...]) -> bool:
    """Return whether a print executed an intermarket sweep order and nothing stronger."""
    return read_conditions(codes, False).is_iso


def lean_equity_codes(mask: int) -> tuple[int, ...]:
    """Return the codes of a Lean tick's condition bitmask, lowest bit first.

    Missing: 0 gives no code. A bit above the table is UNKNOWN_CODE.
    """
    bits = [bit for bit in range(mask.bit_length()) if mask >> bit & 1]
    known = len(LEAN_EQUITY_CONDITIONS)
    codes = (LEAN_EQUITY_BASE + bit if bit < known else UNKNOWN_CODE for bit in bits)
    return tuple(dict.fromkeys(codes))
