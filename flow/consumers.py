"""The one socket of a page: authorise, snapshot, forward, one frame per acknowledgement."""

import asyncio
import contextlib
import json
import secrets
import time
from typing import Any
from urllib.parse import parse_qs

from channels.generic.websocket import AsyncWebsocketConsumer

from flow.domain.clock import SystemClock
from flow.domain.units import MILLISECOND_US
from flow.live import frames
from flow.live.gate import RECHECK_S, Doorkeeper, user_of_session
from flow.live.hub import hub
from flow.live.registry import FilterError, ViewKey, panel_of
from flow.live.tickets import Ticket

MAX_PANELS = 8
_doorkeeper = Doorkeeper()
_clock = SystemClock()


class PanelConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """Forwards the panels named in the query. It holds a position per view and one credit."""

    async def connect(self) -> None:
        """Accept, then refuse with a code that the page can explain: a 403 would look like 1006."""
        self._user_id: int | None = None
        self._ticket: Ticket | None = None
        self._pump_task: asyncio.Task[None] | None = None
        self._received: list[float] = []
        self._told_state: object = None
        await self.accept()
        user = await user_of_session(self._session_key())
        if user is None:
            await self.close(frames.SIGNED_OUT)
        elif self.scope.get("run") is None:
            await self.close(frames.UNKNOWN_RUN)
        else:
            try:
                self._start(user.pk, _views(self.scope))
            except FilterError:
                await self.close(frames.BAD_PANELS)

    def _start(self, user_id: int, keys: list[ViewKey]) -> None:
        loop = asyncio.get_running_loop()
        self._user_id = user_id
        self._credit = frames.Credit(secrets.token_hex(4))
        self._wake = asyncio.Event()

        def wake() -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended, the socket with it
                loop.call_soon_threadsafe(self._wake.set)

        self._ticket = hub.join(keys, wake)
        self._pump_task = asyncio.create_task(self._pump(self._ticket))
        _doorkeeper.enter(user_id, self, self._give_way)

    async def disconnect(self, code: int) -> None:
        """Leave the hub; whatever was due is in the database."""
        self._forget()
        if self._pump_task is not None:
            self._pump_task.cancel()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take an acknowledgement, or the wish for a snapshot."""
        text = text_data or ""
        if self._ticket is None:
            return
        if bytes_data is not None or len(text) > frames.MESSAGE_BYTES:
            await self._end(frames.TOO_BIG)
        elif self._is_too_fast():
            await self._end(frames.TOO_FAST)
        else:
            self._heed(_json(text), self._ticket)

    def _heed(self, message: dict[str, Any], ticket: Ticket) -> None:
        if self._credit.take(message.get("epoch"), message.get("n")):
            self._wake.set()
        if message.get("ask") == "snapshot" and message.get("epoch") == self._credit.epoch:
            ticket.forget()
            self._wake.set()

    async def _pump(self, ticket: Ticket) -> None:
        """Send a frame when there is credit and something to say, or five quiet seconds passed."""
        now = time.monotonic()
        recheck_at, frame_at = now + RECHECK_S, 0.0
        while True:
            now = time.monotonic()
            if self._credit.is_lost(now):
                return await self._end(frames.COME_BACK)
            if now >= recheck_at:
                if await user_of_session(self._session_key()) is None:
                    return await self._end(frames.SIGNED_OUT)
                recheck_at = now + RECHECK_S
            if self._credit.is_free and now >= frame_at:
                await self._send_frame(ticket, now)
                frame_at = now + frames.FRAME_GAP_S
            await self._sleep(now, frame_at, recheck_at)

    async def _send_frame(self, ticket: Ticket, now: float) -> None:
        """Send what is due; nothing, when there is nothing to say and the last frame is fresh."""
        parts, pulse = ticket.collect(), ticket.pulse()
        is_fresh = self._credit.n and now - self._credit.sent_at < frames.HEARTBEAT_S
        if not parts and is_fresh and pulse.get("state") == self._told_state:
            return
        self._told_state = pulse.get("state")
        head = {"at": _clock.now_us() // MILLISECOND_US, **pulse}
        n = self._credit.spend(now)
        await self.send(text_data=frames.encode(self._credit.epoch, n, head, parts))

    async def _sleep(self, now: float, frame_at: float, recheck_at: float) -> None:
        """Wait for the hub or the browser, at most until the next thing that time alone does."""
        sent = self._credit.sent_at
        patience = frames.HEARTBEAT_S if self._credit.is_free else frames.ACK_PATIENCE_S
        until = min(recheck_at, sent + patience)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), max(0.01, until - now))
        self._wake.clear()
        if self._credit.is_free:
            await asyncio.sleep(max(0.0, frame_at - time.monotonic()))

    async def _end(self, code: int) -> None:
        """Close and forget at once: a frozen browser never answers the closing handshake."""
        self._forget()
        await self.close(code)

    def _forget(self) -> None:
        ticket, self._ticket = self._ticket, None
        if ticket is not None:
            ticket.leave()
        if self._user_id is not None:
            _doorkeeper.exit(self._user_id, self)

    def _give_way(self) -> None:
        """Let a newer socket of the same user have the place (called inside its own connect)."""
        self._closing = asyncio.create_task(self._end(frames.TOO_MANY))

    def _is_too_fast(self) -> bool:
        now = time.monotonic()
        self._received = [at for at in self._received if now - at < 1.0] + [now]
        return len(self._received) > frames.MESSAGES_PER_S

    def _session_key(self) -> str | None:
        session = self.scope.get("session")
        return session.session_key if session is not None else None


def _views(scope: dict[str, Any]) -> list[ViewKey]:
    """Return the views that a query string names. Errors: FilterError."""
    query = parse_qs(scope.get("query_string", b"").decode("utf-8", "replace"))
    names = [name for name in query.get("panels", [""])[0].split(",") if name]
    if not names or len(names) > MAX_PANELS:
        raise FilterError("panels", ",".join(names), f"1 to {MAX_PANELS} panel names")
    return [ViewKey(name, scope["run"], panel_of(name).choose(query)) for name in names]


def _json(text: str) -> dict[str, Any]:
    try:
        message = json.loads(text)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}
