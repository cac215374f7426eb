"""The process that owns the servers of one home: `python -m islandflow.embedded.keeper HOME`.

It starts them, starts them again when they die, and ends them when nobody holds the shared
lock any more, even when the last holder was killed. If it is killed itself, its servers end
with it, and the next start finds the folders as after a power cut.
"""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from islandflow.embedded import postgres, programs, ways
from islandflow.embedded.home import Home, State, free_port, socket_folder
from islandflow.embedded.locks import FileLock
from islandflow.embedded.postgres import Postgres
from islandflow.embedded.shell import EmbeddedError, say
from islandflow.embedded.valkey import Valkey

ROUND_S = 0.2
LONGEST_PAUSE_S = 10.0


class Kept:
    """One server, and when it may be started again."""

    def __init__(self, name: str, server: Postgres | Valkey, state: State) -> None:
        self.name = name
        self.server = server
        self.state = state
        self.process: subprocess.Popen[bytes] | None = None
        self.pause_s = ROUND_S
        self.not_before = 0.0

    def start(self) -> None:
        self.server.prepare(self.state)
        self.process = self.server.start()

    def wait_ready(self) -> None:
        if self.process:
            self.server.wait_ready(self.process, self.state)

    def revive(self, now: float) -> None:
        """Start it again when it died; each time a little later, up to a limit."""
        if self.process and self.process.poll() is None:
            return
        if self.not_before == 0.0:
            code = self.process.returncode if self.process else "none"
            say(f"{stamp()} {self.name} ended (status {code}); starting it again")
            self.not_before = now + self.pause_s
            self.pause_s = min(2 * self.pause_s, LONGEST_PAUSE_S)
        if now >= self.not_before:
            self.not_before = 0.0
            self.start()

    def stop(self) -> None:
        if self.process:
            self.server.stop(self.process)


def stamp() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def check_place(state: State, data: Path, way: ways.Way) -> None:
    """Refuse to begin an empty database where the old one lies elsewhere or is another's.

    That happens when a host begins or ceases to allow user namespaces.
    """
    owner = way.owner.uid if way.owner else os.geteuid()
    old = Path(state.postgres_data or data)
    if not (data / "PG_VERSION").exists() and (old / "PG_VERSION").exists():
        raise EmbeddedError(
            f"The database of this home lies in {old}; the server now runs as {way.text} and "
            f"expects it in {data}. Move it: mv {old} {data} && chown -R {owner} {data}"
        )
    if data.exists() and data.stat().st_uid != owner:
        raise EmbeddedError(
            f"{data} belongs to uid {data.stat().st_uid}, expected {owner} ({way.text}). "
            f"Hand it over: chown -R {owner} {data}"
        )


def build(home: Home, state: State, found: programs.Programs) -> list[Kept]:
    """Choose how the servers run, where their files lie, and which ports they take."""
    way = ways.choose_here()
    name = hashlib.sha256(os.fsencode(home.root)).hexdigest()[:12]
    fallback = ways.SYSTEM_DATA / name
    data = ways.folder_for(way, home.root / "postgres", fallback=fallback / "postgres")
    settings = ways.folder_for(way, home.root / "valkey.conf", fallback=fallback / "valkey.conf")
    check_place(state, data, way)
    data.parent.mkdir(mode=0o755 if way.owner else 0o700, parents=True, exist_ok=True)
    state.way, state.programs, state.postgres_data = way.text, str(found.root), str(data)
    state.fill_secrets()
    state.socket_folder = socket_folder(state.socket_folder if way.owner is None else "")
    state.postgres_port = free_port(state.postgres_port)
    state.valkey_port = free_port(state.valkey_port)
    state.keeper_pid = os.getpid()
    state.is_ready, state.error = False, ""
    state.save(home)
    database = Postgres(
        programs=found,
        way=way,
        data=data,
        log=home.log / "postgres.log",
        own_settings=home.root / "postgres.conf",
    )
    broker = Valkey(programs=found, way=way, configuration=settings, log=home.log / "valkey.log")
    return [Kept("PostgreSQL", database, state), Kept("Valkey", broker, state)]


def keep(home: Home, found: programs.Programs) -> None:
    """Run the servers until nobody uses them."""
    users = FileLock(home.services_lock)
    state = State.load(home)
    servers = build(home, state, found)
    try:
        for server in servers:
            server.start()
        for server in servers:
            server.wait_ready()
        postgres.set_up(state)
        state.is_ready = True
        state.save(home)
        say(f"{stamp()} ready; PostgreSQL on {state.postgres_port}, Valkey on {state.valkey_port}")
        # Taking the lock alone means that no user is left; new ones wait until we are through.
        while not users.take():
            time.sleep(ROUND_S)
            for server in servers:
                server.revive(time.monotonic())
    finally:
        state.is_ready = False
        for server in reversed(servers):
            server.stop()
        shutil.rmtree(state.socket_folder, ignore_errors=True)
        state.save(home)
        say(f"{stamp()} stopped")


def main(home: Home, found: programs.Programs) -> int:
    # A terminal's Ctrl-C and hang-up are for the users; we go when the last of them has gone.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    alone = FileLock(home.keeper_lock)
    while not alone.take():
        if alone.is_held():
            return 0  # another keeper was faster
        time.sleep(0.01)  # somebody only looked whether it is held
    try:
        keep(home, found)
    except EmbeddedError as error:
        say(f"{stamp()} {error}")
        state = State.load(home)
        state.error = str(error)
        state.save(home)
        return 1
    return 0  # the locks go with the process: whoever sees them free finds nothing left


def _leave(number: int, frame: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(0)


if __name__ == "__main__":
    sys.exit(main(Home(Path(sys.argv[1])), programs.Programs(Path(sys.argv[2]))))
