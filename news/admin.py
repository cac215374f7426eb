"""Admin of news: stories and revisions, looking only. Their texts are shown as text, escaped."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from flow.evidence_stored import StoredAdmin
from flow.evidence_text import MISSING, column, instant, link, structure, table, time
from news.models import NewsRevision, NewsStory
from news.symbols import canonical

SHOWN_REVISIONS = 100


def _words(words: list[str]) -> str:
    return ", ".join(words) or MISSING


def _block(text: str) -> SafeString:
    return format_html("<pre>{}</pre>", text or MISSING)


class NewsAdmin(StoredAdmin):
    """Newest first within a run; the search is an exact symbol."""

    by_run = True
    search_fields: ClassVar[Any] = ("symbols",)
    search_help_text = "Exact symbol"

    def narrowed(self, rows: QuerySet[Any], symbol: str) -> QuerySet[Any]:
        return rows.filter(symbols__contains=[canonical(symbol) or symbol])


@admin.register(NewsStory)
class NewsStoryAdmin(NewsAdmin):
    list_reads = (
        "provider", "story_id", "source", "symbols", "published_ts", "updated_ts", "revisions",
    )  # fmt: skip
    list_display = (
        "headline", "source", column("symbols", "symbols", _words),
        time("published_ts", "published"), time("updated_ts", "updated"), "revisions",
    )  # fmt: skip
    fieldsets: ClassVar[Any] = (
        (None, {"fields": (
            "id", "run", "provider", "story_id", "source",
            column("symbols", "symbols", _words),
            time("published_ts", "published"), time("updated_ts", "updated"),
            time("first_received_at", "first received"), "revisions", "all_revisions")}),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        of_story = {name: OuterRef(name) for name in ("run", "provider", "story_id", "updated_ts")}
        current = NewsRevision.objects.filter(**of_story)  # the unique identity of a revision
        told: QuerySet[Any] = rows.annotate(
            current_headline=Subquery(current.values("headline")[:1])
        )
        return told

    @admin.display(description="headline, of the newest revision")
    def headline(self, row: NewsStory) -> str:
        return getattr(row, "current_headline", None) or str(row)

    @admin.display(description="revisions")
    def all_revisions(self, row: NewsStory) -> SafeString:
        alias = row._state.db or "default"  # noqa: SLF001
        found = NewsRevision.objects.using(alias).filter(
            run=row.run, provider=row.provider, story_id=row.story_id
        )
        return table(
            ("updated", "received", "state", "headline"),
            [
                (link(self._address(each), instant(each.updated_ts)), instant(each.received_at),
                 each.state, each.headline)
                for each in found.order_by("-updated_ts")[:SHOWN_REVISIONS]
            ],
        )  # fmt: skip

    def _address(self, revision: NewsRevision) -> str:
        address = reverse("admin:news_newsrevision_change", args=[revision.pk])
        return address + self.run_query(revision)


@admin.register(NewsRevision)
class NewsRevisionAdmin(NewsAdmin):
    list_reads = (
        "provider", "story_id", "updated_ts", "state", "headline", "symbols", "received_at",
    )  # fmt: skip
    list_display = (
        "headline", "provider", "state", column("symbols", "symbols", _words),
        time("updated_ts", "updated"), time("received_at", "received"),
    )  # fmt: skip
    fieldsets: ClassVar[Any] = (
        (None, {"fields": (
            "id", "run", "uid", "provider", "story_id", "state", "stream", "seq",
            time("published_ts", "published"), time("updated_ts", "updated"),
            time("received_at", "received"), time("changed_ts", "in the feed of changes"))}),
        ("Text", {"fields": (
            "source", "headline", "summary", "url",
            column("content_text", "body", _block), "is_emptied",
            column("content_html", "body, cleaned markup", _block),
            "sanitizer", "content_hash")}),
        ("Symbols", {"fields": (
            "symbol_resolution", column("symbols", "resolved", _words),
            column("provider_symbols", "of the provider", _words),
            structure("found", "how they were found"))}),
    )  # fmt: skip
