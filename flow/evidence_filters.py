"""The filters of evidence lists: run, source, day. Each bounds the list by real key columns."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from flow.domain.sessions import NEW_YORK
from flow.storage.status import stream_status

Rows = QuerySet[Any]


class Runs(Protocol):
    """Who knows the runs: the app that owns them offers itself, this one knows only live."""

    def newest(self) -> list[str]:
        """Return the names of the newest runs."""

    def name_of(self, run: int) -> str:
        """Return the name of a run."""


_runs: list[Runs] = []


def offer_runs(runs: Runs) -> None:
    """Let the app that owns runs answer for them."""
    _runs[:] = [runs]


def run_name(run: int) -> str:
    """Return the name of a run as addresses carry it."""
    return _runs[0].name_of(run) if _runs and run else "live"


class OneChoiceFilter(SimpleListFilter):
    """A filter that always has a value, so there is no "All": all would not be bounded."""

    resets: tuple[str, ...] = ()

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for value, title in self.lookup_choices:
            chosen: dict[str, Any] = {str(self.parameter_name): value}
            yield {
                "selected": str(value) == str(self.value()),
                "query_string": changelist.get_query_string(chosen, [*self.resets, "before", "p"]),
                "display": title,
            }


class RunFilter(OneChoiceFilter):
    """Which run, as the middleware has already found it."""

    title = "run"
    parameter_name = "run"
    resets = ("day", "stream", "q")

    def __init__(
        self,
        request: HttpRequest,
        params: dict[str, Any],
        model: type[Model],
        model_admin: Any,
    ) -> None:
        self._run = request.run  # type: ignore[attr-defined]
        self._is_raw = getattr(model_admin, "stream_kind", None) is not None
        super().__init__(request, params, model, model_admin)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        names = _runs[0].newest() if _runs else ["live"]
        return [(name, name) for name in dict.fromkeys([*names, self._run.name])]

    def value(self) -> str:
        return str(self._run.name)

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        # A raw row belongs to a run by its stream, which the next filter chooses.
        return queryset if self._is_raw else queryset.filter(run=self._run.id)


class StreamFilter(OneChoiceFilter):
    """Which source of the run: a list of raw rows is a list of one stream, in its key order."""

    title = "source"
    parameter_name = "stream"
    resets = ("day", "q")

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        run = request.run  # type: ignore[attr-defined]
        streams = [
            each
            for each in stream_status(run.alias, run.id)
            if each.kind == model_admin.stream_kind
        ]
        newest = sorted(streams, key=lambda each: each.batch_no, reverse=True)
        return [(str(each.id), each.source) for each in newest] or [("0", "none")]

    def value(self) -> str:
        chosen = super().value()
        known = [value for value, _ in self.lookup_choices]
        if chosen is None:
            return known[0]
        if chosen not in known:
            raise IncorrectLookupParameters(f"stream is {chosen!r}; expected one of the run's")
        return chosen

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        return queryset.filter(stream=int(self.value()))


class DayFilter(SimpleListFilter):
    """Which day of New York; without a choice the newest that has rows, found by the key."""

    title = "day"
    parameter_name = "day"

    def __init__(self, *args: Any) -> None:
        self._offered: list[date] = []
        self._shown: date | None = None
        super().__init__(*args)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("newest", "newest")]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        newest = _newest_day(queryset)
        self._shown = self._chosen() or newest
        if self._shown is None:
            return queryset.none()
        first, last = day_bounds(self._shown)
        older = _newest_day(queryset.filter(ts__lt=first))
        newer = _oldest_day(queryset.filter(ts__gte=last))
        found = {day for day in (newest, newer, self._shown, older) if day is not None}
        self._offered = sorted(found, reverse=True)
        return queryset.filter(ts__gte=first, ts__lt=last)

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for day in self._offered:
            yield {
                "selected": day == self._shown,
                "query_string": changelist.get_query_string(
                    {self.parameter_name: day.isoformat()}, ["before", "p"]
                ),
                "display": f"{day:%a} {day.isoformat()}",
            }

    def _chosen(self) -> date | None:
        text = self.value()
        if not text or text == "newest":
            return None
        try:
            chosen = date.fromisoformat(text)
        except ValueError as error:
            raise IncorrectLookupParameters(f"day is {text!r}; expected YYYY-MM-DD") from error
        if not 1970 <= chosen.year <= 9998:
            raise IncorrectLookupParameters(f"day is {text!r}; expected 1970 or later")
        return chosen


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return the first instant of a day in New York and of the next."""
    return (
        datetime.combine(day, time(), NEW_YORK),
        datetime.combine(day + timedelta(days=1), time(), NEW_YORK),
    )


def _newest_day(rows: Rows) -> date | None:
    return _day(rows.order_by("-ts").values_list("ts", flat=True)[:1])


def _oldest_day(rows: Rows) -> date | None:
    return _day(rows.order_by("ts").values_list("ts", flat=True)[:1])


def _day(found: Any) -> date | None:
    instants = list(found)
    return instants[0].astimezone(NEW_YORK).date() if instants else None
