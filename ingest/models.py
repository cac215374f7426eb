"""What an administrator has set of the synthetic market: an append-only history."""

from django.conf import settings
from django.db import models


class SyntheticControl(models.Model):
    """One saved state of the control. It is in force from its instant until the next one's.

    The history is part of the stream: a market made again from seed and history is the same. So no
    row ever changes (the database refuses it), and no instant lies in the past when it is saved.
    """

    class Preset(models.TextChoices):
        BALANCED_DEMO = "balanced_demo", "Balanced demo"
        EVENT_DAY = "event_day", "Event day"
        DEALER_DAY = "dealer_day", "Dealer day"
        RETAIL_CHASE = "retail_chase", "Retail chase"
        QUIET_RANGE = "quiet_range", "Quiet range"

    class Window(models.IntegerChoices):
        TEN = 10, "10 minutes"
        TWENTY = 20, "20 minutes"
        THIRTY = 30, "30 minutes"

    preset_id = models.CharField("preset", max_length=20, choices=Preset)
    coverage_assist = models.BooleanField(
        help_text="Favour the profiles that the last window had too few of."
    )
    coverage_window_minutes = models.PositiveSmallIntegerField("coverage window", choices=Window)
    shared_seed = models.PositiveIntegerField(help_text="Another seed deals other scenes.")
    profile_weights = models.JSONField(default=dict)
    demo_profile_id = models.CharField("labelled demo", max_length=40, blank=True)
    reason = models.TextField(help_text="Why; shown in the history.")
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, editable=False
    )
    saved_at = models.DateTimeField(editable=False)
    from_ts = models.DateTimeField("in force from", editable=False, unique=True)

    class Meta:
        db_table = "synthetic_control"
        ordering = ("-id",)
        verbose_name = "synthetic control"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(from_ts__gt=models.F("saved_at")), name="control_is_announced"
            ),
        ]

    def __str__(self) -> str:
        return f"Control {self.pk} ({self.preset_id})"
