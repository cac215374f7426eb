"""A hint wakes at once; without Redis the poll does, and nothing raises."""

import threading
import time

import pytest
import redis
from django.conf import settings

from flow.live.wakeups import Wakeups
from flow.storage.hints import announce

FAR_S = 5.0


@pytest.fixture
def listening() -> Wakeups:
    wakeups = Wakeups()
    wakeups.wait(0.2)  # subscribes
    return wakeups


def seconds_of_wait(wakeups: Wakeups, timeout_s: float) -> float:
    began = time.monotonic()
    wakeups.wait(timeout_s)
    return time.monotonic() - began


def test_a_hint_ends_the_wait(listening: Wakeups) -> None:
    threading.Timer(0.1, announce, ("default", 0)).start()
    assert seconds_of_wait(listening, FAR_S) < FAR_S / 2
    listening.close()


def test_hints_that_came_meanwhile_are_one(listening: Wakeups) -> None:
    for _ in range(20):
        announce("default", 0)
    assert seconds_of_wait(listening, FAR_S) < FAR_S / 2
    assert seconds_of_wait(listening, 0.2) >= 0.15
    listening.close()


def test_flushing_redis_changes_nothing(listening: Wakeups) -> None:
    redis.Redis.from_url(settings.REDIS_URL).flushall()
    threading.Timer(0.1, announce, ("default", 0)).start()
    assert seconds_of_wait(listening, FAR_S) < FAR_S / 2
    listening.close()


def test_without_redis_the_wait_is_the_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "REDIS_URL", "redis://127.0.0.1:1/0")
    wakeups = Wakeups()
    for _ in range(3):
        assert 0.15 <= seconds_of_wait(wakeups, 0.2) < 1.0
    wakeups.close()


def test_a_subscription_that_broke_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flow.live.wakeups.RETRY_S", 0.0)
    wakeups = Wakeups()
    wakeups.wait(0.2)
    redis.Redis.from_url(settings.REDIS_URL).client_kill_filter(_type="pubsub")
    wakeups.wait(0.2)
    wakeups.wait(0.2)
    threading.Timer(0.1, announce, ("default", 0)).start()
    assert seconds_of_wait(wakeups, FAR_S) < FAR_S / 2
    wakeups.close()
