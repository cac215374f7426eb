"""Use the services: start what is not up, hold them while needed, let go of them after."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from islandflow.embedded import external, programs, ways
from islandflow.embedded.home import PROJECT, Home, State
from islandflow.embedded.locks import FileLock
from islandflow.embedded.programs import Programs
from islandflow.embedded.shell import EmbeddedError, Say, spawn, tail

START_PATIENCE_S = 600  # recovery of a large database after a power cut
STOP_PATIENCE_S = 90
# The keepers that this process started.
_keepers: list[subprocess.Popen[bytes]] = []
EXTERNAL = "external servers, as DATABASE_URL and REDIS_URL say"


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Where the two servers are, and in words how they run."""

    database_url: str
    redis_url: str
    way: str
    programs: Programs | None = None

    def environment(self, home: Home) -> dict[str, str]:
        """Return the variables that every process of this installation gets."""
        return {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "ISLANDFLOW_HOME": str(home.root),
        }


@contextmanager
def use(home: Home, environ: Mapping[str, str], *, say: Say) -> Iterator[Services]:
    """Hold the services for as long as the block runs; the last user's end stops them."""
    home.make()
    home.secret_key()
    database_url, redis_url = environ.get("DATABASE_URL", ""), environ.get("REDIS_URL", "")
    if database_url:
        external.check_database(database_url)
    if redis_url:
        external.check_redis(redis_url)
    if database_url and redis_url:
        yield Services(database_url=database_url, redis_url=redis_url, way=EXTERNAL)
        return
    found = programs.ensure(programs_cache(environ), say=say)
    users = FileLock(home.services_lock)
    if not users.take(is_shared=True):
        users.take(is_shared=True, is_patient=True)  # an old keeper is stopping; wait for it
    try:
        state = ensure_running(home, found)
        yield Services(
            database_url=database_url or state.database_url,
            redis_url=redis_url or state.redis_url,
            way=state.way,
            programs=found,
        )
    finally:
        users.release()
        wait_for_end(home)


def programs_cache(environ: Mapping[str, str]) -> Path:
    """Return the cache; for a server under another account, one that account can read."""
    owner = ways.choose_here().owner
    return ways.SYSTEM_DATA if owner else programs.cache_folder(environ)


def is_kept(home: Home) -> bool:
    """Tell whether a keeper looks after the servers of this home."""
    return FileLock(home.keeper_lock).is_held()


def ensure_running(home: Home, found: Programs) -> State:
    """Return the state of running servers, started now when nobody keeps them.

    The caller holds the shared lock.
    """
    keeper = None if is_kept(home) else start_keeper(home, found)
    deadline = time.monotonic() + START_PATIENCE_S
    while time.monotonic() < deadline:
        state = State.load(home)
        if state.is_ready and _is_alive(state.keeper_pid) and is_kept(home):
            return state
        if keeper and keeper.poll() not in {None, 0}:
            reason = state.error or f"the end of its log:\n{tail(home.log / 'services.log')}"
            raise EmbeddedError(f"The embedded services do not start: {reason}")
        if keeper is None or keeper.poll() == 0:  # another one was faster: is it still there?
            keeper = None if is_kept(home) else start_keeper(home, found)
        time.sleep(0.05)
    raise EmbeddedError(
        f"The embedded services are not ready after {START_PATIENCE_S} s. "
        f"The end of {home.log / 'postgres.log'}:\n{tail(home.log / 'postgres.log')}"
    )


def start_keeper(home: Home, found: Programs) -> subprocess.Popen[bytes]:
    """Start the process that owns the servers."""
    words = [sys.executable, "-m", "islandflow.embedded.keeper", home.root, found.root]
    keeper = spawn(words, log=home.log / "services.log", cwd=PROJECT)
    _keepers.append(keeper)
    return keeper


def wait_for_end(home: Home) -> None:
    """After letting go: return when the servers have stopped, or when others still use them."""
    deadline = time.monotonic() + STOP_PATIENCE_S
    users = FileLock(home.services_lock)
    while is_kept(home) and time.monotonic() < deadline:
        # Held but not held alone: somebody else still uses the services.
        if users.is_used() and not users.is_held():
            return
        time.sleep(0.05)
    for keeper in _keepers:  # take note of its end, else it stays as a zombie of ours
        with suppress(subprocess.TimeoutExpired):
            keeper.wait(5)
    _keepers[:] = [keeper for keeper in _keepers if keeper.returncode is None]


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return pid > 0
