"""Conditions: spellings, families, precedence (options-engine.md 4; errata 7, 13, 36, 45, 46)."""

import csv
import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.domain.condition_table import (
    BY_MASSIVE,
    CONDITIONS,
    LEAN_EQUITY_CONDITIONS,
    Family,
)
from flow.domain.conditions import (
    Vocabulary,
    condition,
    condition_codes,
    condition_name,
    family_of,
    is_complex,
    is_iso,
    is_special,
    lean_equity_codes,
    read_conditions,
)
from tests.support.engine_builders import SHARED_DATA

REFERENCE = SHARED_DATA / "reference"


def codes(letters: str) -> tuple[int, ...]:
    return condition_codes(letters)


@pytest.mark.parametrize(
    ("raw", "vocabulary", "expected"),
    [
        (["I"], "opra", (73,)),
        (["a"], "opra", (97,)),
        (["A"], "opra", (65,)),
        ([" "], "opra", (32,)),
        ([""], "opra", (32,)),
        (["ISOI"], "opra", (83,)),
        (["mlat"], "opra", (103,)),
        (["SCLI"], "opra", (100,)),
        (["SLCI"], "opra", (100,)),
        (["?"], "opra", (1,)),
        (["SWEEP"], "opra", (1,)),
        ([], "opra", ()),
        (["I", "I", "S"], "opra", (73, 83)),
        ([209], "massive", (73,)),
        (["232"], "massive", (102,)),
        ([227, 219], "massive", (97, 83)),
        ([999], "massive", (1,)),
        (["9" * 5000], "massive", (1,)),
        (["I"], "massive", (1,)),
        ([""], "massive", (32,)),
        (["SWEEP"], "synthetic", (83,)),
        (["ISO"], "synthetic", (83,)),
        (["AUCTION"], "synthetic", (97,)),
        (["cross"], "synthetic", (99,)),
        (["COMPLEX"], "synthetic", (102,)),
        (["SPREAD"], "synthetic", (102,)),
        (["OPENING"], "synthetic", (2,)),
        (["CLOSING"], "synthetic", (2,)),
        (["I"], "synthetic", (73,)),
    ],
)
def test_spelling_gives_permanent_code(
    raw: list[str | int], vocabulary: Vocabulary, expected: tuple[int, ...]
) -> None:
    assert condition_codes(raw, vocabulary) == expected


@pytest.mark.parametrize(
    ("letter", "mnemonic", "family", "cond_w", "volume"),
    [
        (" ", "REGL", Family.REGULAR, 1.0, True),
        ("A", "CANC", Family.CANCEL, 0.0, False),
        ("B", "OSEQ", Family.OUT_OF_SEQUENCE, 0.0, True),
        ("C", "CNCL", Family.CANCEL, 0.0, False),
        ("D", "LATE", Family.LATE, 0.25, True),
        ("E", "CNCO", Family.CANCEL, 0.0, False),
        ("F", "OPEN", Family.OUT_OF_SEQUENCE, 0.0, True),
        ("G", "CNOL", Family.CANCEL, 0.0, False),
        ("H", "OPNL", Family.LATE, 0.25, True),
        ("I", "AUTO", Family.AUTO, 1.0, True),
        ("J", "REOP", Family.AUTO, 0.5, True),
        ("S", "ISOI", Family.ISO, 1.0, True),
        ("R", "SPIM", Family.LEGACY_SPECIAL, 0.0, True),
        ("a", "SLAN", Family.AUCTION, 0.25, True),
        ("b", "SLAI", Family.AUCTION_ISO, 0.25, True),
        ("c", "SLCN", Family.CROSS, 0.0, True),
        ("d", "SLCI", Family.CROSS_ISO, 0.0, True),
        ("e", "SLFT", Family.FLOOR, 0.0, True),
        ("f", "MLET", Family.COMPLEX, 0.0, True),
        ("g", "MLAT", Family.COMPLEX, 0.0, True),
        ("h", "MLCT", Family.COMPLEX, 0.0, True),
        ("i", "MLFT", Family.COMPLEX_FLOOR, 0.0, True),
        ("j", "MESL", Family.COMPLEX_LEG, 0.4, True),
        ("k", "TLAT", Family.STOCK_TIED, 0.0, True),
        ("l", "MASL", Family.COMPLEX_LEG, 0.2, True),
        ("m", "MFSL", Family.COMPLEX_FLOOR, 0.0, True),
        ("n", "TLET", Family.STOCK_TIED, 0.0, True),
        ("o", "TLCT", Family.STOCK_TIED, 0.0, True),
        ("p", "TLFT", Family.STOCK_TIED, 0.0, True),
        ("q", "TESL", Family.STOCK_TIED, 0.3, True),
        ("r", "TASL", Family.STOCK_TIED, 0.1, True),
        ("s", "TFSL", Family.STOCK_TIED, 0.0, True),
        ("t", "CBMO", Family.COMPLEX_FLOOR, 0.0, True),
        ("u", "MCTP", Family.COMPRESSION, 0.0, True),
        ("v", "EXHT", Family.EXTENDED, 0.8, True),
    ],
)
def test_table_row(letter: str, mnemonic: str, family: Family, cond_w: float, volume: bool) -> None:
    row = condition(ord(letter))

    assert (row.letter, row.mnemonic, row.family) == (letter, mnemonic, family)
    assert (row.cond_w, row.volume) == (cond_w, volume)
    assert row.name


@pytest.mark.parametrize("letter", "KLMNOPQRTX")
def test_letters_before_2019_are_special(letter: str) -> None:
    assert condition(ord(letter)).family is Family.LEGACY_SPECIAL
    assert is_special((ord(letter),))


@pytest.mark.parametrize(
    ("letters", "family"),
    [
        ("fC", Family.CANCEL),
        ("uC", Family.CANCEL),
        ("ku", Family.COMPRESSION),
        ("fk", Family.STOCK_TIED),
        ("cf", Family.COMPLEX),
        ("ij", Family.COMPLEX_FLOOR),
        ("ec", Family.CROSS),
        ("de", Family.CROSS_ISO),
        ("Re", Family.FLOOR),
        ("aR", Family.LEGACY_SPECIAL),
        ("Ba", Family.AUCTION),
        ("bB", Family.AUCTION_ISO),
        ("DB", Family.OUT_OF_SEQUENCE),
        ("vD", Family.LATE),
        ("Sv", Family.EXTENDED),
        ("IS", Family.ISO),
        ("?I", Family.AUTO),
        (" ?", Family.UNKNOWN),
        (" ", Family.REGULAR),
        ("", Family.REGULAR),
    ],
)
def test_most_restrictive_family_wins(letters: str, family: Family) -> None:
    found = codes(letters)

    assert family_of(found) is family
    assert family_of(tuple(reversed(found))) is family


@pytest.mark.parametrize(
    ("letters", "special", "complex_", "iso"),
    [
        ("I", False, False, False),
        ("S", False, False, True),
        ("a", False, False, False),  # errata 13: price improvement is ordinary flow
        ("b", False, False, False),
        ("c", True, False, False),
        ("d", True, False, False),
        ("e", True, False, False),
        ("u", True, False, False),
        ("f", True, True, False),
        ("i", True, True, False),
        ("j", True, True, False),
        ("k", True, True, False),
        ("Sa", False, False, False),
    ],
)
def test_derived_flags(letters: str, special: bool, complex_: bool, iso: bool) -> None:
    found = codes(letters)

    assert (is_special(found), is_complex(found), is_iso(found)) == (special, complex_, iso)


def test_no_code_is_regular_where_the_feed_carries_codes_and_unknown_where_not() -> None:
    told, untold = read_conditions((), False), read_conditions((), True)

    assert (told.family, told.cond_w) == (Family.REGULAR, 1.0)
    assert (untold.family, untold.cond_w) == (Family.UNKNOWN, 0.7)
    assert read_conditions((73,), True).family is Family.AUTO


@pytest.mark.parametrize(
    ("letters", "cond_w", "late"),
    [
        ("aD", 0.25, True),
        ("aB", 0.0, True),
        ("D", 0.25, True),
        ("SI", 1.0, False),
        ("?", 0.3, False),
    ],
)
def test_late_report_caps_the_weight(letters: str, cond_w: float, late: bool) -> None:
    found = read_conditions(codes(letters), False)

    assert (found.cond_w, found.is_late_report) == (cond_w, late)


@pytest.mark.parametrize(
    ("letters", "never"),
    [("I", False), ("S", False), ("a", True), ("b", True), ("c", True), ("f", True), ("k", True)],
)
def test_what_never_sweeps(letters: str, never: bool) -> None:
    assert read_conditions(codes(letters), False).never_sweeps is never


def test_unknown_code_reads_as_unknown() -> None:
    assert condition(12_345).family is Family.UNKNOWN
    assert condition_name(12_345) == "unknown condition"
    assert condition_name(73) == "electronic execution"
    assert condition_name(1_005) == "IntermarketSweep"
    assert condition_name(1_036) == "unknown condition"


@given(st.text())
def test_any_spelling_gives_a_code_of_the_table(text: str) -> None:
    for vocabulary in typing.get_args(Vocabulary):
        (code,) = condition_codes([text], vocabulary)
        assert code in CONDITIONS


@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        (0, ()),
        (1, (1_000,)),
        (0x20, (1_005,)),
        (0x2000_0000, (1_029,)),
        (0x2000_0020, (1_005, 1_029)),
        (0x8000_0000, (1_031,)),
        (1 << 40 | 1 << 41 | 1, (1_000, 1)),
    ],
)
def test_lean_mask_gives_codes_by_bit(mask: int, expected: tuple[int, ...]) -> None:
    assert lean_equity_codes(mask) == expected


@pytest.mark.realdata
def test_lean_names_equal_the_reference_file() -> None:
    with (REFERENCE / "lean_TradeConditionFlags.csv").open() as file:
        rows = {row["name"]: int(row["value"]) for row in csv.DictReader(file)}

    rows.pop("None")
    assert {name: 1 << bit for bit, name in enumerate(LEAN_EQUITY_CONDITIONS)} == rows


@pytest.mark.realdata
def test_massive_ids_equal_the_reference_file() -> None:
    with (REFERENCE / "massive_option_trade_conditions.csv").open() as file:
        rows = list(csv.DictReader(file))

    assert len(rows) == 33
    assert {int(row["massive_id"]) for row in rows} <= BY_MASSIVE.keys()
    for row in rows:
        if row["opra_letter"]:
            assert chr(BY_MASSIVE[int(row["massive_id"])]) == row["opra_letter"]
