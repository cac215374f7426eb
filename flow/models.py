"""Tables of the lowest app: reference rows that Django manages, and the log that it only reads.

The log's tables stand twice, in the schemas `live` and `runs` (flow/storage/schemas.py), made by
SQL migrations; their models here are unmanaged and exist for reading. A test holds that the
columns agree.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from flow.reference_models import (
    SECURITY_TYPES,
    CorporateAction,
    IndexMember,
    OptionAdjustment,
    OptionEod,
    ReferenceLoad,
    ScheduledEvent,
    SymbolAlias,
    TradeCondition,
    Venue,
)

__all__ = [
    "Contract",
    "ControlRequest",
    "CorporateAction",
    "EquityPrint",
    "EquityQuote",
    "FeedCursor",
    "Gap",
    "IndexMember",
    "OptionAdjustment",
    "OptionEod",
    "OptionPrint",
    "OptionQuote",
    "Quarantine",
    "RawRow",
    "ReferenceLoad",
    "ScheduledEvent",
    "SessionDay",
    "Stream",
    "Symbol",
    "SymbolAlias",
    "TradeCondition",
    "Venue",
]


class Symbol(models.Model):
    """One underlying or equity by its canonical text. The id is a storage key, never an order.

    All but the name comes from reference files and is NULL until one tells it.
    """

    name = models.CharField(max_length=32, unique=True)
    title = models.TextField(null=True)
    security_type = models.CharField(max_length=5, null=True)
    sector = models.TextField(null=True)
    industry = models.TextField(null=True)

    class Meta:
        db_table = "symbol"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(security_type__in=SECURITY_TYPES), name="symbol_security_type"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Contract(models.Model):
    """One option contract by its canonical text `ROOT-YYYY-MM-DD-STRIKE-C|P`."""

    name = models.CharField(max_length=64, unique=True)
    symbol = models.ForeignKey(Symbol, on_delete=models.PROTECT, related_name="contracts")
    expiry = models.DateField(null=True)
    strike_micros = models.BigIntegerField(null=True)
    right = models.CharField(max_length=1, null=True)
    multiplier = models.IntegerField(null=True)

    class Meta:
        db_table = "contract"

    def __str__(self) -> str:
        return self.name


class SessionDay(models.Model):
    """One trading day of the US option market; a date without a row is closed."""

    date = models.DateField(primary_key=True)
    open_at = models.DateTimeField()
    close_at = models.DateTimeField()
    early_close = models.BooleanField(default=False)
    key_order = ("date",)

    class Meta:
        db_table = "session_day"

    def __str__(self) -> str:
        return self.date.isoformat()


class Stream(models.Model):
    """One ordered stream of the log: a source's prints or quotes of one kind."""

    run = models.IntegerField()
    source = models.TextField()
    kind = models.TextField()
    name = models.TextField(unique=True)
    capabilities = models.JSONField(default=dict)
    next_seq = models.BigIntegerField()
    batch_no = models.BigIntegerField()
    clock = models.DateTimeField(null=True)
    tuning_revision = models.IntegerField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "stream"

    def __str__(self) -> str:
        return self.name


class FeedCursor(models.Model):
    """Where a source stands: resume point, counters, state in a word."""

    pk = models.CompositePrimaryKey("run", "source")
    run = models.IntegerField()
    source = models.TextField()
    cursor = models.JSONField()
    received = models.BigIntegerField()
    stored = models.BigIntegerField()
    duplicates = models.BigIntegerField()
    quarantined = models.BigIntegerField()
    late = models.BigIntegerField()
    state = models.TextField()
    detail = models.TextField()
    last_event_ts = models.DateTimeField(null=True)
    last_received_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()
    events_per_s = models.FloatField(null=True)
    asked_events_per_s = models.FloatField(null=True)

    class Meta:
        managed = False
        db_table = "feed_cursor"

    def __str__(self) -> str:
        return f"{self.run}:{self.source}"


class Quarantine(models.Model):
    """One piece of bad input with its raw bytes: counted, visible, never lost."""

    run = models.IntegerField()
    source = models.TextField()
    reason = models.TextField()
    detail = models.TextField()
    place = models.TextField()
    raw = models.BinaryField()
    uid = models.UUIDField()
    received_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "quarantine"

    def __str__(self) -> str:
        return f"{self.reason} {self.place}"


class Gap(models.Model):
    """A stretch of time for which a feed is known to have told us nothing."""

    run = models.IntegerField()
    source = models.TextField()
    scope = models.TextField()
    from_ts = models.DateTimeField()
    to_ts = models.DateTimeField(null=True)
    cause = models.TextField()
    detected_at = models.DateTimeField()
    filled_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "gap"

    def __str__(self) -> str:
        return f"{self.source} {self.scope} {self.cause}"


class ControlRequest(models.Model):
    """Something that every stream's ingest worker has to copy into its stream, once each.

    Activating a tuning revision inserts one; the worker turns it into a control entry, so that the
    log itself says from which print on the new values hold (platform errata 22).
    """

    kind = models.TextField()
    payload = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "control_request"

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class RawRow(models.Model):
    """The columns that all raw hypertables share. Read-only; written by COPY alone."""

    stream = models.IntegerField()
    seq = models.BigIntegerField()
    ts = models.DateTimeField()
    received_at = models.DateTimeField()
    source_uid = models.UUIDField()

    class Meta:
        abstract = True


class OptionPrint(RawRow):
    """One option print with its frozen stamp (flow.domain.events.StampedPrint)."""

    pk = models.CompositePrimaryKey("stream", "ts", "source_uid")
    contract = models.IntegerField()
    symbol = models.IntegerField()
    price_micros = models.BigIntegerField()
    size = models.IntegerField()
    venue = models.SmallIntegerField()
    conditions = ArrayField(models.SmallIntegerField())
    premium_micros = models.BigIntegerField(null=True)
    bid_micros = models.BigIntegerField(null=True)
    ask_micros = models.BigIntegerField(null=True)
    bid_size = models.IntegerField(null=True)
    ask_size = models.IntegerField(null=True)
    quote_ts = models.DateTimeField(null=True)
    quote_seq = models.BigIntegerField(null=True)
    quote_silence_us = models.BigIntegerField(null=True)
    quote_mode = models.SmallIntegerField()
    spot_bid_micros = models.BigIntegerField(null=True)
    spot_ask_micros = models.BigIntegerField(null=True)
    spot_ts = models.DateTimeField(null=True)
    spot_seq = models.BigIntegerField(null=True)
    move_60s_bps = models.FloatField(null=True)
    move_5m_bps = models.FloatField(null=True)
    move_5m_z = models.FloatField(null=True)
    iv = models.FloatField(null=True)
    session = models.SmallIntegerField()
    session_date = models.DateField()
    dte = models.SmallIntegerField(null=True)
    flags = models.IntegerField()
    side = models.SmallIntegerField()
    label_passed = models.BooleanField()
    label_reasons = models.IntegerField()
    tuning_revision = models.IntegerField()
    vendor_order = models.BigIntegerField(null=True)

    class Meta:
        managed = False
        db_table = "option_print"


class OptionQuote(RawRow):
    """One option NBBO update."""

    pk = models.CompositePrimaryKey("stream", "ts", "source_uid")
    contract = models.IntegerField()
    bid_micros = models.BigIntegerField(null=True)
    ask_micros = models.BigIntegerField(null=True)
    bid_size = models.IntegerField(null=True)
    ask_size = models.IntegerField(null=True)
    vendor_order = models.BigIntegerField(null=True)

    class Meta:
        managed = False
        db_table = "option_quote"


class EquityPrint(RawRow):
    """One equity print with its frozen as-of quote."""

    pk = models.CompositePrimaryKey("stream", "ts", "source_uid")
    symbol = models.IntegerField()
    price_micros = models.BigIntegerField()
    size_micros = models.BigIntegerField()
    venue = models.SmallIntegerField()
    conditions = ArrayField(models.SmallIntegerField())
    off_exchange = models.BooleanField(null=True)
    exec_ts = models.DateTimeField(null=True)
    bid_micros = models.BigIntegerField(null=True)
    ask_micros = models.BigIntegerField(null=True)
    bid_size = models.IntegerField(null=True)
    ask_size = models.IntegerField(null=True)
    quote_ts = models.DateTimeField(null=True)
    quote_seq = models.BigIntegerField(null=True)
    quote_silence_us = models.BigIntegerField(null=True)
    quote_mode = models.SmallIntegerField()
    session = models.SmallIntegerField()
    session_date = models.DateField()
    flags = models.IntegerField()
    side = models.SmallIntegerField(null=True)
    tuning_revision = models.IntegerField(null=True)
    corrects = models.UUIDField(null=True)

    class Meta:
        managed = False
        db_table = "equity_print"


class EquityQuote(RawRow):
    """One equity NBBO update."""

    pk = models.CompositePrimaryKey("stream", "ts", "source_uid")
    symbol = models.IntegerField()
    bid_micros = models.BigIntegerField(null=True)
    ask_micros = models.BigIntegerField(null=True)
    bid_size = models.IntegerField(null=True)
    ask_size = models.IntegerField(null=True)
    vendor_order = models.BigIntegerField(null=True)

    class Meta:
        managed = False
        db_table = "equity_quote"


class NewsEntry(RawRow):
    """One revision of a story as its provider sent it; `ts` is when we received it."""

    pk = models.CompositePrimaryKey("stream", "ts", "source_uid")
    provider = models.TextField()
    story_id = models.BigIntegerField()
    updated_ts = models.DateTimeField()
    payload = models.JSONField()

    class Meta:
        managed = False
        db_table = "news"
