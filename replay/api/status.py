"""GET /api/v1/status: versions, runs, heads of streams, feeds, compute lag, tuning in force.

It stands in the highest app because it tells of all of them.
"""

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from flow.api.parameters import RUN, read_query
from flow.api.serializers import ERRORS, documented
from flow.api.texts import iso, milliseconds
from flow.api.views import ReadView, bounded
from flow.storage.status import SourceStatus, StreamStatus, source_status, stream_status
from replay.api.serializers import StatusSerializer
from replay.models import Run
from signals.engine.records import ENGINE_VERSION
from signals.storage.status import ComputeStatus, compute_status
from signals.tuning import active_revision

SHOWN_RUNS = 500
PARAMETERS = (RUN,)


class StatusView(ReadView):
    @extend_schema(
        operation_id="status",
        summary="What runs, how far it is, and what is silent",
        parameters=documented(PARAMETERS),
        responses={200: StatusSerializer, **ERRORS},
        tags=["status"],
    )
    def get(self, request: Request) -> Response:
        read_query(request.query_params, PARAMETERS)
        run = self.run(request)
        with bounded(run.alias):
            return Response(
                {
                    "version": project_version(),
                    "engine_version": ENGINE_VERSION,
                    "run": run.name,
                    "runs": [_run(each) for each in Run.objects.all()[:SHOWN_RUNS]],
                    "streams": [_stream(each) for each in stream_status(run.alias, run.id)],
                    "sources": [_source(each) for each in source_status(run.alias, run.id)],
                    "compute": [_compute(each) for each in compute_status(run.alias, run.id)],
                    "tuning": _tuning(),
                }
            )


def project_version() -> str:
    """Return the version of the installed package, or of the source tree that runs."""
    try:
        return version("islandflow")
    except PackageNotFoundError:
        return "0.1.0"


def _run(run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "name": run.name,
        "kind": run.kind,
        "state": run.state,
        "first_ts": iso(run.first_ts),
        "last_ts": iso(run.last_ts),
    }


def _stream(stream: StreamStatus) -> dict[str, Any]:
    clock = stream.clock
    return {**stream._asdict(), "clock": iso(clock), "clock_ms": milliseconds(clock)}


def _source(source: SourceStatus) -> dict[str, Any]:
    return {
        **source._asdict(),
        "state": source.word,
        "last_event_ts": iso(source.last_event_ts),
        "last_received_at": iso(source.last_received_at),
    }


def _compute(status: ComputeStatus) -> dict[str, Any]:
    return {
        "stream": status.stream,
        "step_no": status.step_no,
        "last_batch": status.last_batch,
        "engine": status.engine,
        "batches_behind": status.waiting.batches,
        "entries_behind": status.waiting.entries,
        "oldest_waiting_s": status.waiting.oldest_s,
        "newest_waiting_s": status.waiting.newest_s,
    }


def _tuning() -> dict[str, Any] | None:
    revision = active_revision()
    if revision is None:
        return None
    return {
        "revision": revision.pk,
        "digest": revision.digest,
        "activated_at": iso(revision.activated_at),
    }
