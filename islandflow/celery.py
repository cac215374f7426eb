"""Celery: bounded jobs only (retention, later replays and calibration). JSON, ids, no results."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "islandflow.settings")
app = Celery("islandflow")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
