"""Starting programs, and what is said when they fail."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from islandflow.embedded.shell import EmbeddedError, run, say, spawn, stop, tail

DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True)"


def test_run_returns_the_output() -> None:
    assert run([sys.executable, "-c", "print('yes')"]) == "yes\n"


def test_run_of_a_failing_program_shows_its_last_lines() -> None:
    code = "import sys; [print('line', n) for n in range(20)]; sys.exit(3)"

    with pytest.raises(EmbeddedError) as failure:
        run([sys.executable, "-c", code])

    assert "failed with 3" in str(failure.value)
    assert "line 19" in str(failure.value)
    assert "line 3\n" not in str(failure.value)


@pytest.mark.parametrize("start", [run, spawn])
def test_a_missing_program_is_named(start: object) -> None:
    assert callable(start)
    with pytest.raises(EmbeddedError, match="no-such-program cannot be started"):
        start(["no-such-program"])


def test_run_takes_folder_and_environment(tmp_path: Path) -> None:
    code = "import os; print(os.getcwd(), os.environ['GREETING'])"

    output = run([sys.executable, "-c", code], cwd=tmp_path, env={"GREETING": "hello"})

    assert output == f"{tmp_path} hello\n"


def test_spawn_writes_a_private_log_and_appends(tmp_path: Path) -> None:
    log = tmp_path / "log"

    for word in ("one", "two"):
        spawn([sys.executable, "-c", f"print('{word}')"], log=log).wait()

    assert log.read_text() == "one\ntwo\n"
    assert log.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("is_own_session", [True, False])
def test_spawn_keeps_it_from_the_terminal(is_own_session: bool, tmp_path: Path) -> None:
    code = "import os; print(os.getsid(0))"

    child = spawn([sys.executable, "-c", code], log=tmp_path / "x", is_own_session=is_own_session)
    child.wait()

    session = int((tmp_path / "x").read_text())
    assert (session == child.pid) is is_own_session
    assert (session == os.getsid(0)) is not is_own_session


def test_stop_asks_first() -> None:
    child = spawn([sys.executable, "-c", "import time; time.sleep(60)"])

    stop(child, signal.SIGTERM, patience_s=10)

    assert child.returncode == -signal.SIGTERM


def test_stop_kills_what_does_not_listen(tmp_path: Path) -> None:
    log = tmp_path / "log"
    child = spawn([sys.executable, "-c", DEAF + "; time.sleep(60)"], log=log)
    while not log.stat().st_size:
        time.sleep(0.01)

    stop(child, signal.SIGTERM, patience_s=0.1)

    assert child.returncode == -signal.SIGKILL


def test_stop_of_an_ended_program_is_harmless() -> None:
    child = spawn([sys.executable, "-c", ""])
    child.wait()

    stop(child, signal.SIGTERM, patience_s=1)

    assert child.returncode == 0


def test_tail_shows_the_end_indented(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("\n".join(f"line {number}" for number in range(5000)))

    assert tail(log, lines=2) == "    line 4998\n    line 4999"


@pytest.mark.parametrize("text", ["", None])
def test_tail_of_nothing_says_so(tmp_path: Path, text: str | None) -> None:
    log = tmp_path / "log"
    if text is not None:
        log.write_text(text)

    assert tail(log) == "    (the log is empty)"


def test_say_leaves_standard_output_alone(capsys: pytest.CaptureFixture[str]) -> None:
    say("hello")

    assert capsys.readouterr() == ("", "hello\n")
