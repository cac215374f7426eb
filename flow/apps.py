"""Django configuration of the market record, and the reference rows that it cannot do without."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class FlowConfig(AppConfig):
    name = "flow"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(_fill_calendar, sender=self)


def _fill_calendar(using: str, **kwargs: Any) -> None:
    from flow.reference import fill_session_days
    from flow.storage.schemas import LIVE

    if using == LIVE:
        fill_session_days()
