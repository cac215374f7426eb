"""One thread per web process follows the log and renders; sockets only join finished strings.

Daphne starts nothing at boot and its loop must not wait for a database, so the hub is a thread with
connections of its own, started by the first socket and ended when nobody watches any more.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connections

from flow.live.registry import (
    Pulse,
    RunLike,
    Tail,
    ViewKey,
    is_rows,
    panel_of,
    pulse_of,
    row_panel,
)
from flow.live.rings import BlockView, Entry, RowView, View
from flow.live.tickets import Ticket
from flow.live.wakeups import Wakeups

log = logging.getLogger(__name__)

POLL_S = 0.25
TICK_S = 0.1  # at most ten turns a second, whatever the hints
BUSY_TICK_S = 0.5
BUSY_VIEWS = 64
PULSE_S = 1.0
PAUSE_S = 1.0
LINGER_S = 5.0
NO_ANSWER: Pulse = {"state": "unknown", "words": "The database does not answer"}


class Hub:
    """The views that sockets of this process look at, and the thread that keeps them."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._views: dict[ViewKey, View] = {}
        self._tickets: set[Ticket] = set()
        self._pulses: dict[int, tuple[float, Pulse]] = {}
        self._tails: dict[tuple[str, int], Tail] = {}
        self._thread: threading.Thread | None = None
        self._joined = threading.Event()
        self._idle_since = 0.0
        self._trouble = ""
        self.turns = 0

    def join(self, keys: Iterable[ViewKey], wake: Callable[[], None]) -> Ticket:
        """Watch some views; `wake` is called from the hub's thread when one of them changed."""
        with self.lock:
            views = [(key, self._views.setdefault(key, _new_view(key))) for key in keys]
            ticket = Ticket(self, views, wake)
            self._tickets.add(ticket)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="live-hub", daemon=True)
                self._thread.start()
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """Forget a socket, and the views that only it looked at."""
        with self.lock:
            self._tickets.discard(ticket)
            wanted = {key for other in self._tickets for key, _ in other.views}
            for key in self._views.keys() - wanted:
                del self._views[key]

    def pulse(self, run: int) -> Pulse:
        """Return the newest pulse of a run."""
        return self._pulses.get(run, (0.0, {}))[1]

    def close(self) -> None:
        """Drop every view and wait for the thread (tests, shutdown)."""
        with self.lock:
            self._tickets.clear()
            self._views.clear()
            thread, self._idle_since = self._thread, -LINGER_S
        if thread is not None:
            thread.join(timeout=10)

    def _run(self) -> None:
        wakeups = Wakeups()
        try:
            while self._has_watchers():
                began = time.monotonic()
                self._guarded_turn()
                tick = TICK_S if len(self._views) <= BUSY_VIEWS else BUSY_TICK_S
                time.sleep(max(0.0, tick - (time.monotonic() - began)))
                wakeups.wait(0 if self._has_newcomers() else max(0.0, POLL_S - tick))
        finally:
            wakeups.close()
            self._let_go()

    def _has_newcomers(self) -> bool:
        with self.lock:
            return not all(view.is_ready for view in self._views.values())

    def _has_watchers(self) -> bool:
        """Tell whether to go on; the thread ends under the lock, so no socket joins a dead one."""
        with self.lock:
            now = time.monotonic()
            if self._views:
                self._idle_since = now
            elif now - self._idle_since > LINGER_S or self._idle_since < 0:
                self._thread = None
                self._idle_since = 0.0
                return False
            return True

    def _guarded_turn(self) -> None:
        """Do one turn; whatever breaks it, say so on every page and start again from the log."""
        try:
            self.turn()
            self._trouble = ""
        except Exception as error:
            if str(error) != self._trouble:  # once, not once a second for as long as it lasts
                log.exception("live panels: a turn failed; reading everything again until it works")
            self._trouble = str(error)
            with self.lock:
                self._pulses = {key.run.id: (0.0, NO_ANSWER) for key in self._views}
                for view in self._views.values():
                    view.is_ready = False
                self._wake(set(self._views))
            self._let_go()
            time.sleep(PAUSE_S)

    def turn(self) -> None:
        """Read what was committed since the last turn and wake who looks at it."""
        self.turns += 1
        with self.lock:
            keys = list(self._views)
        changed: set[ViewKey] = set()
        self._drop_tails(keys)
        for name, run in {(key.panel, key.run) for key in keys if is_rows(panel_of(key.panel))}:
            mine = [key for key in keys if (key.panel, key.run) == (name, run)]
            changed |= self._turn_lane(name, run, mine)
        changed |= self._turn_blocks([key for key in keys if not is_rows(panel_of(key.panel))])
        felt = self._feel_pulses({key.run.id: key.run for key in keys})
        with self.lock:
            self._wake(changed | {key for key in keys if key.run.id in felt})

    def _turn_lane(self, name: str, run: RunLike, keys: list[ViewKey]) -> set[ViewKey]:
        """Bring the views of one lane and run up to date."""
        panel, changed = row_panel(name), set()
        if (name, run.id) not in self._tails:
            self._tails[name, run.id] = panel.tail(run)
        rows = self._tails[name, run.id].poll()
        for key in keys:
            view = self._view(key)
            if not isinstance(view, RowView):
                continue
            if rows is None or not view.is_ready:
                fresh = [_entry(panel, row) for row in panel.newest(run, key.chosen)]
                with self.lock:
                    view.reset(fresh)
                changed.add(key)
            elif rows:
                taken = [_entry(panel, row) for row in rows if panel.accepts(row, key.chosen)]
                with self.lock:
                    if taken and view.add(taken):
                        changed.add(key)
        return changed

    def _turn_blocks(self, keys: list[ViewKey]) -> set[ViewKey]:
        changed: set[ViewKey] = set()
        now = time.monotonic()
        for key in keys:
            view, panel = self._view(key), panel_of(key.panel)
            if not isinstance(view, BlockView) or (view.is_ready and now < view.due):
                continue
            html = panel.html(key.run, key.chosen)
            with self.lock:
                view.due = now + panel.every_s  # type: ignore[union-attr]
                if view.put(html):
                    changed.add(key)
        return changed

    def _feel_pulses(self, runs: dict[int, RunLike]) -> set[int]:
        """Ask how each run's data is; returns the runs whose state is another one than before."""
        now, changed = time.monotonic(), set()
        for number, run in runs.items():
            felt_at, known = self._pulses.get(number, (0.0, {}))
            if now - felt_at < PULSE_S:
                continue
            pulse = pulse_of(run)
            self._pulses[number] = now, pulse
            if pulse.get("state") != known.get("state"):
                changed.add(number)
        return changed

    def _view(self, key: ViewKey) -> View | None:
        with self.lock:
            return self._views.get(key)

    def _wake(self, changed: set[ViewKey]) -> None:
        for ticket in self._tickets:
            if any(key in changed for key, _ in ticket.views):
                ticket.wake()

    def _drop_tails(self, keys: list[ViewKey]) -> None:
        wanted = {(key.panel, key.run.id) for key in keys}
        for gone in self._tails.keys() - wanted:
            self._tails.pop(gone).close()

    def _let_go(self) -> None:
        """Give every connection of this thread back."""
        for tail in self._tails.values():
            tail.close()
        self._tails.clear()
        connections.close_all()


def _new_view(key: ViewKey) -> View:
    panel = panel_of(key.panel)
    if not is_rows(panel):
        return BlockView()
    lane = row_panel(key.panel)
    return RowView(lane.limit, lambda row: lane.html(key.run, row))


def _entry(panel: Any, row: Any) -> Entry:
    return Entry(panel.key(row), panel.revision(row), row)


hub = Hub()
