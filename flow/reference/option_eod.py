"""The table `option_eod`: in by snapshots, out as of a trade date, and what is missing from it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db import connection
from django.db.models import Q

from flow.domain.contracts import parse_contract
from flow.domain.option_eod import EodRow
from flow.domain.units import from_datetime, to_datetime
from flow.models import Contract, OptionEod, Symbol

BATCH = 5_000
MISSING_SHOWN = 10


class Interest(NamedTuple):
    """Open interest as a trade date knew it."""

    as_of_date: date
    open_interest: int
    source: str


@dataclass(frozen=True)
class Completeness:
    """Open interest of one underlying's chain as a trade date knows it."""

    symbol: str
    expected: int
    missing: tuple[str, ...]

    @property
    def present(self) -> int:
        """Return the contracts whose open interest is known."""
        return self.expected - len(self.missing)

    def line(self) -> str:
        """Return this for a terminal."""
        shown = ", ".join(self.missing[:MISSING_SHOWN])
        more = "" if len(self.missing) <= MISSING_SHOWN else ", ..."
        tail = f"; missing {shown}{more}" if self.missing else ""
        return f"{self.symbol}: {self.present:,} of {self.expected:,} contracts{tail}"


class StoredEod(NamedTuple):
    """What a load did to the table."""

    added: int
    conflicts: list[EodRow]  # told otherwise of an instant that is taken; the first one stays


def store_eod(rows: Sequence[EodRow], *, source: str, fetched_us: int) -> StoredEod:
    """Insert what was not told before. Call inside `loading`.

    A row that tells the same as the one known before it is not stored again, so the first
    `known_from` stays. Anything else is a correction, known from its own instant on.
    """
    ids = _contract_ids({row.contract for row in rows})
    standing = _standing(rows, ids, source)
    made: list[OptionEod] = []
    conflicts: list[EodRow] = []
    for row in sorted(rows, key=lambda each: (each.contract, each.as_of_date, each.known_from)):
        key = ids[row.contract], date.fromordinal(row.as_of_date)
        told = (row.open_interest, row.volume, row.close_micros)
        known = [each for each in standing[key] if each[0] <= row.known_from]
        if known and known[-1][1] == told:
            continue
        if known and known[-1][0] == row.known_from:
            conflicts.append(row)
            continue
        standing[key] = sorted([*standing[key], (row.known_from, told)])
        made.append(
            OptionEod(
                contract_id=key[0],
                as_of_date=key[1],
                open_interest=row.open_interest,
                volume=row.volume,
                close_micros=row.close_micros,
                source=source,
                fetched_ts=to_datetime(fetched_us),
                known_from=to_datetime(row.known_from),
            )
        )
    OptionEod.objects.bulk_create(made, batch_size=BATCH)
    return StoredEod(len(made), conflicts)


def oi_as_of(contract: str, trade_date: date) -> Interest | None:
    """Return the newest open interest dated before a trade date and known by its open.

    Missing: None where no snapshot of the last ten days was known, and for a day that is no
    trading day. Source: platform.md 11.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT o.as_of_date, o.open_interest, o.source
               FROM contract c, LATERAL oi_as_of(c.id, %s) o WHERE c.name = %s""",
            [trade_date, contract],
        )
        row = cursor.fetchone()
    return Interest(*row) if row else None


def completeness(trade_date: date, symbols: Sequence[str] = ()) -> list[Completeness]:
    """Return, by underlying, which live contracts of the chain a trade date knows nothing of.

    The chain is every contract that this installation has seen and that had not expired.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT y.name, c.name, o.as_of_date IS NULL
               FROM contract c JOIN symbol y ON y.id = c.symbol_id
               LEFT JOIN LATERAL oi_as_of(c.id, %(day)s) o ON true
               WHERE c.expiry >= %(day)s
                 AND (%(symbols)s::text[] = '{}' OR y.name = ANY(%(symbols)s))
               ORDER BY y.name, c.expiry, c.strike_micros, c."right", c.name""",
            {"day": trade_date, "symbols": list(symbols)},
        )
        rows = cursor.fetchall()
    missing: dict[str, list[str]] = defaultdict(list)
    counts: dict[str, int] = defaultdict(int)
    for symbol, contract, is_missing in rows:
        counts[symbol] += 1
        if is_missing:
            missing[symbol].append(contract)
    return [
        Completeness(symbol, expected, tuple(missing[symbol]))
        for symbol, expected in sorted(counts.items())
    ]


def _contract_ids(names: set[str]) -> dict[str, int]:
    """Return the ids of contracts, made where this installation never saw them."""
    ids = dict(Contract.objects.filter(name__in=names).values_list("name", "pk"))
    new = {name: parse_contract(name) for name in sorted(names - ids.keys())}
    if not new:
        return ids
    underlyings = {contract.underlying for contract in new.values()}
    Symbol.objects.bulk_create(
        [Symbol(name=name) for name in sorted(underlyings)], ignore_conflicts=True
    )
    symbols = dict(Symbol.objects.filter(name__in=underlyings).values_list("name", "pk"))
    Contract.objects.bulk_create(
        [
            Contract(
                name=name,
                symbol_id=symbols[contract.underlying],
                expiry=contract.expiry_date,
                strike_micros=contract.strike_micros,
                right=contract.right,
                multiplier=contract.multiplier,
            )
            for name, contract in new.items()
        ],
        ignore_conflicts=True,  # ingest may have met one at the same time
        batch_size=BATCH,
    )
    return ids | dict(Contract.objects.filter(name__in=new).values_list("name", "pk"))


def _standing(
    rows: Sequence[EodRow], ids: dict[str, int], source: str
) -> dict[tuple[int, date], list[tuple[int, tuple[int | None, int | None, int | None]]]]:
    """Return what the table tells of these contracts and days, oldest knowledge first."""
    days = {date.fromordinal(row.as_of_date) for row in rows}
    found = OptionEod.objects.filter(
        Q(contract_id__in=ids.values()), as_of_date__in=days, source=source
    ).order_by("known_from")
    standing: dict[
        tuple[int, date], list[tuple[int, tuple[int | None, int | None, int | None]]]
    ] = defaultdict(list)
    for row in found:
        told = (row.open_interest, row.volume, row.close_micros)
        standing[row.contract_id, row.as_of_date].append((from_datetime(row.known_from), told))
    return standing
