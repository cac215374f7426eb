"""Integer ids of contracts and symbols: storage keys only, never an order or an identity."""

from datetime import date
from typing import Any

import psycopg

from flow.domain.contracts import ContractError, parse_contract

UNREADABLE_UNDERLYING = "UNKNOWN"
PRELOADED = 200_000


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
        symbols = self._conn.execute(
            "SELECT id, name FROM symbol ORDER BY id DESC LIMIT %s", (PRELOADED,)
        )
        for number, name in symbols:
            self._symbols[name], self._symbol_names[number] = number, name
        contracts = self._conn.execute(
            "SELECT id, name, symbol_id FROM contract ORDER BY id DESC LIMIT %s", (PRELOADED,)
        )
        for number, name, symbol in contracts:
            self._contracts[name], self._contract_names[number] = (number, symbol), name

    def contract(self, name: str, underlying: str = "") -> tuple[int, int]:
        """Return (contract id, symbol id) of a canonical contract text, made on first sight.

        `underlying`: of a text that is no contract but has one, as the pseudo id of a structure.
        """
        ids = self._contracts.get(name)
        return ids if ids is not None else self._new_contract(name, underlying)

    def symbol(self, name: str) -> int:
        """Return the id of an underlying or equity symbol, made on first sight."""
        number = self._symbols.get(name)
        if number is None:
            with self._conn.transaction():
                number = self._get_or_insert_symbol(name)
            self._symbols[name] = number
            self._symbol_names[number] = name
        return number

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

    def _new_contract(self, name: str, underlying: str) -> tuple[int, int]:
        try:
            contract = parse_contract(name)
        except ContractError:
            columns: tuple[str, Any, Any, Any, Any] = (
                underlying or UNREADABLE_UNDERLYING, None, None, None, None,
            )  # fmt: skip
        else:
            columns = (
                contract.underlying,
                date.fromordinal(contract.expiry),
                contract.strike_micros,
                contract.right,
                contract.multiplier,
            )
        symbol = self.symbol(columns[0])
        known = self._conn.execute("SELECT id FROM contract WHERE name = %s", (name,)).fetchone()
        if known is not None:
            return self._keep_contract(name, int(known[0]), symbol)
        with self._conn.transaction():
            row = self._conn.execute(
                """INSERT INTO contract
                       (name, symbol_id, expiry, strike_micros, "right", multiplier)
                   VALUES (%s, %s, %s, %s, %s, %s)
                   ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id""",
                (name, symbol, *columns[1:]),
            ).fetchone()
        assert row is not None  # noqa: S101 - RETURNING always gives the row
        return self._keep_contract(name, int(row[0]), symbol)

    def _keep_contract(self, name: str, number: int, symbol: int) -> tuple[int, int]:
        self._contracts[name] = number, symbol
        self._contract_names[number] = name
        return number, symbol

    def _get_or_insert_symbol(self, name: str) -> int:
        row = self._conn.execute(
            """INSERT INTO symbol (name) VALUES (%s)
               ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id""",
            (name,),
        ).fetchone()
        assert row is not None  # noqa: S101 - RETURNING always gives the row
        return int(row[0])

    def _read_name(self, table: str, number: int) -> str:
        row = self._conn.execute(
            f"SELECT name FROM {table} WHERE id = %s",  # noqa: S608 - two literals call this
            (number,),
        ).fetchone()
        if row is None:
            raise LookupError(f"no {table} with id {number}; the log refers to a row that is gone")
        return str(row[0])
