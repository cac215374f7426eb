"""Runs: every derivation that is not live has a row here, and live itself is run 0."""

from django.db import models


class Run(models.Model):
    """One run: live, an import, later a replay or a calibration. Its rows carry its id."""

    class Kind(models.TextChoices):
        LIVE = "live", "Live"
        IMPORT = "import", "Import"

    class State(models.TextChoices):
        READY = "ready", "Ready"
        LOADING = "loading", "Loading"
        COMPUTING = "computing", "Computing"
        STOPPED = "stopped", "Stopped"
        FAILED = "failed", "Failed"

    id = models.IntegerField(primary_key=True)
    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=16, choices=Kind)
    state = models.CharField(max_length=16, choices=State, default=State.READY)
    detail = models.TextField(default="", blank=True)
    first_ts = models.DateTimeField(null=True, blank=True)
    last_ts = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "run"
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(
                name="run_zero_is_live",
                condition=models.Q(id=0, kind="live")
                | (models.Q(id__gt=0) & ~models.Q(kind="live")),
            ),
        ]

    def __str__(self) -> str:
        return self.name
