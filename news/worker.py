"""One worker owns one provider: subscribe, fill the gap, then store what comes; restart is the
normal start.

`step()` does one bounded unit and says whether there was work. A second worker of the same provider
waits as hot standby until the lease is free.
"""

import contextlib
import logging
import random
import threading
import time
from collections.abc import Callable, Sequence

import psycopg

from flow.backoff import backoff_s
from flow.cadence import Every
from flow.domain.events import Malformed
from flow.malformed import BadInput
from flow.storage import leases
from flow.storage.db import connect
from flow.storage.schemas import alias_of
from flow.storage.streams import newest_ts, open_stream
from news.gapfill import Filled, fill
from news.providers import Item, LiveStories, NewsProvider, Page, ProviderDown
from news.reference import KnownSymbols
from news.storage.commits import FeedState, StoryLog
from news.storage.writing import open_gap
from news.stories import Reader, Story, read_story

log = logging.getLogger(__name__)

READ_LIMIT = 500
READ_TIMEOUT_S = 0.25
CHUNK = 500  # stories of one commit while a gap is filled
RENEW_EVERY_S = 1.0
HEARTBEAT_EVERY_S = 5.0
REFERENCE_EVERY_S = 60.0
TTL_S = 30.0  # a page of history may take a provider longer than the usual lease
STANDBY_POLL_S = 0.5
PAUSE_S = 0.25
# Source: platform.md 5.6 BETTER (0.5 to 30 s, full jitter) and style.md B8 (a healthy minute).
FIRST_WAIT_S, LONGEST_WAIT_S, HEALTHY_S = 0.5, 30.0, 60.0


class NewsWorker:
    """Drives one provider into the log and the stories of one run.

    Errors: LeaseLost when another worker took over; FeedStopped when too many items are broken;
    ProviderDown (permanent) when a person must act; psycopg.Error when the database is away.
    """

    def __init__(
        self,
        provider: NewsProvider,
        *,
        backfill_limit: int,
        wall_us: Callable[[], int],
        run: int = 0,
        monotonic: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.provider = provider
        self.run = run
        self._backfill_limit = min(backfill_limit, provider.page_limit)
        self._wall_us = wall_us
        self._monotonic = monotonic
        self._jitter = jitter
        self._conn = connect(alias_of(run), f"news {provider.name}")
        self._lease: leases.Lease | None = None
        self._live: LiveStories | None = None
        self._bad = BadInput(f"{provider.name} news")
        self._renewal = Every(RENEW_EVERY_S, monotonic)
        self._heartbeat = Every(HEARTBEAT_EVERY_S, monotonic)
        self._reference = Every(REFERENCE_EVERY_S, monotonic)
        self._attempt = 0
        self._retry_at = 0.0
        self._connected_at = 0.0
        self._said: FeedState = FeedState("starting")

    @property
    def resource(self) -> str:
        return f"news:{self.run}:{self.provider.name}"

    @property
    def is_connected(self) -> bool:
        """Whether the subscription stands and the gap before it is filled."""
        return self._live is not None

    def take_over(self) -> bool:
        """Try to become the owner; False while another worker is."""
        self._lease = leases.take(self._conn, self.resource, ttl_s=TTL_S)
        if self._lease is None:
            return False
        head = open_stream(self._conn, run=self.run, source=self.provider.name, kind="news")
        self._log = StoryLog(self._conn, self._lease, head)
        self._newest = newest_ts(self._conn, [head.id]) or 0
        self._known = KnownSymbols(self._conn)
        self._reader = Reader(self.provider.name, self.provider.label, self._known)
        if self._log.until is not None:
            self._open_gap(self._log.heard_at or self._log.until, "the worker was away")
        return True

    def step(self) -> bool:
        """Connect, or read once and commit what came. Errors: see the class."""
        self._renew()
        if self._reference.due():
            self._known.refresh()
        if self._live is None:
            return self._connect()
        try:
            items = self._live.read(READ_LIMIT, READ_TIMEOUT_S)
        except ProviderDown as down:
            self._lost(down)
            return False
        self._heard()
        if items:
            self._store(items)
        elif self._heartbeat.due():
            self._log.write(self._said, received_at=self._now())
        return bool(items)

    def close(self) -> None:
        """Give the lease back; close the subscription, the provider and the connection."""
        with contextlib.suppress(psycopg.Error):
            if self._lease is not None and not self._conn.closed:
                leases.release(self._conn, self._lease)
        self._hang_up()
        self.provider.close()
        self._conn.close()

    def _connect(self) -> bool:
        """Subscribe first, then fill: what comes meanwhile waits in the subscription."""
        if self._monotonic() < self._retry_at:
            if self._heartbeat.due():
                self._log.write(self._said, received_at=self._now())
            return False
        try:
            self._live = self.provider.live()
            filled = fill(self._page, self._log.until)
        except ProviderDown as down:
            self._lost(down)
            return False
        self._connected_at = self._monotonic()
        self._heard()
        self._store_filled(filled)
        return True

    def _page(self, before: str | None, after: int | None) -> Page:
        self._renew()
        limit = self._backfill_limit if after is None else self.provider.page_limit
        return self.provider.fetch_page(before=before, after=after, limit=limit)

    def _store_filled(self, filled: Filled) -> None:
        """Commit a gap, oldest first: whatever is committed, nothing before it is missing."""
        items = filled.items
        for start in range(0, max(len(items), 1), CHUNK):
            is_last = start + CHUNK >= len(items)
            self._store(items[start : start + CHUNK], closes=filled if is_last else None)
            self._renew()

    def _store(self, items: Sequence[Item], *, closes: Filled | None = None) -> None:
        now = self._now()
        stories, malformed, stopped = self._bad.part(self._read(item, now) for item in items)
        if stopped is not None:
            self._said = FeedState("stopped", str(stopped))
        self._log.write(
            self._said,
            received_at=now,
            stories=stories,
            malformed=malformed,
            received=len(stories) + len(malformed),
            gap_is_whole=closes.is_whole if closes is not None and stopped is None else None,
        )
        self._newest = max(self._newest, now)
        if stopped is not None:
            raise stopped

    def _read(self, item: Item, now: int) -> Story | Malformed:
        if isinstance(item, Malformed):
            return item
        return read_story(item, self._reader, received_at=now)

    def _now(self) -> int:
        """Return the time of receipt: the wall, and never before what the stream has already."""
        return max(self._wall_us(), self._newest)

    def _heard(self) -> None:
        self._log.heard_at = self._now()
        self._said = FeedState("live")
        if self._monotonic() - self._connected_at >= HEALTHY_S:
            self._attempt = 0

    def _lost(self, down: ProviderDown) -> None:
        """Note the gap and when to try again. Errors: ProviderDown where trying is no use."""
        self._hang_up()
        state = "stopped" if down.is_permanent else "reconnecting"
        self._said = FeedState(state, str(down))
        if self._log.until is not None:
            self._open_gap(self._log.heard_at or self._log.until, "the connection was lost")
        self._log.write(self._said, received_at=self._now())
        if down.is_permanent:
            raise down
        wait_s = backoff_s(self._attempt, self._jitter(), base_s=FIRST_WAIT_S, cap_s=LONGEST_WAIT_S)
        self._attempt += 1
        self._retry_at = self._monotonic() + wait_s
        log.warning("news %s is away and is tried again: %s", self.provider.name, down)

    def _open_gap(self, from_ts: int, cause: str) -> None:
        self._log.gap_from = open_gap(
            self._conn,
            self._log.lease,
            run=self.run,
            source=self._log.source,
            from_ts=from_ts,
            cause=cause,
        )

    def _hang_up(self) -> None:
        if self._live is not None:
            self._live.close()
            self._live = None

    def _renew(self) -> None:
        if self._renewal.due():
            assert self._lease is not None  # noqa: S101 - take_over came first
            leases.renew(self._conn, self._lease, ttl_s=TTL_S)


def run_worker(worker: NewsWorker, stop: threading.Event) -> None:
    """Wait for the lease, then step until stopped. Closes the worker."""
    try:
        while not worker.take_over():
            if stop.wait(STANDBY_POLL_S):
                return
        log.info("news %s owns its stream", worker.provider.name)
        while not stop.is_set():
            if not worker.step() and not worker.is_connected:
                stop.wait(PAUSE_S)
    finally:
        worker.close()
