"""Small newswires for tests: every default is visible, nothing is random, time moves by hand."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flow.domain.units import from_datetime, to_datetime
from news.models import NewsRevision
from news.providers import Item, Page, ProviderDown
from news.stories import Reader, Story, read_story, updated_ts_of
from news.worker import NewsWorker
from tests.support.market import rows

NOW = 1_700_060_000_000_000  # 2023-11-15T14:53:20Z
SECOND = 1_000_000
MINUTE = 60 * SECOND


def iso(at: int) -> str:
    """Return an instant so many microseconds after NOW as a provider writes it."""
    return to_datetime(NOW + at).isoformat().replace("+00:00", "Z")


def item(story_id: int = 77, at: int = 0, **changes: Any) -> dict[str, Any]:
    """Return a story about SPY, published and updated `at` microseconds after NOW."""
    fields: dict[str, Any] = {
        "id": story_id,
        "headline": f"Story number {story_id}",
        "summary": "",
        "author": "A Desk",
        "source": "wire",
        "created_at": iso(at),
        "updated_at": iso(at),
        "content": "<p>Some words.</p>",
        "url": f"https://news.example/{story_id}",
        "symbols": ["SPY"],
    }
    return fields | changes


def updated(old: dict[str, Any], at: int, **changes: Any) -> dict[str, Any]:
    """Return a later version of an item."""
    return {**old, "updated_at": iso(at), **changes}


def story(raw: dict[str, Any] | None = None, **changes: Any) -> Story:
    """Return a read story; every symbol is known."""
    reader = Reader("wire", "The Wire", lambda symbol: True)
    read = read_story((raw or item()) | changes, reader, received_at=NOW + 3_600 * SECOND)
    assert isinstance(read, Story), read
    return read


class Wire:
    """A provider that a test feeds: `send` says something, `cut` ends the connection, `away` counts
    how often a connection or page is refused. History keeps the newest version of each story."""

    name = "wire"
    label = "The Wire"

    def __init__(self, *, page_limit: int = 50, kept: int = 10_000) -> None:
        self.page_limit = page_limit
        self.history: dict[int, Item] = {}
        self.queues: list[list[Item]] = []
        self.pages: list[tuple[str | None, int | None, int]] = []
        self.away = 0
        self.is_refused = False
        self.is_cut = False
        self.on_page: Callable[[], None] = lambda: None
        self._kept = kept

    def send(self, *items: Item) -> None:
        """Publish: into history, and to whoever listens."""
        for each in items:
            if isinstance(each, dict) and isinstance(each.get("id"), int):
                self.history[each["id"]] = each
            for queue in self.queues:
                queue.append(each)

    def cut(self) -> None:
        """End every connection."""
        self.is_cut = True
        self.queues.clear()

    def live(self) -> "Line":
        self._answer()
        self.is_cut = False
        queue: list[Item] = []
        self.queues.append(queue)
        return Line(self, queue)

    def fetch_page(self, *, before: str | None, after: int | None, limit: int) -> Page:
        self._answer()
        self.pages.append((before, after, limit))
        kept = sorted(self.history.values(), key=_newest_first)[: self._kept]
        since = [each for each in kept if after is None or (updated_ts_of(each) or 0) >= after]
        start = int(before or 0)
        items = since[start : start + limit]
        is_last = start + limit >= len(since)
        self.on_page()
        is_cut = is_last and len(kept) < len(self.history) and len(since) == len(kept)
        return Page(items, None if is_last else str(start + limit), is_cut)

    def close(self) -> None:
        """Nothing is held open."""

    def _answer(self) -> None:
        if self.is_refused:
            raise ProviderDown("the credentials are refused", is_permanent=True)
        if self.away:
            self.away -= 1
            raise ProviderDown("no route to the wire")


class Line:
    """One connection of a Wire."""

    def __init__(self, wire: Wire, queue: list[Item]) -> None:
        self._wire = wire
        self._queue = queue

    def read(self, limit: int, timeout_s: float) -> Sequence[Item]:
        if self._wire.is_cut:
            raise ProviderDown("the connection was reset")
        items = self._queue[:limit]
        del self._queue[:limit]
        return items

    def close(self) -> None:
        """Nothing is held open."""


class Clocks:
    """A wall that moves a second, and a monotonic clock that moves ten, whenever one looks."""

    def __init__(self, start: int = NOW + 3_600 * SECOND) -> None:
        self.wall_us = start
        self.seconds = 0.0

    def wall(self) -> int:
        self.wall_us += SECOND
        return self.wall_us

    def monotonic(self) -> float:
        self.seconds += 10.0
        return self.seconds


@contextmanager
def owning_news(
    wire: Any, *, clocks: Clocks | None = None, backfill_limit: int = 50, run: int = 0
) -> Iterator[NewsWorker]:
    """Give a news worker that owns its stream."""
    clocks = clocks or Clocks()
    worker = NewsWorker(
        wire,
        backfill_limit=backfill_limit,
        wall_us=clocks.wall,
        run=run,
        monotonic=clocks.monotonic,
        jitter=lambda: 0.5,
    )
    try:
        assert worker.take_over()
        yield worker
    finally:
        worker.close()


def drained(worker: NewsWorker, *, steps: int = 50) -> None:
    """Step until there is no work and the connection stands."""
    for _ in range(steps):
        if not worker.step() and worker.is_connected:
            return
    raise AssertionError("the worker does not come to rest")


def store(*items: Item, clocks: Clocks | None = None) -> None:
    """Let a worker start on a wire with this history, and stop again."""
    wire = Wire()
    with owning_news(wire, clocks=clocks) as worker:
        drained(worker)
        wire.send(*items)
        drained(worker)


def counters() -> tuple[int, ...]:
    """Return received, stored, duplicates, quarantined of the only feed."""
    (found,) = rows("SELECT received, stored, duplicates, quarantined FROM feed_cursor")
    assert found[0] == sum(found[1:])
    return found


def revisions() -> list[tuple[int, int]]:
    """Return (story, update in microseconds after NOW) in the order of the log."""
    found = NewsRevision.objects.order_by("seq")
    return [(each.story_id, micros(each.updated_ts)) for each in found]


def feed() -> tuple[str, str]:
    (found,) = rows("SELECT state, detail FROM feed_cursor")
    return found


def gaps() -> list[tuple[str, bool, bool]]:
    """Return cause, ended, filled of each gap."""
    return rows("SELECT cause, to_ts IS NOT NULL, filled_at IS NOT NULL FROM gap ORDER BY id")


@contextmanager
def after_a_loss(wire: Wire, *missed: Item) -> Iterator[NewsWorker]:
    """Give a worker that stored story 0, lost its connection, and missed these."""
    with owning_news(wire) as worker:
        wire.send(item(0, 0))
        drained(worker)
        wire.cut()
        worker.step()
        wire.send(*missed)
        yield worker


def micros(instant: Any) -> int:
    """Return a stored instant in microseconds after NOW."""
    return from_datetime(instant) - NOW


def _newest_first(each: Item) -> int:
    return -(updated_ts_of(each) or 0)
