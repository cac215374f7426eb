"""Admin of the market record: raw evidence, feeds, quarantine, gaps. Looking only."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString

from flow import reference_admin
from flow.codes import (
    condition_letter,
    flag_names,
    label_reasons,
    quote_mode_name,
    session_name,
    side_name,
)
from flow.domain.units import micros_to_text
from flow.domain.venues import venue_name
from flow.evidence_admin import RawEvidenceAdmin, contract_ids
from flow.evidence_keys import raw_key
from flow.evidence_models import (
    EquityPrintEvidence,
    FeedCursorEvidence,
    OptionPrintEvidence,
    OptionQuoteEvidence,
)
from flow.evidence_stored import StoredAdmin
from flow.evidence_text import (
    MISSING,
    bytes_block,
    column,
    dollars,
    instant,
    link,
    milliseconds,
    money,
    structure,
    table,
    time,
)
from flow.models import ControlRequest, Gap, Quarantine
from flow.storage.pages import QuoteRow, quotes_by_seq
from flow.storage.status import stream_status

# Registers its own pages when it is imported.
__all__ = ["reference_admin"]

WHO = ("key", "stream_name", "seq", time("ts", "event time"), time("received_at", "received"))
QUOTE = (
    money("bid_micros", "bid"), money("ask_micros", "ask"), "bid_size", "ask_size",
    time("quote_ts", "quote time"), "quote_seq",
    column("quote_silence_us", "silence of the quote feed", milliseconds),
    column("quote_mode", "quote feed promises", quote_mode_name),
)  # fmt: skip
SESSION = (
    column("session", "session", session_name), "session_date",
    column("flags", "flags", lambda mask: _words(flag_names(mask))),
)  # fmt: skip
VENUE = column("venue", "venue", venue_name)
CONDITIONS = column(
    "conditions", "conditions", lambda codes: _words([condition_letter(code) for code in codes])
)


@admin.register(OptionPrintEvidence)
class OptionPrintAdmin(RawEvidenceAdmin):
    stream_kind = "option_print"
    search_help_text = "Exact contract or underlying"
    list_reads = (
        "contract", "price_micros", "size", "premium_micros", "side", "venue", "label_passed",
    )  # fmt: skip
    list_display = (
        time("ts", "event time"), "contract", money("price_micros", "price"), "size",
        money("premium_micros", "premium"), column("side", "side", side_name), VENUE,
        "label_passed",
    )  # fmt: skip
    fieldsets: ClassVar[Any] = (
        (None, {"fields": (*WHO, "source_uid")}),
        ("Trade", {"fields": (
            "contract", "underlying", money("price_micros", "price"), "size",
            money("premium_micros", "premium"), VENUE, CONDITIONS, "dte", "vendor_order",
            *SESSION)}),
        ("What was known when it printed", {"fields": (
            *QUOTE, "logged_quote", money("spot_bid_micros", "underlying's bid"),
            money("spot_ask_micros", "underlying's ask"), time("spot_ts", "underlying's quote"),
            "spot_seq", "move_60s_bps", "move_5m_bps", "move_5m_z", "iv")}),
        ("Side and label", {"fields": (
            column("side", "side", side_name), "label_passed",
            column("label_reasons", "reasons", lambda mask: _words(label_reasons(mask))),
            "tuning_revision")}),
    )  # fmt: skip

    def narrowed(self, rows: QuerySet[Any], symbol: str) -> QuerySet[Any]:
        return rows.filter(contract_id__in=contract_ids(rows.db, symbol))

    @admin.display(description="that quote in the log")
    def logged_quote(self, row: Any) -> SafeString:
        alias = row._state.db  # noqa: SLF001
        found = _quote_of(alias, row)
        if found is None:
            return table((), (), note="not in the log: no quote stood, or retention has taken it")
        key = raw_key(found.stream, found.ts, found.seq)
        address = reverse("admin:flow_optionquoteevidence_change", args=[key])
        return table(
            ("quote", "time", "bid", "ask", "sizes"),
            [(link(address + self.run_query(row), key), instant(found.ts),
              dollars(found.bid_micros), dollars(found.ask_micros),
              f"{found.bid_size} / {found.ask_size}")],
        )  # fmt: skip


@admin.register(OptionQuoteEvidence)
class OptionQuoteAdmin(RawEvidenceAdmin):
    stream_kind = "option_quote"
    search_fields = ("contract",)
    search_help_text = "Exact contract or underlying"
    list_reads = ("contract", "bid_micros", "ask_micros", "bid_size", "ask_size")
    list_display = (
        time("ts", "event time"), "contract", money("bid_micros", "bid"),
        money("ask_micros", "ask"), "bid_size", "ask_size",
    )  # fmt: skip
    fieldsets: ClassVar[Any] = (
        (None, {"fields": (*WHO, "source_uid")}),
        ("Quote", {"fields": (
            "contract", money("bid_micros", "bid"), money("ask_micros", "ask"), "bid_size",
            "ask_size", "vendor_order")}),
    )  # fmt: skip

    def narrowed(self, rows: QuerySet[Any], symbol: str) -> QuerySet[Any]:
        return rows.filter(contract_id__in=contract_ids(rows.db, symbol))


@admin.register(EquityPrintEvidence)
class EquityPrintAdmin(RawEvidenceAdmin):
    stream_kind = "equity_print"
    search_fields = ("symbol",)
    list_reads = ("symbol", "price_micros", "size_micros", "side", "venue", "off_exchange")
    list_display = (
        time("ts", "event time"), "symbol", money("price_micros", "price"),
        column("size_micros", "shares", micros_to_text), column("side", "side", side_name), VENUE,
        "off_exchange",
    )  # fmt: skip
    fieldsets: ClassVar[Any] = (
        (None, {"fields": (*WHO, "source_uid")}),
        ("Trade", {"fields": (
            "symbol", money("price_micros", "price"),
            column("size_micros", "shares", micros_to_text), VENUE, CONDITIONS, "off_exchange",
            time("exec_ts", "execution time"), "corrects", *SESSION)}),
        ("What was known when it printed", {"fields": QUOTE}),
        ("Side", {"fields": (column("side", "side", side_name), "tuning_revision")}),
    )  # fmt: skip


@admin.register(FeedCursorEvidence)
class FeedCursorAdmin(StoredAdmin):
    by_run = True
    list_display = (
        "source", "state", "received", "stored", "duplicates", "quarantined", "late",
        time("last_event_ts", "last event"), time("last_received_at", "last received"),
    )  # fmt: skip
    fieldsets: ClassVar[Any] = (
        (None, {"fields": (
            "run", "source", "state", "detail", "received", "stored", "duplicates", "quarantined",
            "late", time("last_event_ts", "last event"), time("last_received_at", "last received"),
            time("updated_at", "updated"), structure("cursor", "resume point"))}),
    )  # fmt: skip


@admin.register(Quarantine)
class QuarantineAdmin(StoredAdmin):
    by_run = True
    list_display = ("id", "source", "reason", "detail", "place", time("received_at", "received"))
    list_reads = ("source", "reason", "detail", "place", "received_at")
    fieldsets: ClassVar[Any] = (
        (None, {"fields": (
            "id", "run", "source", "reason", "detail", "place", "uid",
            time("received_at", "received"), column("raw", "raw input", bytes_block))}),
    )  # fmt: skip


@admin.register(Gap)
class GapAdmin(StoredAdmin):
    by_run = True
    list_display = (
        "id", "source", "scope", "cause", time("from_ts", "from"), time("to_ts", "to"),
        time("filled_at", "filled"),
    )  # fmt: skip
    fieldsets: ClassVar[Any] = (
        (None, {"fields": (
            "id", "run", "source", "scope", "cause", time("from_ts", "from"), time("to_ts", "to"),
            time("detected_at", "detected"), time("filled_at", "filled"))}),
    )  # fmt: skip


@admin.register(ControlRequest)
class ControlRequestAdmin(StoredAdmin):
    list_display = ("id", "kind", time("created_at", "requested"))
    list_reads = ("kind", "created_at")
    fieldsets: ClassVar[Any] = (
        (None, {"fields": (
            "id", "kind", time("created_at", "requested"), structure("payload", "payload"))}),
    )  # fmt: skip


def _quote_of(alias: str, row: Any) -> QuoteRow | None:
    if row.quote_ts is None or row.quote_seq is None:
        return None
    source = next(
        (each.source for each in stream_status(alias, row.run) if each.id == row.stream), None
    )
    for stream in stream_status(alias, row.run):
        if stream.kind == "option_quote" and stream.source == source:
            return quotes_by_seq(alias, stream.id, [(row.quote_ts, row.quote_seq)]).get(
                row.quote_seq
            )
    return None


def _words(words: list[str]) -> str:
    return ", ".join(words) or MISSING
