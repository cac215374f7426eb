"""Addresses of the pages that show prints. Each name has an entry in islandflow/access.py."""

from django.urls import path

from flow import views

urlpatterns = [
    path("", views.command, name="command"),
    path("options/", views.options, name="options"),
    path("options/rows/", views.options_rows, name="options-rows"),
]
