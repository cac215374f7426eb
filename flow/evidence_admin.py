"""The base of every evidence admin: look, never touch; bounded reads whatever the table's size.

Lists are keyset pages of one run and day in key order, and details are found by the real key
columns, because the text key of an evidence view is computed for every row.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.contrib.admin import ShowFacets
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db import connections
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.http import urlencode

from flow.evidence_filters import DayFilter, RunFilter, StreamFilter, run_name
from flow.evidence_keys import DerivedKey, RawKey, parse_derived, parse_raw
from flow.storage.schemas import alias_of

if TYPE_CHECKING:
    AnyModelAdmin = admin.ModelAdmin[Any]
    AnyPaginator = Paginator[Any]
else:  # Django's classes take no parameters at run time
    AnyModelAdmin, AnyPaginator = admin.ModelAdmin, Paginator

PAGE_ROWS = 100
# What the last ANALYZE saw, of a plain table or of the chunks that inherit from a hypertable.
ESTIMATE = """
    SELECT coalesce(sum(greatest(c.reltuples, 0)), 0)::bigint FROM pg_class c
    WHERE c.oid = to_regclass(%(table)s)
       OR c.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = to_regclass(%(table)s))"""
OWN_PARAMETERS = frozenset({"run", "stream", "day", "before"})


class EstimatedPaginator(AnyPaginator):
    """Knows about how many rows the table has from the catalogue; counting would read them all."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        alias, table = rows.db, rows.model._meta.db_table  # noqa: SLF001
        with connections[alias].cursor() as cursor:
            cursor.execute(ESTIMATE, {"table": table.removeprefix("evidence_")})
            return int(cursor.fetchone()[0])


class RunChangeList(ChangeList):
    """A list whose address may always name a run, also where its rows belong to none."""

    def get_filters_params(self, params: Any = None) -> Any:
        found = super().get_filters_params(params)
        if RunFilter not in self.list_filter:
            found.pop("run", None)
        return found


class KeysetChangeList(RunChangeList):
    """One page in key order, from the newest or from `?before=KEY` on."""

    older_link: str | None = None
    newest_link: str | None = None
    model_admin: Any

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        self.request = request
        super().__init__(request, *args)

    def get_filters_params(self, params: Any = None) -> Any:
        found = super().get_filters_params(params)
        found.pop("before", None)
        return found

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        return [f"-{name}" for name in self.model_admin.key_order]

    def get_results(self, request: HttpRequest) -> None:
        rows = self.queryset
        if before := request.GET.get("before"):
            edge = self.model_admin.position_of(self.model_admin.parse_key(before))
            rows = rows.filter(_older_than(self.model_admin.key_order, edge))
            self.newest_link = self.get_query_string({}, ["before", "p"])
        page = list(rows[: self.list_per_page + 1])
        self.result_list = page[: self.list_per_page]
        if len(page) > self.list_per_page:
            self.older_link = self.get_query_string({"before": self.result_list[-1].pk}, ["p"])
        self.paginator = self.model_admin.get_paginator(request, rows, self.list_per_page)
        self.result_count = self.full_result_count = self.paginator.count
        self.show_full_result_count = self.can_show_all = self.multi_page = False
        self.show_admin_actions = False

    def url_for_result(self, result: Any) -> str:
        run = self.model_admin.run_of(self.request)
        return f"{super().url_for_result(result)}?{urlencode({'run': run.name})}"


class LookOnlyAdmin(AnyModelAdmin):
    """View and nothing else, for everyone: add, change and delete answer 403 even to a superuser.

    Who may enter the admin at all, the permission table of the project says.
    """

    actions = None
    sortable_by = ()
    show_full_result_count = False
    show_facets = ShowFacets.NEVER

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_active and getattr(request.user, "is_staff", False))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @staticmethod
    def run_of(request: HttpRequest) -> Any:
        """Return the run that the request asks for (replay's middleware put it there)."""
        return request.run  # type: ignore[attr-defined]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return RunChangeList


class EvidenceAdmin(LookOnlyAdmin):
    """The base of every kind of evidence; a subclass says what its columns are."""

    change_list_template = "admin/evidence/change_list.html"
    paginator = EstimatedPaginator
    list_per_page = PAGE_ROWS
    list_max_show_all = 0
    list_filter: ClassVar[Any] = (RunFilter, DayFilter)
    # Django shows the search box for a name here; the search itself is get_search_results.
    search_fields: ClassVar[Any] = ("underlying",)
    search_help_text = "Exact symbol"
    list_reads: ClassVar[tuple[str, ...]] = ()  # what list_display reads of the row

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return KeysetChangeList

    @property
    def key_order(self) -> tuple[str, ...]:
        """Return the real key columns in the order of lists, which is newest first."""
        return tuple(getattr(self.model, "key_order", ("id",)))

    def position_of(self, key: Any) -> tuple[Any, ...]:
        """Return a key's values in that order."""
        return tuple(getattr(key, name) for name in self.key_order)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.model._default_manager.using(self.run_of(request).alias)  # noqa: SLF001
        return rows.only("key", *self.key_order, *self.list_reads)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip().upper()
        return (self.narrowed(queryset, term) if term else queryset), False

    def narrowed(self, rows: QuerySet[Any], symbol: str) -> QuerySet[Any]:
        """Return the rows of one exact symbol, by the column that the index has."""
        return rows.filter(symbol_id__in=_symbol_ids(rows.db, symbol))

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        # Any other condition would read without bounds.
        return lookup in OWN_PARAMETERS

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        key = self.parse_key(object_id, is_strict=False)
        if key is None:
            return None
        rows = self.model._default_manager.using(self.alias_for(request, key))  # noqa: SLF001
        return next(iter(rows.filter(**key._asdict()).order_by()[:1]), None)

    def run_query(self, row: Any) -> str:
        """Return the query string that keeps a link inside the run of a row."""
        return "?" + urlencode({"run": run_name(row.run)})

    def parse_key(self, text: str, *, is_strict: bool = True) -> Any:
        """Return the key columns of a text. Errors: IncorrectLookupParameters if strict."""
        key = self.read_key(text)
        if key is None and is_strict:
            raise IncorrectLookupParameters(f"before is {text!r}; expected the key of a row")
        return key

    def read_key(self, text: str) -> RawKey | DerivedKey | None:
        """Return the key columns of a text, None if it is no key."""
        return parse_derived(text)

    def alias_for(self, request: HttpRequest, key: Any) -> str:
        """Return the schema that a key lies in: a derived key names its run."""
        return alias_of(key.run)


class RawEvidenceAdmin(EvidenceAdmin):
    """Raw rows: one stream at a time; their key does not name the run, so the address does."""

    list_filter = (RunFilter, StreamFilter, DayFilter)
    stream_kind: ClassVar[str]

    def read_key(self, text: str) -> RawKey | None:
        return parse_raw(text)

    def alias_for(self, request: HttpRequest, key: Any) -> str:
        return str(self.run_of(request).alias)


def contract_ids(alias: str, name: str) -> list[int]:
    """Return the ids of one contract by its exact text, or of all contracts of one symbol."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            """SELECT id FROM contract WHERE name = %s
               UNION ALL
               SELECT c.id FROM contract c JOIN symbol y ON y.id = c.symbol_id WHERE y.name = %s
               LIMIT 100000""",
            [name, name],
        )
        return [int(row[0]) for row in cursor.fetchall()]


def _symbol_ids(alias: str, name: str) -> list[int]:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT id FROM symbol WHERE name = %s LIMIT 1", [name])
        return [int(row[0]) for row in cursor.fetchall()] or [0]


def _older_than(names: Sequence[str], values: Sequence[Any]) -> Q:
    """Return the strict comparison of a composite key; the first part bounds the index."""
    beyond = Q()
    for place, name in enumerate(names):
        equal = dict(zip(names[:place], values[:place], strict=True))
        beyond |= Q(**equal, **{f"{name}__lt": values[place]})
    return Q(**{f"{names[0]}__lte": values[0]}) & beyond
