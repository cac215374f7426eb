"""Puts the run of `?run=NAME` on every request and socket, and the list of runs on every page."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from replay.models import Run
from replay.runs import LIVE, UnknownRun, find_run

SHOWN_RUNS = 50


class ChosenRun:
    """Sets `request.run`; an unknown name is a clear 404 and never quietly live data."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            # Nobody learns from the answer which runs there are before saying who they are.
            name = request.GET.get("run") if _is_known(request) else None
            request.run = find_run(name)  # type: ignore[attr-defined]
        except UnknownRun as unknown:
            request.run = LIVE  # type: ignore[attr-defined]
            return _not_found(request, unknown)
        return self.get_response(request)


def run_context(request: HttpRequest) -> dict[str, Any]:
    """Give templates the chosen run and the newest runs to choose from."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {}
    return {"run": getattr(request, "run", LIVE), "runs": Run.objects.all()[:SHOWN_RUNS]}


class SocketRun:
    """The same for sockets: `scope["run"]`, or None for a name that no run has."""

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        query = scope.get("query_string", b"").decode("utf-8", "replace")
        names = parse_qs(query).get("run", [None])
        try:
            run = await sync_to_async(find_run)(names[0])
        except UnknownRun:
            run = None
        await self.app({**scope, "run": run}, receive, send)


def _is_known(request: HttpRequest) -> bool:
    return request.user.is_authenticated or "Authorization" in request.headers


def _not_found(request: HttpRequest, unknown: UnknownRun) -> HttpResponse:
    message = str(unknown)
    if request.path.startswith("/api/"):
        field = {"name": "run", "received": unknown.name, "allowed": "the name of a run"}
        body = {"error": {"code": "unknown_run", "message": message, "fields": [field]}}
        return JsonResponse(body, status=404)
    return render(request, "message.html", {"title": "Unknown run", "message": message}, status=404)
