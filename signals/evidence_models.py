"""Read-only models over the evidence views of derived rows. Key: `run-microseconds-uid-rev`.

The views stand in both schemas (signals/migrations/0003_evidence_views.py); nothing may filter or
sort by `key`, because it is computed for every row.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models


class DerivedEvidence(models.Model):
    """What every derived row tells."""

    key = models.TextField(primary_key=True)
    run = models.IntegerField()
    ts = models.DateTimeField("event time")
    uid = models.UUIDField("identity")
    rev = models.SmallIntegerField("revision")
    shard = models.SmallIntegerField()
    step_no = models.BigIntegerField("step")
    stream = models.IntegerField()
    seq = models.BigIntegerField("final by log entry")
    ordinal = models.IntegerField()
    contract = models.TextField()
    underlying = models.TextField()
    contract_id = models.IntegerField()
    symbol_id = models.IntegerField()
    tuning_revision = models.IntegerField()
    engine = models.TextField()

    # Newest first within one run; the real key, so that lists need no sort of their own.
    key_order: ClassVar[tuple[str, ...]] = ("ts", "uid", "rev", "run")

    class Meta:
        abstract = True
        managed = False
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.key


class ConclusionEvidence(DerivedEvidence):
    """What was concluded from one packet."""

    packet_ts = models.DateTimeField()
    packet_uid = models.UUIDField()

    class Meta(DerivedEvidence.Meta):
        abstract = True


class PacketEvidence(DerivedEvidence):
    """Prints of one contract that belong together."""

    end_ts = models.DateTimeField("last member")
    print_count = models.IntegerField("prints")
    size = models.BigIntegerField("contracts")
    premium_micros = models.BigIntegerField("premium", null=True)
    first_price_micros = models.BigIntegerField("first price", null=True)
    last_price_micros = models.BigIntegerField("last price", null=True)
    vwap_micros = models.BigIntegerField("average price by size", null=True)
    features = models.JSONField()
    member_seqs = ArrayField(models.BigIntegerField())
    member_digest = models.BinaryField()

    class Meta(DerivedEvidence.Meta):
        db_table = "evidence_packet"
        verbose_name = "packet"
        unique_together = (("ts", "uid", "rev", "run"),)


class SmartMoneyEventEvidence(ConclusionEvidence):
    """What an eligible packet reads as, or why it declines."""

    event_kind = models.TextField()
    direction = models.TextField()
    primary_profile = models.TextField(null=True)
    abstained = models.BooleanField("declines")
    abstain_reasons = models.JSONField()
    suppressed_reasons = models.JSONField()
    scores = models.JSONField()
    features = models.JSONField()
    evidence_quality = models.FloatField()

    class Meta(ConclusionEvidence.Meta):
        db_table = "evidence_smart_money_event"
        verbose_name = "smart-money event"
        unique_together = (("ts", "uid", "rev", "run"),)


class ClassifierHitEvidence(ConclusionEvidence):
    """One rule that fired."""

    event_uid = models.UUIDField()
    classifier_id = models.TextField("rule")
    confidence = models.FloatField()
    direction = models.TextField()
    explanations = models.JSONField()

    class Meta(ConclusionEvidence.Meta):
        db_table = "evidence_classifier_hit"
        verbose_name = "classifier hit"
        unique_together = (("ts", "uid", "rev", "run"),)


class AlertEvidence(ConclusionEvidence):
    """What is put before the reader."""

    event_uid = models.UUIDField()
    score = models.SmallIntegerField()
    severity = models.TextField()
    direction = models.TextField()
    primary_profile = models.TextField(null=True)
    classifier_ids = models.JSONField()
    print_count = models.IntegerField("prints")
    size = models.BigIntegerField("contracts")
    premium_micros = models.BigIntegerField("premium", null=True)
    evidence_quality = models.FloatField()
    headline = models.TextField()
    breakdown = models.JSONField()
    explanations = models.JSONField()
    dedupe_key = models.TextField()
    supersedes = models.UUIDField(null=True)
    withdrawn = models.BooleanField(default=False)

    class Meta(ConclusionEvidence.Meta):
        db_table = "evidence_alert"
        verbose_name = "alert"
        unique_together = (("ts", "uid", "rev", "run"),)


class DarkEventEvidence(DerivedEvidence):
    """One state of what off-exchange prints are consistent with. `contract` is the symbol."""

    kind = models.TextField()
    state = models.TextField()
    direction = models.TextField()
    confidence = models.FloatField()
    window_start_ts = models.DateTimeField("first print")
    end_ts = models.DateTimeField("last print")
    print_count = models.IntegerField("prints")
    size_micros = models.BigIntegerField("micro-shares")
    notional_micros = models.BigIntegerField("notional")
    vwap_micros = models.BigIntegerField("average price by size")
    mid_start_micros = models.BigIntegerField("mid at the start")
    mid_end_micros = models.BigIntegerField("mid at the end", null=True)
    impact_bps = models.FloatField("impact, bps", null=True)
    placement_counts = models.JSONField()
    reasons = models.JSONField()
    features = models.JSONField()
    explanations = models.JSONField()
    evidence_total = models.IntegerField("prints of the evidence")
    member_seqs = ArrayField(models.BigIntegerField())
    member_digest = models.BinaryField()

    class Meta(DerivedEvidence.Meta):
        db_table = "evidence_dark_event"
        verbose_name = "off-exchange event"
        unique_together = (("ts", "uid", "rev", "run"),)
