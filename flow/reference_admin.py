"""Admin of reference data: what was loaded, and what it says. Looking only; files change it."""

from datetime import date
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet

from flow.evidence_stored import StoredAdmin
from flow.evidence_text import money, structure, time
from flow.models import (
    CorporateAction,
    IndexMember,
    OptionAdjustment,
    OptionEod,
    ReferenceLoad,
    ScheduledEvent,
    SessionDay,
    Symbol,
    SymbolAlias,
    TradeCondition,
    Venue,
)


class ReferenceAdmin(StoredAdmin):
    """A table of reference data, newest first, searched by one exact text."""

    searched: ClassVar[str] = "symbol"
    search_fields: ClassVar[Any] = ("symbol",)

    def narrowed(self, rows: QuerySet[Any], symbol: str) -> QuerySet[Any]:
        return rows.filter(**{self.searched: symbol})


@admin.register(ReferenceLoad)
class ReferenceLoadAdmin(StoredAdmin):
    list_display = (
        "id", "kind", "origin", "ok", "rows", "accepted", "changed", time("started_at", "started"),
    )  # fmt: skip
    fieldsets: ClassVar[Any] = (
        (None, {"fields": (
            "id", "kind", "origin", "ok", "rows", "accepted", "changed", "detail", "content",
            structure("skipped", "skipped by reason"), time("started_at", "started"),
            time("finished_at", "finished"))}),
    )  # fmt: skip


@admin.register(ScheduledEvent)
class ScheduledEventAdmin(ReferenceAdmin):
    searched = "underlying"
    list_display = (
        "underlying", "kind", time("event_ts", "at the latest"), "session", "withdrawn",
        time("known_from", "known from"), time("known_to", "known to"), "source",
    )  # fmt: skip
    fieldsets: ClassVar[Any] = (
        (None, {"fields": (
            "event_id", "underlying", "kind", "session", "withdrawn",
            time("earliest_ts", "at the earliest"), time("event_ts", "at the latest"),
            time("known_from", "known from"), time("known_to", "known to"),
            time("missing_since", "missing from answers since"), "source",
            time("received_at", "received"), "load")}),
    )  # fmt: skip


@admin.register(OptionEod)
class OptionEodAdmin(ReferenceAdmin):
    searched = "contract__name"
    search_help_text = "Exact contract"
    list_display = (
        "contract", "as_of_date", "open_interest", "volume", money("close_micros", "close"),
        "source", time("known_from", "known from"),
    )  # fmt: skip
    list_select_related = ("contract",)
    fieldsets: ClassVar[Any] = (
        (None, {"fields": (
            "contract", "as_of_date", "open_interest", "volume", money("close_micros", "close"),
            "source", time("known_from", "known from"), time("fetched_ts", "fetched"))}),
    )  # fmt: skip


@admin.register(CorporateAction)
class CorporateActionAdmin(ReferenceAdmin):
    list_display = (
        "symbol", "kind", "effective_date", "numerator", "denominator",
        money("amount_micros", "amount"), "new_symbol",
    )  # fmt: skip
    fieldsets: ClassVar[Any] = (
        (None, {"fields": (
            "symbol", "kind", "effective_date", "numerator", "denominator",
            money("amount_micros", "amount"), "new_symbol", "note", "load")}),
    )  # fmt: skip


@admin.register(OptionAdjustment)
class OptionAdjustmentAdmin(ReferenceAdmin):
    searched = "root"
    search_help_text = "Exact root"
    list_display = ("root", "underlying", "effective_date", "multiplier", "deliverable")
    fieldsets: ClassVar[Any] = (
        (None, {"fields": (
            "root", "underlying", "effective_date", "multiplier", "deliverable", "memo", "load")}),
    )  # fmt: skip


@admin.register(Symbol)
class SymbolAdmin(ReferenceAdmin):
    searched = "name"
    list_display = ("name", "title", "security_type", "sector", "industry")
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("name", "title", "security_type", "sector", "industry")}),
    )


@admin.register(SymbolAlias)
class SymbolAliasAdmin(ReferenceAdmin):
    searched = "alias"
    search_help_text = "Exact alias"
    list_display = ("alias", "symbol", "valid_from", "valid_to")
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("alias", "symbol", "valid_from", "valid_to", "load")}),
    )


@admin.register(IndexMember)
class IndexMemberAdmin(ReferenceAdmin):
    list_display = ("index_name", "symbol", "valid_from", "valid_to")
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("index_name", "symbol", "valid_from", "valid_to", "load")}),
    )


@admin.register(Venue)
class VenueAdmin(StoredAdmin):
    list_display = ("code", "mic", "letter", "name", "asset", "off_exchange")
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("code", "mic", "letter", "name", "asset", "off_exchange")}),
    )


@admin.register(TradeCondition)
class TradeConditionAdmin(StoredAdmin):
    list_display = (
        "code", "tape", "letter", "name", "updates_last", "updates_high_low", "counts_volume",
        "infers", "weight",
    )  # fmt: skip
    fieldsets: ClassVar[Any] = (
        (None, {"fields": (
            "code", "tape", "letter", "mnemonic", "name", "family", "weight")}),
        ("What a sale with it may do", {"fields": (
            "updates_last", "updates_high_low", "counts_volume", "infers")}),
    )  # fmt: skip


@admin.register(SessionDay)
class SessionDayAdmin(StoredAdmin):
    list_display = ("date", time("open_at", "open"), time("close_at", "close"), "early_close")
    fieldsets: ClassVar[Any] = (
        (None, {"fields": (
            "date", time("open_at", "open"), time("close_at", "close"), "early_close")}),
    )  # fmt: skip

    def read_key(self, text: str) -> Any:
        try:
            return date.fromisoformat(text)
        except ValueError:
            return None
