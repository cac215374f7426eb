"""A feed over a TCP connection that speaks our JSONL, made to be resumed after any accident.

    feed    -> {"resume": {"line": 17}}         or {"resume": null}
    sender  -> {"from": 12}                     the position of the first line that follows
    sender  -> {"type": "option_print", "n": 12, ...}

Lines are numbered by position, good and broken alike. A sender may repeat lines before the resume
point; the log knows them by their uid, so lines should carry `uid`, `id` or `sequence`.
"""

import json
import random
import socket
import time
from collections import deque
from collections.abc import Callable

from flow.backoff import backoff_s
from flow.domain.events import QuoteMode
from ingest.feeds import Capabilities, Cursor, FeedItem
from ingest.jsonl import MAX_LINE, JsonlParser
from ingest.jsonl_lines import too_long

CHUNK = 1 << 16
HEALTHY_S = 60.0
CONNECT_TIMEOUT_S = 1.0
CHANGES = Capabilities(
    quote_mode_options=QuoteMode.CHANGE,
    quote_mode_equities=QuoteMode.CHANGE,
    off_exchange=True,
)


class LineFeed:
    """Receives lines; reconnects by itself. `reconnects` and `waiting_s` are for feed health."""

    finished = False

    def __init__(
        self,
        host: str,
        port: int,
        *,
        source: str = "lines",
        capabilities: Capabilities = CHANGES,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.source = source
        self.capabilities = capabilities
        self.reconnects = 0
        self._address = (host, port)
        self._clock, self._sleep, self._jitter = clock, sleep, jitter
        self._parser = JsonlParser(source, counts_repeats=False)
        self._socket: socket.socket | None = None
        self._attempt = 0
        self._retry_at = 0.0
        self._connected_at = 0.0
        self._line = 0  # the next line that was never returned
        self._reset_stream()

    def open(self, cursor: Cursor | None) -> None:
        """Go on after `cursor`; None asks the sender for everything that it has."""
        self.close()
        self._line = int(cursor["line"]) if cursor is not None else 0
        self._attempt, self._retry_at = 0, 0.0

    def read(self, limit: int, timeout_s: float) -> list[FeedItem]:
        """Return what has arrived; waits at most `timeout_s`, also while reconnecting."""
        if not self._lines and self._connect(timeout_s):
            self._receive(timeout_s)
        items: list[FeedItem] = []
        while self._lines and len(items) < limit:
            item = self._item(self._lines.popleft())
            if item is not None:
                items.append(item)
        return items

    def cursor(self) -> Cursor:
        """Return the position after the last line that `read` returned."""
        return {"line": self._line}

    def close(self) -> None:
        """Drop the connection and what it had sent but nobody has read."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._reset_stream()

    def _reset_stream(self) -> None:
        self._rest = b""
        self._skipping = False  # inside a line that is longer than any line may be
        self._position = self._line
        self._lines: deque[bytes] = deque()

    def _connect(self, timeout_s: float) -> bool:
        if self._socket is not None:
            return True
        wait_s = self._retry_at - self._clock()
        if wait_s > 0:
            self._sleep(min(wait_s, timeout_s))
            return False
        try:
            connection = socket.create_connection(self._address, CONNECT_TIMEOUT_S)
            resume = {"line": self._line} if self._line else None
            connection.sendall(json.dumps({"resume": resume}).encode() + b"\n")
        except OSError:
            self._lost()
            return False
        self._reset_stream()
        self._socket, self._connected_at = connection, self._clock()
        return True

    def _lost(self) -> None:
        """Forget the connection and set the time of the next try; a healthy minute starts over."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
            self.reconnects += 1
            if self._clock() - self._connected_at >= HEALTHY_S:
                self._attempt = 0
        self._retry_at = self._clock() + backoff_s(self._attempt, self._jitter())
        self._attempt += 1

    def _receive(self, timeout_s: float) -> None:
        connection = self._socket
        if connection is None:
            return
        connection.settimeout(max(timeout_s, 0.001))
        try:
            chunk = connection.recv(CHUNK)
        except TimeoutError:
            return
        except OSError:
            chunk = b""
        if not chunk:
            self._lost()  # the torn last line comes again after the reconnect
            self._rest = b""
            return
        self._split(chunk)

    def _split(self, chunk: bytes) -> None:
        *lines, rest = (self._rest + chunk).split(b"\n")
        if lines and self._skipping:
            lines.pop(0)
            self._skipping = False
        self._lines.extend(lines)
        if len(rest) > MAX_LINE:
            if not self._skipping:
                self._lines.append(rest)
            self._skipping, rest = True, b""
        self._rest = rest

    def _item(self, line: bytes) -> FeedItem | None:
        """Return what one line is; the sender's own {"from": n} only sets the position."""
        start = _first_position(line)
        if start is not None:
            self._position = start
            return None
        where = f"{self.source}:line {self._position}"
        self._position += 1
        self._line = max(self._line, self._position)
        if len(line) > MAX_LINE:
            return too_long(line, MAX_LINE, where)
        return self._parser.parse(line, where)


def _first_position(line: bytes) -> int | None:
    if not line.startswith(b'{"from"') or len(line) > 64:
        return None
    try:
        start = json.loads(line)["from"]
    except (ValueError, KeyError):
        return None
    return start if type(start) is int and start >= 0 else None  # True is no position
