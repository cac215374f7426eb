"""Contract texts as feeds and people write them, and hostile ones; one case a line.

Source: options-engine.md 3.1 to 3.3, golden G1, errata 52.
"""

from datetime import date

import pytest

from flow.domain.contracts import (
    MAX_STRIKE_MICROS,
    ContractError,
    contract_label,
    format_osi,
    parse_contract,
    strike_text,
    underlying_of,
)

# One contract, every accepted form: vendor prefix, OSI padded, OSI compact, dashed, dotted (3.1).
FORMS: list[tuple[str, tuple[str, ...]]] = [
    (
        "SPY-2025-01-17-450-C",
        (
            "O:SPY250117C00450000",
            "o:spy250117c00450000",
            "O: SPY250117C00450000",
            "SPY   250117C00450000",
            "SPY250117C00450000",
            "SPY-2025-01-17-450-C",
            "SPY-2025-01-17-450.0-C",
            "SPY-2025-01-17-450.000-C",
            "SPY-2025-01-17-0450-C",
            ".SPY250117C450",
            ".SPY250117C450.000",
            "\tSPY250117C00450000 ",
        ),
    ),
    ("SPXW-2025-01-17-5900.5-P", ("O:SPXW250117P05900500", ".SPXW250117P5900.5")),
    ("BRK-B-2025-01-17-450-C", ("BRK-B250117C00450000", "BRK-B 250117C00450000")),
    ("BRK.B-2025-01-17-450-C", ("BRK.B250117C00450000", ".BRK.B250117C450")),
    ("F-2025-01-17-0.5-P", ("F     250117P00000500", "F250117P00000500", ".F250117P0.5")),
    ("GOOGL-2025-01-17-2900-C", ("GOOGL 250117C02900000", "O:GOOGL250117C02900000")),
    ("ABCDEF-2025-01-17-1-C", ("ABCDEF250117C00001000",)),
    ("AAPL1-2025-01-17-225-C", ("AAPL1 250117C00225000", "AAPL1250117C00225000")),
    ("2SPX-2025-01-17-5900-C", ("2SPX  250117C05900000", "2SPX250117C05900000")),
    ("A1-2025-01-17-0.001-C", ("A1    250117C00000001", "A1-2025-01-17-0.001-C")),
    ("SPX-2024-02-29-5000-P", ("SPX240229P05000000", ".SPX240229P5000")),  # a leap day
    ("SPX-2000-01-01-1-P", ("SPX000101P00001000",)),
    ("SPX-2099-12-31-1-P", ("SPX991231P00001000",)),
]


@pytest.mark.parametrize(
    ("canonical", "text"), [(canonical, text) for canonical, texts in FORMS for text in texts]
)
def test_every_form_names_the_one_contract(canonical: str, text: str) -> None:
    contract = parse_contract(text)

    assert contract.canonical == canonical
    assert parse_contract(contract.canonical) == contract
    assert parse_contract(format_osi(contract)) == contract


# root as written, underlying that watchlists match, adjusted, FLEX
@pytest.mark.parametrize(
    ("root", "underlying", "adjusted", "flex"),
    [
        ("SPX", "SPX", False, False),
        ("SPXW", "SPX", False, False),
        ("NDX", "NDX", False, False),
        ("NDXP", "NDX", False, False),
        ("RUTW", "RUT", False, False),
        ("VIXW", "VIX", False, False),
        ("BRK.B", "BRK.B", False, False),
        ("BRK-B", "BRK.B", False, False),
        ("BRK/B", "BRK.B", False, False),
        ("BRKB", "BRK.B", False, False),
        ("BFB", "BF.B", False, False),
        ("BF-B", "BF.B", False, False),
        ("BF.B", "BF.B", False, False),
        ("XSP", "XSP", False, False),
        ("SPXX", "SPXX", False, False),  # not an alias: a name of its own
        ("WSPX", "WSPX", False, False),
        ("AAPL1", "AAPL", True, False),
        ("AAPL12", "AAPL", True, False),
        ("BRKB1", "BRK.B", True, False),
        ("SPXW2", "SPX", True, False),
        ("1SPX", "SPX", False, True),
        ("2SPXW", "SPX", False, True),
        ("3BRKB", "BRK.B", False, True),
        ("4AAPL1", "AAPL", False, True),  # FLEX first: the leading digit decides
    ],
)
def test_root_tells_underlying_adjustment_and_flex(
    root: str, underlying: str, adjusted: bool, flex: bool
) -> None:
    contract = parse_contract(f"{root}-2025-01-17-100-C")

    assert (contract.root, contract.underlying) == (root, underlying)
    assert (contract.adjusted, contract.flex) == (adjusted, flex)
    assert contract.multiplier == (None if adjusted else 100)
    assert underlying_of(root) == underlying


EXPECTED = {
    "bad_form": "expected OSI such as SPY250117C00450000 or SPY-2025-01-17-450-C",
    "bad_root": "expected a root of 1 to 6 characters (12 in the dashed form)",
    "bad_date": "expected a real expiry date from 2000 to 2099",
    "bad_strike": "expected a strike above 0 and at most 99999.999",
}
HOSTILE: list[tuple[str, str]] = [
    ("bad_form", " "),
    ("bad_form", "\x00SPY250117C00450000"),
    ("bad_form", "SPY250117C00450000\x00"),
    ("bad_form", "SPY250117C00450000\nSPY250117C00450000"),
    ("bad_form", "SPY250117C0045000"),  # seven digits of strike
    ("bad_form", "SPY250117X00450000"),
    ("bad_form", "SPY250117CC0450000"),
    ("bad_form", "250117C00450000"),  # no root
    ("bad_form", "      250117C00450000"),
    ("bad_form", "-SPY250117C00450000"),
    ("bad_form", "SPY-250117C00450000"),  # a root does not end in a dash
    ("bad_form", "SPY.250117C00450000"),
    ("bad_form", "SPY\t250117C00450000"),  # padding is blanks only
    ("bad_form", "S PY250117C00450000"),
    ("bad_form", "O:O:SPY250117C00450000"),
    ("bad_form", "X:SPY250117C00450000"),
    ("bad_form", "SPY_2025-01-17-450-C"),
    ("bad_form", "SPY-2025/01/17-450-C"),
    ("bad_form", "SPY-20250117-450-C"),
    ("bad_form", "SPY-2025-01-17--450-C"),
    ("bad_form", "SPY-2025-01-17-+450-C"),
    ("bad_form", "SPY-2025-01-17-450.-C"),
    ("bad_form", "SPY-2025-01-17-.5-C"),
    ("bad_form", "SPY-2025-01-17-4e2-C"),
    ("bad_form", "SPY-2025-01-17-1_000-C"),
    ("bad_form", "SPY-2025-01-17-450-CALL"),
    ("bad_form", "SPY-2025-01-17-nan-C"),
    ("bad_form", "SPY-2025-01-17-450-C-"),
    ("bad_form", ".SPY250117C"),
    ("bad_form", ".SPY250117C0450"),  # the dotted form writes no leading zero
    ("bad_form", "..SPY250117C450"),
    ("bad_form", "SPY\uff1250117C00450000"),  # a full-width digit
    ("bad_form", "\u017fPY250117C00450000"),  # upper-casing would make it an S
    ("bad_form", "\u0131WM250117C00450000"),  # and this one an I
    ("bad_form", "SPY250117\u042100450000"),  # a Cyrillic C
    ("bad_form", "SPY\u00a0\u00a0\u00a0250117C00450000"),
    ("bad_form", "'; DROP TABLE contract; --"),
    ("bad_form", "<script>SPY250117C00450000"),
    ("bad_form", "A" * 100_000),
    ("bad_root", "SPY 250117C00450000"),
    ("bad_root", "SPY    250117C00450000"),
    ("bad_root", "ABCDEF 250117C00450000"),
    ("bad_root", "ABCDEFGH250117C00450000"),
    ("bad_root", "A" * 5_000 + "250117C00450000"),
    ("bad_root", "A" * 13 + "-2025-01-17-450-C"),
    ("bad_root", "A-2025-01-17-450-C-2025-01-17-450-C"),  # the first contract is the root
    ("bad_date", "SPY250001C00450000"),
    ("bad_date", "SPY250100C00450000"),
    ("bad_date", "SPY250132C00450000"),
    ("bad_date", "SPY251301C00450000"),
    ("bad_date", "SPY250229C00450000"),  # no leap year
    ("bad_date", "SPY-2025-00-10-450-C"),
    ("bad_date", "SPY-0000-01-17-450-C"),
    ("bad_date", "SPY-9999-01-17-450-C"),
    ("bad_date", "SPY-2100-02-28-450-C"),
    ("bad_strike", "SPY-2025-01-17-0.000-C"),
    ("bad_strike", "SPY-2025-01-17-100000-C"),
    ("bad_strike", "SPY-2025-01-17-100000.001-C"),
    ("bad_strike", "SPY-2025-01-17-9999999999999-C"),
    ("bad_strike", ".SPY250117C0"),
    ("bad_strike", ".SPY250117C100000"),
]


@pytest.mark.parametrize(("code", "text"), HOSTILE)
def test_hostile_text_is_refused_by_its_code_and_sentence(code: str, text: str) -> None:
    with pytest.raises(ContractError) as refused:
        parse_contract(text)

    assert refused.value.code == code
    assert str(refused.value) == f"contract is {text!r}; {EXPECTED[code]}"


@pytest.mark.parametrize(
    ("micros", "printed"),
    [
        (1_000, "0.001"),
        (10_000, "0.01"),
        (500_000, "0.5"),
        (1_000_000, "1"),
        (12_125_000, "12.125"),
        (100_000_000, "100"),
        (5_900_500_000, "5900.5"),
        (MAX_STRIKE_MICROS, "99999.999"),
    ],
)
def test_strike_is_printed_without_idle_zeros(micros: int, printed: str) -> None:
    contract = parse_contract(f"SPY250117C{micros // 1_000:08d}")

    assert contract.strike_micros == micros
    assert strike_text(contract) == printed


@pytest.mark.parametrize("month", range(1, 13))
def test_label_names_every_month(month: int) -> None:
    names = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
    contract = parse_contract(f"IWM-2027-{month:02d}-05-210-P")

    assert contract_label(contract) == f"IWM 05{names[month - 1]}27 210P"
    assert contract.expiry_date == date(2027, month, 5)
