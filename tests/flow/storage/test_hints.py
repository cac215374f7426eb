"""Hints are sent after commits and cost nothing when nobody carries them."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.conf import settings as django_settings

from flow.storage import hints
from flow.storage.hints import CHANNEL, announce
from tests.support.market import count, ingest_cut, option_log, option_trade, prints_of
from tests.support.workers import derive_all


def in_fresh_thread(act: Any) -> None:
    """Run something with a client of its own, as another process has."""
    thread = threading.Thread(target=act)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """What is announced while a test runs, read at the end of its reader."""
    client: Any = redis.Redis.from_url(django_settings.REDIS_URL)
    listener = client.pubsub(ignore_subscribe_messages=True)
    listener.subscribe(CHANNEL)
    listener.get_message(timeout=5)  # the subscription itself
    found: list[str] = []
    yield found
    while (message := listener.get_message(timeout=0.2)) is not None:
        found.append(message["data"].decode())
    listener.close()
    client.close()
    assert found == ["default:0", "runs:7"]


def test_a_hint_names_the_alias_and_the_run(heard: list[str]) -> None:
    def act() -> None:
        announce("default", 0)
        announce("runs", 7)

    in_fresh_thread(act)


@pytest.mark.parametrize(
    "failure",
    [redis.ConnectionError("gone"), redis.TimeoutError("slow"), OSError("no route")],
)
def test_no_failure_of_redis_reaches_the_writer(
    monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    asked: list[int] = []

    class Away:
        def publish(self, *_: object) -> None:
            asked.append(1)
            raise failure

    monkeypatch.setattr(hints, "_client", Away)

    def act() -> None:
        for _ in range(50):
            announce("default", 0)

    in_fresh_thread(act)
    assert len(asked) == 1


@pytest.mark.usefixtures("log_db")
def test_ingest_and_compute_do_their_work_with_redis_away(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"

    def act() -> None:
        ingest_cut([option_trade(n, n) for n in range(6)], chunk=2)
        derive_all()

    in_fresh_thread(act)
    assert len(prints_of(option_log())) == 6
    assert count("packet") == 1
