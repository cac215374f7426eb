"""Wake-ups after a commit. A hint may be lost: every reader also polls (design, point 7)."""

import threading
import time

import redis
from django.conf import settings

CHANNEL = "islandflow:committed"
TIMEOUT_S = 0.2
QUIET_S = 5.0

_local = threading.local()


def announce(alias: str, run: int) -> None:
    """Say that something was committed for a run. Never raises and never waits long."""
    now = time.monotonic()
    if now < getattr(_local, "quiet_until", 0.0):
        return
    try:
        _client().publish(CHANNEL, f"{alias}:{run}")
    except (redis.RedisError, OSError):
        # A server that hangs must not cost every commit its timeout.
        _local.quiet_until = now + QUIET_S


def _client() -> redis.Redis:
    client: redis.Redis | None = getattr(_local, "client", None)
    if client is None:
        client = redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S
        )
        _local.client = client
    return client
