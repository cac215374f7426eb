"""Golden group G1 and the rules around it (options-engine.md 3, errata 52)."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flow.domain.contracts import (
    Contract,
    ContractError,
    contract_label,
    format_osi,
    parse_contract,
    underlying_of,
)


@pytest.mark.parametrize(
    ("text", "canonical", "underlying"),
    [
        ("SPY   250117C00450000", "SPY-2025-01-17-450-C", "SPY"),
        ("SPY250117C00450000", "SPY-2025-01-17-450-C", "SPY"),
        ("SPY-2025-01-17-450-C", "SPY-2025-01-17-450-C", "SPY"),
        ("O:SPX251219C06475000", "SPX-2025-12-19-6475-C", "SPX"),
        ("O:SPX   251219C06475000", "SPX-2025-12-19-6475-C", "SPX"),
        ("SPXW  250117P05900500", "SPXW-2025-01-17-5900.5-P", "SPX"),
        ("BRK-B-2025-01-17-450-C", "BRK-B-2025-01-17-450-C", "BRK.B"),
        ("BRKB250117C00450000", "BRKB-2025-01-17-450-C", "BRK.B"),
        ("BRK/B-2025-01-17-450-C", "BRK/B-2025-01-17-450-C", "BRK.B"),
        ("BFB250117C00045000", "BFB-2025-01-17-45-C", "BF.B"),
        ("BF-B-2025-01-17-45-C", "BF-B-2025-01-17-45-C", "BF.B"),
        ("BF/B-2025-01-17-45-C", "BF/B-2025-01-17-45-C", "BF.B"),
        ("NDXP250117P20000000", "NDXP-2025-01-17-20000-P", "NDX"),
        ("RUTW250117P02000000", "RUTW-2025-01-17-2000-P", "RUT"),
        ("VIXW250117C00020000", "VIXW-2025-01-17-20-C", "VIX"),
        ("spy250117c00450000", "SPY-2025-01-17-450-C", "SPY"),
        ("  SPY250117C00450000\n", "SPY-2025-01-17-450-C", "SPY"),
        (".SPY250117C450", "SPY-2025-01-17-450-C", "SPY"),
        (".SPY250117P0.5", "SPY-2025-01-17-0.5-P", "SPY"),
        ("GOOG-2015-12-24-12.125-C", "GOOG-2015-12-24-12.125-C", "GOOG"),
        ("SPY-2025-01-17-450.500-C", "SPY-2025-01-17-450.5-C", "SPY"),
    ],
)
def test_parse_accepted_form_gives_canonical_text(
    text: str, canonical: str, underlying: str
) -> None:
    contract = parse_contract(text)

    assert contract.canonical == canonical
    assert contract.underlying == underlying
    assert parse_contract(canonical) == contract


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "bad_form"),
        ("SPY", "bad_form"),
        ("SPY-2025-1-7-450-C", "bad_form"),
        ("SPY-2025-01-17-450-X", "bad_form"),
        ("SPY-2025-01-17-450.1234-C", "bad_form"),
        ("-2025-01-17-450-C", "bad_form"),
        (".SPY250117C00450000", "bad_form"),
        ("SPÝ250117C00450000", "bad_form"),
        ("SPY٢50117C00450000", "bad_form"),
        ("SPY250231C00450000", "bad_date"),
        ("SPY-2025-02-31-450-C", "bad_date"),
        ("SPY-1999-12-31-450-C", "bad_date"),
        ("SPY-2100-01-01-450-C", "bad_date"),
        (".SPY251301C450", "bad_date"),
        ("SPY250117C00000000", "bad_strike"),
        ("SPY-2025-01-17-0-C", "bad_strike"),
        ("SPY-2025-01-17-100000-C", "bad_strike"),
        (f"SPY-2025-01-17-{'9' * 5000}-C", "bad_strike"),
        ("ABCDEFG250117C00450000", "bad_root"),
        ("SPY  250117C00450000", "bad_root"),
        ("ABCDEFGHIJKLM-2025-01-17-450-C", "bad_root"),
        ("SPY20250117C00450000", "long_date"),
        ("O:SPY20250117C00450000", "long_date"),
        (".SPY20250117C450", "long_date"),
        ("C20250117C00070000", "long_date"),
        ("2S20250117C04500000", "long_date"),
        ("SPY20 250117C00450000", "long_date"),
    ],
)
def test_parse_refused_text_says_why(text: str, code: str) -> None:
    with pytest.raises(ContractError) as refused:
        parse_contract(text)

    assert refused.value.code == code
    assert refused.value.text == text


def test_refusal_names_value_and_expectation() -> None:
    with pytest.raises(ContractError) as refused:
        parse_contract("SPY250231C00450000")

    assert str(refused.value) == (
        "contract is 'SPY250231C00450000'; expected a real expiry date from 2000 to 2099"
    )


def test_date_with_a_century_is_refused_as_such() -> None:
    with pytest.raises(ContractError) as refused:
        parse_contract("SPY20250117C00450000")

    assert str(refused.value) == (
        "contract is 'SPY20250117C00450000'; expected a date of six digits, YYMMDD, behind at most"
        " one digit of the root"
    )


@pytest.mark.parametrize("text", ["AAPL7250117C00450000", ".AAPL7250117C450"])
def test_one_digit_behind_the_letters_is_an_adjusted_root(text: str) -> None:
    assert parse_contract(text).root == "AAPL7"


def test_contract_fields_of_plain_root() -> None:
    contract = parse_contract("SPXW  250117P05900500")

    assert contract == Contract(
        root="SPXW",
        underlying="SPX",
        expiry=date(2025, 1, 17).toordinal(),
        strike_micros=5_900_500_000,
        right="P",
        multiplier=100,
        adjusted=False,
        flex=False,
    )
    assert contract.expiry_date == date(2025, 1, 17)


def test_adjusted_root_has_no_multiplier_and_keeps_its_underlying() -> None:
    contract = parse_contract("AAPL1 250117C00450000")

    assert (contract.adjusted, contract.flex, contract.multiplier) == (True, False, None)
    assert contract.underlying == "AAPL"


def test_flex_root_is_flagged_and_keeps_its_multiplier() -> None:
    contract = parse_contract("2SPX250117C05900000")

    assert (contract.adjusted, contract.flex, contract.multiplier) == (False, True, 100)
    assert contract.underlying == "SPX"


def test_root_of_digits_only_is_its_own_underlying() -> None:
    assert underlying_of("123") == "123"


@pytest.mark.parametrize(
    ("canonical", "osi"),
    [
        ("SPY-2025-01-17-450-C", "SPY   250117C00450000"),
        ("SPXW-2025-01-17-5900.5-P", "SPXW  250117P05900500"),
        ("SPY-2025-01-17-99999.999-C", "SPY   250117C99999999"),
        ("ABCDEF-2025-01-17-0.001-C", "ABCDEF250117C00000001"),
    ],
)
def test_osi_of_a_contract(canonical: str, osi: str) -> None:
    contract = parse_contract(canonical)

    assert format_osi(contract) == osi
    assert parse_contract(osi) == contract


def test_osi_of_a_long_root_is_refused() -> None:
    with pytest.raises(ContractError) as refused:
        format_osi(parse_contract("ABCDEFGH-2025-01-17-450-C"))

    assert refused.value.code == "bad_root"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("NVDA260717C00150000", "NVDA 17JUL26 150C"),
        ("SPXW  250117P05900500", "SPXW 17JAN25 5900.5P"),
        ("SPY-2031-12-05-1000-C", "SPY 05DEC31 1000C"),
    ],
)
def test_label_for_people(text: str, label: str) -> None:
    assert contract_label(parse_contract(text)) == label


_ROOTS = st.from_regex(r"[A-Z][A-Z0-9]{0,4}[A-Z]", fullmatch=True) | st.sampled_from(
    ["A", "BRK-B", "BRK/B", "SPXW", "AAPL1", "2SPX"]
)


@given(
    root=_ROOTS,
    day=st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    thousandths=st.integers(1, 99_999_999),
    right=st.sampled_from("CP"),
)
def test_canonical_and_osi_round_trip(root: str, day: date, thousandths: int, right: str) -> None:
    osi = f"{root:<6}{day:%y%m%d}{right}{thousandths:08d}"

    contract = parse_contract(osi)

    assert contract.strike_micros == thousandths * 1_000
    assert parse_contract(contract.canonical) == contract
    assert format_osi(contract) == osi


@given(
    st.text() | st.from_regex(r"\A[A-Z0-9./ -]{1,25}\Z") | st.text("SPY0125-.:O CP", max_size=30)
)
@example("O:")
@example("O:O:SPY250117C00450000")
@example("ß250117C00450000")
def test_any_text_gives_a_contract_or_a_contract_error(text: str) -> None:
    outcome: Contract | str
    try:
        outcome = parse_contract(text)
    except ContractError as error:
        outcome = error.code

    if isinstance(outcome, Contract):
        assert parse_contract(outcome.canonical) == outcome
    else:
        assert outcome in {"bad_form", "bad_root", "long_date", "bad_date", "bad_strike"}
