"""A browser's page without a browser: takes frames as static/js does, over the real application."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.auth import get_user_model
from django.db import connections
from django.test import Client

from flow.domain.events import OptionPrint
from flow.live.registry import is_rows, panel_of
from ingest.feeds import FeedItem
from ingest.synthetic_feed import ledger
from ingest.worker import IngestWorker
from tests.support.feeds import ListFeed
from tests.support.workers import fixed_wall

_ROW = re.compile(r'<tr data-k="([0-9a-f]+)".*?</tr>', re.DOTALL)
PATIENCE_S = 10.0


def sign_in(role: str = "superuser", name: str = "") -> Client:
    """Return a signed-in client: its cookie opens pages and sockets alike."""
    from tests.support.evidence import signed_in

    return signed_in(role, name=name)


def rows_of(html: str) -> dict[str, str]:
    """Return the rows of a lane by key, as the page has them."""
    return {match[1]: match[0] for match in _ROW.finditer(html)}


class Tab:
    """One open page: the socket, the lanes by key, the blocks by name."""

    def __init__(self, client: Client, query: str, *, origin: str = "http://testserver") -> None:
        from islandflow.asgi import application

        self.client, self.query = client, query
        cookie = "; ".join(f"{c.key}={c.value}" for c in client.cookies.values())
        self.socket = WebsocketCommunicator(
            application,
            f"/ws/live/?{query}",
            headers=[(b"cookie", cookie.encode()), (b"origin", origin.encode())],
        )
        self.lanes: dict[str, dict[str, str]] = {}
        self.blocks: dict[str, str] = {}
        self.frames: list[dict[str, Any]] = []
        self.fresh: dict[str, int] = {}

    async def open(self) -> bool:
        """Connect; whether the handshake was accepted."""
        is_open, _ = await self.socket.connect(timeout=PATIENCE_S)
        return bool(is_open)

    async def receive(self, timeout_s: float = PATIENCE_S) -> dict[str, Any]:
        """Take the next frame into the page without acknowledging it."""
        frame: dict[str, Any] = json.loads(await self.socket.receive_from(timeout=timeout_s))
        self.frames.append(frame)
        for part in frame["parts"]:
            self._paint(part)
        return frame

    async def acknowledge(self, frame: dict[str, Any]) -> None:
        """Say that a frame was painted."""
        await self.say({"epoch": frame["epoch"], "n": frame["n"]})

    async def turn(self) -> dict[str, Any]:
        """Take a frame and acknowledge it."""
        frame = await self.receive()
        await self.acknowledge(frame)
        return frame

    async def until(self, holds: Callable[[], object]) -> dict[str, Any]:
        """Take frames until something holds, at most ten seconds; returns the last frame."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + PATIENCE_S
        frame = await self.turn()
        while not holds():
            assert loop.time() < deadline, f"after {len(self.frames)} frames: {self.lanes.keys()}"
            frame = await self.turn()
        return frame

    async def say(self, message: object) -> None:
        """Send a message of the page."""
        await self.socket.send_to(text_data=json.dumps(message))

    async def close_code(self, timeout_s: float = PATIENCE_S) -> int:
        """Wait until the server closes; frames before it are dropped."""
        deadline = asyncio.get_running_loop().time() + timeout_s
        while asyncio.get_running_loop().time() < deadline:
            output = await self.socket.receive_output(timeout=timeout_s)
            if output["type"] == "websocket.close":
                return int(output["code"])
        raise TimeoutError("the server did not close")

    async def close(self) -> None:
        """Go away, as a closed tab does."""
        await self.socket.disconnect(timeout=PATIENCE_S)

    def page(self, panel: str) -> str:
        """Return what the page shows of a panel."""
        if panel in self.blocks:
            return self.blocks[panel]
        rows = self.lanes.get(panel, {})
        return "".join(rows[key] for key in sorted(rows, reverse=True))

    def _paint(self, part: dict[str, Any]) -> None:
        name, panel = part["panel"], panel_of(part["panel"])
        if not is_rows(panel):
            self.blocks[name] = part["html"]
            return
        self.fresh[name] = self.fresh.get(name, 0) + part["fresh"]
        rows = self.lanes.setdefault(name, {})
        if part["mode"] == "replace":
            rows.clear()
        rows.update(rows_of(part["html"]))
        for key in sorted(rows)[: -panel.limit]:  # type: ignore[union-attr]
            del rows[key]


@asynccontextmanager
async def opened(client: Client, query: str) -> AsyncIterator[Tab]:
    """Give an open tab, and close it whatever happens."""
    tab = Tab(client, query)
    assert await tab.open()
    try:
        yield tab
    finally:
        await tab.close()


def eventually(holds: Callable[[], object], *, patience_s: float = PATIENCE_S) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.01)


def live_rows(count: int) -> list[FeedItem]:
    """Return so many prints of the seeded market, with the quotes between them."""
    items: list[FeedItem] = []
    for item in ledger(7, count * 40):
        items.append(item)
        if isinstance(item, OptionPrint):
            count -= 1
        if not count:
            break
    return items


class ChunkFeed(ListFeed):
    """Gives one chunk for each release, so that each becomes a commit of its own."""

    is_open = False
    sizes: Callable[[], int] | None = None

    def release(self) -> bool:
        """Let the next chunk through; False when there is none."""
        self.is_open = not self.finished
        return self.is_open

    def read(self, limit: int, timeout_s: float) -> list[FeedItem]:
        if not self.is_open:
            return []
        self.is_open = False
        if self.sizes is not None:
            self._chunk = self.sizes()
        return super().read(limit, timeout_s)


@contextmanager
def trickle(
    items: Sequence[FeedItem],
    *,
    chunk: int = 50,
    run: int = 0,
    sizes: Callable[[], int] | None = None,
) -> Iterator[Callable[[], bool]]:
    """Give a step of a real ingest worker over a list; False when the list is written."""
    feed = ChunkFeed(items, chunk=chunk)
    feed.sizes = sizes
    worker = IngestWorker(feed, run=run, clock_rule="event", wall_us=fixed_wall())
    assert worker.take_over()
    try:
        yield lambda: feed.release() and (worker.step() or True)
    finally:
        worker.close()


async def in_thread(function: Any, *args: Any, **kwargs: Any) -> Any:
    """Run database work where Django allows it."""
    return await sync_to_async(function)(*args, **kwargs)


async def let_go() -> None:
    """Give the connections of the worker thread back, so that the database can be dropped."""
    await sync_to_async(connections.close_all)()


def switch_off(name: str) -> None:
    """Deactivate an account."""
    get_user_model().objects.filter(username=name).update(is_active=False)
