"""Wake-ups after a commit. A hint may be lost: every reader also polls (design, point 7)."""

import contextlib
import threading

import redis
from django.conf import settings

CHANNEL = "islandflow:committed"
TIMEOUT_S = 0.2

_local = threading.local()


def announce(alias: str, run: int) -> None:
    """Say that something was committed for a run. Never raises and never waits long."""
    with contextlib.suppress(redis.RedisError, OSError):
        _client().publish(CHANNEL, f"{alias}:{run}")


def _client() -> redis.Redis:
    client: redis.Redis | None = getattr(_local, "client", None)
    if client is None:
        client = redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S
        )
        _local.client = client
    return client
