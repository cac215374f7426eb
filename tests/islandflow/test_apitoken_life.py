"""The life of an API token: who it acts as, how it ends, what the command says and refuses."""

import io
from datetime import timedelta

import pytest
from django.contrib.admin.models import ADDITION, DELETION, LogEntry
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken

from tests.support.evidence import make_user, signed_in

pytestmark = pytest.mark.usefixtures("log_db")
READS = (
    "/api/v1/prints/options", "/api/v1/flow/packets", "/api/v1/flow/alerts", "/api/v1/status",
)  # fmt: skip
ADMIN_ONLY = ("/api/schema/", "/api/docs/")


def apitoken(*words: str) -> tuple[str, str]:
    """Return what the command says on stdout and on stderr."""
    out, err = io.StringIO(), io.StringIO()
    call_command("apitoken", *words, stdout=out, stderr=err)
    return out.getvalue().strip(), err.getvalue()


def token_for(role: str, name: str = "n") -> str:
    return apitoken("create", role, "--name", name)[0]


def get(token: str, address: str = READS[0], client: Client | None = None) -> int:
    answer = (client or Client()).get(address, headers={"Authorization": f"Token {token}"})
    return answer.status_code


@pytest.mark.parametrize(
    ("role", "reads", "schema"),
    [("viewer", 403, 403), ("analyst", 200, 403), ("admin", 200, 200), ("superuser", 200, 200)],
)
def test_token_opens_what_its_user_may_open(role: str, reads: int, schema: int) -> None:
    make_user(role)
    token = token_for(role)

    assert {get(token, address) for address in READS} == {reads}
    assert {get(token, address) for address in ADMIN_ONLY} == {schema}


@pytest.mark.parametrize("address", ["/", "/options/", "/reads/", "/admin/"])
def test_token_opens_no_page_of_the_site(address: str) -> None:
    make_user("superuser")

    assert get(token_for("superuser"), address) == 302


def test_token_follows_its_user_when_the_role_changes() -> None:
    user = make_user("analyst")
    token = token_for("analyst")
    assert get(token) == 200

    user.groups.set([Group.objects.get_or_create(name="viewer")[0]])

    assert get(token) == 403


def test_token_of_a_switched_off_user_is_no_credential() -> None:
    user = make_user("analyst")
    token = token_for("analyst")

    user.is_active = False
    user.save()

    assert get(token) == 401


def test_token_ends_with_its_user() -> None:
    user = make_user("analyst")
    token = token_for("analyst")
    LogEntry.objects.all().delete()

    user.delete()

    assert get(token) == 401


def test_token_ends_at_its_time() -> None:
    make_user("analyst")
    token = token_for("analyst")

    AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))

    assert get(token) == 401


def test_token_works_until_its_time() -> None:
    make_user("analyst")
    token = token_for("analyst")

    AuthToken.objects.update(expiry=timezone.now() + timedelta(minutes=1))

    assert get(token) == 200


@pytest.mark.parametrize("change", ["", "x", "cut"])
def test_token_that_is_not_quite_the_token_is_refused(change: str) -> None:
    make_user("analyst")
    token = token_for("analyst")
    last = "0" if token[-1] != "0" else "1"
    wrong = {"": token[:-1] + last, "x": token + "x", "cut": token[:-1]}[change]

    assert get(wrong) == 401


@pytest.mark.parametrize("scheme", ["Bearer", "Basic", "token ", ""])
def test_token_in_another_scheme_is_no_credential(scheme: str) -> None:
    make_user("analyst")
    token = token_for("analyst")

    answer = Client().get(READS[0], headers={"Authorization": f"{scheme} {token}".strip()})

    assert answer.status_code in {200, 401}
    assert (answer.status_code == 200) == (scheme.strip().lower() == "token")


@pytest.mark.parametrize("address", READS)
def test_token_beside_a_session_is_refused_on_every_read(address: str) -> None:
    client = signed_in("analyst")

    answer = client.get(address, headers={"Authorization": f"Token {token_for('analyst')}"})

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "two_credentials"


@pytest.mark.parametrize("name", ["token", "Token", "access_token", "auth_token", "api_key", "key"])
def test_token_in_an_address_is_refused_and_not_echoed(name: str) -> None:
    client = signed_in("analyst")
    token = token_for("analyst")

    answer = client.get(f"{READS[0]}?{name}={token}")

    assert answer.status_code == 400
    assert token not in answer.content.decode()
    assert "Authorization" in answer.json()["error"]["fields"][0]["allowed"]


def test_create_tells_the_use_and_the_end_beside_the_secret() -> None:
    make_user("analyst")

    secret, told = apitoken("create", "analyst", "--name", "notebook", "--days", "3")

    end = AuthToken.objects.get().expiry
    assert f"{end:%Y-%m-%d %H:%M} UTC" in told
    assert "'notebook' of analyst" in told
    assert "Authorization: Token" in told
    assert secret not in told


@pytest.mark.parametrize(
    ("name", "stored"),
    [("  notebook ", "notebook"), ("x" * 100, "x" * 100), ("Büro 2", "Büro 2"), ("a'b", "a'b")],
)
def test_create_takes_a_name_as_it_is_shown(name: str, stored: str) -> None:
    make_user("analyst")

    apitoken("create", "analyst", "--name", name)

    assert stored in apitoken("list")[0]
    assert LogEntry.objects.get().object_repr == stored


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "a\nb", "a\x1b[31mb", "a\u202eb"])
def test_create_refuses_a_name_that_a_list_cannot_show(name: str) -> None:
    make_user("analyst")

    with pytest.raises(CommandError, match="--name is"):
        apitoken("create", "analyst", "--name", name)
    assert not AuthToken.objects.exists()


def test_list_names_every_token_once_under_its_heads() -> None:
    make_user("analyst")
    make_user("viewer")
    for role, name in (("analyst", "one"), ("viewer", "two"), ("analyst", "three")):
        token_for(role, name)

    heads, *rows = apitoken("list")[0].splitlines()

    assert heads.split()[:3] == ["PREFIX", "USER", "NAME"]
    assert [row.split()[1:3] for row in rows] == [
        ["analyst", "one"], ["viewer", "two"], ["analyst", "three"],
    ]  # fmt: skip


def test_list_of_a_token_made_elsewhere_has_no_name_and_may_never_end() -> None:
    AuthToken.objects.create(make_user("analyst"), expiry=None)

    row = apitoken("list")[0].splitlines()[1].split()

    assert row[1:3] == ["analyst", "-"]
    assert "never" in row


def test_revoke_by_name_ends_every_token_of_that_name_and_user() -> None:
    make_user("analyst")
    make_user("admin")
    ended = [token_for("analyst", "same"), token_for("analyst", "same")]
    others = [token_for("admin", "same"), token_for("analyst", "other")]

    said, _ = apitoken("revoke", "analyst", "--name", "same")

    assert said == "2 token(s) revoked"
    assert [get(token) for token in ended] == [401, 401]
    assert [get(token) for token in others] == [200, 200]


def test_revoke_of_a_token_of_somebody_else_is_refused() -> None:
    make_user("analyst")
    make_user("admin")
    token = token_for("admin")

    with pytest.raises(CommandError, match="no such token"):
        apitoken("revoke", "analyst", "--prefix", token[:15])
    assert get(token) == 200


def test_history_keeps_making_and_ending_of_a_token_but_no_secret() -> None:
    user = make_user("analyst")
    token = token_for("analyst", "notebook")
    apitoken("revoke", "analyst", "--all")

    entries = list(LogEntry.objects.order_by("id"))

    assert [entry.action_flag for entry in entries] == [ADDITION, DELETION]
    assert {(entry.user_id, entry.object_repr) for entry in entries} == {(user.pk, "notebook")}
    assert all(token not in str(entry.object_id) + entry.change_message for entry in entries)


@pytest.mark.parametrize("words", [("list", "nobody"), ("revoke", "nobody", "--all")])
def test_command_for_an_unknown_user_says_so(words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="user is 'nobody'; no user has that name"):
        apitoken(*words)
