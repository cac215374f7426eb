"""Admin of derived evidence: packets, events, hits, alerts. Looking only; tuning stands apart."""

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.safestring import SafeString

from flow.domain.units import micros_to_text
from flow.evidence_admin import EvidenceAdmin
from flow.evidence_keys import derived_key
from flow.evidence_text import column, link, money, structure, time
from signals import evidence_details as details
from signals.evidence_models import (
    AlertEvidence,
    ClassifierHitEvidence,
    DarkEventEvidence,
    PacketEvidence,
    SmartMoneyEventEvidence,
)
from signals.storage.reads import find_packet
from signals.tuning_admin import TuningRevisionAdmin

__all__ = ["TuningRevisionAdmin"]

WHO = ("key", time("ts", "event time"), "contract", "underlying")
ORIGIN = (
    "Where it comes from",
    {
        "fields": (
            "run",
            "uid",
            "rev",
            "step_no",
            "stream",
            "seq",
            "ordinal",
            "engine",
            "thresholds",
        )
    },
)
SIZE = ("print_count", "size", money("premium_micros", "premium"))


class DerivedAdmin(EvidenceAdmin):
    """What every derived kind shows."""

    @admin.display(description="thresholds in force")
    def thresholds(self, row: Any) -> SafeString:
        return details.revision_values(row.tuning_revision)


class ConclusionAdmin(DerivedAdmin):
    """What was concluded from one packet: it leads back to the packet and its prints."""

    @admin.display(description="packet")
    def packet(self, row: Any) -> SafeString:
        return details.neighbour("packet", row.run, row.packet_ts, row.packet_uid)

    @admin.display(description="prints and their quotes")
    def members(self, row: Any) -> SafeString:
        return details.members(row.run, details.packet_of(row))


@admin.register(PacketEvidence)
class PacketAdmin(DerivedAdmin):
    list_reads = ("contract", "print_count", "size", "premium_micros", "vwap_micros")
    list_display = (
        time("ts", "event time"), "contract", *SIZE, money("vwap_micros", "average price"),
    )  # fmt: skip
    fieldsets: ClassVar[Any] = (
        (None, {"fields": (*WHO, time("end_ts", "last member"), *SIZE, "page")}),
        ("Prints", {"fields": (
            money("first_price_micros", "first price"), money("last_price_micros", "last price"),
            money("vwap_micros", "average price by size"), "members",
            column("member_digest", "digest of the members", lambda raw: bytes(raw).hex()))}),
        ("Features", {"fields": (structure("features", "features"),)}),
        ORIGIN,
    )  # fmt: skip

    @admin.display(description="prints and their quotes")
    def members(self, row: Any) -> SafeString:
        return details.members(row.run, find_packet(row._state.db, row.run, row.uid, row.ts))  # noqa: SLF001

    @admin.display(description="evidence page")
    def page(self, row: Any) -> SafeString:
        return link(f"/packets/{row.key}/evidence/{self.run_query(row)}", "open")


@admin.register(SmartMoneyEventEvidence)
class SmartMoneyEventAdmin(ConclusionAdmin):
    list_reads = ("contract", "event_kind", "direction", "abstained", "evidence_quality")
    list_display = (
        time("ts", "event time"), "contract", "event_kind", "direction", "abstained",
        "evidence_quality",
    )  # fmt: skip
    fieldsets: ClassVar[Any] = (
        (None, {"fields": (
            *WHO, "event_kind", "direction", "primary_profile", "abstained",
            structure("abstain_reasons", "why it declines"),
            structure("suppressed_reasons", "what speaks against it"), "evidence_quality")}),
        ("Evidence", {"fields": (
            "hits", structure("scores", "scores"), structure("features", "features"), "packet",
            "members")}),
        ORIGIN,
    )  # fmt: skip

    @admin.display(description="rules that fired")
    def hits(self, row: Any) -> SafeString:
        return details.hits(row, row.uid)


@admin.register(ClassifierHitEvidence)
class ClassifierHitAdmin(ConclusionAdmin):
    search_fields = ()  # hits have no index by symbol: reach them from their event
    list_reads = ("contract", "classifier_id", "confidence", "direction")
    list_display = (
        time("ts", "event time"), "contract", "classifier_id", "confidence", "direction",
    )  # fmt: skip
    fieldsets: ClassVar[Any] = (
        (None, {"fields": (*WHO, "classifier_id", "confidence", "direction")}),
        ("Evidence", {"fields": ("sentences", "event", "packet", "members")}),
        ORIGIN,
    )  # fmt: skip

    @admin.display(description="sentences")
    def sentences(self, row: Any) -> SafeString:
        return details.sentences(row.explanations)

    @admin.display(description="smart-money event")
    def event(self, row: Any) -> SafeString:
        return details.neighbour("smart_money_event", row.run, row.ts, row.event_uid)


@admin.register(DarkEventEvidence)
class DarkEventAdmin(DerivedAdmin):
    list_reads = ("underlying", "kind", "state", "direction", "confidence", "print_count")
    list_display = (
        time("ts", "event time"), "underlying", "kind", "state", "direction", "confidence",
        "print_count", money("notional_micros", "notional"),
    )  # fmt: skip
    fieldsets: ClassVar[Any] = (
        (None, {"fields": (
            "key", time("ts", "event time"), "underlying", "kind", "state", "direction",
            "confidence", structure("reasons", "why this state"))}),
        ("Prints", {"fields": (
            time("window_start_ts", "first print"), time("end_ts", "last print"), "print_count",
            column("size_micros", "shares", micros_to_text), money("notional_micros", "notional"),
            money("vwap_micros", "average price by size"),
            money("mid_start_micros", "mid at the start"),
            money("mid_end_micros", "mid at the end"), "impact_bps",
            structure("placement_counts", "prints by side"), "evidence_total",
            structure("member_seqs", "kept evidence, by position in the stream"),
            column("member_digest", "digest of all prints", lambda raw: bytes(raw).hex()))}),
        ("Why", {"fields": ("sentences", structure("features", "features"))}),
        ORIGIN,
    )  # fmt: skip

    @admin.display(description="sentences")
    def sentences(self, row: Any) -> SafeString:
        return details.sentences(row.explanations)


@admin.register(AlertEvidence)
class AlertAdmin(ConclusionAdmin):
    list_reads = ("contract", "score", "severity", "direction", "premium_micros", "headline")
    list_display = (
        time("ts", "event time"), "contract", "score", "severity", "direction",
        money("premium_micros", "premium"), "headline",
    )  # fmt: skip
    fieldsets: ClassVar[Any] = (
        (None, {"fields": (
            *WHO, "headline", "score", "severity", "direction", "primary_profile", *SIZE,
            "evidence_quality", "page")}),
        ("Why", {"fields": ("sentences", "sum", "hits")}),
        ("Evidence", {"fields": ("event", "packet", "members")}),
        ("Chain", {"fields": ("dedupe_key", "supersedes", "withdrawn")}),
        ORIGIN,
    )  # fmt: skip

    @admin.display(description="sentences")
    def sentences(self, row: Any) -> SafeString:
        return details.sentences(row.explanations)

    @admin.display(description="score, term by term")
    def sum(self, row: Any) -> SafeString:
        return details.breakdown(row.breakdown)

    @admin.display(description="rules that fired")
    def hits(self, row: Any) -> SafeString:
        return details.hits(row, row.event_uid)

    @admin.display(description="smart-money event")
    def event(self, row: Any) -> SafeString:
        return details.neighbour("smart_money_event", row.run, row.ts, row.event_uid)

    @admin.display(description="evidence page")
    def page(self, row: Any) -> SafeString:
        key = derived_key(row.run, row.ts, row.uid, row.rev)
        return link(f"/reads/{key}/evidence/{self.run_query(row)}", "open")
