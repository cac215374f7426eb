"""Which symbols exist, as far as the project knows.

The seam: `is_known(symbol) -> bool`, asked with canonical symbols (BRK.B); richer reference data
take the place of the sets here, and nothing else changes.
"""

from typing import Any

import psycopg

from flow.domain.securities import DEFAULT_ETFS, INDEX_UNDERLYINGS
from flow.storage.instruments import UNREADABLE_UNDERLYING
from news.symbols import canonical

MAX_NAMES = 200_000


class KnownSymbols:
    """The symbols of the reference table, which holds every one that the log has seen, and all that
    they were ever called: a story may be older than a renaming, and a newswire slow to follow."""

    def __init__(self, conn: psycopg.Connection[Any]) -> None:
        self._conn = conn
        self._names: frozenset[str] = frozenset()
        self.refresh()

    def __call__(self, symbol: str) -> bool:
        return symbol in self._names

    def refresh(self) -> None:
        """Read the table again: the log names new symbols all day."""
        rows = self._conn.execute(
            "(SELECT name FROM symbol LIMIT %s) UNION SELECT alias FROM symbol_alias", (MAX_NAMES,)
        ).fetchall()
        found = {canonical(str(row[0])) for row in rows} - {None, UNREADABLE_UNDERLYING}
        self._names = frozenset(
            {*INDEX_UNDERLYINGS, *DEFAULT_ETFS, *(name for name in found if name is not None)}
        )
