"""Django configuration of the replay app; live itself is run 0."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ReplayConfig(AppConfig):
    name = "replay"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(_make_run_zero, sender=self)


def _make_run_zero(using: str, **kwargs: Any) -> None:
    from flow.storage.schemas import LIVE
    from replay.models import Run

    if using == LIVE:
        Run.objects.get_or_create(
            id=0, defaults={"name": "live", "kind": Run.Kind.LIVE, "state": Run.State.READY}
        )
