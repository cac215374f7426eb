"""Addresses below /api/; derived families and the status are wired by the apps that own them."""

from django.urls import path

from flow.api.prints import OptionPrintsView
from flow.api.schema import DocsView, SchemaView

urlpatterns = [
    path("v1/prints/options", OptionPrintsView.as_view(), name="api-prints-options"),
    path("schema/", SchemaView.as_view(), name="api-schema"),
    path("docs/", DocsView.as_view(), name="api-docs"),
]
