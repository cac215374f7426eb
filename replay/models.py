"""Runs: every derivation that is not live has a row here, and live itself is run 0.

Examinations of scenarios derive too, but keep only what came of each scenario.
"""

from datetime import date

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models

from ingest.synthetic.scenarios.held_out import SEEDS_FROM


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


class Examination(models.Model):
    """Labelled scenarios played on a market of their own and held against what must come of them.

    `results` is a list of `ingest.synthetic.lab.Examined` as JSON, in the order of `scenarios`.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waits for a worker"
        RUNNING = "running", "Runs"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    class Thresholds(models.TextChoices):
        ACTIVE = "active", "those in force"
        MEASURED = "measured", "preset measured"
        DEFAULT = "default", "preset default"

    scenarios = models.JSONField(default=list)
    seed = models.PositiveIntegerField(
        default=11,
        validators=[MaxValueValidator(SEEDS_FROM - 1)],
        help_text=f"Of the market; below {SEEDS_FROM:,}, later ones are held out.",
    )
    trade_date = models.DateField(
        default=date(2025, 3, 12), help_text="The session that they are played in, from 10:30."
    )
    thresholds = models.CharField(max_length=16, choices=Thresholds, default=Thresholds.ACTIVE)
    told_with = models.CharField("thresholds were", max_length=200, blank=True, editable=False)
    engine = models.CharField(max_length=40, blank=True, editable=False)
    state = models.CharField(max_length=16, choices=State, default=State.WAITING, editable=False)
    sentence = models.TextField("why it failed", blank=True, editable=False)
    results = models.JSONField(default=list, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, editable=False
    )
    asked_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        db_table = "examination"
        ordering = ("-id",)
        verbose_name = "scenario examination"

    def __str__(self) -> str:
        return f"Examination {self.pk}"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in {self.State.DONE, self.State.FAILED}
