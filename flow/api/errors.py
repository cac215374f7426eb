"""One envelope for every refusal of the API: `{"error": {"code", "message", "fields"}}`.

Each field says what was received and what is allowed, so that a script's author can correct it.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from psycopg.errors import QueryCanceled
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

CODES = {
    400: "invalid_request",
    401: "not_authenticated",
    403: "not_permitted",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    415: "unsupported_media_type",
    429: "too_many_requests",
}
RETRY_AFTER_S = 2


class FieldError(NamedTuple):
    """One parameter that does not fit."""

    name: str
    received: str
    allowed: str


class ApiError(exceptions.APIException):
    """A refusal in the API's own words. Errors name the thing, the value and what is allowed."""

    def __init__(
        self, code: str, message: str, *, status_code: int = 400, fields: Sequence[FieldError] = ()
    ) -> None:
        super().__init__(message, code)
        self.code = code
        self.message = message
        self.status_code = status_code
        self.fields = tuple(fields)


def envelope(code: str, message: str, fields: Sequence[FieldError] = ()) -> dict[str, Any]:
    """Return the body of a refusal."""
    return {
        "error": {
            "code": code,
            "message": message,
            "fields": [field._asdict() for field in fields],
        }
    }


def one_envelope(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer every exception of an API view; None leaves what is no refusal to Django."""
    answer = _answer(error)
    if answer is not None:
        set_rollback()
    return answer


def unknown_address(request: HttpRequest, rest: str = "") -> JsonResponse:
    """Answer an address below /api/ that no route has, in the API's own form."""
    message = f"{request.path} is no address of this API; see /api/schema/"
    return JsonResponse(envelope("not_found", message), status=status.HTTP_404_NOT_FOUND)


def _answer(error: Exception) -> Response | None:
    if isinstance(error, ApiError):
        return Response(envelope(error.code, error.message, error.fields), status=error.status_code)
    if isinstance(error, DatabaseError):
        return _storage_answer(error)
    if isinstance(error, Http404):
        return _plain(exceptions.NotFound())
    if isinstance(error, PermissionDenied):
        return _plain(exceptions.PermissionDenied())
    if isinstance(error, exceptions.APIException):
        return _plain(error)
    return None


def _plain(error: exceptions.APIException) -> Response:
    headers = {}
    if header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    code = CODES.get(error.status_code, "error")
    return Response(envelope(code, str(error.detail)), status=error.status_code, headers=headers)


def _storage_answer(error: DatabaseError) -> Response | None:
    if isinstance(error.__cause__, QueryCanceled):
        code, message = "timeout", "The read took too long and was stopped; narrow it and retry."
    elif isinstance(error, OperationalError):
        code, message = "storage_unavailable", "The database does not answer; retry shortly."
    else:
        return None
    return Response(
        envelope(code, message),
        status=status.HTTP_503_SERVICE_UNAVAILABLE,
        headers={"Retry-After": str(RETRY_AFTER_S)},
    )
