"""What every read of the API shares: who may ask, the chosen run, the time limit, the answer."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar, Protocol

from django.conf import settings
from django.db import connections, transaction
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flow.api.cursors import Cursor, encode_cursor, filter_digest
from flow.api.errors import ApiError
from flow.api.parameters import DEFAULT_LIMIT, Parameter, read_query
from flow.api.places import Place, read_place

STATEMENT_TIMEOUT_MS = 5_000


class ChosenRun(Protocol):
    """The run that a request asks for, as replay's middleware leaves it on the request."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def alias(self) -> str: ...


class ReadView(APIView):
    """A read of the API. Authentication, permission and envelope are the project's defaults."""

    http_method_names = ["get", "head", "options"]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if "Authorization" in request.headers and settings.SESSION_COOKIE_NAME in request.COOKIES:
            raise ApiError(
                "two_credentials",
                "a token and a session cookie came together; expected one of them",
            )
        super().initial(request, *args, **kwargs)

    @staticmethod
    def run(request: Request) -> ChosenRun:
        """Return the run of `?run=`."""
        run: ChosenRun = request._request.run  # type: ignore[attr-defined]  # noqa: SLF001
        return run


class PageView(ReadView):
    """A keyset page of one family. A subclass names its parameters and reads its rows."""

    family: ClassVar[str]
    seq_type: ClassVar[type] = int  # what a cursor's seq is; a uid in hex for derived rows
    default_limit: ClassVar[int] = DEFAULT_LIMIT
    parameters: ClassVar[tuple[Parameter, ...]]

    def applied(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the filters in force, as the answer echoes them."""
        raise NotImplementedError

    def place(self, values: Mapping[str, Any], filters: str) -> Place:
        """Return where the page starts. Errors: ApiError 400."""
        return read_place(values, family=self.family, filters=filters, seq_type=self.seq_type)

    def read(
        self, run: ChosenRun, values: Mapping[str, Any], place: Place, limit: int
    ) -> tuple[list[Any], bool]:
        """Return the rows of a page, and whether more follow."""
        raise NotImplementedError

    def position(self, row: Any) -> tuple[int, int | str, int]:
        """Return (ts, seq or uid, stream) of a row for its cursor."""
        raise NotImplementedError

    def body(self, run: ChosenRun, row: Any) -> dict[str, Any]:
        """Return a row as the API writes it."""
        raise NotImplementedError

    def page(self, request: Request) -> Response:
        values = read_query(request.query_params, self.parameters)
        run = self.run(request)
        applied = self.applied(values)
        filters = filter_digest(run.id, applied)
        place = self.place(values, filters)
        with bounded(run.alias):
            rows, has_more = self.read(run, values, place, values.get("limit", self.default_limit))
        return Response(
            {
                "data": [self.body(run, row) for row in rows],
                "next": self._cursor(rows, place, filters) if rows else None,
                "has_more": has_more,
                "applied_filters": applied,
                "run": run.name,
            }
        )

    def page_end(self, rows: list[Any], place: Place) -> tuple[int, int | str, int]:
        """Return where a page ends: the position of its last row."""
        return self.position(rows[-1])

    def _cursor(self, rows: list[Any], place: Place, filters: str) -> str:
        end = self.page_end(rows, place)
        return encode_cursor(Cursor(self.family, place.direction, *end, filters))


@contextmanager
def bounded(alias: str, timeout_ms: int = STATEMENT_TIMEOUT_MS) -> Iterator[None]:
    """Read within one transaction whose statements the server stops after a while."""
    with transaction.atomic(using=alias):
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(timeout_ms)])
        yield
