"""Real answers are what the OpenAPI document says, the refusals too."""

from typing import Any

import pytest
from django.test import Client

from tests.support.evidence import filled_import, signed_in
from tests.support.openapi import deviations, document

pytestmark = pytest.mark.usefixtures("log_db")
PRINTS, PACKETS, ALERTS, STATUS = (
    "/api/v1/prints/options", "/api/v1/flow/packets", "/api/v1/flow/alerts", "/api/v1/status",
)  # fmt: skip
FAMILIES = (PRINTS, PACKETS, ALERTS)
EVERY = (*FAMILIES, STATUS)


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return document()


@pytest.fixture
def client(log_db: None) -> Client:
    return signed_in("analyst")


@pytest.mark.parametrize("path", EVERY)
def test_answer_of_an_empty_log_is_as_documented(
    schema: dict[str, Any], client: Client, path: str
) -> None:
    assert deviations(schema, path, 200, client.get(path).json()) == []


def test_answers_with_rows_are_as_documented(schema: dict[str, Any], client: Client) -> None:
    filled_import("old", prints=40, alerts=6)

    for path, query in (
        (PRINTS, "view=raw"),
        (PRINTS, "side=A,AA&min_notional=0.5"),
        (PACKETS, "limit=2"),
        (ALERTS, "severity=high"),
        (ALERTS, "after_ts=0&after_seq=0&limit=2"),
        (STATUS, ""),
    ):
        body = client.get(f"{path}?run=old&{query}").json()
        assert deviations(schema, path, 200, body) == []
        assert body["run"] == "old"
        assert body.get("data", body.get("streams"))


@pytest.mark.parametrize("path", EVERY)
@pytest.mark.parametrize(
    ("query", "refusal"),
    [
        ("foo=1", (400, "invalid_parameter")),
        ("run=", (400, "invalid_parameter")),
        ("run=live&run=live", (400, "invalid_parameter")),
        ("run=nope", (404, "unknown_run")),
    ],
)
def test_refusal_of_a_parameter_is_as_documented(
    schema: dict[str, Any], client: Client, path: str, query: str, refusal: tuple[int, str]
) -> None:
    answer = client.get(f"{path}?{query}")

    assert (answer.status_code, answer.json()["error"]["code"]) == refusal
    assert deviations(schema, path, refusal[0], answer.json()) == []


@pytest.mark.parametrize("path", FAMILIES)
@pytest.mark.parametrize(
    ("query", "refusal"),
    [
        ("cursor=x", ("invalid_cursor", "cursor")),
        ("cursor=", ("invalid_cursor", "cursor")),
        ("limit=0", ("invalid_parameter", "limit")),
        ("before_ts=5", ("invalid_parameter", "before_seq")),
        ("after_seq=5", ("invalid_parameter", "after_ts")),
        ("cursor=x&before_ts=1&before_seq=1", ("invalid_parameter", "cursor")),
        ("min_notional=-1", ("invalid_parameter", "min_notional")),
        ("underlying_id=%F0%9F%98%80", ("invalid_parameter", "underlying_id")),
        ("underlying_id=%FF", ("invalid_parameter", "underlying_id")),
        ("%3Cscript%3E=1", ("invalid_parameter", "<script>")),
    ],
)
def test_refusal_of_a_page_names_the_parameter_and_what_is_allowed(
    schema: dict[str, Any], client: Client, path: str, query: str, refusal: tuple[str, str]
) -> None:
    answer = client.get(f"{path}?{query}")

    error = answer.json()["error"]
    assert answer.status_code == 400
    assert (error["code"], error["fields"][0]["name"]) == refusal
    assert error["fields"][0]["allowed"]
    assert answer["Content-Type"] == "application/json"
    assert deviations(schema, path, 400, answer.json()) == []


@pytest.mark.parametrize(
    ("role", "status", "code"),
    [("anonymous", 401, "not_authenticated"), ("viewer", 403, "not_permitted")],
)
def test_refusal_of_a_person_is_as_documented(
    schema: dict[str, Any], role: str, status: int, code: str
) -> None:
    client = Client() if role == "anonymous" else signed_in(role)

    for path in EVERY:
        answer = client.get(path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
        assert deviations(schema, path, status, answer.json()) == []


@pytest.mark.parametrize("path", EVERY)
def test_write_is_refused_as_documented_and_says_what_is_allowed(
    schema: dict[str, Any], path: str
) -> None:
    answer = signed_in("superuser").post(path, {}, content_type="application/json")

    assert answer.status_code == 405
    assert "GET" in answer["Allow"]
    assert "POST" not in answer["Allow"]
    assert deviations(schema, path, 405, answer.json()) == []


@pytest.mark.parametrize("accept", ["text/html", "application/xml"])
def test_answer_in_another_form_is_refused_in_the_envelope(client: Client, accept: str) -> None:
    answer = client.get(PRINTS, headers={"Accept": accept})

    assert answer.status_code == 406
    assert answer.json()["error"]["code"] == "not_acceptable"


def test_head_answers_without_a_body(client: Client) -> None:
    answer = client.head(PRINTS)

    assert (answer.status_code, answer.content) == (200, b"")


def test_hostile_text_comes_back_as_json_that_no_browser_reads_as_a_page(client: Client) -> None:
    answer = client.get(f"{PRINTS}?limit=<script>alert(1)</script>")

    assert answer["Content-Type"] == "application/json"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.json()["error"]["fields"][0]["received"] == "<script>alert(1)</script>"


def test_every_documented_example_of_many_is_told_as_repeatable(schema: dict[str, Any]) -> None:
    told = {each["name"]: each for each in schema["paths"][PRINTS]["get"]["parameters"]}

    for name in ("side", "type", "underlying_id"):
        assert told[name]["explode"] is True
        assert told[name]["schema"]["type"] == "array"
    assert told["view"]["schema"]["enum"] == ["raw", "signal"]
    assert set(told["side"]["schema"]["items"]["enum"]) >= {"MISSING", "STALE", "AA"}
