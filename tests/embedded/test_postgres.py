"""PostgreSQL's configuration, and what a killed starter leaves."""

import subprocess
import sys
from pathlib import Path

import pytest

from islandflow.embedded import postgres
from islandflow.embedded.home import State
from islandflow.embedded.postgres import GIB, Postgres, end_orphan, quoted
from islandflow.embedded.programs import Programs
from islandflow.embedded.ways import Way


def server(folder: Path) -> Postgres:
    return Postgres(
        programs=Programs(folder),
        way=Way(text="plain"),
        data=folder / "postgres",
        log=folder / "log",
        own_settings=folder / "postgres.conf",
    )


def settings(folder: Path, memory: int) -> dict[str, str]:
    state = State(postgres_port=5433, socket_folder="/tmp/it's")  # noqa: S108 - only a text here
    text = server(folder)._configuration(state, memory)
    pairs = (line.split(" = ", 1) for line in text.splitlines() if " = " in line)
    return {name: value.strip("'") for name, value in pairs}


def test_configuration_is_durable_private_and_quiet(tmp_path: Path) -> None:
    found = settings(tmp_path, 24 * GIB)

    assert found["listen_addresses"] == "127.0.0.1"
    assert found["port"] == "5433"
    assert (found["fsync"], found["synchronous_commit"]) == ("on", "on")
    assert found["shared_preload_libraries"] == "timescaledb"
    assert found["timescaledb.telemetry_level"] == "off"
    assert found["jit"] == "off"
    assert found["timezone"] == "UTC"
    assert found["max_connections"] == "100"
    assert found["unix_socket_permissions"] == "0700"
    assert found["unix_socket_directories"] == "/tmp/it''s"  # noqa: S108


@pytest.mark.parametrize(
    ("memory", "buffers", "cache"),
    [(24 * GIB, "512MB", "12288MB"), (8 * GIB, "512MB", "4096MB"), (4 * GIB, "128MB", "2048MB")],
)
def test_configuration_fits_the_machine(
    tmp_path: Path, memory: int, buffers: str, cache: str
) -> None:
    found = settings(tmp_path, memory)

    assert (found["shared_buffers"], found["effective_cache_size"]) == (buffers, cache)


@pytest.mark.parametrize(("enough", "expected"), [(0, "posix"), (2**62, "mmap")])
def test_small_shared_memory_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, enough: int, expected: str
) -> None:
    monkeypatch.setattr(postgres, "ENOUGH_SHARED_MEMORY", enough)

    assert settings(tmp_path, GIB)["dynamic_shared_memory_type"] == expected


def test_no_login_without_password() -> None:
    methods = {line.split()[-1] for line in postgres.HBA.splitlines()}

    assert methods == {"scram-sha-256"}


@pytest.mark.parametrize(
    ("value", "expected"), [("/a b", "/a b"), ("it's", "it''s"), ("a\\b", "a\\\\b")]
)
def test_quoting(value: str, expected: str) -> None:
    assert quoted(value) == expected


def test_pid_file_of_a_server_that_is_gone_is_dropped(tmp_path: Path) -> None:
    (tmp_path / "postmaster.pid").write_text("1\n/some/where\n")

    end_orphan(tmp_path, read_command=lambda pid: b"")

    assert not (tmp_path / "postmaster.pid").exists()


def test_pid_file_with_a_number_that_another_program_has_now_is_dropped(tmp_path: Path) -> None:
    (tmp_path / "postmaster.pid").write_text("1\n")

    end_orphan(tmp_path, read_command=lambda pid: b"/sbin/init\0" + bytes(tmp_path))

    assert not (tmp_path / "postmaster.pid").exists()


def test_server_of_another_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "postmaster.pid").write_text("1\n")

    end_orphan(tmp_path, read_command=lambda pid: b"postgres\0-D\0/other")

    assert not (tmp_path / "postmaster.pid").exists()


def test_orphan_on_this_folder_is_ended_in_order(tmp_path: Path) -> None:
    pid_file = tmp_path / "postmaster.pid"
    code = (
        "import signal, sys, time; from pathlib import Path\n"
        f"def end(*_): Path({str(pid_file)!r}).unlink(); sys.exit(7)\n"
        "signal.signal(signal.SIGINT, end); print('up', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as orphan:
        assert orphan.stdout is not None
        orphan.stdout.readline()
        pid_file.write_text(f"{orphan.pid}\n")

        end_orphan(tmp_path, read_command=lambda pid: b"postgres\0-D\0" + bytes(tmp_path))

        assert orphan.wait(10) == 7


@pytest.mark.parametrize("text", ["", "no number\n"])
def test_pid_file_that_says_nothing_is_left_to_postgres(tmp_path: Path, text: str) -> None:
    (tmp_path / "postmaster.pid").write_text(text)

    end_orphan(tmp_path)

    assert (tmp_path / "postmaster.pid").exists()
