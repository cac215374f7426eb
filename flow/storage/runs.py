"""The number of a run by its name, for the commands of the apps below `replay`."""

from django.db import connection

LIVE_NAME = "live"


def run_number(name: str) -> int:
    """Return the id of a run; 0 for live. Errors: LookupError naming what is there."""
    if name == LIVE_NAME:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM run WHERE name = %s", [name])
        row = cursor.fetchone()
        if row is not None:
            return int(row[0])
        cursor.execute("SELECT name FROM run ORDER BY id DESC LIMIT 20")
        names = ", ".join(str(found[0]) for found in cursor.fetchall())
    raise LookupError(f"run is {name!r}; no run has that name; there are: {names}")
