"""Requests that ingest workers copy into their streams as control entries."""

from typing import Any

import psycopg


class NoTuning(RuntimeError):
    """No tuning revision has ever been activated; nothing can be labelled or judged."""


def newest_tuning(conn: psycopg.Connection[Any]) -> dict[str, Any]:
    """Return the payload of the newest activation: revision, digest, values.

    Errors: NoTuning on a database that was not migrated to the end.
    """
    row = conn.execute(
        "SELECT payload FROM control_request WHERE kind = 'tuning' ORDER BY id DESC LIMIT 1"
    ).fetchone()
    if row is None:
        raise NoTuning(
            "no tuning revision is active; run `bin/manage migrate`, which makes revision 1"
        )
    payload: dict[str, Any] = row[0]
    return payload
