"""Option contract symbols: the forms that feeds write, one canonical text, and labels.

Here belongs what can be read from the text alone; multipliers of adjusted roots come from reference
data (step 3) and settlement times from the calendar.
"""

import re
from datetime import date
from functools import lru_cache
from typing import Literal

import msgspec

Right = Literal["C", "P"]

STANDARD_MULTIPLIER = 100
MAX_STRIKE_MICROS = 99_999_999_000  # eight digits of thousandths, the most that OSI can write

# Source: options-engine.md 3.3 with errata 52 (roots of one underlying, dots in its symbol).
UNDERLYING_OF_ROOT = {
    "SPXW": "SPX",
    "NDXP": "NDX",
    "RUTW": "RUT",
    "VIXW": "VIX",
    "BRK-B": "BRK.B",
    "BRK/B": "BRK.B",
    "BRKB": "BRK.B",
    "BFB": "BF.B",
    "BF-B": "BF.B",
    "BF/B": "BF.B",
}

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_ROOT = r"[A-Z0-9](?:[A-Z0-9./-]*[A-Z0-9])?"
_OSI = re.compile(rf"(?P<root>{_ROOT})(?P<pad> *)(?P<tail>[0-9]{{6}}[CP][0-9]{{8}})")
_DASHED = re.compile(
    rf"(?P<root>{_ROOT})-(?P<date>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})"
    r"-(?P<strike>[0-9]+(?:\.[0-9]{1,3})?)-(?P<right>[CP])"
)
_DOTTED = re.compile(
    rf"\.(?P<root>{_ROOT})(?P<date>[0-9]{{6}})(?P<right>[CP])"
    r"(?P<strike>(?:0|[1-9][0-9]*)(?:\.[0-9]{1,3})?)"
)
# An adjusted root has one digit behind its letters. More of them before a date of six digits are
# the century of a date of eight, as in SPY20250117C00450000.
_CENTURY = re.compile(r"[^0-9][0-9]{2,}\Z")


class ContractError(ValueError):
    """A text that names no option contract. `code` is permanent: it goes to quarantine."""

    def __init__(self, code: str, text: str) -> None:
        """Keep the code and the received text."""
        self.code = code
        self.text = text
        super().__init__(f"contract is {text!r}; {_EXPECTED[code]}")


_EXPECTED = {
    "bad_form": "expected OSI such as SPY250117C00450000 or SPY-2025-01-17-450-C",
    "bad_root": "expected a root of 1 to 6 characters (12 in the dashed form)",
    "long_date": "expected a date of six digits, YYMMDD, behind at most one digit of the root",
    "bad_date": "expected a real expiry date from 2000 to 2099",
    "bad_strike": "expected a strike above 0 and at most 99999.999",
}


class Contract(msgspec.Struct, frozen=True):
    """One listed option. `underlying` is what watchlists match; `root` is what the feed wrote.

    Units: expiry is a proleptic date ordinal; strike in micro-dollars.
    Missing: multiplier is None for an adjusted deliverable until reference data tells it.
    """

    root: str
    underlying: str
    expiry: int
    strike_micros: int
    right: Right
    multiplier: int | None
    adjusted: bool
    flex: bool

    @property
    def expiry_date(self) -> date:
        """Return the expiry as a calendar date."""
        return date.fromordinal(self.expiry)

    @property
    def canonical(self) -> str:
        """Return the one text of this contract: ROOT-YYYY-MM-DD-STRIKE-C."""
        return f"{self.root}-{self.expiry_date.isoformat()}-{strike_text(self)}-{self.right}"


def strike_text(contract: Contract) -> str:
    """Return the strike in dollars, at most three decimals, no trailing zeros."""
    whole, thousandths = divmod(contract.strike_micros // 1_000, 1_000)
    return f"{whole}.{thousandths:03d}".rstrip("0").rstrip(".")


@lru_cache(maxsize=65_536)
def parse_contract(text: str) -> Contract:
    """Read one contract symbol in any accepted form.

    Errors: ContractError with a permanent code; nothing else for any text.
    Source: options-engine.md 3.1 and 3.3, golden G1; errata 52.
    """
    # Upper-casing first would turn a dotless i into I: only ASCII is a symbol.
    clean = text.strip().upper() if text.isascii() else ""
    if clean.startswith("O:"):
        clean = clean[2:].lstrip()
    if match := _OSI.fullmatch(clean):
        return _from_osi(match, text)
    if match := _DASHED.fullmatch(clean) or _DOTTED.fullmatch(clean):
        return _from_parts(match, text)
    raise ContractError("bad_form", text)


def _from_osi(match: re.Match[str], text: str) -> Contract:
    root, pad, tail = match["root"], match["pad"], match["tail"]
    if len(root) > 6 or (pad and len(root) + len(pad) != 6):
        raise ContractError("bad_root", text)
    if _CENTURY.search(root):
        raise ContractError("long_date", text)
    expiry = _expiry(f"20{tail[:2]}-{tail[2:4]}-{tail[4:6]}", text)
    return _contract(root, expiry, int(tail[7:]) * 1_000, tail[6], text)


def _from_parts(match: re.Match[str], text: str) -> Contract:
    day = match["date"]
    if "-" not in day:
        if _CENTURY.search(match["root"]):
            raise ContractError("long_date", text)
        day = f"20{day[:2]}-{day[2:4]}-{day[4:6]}"
    whole, _, decimals = match["strike"].partition(".")
    if len(whole) > 12:  # a hundred thousand digits are no strike; keep int() cheap
        raise ContractError("bad_strike", text)
    strike_micros = int(whole) * 1_000_000 + int(decimals.ljust(3, "0") or "0") * 1_000
    return _contract(match["root"], _expiry(day, text), strike_micros, match["right"], text)


def _expiry(iso: str, text: str) -> int:
    try:
        expiry = date.fromisoformat(iso)
    except ValueError:
        raise ContractError("bad_date", text) from None
    if not 2000 <= expiry.year <= 2099:
        raise ContractError("bad_date", text)
    return expiry.toordinal()


def _contract(root: str, expiry: int, strike_micros: int, right: str, text: str) -> Contract:
    if len(root) > 12:
        raise ContractError("bad_root", text)
    if not 0 < strike_micros <= MAX_STRIKE_MICROS:
        raise ContractError("bad_strike", text)
    flex = root[0].isdigit()
    adjusted = root[-1].isdigit() and not flex
    return Contract(
        root=root,
        underlying=underlying_of(root),
        expiry=expiry,
        strike_micros=strike_micros,
        right="C" if right == "C" else "P",
        multiplier=None if adjusted else STANDARD_MULTIPLIER,
        adjusted=adjusted,
        flex=flex,
    )


def underlying_of(root: str) -> str:
    """Return the canonical underlying of a root.

    A digit behind the letters marks an adjusted deliverable, one before them a FLEX series: both
    belong to the same underlying. A root of digits only stays as it is.
    """
    letters = root.strip("0123456789") or root
    return UNDERLYING_OF_ROOT.get(letters, letters)


def canonical_symbol(symbol: str) -> str:
    """Return a stock's symbol as underlyings spell it: BRK.B for BRK-B, BRK/B and BRKB."""
    return UNDERLYING_OF_ROOT.get(symbol, symbol)


def format_osi(contract: Contract) -> str:
    """Return the 21-character OSI symbol, root padded with spaces.

    Errors: ContractError bad_root where the root is longer than six characters.
    """
    if len(contract.root) > 6:
        raise ContractError("bad_root", contract.canonical)
    day = contract.expiry_date.strftime("%y%m%d")
    return f"{contract.root:<6}{day}{contract.right}{contract.strike_micros // 1_000:08d}"


def contract_label(contract: Contract) -> str:
    """Return the label for people: NVDA 17JUL26 150C."""
    day = contract.expiry_date
    month = _MONTHS[day.month - 1]
    strike = f"{strike_text(contract)}{contract.right}"
    return f"{contract.root} {day.day:02d}{month}{day.year % 100:02d} {strike}"
