"""The two database schemas and the SQL that migrations run in each of them.

`live` holds live streams and run 0; `runs` holds imports and every other run, in the same tables.
A Django alias reaches each by its search path, so a replay cannot write into live and live
retention cannot drop an import of 2013 (design, point 6).
"""

from typing import Any, Literal

from django.db import migrations
from django.db.migrations.operations.base import Operation

Alias = Literal["default", "runs"]

LIVE: Alias = "default"
RUNS: Alias = "runs"
SCHEMA_OF: dict[str, str] = {LIVE: "live", RUNS: "runs"}
ALIAS_OF_SCHEMA = {schema: alias for alias, schema in SCHEMA_OF.items()}

# Chunks of live tables are cut for one busy day; imports are older, sparser and read by run.
CHUNK = {
    "live": {"print": "6 hours", "quote": "1 hour", "derived": "1 day", "control": "7 days"},
    "runs": {"print": "1 day", "quote": "1 day", "derived": "7 days", "control": "30 days"},
}


def alias_of(run: int) -> Alias:
    """Return the database alias whose schema holds the rows of a run: run 0 is live."""
    return LIVE if run == 0 else RUNS


def in_both(sql: str, *, undo: str) -> Operation:
    """Return a migration operation that runs `sql` in both schemas.

    `{s}` is the schema's name; `{run_check}` the rule that keeps the runs apart.
    """
    return migrations.RunSQL(
        [_fill(sql, schema) for schema in SCHEMA_OF.values()],
        [_fill(undo, schema) for schema in SCHEMA_OF.values()],
    )


def hypertable(table: str, size: Literal["print", "quote", "derived", "control"]) -> Operation:
    """Return the operation that makes a table a hypertable on `ts`, with no index of its own."""
    statements: list[Any] = [
        f"SELECT create_hypertable('{schema}.{table}', by_range('ts', INTERVAL '{chunk[size]}'),"
        " create_default_indexes => false)"
        for schema, chunk in CHUNK.items()
    ]
    return migrations.RunSQL(statements, migrations.RunSQL.noop)


def _fill(sql: str, schema: str) -> str:
    run_check = "run = 0" if schema == "live" else "run > 0"
    return sql.replace("{s}", schema).replace("{run_check}", run_check)
