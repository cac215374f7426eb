"""Continuous aggregates of raw equity prints, to check rolled-up candles against the database.

Only the full TimescaleDB has them (`timescaledb.license` is `timescale`); the Apache build, which
runs by default, has not: there this gives text and executes nothing. Candles never read them.
"""

from typing import Any, LiteralString

import psycopg
from psycopg import sql

from flow.domain.sale_condition_table import SALE_CONDITIONS
from flow.storage.schemas import SCHEMA_OF

LICENSED = "timescale"
# Name of the aggregate, width of its windows, how far back a refresh looks (late prints revise).
WIDTHS: tuple[tuple[str, str, str], ...] = (
    ("candle_check_1m", "1 minute", "1 hour"),
    ("candle_check_5m", "5 minutes", "3 hours"),
    ("candle_check_15m", "15 minutes", "6 hours"),
    ("candle_check_1h", "1 hour", "1 day"),
)
NO_VOLUME = tuple(sorted(row.code for row in SALE_CONDITIONS.values() if not row.updates_volume))

_CREATE: LiteralString = """CREATE MATERIALIZED VIEW IF NOT EXISTS {view}
WITH (timescaledb.continuous) AS
{totals}
WITH NO DATA"""
_TOTALS: LiteralString = """SELECT stream, symbol, time_bucket({width}, ts) AS ts,
       sum(size_micros) AS volume_micros, count(*) AS trades,
       sum(size_micros) FILTER (WHERE off_exchange) AS off_exchange_volume_micros
FROM {prints}
WHERE NOT conditions && {no_volume}::smallint[] AND corrects IS NULL
GROUP BY stream, symbol, time_bucket({width}, ts)"""
_POLICY: LiteralString = """SELECT add_continuous_aggregate_policy({view},
    start_offset => INTERVAL {back}, end_offset => INTERVAL {width},
    schedule_interval => INTERVAL {width}, if_not_exists => true)"""
# Whole windows alone: an imported minute bar is dated at its end and lies in the window before.
_DIFFERENCES: LiteralString = """SELECT k.stream, k.symbol, k.ts, k.volume_micros, c.volume_micros
FROM {view} k
JOIN LATERAL (
    SELECT sum(volume_micros) AS volume_micros FROM (
        SELECT DISTINCT ON (uid) volume_micros FROM {candles}
        WHERE stream = k.stream AND symbol = k.symbol AND interval_s = 60
          AND ts >= k.ts AND ts < k.ts + INTERVAL {width}
        ORDER BY uid, rev DESC) newest) c ON true
WHERE k.volume_micros IS DISTINCT FROM c.volume_micros
ORDER BY k.ts, k.stream, k.symbol LIMIT 1000"""


def statements() -> list[sql.Composed]:
    """Return what makes the aggregates and their refreshes in both schemas, in order."""
    found = []
    for schema in SCHEMA_OF.values():
        for name, width, back in WIDTHS:
            view = sql.Identifier(schema, name)
            found.append(sql.SQL(_CREATE).format(view=view, totals=totals(schema, width)))
            found.append(
                sql.SQL(_POLICY).format(
                    view=sql.Literal(f"{schema}.{name}"),
                    width=sql.Literal(width),
                    back=sql.Literal(back),
                )
            )
    return found


def totals(schema: str, width: str) -> sql.Composed:
    """Return the question for volume and trades of each window, from raw prints alone."""
    return sql.SQL(_TOTALS).format(
        width=sql.Literal(width),
        prints=sql.Identifier(schema, "equity_print"),
        no_volume=sql.Literal("{" + ",".join(map(str, NO_VOLUME)) + "}"),
    )


def differences(schema: str, name: str) -> sql.Composed:
    """Return the question for windows whose candles and aggregate tell other volumes.

    Shape: streams with cancels, corrections or minute bars differ by them; all others must not.
    """
    (width,) = [width for each, width, _ in WIDTHS if each == name]
    return sql.SQL(_DIFFERENCES).format(
        view=sql.Identifier(schema, name),
        candles=sql.Identifier(schema, "candle"),
        width=sql.Literal(width),
    )


def is_licensed(conn: psycopg.Connection[Any]) -> bool:
    """Return whether this server may run continuous aggregates."""
    row = conn.execute("SELECT current_setting('timescaledb.license', true)").fetchone()
    return row is not None and row[0] == LICENSED


def install(conn: psycopg.Connection[Any]) -> int:
    """Make the aggregates where the licence allows it; return how many statements ran."""
    if not is_licensed(conn):
        return 0
    told = statements()
    for statement in told:
        conn.execute(statement)
    return len(told)
