"""Panels by name, and what a panel has to offer so that page, snapshot and frame are one function.

Each app declares its panels in its `panels` module; the first look-up imports them all.
"""

import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from django.utils.module_loading import autodiscover_modules

from flow.storage.schemas import Alias

Query = Mapping[str, Sequence[str]]
_importing = threading.Lock()


class RunLike(Protocol):
    """The run of a page or socket (replay.runs.RunRef); flow knows no run table."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def alias(self) -> Alias: ...
    @property
    def is_live(self) -> bool: ...


class FilterError(ValueError):
    """A filter that cannot be read. Fields: the parameter, what was received, what is expected."""

    def __init__(self, parameter: str, received: str, expected: str) -> None:
        """Say it in one sentence."""
        self.parameter = parameter
        super().__init__(f"{parameter} is {received[:60]!r}; expected {expected}")


class Tail(Protocol):
    """Follows what is committed after the moment it was made."""

    def poll(self) -> list[Any] | None:
        """Return the new rows in commit order; None when they are too many to read one by one."""
        ...

    def close(self) -> None: ...


class RowPanel(Protocol):
    """A lane of rows, newest first. `limit` rows are a page; the socket keeps exactly those."""

    name: str
    limit: int

    def choose(self, query: Query) -> Hashable:
        """Read the filter of a query string. Errors: FilterError."""
        ...

    def newest(self, run: RunLike, chosen: Any) -> list[Any]: ...
    def accepts(self, row: Any, chosen: Any) -> bool: ...
    def key(self, row: Any) -> str:
        """Return a text that sorts as the lane does; equal for revisions of one row."""
        ...

    def revision(self, row: Any) -> int: ...
    def html(self, run: RunLike, row: Any) -> str: ...
    def tail(self, run: RunLike) -> Tail: ...


class BlockPanel(Protocol):
    """A piece of page that is replaced as a whole when its HTML changed."""

    name: str
    every_s: float

    def choose(self, query: Query) -> Hashable: ...
    def html(self, run: RunLike, chosen: Any) -> str: ...


Panel = RowPanel | BlockPanel
Pulse = dict[str, Any]


class ViewKey(NamedTuple):
    """One view: rendered once, shared by every socket that looks at it."""

    panel: str
    run: RunLike
    chosen: Hashable


_panels: dict[str, Panel] = {}
_pulses: list[Callable[[RunLike], Pulse]] = []


def register(panel: Panel) -> None:
    """Offer a panel under its name; the last one wins (tests replace panels)."""
    _panels[panel.name] = panel


def register_pulse(pulse: Callable[[RunLike], Pulse]) -> None:
    """Offer the function that says in what state a run's data is, for the head of every frame."""
    _pulses[:] = [pulse]


def pulse_of(run: RunLike) -> Pulse:
    """Return the state of a run's data in a word, with its age."""
    _discover()
    return _pulses[0](run) if _pulses else {}


def panel_of(name: str) -> Panel:
    """Return a panel by name. Errors: FilterError for a name that no app offers."""
    _discover()
    found = _panels.get(name)
    if found is None:
        raise FilterError("panels", name, "one of " + ", ".join(sorted(_panels)))
    return found


def row_panel(name: str) -> RowPanel:
    """Return a lane by name. Errors: FilterError."""
    panel = panel_of(name)
    if not is_rows(panel):
        raise FilterError("panel", name, "a lane of rows")
    return panel  # type: ignore[return-value]


def is_rows(panel: Panel) -> bool:
    """Tell lanes of rows from blocks."""
    return hasattr(panel, "tail")


@lru_cache(maxsize=1)
def _discovered() -> bool:
    autodiscover_modules("panels")
    return True


def _discover() -> None:
    with _importing:
        _discovered()
