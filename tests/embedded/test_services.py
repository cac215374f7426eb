"""The real servers in a home of their own: start, use, share, kill, stop."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from islandflow.embedded.external import database_fault, redis_fault
from islandflow.embedded.home import PROJECT, Home, State
from islandflow.embedded.services import EXTERNAL, is_kept, use
from islandflow.embedded.shell import EmbeddedError, say

pytestmark = [pytest.mark.services, pytest.mark.long]
NEEDED = ("HOME", "PATH", "XDG_CACHE_HOME")
# Neither DATABASE_URL nor REDIS_URL: these tests start servers of their own.
CACHE = {name: os.environ[name] for name in NEEDED if name in os.environ}
WAIT_S = 30


def eventually(check: Callable[[], object]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not check():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def running(home: Home) -> list[str]:
    """List the processes that name this home."""
    found = subprocess.run(
        ["pgrep", "-af", str(home.root)], capture_output=True, text=True, check=False
    )
    return found.stdout.splitlines()


def pid_of(home: Home, word: str) -> int:
    return int(next(line for line in running(home) if word in line).split()[0])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """One home for all: the first start initialises, the later ones start again."""
    found = Home(tmp_path_factory.mktemp("home"))
    yield found
    eventually(lambda: not is_kept(found))
    assert running(found) == []


def test_services_start_serve_and_stop(home: Home) -> None:
    with use(home, CACHE, say=say) as services:
        assert database_fault(services.database_url) == ""
        assert redis_fault(services.redis_url) == ""
        assert services.environment(home)["ISLANDFLOW_HOME"] == str(home.root)
        state = State.load(home)
        assert Path(state.socket_folder, f".s.PGSQL.{state.postgres_port}").is_socket()
        assert State.load(home).way == services.way

    assert not is_kept(home)
    assert running(home) == []
    assert database_fault(services.database_url) != ""
    assert not Path(state.socket_folder).exists()


def test_owner_is_no_superuser_and_makes_databases_with_the_extension(home: Home) -> None:
    with (
        use(home, CACHE, say=say) as services,
        psycopg.connect(services.database_url, autocommit=True) as session,
    ):
        row = session.execute(
            "SELECT current_user, rolsuper, rolcreatedb, current_setting('timescaledb.license') "
            "FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        assert row == ("islandflow", False, True, "apache")
        session.execute("CREATE DATABASE copy")
        with psycopg.connect(services.database_url, dbname="copy") as copy:
            copy.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
            copy.execute("CREATE TABLE prints (ts timestamptz NOT NULL)")
            copy.execute("SELECT create_hypertable('prints', 'ts')")
        session.execute("DROP DATABASE copy")


def test_wrong_password_is_refused_on_both(home: Home) -> None:
    with use(home, CACHE, say=say) as services:
        state = State.load(home)
        wrong = services.database_url.replace(state.role_password, "wrong")
        assert "password authentication failed" in database_fault(wrong)
        wrong = services.redis_url.replace(state.valkey_password, "wrong")
        assert "password is refused" in redis_fault(wrong)


def test_two_users_share_and_the_last_one_stops(home: Home) -> None:
    with use(home, CACHE, say=say) as first:
        with use(home, CACHE, say=say) as second:
            assert first == second
        assert is_kept(home)
        assert redis_fault(first.redis_url) == ""
    assert not is_kept(home)


def test_addresses_and_rows_stay_over_a_restart(home: Home) -> None:
    with (
        use(home, CACHE, say=say) as before,
        psycopg.connect(before.database_url) as session,
    ):
        session.execute("CREATE TABLE kept AS SELECT 7 AS n")

    with use(home, CACHE, say=say) as after, psycopg.connect(after.database_url) as session:
        assert session.execute("SELECT n FROM kept").fetchone() == (7,)
    assert after == before


@pytest.mark.parametrize("word", ["postgres -D", "keeper"])
def test_kill_of_database_or_keeper_is_survived(home: Home, word: str) -> None:
    with use(home, CACHE, say=say) as services:
        os.kill(pid_of(home, word), signal.SIGKILL)
        if word == "keeper":  # its servers go with it; the next user starts anew
            eventually(lambda: not running(home))
        else:
            eventually(lambda: "starting it again" in (home.log / "services.log").read_text())

        with use(home, CACHE, say=say) as again:
            eventually(lambda: database_fault(again.database_url) == "")
            assert again.database_url == services.database_url


def test_kill_of_valkey_is_survived(home: Home) -> None:
    with use(home, CACHE, say=say) as services:
        children = subprocess.run(
            ["pgrep", "-P", str(pid_of(home, "keeper")), "valkey-server"],
            capture_output=True,
            text=True,
            check=True,
        )
        os.kill(int(children.stdout), signal.SIGKILL)

        eventually(lambda: redis_fault(services.redis_url) != "")
        eventually(lambda: redis_fault(services.redis_url) == "")


def test_kill_of_the_last_user_leaves_nothing(home: Home) -> None:
    words = [sys.executable, "-m", "islandflow.embedded.run", "sleep", "60"]
    environ = {**CACHE, "ISLANDFLOW_HOME": str(home.root)}
    with subprocess.Popen(words, cwd=PROJECT, env=environ, start_new_session=True) as user:
        eventually(lambda: is_kept(home) and State.load(home).is_ready)
        os.killpg(user.pid, signal.SIGKILL)

    eventually(lambda: not running(home))


@pytest.mark.parametrize(
    ("code", "status"),
    [("raise SystemExit(3)", 3), ("import os; os.kill(os.getpid(), 15)", -signal.SIGTERM)],
)
def test_run_ends_as_its_command_ends(home: Home, code: str, status: int) -> None:
    words = [sys.executable, "-m", "islandflow.embedded.run", sys.executable, "-c", code]
    environ = {**CACHE, "ISLANDFLOW_HOME": str(home.root)}

    done = subprocess.run(words, cwd=PROJECT, env=environ, check=False)

    assert done.returncode == status
    assert running(home) == []


def test_run_passes_sigterm_on_and_stops_the_services(home: Home) -> None:
    code = "import signal, sys, time; signal.signal(15, lambda *_: sys.exit(9))\n"
    code += "print('up', flush=True); time.sleep(60)"
    words = [sys.executable, "-m", "islandflow.embedded.run", sys.executable, "-c", code]
    environ = {**CACHE, "ISLANDFLOW_HOME": str(home.root)}
    with subprocess.Popen(words, cwd=PROJECT, env=environ, stdout=subprocess.PIPE) as user:
        assert user.stdout is not None
        assert user.stdout.readline() == b"up\n"
        user.terminate()

        assert user.wait(WAIT_S) == 9
    assert running(home) == []


def test_command_finds_the_two_addresses(home: Home) -> None:
    code = "import os; print(os.environ['DATABASE_URL'][:13], os.environ['REDIS_URL'][:8])"
    words = [sys.executable, "-m", "islandflow.embedded.run", sys.executable, "-c", code]
    environ = {**CACHE, "ISLANDFLOW_HOME": str(home.root)}

    output = subprocess.check_output(words, cwd=PROJECT, env=environ, text=True)

    assert output == "postgresql:// redis://\n"


def test_external_servers_are_used_and_nothing_is_started(home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    with use(home, CACHE, say=say) as servers:
        given = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
        with use(other, given, say=say) as services:
            assert services.way == EXTERNAL
            assert services.database_url == servers.database_url
            assert not is_kept(other)
            assert not other.services_file.exists()


def test_external_server_that_is_unfit_is_refused_before_anything_starts(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    given = {**CACHE, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}

    with pytest.raises(EmbeddedError, match="DATABASE_URL is"), use(home, given, say=say):
        pass

    assert not is_kept(home)


def test_server_that_cannot_start_is_explained(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.make()
    (home.root / "postgres.conf").write_text("no_such_setting = 1\n")

    refused = pytest.raises(EmbeddedError, match=r"do not start[\s\S]*no_such_setting")
    with refused, use(home, CACHE, say=say):
        pass

    assert not is_kept(home)
    assert running(home) == []
