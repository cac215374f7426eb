"""Django configuration of the market record, and the reference rows that it cannot do without."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class FlowConfig(AppConfig):
    name = "flow"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(_fill_tables, sender=self)


def _fill_tables(using: str, **kwargs: Any) -> None:
    from flow.reference.market_tables import fill_market_tables
    from flow.reference.session_days import fill_session_days
    from flow.storage.schemas import LIVE

    if using == LIVE:
        fill_session_days()
        fill_market_tables()
