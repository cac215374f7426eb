"""Who may read: nobody without credentials, viewers not by API, tokens in the header only."""

from datetime import timedelta

import pytest
from django.test import Client
from knox.models import AuthToken

from tests.support.evidence import make_user, signed_in

pytestmark = pytest.mark.usefixtures("log_db")
ADDRESSES = (
    "/api/v1/prints/options",
    "/api/v1/flow/packets",
    "/api/v1/flow/alerts",
    "/api/v1/candles/?symbol=SPY&interval=1m",
)


def token_of(role: str, *, hours: int = 1) -> str:
    _, token = AuthToken.objects.create(make_user(role), expiry=timedelta(hours=hours))
    return str(token)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_read_without_credentials_is_401_and_says_how(address: str) -> None:
    answer = Client().get(address)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"
    assert answer.json()["error"]["code"] == "not_authenticated"


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    ("role", "status"), [("viewer", 403), ("analyst", 200), ("admin", 200), ("superuser", 200)]
)
def test_a_read_follows_the_role_by_session_and_by_token(
    address: str, role: str, status: int
) -> None:
    assert signed_in(role, name="by session").get(address).status_code == status
    header = {"Authorization": f"Token {token_of(role)}"}
    assert Client().get(address, headers=header).status_code == status


def test_a_change_of_role_takes_effect_on_the_next_request() -> None:
    user = make_user("analyst")
    client = Client()
    client.force_login(user)
    assert client.get(ADDRESSES[0]).status_code == 200

    user.groups.clear()

    assert client.get(ADDRESSES[0]).status_code == 403


def test_a_token_and_a_session_together_are_refused() -> None:
    client = signed_in("analyst")

    answer = client.get(ADDRESSES[0], headers={"Authorization": f"Token {token_of('admin')}"})

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "two_credentials"


def test_a_token_in_the_address_is_refused_and_never_echoed() -> None:
    token = token_of("admin")

    alone = Client().get(f"{ADDRESSES[0]}?token={token}")
    beside = Client().get(
        f"{ADDRESSES[0]}?token={token}", headers={"Authorization": f"Token {token}"}
    )

    assert (alone.status_code, beside.status_code) == (401, 400)
    assert token not in beside.content.decode()


@pytest.mark.parametrize("word", ["", "Token", "Token x", "Token a b", "Bearer x"])
def test_a_header_that_is_no_token_is_401(word: str) -> None:
    answer = Client().get(ADDRESSES[0], headers={"Authorization": word})

    assert answer.status_code == 401


def test_an_expired_and_a_revoked_token_are_401_at_once() -> None:
    expired = token_of("admin", hours=-1)
    assert (
        Client().get(ADDRESSES[0], headers={"Authorization": f"Token {expired}"}).status_code == 401
    )
    token = token_of("analyst")
    AuthToken.objects.all().delete()

    answer = Client().get(ADDRESSES[0], headers={"Authorization": f"Token {token}"})

    assert answer.status_code == 401


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_write_is_405_in_the_envelope(method: str) -> None:
    header = {"Authorization": f"Token {token_of('admin')}"}

    answer = getattr(Client(), method)(ADDRESSES[0], headers=header)

    assert answer.status_code == 405
    assert answer.json()["error"]["code"] == "method_not_allowed"


@pytest.mark.parametrize("address", ["/api/schema/", "/api/docs/"])
def test_schema_and_page_are_for_admins(address: str) -> None:
    assert Client().get(address).status_code == 401
    assert signed_in("analyst").get(address).status_code == 403
    assert signed_in("admin").get(address).status_code == 200
