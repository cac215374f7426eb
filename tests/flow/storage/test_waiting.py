"""Waiting for a database that refuses for a while."""

import threading

import psycopg
import pytest

from flow.storage import waiting
from flow.storage.db import connect
from flow.storage.waiting import wait_for_database

pytestmark = pytest.mark.usefixtures("log_db")


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A database that refuses two connections before it answers."""
    asked: list[str] = []

    def connecting(alias: str, name: str) -> psycopg.Connection[tuple[object, ...]]:
        asked.append(name)
        if len(asked) <= 2:
            raise psycopg.OperationalError("refused")
        return connect(alias, name)

    monkeypatch.setattr(waiting, "connect", connecting)
    return asked


def test_waiting_for_the_database_ends_when_it_answers(refusing: list[str]) -> None:
    wait_for_database(threading.Event(), "default", "a test", pause_s=0)

    assert len(refusing) == 3


def test_waiting_for_the_database_ends_when_told_to_stop(refusing: list[str]) -> None:
    stop = threading.Event()
    stop.set()
    wait_for_database(stop, "default", "a test", pause_s=0)

    assert refusing == []
