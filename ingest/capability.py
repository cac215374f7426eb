"""What a feed can show, told to its equity prints' stream as a control entry (errata 5).

The engine cannot ask a feed, and a feed without off-exchange prints must not look like a market
without them. Told with the first prints, and again where a later start declares something else.
"""

import json
from typing import Any

import psycopg

from flow.storage.streams import StreamHead
from ingest.building import Builder
from ingest.feeds import Capabilities

KIND = "equity_print"
Payload = dict[str, Any]


class CapabilityEntries:
    """Tells one source's stream of equity prints."""

    def __init__(
        self, conn: psycopg.Connection[Any], head: StreamHead, capabilities: Capabilities
    ) -> None:
        self._payload: Payload = {"off_exchange": capabilities.off_exchange}
        self._is_told = _newest(conn, head.id) == self._payload

    def tell(self, builder: Builder) -> None:
        """Add the entry behind the first rows and before their clock, where it is due."""
        batch = builder.batches[KIND]
        if self._is_told or not batch.rows or builder.max_ts is None:
            return
        batch.add_control("capability", builder.max_ts, self._payload)
        self._is_told = True


def _newest(conn: psycopg.Connection[Any], stream: int) -> Payload | None:
    row = conn.execute(
        """SELECT payload FROM control WHERE stream = %s AND kind = 'capability'
           ORDER BY seq DESC LIMIT 1""",
        (stream,),
    ).fetchone()
    if row is None:
        return None
    found: Payload = json.loads(row[0]) if isinstance(row[0], str) else row[0]
    return found
