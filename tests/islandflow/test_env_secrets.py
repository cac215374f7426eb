"""Secrets of the environment: never shown, from a file where one is named, and the signing key."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from islandflow.env import BadEnvironmentError, load
from islandflow.env_register import REGISTER
from tests.support.environment import NOWHERE, problems, source

KEY = "k" * 60
CANARY = "canary-7f3a9b"


@pytest.mark.parametrize("name", sorted(v.name for v in REGISTER if v.secret))
def test_a_refused_secret_is_not_repeated(name: str) -> None:
    value = f"{CANARY}\x07"
    (problem,) = problems({name: value})
    assert CANARY not in problem
    assert problem.startswith(f"{name} is a secret of {len(value)} characters; expected ")


@given(st.text().filter(lambda text: "\x00" not in text))
def test_a_secret_shows_in_no_text_of_the_environment(rest: str) -> None:
    texts = {"ISLANDFLOW_ADMIN_PASSWORD": CANARY + rest, "ALPACA_API_KEY": CANARY + rest}
    try:
        environment = load(NOWHERE | texts)
        said = f"{environment} {environment!r} {environment.warnings}"
    except BadEnvironmentError as refusal:
        said = f"{refusal} {refusal!r}"
    assert CANARY not in said


def test_a_secret_may_lie_in_a_file(tmp_path: Path, home: dict[str, str]) -> None:
    (tmp_path / "password").write_text("correct horse battery\n")
    environment = load(home | {"ISLANDFLOW_ADMIN_PASSWORD_FILE": str(tmp_path / "password")})
    password = environment.islandflow_admin_password
    assert password is not None
    assert password.get_secret_value() == "correct horse battery"
    assert source(environment, "ISLANDFLOW_ADMIN_PASSWORD") == f"file {tmp_path / 'password'}"
    assert environment.warnings == ()


def test_a_secret_keeps_its_blanks() -> None:
    password = load(
        NOWHERE | {"ISLANDFLOW_ADMIN_PASSWORD": " padded secret "}
    ).islandflow_admin_password
    assert password is not None
    assert password.get_secret_value() == " padded secret "


def test_an_older_name_of_a_secret_may_point_to_a_file_too(tmp_path: Path) -> None:
    (tmp_path / "id").write_text("AK123")
    environment = load(NOWHERE | {"ALPACA_KEY_ID_FILE": str(tmp_path / "id")})
    assert source(environment, "ALPACA_API_KEY_ID") == f"file {tmp_path / 'id'} as ALPACA_KEY_ID"
    assert environment.renamed_in_use == {"ALPACA_KEY_ID": "ALPACA_API_KEY_ID"}


def test_a_secret_file_that_is_missing_is_said() -> None:
    (problem,) = problems({"DATABASE_URL_FILE": "/nowhere/url"})
    assert problem == (
        "DATABASE_URL_FILE is /nowhere/url; expected a readable file (No such file or "
        "directory); correct the path or its rights, or set DATABASE_URL"
    )


def test_a_secret_file_that_is_no_text_is_said(tmp_path: Path) -> None:
    (tmp_path / "url").write_bytes(b"\xff\xfe\x00")
    (problem,) = problems({"DATABASE_URL_FILE": str(tmp_path / "url")})
    assert "expected a readable file (it is no readable UTF-8 text)" in problem


def test_a_secret_file_that_is_empty_is_said(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("\n")
    (problem,) = problems({"DATABASE_URL_FILE": str(tmp_path / "url")})
    assert "expected a file with the secret in it, and it is empty" in problem


def test_a_bad_secret_in_a_file_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("mysql://u:p@h/n\n")
    (problem,) = problems({"DATABASE_URL_FILE": str(tmp_path / "url")})
    assert problem.startswith("DATABASE_URL is a secret of 15 characters; expected an address")
    assert f"correct it in file {tmp_path / 'url'}" in problem


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("redis://h")
    (problem,) = problems({"REDIS_URL": "redis://h", "REDIS_URL_FILE": str(tmp_path / "url")})
    assert problem == "REDIS_URL and REDIS_URL_FILE are both set; expected one of them; remove one"


def test_a_file_is_read_for_secrets_only(tmp_path: Path) -> None:
    (tmp_path / "port").write_text("9000")
    environment = load(NOWHERE | {"ISLANDFLOW_PORT_FILE": str(tmp_path / "port")})
    assert environment.islandflow_port == 8000
    assert environment.warnings == (
        "ISLANDFLOW_PORT_FILE is not a variable of ours; did you mean ISLANDFLOW_PORT?",
    )


def test_the_signing_key_of_the_home_is_found(tmp_path: Path, home: dict[str, str]) -> None:
    (tmp_path / "secret_key").write_text(KEY + "\n")
    environment = load(home)
    assert environment.secret_key() == KEY
    assert source(environment, "ISLANDFLOW_SECRET_KEY") == f"file {tmp_path / 'secret_key'}"


def test_the_signing_key_of_the_environment_wins(tmp_path: Path, home: dict[str, str]) -> None:
    (tmp_path / "secret_key").write_text(KEY)
    environment = load(home | {"ISLANDFLOW_SECRET_KEY": "e" * 50})
    assert environment.secret_key() == "e" * 50
    assert source(environment, "ISLANDFLOW_SECRET_KEY") == "environment"


def test_loading_writes_no_signing_key_and_asking_for_it_does(
    tmp_path: Path, home: dict[str, str]
) -> None:
    environment = load(home)
    assert list(tmp_path.iterdir()) == []
    key = environment.secret_key()
    assert load(home).secret_key() == key
    assert environment.secret_key() == key
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_a_signing_key_that_is_too_short_is_refused(tmp_path: Path, home: dict[str, str]) -> None:
    (tmp_path / "secret_key").write_text(CANARY)
    (problem,) = problems(home)
    assert "cannot serve as the signing key; expected a readable file with at least 50" in problem
    assert CANARY not in problem
