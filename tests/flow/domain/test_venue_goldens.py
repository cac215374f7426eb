"""Every venue with its permanent code and what each feed calls it; one case a line (errata 38)."""

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

# code, MIC, participant letter, Massive id, Databento's OPRA publisher, name
OPTION: list[tuple[int, str, str, str, str, str]] = [
    (1, "AMXO", "A", "300", "20", "NYSE American Options"),
    (2, "XBOX", "B", "301", "21", "BOX Options"),
    (3, "XCBO", "C", "302", "22", "Cboe Options"),
    (4, "EMLD", "D", "303", "23", "MIAX Emerald"),
    (5, "EDGO", "E", "304", "24", "Cboe EDGX Options"),
    (6, "GMNI", "H", "307", "25", "Nasdaq GEMX"),
    (7, "XISX", "I", "308", "26", "Nasdaq ISE"),
    (8, "MCRY", "J", "309", "27", "Nasdaq MRX"),
    (9, "XMIO", "M", "312", "28", "MIAX Options"),
    (10, "ARCO", "N", "313", "29", "NYSE Arca Options"),
    (11, "OPRA", "O", "314", "30", "Options Price Reporting Authority"),
    (12, "MPRL", "P", "315", "31", "MIAX Pearl Options"),
    (13, "XNDQ", "Q", "316", "32", "Nasdaq Options"),
    (14, "SPHR", "S", "318", "61", "MIAX Sapphire"),
    (15, "XBXO", "T", "319", "33", "Nasdaq Texas Options"),
    (16, "MXOP", "U", "320", "37", "MEMX Options"),
    (17, "C2OX", "W", "322", "34", "Cboe C2 Options"),
    (18, "XPHL", "X", "323", "35", "Nasdaq PHLX"),
    (19, "BATO", "Z", "325", "36", "Cboe BZX Options"),
    (20, "MXTO", "", "", "108", "MEMX MX2 Options"),
    (21, "IEXO", "", "", "109", "IEX Options"),
]
# code, MIC, tape letter, Massive id, one of Databento's publishers, off exchange, name
EQUITY: list[tuple[int, str, str, str, str, bool, str]] = [
    (101, "XASE", "A", "1", "11", False, "NYSE American"),
    (102, "XBOS", "B", "2", "3", False, "Nasdaq Texas"),
    (103, "XCIS", "C", "3", "10", False, "NYSE National"),
    (104, "XISE", "I", "6", "117", False, "International Securities Exchange, stocks"),
    (105, "EDGA", "J", "7", "7", False, "Cboe EDGA"),
    (106, "EDGX", "K", "8", "8", False, "Cboe EDGX"),
    (107, "XCHI", "M", "9", "12", False, "NYSE Texas"),
    (108, "XNYS", "N", "10", "9", False, "New York Stock Exchange"),
    (109, "ARCX", "P", "11", "43", False, "NYSE Arca"),
    (110, "XNAS", "T", "12", "2", False, "Nasdaq"),
    (111, "LTSE", "L", "14", "80", False, "Long-Term Stock Exchange"),
    (112, "IEXG", "V", "15", "38", False, "Investors Exchange"),
    (113, "CBSX", "W", "16", "", False, "Cboe Stock Exchange"),
    (114, "XPSX", "X", "17", "4", False, "Nasdaq PSX"),
    (115, "BATY", "Y", "18", "6", False, "Cboe BYX"),
    (116, "BATS", "Z", "19", "5", False, "Cboe BZX"),
    (117, "EPRL", "H", "20", "16", False, "MIAX Pearl"),
    (118, "MEMX", "U", "21", "15", False, "MEMX"),
    (119, "UTP", "E", "5", "135", False, "Unlisted Trading Privileges, SIP"),
    (120, "CTA", "S", "13", "134", False, "Consolidated Tape Association, SIP"),
    (121, "24EQ", "", "", "115", False, "24X National Exchange"),
    (122, "TXSE", "", "", "114", False, "Texas Stock Exchange"),
    (150, "FINR", "D", "4", "", True, "FINRA TRF or ADF"),
    (151, "FINN", "", "", "17", True, "FINRA/Nasdaq TRF Carteret"),
    (152, "FINC", "", "", "18", True, "FINRA/Nasdaq TRF Chicago"),
    (153, "FINY", "", "", "19", True, "FINRA/NYSE TRF"),
    (154, "XADF", "", "", "133", True, "FINRA Alternative Display Facility"),
    (155, "OOTC", "", "", "", True, "Over the counter"),
]


@pytest.mark.parametrize(("code", "mic", "letter", "massive", "publisher", "name"), OPTION)
def test_option_venue(
    *, code: int, mic: str, letter: str, massive: str, publisher: str, name: str
) -> None:
    spelled = {venue_code(mic, "mic"), venue_code(publisher, "databento")}
    if letter:
        spelled |= {venue_code(letter, "opra"), venue_code(int(massive), "massive")}

    assert spelled == {code}
    assert (venue_mic(code), venue_name(code)) == (mic, name)
    assert (VENUES[code].asset, is_off_exchange(code)) == ("option", False)
    assert counts_as_venue(code) is (mic != "OPRA")


@pytest.mark.parametrize(("code", "mic", "letter", "massive", "publisher", "off", "name"), EQUITY)
def test_equity_venue(
    *, code: int, mic: str, letter: str, massive: str, publisher: str, off: bool, name: str
) -> None:
    spelled = {venue_code(mic, "mic")}
    if letter:
        spelled |= {venue_code(letter, "equity"), venue_code(massive, "massive")}
    if publisher:
        spelled.add(venue_code(publisher, "databento"))

    assert spelled == {code}
    assert (venue_mic(code), venue_name(code)) == (mic, name)
    assert (VENUES[code].asset, is_off_exchange(code)) == ("equity", off)


@pytest.mark.parametrize(("publisher", "mic"), [(91, "XCIS"), (92, "XNYS")])
def test_publishers_of_trades_with_quotes_are_their_exchange(publisher: int, mic: str) -> None:
    assert venue_mic(venue_code(publisher, "databento")) == mic


def test_no_venue_is_left_out_of_the_two_tables() -> None:
    assert set(VENUES) == {row[0] for row in OPTION} | {row[0] for row in EQUITY}


# Off-exchange reports reach Databento under a publisher per product: the facility decides.
@pytest.mark.parametrize(
    ("publisher", "mic"),
    [
        (17, "FINN"), (18, "FINC"), (19, "FINY"),
        (54, "FINN"), (55, "FINY"), (56, "FINC"),
        (68, "FINN"), (69, "FINY"), (70, "FINC"),
        (82, "FINN"), (83, "FINC"),
        (130, "FINN"), (131, "FINY"), (132, "FINC"),
    ],
)  # fmt: skip
def test_every_publisher_of_a_reporting_facility_is_off_exchange(publisher: int, mic: str) -> None:
    code = venue_code(publisher, "databento")

    assert venue_mic(code) == mic
    assert is_off_exchange(code)


@pytest.mark.parametrize(
    ("text", "vocabulary"),
    [
        ("", "opra"),
        ("F", "opra"),  # no option venue has it
        ("a", "opra"),  # letters are capital
        ("AMXO", "opra"),  # a MIC is no letter
        ("A", "mic"),
        ("xcbo", "mic"),
        (" XCBO", "mic"),
        ("O", "equity"),
        ("OTC", "opra"),
        ("TRF", "mic"),
        ("XTRF", "equity"),
        ("0", "massive"),
        ("305", "massive"),
        ("65", "massive"),  # the vendor's own documentation example
        ("-1", "massive"),
        ("302.0", "massive"),
        (1, "databento"),  # CME's
        (57, "databento"),
        (136, "databento"),
        ("020", "databento"),
    ],
)
def test_what_a_vocabulary_does_not_name_is_no_venue(text: str | int, vocabulary: str) -> None:
    assert venue_code(text, vocabulary) == 0  # type: ignore[arg-type]
    assert not is_known_venue(text, vocabulary)  # type: ignore[arg-type]
    assert not counts_as_venue(0)


@pytest.mark.parametrize(
    ("letter", "option", "equity"),
    [
        ("A", "AMXO", "XASE"), ("B", "XBOX", "XBOS"), ("C", "XCBO", "XCIS"),
        ("D", "EMLD", "FINR"), ("E", "EDGO", "UTP"), ("H", "GMNI", "EPRL"),
        ("I", "XISX", "XISE"), ("J", "MCRY", "EDGA"), ("M", "XMIO", "XCHI"),
        ("N", "ARCO", "XNYS"), ("P", "MPRL", "ARCX"), ("Q", "XNDQ", "XNAS"),
        ("S", "SPHR", "CTA"), ("T", "XBXO", "XNAS"), ("U", "MXOP", "MEMX"),
        ("W", "C2OX", "CBSX"), ("X", "XPHL", "XPSX"), ("Z", "BATO", "BATS"),
    ],
)  # fmt: skip
def test_one_letter_names_two_venues(letter: str, option: str, equity: str) -> None:
    assert venue_mic(venue_code(letter, "opra")) == option
    assert venue_mic(venue_code(letter, "equity")) == equity
