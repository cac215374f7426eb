"""The quotes that a stamper needs after a restart, read back from the log."""

from typing import Any

import psycopg

from flow.domain.units import MINUTE_US, SECOND_US, to_datetime
from flow.storage.kinds import SPECS, Row

OPTION_RING_US = 6 * SECOND_US
EQUITY_RING_US = 6 * MINUTE_US  # the five-minute move needs as-of quotes that far back
STANDING_US = 15 * MINUTE_US  # how long a quiet contract's quote may stand (options errata 4)


def newest_option_quotes(conn: psycopg.Connection[Any], stream: int) -> list[Row]:
    """Return the last seconds of option quotes and, before them, the newest of each contract."""
    return _newest(conn, "option_quote", "contract", stream, OPTION_RING_US)


def newest_equity_quotes(conn: psycopg.Connection[Any], stream: int) -> list[Row]:
    """Return the last minutes of equity quotes and, before them, the newest of each symbol."""
    return _newest(conn, "equity_quote", "symbol", stream, EQUITY_RING_US)


def _newest(
    conn: psycopg.Connection[Any], table: str, key: str, stream: int, ring_us: int
) -> list[Row]:
    columns = ", ".join(SPECS[table].columns)
    with conn.cursor(binary=True) as cursor:
        cursor.execute(
            f"SELECT ts FROM {table} WHERE stream = %s ORDER BY ts DESC LIMIT 1",  # noqa: S608
            (stream,),
        )
        newest = cursor.fetchone()
        if newest is None:
            return []
        ring_from = to_datetime(newest[0] - ring_us)
        cursor.execute(
            f"""(SELECT DISTINCT ON ({key}) {columns} FROM {table}
                 WHERE stream = %(stream)s AND ts >= %(standing)s AND ts < %(ring)s
                 ORDER BY {key}, ts DESC, vendor_order DESC NULLS LAST, seq DESC)
                UNION ALL
                SELECT {columns} FROM {table} WHERE stream = %(stream)s AND ts >= %(ring)s""",  # noqa: S608
            {
                "stream": stream,
                "standing": to_datetime(newest[0] - STANDING_US),
                "ring": ring_from,
            },
        )
        return sorted(cursor.fetchall(), key=lambda row: int(row[1]))
