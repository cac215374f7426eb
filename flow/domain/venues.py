"""Venues: one permanent small integer per market identifier code (MIC).

Feeds name a venue by a letter, a MIC or their own number; letters mean other venues on the option
tape than on the equity tapes, so the caller says which vocabulary it reads.
"""

from typing import Literal

import msgspec

Vocabulary = Literal["mic", "opra", "equity", "massive", "databento"]
VenueType = Literal["exchange", "trf", "adf", "otc"]  # platform.md 2.2


class Venue(msgspec.Struct, frozen=True):
    """One venue. `letter` is the participant letter of its tape, None where none is known."""

    code: int
    mic: str
    letter: str | None
    massive_id: int | None
    name: str
    asset: Literal["option", "equity"]
    venue_type: VenueType = "exchange"

    @property
    def off_exchange(self) -> bool:
        """Return whether what is reported there traded off exchange."""
        return self.venue_type != "exchange"


# Source: options-engine.md 4.3; MIC, MX2 and IEX by errata 38 and databento's publisher table.
_OPTION = (
    (1, "AMXO", "A", 300, "NYSE American Options"),
    (2, "XBOX", "B", 301, "BOX Options"),
    (3, "XCBO", "C", 302, "Cboe Options"),
    (4, "EMLD", "D", 303, "MIAX Emerald"),
    (5, "EDGO", "E", 304, "Cboe EDGX Options"),
    (6, "GMNI", "H", 307, "Nasdaq GEMX"),
    (7, "XISX", "I", 308, "Nasdaq ISE"),
    (8, "MCRY", "J", 309, "Nasdaq MRX"),
    (9, "XMIO", "M", 312, "MIAX Options"),
    (10, "ARCO", "N", 313, "NYSE Arca Options"),
    (11, "OPRA", "O", 314, "Options Price Reporting Authority"),
    (12, "MPRL", "P", 315, "MIAX Pearl Options"),
    (13, "XNDQ", "Q", 316, "Nasdaq Options"),
    (14, "SPHR", "S", 318, "MIAX Sapphire"),
    (15, "XBXO", "T", 319, "Nasdaq Texas Options"),
    (16, "MXOP", "U", 320, "MEMX Options"),
    (17, "C2OX", "W", 322, "Cboe C2 Options"),
    (18, "XPHL", "X", 323, "Nasdaq PHLX"),
    (19, "BATO", "Z", 325, "Cboe BZX Options"),
    (20, "MXTO", None, None, "MEMX MX2 Options"),
    (21, "IEXO", None, None, "IEX Options"),
)
# Source: the vendor's exchange list (massive_exchanges.json) and databento's publisher table. The
# stock venue of letter X is XPSX here: its listed MIC XPHL is the option venue's.
_EQUITY = (
    (101, "XASE", "A", 1, "NYSE American"),
    (102, "XBOS", "B", 2, "Nasdaq Texas"),
    (103, "XCIS", "C", 3, "NYSE National"),
    (104, "XISE", "I", 6, "International Securities Exchange, stocks"),
    (105, "EDGA", "J", 7, "Cboe EDGA"),
    (106, "EDGX", "K", 8, "Cboe EDGX"),
    (107, "XCHI", "M", 9, "NYSE Texas"),
    (108, "XNYS", "N", 10, "New York Stock Exchange"),
    (109, "ARCX", "P", 11, "NYSE Arca"),
    (110, "XNAS", "T", 12, "Nasdaq"),
    (111, "LTSE", "L", 14, "Long-Term Stock Exchange"),
    (112, "IEXG", "V", 15, "Investors Exchange"),
    (113, "CBSX", "W", 16, "Cboe Stock Exchange"),
    (114, "XPSX", "X", 17, "Nasdaq PSX"),
    (115, "BATY", "Y", 18, "Cboe BYX"),
    (116, "BATS", "Z", 19, "Cboe BZX"),
    (117, "EPRL", "H", 20, "MIAX Pearl"),
    (118, "MEMX", "U", 21, "MEMX"),
    (119, "UTP", "E", 5, "Unlisted Trading Privileges, SIP"),
    (120, "CTA", "S", 13, "Consolidated Tape Association, SIP"),
    (121, "24EQ", None, None, "24X National Exchange"),
    (122, "TXSE", None, None, "Texas Stock Exchange"),
)
_TRF = (
    (150, "FINR", "D", 4, "FINRA TRF or ADF"),
    (151, "FINN", None, None, "FINRA/Nasdaq TRF Carteret"),
    (152, "FINC", None, None, "FINRA/Nasdaq TRF Chicago"),
    (153, "FINY", None, None, "FINRA/NYSE TRF"),
)
_ADF = ((154, "XADF", None, None, "FINRA Alternative Display Facility"),)
_OTC = ((155, "OOTC", None, None, "Over the counter"),)  # ISO 10383: other OTC, of FINRA
# What feeds write in the place of a letter. Source: platform.md 2.2 (words that tell off-exchange);
# ORF is FINRA's OTC Reporting Facility.
_WORDS = {"FINRA": 150, "TRF": 150, "ADF": 154, "OTC": 155, "ORF": 155}

_Row = tuple[int, str, str | None, int | None, str]


def _venues(
    rows: tuple[_Row, ...],
    asset: Literal["option", "equity"],
    venue_type: VenueType = "exchange",
) -> dict[int, Venue]:
    return {row[0]: Venue(*row, asset, venue_type) for row in rows}


VENUES = {
    **_venues(_OPTION, "option"),
    **_venues(_EQUITY, "equity"),
    **_venues(_TRF, "equity", "trf"),
    **_venues(_ADF, "equity", "adf"),
    **_venues(_OTC, "equity", "otc"),
}

# Source: databento.common.publishers 0.87.0 (US options and equities).
_DATABENTO = {
    **dict(zip(range(20, 38), (
        "AMXO", "XBOX", "XCBO", "EMLD", "EDGO", "GMNI", "XISX", "MCRY", "XMIO", "ARCO", "OPRA",
        "MPRL", "XNDQ", "XBXO", "C2OX", "XPHL", "BATO", "MXOP"), strict=True)),
    61: "SPHR", 108: "MXTO", 109: "IEXO",
    **dict(zip(range(2, 20), (
        "XNAS", "XBOS", "XPSX", "BATS", "BATY", "EDGA", "EDGX", "XNYS", "XCIS", "XASE", "XCHI",
        "XCIS", "XCIS", "MEMX", "EPRL", "FINN", "FINC", "FINY"), strict=True)),
    **dict(zip(range(38, 57), (
        "IEXG", "XCHI", "XCIS", "IEXG", "EPRL", "ARCX", "XNYS", "XNYS", "XNAS", "XNAS", "XCHI",
        "XCIS", "IEXG", "EPRL", "XNAS", "XNYS", "FINN", "FINY", "FINC"), strict=True)),
    **dict(zip(range(62, 84), (
        "XCHI", "XCIS", "IEXG", "EPRL", "XNAS", "XNYS", "FINN", "FINY", "FINC", "BATS", "BATY",
        "EDGA", "EDGX", "XBOS", "XPSX", "MEMX", "XASE", "ARCX", "LTSE", "XNAS", "FINN", "FINC"),
        strict=True)),
    **dict(zip(range(86, 90), ("XBOS", "XPSX", "XBOS", "XPSX"), strict=True)),
    91: "XCIS", 92: "XNYS",
    **dict(zip(range(111, 136), (
        "XASE", "XBOS", "XCIS", "TXSE", "24EQ", "EPRL", "XISE", "EDGA", "EDGX", "LTSE", "XCHI",
        "XNYS", "ARCX", "XNAS", "MEMX", "IEXG", "XPSX", "BATY", "BATS", "FINN", "FINY", "FINC",
        "XADF", "CTA", "UTP"), strict=True)),
}  # fmt: skip

_BY_MIC = {venue.mic: venue.code for venue in VENUES.values()} | {"XPHO": 18}  # errata 38
_BY_VOCABULARY: dict[Vocabulary, dict[str, int]] = {
    "mic": _BY_MIC,
    "opra": {v.letter: v.code for v in VENUES.values() if v.letter and v.asset == "option"},
    # Q is Nasdaq's second letter on the equity tapes.
    "equity": {"Q": 110}
    | _WORDS
    | {v.letter: v.code for v in VENUES.values() if v.letter and v.asset == "equity"},
    "massive": {str(v.massive_id): v.code for v in VENUES.values() if v.massive_id is not None},
    "databento": {str(number): _BY_MIC[mic] for number, mic in _DATABENTO.items()},
}
_OPRA_SIP = 11


def venue_code(text: str | int, vocabulary: Vocabulary) -> int:
    """Return the permanent code of a venue in a feed's vocabulary, 0 where no table names it.

    A caller that must tell "not stated" from "unknown" asks `is_known_venue`.
    """
    return _BY_VOCABULARY[vocabulary].get(str(text), 0)


def is_known_venue(text: str | int, vocabulary: Vocabulary) -> bool:
    """Return whether the vocabulary's table names this venue."""
    return str(text) in _BY_VOCABULARY[vocabulary]


def venue_name(code: int) -> str:
    """Return the name for people; an unstated venue says so."""
    venue = VENUES.get(code)
    return venue.name if venue else "venue not stated"


def venue_mic(code: int) -> str | None:
    """Return the MIC, None where the venue is not known."""
    venue = VENUES.get(code)
    return venue.mic if venue else None


def is_off_exchange(code: int) -> bool:
    """Return whether this is a trade reporting facility, the ADF (letter D) or an OTC market."""
    venue = VENUES.get(code)
    return venue is not None and venue.off_exchange


# The venues that count toward `venue_count`: the SIP itself does not.
COUNTED_VENUES = frozenset(VENUES) - {_OPRA_SIP}


def counts_as_venue(code: int) -> bool:
    """Return whether a print there counts toward `venue_count`."""
    return code in COUNTED_VENUES
