"""Venues: permanent codes by MIC, and what each vocabulary calls them (errata 38)."""

import csv

import pytest

from flow.domain.venues import (
    VENUES,
    counts_as_venue,
    is_known_venue,
    is_off_exchange,
    venue_code,
    venue_mic,
    venue_name,
)
from tests.support.engine_builders import SHARED_DATA

REFERENCE = SHARED_DATA / "reference"


@pytest.mark.parametrize(
    ("letter", "massive_id", "publisher", "mic"),
    [
        ("A", 300, 20, "AMXO"), ("B", 301, 21, "XBOX"), ("C", 302, 22, "XCBO"),
        ("D", 303, 23, "EMLD"), ("E", 304, 24, "EDGO"), ("H", 307, 25, "GMNI"),
        ("I", 308, 26, "XISX"), ("J", 309, 27, "MCRY"), ("M", 312, 28, "XMIO"),
        ("N", 313, 29, "ARCO"), ("O", 314, 30, "OPRA"), ("P", 315, 31, "MPRL"),
        ("Q", 316, 32, "XNDQ"), ("S", 318, 61, "SPHR"), ("T", 319, 33, "XBXO"),
        ("U", 320, 37, "MXOP"), ("W", 322, 34, "C2OX"), ("X", 323, 35, "XPHL"),
        ("Z", 325, 36, "BATO"),
    ],
)  # fmt: skip
def test_option_venue_in_every_vocabulary(
    letter: str, massive_id: int, publisher: int, mic: str
) -> None:
    code = venue_code(mic, "mic")

    assert code > 0
    assert venue_code(letter, "opra") == code
    assert venue_code(massive_id, "massive") == code
    assert venue_code(str(publisher), "databento") == code
    assert venue_mic(code) == mic


@pytest.mark.parametrize(("publisher", "mic"), [(108, "MXTO"), (109, "IEXO")])
def test_new_option_venues_have_no_letter(publisher: int, mic: str) -> None:
    code = venue_code(publisher, "databento")

    assert VENUES[code].mic == mic
    assert VENUES[code].letter is None


def test_letters_mean_other_venues_on_the_equity_tapes() -> None:
    assert venue_mic(venue_code("P", "opra")) == "MPRL"
    assert venue_mic(venue_code("P", "equity")) == "ARCX"
    assert venue_mic(venue_code("Q", "equity")) == "XNAS"
    assert venue_mic(venue_code("X", "equity")) == "XPSX"


@pytest.mark.parametrize(
    ("mic", "venue_type"),
    [
        ("FINR", "trf"), ("FINN", "trf"), ("FINC", "trf"), ("FINY", "trf"), ("XADF", "adf"),
        ("OOTC", "otc"),
    ],
)  # fmt: skip
def test_what_is_no_exchange_is_off_exchange(mic: str, venue_type: str) -> None:
    code = venue_code(mic, "mic")

    assert VENUES[code].venue_type == venue_type
    assert is_off_exchange(code)


def test_every_other_venue_is_an_exchange() -> None:
    others = [venue for venue in VENUES.values() if not venue.off_exchange]

    assert {venue.venue_type for venue in others} == {"exchange"}
    assert len(others) == len(VENUES) - 6


@pytest.mark.parametrize(
    ("word", "mic"),
    [("FINRA", "FINR"), ("TRF", "FINR"), ("ADF", "XADF"), ("OTC", "OOTC"), ("ORF", "OOTC")],
)
def test_words_in_the_place_of_a_letter(word: str, mic: str) -> None:
    assert venue_mic(venue_code(word, "equity")) == mic


def test_letter_d_is_off_exchange_and_others_are_not() -> None:
    assert is_off_exchange(venue_code("D", "equity"))
    assert is_off_exchange(venue_code(4, "massive"))
    assert not is_off_exchange(venue_code("D", "opra"))
    assert not is_off_exchange(venue_code("N", "equity"))
    assert not is_off_exchange(0)


@pytest.mark.parametrize(
    ("letter", "mic", "off_exchange"),
    [("D", "FINR", True), ("V", "IEXG", False), ("N", "XNYS", False)],
)
def test_golden_g12_off_exchange_by_what_a_letter_stands_for(
    letter: str, mic: str, off_exchange: bool
) -> None:
    code = venue_code(letter, "equity")

    assert (venue_mic(code), is_off_exchange(code)) == (mic, off_exchange)


def test_alias_of_phlx() -> None:
    assert venue_code("XPHO", "mic") == venue_code("XPHL", "mic")


def test_unknown_venue_is_zero_and_says_so() -> None:
    assert venue_code("?", "opra") == 0
    assert venue_code(65, "massive") == 0
    assert not is_known_venue("?", "opra")
    assert is_known_venue("A", "opra")
    assert venue_name(0) == "venue not stated"
    assert venue_mic(0) is None


def test_name_for_people() -> None:
    assert venue_name(venue_code("C", "opra")) == "Cboe Options"


def test_the_sip_does_not_count_as_a_venue() -> None:
    assert not counts_as_venue(venue_code("O", "opra"))
    assert not counts_as_venue(0)
    assert counts_as_venue(venue_code("C", "opra"))


def test_codes_are_small_and_unique() -> None:
    assert len({venue.mic for venue in VENUES.values()}) == len(VENUES)
    assert all(0 < code < 256 for code in VENUES)


@pytest.mark.realdata
def test_publishers_equal_the_reference_file() -> None:
    with (REFERENCE / "databento_publishers.csv").open() as file:
        rows = {row["publisher_id"]: row["venue"] for row in csv.DictReader(file)}

    for publisher, venue in rows.items():
        code = venue_code(publisher, "databento")
        # 117 is the stock venue of the same exchange: XISE here, XISX in the vendor's list.
        expected = "XISE" if publisher == "117" else venue
        assert venue_mic(code) == (expected if is_known_venue(expected, "mic") else None)
    option_rows = [row for row, venue in rows.items() if venue_code(venue, "mic") in range(1, 22)]
    assert len(option_rows) >= 21
