"""What the fork server loads once, so that each worker starts at once. Opens no connection."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "islandflow.settings")
django.setup()

import ingest.linefeed  # noqa: E402
import ingest.worker  # noqa: E402, F401
import signals.compute  # noqa: E402, F401
