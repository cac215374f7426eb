"""Waiting for a database that does not answer yet: every worker starts with it."""

import logging
import threading

import psycopg

from flow.storage.db import connect

log = logging.getLogger(__name__)


def wait_for_database(stop: threading.Event, alias: str, who: str, *, pause_s: float = 1.0) -> None:
    """Return once the database answers, or when told to stop; says meanwhile who waits."""
    while not stop.is_set():
        try:
            connect(alias, f"{who} waits").close()
        except psycopg.OperationalError as error:
            log.warning("the database does not answer; %s waits: %s", who, error)
            stop.wait(pause_s)
        else:
            return
