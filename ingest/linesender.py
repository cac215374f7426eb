"""The other end of `LineFeed`, for `manage.py faults` and tests: serves a list of lines over TCP.

It keeps the ledger of what it sent, resends some lines after a reconnect, and can cut connections.
"""

import contextlib
import json
import socket
import threading
from collections.abc import Sequence

ACCEPT_POLL_S = 0.1
SEND_LINES = 200


class LineSender:
    """A TCP server in threads. Lines are numbered by position; line n is `lines[n]`.

    `overlap` lines before the asked position are sent again. `lines_per_s` paces each connection.
    Use as a context manager; `port` is free to choose with 0 and known after the start.
    """

    def __init__(
        self,
        lines: Sequence[bytes],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        overlap: int = 5,
        lines_per_s: float | None = None,
    ) -> None:
        self.lines = lines
        self.overlap = overlap
        self.sent = [0] * len(lines)  # the ledger: how often each line left
        self.resumes: list[int | None] = []  # what each connection asked for
        self._pause_s = SEND_LINES / lines_per_s if lines_per_s else 0.0
        self._stop = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._server = socket.create_server((host, port))
        self._server.settimeout(ACCEPT_POLL_S)
        self.port: int = self._server.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def __enter__(self) -> "LineSender":
        self._threads[0].start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    @property
    def complete(self) -> bool:
        """Whether every line has left at least once."""
        return all(self.sent)

    def unpace(self) -> None:
        """Send the rest as fast as it is read."""
        self._pause_s = 0.0

    def cut(self) -> None:
        """Drop every connection, in the middle of a line if it happens so."""
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def stop(self) -> None:
        """Drop the connections and end the threads."""
        self._stop.set()
        self.cut()
        self._server.close()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                connection, _ = self._server.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            with self._lock:
                self._open.add(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError, ValueError):
            connection.settimeout(None)
            asked = json.loads(connection.makefile("rb").readline() or b"{}").get("resume")
            line = int(asked["line"]) if asked else None
            self.resumes.append(line)
            start = max(0, (line or 0) - self.overlap)
            connection.sendall(b'{"from": %d}\n' % start)
            self._send(connection, start)
            self._idle(connection)
        with self._lock:
            self._open.discard(connection)

    def _idle(self, connection: socket.socket) -> None:
        """Stay connected, as a live feed does when nothing happens, until the other end leaves."""
        connection.settimeout(ACCEPT_POLL_S)
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                if not connection.recv(1):
                    return

    def _send(self, connection: socket.socket, start: int) -> None:
        for first in range(start, len(self.lines), SEND_LINES):
            last = min(first + SEND_LINES, len(self.lines))
            connection.sendall(b"".join(line + b"\n" for line in self.lines[first:last]))
            for position in range(first, last):
                self.sent[position] += 1
            if self._stop.wait(self._pause_s):
                return
