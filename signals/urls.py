"""Addresses of reads and their evidence. Each name has an entry in islandflow/access.py."""

from django.urls import path

from signals import views

urlpatterns = [
    path("reads/", views.reads, name="reads"),
    path("reads/rows/", views.reads_rows, name="reads-rows"),
    path("reads/<str:key>/evidence/", views.alert_evidence, name="alert-evidence"),
    path("packets/<str:key>/evidence/", views.packet_evidence, name="packet-evidence"),
]
