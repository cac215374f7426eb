"""The probes: live needs nothing, ready says what is missing."""

import pytest
from django.core.cache import cache
from django.test import Client

from flow.storage import leases
from flow.storage.db import connect

pytestmark = pytest.mark.usefixtures("log_db")


def test_live_answers_without_login() -> None:
    answer = Client().get("/health/live")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ready_names_the_workers_that_do_not_run() -> None:
    answer = Client().get("/health/ready")

    assert answer.status_code == 503
    assert answer.json()["checks"] == {
        "database": True,
        "migrations": True,
        "redis": True,
        "ingest": False,
        "compute": False,
    }


def test_ready_is_200_once_both_workers_hold_their_leases() -> None:
    with connect("default", "test") as conn:
        leases.take(conn, "ingest:0:synthetic")
        leases.take(conn, "compute:0:0")

    assert Client().get("/health/ready").json()["status"] == "ready"


def test_ready_is_503_while_redis_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: object) -> None:
        raise ConnectionError("gone")

    monkeypatch.setattr(cache, "set", away)
    answer = Client().get("/health/ready")

    assert answer.status_code == 503
    assert answer.json()["checks"]["redis"] is False
