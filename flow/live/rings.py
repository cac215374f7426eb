"""What every socket of a view shares: the rows shown, and the newest ones as finished strings.

Pure memory, no database. Each row is rendered once; a socket joins the strings since its own
position, or takes the whole window when it is further behind than the ring is long.
"""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Literal, NamedTuple

RING = 40  # most rows of one frame (platform errata 50)


class Position(NamedTuple):
    """Where a socket stands in a view: entries of the ring, and rows counted."""

    entry: int
    counted: int


class Part(NamedTuple):
    """What one view contributes to one frame. `fresh` counts rows since the last frame."""

    mode: Literal["replace", "prepend"]
    rows: tuple[str, ...]
    fresh: int


class Entry:
    """One row of the window; `html` is made when it is first shown."""

    __slots__ = ("html", "key", "revision", "row")

    def __init__(self, key: str, revision: int, row: Any) -> None:
        self.key, self.revision, self.row, self.html = key, revision, row, ""


class RowView:
    """The newest `limit` rows of a lane, and the ring of those that came last."""

    def __init__(self, limit: int, render: Callable[[Any], str], *, ring: int = RING) -> None:
        self.limit = limit
        self._render = render
        self._window: dict[str, Entry] = {}
        self._ring: deque[Entry] = deque(maxlen=ring)
        self._oldest = ""  # key of the last row of a full window
        self._end = 0
        self._counted = 0
        self.is_ready = False

    @property
    def position(self) -> Position:
        return Position(self._end, self._counted)

    def reset(self, entries: Iterable[Entry]) -> None:
        """Take the rows of a fresh page; whoever looked before needs a snapshot."""
        self._window = {}
        self._keep(list(entries))
        self._ring.clear()
        self._end += 1
        self.is_ready = True

    def add(self, entries: Iterable[Entry]) -> bool:
        """Take new rows in commit order; whether anything on screen changes."""
        taken = [entry for entry in entries if self._takes(entry)]
        if not taken:
            return False
        self._counted += len(taken)
        self._keep(taken)
        shown = [entry for entry in taken if self._window.get(entry.key) is entry]
        self._ring.extend(shown)
        self._end += len(shown)
        return True

    def since(self, position: Position | None) -> tuple[Part | None, Position]:
        """Return what a socket at a position has not seen; None asks for a snapshot."""
        here = self.position
        if position == here:
            return None, here
        fresh = 0 if position is None else here.counted - position.counted
        behind = None if position is None else here.entry - position.entry
        if behind is None or behind > len(self._ring):
            rows = [self._window[key].html for key in sorted(self._window, reverse=True)]
            return Part("replace", tuple(rows), fresh), here
        # Newest first, and of one row only its newest revision: a reader must not fall back.
        newest: dict[str, str] = {}
        for entry in reversed(list(self._ring)[len(self._ring) - behind :]):
            newest.setdefault(entry.key, entry.html)
        return Part("prepend", tuple(newest.values()), fresh), here

    def _takes(self, entry: Entry) -> bool:
        known = self._window.get(entry.key)
        if known is not None:
            return entry.revision > known.revision
        # Older than a full window: it belongs to the history below, not to this page.
        return entry.key > self._oldest

    def _keep(self, entries: list[Entry]) -> None:
        """Merge rows into the window and render what stays."""
        self._window.update((entry.key, entry) for entry in entries)
        keys = sorted(self._window)
        for key in keys[: -self.limit]:
            del self._window[key]
        self._oldest = keys[-self.limit] if len(keys) >= self.limit else ""
        for entry in self._window.values():
            if not entry.html:
                entry.html = self._render(entry.row)


class BlockView:
    """A block by version: a socket is behind when its version is another one."""

    def __init__(self) -> None:
        self._html = ""
        self._version = 0
        self.due = 0.0
        self.is_ready = False

    def put(self, html: str) -> bool:
        """Take the newest rendering; whether it differs."""
        changed = not self.is_ready or html != self._html
        self._html, self.is_ready = html, True
        self._version += changed
        return changed

    def since(self, position: Position | None) -> tuple[Part | None, Position]:
        """Return the block when the socket has another version of it."""
        here = Position(self._version, 0)
        if position == here:
            return None, here
        return Part("replace", (self._html,), 0), here


View = RowView | BlockView
