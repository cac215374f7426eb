"""Waiting for a commit: a hint through Redis, else the poll. A lost hint costs a quarter second."""

import contextlib
import time

import redis
from django.conf import settings

from flow.storage.hints import CHANNEL

RETRY_S = 2.0
CONNECT_S = 0.2


class Wakeups:
    """One subscription, made again when Redis comes back. Used by one thread."""

    def __init__(self) -> None:
        self._pubsub: redis.client.PubSub | None = None
        self._retry_at = 0.0

    def wait(self, timeout_s: float) -> None:
        """Return at the first hint or when the time is over, whatever Redis does."""
        deadline = time.monotonic() + timeout_s
        try:
            pubsub = self._subscribed()
            while pubsub is not None and (left := deadline - time.monotonic()) > 0:
                message = pubsub.get_message(timeout=left)
                if message is not None and message["type"] == "message":
                    self._drain(pubsub)
                    return
        except (redis.RedisError, OSError):
            self.close()
        time.sleep(max(0.0, deadline - time.monotonic()))

    def close(self) -> None:
        """Leave the channel."""
        pubsub, self._pubsub = self._pubsub, None
        if pubsub is not None:
            with contextlib.suppress(redis.RedisError, OSError):
                pubsub.close()

    def _drain(self, pubsub: redis.client.PubSub) -> None:
        while pubsub.get_message(timeout=0) is not None:
            pass

    def _subscribed(self) -> redis.client.PubSub | None:
        now = time.monotonic()
        if self._pubsub is None and now >= self._retry_at:
            self._retry_at = now + RETRY_S
            client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=CONNECT_S)
            pubsub = client.pubsub()  # type: ignore[no-untyped-call]  # redis ships it untyped
            pubsub.subscribe(CHANNEL)
            self._pubsub = pubsub
        return self._pubsub
