"""A filled database for a whole module of tests that only read: filling costs a second a time."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from pytest_django import DjangoDbBlocker

from tests.support.database import empty_database
from tests.support.evidence import fill, filled_import

IMPORT = "old & <b>new</b>"  # a name that every address and page has to escape


@contextmanager
def own_log(blocker: DjangoDbBlocker) -> Iterator[None]:
    """Hold the database for a module: its log is empty before and after, committed for real."""
    with blocker.unblock():
        empty_database()
        yield
        empty_database()
        connections.close_all()


@contextmanager
def filled_database(
    blocker: DjangoDbBlocker, *, prints: int = 60, alerts: int = 12
) -> Iterator[None]:
    """Hold rows of every kind in run 0 and in one import, and leave the log empty."""
    with own_log(blocker):
        fill(0, prints=prints, alerts=alerts)
        filled_import(IMPORT, prints=30, alerts=3)
        yield
