"""Addresses below /api/v1/flow/."""

from django.urls import path

from signals.api.views import AlertsView, PacketsView

urlpatterns = [
    path("packets", PacketsView.as_view(), name="api-flow-packets"),
    path("alerts", AlertsView.as_view(), name="api-flow-alerts"),
]
