"""One socket's place among the shared views: what it has seen, and what fits its next frame."""

from collections.abc import Callable
from typing import Any, Protocol

from flow.live.frames import FRAME_BYTES, Addressed, cut, size_of
from flow.live.registry import Pulse, ViewKey
from flow.live.rings import Position, View

HEAD_BYTES = 1_000


class Room(Protocol):
    """What a ticket needs of the hub."""

    lock: Any  # an RLock; typeshed hides its class

    def pulse(self, run: int) -> Pulse: ...
    def leave(self, ticket: Any) -> None: ...


class Ticket:
    """One socket's look at its views: where it stands in each. Used by the socket's loop alone."""

    def __init__(self, room: Room, views: list[tuple[ViewKey, View]], wake: Callable[[], None]):
        self._room = room
        self.views = views
        self.wake = wake
        self._positions: dict[ViewKey, Position | None] = {key: None for key, _ in views}

    def collect(self) -> list[Addressed]:
        """Return what this socket has not seen, within one frame; the rest stays due."""
        parts: list[Addressed] = []
        left = FRAME_BYTES - HEAD_BYTES
        with self._room.lock:
            for key, view in self.views:
                if not view.is_ready:
                    continue
                part, here = view.since(self._positions[key])
                if part is None:
                    continue
                size = size_of(part)
                if size > left and parts:
                    continue
                if size > left:
                    part = cut(view.since(None)[0] or part, left)
                self._positions[key] = here
                left -= size
                parts.append(Addressed(key.panel, part))
        return parts

    def forget(self) -> None:
        """Ask for snapshots: the page says that it has lost the thread."""
        self._positions = dict.fromkeys(self._positions)

    def pulse(self) -> Pulse:
        """Return the state of this run's data as the hub last saw it."""
        return self._room.pulse(self.views[0][0].run.id) if self.views else {}

    def leave(self) -> None:
        """Stop watching."""
        self._room.leave(self)
