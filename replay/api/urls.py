"""Addresses below /api/v1/ that tell of every app."""

from django.urls import path

from replay.api.status import StatusView

urlpatterns = [path("status", StatusView.as_view(), name="api-status")]
