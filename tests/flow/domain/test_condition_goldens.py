"""Every condition through every spelling, with its weight and what it decides; one case a line.

Source: options-engine.md 4.1 and 5.3; errata 7 (extended), 13 (special), 45 (late reports).
"""

import itertools

import pytest

from flow.domain.condition_table import BY_MASSIVE, BY_MNEMONIC, CONDITIONS, Family
from flow.domain.conditions import (
    PrintConditions,
    condition,
    condition_codes,
    condition_name,
    lean_equity_codes,
    read_conditions,
)

# letter, Massive id, mnemonic, family, weight, and the flags:
# s special, c complex, i sweep order, l late report, n never part of a sweep, x no volume
ROWS: list[tuple[str, int, str, str, float, str]] = [
    ("A", 201, "CANC", "CANCEL", 0.0, "x"),
    ("B", 202, "OSEQ", "OUT_OF_SEQUENCE", 0.0, "l"),
    ("C", 203, "CNCL", "CANCEL", 0.0, "x"),
    ("D", 204, "LATE", "LATE", 0.25, "l"),
    ("E", 205, "CNCO", "CANCEL", 0.0, "x"),
    ("F", 206, "OPEN", "OUT_OF_SEQUENCE", 0.0, "l"),
    ("G", 207, "CNOL", "CANCEL", 0.0, "x"),
    ("H", 208, "OPNL", "LATE", 0.25, "l"),
    ("I", 209, "AUTO", "AUTO", 1.0, ""),
    ("J", 210, "REOP", "AUTO", 0.5, ""),
    ("S", 219, "ISOI", "ISO", 1.0, "i"),
    ("a", 227, "SLAN", "AUCTION", 0.25, "n"),
    ("b", 228, "SLAI", "AUCTION_ISO", 0.25, "n"),
    ("c", 229, "SLCN", "CROSS", 0.0, "sn"),
    ("d", 230, "SLCI", "CROSS_ISO", 0.0, "sn"),
    ("e", 231, "SLFT", "FLOOR", 0.0, "s"),
    ("f", 232, "MLET", "COMPLEX", 0.0, "scn"),
    ("g", 233, "MLAT", "COMPLEX", 0.0, "scn"),
    ("h", 234, "MLCT", "COMPLEX", 0.0, "scn"),
    ("i", 235, "MLFT", "COMPLEX_FLOOR", 0.0, "scn"),
    ("j", 236, "MESL", "COMPLEX_LEG", 0.4, "scn"),
    ("k", 237, "TLAT", "STOCK_TIED", 0.0, "scn"),
    ("l", 238, "MASL", "COMPLEX_LEG", 0.2, "scn"),
    ("m", 239, "MFSL", "COMPLEX_FLOOR", 0.0, "scn"),
    ("n", 240, "TLET", "STOCK_TIED", 0.0, "scn"),
    ("o", 241, "TLCT", "STOCK_TIED", 0.0, "scn"),
    ("p", 242, "TLFT", "STOCK_TIED", 0.0, "scn"),
    ("q", 243, "TESL", "STOCK_TIED", 0.3, "scn"),
    ("r", 244, "TASL", "STOCK_TIED", 0.1, "scn"),
    ("s", 245, "TFSL", "STOCK_TIED", 0.0, "scn"),
    ("t", 246, "CBMO", "COMPLEX_FLOOR", 0.0, "scn"),
    ("u", 247, "MCTP", "COMPRESSION", 0.0, "s"),
    ("v", 248, "EXHT", "EXTENDED", 0.8, ""),
]
IDS = [f"{row[0]}-{row[2]}" for row in ROWS]
LEGACY = [
    ("K", 211), ("L", 212), ("M", 213), ("N", 214), ("O", 215), ("P", 216), ("Q", 217),
    ("R", 218), ("T", 220), ("X", 224),
]  # fmt: skip


def flags(found: PrintConditions, *, volume: bool) -> str:
    told = {
        "s": found.is_special,
        "c": found.is_complex,
        "i": found.is_iso,
        "l": found.is_late_report,
        "n": found.never_sweeps,
        "x": not volume,
    }
    return "".join(letter for letter, holds in told.items() if holds)


@pytest.mark.parametrize(
    ("letter", "massive", "mnemonic", "family", "weight", "told"), ROWS, ids=IDS
)
def test_every_spelling_means_the_same(
    *, letter: str, massive: int, mnemonic: str, family: str, weight: float, told: str
) -> None:
    spelled = {
        condition_codes([letter]),
        condition_codes([mnemonic]),
        condition_codes([f" {mnemonic.lower()} "]),
        condition_codes([letter], "synthetic"),
        condition_codes([massive], "massive"),
        condition_codes([f" {massive} "], "massive"),
    }
    (codes,) = spelled
    found = read_conditions(codes, False)

    assert codes == (ord(letter),)
    assert (found.family, found.cond_w) == (Family[family], weight)
    assert flags(found, volume=condition(codes[0]).volume) == told
    assert found == read_conditions(codes, True)  # a stated code is known on every feed


@pytest.mark.parametrize(("letter", "massive"), LEGACY)
def test_letters_of_older_tapes_keep_their_number(letter: str, massive: int) -> None:
    (code,) = condition_codes([massive], "massive")
    found = read_conditions((code,), False)

    assert chr(code) == letter
    assert (found.family, found.cond_w) == (Family.LEGACY_SPECIAL, 0.0)
    assert (found.is_special, found.is_complex, found.never_sweeps) == (True, False, False)


def test_tables_hold_these_rows_and_no_others() -> None:
    letters = {row[0] for row in ROWS} | {letter for letter, _ in LEGACY}

    assert {row.letter for row in CONDITIONS.values() if row.letter} == letters | {" "}
    assert set(BY_MASSIVE) == {row[1] for row in ROWS} | {number for _, number in LEGACY}
    assert set(BY_MNEMONIC) == {row[2] for row in ROWS} | {"REGL", "SPIM", "SCLI"}


@pytest.mark.parametrize(
    ("raw", "vocabulary"),
    [
        ("ii", "opra"),  # two letters are no mnemonic
        ("I,S", "opra"),  # nor are two codes in one text
        ("ISOI ISOI", "opra"),
        ("209", "opra"),  # another feed's number
        ("\x00", "opra"),
        ("İ", "opra"),
        ("\uff41", "opra"),  # a full-width letter is not the letter
        ("200", "massive"),
        ("249", "massive"),
        ("0209", "massive"),
        ("+09", "massive"),
        ("-09", "massive"),
        ("2 9", "massive"),
        ("٢٠٩", "massive"),  # digits of another script
        ("2e2", "massive"),
        ("ISOI", "massive"),
        ("SWEEP", "opra"),  # a word of the synthetic feed only
        ("SWEEP", "massive"),
        ("sweeps", "synthetic"),
        (209, "synthetic"),
    ],
)
def test_what_no_table_names_is_unknown_and_weighs_little(raw: str | int, vocabulary: str) -> None:
    codes = condition_codes([raw], vocabulary)  # type: ignore[arg-type]

    assert codes == (1,)
    assert read_conditions(codes, False).cond_w == 0.3
    assert condition_name(codes[0]) == "unknown condition"


@pytest.mark.parametrize(
    ("letters", "family", "weight", "late"),
    [
        # the family that wins brings its own weight; a late code caps it (4.2)
        ("IS", "ISO", 1.0, False),
        ("JI", "AUTO", 0.5, False),
        ("Iv", "EXTENDED", 0.8, False),
        ("Sv", "EXTENDED", 0.8, False),
        ("Sa", "AUCTION", 0.25, False),
        ("Sb", "AUCTION_ISO", 0.25, False),
        ("ab", "AUCTION", 0.25, False),
        ("jl", "COMPLEX_LEG", 0.2, False),
        ("jf", "COMPLEX", 0.0, False),
        ("qr", "STOCK_TIED", 0.1, False),
        ("qj", "STOCK_TIED", 0.3, False),
        ("qD", "STOCK_TIED", 0.25, True),
        ("jD", "COMPLEX_LEG", 0.25, True),
        ("lD", "COMPLEX_LEG", 0.2, True),
        ("jB", "COMPLEX_LEG", 0.0, True),
        ("ID", "LATE", 0.25, True),
        ("SD", "LATE", 0.25, True),
        ("vD", "LATE", 0.25, True),
        ("DH", "LATE", 0.25, True),
        ("DB", "OUT_OF_SEQUENCE", 0.0, True),
        ("AD", "CANCEL", 0.0, True),
        ("uI", "COMPRESSION", 0.0, False),
        ("?S", "ISO", 1.0, False),
        ("?a", "AUCTION", 0.25, False),
        ("? ", "UNKNOWN", 0.3, False),
    ],
)
def test_codes_of_one_print_together(letters: str, family: str, weight: float, late: bool) -> None:
    for order in itertools.permutations(letters):
        found = read_conditions(condition_codes(order), False)

        assert (found.family, found.cond_w) == (Family[family], weight)
        assert found.is_late_report is late


# Lean's bit, its name; the mask is 1 << bit (lean_TradeConditionFlags.csv).
LEAN: list[tuple[int, str]] = [
    (0x00000001, "Regular"),
    (0x00000002, "Cash"),
    (0x00000004, "NextDay"),
    (0x00000008, "Seller"),
    (0x00000010, "YellowFlag"),
    (0x00000020, "IntermarketSweep"),
    (0x00000040, "OpeningPrints"),
    (0x00000080, "ClosingPrints"),
    (0x00000100, "ReOpeningPrints"),
    (0x00000200, "DerivativelyPriced"),
    (0x00000400, "FormT"),
    (0x00000800, "Sold"),
    (0x00001000, "Stopped"),
    (0x00002000, "ExtendedHours"),
    (0x00004000, "OutOfSequence"),
    (0x00008000, "Split"),
    (0x00010000, "Acquisition"),
    (0x00020000, "Bunched"),
    (0x00040000, "StockOption"),
    (0x00080000, "Distribution"),
    (0x00100000, "AveragePrice"),
    (0x00200000, "Cross"),
    (0x00400000, "PriceVariation"),
    (0x00800000, "Rule155"),
    (0x01000000, "OfficialClose"),
    (0x02000000, "PriorReferencePrice"),
    (0x04000000, "OfficialOpen"),
    (0x08000000, "CapElection"),
    (0x10000000, "AutoExecution"),
    (0x20000000, "TradeThroughExempt"),
    (0x40000000, "UndocumentedFlag"),
    (0x80000000, "OddLot"),
]


@pytest.mark.parametrize(("mask", "name"), LEAN)
def test_lean_bit_has_its_permanent_code(mask: int, name: str) -> None:
    (code,) = lean_equity_codes(mask)

    assert code == 1_000 + mask.bit_length() - 1
    assert condition_name(code) == name
    assert condition(code).family is Family.UNKNOWN  # it is no option condition


def test_all_lean_bits_at_once_come_lowest_first() -> None:
    assert lean_equity_codes(0xFFFFFFFF) == tuple(range(1_000, 1_032))
    assert lean_equity_codes(1 << 32 | 1 << 40 | 1) == (1_000, 1)
