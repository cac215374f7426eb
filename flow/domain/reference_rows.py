"""Rows of reference files: symbols, aliases, corporate actions and adjustments of options.

A file is CSV with a header or a JSON array of objects; a row is a mapping either way. Every row
that says when it takes effect says it as a date.
"""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, get_args

import msgspec

from flow.domain.contracts import canonical_symbol
from flow.domain.event_calendar import SYMBOL, is_storable
from flow.domain.securities import SecurityType
from flow.domain.units import dollars_to_micros

ActionKind = Literal["split", "dividend", "spinoff", "merger", "symbol_change", "other"]
MAX_RATIO = 100_000
_ROOT = re.compile(r"[A-Z][A-Z0-9./-]{0,11}")


class RowError(ValueError):
    """A row that cannot be used. `code` is permanent: the import report counts by it."""

    def __init__(self, code: str, received: object) -> None:
        """Keep the code and what was received."""
        self.code = code
        self.received = received
        super().__init__(f"row has {str(received)[:80]!r}; expected {_EXPECTED[code]}")


_EXPECTED = {
    "bad_symbol": "a symbol of 1 to 12 letters, digits, dots, dashes or slashes",
    "bad_kind": "one of the kinds in docs/reference.md",
    "bad_date": "a date such as 2014-06-09, from 2000 to 2099",
    "bad_ratio": f"whole numbers from 1 to {MAX_RATIO}, such as 7 and 1",
    "bad_amount": "dollars of 0 or more with at most six decimals",
    "bad_multiplier": "a whole number from 1 to 100000",
    "bad_root": "a root of 1 to 12 characters that begins with a letter, such as AAPL7 or NANOS",
    "bad_text": "a text of at most 200 characters",
    "bad_period": "valid_to after valid_from",
}


class SymbolRow(msgspec.Struct, frozen=True, kw_only=True):
    """One company, fund or index. Missing: None where the file does not tell."""

    symbol: str
    title: str
    security_type: SecurityType
    sector: str | None = None
    industry: str | None = None
    member_from: date | None = None


class AliasRow(msgspec.Struct, frozen=True, kw_only=True):
    """Another text for a symbol: a share class's spelling, or an older ticker with its dates."""

    alias: str
    symbol: str
    valid_from: date | None = None  # None: since ever
    valid_to: date | None = None  # the first day on which it holds no longer


class ActionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One corporate action on its effective (ex) date. A 7:1 split is 7 for 1."""

    symbol: str
    kind: ActionKind
    effective_date: date
    numerator: int | None = None
    denominator: int | None = None
    amount_micros: int | None = None
    new_symbol: str | None = None
    note: str = ""


class AdjustmentRow(msgspec.Struct, frozen=True, kw_only=True):
    """What one contract of a root delivers from a date on: adjusted, or not 100 by its terms."""

    root: str
    underlying: str
    effective_date: date
    multiplier: int
    deliverable: str = ""
    memo: str = ""


Mapped = Mapping[str, Any]


def read_constituent(row: Mapped) -> SymbolRow:
    """Return one row of an S&P 500 list (columns Symbol, Security, GICS Sector, Date added).

    Missing: a company without a date is a member from the import's date on.
    Errors: RowError.
    """
    return SymbolRow(
        symbol=symbol_of(row.get("Symbol")),
        title=_text(row, "Security"),
        security_type="stock",
        sector=_text(row, "GICS Sector") or None,
        industry=_text(row, "GICS Sub-Industry") or None,
        member_from=_day(row.get("Date added"), earliest=1900) if row.get("Date added") else None,
    )


def read_symbol(row: Mapped) -> SymbolRow:
    """Return one row with symbol, name, kind (stock, etf, index), sector, industry."""
    kind = _text(row, "kind").lower() or "stock"
    if kind not in get_args(SecurityType):
        raise RowError("bad_kind", kind)
    return SymbolRow(
        symbol=symbol_of(row.get("symbol")),
        title=_text(row, "name"),
        security_type=kind,  # type: ignore[arg-type]  # checked above
        sector=_text(row, "sector") or None,
        industry=_text(row, "industry") or None,
    )


def read_alias(row: Mapped) -> AliasRow:
    """Return one row with alias, symbol, valid_from, valid_to."""
    alias = _text(row, "alias").upper()
    if not re.fullmatch(SYMBOL, alias):
        raise RowError("bad_symbol", row.get("alias"))
    starts, ends = _optional_day(row, "valid_from"), _optional_day(row, "valid_to")
    if starts and ends and ends <= starts:
        raise RowError("bad_period", f"{starts} to {ends}")
    return AliasRow(
        alias=alias, symbol=symbol_of(row.get("symbol")), valid_from=starts, valid_to=ends
    )


def read_action(row: Mapped) -> ActionRow:
    """Return one corporate action: symbol, kind, effective_date and what the kind needs."""
    kind = _text(row, "kind").lower()
    if kind not in get_args(ActionKind):
        raise RowError("bad_kind", kind)
    is_split = kind == "split"
    renamed = row.get("new_symbol") or None
    if kind == "symbol_change" and renamed is None:
        raise RowError("bad_symbol", renamed)
    return ActionRow(
        symbol=symbol_of(row.get("symbol")),
        kind=kind,  # type: ignore[arg-type]  # checked above
        effective_date=_day(row.get("effective_date")),
        numerator=_whole(row.get("numerator"), "bad_ratio") if is_split else None,
        denominator=_whole(row.get("denominator"), "bad_ratio") if is_split else None,
        amount_micros=_amount(row.get("amount")) if kind == "dividend" else None,
        new_symbol=None if renamed is None else symbol_of(renamed),
        note=_text(row, "note"),
    )


def read_adjustment(row: Mapped) -> AdjustmentRow:
    """Return one adjustment: root, underlying, effective_date, multiplier, deliverable, memo."""
    root = _text(row, "root").upper()
    if not _ROOT.fullmatch(root):
        raise RowError("bad_root", row.get("root"))
    return AdjustmentRow(
        root=root,
        underlying=symbol_of(row.get("underlying")),
        effective_date=_day(row.get("effective_date")),
        multiplier=_whole(row.get("multiplier"), "bad_multiplier"),
        deliverable=_text(row, "deliverable"),
        memo=_text(row, "memo"),
    )


def symbol_of(value: object) -> str:
    """Return the canonical symbol of a text. Errors: RowError bad_symbol."""
    text = value.strip().upper() if isinstance(value, str) else ""
    symbol = canonical_symbol(text)
    if not re.fullmatch(SYMBOL, symbol):
        raise RowError("bad_symbol", value)
    return symbol


def _text(row: Mapped, key: str) -> str:
    value = row.get(key)
    text = "" if value is None else str(value).strip()
    if len(text) > 200 or not is_storable(text):
        raise RowError("bad_text", text)
    return text


def _day(value: object, *, earliest: int = 2000) -> date:
    try:
        day = date.fromisoformat(value.strip() if isinstance(value, str) else "")
    except ValueError:
        raise RowError("bad_date", value) from None
    if not earliest <= day.year <= 2099:
        raise RowError("bad_date", value)
    return day


def _optional_day(row: Mapped, key: str) -> date | None:
    return _day(row[key]) if row.get(key) else None


def _whole(value: object, code: str) -> int:
    text = str(value).strip() if not isinstance(value, bool) else ""
    if not re.fullmatch(r"[0-9]{1,6}", text) or not 1 <= int(text) <= MAX_RATIO:
        raise RowError(code, value)
    return int(text)


def _amount(value: object) -> int:
    text = str(value).strip()
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", text):
        raise RowError("bad_amount", value)
    try:
        return dollars_to_micros(Decimal(text))
    except InvalidOperation:  # pragma: no cover - the pattern lets nothing through
        raise RowError("bad_amount", value) from None
