"""The table of equity sale conditions: what each one updates, and how feeds spell it. Facts only.

A condition's integer is LEAN_EQUITY_BASE plus its bit in Lean's mask; what has no bit follows
behind bit 31. A SIP letter may mean several conditions: U is extended hours and out of sequence.
"""

import msgspec

from flow.domain.condition_table import LEAN_EQUITY_BASE, LEAN_EQUITY_CONDITIONS


class SaleCondition(msgspec.Struct, frozen=True):
    """One row: which figures of the consolidated tape a trade with this condition updates."""

    code: int
    name: str
    updates_last: bool
    updates_high_low: bool
    updates_volume: bool
    infers: bool


# L last (open and close), H high and low, V volume, I may enter off-exchange inference.
# Source of L, H, V: the consolidated columns of the SIPs' sale condition matrix as Massive lists
# them (GET /v3/reference/conditions, update_rules; ten rows of it in the shared reference folder),
# and thetadata's trade-conditions.csv where that has no row. One difference: sold, out of sequence,
# prior reference and derivatively priced may set the tape's high and low, and its last where they
# are the only trade. Their price is of another moment than their report, so that here they are
# volume only (platform.md 3.2 C5), as a late off-exchange report is (platform-errata.md 41).
# Source of I: platform.md 2.3 D9. Further without it, for the price is not the market's at that
# moment or the size not one trade's: other settlement, price variation, stopped, bunched, CAP.
_RULES = {
    "Regular": "LHVI",
    "Cash": "V",
    "NextDay": "V",
    "Seller": "V",  # Massive and thetadata; an older vendor page lets it update high and low
    "YellowFlag": "LHVI",
    "IntermarketSweep": "LHVI",
    "OpeningPrints": "LHV",
    "ClosingPrints": "LHV",
    "ReOpeningPrints": "LHV",
    "DerivativelyPriced": "V",
    "FormT": "VI",
    "Sold": "V",
    "Stopped": "LHV",
    "ExtendedHours": "VI",
    "OutOfSequence": "V",
    "Split": "LHVI",
    "Acquisition": "LHVI",
    "Bunched": "LHV",
    "StockOption": "V",  # letter V, since July 2015 "contingent trade" (thetadata, row 105)
    "Distribution": "LHVI",
    "AveragePrice": "V",
    "Cross": "LHV",
    "PriceVariation": "V",
    "Rule155": "LHVI",
    "OfficialClose": "",  # a price marker, not a trade
    "PriorReferencePrice": "V",
    "OfficialOpen": "",
    "CapElection": "LHV",
    "AutoExecution": "LHVI",
    "TradeThroughExempt": "LHVI",
    "UndocumentedFlag": "V",
    "OddLot": "VI",
    "QualifiedContingent": "V",
    # The SIP lets it update last and high and low. It is no trade, so no bar is made of it.
    "CorrectedClose": "",
    "OpeningDetail": "",  # counted in the opening report already (thetadata, row 26)
    "Cancelled": "",  # cancelled, erroneous or replaced by a correction
}
# Source: UTP matrix, letter E "placeholder for future use": volume only. So is what nobody names.
UNKNOWN_RULE = "V"

_NAMES = (*LEAN_EQUITY_CONDITIONS, *list(_RULES)[len(LEAN_EQUITY_CONDITIONS) :])


def sale_condition(code: int, name: str, rule: str) -> SaleCondition:
    """Return the row of a rule's letters."""
    return SaleCondition(code, name, *(letter in rule for letter in "LHVI"))


SALE_CONDITIONS = {
    code: sale_condition(code, name, _RULES[name])
    for code, name in enumerate(_NAMES, LEAN_EQUITY_BASE)
}
SALE_CODES = {row.name: row.code for row in SALE_CONDITIONS.values()}


def _spelled(rows: dict[str, str]) -> dict[str, tuple[int, ...]]:
    return {text: tuple(SALE_CODES[name] for name in names.split()) for text, names in rows.items()}


# Source: CTS and UTDF letters as Interactive Brokers lists them (trade conditions, both tapes);
# V and 7 as of July 2015 (thetadata, rows 105 and 124); M and Q, 5 and 6 on both tapes.
_BOTH_TAPES = {
    "": "Regular", " ": "Regular", "@": "Regular",
    "C": "Cash", "D": "Distribution", "F": "IntermarketSweep",
    "G": "Bunched Sold OutOfSequence", "H": "PriceVariation", "I": "OddLot", "K": "Rule155",
    "L": "Sold", "M": "OfficialClose", "N": "NextDay", "O": "OpeningPrints",
    "P": "PriorReferencePrice", "Q": "OfficialOpen", "R": "Seller", "T": "ExtendedHours",
    "U": "ExtendedHours OutOfSequence", "V": "StockOption", "X": "Cross",
    "Z": "Sold OutOfSequence",
    "4": "DerivativelyPriced", "5": "ReOpeningPrints", "6": "ClosingPrints",
    "7": "QualifiedContingent", "9": "CorrectedClose",
}  # fmt: skip
BY_CTA = _spelled(_BOTH_TAPES | {"B": "AveragePrice", "E": "AutoExecution"})
BY_UTP = _spelled(
    _BOTH_TAPES
    | {
        "A": "Acquisition", "B": "Bunched", "S": "Split", "W": "AveragePrice", "Y": "YellowFlag",
        "1": "Stopped", "2": "Stopped Sold", "3": "Stopped Sold OutOfSequence",
    }
)  # fmt: skip
# Source: Massive's stock condition ids (glossary "conditions and indicators"). 57 to 71 say
# something about the security, not about the sale.
BY_MASSIVE_STOCK = _spelled({
    "0": "Regular", "1": "Acquisition", "2": "AveragePrice", "3": "AutoExecution",
    "4": "Bunched", "5": "Bunched Sold OutOfSequence", "6": "CapElection", "7": "Cash",
    "8": "ClosingPrints", "9": "Cross", "10": "DerivativelyPriced", "11": "Distribution",
    "12": "ExtendedHours", "13": "ExtendedHours OutOfSequence", "14": "IntermarketSweep",
    "15": "OfficialClose", "16": "OfficialOpen", "17": "OpeningPrints", "18": "ReOpeningPrints",
    "19": "ClosingPrints", "20": "NextDay", "21": "PriceVariation", "22": "PriorReferencePrice",
    "23": "Rule155", "24": "Rule155", "25": "OpeningPrints", "27": "Stopped",
    "28": "ReOpeningPrints", "29": "Seller", "30": "Sold", "31": "Stopped Sold",
    "32": "Sold OutOfSequence", "33": "Stopped Sold OutOfSequence", "34": "Split",
    "35": "StockOption", "36": "YellowFlag", "37": "OddLot", "38": "CorrectedClose",
    "41": "TradeThroughExempt", "44": "Cancelled", "52": "StockOption",
    "53": "QualifiedContingent", "54": "Cancelled", "55": "OpeningDetail",
} | dict.fromkeys(map(str, range(57, 72)), ""))  # fmt: skip
