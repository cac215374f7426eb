"""Addresses as Django wants them, and the signing key of a home."""

import os
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from islandflow.env_register import addresses, signing_key

WORDS = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FFF), min_size=1, max_size=30)


@given(user=WORDS, password=WORDS, name=WORDS, port=st.integers(1, 65_535))
def test_database_parts_give_back_what_was_quoted(
    user: str, password: str, name: str, port: int
) -> None:
    q = [quote(text, safe="") for text in (user, password, name)]
    parts = addresses.database_parts(f"postgresql://{q[0]}:{q[1]}@db.example:{port}/{q[2]}")
    assert parts == {
        "NAME": name,
        "USER": user,
        "PASSWORD": password,
        "HOST": "db.example",
        "PORT": str(port),
    }


def test_database_parts_of_a_socket_come_from_the_query() -> None:
    parts = addresses.database_parts("postgresql:///flow?host=/run/pg&port=6000&user=me")
    assert parts == {
        "NAME": "flow",
        "USER": "me",
        "PASSWORD": "",
        "HOST": "/run/pg",
        "PORT": "6000",
    }


def test_database_parts_without_an_address_name_a_server_on_loopback() -> None:
    assert addresses.database_parts(None) == {
        "NAME": "islandflow",
        "USER": "islandflow",
        "PASSWORD": "",
        "HOST": "127.0.0.1",
        "PORT": "5432",
    }


def test_database_parts_leave_the_port_to_the_driver() -> None:
    assert addresses.database_parts("postgresql://u@h/n")["PORT"] == ""


def test_database_options_are_the_rest_of_the_query() -> None:
    url = "postgresql:///flow?host=/run/pg&sslmode=require&connect_timeout=5"
    assert addresses.database_options(url) == {"sslmode": "require", "connect_timeout": "5"}
    assert addresses.database_options(None) == {}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://desk.example", "https://desk.example"),
        ("https://desk.example/", "https://desk.example"),
        ("https://desk.example:443/flow?x=1", "https://desk.example"),
        ("http://desk.example:80", "http://desk.example"),
        ("http://desk.example:8000", "http://desk.example:8000"),
        ("https://user:pw@desk.example", "https://desk.example"),
        ("https://DESK.example", "https://desk.example"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
    ],
)
def test_origin_is_what_browsers_send(url: str, expected: str) -> None:
    assert addresses.origin(url) == expected


@pytest.mark.parametrize(
    ("public", "listening", "added"),
    [
        (None, "127.0.0.1", ["127.0.0.1"]),
        (None, "0.0.0.0", []),  # noqa: S104
        (None, "::", []),
        (None, "10.0.0.5", ["10.0.0.5"]),
        (None, "::1", ["[::1]"]),
        ("https://desk.example:8443", "0.0.0.0", ["desk.example"]),  # noqa: S104
        ("https://[2001:db8::1]/", "0.0.0.0", ["[2001:db8::1]"]),  # noqa: S104
    ],
)
def test_allowed_hosts_add_the_public_and_the_listening_name(
    public: str | None, listening: str, added: list[str]
) -> None:
    assert addresses.allowed_hosts(("localhost",), public, listening) == ["localhost", *added]


def test_allowed_hosts_say_a_name_once() -> None:
    hosts = addresses.allowed_hosts(("a.example", "127.0.0.1"), "https://a.example", "127.0.0.1")
    assert hosts == ["a.example", "127.0.0.1"]


@pytest.mark.parametrize(
    ("public", "expected"),
    [
        (None, ["ws://localhost:9000", "ws://127.0.0.1:9000"]),
        ("http://desk.example:8000", ["ws://desk.example:8000"]),
        ("https://desk.example", ["wss://desk.example"]),
        ("https://http.example", ["wss://http.example"]),
    ],
)
def test_socket_origins_follow_the_pages(public: str | None, expected: list[str]) -> None:
    assert addresses.socket_origins(public, 9000) == expected


def test_a_signing_key_is_long_private_and_stays(tmp_path: Path) -> None:
    home = tmp_path / "deep" / "home"
    assert signing_key.find(home) is None
    key = signing_key.make(home)
    assert len(key) >= 50
    assert signing_key.make(home) == key
    assert signing_key.find(home) == home / "secret_key"
    assert home.stat().st_mode & 0o777 == 0o700
    assert (home / "secret_key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in home.iterdir()] == ["secret_key"]


def test_two_homes_have_two_keys(tmp_path: Path) -> None:
    assert signing_key.make(tmp_path / "a") != signing_key.make(tmp_path / "b")


def test_a_process_that_comes_second_takes_the_key_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = os.link

    def link_after_another_process(draft: Path, path: Path) -> None:
        path.write_text("first" * 12 + "\n")
        link(draft, path)

    monkeypatch.setattr(os, "link", link_after_another_process)
    assert signing_key.make(tmp_path) == "first" * 12
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
