"""Admin of runs: looking only. It also tells the evidence lists which runs there are."""

from typing import Any, ClassVar

from django.contrib import admin

from flow.evidence_filters import offer_runs
from flow.evidence_stored import StoredAdmin
from flow.evidence_text import time
from replay.lab_admin import ExaminationAdmin
from replay.models import Run

__all__ = ["ExaminationAdmin", "RunAdmin"]

SHOWN_RUNS = 50


class KnownRuns:
    """The runs by their table."""

    def newest(self) -> list[str]:
        names = list(Run.objects.order_by("-id").values_list("name", flat=True)[:SHOWN_RUNS])
        return list(dict.fromkeys(["live", *names]))

    def name_of(self, run: int) -> str:
        found = Run.objects.filter(id=run).values_list("name", flat=True)[:1]
        return next(iter(found), f"run {run}")


@admin.register(Run)
class RunAdmin(StoredAdmin):
    list_display = (
        "id", "name", "kind", "state", "detail", time("first_ts", "first event"),
        time("last_ts", "last event"),
    )  # fmt: skip
    fieldsets: ClassVar[Any] = (
        (None, {"fields": (
            "id", "name", "kind", "state", "detail", time("first_ts", "first event"),
            time("last_ts", "last event"), time("created_at", "created"))}),
    )  # fmt: skip


offer_runs(KnownRuns())
