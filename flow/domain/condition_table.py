"""The table of option trade conditions, and the spellings that feeds use for them. Facts only.

A condition's integer is the character code of its OPRA letter: letters are case-sensitive and
permanent, so the number is too. Codes 1 and 2 stand for what has no letter.
"""

import enum

import msgspec

UNKNOWN_CODE = 1  # a spelling that no table names
SPECIAL_WORD_CODE = 2  # OPENING and CLOSING of the synthetic feed
REGULAR_CODE = 32  # the space: no stated condition
LEAN_EQUITY_BASE = 1000


class Family(enum.IntEnum):
    """What a condition means for inference. Permanent numbers; a smaller one wins on one print.

    Source: options-engine.md 4.1, order completed by errata 46.
    """

    CANCEL = 10
    COMPRESSION = 20
    STOCK_TIED = 30
    COMPLEX_FLOOR = 40
    COMPLEX = 41
    COMPLEX_LEG = 42
    CROSS = 50
    CROSS_ISO = 51
    FLOOR = 60
    LEGACY_SPECIAL = 65
    AUCTION = 70
    AUCTION_ISO = 71
    OUT_OF_SEQUENCE = 80
    LATE = 90
    EXTENDED = 100
    ISO = 110
    AUTO = 120
    UNKNOWN = 125
    REGULAR = 130


class Condition(msgspec.Struct, frozen=True):
    """One row of the table. `cond_w` weighs a print for aggressor inference, 0 to 1."""

    code: int
    letter: str
    mnemonic: str
    name: str
    family: Family
    cond_w: float
    volume: bool  # counts as volume


_F = Family
# Source: options-engine.md 4.1, weights PROPOSED there; extended 0.8 by errata 7. Compression
# counts as volume of the tape (vendor's rule for id 247); its family keeps it out of flow.
_OPRA: tuple[tuple[str, str, str, Family, float, bool], ...] = (
    (" ", "REGL", "regular", _F.REGULAR, 1.0, True),
    ("A", "CANC", "cancel of an earlier trade", _F.CANCEL, 0.0, False),
    ("B", "OSEQ", "late and out of sequence", _F.OUT_OF_SEQUENCE, 0.0, True),
    ("C", "CNCL", "cancel of the last trade", _F.CANCEL, 0.0, False),
    ("D", "LATE", "late, in sequence", _F.LATE, 0.25, True),
    ("E", "CNCO", "cancel of the opening trade", _F.CANCEL, 0.0, False),
    ("F", "OPEN", "late opening report, out of sequence", _F.OUT_OF_SEQUENCE, 0.0, True),
    ("G", "CNOL", "cancel of the only trade", _F.CANCEL, 0.0, False),
    ("H", "OPNL", "late opening report, in sequence", _F.LATE, 0.25, True),
    ("I", "AUTO", "electronic execution", _F.AUTO, 1.0, True),
    ("J", "REOP", "reopening after a halt", _F.AUTO, 0.5, True),
    ("S", "ISOI", "intermarket sweep order", _F.ISO, 1.0, True),
    ("a", "SLAN", "single-leg auction", _F.AUCTION, 0.25, True),
    ("b", "SLAI", "single-leg auction, sweep order", _F.AUCTION_ISO, 0.25, True),
    ("c", "SLCN", "single-leg cross", _F.CROSS, 0.0, True),
    ("d", "SLCI", "single-leg cross, sweep order", _F.CROSS_ISO, 0.0, True),
    ("e", "SLFT", "single-leg floor trade", _F.FLOOR, 0.0, True),
    ("f", "MLET", "multi-leg, electronic", _F.COMPLEX, 0.0, True),
    ("g", "MLAT", "multi-leg auction", _F.COMPLEX, 0.0, True),
    ("h", "MLCT", "multi-leg cross", _F.COMPLEX, 0.0, True),
    ("i", "MLFT", "multi-leg floor trade", _F.COMPLEX_FLOOR, 0.0, True),
    ("j", "MESL", "multi-leg, electronic, against single legs", _F.COMPLEX_LEG, 0.4, True),
    ("k", "TLAT", "stock-tied auction", _F.STOCK_TIED, 0.0, True),
    ("l", "MASL", "multi-leg auction against single legs", _F.COMPLEX_LEG, 0.2, True),
    ("m", "MFSL", "multi-leg floor trade against single legs", _F.COMPLEX_FLOOR, 0.0, True),
    ("n", "TLET", "stock-tied, electronic", _F.STOCK_TIED, 0.0, True),
    ("o", "TLCT", "stock-tied cross", _F.STOCK_TIED, 0.0, True),
    ("p", "TLFT", "stock-tied floor trade", _F.STOCK_TIED, 0.0, True),
    ("q", "TESL", "stock-tied, electronic, against single legs", _F.STOCK_TIED, 0.3, True),
    ("r", "TASL", "stock-tied auction against single legs", _F.STOCK_TIED, 0.1, True),
    ("s", "TFSL", "stock-tied floor trade against single legs", _F.STOCK_TIED, 0.0, True),
    ("t", "CBMO", "floor trade of three or more index legs", _F.COMPLEX_FLOOR, 0.0, True),
    ("u", "MCTP", "multilateral compression", _F.COMPRESSION, 0.0, True),
    ("v", "EXHT", "outside regular hours", _F.EXTENDED, 0.8, True),
)
# Letters of tapes before 2019-11-04 (options-engine.md 4.1); of the mnemonics only SPIM is sourced.
_LEGACY_LETTERS = "KLMNOPQRTX"


def _table() -> dict[int, Condition]:
    rows = [Condition(ord(row[0]), *row) for row in _OPRA]
    rows += [
        Condition(
            ord(letter), letter, "SPIM" if letter == "R" else "", "special, before 2019-11-04",
            Family.LEGACY_SPECIAL, 0.0, True,
        )
        for letter in _LEGACY_LETTERS
    ]  # fmt: skip
    special, unknown = "opening or closing (synthetic)", "unknown condition"
    rows.append(Condition(SPECIAL_WORD_CODE, "", "", special, Family.LEGACY_SPECIAL, 0.0, True))
    rows.append(Condition(UNKNOWN_CODE, "", "", unknown, Family.UNKNOWN, 0.3, True))
    return {row.code: row for row in rows}


CONDITIONS = _table()
BY_LETTER = {row.letter: row.code for row in CONDITIONS.values() if row.letter}
BY_MNEMONIC = {row.mnemonic: row.code for row in CONDITIONS.values() if row.mnemonic}
BY_MNEMONIC["SCLI"] = ord("d")  # the other spelling of SLCI
# Source: options-engine.md 4.1; 33 of the ids confirmed by the vendor's list (errata, header).
BY_MASSIVE = {
    (201 + code - 65 if code < 97 else 227 + code - 97): code
    for code in BY_LETTER.values()
    if code > REGULAR_CODE
}
# Source: options-engine.md 4.1, F05: words of the synthetic feed only.
SYNTHETIC_WORDS = {
    "SWEEP": ord("S"), "ISO": ord("S"), "AUCTION": ord("a"), "CROSS": ord("c"),
    "COMPLEX": ord("f"), "SPREAD": ord("f"),
    "OPENING": SPECIAL_WORD_CODE, "CLOSING": SPECIAL_WORD_CODE,
}  # fmt: skip

# Source: QuantConnect/Lean TradeConditionFlags, bit 0 upwards (data/PROVENANCE.md section 5).
LEAN_EQUITY_CONDITIONS = (
    "Regular", "Cash", "NextDay", "Seller", "YellowFlag", "IntermarketSweep", "OpeningPrints",
    "ClosingPrints", "ReOpeningPrints", "DerivativelyPriced", "FormT", "Sold", "Stopped",
    "ExtendedHours", "OutOfSequence", "Split", "Acquisition", "Bunched", "StockOption",
    "Distribution", "AveragePrice", "Cross", "PriceVariation", "Rule155", "OfficialClose",
    "PriorReferencePrice", "OfficialOpen", "CapElection", "AutoExecution", "TradeThroughExempt",
    "UndocumentedFlag", "OddLot",
)  # fmt: skip
