"""Pages that show prints. Views only choose panels; panels read, templates write."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from flow.domain.units import to_datetime
from flow.live.pages import PARAMETERS, Page, filter_pairs, page_of, query_of
from flow.live.registry import FilterError, row_panel
from flow.live.tape import label_words, print_key, quote_words, tape_line
from flow.panels import PREMIUMS, SIDE_NUMBERS, TYPES, choose_prints
from flow.storage.pages import Position, PrintRow, print_page, prints_by_seq, stream_ids

OLDER_ROWS = 100
# Microseconds (to the year 4253), seq, stream: flow.live.tape.print_key.
_KEY = re.compile("([0-9a-f]{14})([0-9a-f]{11})([0-9a-f]{5})")


@require_safe
@never_cache
def command(request: HttpRequest) -> HttpResponse:
    """Show alerts and tape side by side, newest first."""
    page = page_of(request, "alerts", "tape", "tape_counts", "engine", "status")
    return render(request, "flow/command.html", _context(page))


@require_safe
@never_cache
def options(request: HttpRequest) -> HttpResponse:
    """Show the tape with its filter; `?print=` opens one print beside it."""
    chosen = _print_of(request)
    if chosen is not None and request.headers.get("HX-Request"):
        return render(request, "flow/print.html", _print_context(request, chosen))
    page = page_of(request, "tape", "tape_counts", "status")
    context = _context(page) | {"sides": SIDE_NUMBERS, "types": TYPES, "premiums": PREMIUMS}
    if chosen is not None:
        context |= _print_context(request, chosen)
    return render(request, "flow/options.html", context)


@require_safe
@never_cache
def options_rows(request: HttpRequest) -> HttpResponse:
    """Return the next older rows below a position, with the gate to the rows after them."""
    run, query = request.run, query_of(request)  # type: ignore[attr-defined]
    try:
        chosen = choose_prints(query)
        before = position_of(request.GET.get("before", ""))
    except FilterError as refused:
        return render(request, "flow/panels/older_failed.html", {"error": refused}, status=400)
    found = print_page(run.alias, run.id, limit=OLDER_ROWS + 1, chosen=chosen, before=before)
    rows = found[:OLDER_ROWS]
    panel = row_panel("tape")
    context = {
        "rows": [panel.html(run, row) for row in rows],
        "gate": gate(rows, run, query) if len(found) > OLDER_ROWS else None,
    }
    return render(request, "flow/panels/older.html", context)


def position_of(text: str) -> Position:
    """Read the key of a print. Errors: FilterError."""
    match = _KEY.fullmatch(text)
    if match is None:
        raise FilterError("print", text, "the key of a print")
    return Position(*(int(part, 16) for part in match.groups()))


def gate(rows: list[PrintRow], run: Any, query: Mapping[str, Any]) -> str:
    """Return the address of what is older than the last of some rows."""
    return urlencode([*filter_pairs(run, query), ("before", print_key(rows[-1]))])


def _context(page: Page) -> dict[str, Any]:
    pairs = filter_pairs(page.run, page.query)
    return {
        "page": page,
        "panels": page.html,
        "counts": page.counts,
        "filters": {name: page.query.get(name, []) for name in PARAMETERS},
        "is_filtered": any(name != "run" for name, _ in pairs),
        "older": urlencode(pairs),
    }


def _print_of(request: HttpRequest) -> PrintRow | None:
    """Return the print that `?print=` names, None without one; an unknown one is a 404."""
    key = request.GET.get("print")
    if key is None:
        return None
    run = request.run  # type: ignore[attr-defined]
    try:
        at = position_of(key)
    except FilterError as refused:
        raise Http404(str(refused)) from None
    if at.stream not in stream_ids(run.alias, run.id, "option_print"):
        raise Http404(f"run {run.name} has no such print")
    moment = to_datetime(at.ts)
    rows = prints_by_seq(run.alias, at.stream, [at.seq], moment, moment)
    if not rows:
        raise Http404(f"run {run.name} has no such print; retention may have removed it")
    return rows[0]


def _print_context(request: HttpRequest, row: PrintRow) -> dict[str, Any]:
    return {
        "print": row,
        "line": tape_line(row),
        "quote_words": quote_words(row),
        "label_words": label_words(row.label_reasons),
        "run": request.run,  # type: ignore[attr-defined]
    }
