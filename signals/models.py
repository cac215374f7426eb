"""Thresholds as immutable revisions, and the derived tables that the compute worker writes.

Derived tables stand in both schemas like the log (flow/storage/schemas.py); they are insert-only.
"""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class TuningRevision(models.Model):
    """One set of threshold values. A draft may change; once active it never does again."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        ACTIVE = "active", "Active"
        RETIRED = "retired", "Retired"

    values = models.JSONField(default=dict)
    digest = models.CharField(max_length=32, editable=False, default="")
    reason = models.TextField(help_text="Why these values; shown in the history.")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, editable=False
    )
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    activated_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        db_table = "tuning_revision"
        ordering = ("-id",)
        constraints = [
            # At most one revision is in force; activation swaps both rows in one transaction.
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state="active"), name="one_active_revision"
            ),
        ]

    def __str__(self) -> str:
        return f"Revision {self.pk} ({self.state})"


class DerivedRow(models.Model):
    """The columns that every derived hypertable shares."""

    run = models.IntegerField()
    ts = models.DateTimeField()
    uid = models.UUIDField()
    rev = models.SmallIntegerField()
    shard = models.SmallIntegerField()
    step_no = models.BigIntegerField()
    stream = models.IntegerField()
    seq = models.BigIntegerField()
    ordinal = models.IntegerField()

    class Meta:
        abstract = True


class PacketChild(DerivedRow):
    """What was concluded from one packet."""

    packet_ts = models.DateTimeField()
    packet_uid = models.UUIDField()
    contract = models.IntegerField()
    symbol = models.IntegerField()
    tuning_revision = models.IntegerField()

    class Meta:
        abstract = True


class Packet(DerivedRow):
    """Prints of one contract that belong together."""

    pk = models.CompositePrimaryKey("run", "ts", "uid", "rev")
    end_ts = models.DateTimeField()
    contract = models.IntegerField()
    symbol = models.IntegerField()
    tuning_revision = models.IntegerField()
    print_count = models.IntegerField()
    size = models.BigIntegerField()
    premium_micros = models.BigIntegerField(null=True)
    first_price_micros = models.BigIntegerField(null=True)
    last_price_micros = models.BigIntegerField(null=True)
    vwap_micros = models.BigIntegerField(null=True)
    features = models.JSONField()
    member_seqs = models.JSONField()  # bigint[]; read-only
    member_digest = models.BinaryField()
    engine = models.TextField()

    class Meta:
        managed = False
        db_table = "packet"


class SmartMoneyEvent(PacketChild):
    """What an eligible packet reads as, or why it declines."""

    pk = models.CompositePrimaryKey("run", "ts", "uid", "rev")
    event_kind = models.TextField()
    direction = models.TextField()
    primary_profile = models.TextField(null=True)
    abstained = models.BooleanField()
    abstain_reasons = models.JSONField()
    suppressed_reasons = models.JSONField()
    scores = models.JSONField()
    features = models.JSONField()
    evidence_quality = models.FloatField()
    engine = models.TextField()

    class Meta:
        managed = False
        db_table = "smart_money_event"


class ClassifierHit(PacketChild):
    """One rule that fired."""

    pk = models.CompositePrimaryKey("run", "ts", "uid", "rev")
    event_uid = models.UUIDField()
    classifier_id = models.TextField()
    confidence = models.FloatField()
    direction = models.TextField()
    explanations = models.JSONField()
    engine = models.TextField()

    class Meta:
        managed = False
        db_table = "classifier_hit"


class Alert(PacketChild):
    """What is put before the reader."""

    pk = models.CompositePrimaryKey("run", "ts", "uid", "rev")
    event_uid = models.UUIDField()
    score = models.SmallIntegerField()
    severity = models.TextField()
    direction = models.TextField()
    primary_profile = models.TextField(null=True)
    classifier_ids = models.JSONField()
    print_count = models.IntegerField()
    size = models.BigIntegerField()
    premium_micros = models.BigIntegerField(null=True)
    evidence_quality = models.FloatField()
    headline = models.TextField()
    breakdown = models.JSONField()
    explanations = models.JSONField()
    dedupe_key = models.TextField()
    supersedes = models.UUIDField(null=True)
    withdrawn = models.BooleanField(default=False)
    engine = models.TextField()

    class Meta:
        managed = False
        db_table = "alert"


class DarkEvent(DerivedRow):
    """One state of what off-exchange prints are consistent with."""

    pk = models.CompositePrimaryKey("run", "ts", "uid", "rev")
    symbol = models.IntegerField()
    tuning_revision = models.IntegerField()
    kind = models.TextField()
    state = models.TextField()
    direction = models.TextField()
    confidence = models.FloatField()
    window_start_ts = models.DateTimeField()
    end_ts = models.DateTimeField()
    print_count = models.IntegerField()
    size_micros = models.BigIntegerField()
    notional_micros = models.BigIntegerField()
    vwap_micros = models.BigIntegerField()
    mid_start_micros = models.BigIntegerField()
    mid_end_micros = models.BigIntegerField(null=True)
    impact_bps = models.FloatField(null=True)
    placement_counts = models.JSONField()
    reasons = models.JSONField()
    features = models.JSONField()
    explanations = models.JSONField()
    evidence_total = models.IntegerField()
    member_seqs = ArrayField(models.BigIntegerField())
    member_digest = models.BinaryField()
    engine = models.TextField()

    class Meta:
        managed = False
        db_table = "dark_event"


class Candle(DerivedRow):
    """One bar of 1 s or 1 min of one symbol and session; the highest revision counts."""

    pk = models.CompositePrimaryKey("run", "ts", "uid", "rev")
    symbol = models.IntegerField()
    interval_s = models.IntegerField()
    session = models.SmallIntegerField(null=True)
    open_micros = models.BigIntegerField(null=True)
    high_micros = models.BigIntegerField(null=True)
    low_micros = models.BigIntegerField(null=True)
    close_micros = models.BigIntegerField(null=True)
    volume_micros = models.BigIntegerField()
    trades = models.IntegerField()
    lit_volume_micros = models.BigIntegerField()
    off_exchange_volume_micros = models.BigIntegerField()
    off_exchange_count = models.IntegerField()
    notional_micros = models.BigIntegerField()
    vwap_micros = models.BigIntegerField(null=True)
    first_ts = models.DateTimeField(null=True)
    first_seq = models.BigIntegerField(null=True)
    last_ts = models.DateTimeField(null=True)
    last_seq = models.BigIntegerField(null=True)
    tuning_revision = models.IntegerField()
    engine = models.TextField()

    class Meta:
        managed = False
        db_table = "candle"


class EvidenceLink(DerivedRow):
    """One arrow from a derived row to what it rests on; `seq` and `stream` are the parent's."""

    pk = models.CompositePrimaryKey("run", "ts", "uid", "rev", "ordinal")
    parent_kind = models.TextField()
    role = models.TextField()
    ref_kind = models.TextField()
    ref_stream = models.IntegerField(null=True)
    ref_ts = models.DateTimeField()
    ref_seq = models.BigIntegerField(null=True)
    ref_uid = models.UUIDField(null=True)

    class Meta:
        managed = False
        db_table = "evidence_link"


class StepLedger(models.Model):
    """The manifest of derived data: what each step consumed and the digest of what it gave."""

    pk = models.CompositePrimaryKey("run", "shard", "step_no")
    run = models.IntegerField()
    shard = models.SmallIntegerField()
    step_no = models.BigIntegerField()
    stream = models.IntegerField()
    first_batch = models.BigIntegerField()
    last_batch = models.BigIntegerField()
    entries = models.IntegerField()
    outputs = models.IntegerField()
    alerts = models.IntegerField()
    out_min_ts = models.DateTimeField(null=True)
    out_max_ts = models.DateTimeField(null=True)
    digest = models.BinaryField()
    engine = models.TextField()
    tuning_revision = models.IntegerField()
    epoch = models.BigIntegerField()
    committed_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "step_ledger"
