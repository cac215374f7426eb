"""Django configuration of the signals app, and revision 1 of the thresholds."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate


class SignalsConfig(AppConfig):
    name = "signals"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(_seed_tuning, sender=self)


def _seed_tuning(using: str, **kwargs: Any) -> None:
    from flow.storage.schemas import LIVE
    from signals.tuning import seed_first_revision

    if using == LIVE:
        seed_first_revision(settings.ENV.tuning)
