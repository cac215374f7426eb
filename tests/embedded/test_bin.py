"""bin/up, bin/test and bin/manage in a copy whose Python only writes down how it was called."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from islandflow.embedded.home import PROJECT

# Answers what lib.sh asks of an interpreter, and notes everything else.
FAKE_PYTHON = """\
#!/usr/bin/env bash
case "$*" in
    -V) echo "Python 3.11.0" ;;
    "-m pip --version") exit 0 ;;
    "-m pip install"*) echo "pip says no"; exit "${PIP_STATUS:-0}" ;;
    *) echo "called: $*"; env | grep -E '^ISLANDFLOW_' | sort; exit "${STATUS:-0}" ;;
esac
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A project that consists of the scripts, the locked files and a fake environment."""
    shutil.copytree(PROJECT / "bin", tmp_path / "bin")
    for name in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).write_text("a==1\n")
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(FAKE_PYTHON)
    python.chmod(0o755)
    return tmp_path


def call(
    copy: Path, script: str, *words: str, path: str = os.environ["PATH"], **variables: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [shutil.which("bash") or "bash", copy / "bin" / script, *words],
        env={"PATH": path, "HOME": str(copy), **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def without_chromium(folder: Path) -> str:
    """Make a PATH of this host's programs that lacks Chromium and a way to install it."""
    programs = folder / "programs"
    programs.mkdir()
    names = "bash env cat cut dirname flock grep id mkdir rm sha256sum sort tail tee"
    for name in names.split():
        found = shutil.which(name)
        assert found
        (programs / name).symlink_to(found)
    return str(programs)


def test_manage_passes_words_and_status_on(copy: Path) -> None:
    done = call(copy, "manage", "prune", "--older-than", "90 d", STATUS="7")

    python = copy / ".venv" / "bin" / "python"
    called = f"called: -m islandflow.embedded.run {python} manage.py prune --older-than 90 d"
    assert called in done.stdout
    assert done.returncode == 7


def test_environment_is_made_once(copy: Path) -> None:
    first = call(copy, "manage", "check")
    second = call(copy, "manage", "check", PIP_STATUS="1")

    assert "making the Python environment" in first.stderr
    assert second.stderr == ""
    assert second.returncode == 0


def test_changed_locked_file_makes_it_again(copy: Path) -> None:
    call(copy, "manage", "check")
    (copy / "requirements.txt").write_text("a==2\n")

    done = call(copy, "manage", "check", PIP_STATUS="1")

    assert done.returncode == 1
    assert "The Python packages cannot be installed" in done.stderr
    assert "pip says no" in done.stderr


def test_failed_install_is_tried_again(copy: Path) -> None:
    failed = call(copy, "manage", "check", PIP_STATUS="1")
    done = call(copy, "manage", "check")

    assert (failed.returncode, done.returncode) == (1, 0)
    assert "called:" not in failed.stdout


def test_environment_of_the_tests_serves_the_programs_too(copy: Path) -> None:
    call(copy, "test", ISLANDFLOW_CHROMIUM="/bin/true")

    done = call(copy, "manage", "check", PIP_STATUS="1")

    assert done.returncode == 0


def test_up_shows_the_first_step_and_hands_over(copy: Path) -> None:
    done = call(copy, "up")

    first, second = done.stdout.splitlines()[:2]
    assert first.startswith("[1/6] Python environment ... ")
    assert first.endswith(" s")
    assert second == "called: -m islandflow.embedded.up"


def test_tests_have_a_home_of_their_own(copy: Path) -> None:
    done = call(copy, "test", "-k", "some", ISLANDFLOW_CHROMIUM="/bin/true")

    assert f"ISLANDFLOW_HOME={copy}/var/test" in done.stdout
    assert "ISLANDFLOW_CHROMIUM=/bin/true" in done.stdout
    assert "-m pytest -k some" in done.stdout
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("given", "expected"), [("other", "{copy}/other/test"), ("{copy}/x", "{copy}/x/test")]
)
def test_tests_follow_the_home_that_is_set(copy: Path, given: str, expected: str) -> None:
    home = given.format(copy=copy)

    done = call(copy, "test", ISLANDFLOW_HOME=home, ISLANDFLOW_CHROMIUM="/bin/true")

    assert f"ISLANDFLOW_HOME={expected.format(copy=copy)}" in done.stdout


def test_the_whole_suite_runs_in_workers_that_start_their_own_servers(copy: Path) -> None:
    done = call(copy, "test", ISLANDFLOW_CHROMIUM="/bin/true")

    assert "called: -m pytest --numprocesses=auto" in done.stdout
    assert "islandflow.embedded.run" not in done.stdout


def test_a_chosen_part_runs_in_one_process_with_the_servers_up(copy: Path) -> None:
    done = call(copy, "test", "tests/flow", ISLANDFLOW_CHROMIUM="/bin/true")

    python = copy / ".venv" / "bin" / "python"
    assert f"called: -m islandflow.embedded.run {python} -m pytest tests/flow\n" in done.stdout


@pytest.mark.parametrize("name", ["DATABASE_URL", "DATABASE_URL_FILE", "REDIS_URL"])
@pytest.mark.parametrize("is_in_file", [True, False])
def test_servers_that_are_set_are_used_by_one_process(
    copy: Path, name: str, is_in_file: bool
) -> None:
    variables = {} if is_in_file else {name: "somewhere"}
    (copy / ".env").write_text(f"export {name}=somewhere\n" if is_in_file else "LOG_LEVEL=info\n")

    done = call(copy, "test", ISLANDFLOW_CHROMIUM="/bin/true", **variables)

    assert "-m islandflow.embedded.run" in done.stdout
    assert "--numprocesses" not in done.stdout


def test_tests_say_when_the_real_data_is_left_out(copy: Path) -> None:
    data = copy / "data"

    without = call(copy, "test", ISLANDFLOW_CHROMIUM="/bin/true", ISLANDFLOW_SHARED_DATA=str(data))
    data.mkdir()
    with_it = call(copy, "test", ISLANDFLOW_CHROMIUM="/bin/true", ISLANDFLOW_SHARED_DATA=str(data))

    assert f"left out: the tests marked realdata, because the folder {data}" in without.stdout
    assert "left out" not in with_it.stdout
    assert f"ISLANDFLOW_SHARED_DATA={data}" in with_it.stdout


def test_without_chromium_the_rest_runs_and_the_whole_fails(copy: Path) -> None:
    done = call(copy, "test", path=without_chromium(copy))

    assert done.returncode == 1
    assert "--no-loadscope-reorder -m not browser" in done.stdout
    assert done.stderr.count("Chromium is missing") == 2
    assert "apt-get install chromium" in done.stderr
    assert "ISLANDFLOW_CHROMIUM" not in done.stdout


def test_status_of_the_suite_is_the_status_of_bin_test(copy: Path) -> None:
    done = call(copy, "test", ISLANDFLOW_CHROMIUM="/bin/true", STATUS="5")

    assert done.returncode == 5


def test_two_runs_on_one_home_take_turns(copy: Path) -> None:
    lock = copy / "var" / "test" / "test.lock"
    lock.parent.mkdir(parents=True)
    with subprocess.Popen(
        ["flock", str(lock), "bash", "-c", "echo held; sleep 0.5"], stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()

        done = call(copy, "test", ISLANDFLOW_CHROMIUM="/bin/true")

    assert "another bin/test runs on" in done.stderr
    assert done.returncode == 0
