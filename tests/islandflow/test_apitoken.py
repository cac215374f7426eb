"""API tokens by command: shown once, hashed at rest, named, expiring, revocable."""

import io
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken

from tests.support.evidence import make_user

pytestmark = pytest.mark.usefixtures("log_db")
ADDRESS = "/api/v1/prints/options"


def apitoken(*words: str) -> str:
    out = io.StringIO()
    call_command("apitoken", *words, stdout=out, stderr=io.StringIO())
    return out.getvalue().strip()


def status_with(token: str) -> int:
    return Client().get(ADDRESS, headers={"Authorization": f"Token {token}"}).status_code


def test_create_gives_a_token_that_works_and_says_nothing_else_on_stdout() -> None:
    make_user("analyst")

    token = apitoken("create", "analyst", "--name", "notebook")

    assert token.startswith("isl_")
    assert len(token) == 68
    assert status_with(token) == 200


def test_create_keeps_no_token_in_any_table() -> None:
    make_user("analyst")

    token = apitoken("create", "analyst", "--name", "notebook")

    with connection.cursor() as cursor:
        for table in ("knox_authtoken", "django_admin_log"):
            cursor.execute(f"SELECT t::text FROM {table} t")
            assert token not in str(cursor.fetchall())


@pytest.mark.parametrize(("words", "days"), [((), 90), (("--days", "7"), 7)])
def test_create_lets_the_token_end(words: tuple[str, ...], days: int) -> None:
    make_user("analyst")

    apitoken("create", "analyst", "--name", "n", *words)

    left = AuthToken.objects.get().expiry - timezone.now()
    assert timedelta(days=days, minutes=-1) < left <= timedelta(days=days)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("analyst", "--name", "n", "--days", "91"), "--days is 91; expected 1 to 90"),
        (("analyst", "--name", "n", "--days", "0"), "--days is 0; expected 1 to 90"),
        (("analyst", "--name", " "), "--name is empty or too long"),
        (("nobody", "--name", "n"), "user is 'nobody'; no user has that name"),
    ],
)
def test_create_refuses_with_what_is_expected(words: tuple[str, ...], message: str) -> None:
    make_user("analyst")

    with pytest.raises(CommandError, match=message):
        apitoken("create", *words)
    assert not AuthToken.objects.exists()


def test_list_shows_prefix_name_and_expiry_but_no_secret() -> None:
    make_user("analyst")
    token = apitoken("create", "analyst", "--name", "notebook")
    AuthToken.objects.update(expiry=timezone.now() - timedelta(days=1))

    listed = apitoken("list")

    assert token[:15] in listed
    assert token[:20] not in listed
    assert "notebook" in listed
    assert "(expired)" in listed
    assert "not recorded" in listed


def test_list_of_a_user_leaves_out_the_others() -> None:
    make_user("analyst")
    make_user("viewer")
    apitoken("create", "analyst", "--name", "one")
    apitoken("create", "viewer", "--name", "two")

    assert "two" not in apitoken("list", "analyst")


@pytest.mark.parametrize("by", ["prefix", "name", "all"])
def test_revoke_ends_a_token_at_once_and_leaves_a_trace(by: str) -> None:
    make_user("analyst")
    token = apitoken("create", "analyst", "--name", "notebook")
    words = {"prefix": ["--prefix", token[:15]], "name": ["--name", "notebook"], "all": ["--all"]}

    assert apitoken("revoke", "analyst", *words[by]) == "1 token(s) revoked"

    assert status_with(token) == 401
    assert [entry.object_repr for entry in LogEntry.objects.all()] == ["notebook", "notebook"]


def test_revoke_by_name_keeps_the_other_tokens() -> None:
    make_user("analyst")
    apitoken("create", "analyst", "--name", "one")
    kept = apitoken("create", "analyst", "--name", "two")

    apitoken("revoke", "analyst", "--name", "one")

    assert status_with(kept) == 200


@pytest.mark.parametrize("words", [(), ("--all", "--name", "x"), ("--name", "unknown")])
def test_revoke_of_nothing_or_of_too_much_is_refused(words: tuple[str, ...]) -> None:
    make_user("analyst")

    with pytest.raises(CommandError):
        apitoken("revoke", "analyst", *words)
