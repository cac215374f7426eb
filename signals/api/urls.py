"""Addresses below /api/v1/flow/, and that of candles."""

from django.urls import path

from signals.api.candles import CandlesView
from signals.api.views import AlertsView, PacketsView

urlpatterns = [
    path("packets", PacketsView.as_view(), name="api-flow-packets"),
    path("alerts", AlertsView.as_view(), name="api-flow-alerts"),
]
candle_urlpatterns = [path("", CandlesView.as_view(), name="api-candles")]
