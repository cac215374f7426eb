"""GET /api/v1/news/ and /api/v1/news/changes."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from flow.api.cursors import decode_cursor
from flow.api.errors import ApiError, FieldError
from flow.api.parameters import CURSOR, PLACES, RUN, Parameter
from flow.api.places import Place, cut, edge_of, read_page
from flow.api.serializers import ERRORS, documented, page_of
from flow.api.texts import iso
from flow.api.views import ChosenRun, PageView
from flow.domain.units import to_datetime
from news.api.bodies import revision_body
from news.api.parameters import (
    AFTER_TS,
    AFTER_UID,
    CHANGED_SINCE,
    DEFAULT_LIMIT,
    LIMIT,
    SINCE,
    SOURCE,
    SYMBOL,
)
from news.api.serializers import RevisionSerializer
from news.storage.reads import (
    ChangePlace,
    Revision,
    StoryFilter,
    StoryPlace,
    change_page,
    story_page,
)

PAIR = ("after_ts", "after_uid")


class NewsView(PageView):
    """What both families share: filters and the form of a row."""

    default_limit = DEFAULT_LIMIT

    def applied(self, values: Mapping[str, Any]) -> dict[str, Any]:
        since = values.get("since")
        found = {
            "symbol": list(values.get("symbol", ())),
            "source": list(values.get("source", ())),
            "since": None if since is None else iso(to_datetime(since)),
        }
        return {name: value for name, value in found.items() if value not in (None, [])}

    def body(self, run: ChosenRun, row: Revision) -> dict[str, Any]:
        return revision_body(row)


class StoriesView(NewsView):
    family: ClassVar[str] = "news"
    parameters: ClassVar[tuple[Parameter, ...]] = (RUN, LIMIT, *PLACES, SYMBOL, SOURCE, SINCE)

    @extend_schema(
        operation_id="news",
        summary="Stories in their current revision, newest publication first",
        description="Ordered by (published_ts, story_id); `before_seq` and `after_seq` are story"
        " ids. A story keeps its place; what changed in it, and what was published late, the feed"
        " of changes tells.",
        parameters=documented(parameters),
        responses={200: page_of("NewsPage", RevisionSerializer), **ERRORS},
        tags=["news"],
    )
    def get(self, request: Request) -> Response:
        return self.page(request)

    def read(
        self, run: ChosenRun, values: Mapping[str, Any], place: Place, limit: int
    ) -> tuple[list[Revision], bool]:
        chosen, edge = _filter(values), edge_of(place, StoryPlace)
        return read_page(
            lambda count: story_page(run.alias, run.id, limit=count, chosen=chosen, **edge),
            place,
            limit,
            self.position,
        )

    def position(self, row: Revision) -> tuple[int, int, int]:
        return row.story_place


class ChangesView(NewsView):
    family: ClassVar[str] = "news_change"
    seq_type = str
    parameters: ClassVar[tuple[Parameter, ...]] = (
        RUN, LIMIT, CURSOR, AFTER_TS, AFTER_UID, SYMBOL, SOURCE, CHANGED_SINCE,
    )  # fmt: skip

    @extend_schema(
        operation_id="news_changes",
        summary="Every revision of every story, in the order in which it was added",
        description="Oldest first, ordered by (changed_ts, uid). Additions only ever come at the"
        " end: keep the last `next` and ask again with it; an empty page means that nothing came.",
        parameters=documented(parameters),
        responses={200: page_of("NewsChangePage", RevisionSerializer), **ERRORS},
        tags=["news"],
    )
    def get(self, request: Request) -> Response:
        return self.page(request)

    def place(self, values: Mapping[str, Any], filters: str) -> Place:
        given = [name for name in PAIR if name in values]
        if len(given) == 1 or (given and "cursor" in values):
            raise _contradiction(values)
        if given:
            return Place(True, values["after_ts"], values["after_uid"])
        if "cursor" in values:
            cursor = decode_cursor(
                values["cursor"], family=self.family, filters=filters, seq_type=str
            )
            return Place(True, cursor.ts, cursor.seq, cursor.stream)
        return Place(ascending=True)

    def read(
        self, run: ChosenRun, values: Mapping[str, Any], place: Place, limit: int
    ) -> tuple[list[Revision], bool]:
        after = None
        if place.ts is not None and isinstance(place.seq, str):
            after = ChangePlace(place.ts, UUID(hex=place.seq))
        rows = change_page(run.alias, run.id, limit=limit + 1, chosen=_filter(values), after=after)
        return cut(rows, limit)

    def position(self, row: Revision) -> tuple[int, str, int]:
        place = row.change_place
        return place.changed_ts, place.uid.hex, row.stream


def _filter(values: Mapping[str, Any]) -> StoryFilter:
    return StoryFilter(
        symbols=tuple(values.get("symbol", ())),
        sources=tuple(values.get("source", ())),
        since=values.get("since"),
    )


def _contradiction(values: Mapping[str, Any]) -> ApiError:
    fields = [
        FieldError(name, str(values.get(name, ""))[:100], "after_ts and after_uid, or cursor")
        for name in (*PAIR, "cursor")
    ]
    return ApiError(
        "invalid_parameter",
        "expected after_ts together with after_uid, or a cursor, and not both",
        fields=fields,
    )
