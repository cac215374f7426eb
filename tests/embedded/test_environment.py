"""The environment before Django: `.env` and secrets in files."""

from pathlib import Path

import pytest

from islandflow.embedded.environment import effective
from islandflow.embedded.shell import EmbeddedError


def test_environment_without_files_stays(tmp_path: Path) -> None:
    assert effective({"A": "1"}, dotenv=tmp_path / ".env") == {"A": "1"}


def test_dotenv_fills_what_is_not_set(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text('# comment\nISLANDFLOW_PORT=9000\nREDIS_URL="redis://x"\nEMPTY\n')

    found = effective({"ISLANDFLOW_PORT": "9001"}, dotenv=dotenv)

    assert found == {"ISLANDFLOW_PORT": "9001", "REDIS_URL": "redis://x"}


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "ISLANDFLOW_ADMIN_PASSWORD"])
def test_secret_comes_from_its_file(tmp_path: Path, name: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("value\n")

    found = effective({f"{name}_FILE": str(secret)}, dotenv=tmp_path / ".env")

    assert found == {name: "value"}


def test_secret_that_is_set_twice_is_left_to_the_settings_to_refuse(tmp_path: Path) -> None:
    given = {"REDIS_URL": "redis://x", "REDIS_URL_FILE": "/nowhere"}

    assert effective(given, dotenv=tmp_path / ".env") == given


def test_secret_file_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match=r"REDIS_URL_FILE is .*/none; expected a readable file"):
        effective({"REDIS_URL_FILE": str(tmp_path / "none")}, dotenv=tmp_path / ".env")
