"""Valkey's configuration."""

from pathlib import Path

import pytest

from islandflow.embedded.home import State
from islandflow.embedded.programs import Programs
from islandflow.embedded.valkey import Valkey
from islandflow.embedded.ways import Way


@pytest.fixture
def lines(tmp_path: Path) -> dict[str, str]:
    server = Valkey(
        programs=Programs(tmp_path),
        way=Way(text="plain"),
        configuration=tmp_path / "valkey.conf",
        log=tmp_path / "valkey.log",
    )
    server.prepare(State(valkey_port=6380, valkey_password="a-b_c"))
    assert server.configuration.stat().st_mode & 0o777 == 0o600
    pairs = (line.split(" ", 1) for line in server.configuration.read_text().splitlines())
    return {words[0]: words[1] for words in pairs}


def test_it_listens_on_loopback_with_a_password(lines: dict[str, str]) -> None:
    assert lines["bind"] == "127.0.0.1"
    assert lines["port"] == "6380"
    assert lines["requirepass"] == "a-b_c"
    assert lines["protected-mode"] == "yes"


def test_it_keeps_nothing_and_drops_nothing(lines: dict[str, str]) -> None:
    assert lines["save"] == '""'
    assert lines["appendonly"] == "no"
    assert lines["maxmemory"] in {"512mb", "128mb"}
    assert lines["maxmemory-policy"] == "noeviction"
