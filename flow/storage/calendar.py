"""The session calendar: computed once into a table, read by the stamper as plain rows."""

from typing import Any

import psycopg

from flow.domain.sessions import Calendar, SessionDay


def load_calendar(conn: psycopg.Connection[Any]) -> Calendar:
    """Return the calendar of the table `session_day`."""
    with conn.cursor(binary=True) as cursor:
        cursor.execute("SELECT date, open_at, close_at FROM session_day ORDER BY date")
        return Calendar(SessionDay(*row) for row in cursor.fetchall())
