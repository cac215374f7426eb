"""Deny by default: every address has an entry, every role gets what the table says."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from islandflow import access
from islandflow.access import ENTRIES, NAMESPACES, Role
from tests.support.users import ROLES, client_of

pytestmark = pytest.mark.usefixtures("log_db")

ROLE_OF = {
    "anonymous": Role.ANYONE,
    "nobody": Role.ANYONE,
    "viewer": Role.VIEWER,
    "analyst": Role.ANALYST,
    "admin": Role.ADMIN,
    "superuser": Role.ADMIN,
}
KEY = "0-1700000000000000-00000000000000000000000000000000-0"
PATHS = {
    "command": "/",
    "options": "/options/",
    "options-rows": "/options/rows/",
    "reads": "/reads/",
    "reads-rows": "/reads/rows/",
    "alert-evidence": f"/reads/{KEY}/evidence/",
    "packet-evidence": f"/packets/{KEY}/evidence/",
    "api-prints-options": "/api/v1/prints/options",
    "api-flow-packets": "/api/v1/flow/packets",
    "api-flow-alerts": "/api/v1/flow/alerts",
    "api-candles": "/api/v1/candles/?symbol=SPY&interval=1m",
    "api-news": "/api/v1/news/",
    "api-news-changes": "/api/v1/news/changes",
    "api-status": "/api/v1/status",
    "api-schema": "/api/schema/",
    "health-live": "/health/live",
    "login": "/login/",
}


def routes(patterns: list[URLPattern | URLResolver], space: str = "") -> Iterator[tuple[str, str]]:
    """Yield (namespace, name) of every route of the site."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, space or (pattern.namespace or ""))
        else:
            yield space, pattern.name or ""


def test_every_address_has_a_permission_entry() -> None:
    missing = [
        (space, name)
        for space, name in routes(get_resolver().url_patterns)
        if (space not in NAMESPACES if space else name not in ENTRIES)
    ]
    assert not missing


def test_the_table_names_no_address_that_is_gone() -> None:
    names = {name for _, name in routes(get_resolver().url_patterns)}
    assert set(ENTRIES) <= names


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_what_the_table_gives_it(role: str) -> None:
    client = client_of(role)
    for name, address in PATHS.items():
        allowed = ROLE_OF[role] >= ENTRIES[name]
        status = client.get(address).status_code
        assert (status in {200, 400, 404}) == allowed, (role, name, status)
        if not allowed:
            assert status in {302, 401, 403}, (role, name, status)


def test_an_address_without_entry_answers_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(ENTRIES, "command")

    assert client_of("superuser").get("/").status_code == 403


def test_somebody_signed_out_is_sent_to_the_login_and_back() -> None:
    answer = Client().get("/options/?q=SPY")

    assert answer.status_code == 302
    assert answer["Location"] == "/login/?next=/options/%3Fq%3DSPY"


def test_the_login_goes_nowhere_else() -> None:
    client_of("viewer")
    answer = Client().post(
        "/login/?next=https://elsewhere.example/",
        {"username": "viewer", "password": "correct-horse-battery"},
    )

    assert answer.status_code == 302
    assert answer["Location"] == "/"


def test_a_wrong_password_and_an_unknown_user_read_the_same() -> None:
    client_of("viewer")
    answers = [
        Client().post("/login/", {"username": name, "password": "wrong-password-1"}).content
        for name in ("viewer", "stranger")
    ]
    texts = [
        answer.replace(b"stranger", b"viewer").split(b"csrfmiddlewaretoken")[1][120:]
        for answer in answers
    ]
    assert texts[0] == texts[1]


def test_a_switched_off_account_has_no_role() -> None:
    from django.contrib.auth.models import User

    client = client_of("superuser")
    User.objects.update(is_active=False)

    assert client.get("/").status_code == 302


def test_pages_carry_a_policy_without_inline_or_eval() -> None:
    policy = client_of("viewer").get("/")["Content-Security-Policy"]

    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


def test_an_unknown_run_is_a_clear_404_and_never_live_data() -> None:
    client = client_of("superuser")
    page, api = client.get("/?run=nothing"), client.get("/api/v1/flow/alerts?run=nothing")

    assert page.status_code == 404
    assert b"no run has that name" in page.content
    assert api.status_code == 404
    assert api.json()["error"]["code"] == "unknown_run"
    assert api.json()["error"]["fields"][0]["received"] == "nothing"
    assert client.get("/api/v1/flow/alerts?run=a%00b").status_code == 404


def test_roles_are_ordered() -> None:
    assert Role.ANYONE < Role.VIEWER < Role.ANALYST < Role.ADMIN
    assert access.SOCKET is Role.VIEWER
