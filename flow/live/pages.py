"""What every page with live panels needs: their HTML now, the socket's address, the filter's error.

Page and frame go through the same functions, so a page is what its frames would have made of it.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.safestring import SafeString

from flow.live.registry import FilterError, Query, RunLike, is_rows, panel_of, row_panel

# What may ride along in addresses: every parameter that a filter reads.
PARAMETERS = ("q", "side", "type", "prem", "view", "contract", "severity", "direction")


@dataclass(frozen=True)
class Page:
    """The panels of one page under one query. `last`: key of the oldest row of each lane;
    `full`: how many rows a lane keeps."""

    run: RunLike
    query: Query
    html: dict[str, SafeString]
    counts: dict[str, int]
    last: dict[str, str]
    full: dict[str, int]
    socket: str
    error: str


def query_of(request: HttpRequest) -> dict[str, list[str]]:
    """Return the parameters of an address, as sockets see them too."""
    return {name: [str(v) for v in request.GET.getlist(name)] for name in request.GET}


def page_of(request: HttpRequest, *names: str) -> Page:
    """Render the named panels; a filter that cannot be read shows its error and no rows."""
    run: RunLike = request.run  # type: ignore[attr-defined]
    query = query_of(request)
    html: dict[str, SafeString] = {}
    counts: dict[str, int] = {}
    last: dict[str, str] = {}
    full: dict[str, int] = {}
    error = ""
    for name in names:
        full[name] = getattr(panel_of(name), "limit", 0)
        try:
            html[name], keys = panel_html(name, run, query)
        except FilterError as refused:
            error = str(refused)
        else:
            counts[name], last[name] = len(keys), keys[-1] if keys else ""
    socket = "" if error else socket_address(run, query, names)
    return Page(
        run=run,
        query=query,
        html=html,
        counts=counts,
        last=last,
        full=full,
        socket=socket,
        error=error,
    )


def panel_html(name: str, run: RunLike, query: Query) -> tuple[SafeString, list[str]]:
    """Return what a panel shows now, and the keys of its rows. Errors: FilterError."""
    panel = panel_of(name)
    chosen = panel.choose(query)
    if not is_rows(panel):
        return SafeString(panel.html(run, chosen)), []
    lane = row_panel(name)
    rows = lane.newest(run, chosen)
    return SafeString("".join(lane.html(run, row) for row in rows)), [lane.key(row) for row in rows]


def socket_address(run: RunLike, query: Query, names: tuple[str, ...]) -> str:
    """Return the socket of a page: its panels, run and filter."""
    pairs: list[tuple[str, str]] = [("panels", ",".join(names)), ("run", run.name)]
    pairs += [(name, value) for name in PARAMETERS for value in query.get(name) or []]
    return f"/ws/live/?{urlencode(pairs)}"


def filter_pairs(run: RunLike, query: Query) -> list[tuple[str, str]]:
    """Return the run and filter of an address as pairs: for links, forms and older rows."""
    pairs = [] if run.is_live else [("run", run.name)]
    return pairs + [(name, value) for name in PARAMETERS for value in query.get(name) or []]
