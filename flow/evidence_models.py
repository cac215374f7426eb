"""Read-only models over the evidence views: one text key for tables whose real key is composite.

The views stand in both schemas (flow/migrations/0004_evidence_views.py). `key` identifies a row
in an address; nothing may filter or sort by it, because it is computed for every row.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models


class RawEvidence(models.Model):
    """What every raw row tells. Key: `stream-microseconds-seq`."""

    key = models.TextField(primary_key=True)
    run = models.IntegerField()
    stream = models.IntegerField()
    stream_name = models.TextField("source")
    seq = models.BigIntegerField()
    ts = models.DateTimeField("event time")
    received_at = models.DateTimeField()
    source_uid = models.UUIDField("source identity")

    # Newest first within one stream; the real key, so that lists need no sort of their own.
    key_order: ClassVar[tuple[str, ...]] = ("ts", "seq", "stream")

    class Meta:
        abstract = True
        managed = False
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.key


class OptionPrintEvidence(RawEvidence):
    """One option print with its frozen stamp."""

    contract = models.TextField()
    underlying = models.TextField()
    contract_id = models.IntegerField()
    symbol_id = models.IntegerField()
    price_micros = models.BigIntegerField("price")
    size = models.IntegerField("contracts")
    premium_micros = models.BigIntegerField("premium", null=True)
    venue = models.SmallIntegerField()
    conditions = ArrayField(models.SmallIntegerField())
    bid_micros = models.BigIntegerField("bid", null=True)
    ask_micros = models.BigIntegerField("ask", null=True)
    bid_size = models.IntegerField(null=True)
    ask_size = models.IntegerField(null=True)
    quote_ts = models.DateTimeField("quote time", null=True)
    quote_seq = models.BigIntegerField(null=True)
    quote_silence_us = models.BigIntegerField("silence of the quote feed", null=True)
    quote_mode = models.SmallIntegerField()
    spot_bid_micros = models.BigIntegerField("underlying's bid", null=True)
    spot_ask_micros = models.BigIntegerField("underlying's ask", null=True)
    spot_ts = models.DateTimeField("underlying's quote time", null=True)
    spot_seq = models.BigIntegerField(null=True)
    move_60s_bps = models.FloatField("underlying's move in 60 s, bps", null=True)
    move_5m_bps = models.FloatField("underlying's move in 5 min, bps", null=True)
    move_5m_z = models.FloatField("that move against its usual, z", null=True)
    iv = models.FloatField("provider's implied volatility", null=True)
    session = models.SmallIntegerField()
    session_date = models.DateField()
    dte = models.SmallIntegerField("days to expiry", null=True)
    flags = models.IntegerField()
    side = models.SmallIntegerField()
    label_passed = models.BooleanField("kept by the label")
    label_reasons = models.IntegerField()
    tuning_revision = models.IntegerField()
    vendor_order = models.BigIntegerField(null=True)

    class Meta(RawEvidence.Meta):
        db_table = "evidence_option_print"
        verbose_name = "option print"
        unique_together = (("ts", "seq", "stream"),)


class OptionQuoteEvidence(RawEvidence):
    """One option NBBO update."""

    contract = models.TextField()
    contract_id = models.IntegerField()
    bid_micros = models.BigIntegerField("bid", null=True)
    ask_micros = models.BigIntegerField("ask", null=True)
    bid_size = models.IntegerField(null=True)
    ask_size = models.IntegerField(null=True)
    vendor_order = models.BigIntegerField(null=True)

    class Meta(RawEvidence.Meta):
        db_table = "evidence_option_quote"
        verbose_name = "option quote"
        unique_together = (("ts", "seq", "stream"),)


class EquityPrintEvidence(RawEvidence):
    """One equity print with its as-of quote."""

    symbol = models.TextField()
    symbol_id = models.IntegerField()
    price_micros = models.BigIntegerField("price")
    size_micros = models.BigIntegerField("shares")
    venue = models.SmallIntegerField()
    conditions = ArrayField(models.SmallIntegerField())
    off_exchange = models.BooleanField(null=True)
    exec_ts = models.DateTimeField("execution time", null=True)
    bid_micros = models.BigIntegerField("bid", null=True)
    ask_micros = models.BigIntegerField("ask", null=True)
    bid_size = models.IntegerField(null=True)
    ask_size = models.IntegerField(null=True)
    quote_ts = models.DateTimeField("quote time", null=True)
    quote_seq = models.BigIntegerField(null=True)
    quote_silence_us = models.BigIntegerField("silence of the quote feed", null=True)
    quote_mode = models.SmallIntegerField()
    session = models.SmallIntegerField()
    session_date = models.DateField()
    flags = models.IntegerField()
    side = models.SmallIntegerField(null=True)
    tuning_revision = models.IntegerField(null=True)
    corrects = models.UUIDField("takes back", null=True)

    class Meta(RawEvidence.Meta):
        db_table = "evidence_equity_print"
        verbose_name = "equity print"
        unique_together = (("ts", "seq", "stream"),)


class FeedCursorEvidence(models.Model):
    """Where a source stands. Key: `run-source`."""

    key = models.TextField(primary_key=True)
    run = models.IntegerField()
    source = models.TextField()
    state = models.TextField()
    detail = models.TextField()
    received = models.BigIntegerField()
    stored = models.BigIntegerField()
    duplicates = models.BigIntegerField()
    quarantined = models.BigIntegerField()
    late = models.BigIntegerField()
    last_event_ts = models.DateTimeField(null=True)
    last_received_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()
    cursor = models.JSONField()

    key_order: ClassVar[tuple[str, ...]] = ("source", "run")

    class Meta:
        managed = False
        default_permissions = ("view",)
        db_table = "evidence_feed_cursor"
        verbose_name = "feed cursor"
        unique_together = (("source", "run"),)

    def __str__(self) -> str:
        return self.key
