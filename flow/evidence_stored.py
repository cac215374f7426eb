"""The base of read-only admins over plain tables of the log: bounded like evidence, no key."""

from typing import Any, ClassVar

from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest

from flow.evidence_admin import EvidenceAdmin
from flow.evidence_filters import RunFilter


class StoredAdmin(EvidenceAdmin):
    """Plain tables: newest id first, of one run where the rows have one."""

    search_fields: ClassVar[Any] = ()
    by_run: ClassVar[bool] = False

    def position_of(self, key: Any) -> tuple[Any, ...]:
        if len(self.key_order) > 1:
            raise IncorrectLookupParameters("this list has one page")
        return (key,)

    def get_list_filter(self, request: HttpRequest) -> Any:
        return (RunFilter,) if self.by_run else ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        alias = self.run_of(request).alias if self.by_run else "default"
        rows: QuerySet[Any] = self.model._default_manager.using(alias)  # noqa: SLF001
        return rows.only(self.model._meta.pk.name, *self.list_reads) if self.list_reads else rows  # noqa: SLF001

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        pk = self.parse_key(object_id, is_strict=False)
        if pk is None:
            return None
        rows = self.model._default_manager.using(self.get_queryset(request).db)  # noqa: SLF001
        return next(iter(rows.filter(pk=pk).order_by()[:1]), None)

    def read_key(self, text: str) -> Any:
        if self.model._meta.pk.get_internal_type() == "TextField":  # noqa: SLF001
            return text if len(text) <= 200 and "\x00" not in text else None
        is_number = text.isascii() and text.isdigit() and len(text) <= 18
        return int(text) if is_number else None
