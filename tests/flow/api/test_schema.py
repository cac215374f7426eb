"""The OpenAPI document is complete, valid, and tells the errors; its page loads nothing foreign."""

import io
import re
from typing import Any

import pytest
import yaml
from django.core.management import call_command

from tests.support.evidence import signed_in

FAMILIES = ("/api/v1/prints/options", "/api/v1/flow/packets", "/api/v1/flow/alerts")


@pytest.fixture(scope="module")
def schema() -> Any:
    out = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    return yaml.safe_load(out.getvalue())


def test_schema_names_every_family_and_only_reads(schema: Any) -> None:
    assert set(FAMILIES) <= set(schema["paths"])
    for path in schema["paths"].values():
        assert set(path) == {"get"}


@pytest.mark.parametrize("family", FAMILIES)
def test_schema_tells_the_refusals_of_a_family(schema: Any, family: str) -> None:
    answers = schema["paths"][family]["get"]["responses"]

    assert {"200", "400", "401", "403", "404", "503"} <= set(answers)
    told = answers["400"]["content"]["application/json"]["schema"]["$ref"]
    assert told == "#/components/schemas/Error"


@pytest.mark.parametrize("family", FAMILIES)
def test_schema_tells_the_parameters_and_their_bounds(schema: Any, family: str) -> None:
    told = {each["name"]: each for each in schema["paths"][family]["get"]["parameters"]}

    assert {"run", "limit", "cursor", "before_ts", "before_seq", "after_ts", "after_seq"} <= set(
        told
    )
    assert told["limit"]["schema"] == {"type": "integer", "default": 200}
    assert "1 to 1000" in told["limit"]["description"]


def test_schema_asks_for_a_token_or_a_session(schema: Any) -> None:
    assert schema["paths"][FAMILIES[0]]["get"]["security"] == [
        {"knoxApiToken": []},
        {"cookieAuth": []},
    ]


@pytest.mark.usefixtures("log_db")
def test_page_loads_only_our_own_files_and_eases_only_styles() -> None:
    answer = signed_in("admin").get("/api/docs/")
    text = answer.content.decode()
    policy = answer["Content-Security-Policy"]

    sources = re.findall(r'(?:src|href)="([^"]+)"', text)
    assert sources
    assert all(source.startswith("/") and not source.startswith("//") for source in sources)
    assert not re.search(r"<script>", text)
    assert "script-src 'self';" in policy + ";"
    assert "style-src 'self' 'unsafe-inline'" in policy
