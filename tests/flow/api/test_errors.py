"""The envelope of refusals, and a slow or missing database that never hangs a client."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, OperationalError, connections
from django.http import Http404
from django.test import Client
from psycopg.errors import QueryCanceled
from rest_framework.exceptions import NotAcceptable, Throttled

from flow.api import prints
from flow.api.errors import ApiError, FieldError, one_envelope
from flow.api.views import bounded
from tests.support.evidence import signed_in


def answer_to(error: Exception) -> Any:
    return one_envelope(error, {})


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (ApiError("odd", "No."), 400, "odd"),
        (Http404(), 404, "not_found"),
        (PermissionDenied(), 403, "not_permitted"),
        (NotAcceptable(), 406, "not_acceptable"),
        (Throttled(3), 429, "too_many_requests"),
        (OperationalError("gone"), 503, "storage_unavailable"),
        (caused(OperationalError(), QueryCanceled()), 503, "timeout"),
    ],
)
def test_one_envelope_gives_status_code_and_message(
    error: Exception, status: int, code: str
) -> None:
    answer = answer_to(error)

    assert answer.status_code == status
    assert answer.data["error"]["code"] == code
    assert set(answer.data["error"]) == {"code", "message", "fields"}
    assert answer.data["error"]["message"]


def test_one_envelope_tells_the_fields() -> None:
    answer = answer_to(ApiError("bad", "x", fields=[FieldError("limit", "0", "1 to 9")]))

    assert answer.data["error"]["fields"] == [
        {"name": "limit", "received": "0", "allowed": "1 to 9"}
    ]


def test_one_envelope_says_when_to_come_back() -> None:
    assert answer_to(Throttled(3))["Retry-After"] == "4"
    assert answer_to(OperationalError("gone"))["Retry-After"] == "2"


@pytest.mark.parametrize("error", [RuntimeError("bug"), DatabaseError("no such column")])
def test_one_envelope_leaves_our_own_mistakes_to_django(error: Exception) -> None:
    assert answer_to(error) is None


@pytest.mark.usefixtures("log_db")
@pytest.mark.parametrize("alias", ["default", "runs"])
def test_a_read_that_takes_too_long_is_stopped_and_answers_503(
    alias: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*args: Any, **kwargs: Any) -> list[Any]:
        with bounded(alias, timeout_ms=50), connections[alias].cursor() as cursor:
            cursor.execute("SELECT pg_sleep(30)")
        return []

    monkeypatch.setattr(prints, "print_page", slow)

    answer = signed_in("analyst").get("/api/v1/prints/options")

    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "timeout"


@pytest.mark.usefixtures("log_db")
def test_the_time_limit_ends_with_the_read() -> None:
    with bounded("default", timeout_ms=1_234):
        assert _limit() == "1234ms"
    assert _limit() == "0"


def _limit() -> str:
    with connections["default"].cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return str(cursor.fetchone()[0])


@pytest.mark.parametrize("address", ["/api/v1/no-such", "/api/", "/api/v2/prints/options"])
def test_an_unknown_address_answers_in_the_envelope(address: str) -> None:
    answer = Client().get(address)

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"
    assert address in answer.json()["error"]["message"]
