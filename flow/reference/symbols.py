"""Symbols, their aliases and memberships: who a text means, on which day."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from django.db.models import Max, Q

from flow.domain.contracts import underlying_of
from flow.domain.reference_rows import (
    AliasRow,
    SymbolRow,
    read_alias,
    read_constituent,
    read_symbol,
)
from flow.models import IndexMember, ReferenceLoad, Symbol, SymbolAlias
from flow.reference.files import read_bytes, read_each, read_rows
from flow.reference.loads import LoadError, Report, content_hash, loading

SP500 = "S&P 500"
# A list that lost so many at once is a truncated file, not an index committee (a guess).
LEAST_SHARE = 0.5
TOLD = ("title", "security_type", "sector", "industry")


def import_constituents(path: Path, *, now_us: int, effective: date) -> Report:
    """Import a list of the S&P 500 as it stood on a day.

    A company that the list no longer has left on that day; one that it has is a member from its
    own date, or from that day. Errors: LoadError.
    """
    data = read_bytes(path)
    report = Report("sp500", path.name, content_hash(data))
    found = read_each(read_rows(data, path.name), read_constituent, report)
    current = IndexMember.objects.filter(index_name=SP500, valid_to=None)
    members = {member.symbol: member for member in current}
    known = IndexMember.objects.filter(index_name=SP500).aggregate(
        Max("valid_from"), Max("valid_to")
    )
    newest = max((day for day in known.values() if day), default=effective)
    if effective < newest:
        raise LoadError(
            f"{path.name} is the index of {effective}, and a change of {newest} is known;"
            " expected the lists oldest first, else who left since would be a member for ever"
        )
    if len(found) < LEAST_SHARE * len(members):
        raise LoadError(
            f"{path.name} has {len(found)} companies, the index {len(members)};"
            " expected at least half of it"
        )
    with loading(report, now_us=now_us) as load:
        report.changed = _store_symbols(found)
        listed = {row.symbol: row for row in found}
        for symbol, row in sorted(listed.items()):
            if symbol not in members:
                _join(symbol, row.member_from or effective, effective, load)
                report.changed += 1
        left = current.exclude(symbol__in=listed).filter(valid_from__lt=effective)
        report.changed += left.update(valid_to=effective, load=load)
    return report


def _join(symbol: str, since: date, effective: date, load: ReferenceLoad) -> None:
    """Make a company a member from a day on, and never on days on which a list had it out.

    Lists often keep the first date of a company that left and came back. One that left by a list of
    this very day is put right by another list of the day.
    """
    before = IndexMember.objects.filter(index_name=SP500, symbol=symbol)
    if before.filter(valid_to=effective).update(valid_to=None, load=load):
        return
    was_out = before.filter(valid_to__gt=since).exists()
    IndexMember.objects.create(
        index_name=SP500, symbol=symbol, valid_from=effective if was_out else since, load=load
    )


def import_symbols(path: Path, *, now_us: int) -> Report:
    """Import symbols with their kind (stock, etf, index), name and sector. Errors: LoadError."""
    data = read_bytes(path)
    report = Report("symbols", path.name, content_hash(data))
    found = read_each(read_rows(data, path.name), read_symbol, report)
    with loading(report, now_us=now_us):
        report.changed = _store_symbols(found)
    return report


def import_aliases(path: Path, *, now_us: int) -> Report:
    """Import other texts for symbols, with the days on which they hold. Errors: LoadError."""
    data = read_bytes(path)
    report = Report("aliases", path.name, content_hash(data))
    found = read_each(read_rows(data, path.name), read_alias, report)
    with loading(report, now_us=now_us) as load:
        report.changed = sum(_store_alias(row, load) for row in found)
    return report


def symbol_on(text: str, day: date) -> str:
    """Return the canonical symbol that a text meant on a day; the text itself where none is told.

    Share classes that the option tape spells in several ways are known without any import.
    """
    clean = text.strip().upper()
    known = SymbolAlias.objects.filter(
        Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gt=day),
        alias=clean,
    )  # fmt: skip
    # The latest period that holds goes before "always".
    found = known.order_by("-valid_from").exclude(valid_from=None).first() or known.first()
    return found.symbol if found else underlying_of(clean)


def members_on(index_name: str, day: date) -> list[str]:
    """Return the members of an index on a day, in alphabetical order."""
    held = IndexMember.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=day), index_name=index_name, valid_from__lte=day
    )
    return sorted(held.values_list("symbol", flat=True))


def _store_symbols(rows: Sequence[SymbolRow]) -> int:
    """Insert or update symbols; returns how many changed. What a row does not tell stays."""
    by_name = {row.symbol: row for row in rows}
    standing = {row.name: row for row in Symbol.objects.filter(name__in=by_name)}
    new: list[Symbol] = []
    changed: list[Symbol] = []
    for name, row in by_name.items():
        symbol = standing.get(name) or Symbol(name=name)
        told = {field: getattr(row, field) for field in TOLD if getattr(row, field)}
        if symbol.pk and all(getattr(symbol, key) == value for key, value in told.items()):
            continue
        for key, value in told.items():
            setattr(symbol, key, value)
        (changed if symbol.pk else new).append(symbol)
    # Ingest may meet a new symbol at the same time and make its row first.
    Symbol.objects.bulk_create(
        new, update_conflicts=True, unique_fields=["name"], update_fields=list(TOLD)
    )
    Symbol.objects.bulk_update(changed, TOLD, batch_size=1_000)
    return len(new) + len(changed)


def _store_alias(row: AliasRow, load: ReferenceLoad) -> bool:
    values = {"symbol": row.symbol, "valid_to": row.valid_to}
    found = SymbolAlias.objects.filter(alias=row.alias, valid_from=row.valid_from).first()
    if found and all(getattr(found, key) == value for key, value in values.items()):
        return False
    SymbolAlias.objects.update_or_create(
        alias=row.alias, valid_from=row.valid_from, defaults={**values, "load": load}
    )
    return True
