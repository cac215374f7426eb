"""Pages of reads: the queue and its evidence. Views choose, selectors read, templates write."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from flow.domain.units import to_datetime
from flow.live.pages import PARAMETERS, filter_pairs, page_of, query_of
from flow.live.registry import FilterError, row_panel
from flow.storage.pages import prints_by_seq, stream_ids
from flow.views import position_of
from signals.evidence import sources
from signals.evidence.record import build_evidence
from signals.panels import DIRECTIONS, SEVERITIES, address_of
from signals.storage.reads import AlertRow, DerivedPosition, alert_page

OLDER_ROWS = 50


@require_safe
@never_cache
def reads(request: HttpRequest) -> HttpResponse:
    """Show the queue of alerts with room for the evidence of one."""
    page = page_of(request, "alerts", "engine", "status")
    pairs = filter_pairs(page.run, page.query)
    context = {
        "page": page,
        "panels": page.html,
        "counts": page.counts,
        "filters": {name: page.query.get(name, []) for name in PARAMETERS},
        "is_filtered": any(name != "run" for name, _ in pairs),
        "severities": SEVERITIES,
        "directions": DIRECTIONS,
        "older": urlencode(pairs),
    }
    return render(request, "signals/reads.html", context)


@require_safe
@never_cache
def reads_rows(request: HttpRequest) -> HttpResponse:
    """Return older alerts below a position, or what became of one print."""
    if "of_print" in request.GET:
        return _of_print(request)
    run, query = request.run, query_of(request)  # type: ignore[attr-defined]
    panel: Any = row_panel("alerts")
    try:
        chosen = panel.choose(query)
        before = _position(request.GET.get("before", ""))
    except FilterError as refused:
        return render(request, "flow/panels/older_failed.html", {"error": refused}, status=400)
    found = alert_page(run.alias, run.id, limit=OLDER_ROWS + 1, chosen=chosen, before=before)
    rows = found[:OLDER_ROWS]
    context = {
        "rows": [panel.html(run, row) for row in rows],
        "gate": _gate(rows, run, query) if len(found) > OLDER_ROWS else None,
        "address": "reads-rows",
    }
    return render(request, "flow/panels/older.html", context)


@require_safe
@never_cache
def alert_evidence(request: HttpRequest, key: str) -> HttpResponse:
    """Show one alert's evidence: in the drawer for htmx, as a page of its own otherwise."""
    return _evidence(request, key, sources.of_alert)


@require_safe
@never_cache
def packet_evidence(request: HttpRequest, key: str) -> HttpResponse:
    """Show one packet's evidence, also where it was declined."""
    return _evidence(request, key, sources.of_packet)


def _evidence(request: HttpRequest, text: str, read: Any) -> HttpResponse:
    run, key = request.run, sources.read_key(text)  # type: ignore[attr-defined]
    if key is None:
        raise Http404("The address names no evidence.")
    if key.run != run.id:
        raise Http404(
            f"This evidence belongs to another run than {run.name}; choose its run first."
        )
    found = read(run, key)
    if found is None:
        raise Http404(f"Run {run.name} has no such evidence; retention may have removed it.")
    context = {
        "e": build_evidence(found),
        "asked_rev": key.rev,
        "run": run,
        "address": request.get_full_path(),
        "packet_key": address_of(found.packet),
    }
    if request.headers.get("HX-Request"):
        return render(request, "signals/evidence.html", context)
    context["page"] = page_of(request, "status")
    context["panels"] = context["page"].html
    return render(request, "signals/evidence_page.html", context)


def _of_print(request: HttpRequest) -> HttpResponse:
    """Return the packet that a print became part of, and its alert."""
    run = request.run  # type: ignore[attr-defined]
    try:
        at = position_of(request.GET["of_print"])
    except FilterError as refused:
        raise Http404(str(refused)) from None
    moment = to_datetime(at.ts)
    known = at.stream in stream_ids(run.alias, run.id, "option_print")
    rows = prints_by_seq(run.alias, at.stream, [at.seq], moment, moment) if known else []
    packets = sources.packets_of_print(run, rows[0]) if rows else []
    context = {"packets": [(address_of(packet), packet) for packet in packets], "run": run}
    return render(request, "signals/of_print.html", context)


def _position(text: str) -> DerivedPosition:
    try:
        position = DerivedPosition(int(text[:14], 16), UUID(hex=text[14:]))
        to_datetime(position.ts)
    except (ValueError, OverflowError):
        raise FilterError("before", text, "the key of an alert") from None
    return position


def _gate(rows: list[AlertRow], run: Any, query: Any) -> str:
    key = row_panel("alerts").key(rows[-1])
    return urlencode([*filter_pairs(run, query), ("before", key)])
