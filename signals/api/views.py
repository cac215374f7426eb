"""GET /api/v1/flow/packets and /api/v1/flow/alerts."""

from collections.abc import Mapping
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from flow.api.parameters import Parameter, choice
from flow.api.places import Place
from flow.api.serializers import ERRORS, documented, page_of
from flow.api.views import ChosenRun
from signals.api.bodies import alert_body, packet_body
from signals.api.derived import PAGE_PARAMETERS, DerivedView, read_rows
from signals.api.serializers import AlertSerializer, PacketSerializer
from signals.storage.reads import AlertRow, DerivedFilter, PacketRow, alert_page, packet_page

SEVERITIES = ("high", "medium", "low")
DIRECTIONS = ("bullish", "bearish", "neutral", "mixed", "unknown")

SEVERITY = Parameter(
    name="severity", read=choice(*SEVERITIES), allowed=", ".join(SEVERITIES), choices=SEVERITIES,
    many=True, about="Severity; repeated or by commas.",
)  # fmt: skip
DIRECTION = Parameter(
    name="direction", read=choice(*DIRECTIONS), allowed=", ".join(DIRECTIONS), choices=DIRECTIONS,
    many=True, about="What the evidence is consistent with; repeated or by commas.",
)  # fmt: skip


class PacketsView(DerivedView):
    family: ClassVar[str] = "packet"
    parameters: ClassVar[tuple[Parameter, ...]] = PAGE_PARAMETERS

    @extend_schema(
        operation_id="flow_packets",
        summary="Packets: prints of one contract that belong together, newest first",
        parameters=documented(parameters),
        responses={200: page_of("PacketPage", PacketSerializer), **ERRORS},
        tags=["flow"],
    )
    def get(self, request: Request) -> Response:
        return self.page(request)

    def read(
        self, run: ChosenRun, values: Mapping[str, Any], place: Place, limit: int
    ) -> tuple[list[PacketRow], bool]:
        chosen = _filter(self.applied(values), values)
        return read_rows(
            lambda edge, count: packet_page(run.alias, run.id, limit=count, chosen=chosen, **edge),
            place,
            limit,
        )

    def body(self, run: ChosenRun, row: PacketRow) -> dict[str, Any]:
        return packet_body(row)


class AlertsView(DerivedView):
    family: ClassVar[str] = "alert"
    parameters: ClassVar[tuple[Parameter, ...]] = (*PAGE_PARAMETERS, SEVERITY, DIRECTION)

    @extend_schema(
        operation_id="flow_alerts",
        summary="Alerts with their sentences and the sum of their score, newest first",
        parameters=documented(parameters),
        responses={200: page_of("AlertPage", AlertSerializer), **ERRORS},
        tags=["flow"],
    )
    def get(self, request: Request) -> Response:
        return self.page(request)

    def read(
        self, run: ChosenRun, values: Mapping[str, Any], place: Place, limit: int
    ) -> tuple[list[AlertRow], bool]:
        chosen = _filter(self.applied(values), values)
        return read_rows(
            lambda edge, count: alert_page(run.alias, run.id, limit=count, chosen=chosen, **edge),
            place,
            limit,
        )

    def body(self, run: ChosenRun, row: AlertRow) -> dict[str, Any]:
        return alert_body(row)


def _filter(applied: Mapping[str, Any], values: Mapping[str, Any]) -> DerivedFilter:
    return DerivedFilter(
        underlyings=tuple(applied.get("underlying_id", ())),
        severities=tuple(applied.get("severity", ())),
        directions=tuple(applied.get("direction", ())),
        min_premium_micros=values.get("min_notional"),
    )
