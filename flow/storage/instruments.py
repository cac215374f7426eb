"""Integer ids of contracts and symbols: storage keys only, never an order or an identity."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import psycopg

from flow.domain.contracts import ContractError, parse_contract

UNREADABLE_UNDERLYING = "UNKNOWN"
PRELOADED = 200_000
# Of a contract's row: underlying, expiry, strike_micros, right, multiplier.
_Columns = tuple[str, date | None, int | None, str | None, int | None]


class Instruments:
    """Both ways between canonical texts and ids, kept in memory per process.

    New names are written in a transaction of their own: a reference row without prints does no
    harm, while an id that was rolled back would.
    """

    def __init__(self, conn: psycopg.Connection[Any]) -> None:
        self._conn = conn
        self._contracts: dict[str, tuple[int, int]] = {}
        self._contract_names: dict[int, str] = {}
        self._symbols: dict[str, int] = {}
        self._symbol_names: dict[int, str] = {}
        self._preload()

    def _preload(self) -> None:
        """Read what is known in two statements: one by one would stall every restart."""
        self._keep_symbols(
            self._conn.execute(
                "SELECT id, name FROM symbol ORDER BY id DESC LIMIT %s", (PRELOADED,)
            )
        )
        self._keep_contracts(
            self._conn.execute(
                "SELECT id, name, symbol_id FROM contract ORDER BY id DESC LIMIT %s", (PRELOADED,)
            )
        )

    def meet(self, contracts: Mapping[str, str], symbols: Iterable[str] = ()) -> None:
        """Learn contracts (text: underlying, see `contract`) and symbols, making the new ones.

        All at once: one by one, each new name costs three round trips and a commit of its own,
        and a busy feed begins with thousands of them (options print in tens of thousands of
        contracts a day).
        """
        columns = {
            name: _columns_of(name, underlying)
            for name, underlying in contracts.items()
            if name not in self._contracts
        }
        self._meet_symbols({*symbols, *(each[0] for each in columns.values())})
        if columns:
            self._meet_contracts(columns)

    def contract(self, name: str, underlying: str = "") -> tuple[int, int]:
        """Return (contract id, symbol id) of a canonical contract text, made on first sight.

        `underlying`: of a text that is no contract but has one, as the pseudo id of a structure.
        """
        ids = self._contracts.get(name)
        if ids is None:
            self.meet({name: underlying})
            ids = self._contracts[name]
        return ids

    def symbol(self, name: str) -> int:
        """Return the id of an underlying or equity symbol, made on first sight."""
        number = self._symbols.get(name)
        if number is None:
            self._meet_symbols({name})
            number = self._symbols[name]
        return number

    def read_contracts(self, numbers: Iterable[int]) -> None:
        """Learn the texts of contract ids at once; one that is gone stays unknown."""
        unknown = [number for number in numbers if number not in self._contract_names]
        if unknown:
            self._keep_contracts(
                self._conn.execute(
                    "SELECT id, name, symbol_id FROM contract WHERE id = ANY(%s)", (unknown,)
                )
            )

    def contract_name(self, number: int) -> str:
        """Return the canonical text of a contract id. Errors: LookupError."""
        name = self._contract_names.get(number)
        if name is None:
            name = self._read_name("contract", number)
            self._contract_names[number] = name
        return name

    def symbol_name(self, number: int) -> str:
        """Return the canonical text of a symbol id. Errors: LookupError."""
        name = self._symbol_names.get(number)
        if name is None:
            name = self._read_name("symbol", number)
            self._symbol_names[number] = name
        return name

    def _meet_symbols(self, names: set[str]) -> None:
        unknown = sorted(names - self._symbols.keys())
        if not unknown:
            return
        self._keep_symbols(
            self._conn.execute("SELECT id, name FROM symbol WHERE name = ANY(%s)", (unknown,))
        )
        new = [name for name in unknown if name not in self._symbols]
        if not new:
            return
        with self._conn.transaction():
            self._keep_symbols(
                self._conn.execute(
                    """INSERT INTO symbol (name) SELECT unnest(%s::text[])
                       ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id, name""",
                    (new,),
                )
            )

    def _meet_contracts(self, columns: dict[str, _Columns]) -> None:
        # In the order of their names: two processes that meet the same ones wait for each other
        # and never in a circle.
        unknown = sorted(columns)
        self._keep_contracts(
            self._conn.execute(
                "SELECT id, name, symbol_id FROM contract WHERE name = ANY(%s)", (unknown,)
            )
        )
        new = [name for name in unknown if name not in self._contracts]
        if not new:
            return
        rows = [(name, self._symbols[columns[name][0]], *columns[name][1:]) for name in new]
        with self._conn.transaction():
            self._keep_contracts(
                self._conn.execute(
                    """INSERT INTO contract
                           (name, symbol_id, expiry, strike_micros, "right", multiplier)
                       SELECT * FROM unnest(%s::text[], %s::int[], %s::date[], %s::bigint[],
                                            %s::text[], %s::int[])
                       ON CONFLICT (name) DO UPDATE SET name = excluded.name
                       RETURNING id, name, symbol_id""",
                    [list(column) for column in zip(*rows, strict=True)],
                )
            )

    def _keep_symbols(self, rows: Iterable[tuple[Any, ...]]) -> None:
        for number, name in rows:
            self._symbols[name], self._symbol_names[number] = number, name

    def _keep_contracts(self, rows: Iterable[tuple[Any, ...]]) -> None:
        for number, name, symbol in rows:
            self._contracts[name], self._contract_names[number] = (number, symbol), name

    def _read_name(self, table: str, number: int) -> str:
        row = self._conn.execute(
            f"SELECT name FROM {table} WHERE id = %s",  # noqa: S608 - two literals call this
            (number,),
        ).fetchone()
        if row is None:
            raise LookupError(f"no {table} with id {number}; the log refers to a row that is gone")
        return str(row[0])


def _columns_of(name: str, underlying: str) -> _Columns:
    try:
        contract = parse_contract(name)
    except ContractError:
        return underlying or UNREADABLE_UNDERLYING, None, None, None, None
    return (
        contract.underlying,
        date.fromordinal(contract.expiry),
        contract.strike_micros,
        contract.right,
        contract.multiplier,
    )
