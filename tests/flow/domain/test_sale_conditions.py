"""Sale conditions: what a print updates, how feeds spell it (platform.md 3.2 C5, 2.3 D9)."""

import csv
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.domain.condition_table import LEAN_EQUITY_BASE, LEAN_EQUITY_CONDITIONS, UNKNOWN_CODE
from flow.domain.conditions import condition_name, lean_equity_codes
from flow.domain.sale_condition_table import BY_CTA, BY_MASSIVE_STOCK, BY_UTP, SALE_CONDITIONS
from flow.domain.sale_conditions import (
    Eligibility,
    SaleVocabulary,
    eligibility_of,
    equity_codes,
    is_extended,
    sale_condition_of,
)
from tests.support.engine_builders import SHARED_DATA

ALL, NOTHING = Eligibility(True, True, True, True), Eligibility(False, False, False, False)
VOLUME_ONLY = Eligibility(False, False, True, False)
AUCTION = Eligibility(True, True, True, False)
# Their price is of another moment: the SIPs let them set high and low, C5 volume alone.
ANOTHER_MOMENT = {"DerivativelyPriced", "Sold", "OutOfSequence", "PriorReferencePrice"}
CODES = st.sampled_from([*SALE_CONDITIONS, UNKNOWN_CODE, 32, 9_999])


def test_the_table_begins_with_leans_bits_in_their_order() -> None:
    known = len(LEAN_EQUITY_CONDITIONS)

    assert [row.name for row in SALE_CONDITIONS.values()][:known] == list(LEAN_EQUITY_CONDITIONS)
    assert list(SALE_CONDITIONS) == list(range(1000, 1036))
    assert [condition_name(code) for code in (1005, 1032, 1035)] == [
        "IntermarketSweep", "QualifiedContingent", "Cancelled",
    ]  # fmt: skip


# The masks are those of the real ticks of AIG and BAC, 2013-10-07 to 11.
@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        (0x0, ALL),
        (0x1, ALL),
        (0x20000020, ALL),  # sweep, trade-through exempt
        (0x40, AUCTION),  # opening prints
        (0x80, AUCTION),
        (0x20200040, AUCTION),  # a cross at the open
        (0x20000200, VOLUME_ONLY),  # derivatively priced
        (0x2000000, VOLUME_ONLY),  # prior reference price
        (0x800, VOLUME_ONLY),  # sold: letter L
        (0x4000, VOLUME_ONLY),
        (0x4800, VOLUME_ONLY),  # sold, out of sequence: letter Z
        (0x100000, VOLUME_ONLY),
        (0x20100200, VOLUME_ONLY),  # average price and derivatively priced
        (0x20040200, VOLUME_ONLY),  # stock-option
        (0x20000002, VOLUME_ONLY),
        (0x20002004, VOLUME_ONLY),
        (0x20000008, VOLUME_ONLY),
        (0x2000, Eligibility(False, False, True, True)),
        (0x80000000, Eligibility(False, False, True, True)),  # odd lot
        (0x6000, VOLUME_ONLY),  # extended hours, out of sequence: letter U
        (0x1000000, NOTHING),  # official close
        (0x4000000, NOTHING),  # official open
        (0x40000000, VOLUME_ONLY),  # Lean's undocumented flag
    ],
)
def test_eligibility_of_real_masks(mask: int, expected: Eligibility) -> None:
    assert eligibility_of(lean_equity_codes(mask)) == expected


@pytest.mark.parametrize("code", [UNKNOWN_CODE, 0, 73, 1036, -5])
def test_a_condition_that_no_table_names_counts_as_volume_only(code: int) -> None:
    assert eligibility_of((1000, code)) == VOLUME_ONLY
    assert sale_condition_of(code).name == "unknown condition"


def test_no_stated_condition_is_a_regular_sale() -> None:
    assert eligibility_of(()) == eligibility_of((32,)) == ALL


@pytest.mark.parametrize(
    ("conditions", "shares", "expected"),
    [
        ((), 100.0, ALL),
        ((), 99.999999, Eligibility(False, False, True, True)),
        ((), 0.5, Eligibility(False, False, True, True)),
        # A feed that states conditions says itself what an odd lot is: 40 may be a round lot.
        ((1000,), 40.0, ALL),
        ((1000, 1031), 40.0, Eligibility(False, False, True, True)),
    ],
)
def test_odd_lots_are_volume_only(
    conditions: tuple[int, ...], shares: float, expected: Eligibility
) -> None:
    assert eligibility_of(conditions, size_micros=round(shares * 1_000_000)) == expected


@pytest.mark.parametrize(
    ("letters", "inside", "outside"),
    [
        ("T", Eligibility(False, False, True, True), ALL),
        ("TF", Eligibility(False, False, True, True), ALL),
        ("U", VOLUME_ONLY, VOLUME_ONLY),
        ("T4", VOLUME_ONLY, VOLUME_ONLY),
        ("TB", VOLUME_ONLY, VOLUME_ONLY),
        ("@", ALL, ALL),
        ("Z", VOLUME_ONLY, VOLUME_ONLY),
        ("TI", Eligibility(False, False, True, True), Eligibility(False, False, True, True)),
    ],
)
def test_extended_hours_make_prices_outside_the_regular_session_only(
    letters: str, inside: Eligibility, outside: Eligibility
) -> None:
    conditions = equity_codes(letters, tape="A")

    assert eligibility_of(conditions) == inside
    assert eligibility_of(conditions, extended_hours=True) == outside
    assert is_extended(conditions) == (letters[0] in "TU")


@pytest.mark.parametrize(
    ("raw", "vocabulary", "tape", "names"),
    [
        (["@", "T"], "sip", "C", ["Regular", "ExtendedHours"]),
        ([" ", "F", "I"], "sip", "A", ["Regular", "IntermarketSweep", "OddLot"]),
        (["B"], "sip", "A", ["AveragePrice"]),
        (["B"], "sip", "B", ["AveragePrice"]),
        (["B"], "sip", "C", ["Bunched"]),
        (["B"], "sip", None, ["AveragePrice"]),
        (["B", "W"], "sip", "O", ["AveragePrice"]),  # over the counter: neither plan's tape
        (["W"], "sip", "C", ["AveragePrice"]),
        (["W"], "sip", "A", ["unknown condition"]),
        (["E"], "sip", "A", ["AutoExecution"]),
        (["E"], "sip", "C", ["unknown condition"]),
        (["V", "7"], "sip", "C", ["StockOption", "QualifiedContingent"]),
        (["Z", "U"], "sip", "B", ["Sold", "OutOfSequence", "ExtendedHours"]),
        (["", "@"], "sip", "C", ["Regular"]),
        (["ISO", "?"], "sip", "C", ["unknown condition"]),
        ([], "sip", "C", []),
        ([14, 41], "massive", None, ["IntermarketSweep", "TradeThroughExempt"]),
        (["2", 53, 44], "massive", "A", ["AveragePrice", "QualifiedContingent", "Cancelled"]),
        ([12, 37, 60], "massive", None, ["ExtendedHours", "OddLot"]),
        ([999], "massive", None, ["unknown condition"]),
        (["T"], "massive", None, ["unknown condition"]),
    ],
)
def test_equity_codes(
    raw: list[str | int], vocabulary: SaleVocabulary, tape: str | None, names: list[str]
) -> None:
    assert [condition_name(code) for code in equity_codes(raw, vocabulary, tape)] == names


@given(st.lists(CODES, max_size=4), CODES, st.booleans())
def test_one_more_condition_never_adds_a_right(
    conditions: list[int], more: int, extended: bool
) -> None:
    before = eligibility_of(tuple(conditions), extended_hours=extended)
    after = eligibility_of((*conditions, more), extended_hours=extended)

    pairs = zip(before.__struct_fields__, after.__struct_fields__, strict=True)
    assert all(getattr(before, one) or not getattr(after, two) for one, two in pairs)
    assert after == eligibility_of((more, *reversed(conditions)), extended_hours=extended)
    assert not after.updates_last or after.updates_high_low
    assert not after.updates_high_low or after.updates_volume


@given(st.lists(st.text(max_size=3) | st.integers(), max_size=4), st.sampled_from(["A", "C", None]))
def test_any_spelling_gives_codes(raw: list[str | int], tape: str | None) -> None:
    for vocabulary in ("sip", "massive"):
        codes = equity_codes(raw, vocabulary, tape)
        assert all(code in SALE_CONDITIONS or code == UNKNOWN_CODE for code in codes)


def is_of_another_moment(codes: tuple[int, ...]) -> bool:
    return not ANOTHER_MOMENT.isdisjoint(condition_name(code) for code in codes)


@pytest.mark.realdata
def test_the_table_says_what_massives_rows_say() -> None:
    found = SHARED_DATA / "reference" / "massive_conditions_asset_class_stocks.json"
    rows = json.loads(found.read_text())["results"]

    assert len(rows) == 10
    for row in rows:
        rules = row["update_rules"]["consolidated"]
        codes = BY_MASSIVE_STOCK[str(row["id"])]
        own = eligibility_of(codes)
        ranges = rules["updates_high_low"] and not is_of_another_moment(codes)
        assert (own.updates_last, own.updates_high_low, own.updates_volume) == (
            rules["updates_open_close"], ranges, rules["updates_volume"],
        ), row["name"]  # fmt: skip
        for tape, letter in row["sip_mapping"].items():
            # CTA's I was the CAP election until it became the odd lot (thetadata, row 99).
            if row["id"] != 6:
                assert {"CTA": BY_CTA, "UTP": BY_UTP}[tape][letter] == codes


@pytest.mark.realdata
def test_the_table_says_what_thetadatas_flags_say() -> None:
    with (SHARED_DATA / "reference" / "thetadata" / "trade-conditions.csv").open() as lines:
        rows = {row["Name"]: row for row in csv.DictReader(lines)}
    same = {
        "REGULAR": "Regular", "FORM_T": "FormT", "PRIOR_REFERENCE_PRICE": "PriorReferencePrice",
        "NEXT_DAY_SALE": "NextDay", "CASH_SALE": "Cash", "SELLER": "Seller", "BUNCHED": "Bunched",
        "ACQUISITION": "Acquisition", "RULE_155": "Rule155", "DISTRIBUTION": "Distribution",
        "SPLIT": "Split", "MC_OFFICIAL_CLOSE": "OfficialClose", "MC_OFFICIAL_OPEN": "OfficialOpen",
        "STOPPED_REGULAR": "Stopped", "YELLOW_FLAG": "YellowFlag",
        "DERIVATIVE": "DerivativelyPriced",
        "INTERMARKET_SWEEP": "IntermarketSweep", "REOPENING": "ReOpeningPrints",
        "AVG_PRC_NASDAQ": "AveragePrice", "MATCH_CROSS": "Cross", "SOLD_LAST": "Sold",
        "CONTINGENT_TRADE": "StockOption", "ODD_LOT": "OddLot", "OPEN_DETAIL": "OpeningDetail",
        "QUALIFIED_CONTINGENT_TRADE": "QualifiedContingent", "OUT_OF_SEQ": "OutOfSequence",
    }  # fmt: skip
    names = {row.name: row for row in SALE_CONDITIONS.values()}
    for theirs, ours in same.items():
        row, own = rows[theirs], names[ours]
        assert (own.updates_last, own.updates_high_low, own.updates_volume) == (
            row["Last"] == "true",
            row["High"] == row["Low"] == "true" and ours not in ANOTHER_MOMENT,
            row["Volume"] == "true",
        ), ours
    assert LEAN_EQUITY_BASE == 1000
