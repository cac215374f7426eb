"""supervisord as bin/up starts it, with small processes in place of the real ones."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from islandflow.embedded import up
from islandflow.embedded.home import Home
from islandflow.embedded.supervisord_conf import CrashWatch
from islandflow.embedded.up import Address
from islandflow.processes import Process

pytestmark = pytest.mark.services
ADDRESS = Address(host="127.0.0.1", port=8000)
STAYS = """
import os, pathlib, time
pathlib.Path(os.environ['ISLANDFLOW_HOME'], 'stays.pid').write_text(str(os.getpid()))
time.sleep(60)
"""


def small(**_: str) -> tuple[Process, ...]:
    code = " ".join(f"exec({STAYS!r})".split("\n"))
    return (
        Process(name="stays", purpose="a test", arguments=("-c", code)),
        Process(name="falls", purpose="a test", arguments=("-c", "raise SystemExit('I fall; 9%')")),
    )


def eventually(check: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not check():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def pid(home: Home) -> int:
    try:
        return int((home.root / "stays.pid").read_text() or 0)
    except FileNotFoundError:
        return 0


def is_alive(number: int) -> bool:
    return Path(f"/proc/{number}/cmdline").exists() and bool(
        Path(f"/proc/{number}/cmdline").read_bytes()
    )


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setattr(up, "processes", small)
    found = Home(tmp_path / "100% home")
    found.make()
    return found


def environment(home: Home) -> dict[str, str]:
    return {**os.environ, "ISLANDFLOW_HOME": str(home.root)}


def test_what_dies_is_started_again_and_all_stops_at_the_end(home: Home) -> None:
    with up.supervised(home, ADDRESS, environment(home)):
        eventually(lambda: pid(home))
        first = pid(home)
        os.kill(first, signal.SIGKILL)
        eventually(lambda: pid(home) not in {0, first})
        second = pid(home)
        assert is_alive(second)
        run = Path((home.root / "supervisord.folder").read_text())
        assert (run / "supervisor.sock").is_socket()

    assert not is_alive(second)
    assert not run.exists()


def test_process_that_keeps_falling_is_reported(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    said = ""
    watch = CrashWatch(home.log / "supervisord.log")
    with up.supervised(home, ADDRESS, environment(home)):

        def is_said() -> bool:
            nonlocal said
            up.report_crashes(watch, home)
            said += capsys.readouterr().err
            return "again and again" in said

        eventually(is_said)

    assert "falls ends again and again" in said
    assert "    I fall; 9%" in said
    assert "stays ends" not in said


def test_processes_end_when_the_supervisor_is_killed(home: Home) -> None:
    with up.supervised(home, ADDRESS, environment(home)) as supervisor:
        eventually(lambda: pid(home))

        supervisor.kill()

        eventually(lambda: not is_alive(pid(home)))


def test_configuration_is_the_file_in_the_home(home: Home) -> None:
    with up.supervised(home, ADDRESS, environment(home)):
        text = (home.root / "supervisord.conf").read_text()

    assert "[program:stays]" in text
    assert "[program:falls]" in text
