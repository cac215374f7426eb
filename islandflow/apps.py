"""Django configuration of the project itself: its commands, Celery, and the role groups."""

from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class IslandflowConfig(AppConfig):
    name = "islandflow"

    def ready(self) -> None:
        """Load Celery's application, so that pages and commands can send tasks."""
        from islandflow import celery  # noqa: F401

        # After auth's tables: an app without models of its own is never told.
        post_migrate.connect(_make_roles, sender=apps.get_app_config("auth"))


def _make_roles(using: str, **kwargs: Any) -> None:
    from django.contrib.auth.models import Group

    from islandflow.access import ROLE_GROUPS

    if using == "default":
        for name in ROLE_GROUPS:
            Group.objects.get_or_create(name=name)
