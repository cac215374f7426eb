"""Tables of reference data, in `public`: read by people, importers and ingest, never by the engine.

What the engine needs of them reaches it through the log, as control entries (design, point 4).
"""

from django.db import models
from django.db.models import F, Q

from flow.domain.event_calendar import EVENT_KINDS

SECURITY_TYPES = ("stock", "etf", "index")


class ReferenceLoad(models.Model):
    """One import or refresh: what came, what was taken, what was refused and why."""

    kind = models.TextField()
    origin = models.TextField()  # file name, or provider
    content = models.TextField(default="")  # BLAKE2b of the file, to know it again
    ok = models.BooleanField()
    rows = models.IntegerField(default=0)
    accepted = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    skipped = models.JSONField(default=dict)  # reason: count
    detail = models.TextField(default="")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()

    class Meta:
        db_table = "reference_load"
        # The newest good load of a kind and origin: is a refresh due, is this file known?
        indexes = [
            models.Index(fields=["kind", "origin", "-id"], name="reference_load_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.origin} {self.pk}"


class SymbolAlias(models.Model):
    """Another text for a symbol, between two dates; no dates means always."""

    alias = models.CharField(max_length=32)
    symbol = models.CharField(max_length=32)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    load = models.ForeignKey(ReferenceLoad, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "symbol_alias"
        verbose_name_plural = "symbol aliases"
        constraints = [
            models.UniqueConstraint(
                fields=["alias", "valid_from"], nulls_distinct=False, name="symbol_alias_start"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__gt=F("valid_from")), name="symbol_alias_period"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alias} = {self.symbol}"


class IndexMember(models.Model):
    """Membership of a symbol in an index, from a date to the day before another."""

    index_name = models.CharField(max_length=32)
    symbol = models.CharField(max_length=32)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    load = models.ForeignKey(ReferenceLoad, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "index_member"
        constraints = [
            models.UniqueConstraint(
                fields=["index_name", "symbol", "valid_from"], name="index_member_start"
            ),
        ]
        # The memberships of one symbol (manage.py reference show).
        indexes = [models.Index(fields=["symbol"], name="index_member_symbol")]

    def __str__(self) -> str:
        return f"{self.index_name} {self.symbol}"


class Venue(models.Model):
    """One venue of flow.domain.venues, for people and SQL; the code decides, not this table."""

    code = models.SmallIntegerField(primary_key=True)
    mic = models.CharField(max_length=4, unique=True)
    letter = models.CharField(max_length=1, null=True)
    name = models.TextField()
    asset = models.CharField(max_length=6)
    off_exchange = models.BooleanField()
    key_order = ("code",)

    class Meta:
        db_table = "venue"

    def __str__(self) -> str:
        return f"{self.mic} {self.name}"


class TradeCondition(models.Model):
    """One condition of flow.domain.conditions, for people and SQL."""

    code = models.SmallIntegerField(primary_key=True)
    tape = models.CharField(max_length=10)  # opra, or the vocabulary of equity prints
    letter = models.CharField(max_length=1, null=True)
    mnemonic = models.CharField(max_length=4, null=True)
    name = models.TextField()
    family = models.TextField(null=True)
    weight = models.FloatField(null=True)  # for the inference of a side, 0 to 1
    counts_volume = models.BooleanField(null=True)
    # Of equity prints: what a sale with this condition may do in a bar (sale_condition_table).
    updates_last = models.BooleanField(null=True)
    updates_high_low = models.BooleanField(null=True)
    infers = models.BooleanField(null=True)  # may enter off-exchange inference
    key_order = ("code",)

    class Meta:
        db_table = "trade_condition"

    def __str__(self) -> str:
        return f"{self.tape} {self.letter or self.code}"


class ScheduledEvent(models.Model):
    """One revision of one event: when it happens, and between which instants that was known.

    `known_to` is the next revision's `known_from`. `missing_since`: the provider's newest answers
    leave the event out; that is no proof that it will not happen, so it stays known.
    """

    event_id = models.CharField(max_length=80)
    underlying = models.CharField(max_length=12)
    kind = models.CharField(max_length=16, choices=[(kind, kind) for kind in EVENT_KINDS])
    event_ts = models.DateTimeField()
    earliest_ts = models.DateTimeField(null=True)
    session = models.CharField(max_length=8)
    withdrawn = models.BooleanField(default=False)
    known_from = models.DateTimeField()
    known_to = models.DateTimeField(null=True)
    missing_since = models.DateTimeField(null=True)
    source = models.CharField(max_length=40)
    received_at = models.DateTimeField()
    load = models.ForeignKey(ReferenceLoad, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "calendar_event"
        constraints = [
            models.UniqueConstraint(
                fields=["underlying", "event_id", "known_from"], name="calendar_event_revision"
            ),
            models.CheckConstraint(
                condition=Q(known_to__gt=F("known_from")), name="calendar_event_known_period"
            ),
            models.CheckConstraint(
                condition=Q(earliest_ts__lte=F("event_ts")), name="calendar_event_span"
            ),
        ]
        indexes = [
            # What lies ahead of an underlying: ingest at its first print of a day, and show.
            models.Index(fields=["underlying", "event_ts"], name="calendar_event_ahead"),
            # What changed since a load: ingest, every second.
            models.Index(fields=["load"], name="calendar_event_load"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} known from {self.known_from:%Y-%m-%d %H:%M}"


class CorporateAction(models.Model):
    """A split, dividend, spin-off, merger or change of ticker on its effective date."""

    symbol = models.CharField(max_length=12)
    kind = models.CharField(max_length=16)
    effective_date = models.DateField()
    numerator = models.IntegerField(null=True)
    denominator = models.IntegerField(null=True)
    amount_micros = models.BigIntegerField(null=True)
    new_symbol = models.CharField(max_length=12, null=True)
    note = models.TextField(default="")
    load = models.ForeignKey(ReferenceLoad, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "corporate_action"
        constraints = [
            models.UniqueConstraint(
                fields=["symbol", "kind", "effective_date"], name="corporate_action_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.symbol} {self.kind} {self.effective_date}"


class OptionAdjustment(models.Model):
    """What a contract of a root stands for, from its effective date on: adjusted, or not 100."""

    root = models.CharField(max_length=12)
    underlying = models.CharField(max_length=12)
    effective_date = models.DateField()
    multiplier = models.IntegerField()
    deliverable = models.TextField(default="")
    memo = models.TextField(default="")
    load = models.ForeignKey(ReferenceLoad, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "option_adjustment"
        constraints = [
            models.UniqueConstraint(
                fields=["root", "effective_date"], name="option_adjustment_key"
            ),
            models.CheckConstraint(
                condition=Q(multiplier__gt=0), name="option_adjustment_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.root} x {self.multiplier} from {self.effective_date}"


class OptionEod(models.Model):
    """One contract at the end of one day, as a source told it from `known_from` on.

    A correction is a new row. Open interest of a day is told the next morning.
    """

    contract = models.ForeignKey("flow.Contract", on_delete=models.CASCADE, related_name="+")
    as_of_date = models.DateField()
    open_interest = models.IntegerField(null=True)
    volume = models.IntegerField(null=True)
    close_micros = models.BigIntegerField(null=True)
    source = models.CharField(max_length=40)
    fetched_ts = models.DateTimeField()
    known_from = models.DateTimeField()

    class Meta:
        db_table = "option_eod"
        verbose_name = "option end of day"
        verbose_name_plural = "option ends of day"
        constraints = [
            # Serves oi_as_of too: the newest day of a contract before a date.
            models.UniqueConstraint(
                fields=["contract", "as_of_date", "source", "known_from"], name="option_eod_key"
            ),
            models.CheckConstraint(
                condition=Q(open_interest__gte=0) & Q(volume__gte=0), name="option_eod_counts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.as_of_date} {self.source}"
