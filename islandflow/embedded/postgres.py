"""PostgreSQL 17 with TimescaleDB: its folder, its configuration, its start and its roles."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from islandflow.embedded.home import State, rotate
from islandflow.embedded.programs import Programs
from islandflow.embedded.shell import EmbeddedError, run, spawn, stop, tail
from islandflow.embedded.ways import Way

DATABASE = "islandflow"
ROLE = "islandflow"
GIB = 1024**3
# PostgreSQL needs this much shared memory for parallel queries; Docker's default is 64 MB.
ENOUGH_SHARED_MEMORY = 256 * 1024**2
HBA = "local all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\n"
# The builtin provider sorts and folds the same on every host, whatever its libc.
INITDB = (
    "--username=postgres",
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
)
CONFIGURATION = """\
# Written by Islandflow at every start. Own settings go into {own}, which is read last.
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
max_connections = 100
password_encryption = 'scram-sha-256'
shared_preload_libraries = 'timescaledb'
timescaledb.telemetry_level = 'off'
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
fsync = on
synchronous_commit = on
max_wal_size = '4GB'
checkpoint_timeout = '15min'
wal_compression = 'lz4'
shared_buffers = '{shared_buffers}'
effective_cache_size = '{effective_cache}'
maintenance_work_mem = '{maintenance}'
work_mem = '16MB'
random_page_cost = 1.1
dynamic_shared_memory_type = '{shared_memory}'
include_if_exists = '{own}'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """One server: where it lies and how it runs."""

    programs: Programs
    way: Way
    data: Path
    log: Path
    own_settings: Path

    def prepare(self, state: State) -> None:
        """Make the data folder at the first start, and write the configuration at each."""
        self._hand_over(Path(state.socket_folder))
        if not (self.data / "PG_VERSION").exists():
            self._initialise(state.superuser_password)
        end_orphan(self.data)
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        self._write("postgresql.conf", self._configuration(state, memory))
        self._write("pg_hba.conf", HBA)

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server; it ends in order when its starter is killed."""
        rotate(self.log)
        server = self.programs.postgres("postgres")
        return spawn(self.way.command(server, "-D", self.data, dies_with_us="INT"), log=self.log)

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        """End it with a checkpoint; sessions are cut ("fast shutdown")."""
        stop(process, signal.SIGINT, patience_s=60)

    def wait_ready(self, process: subprocess.Popen[bytes], state: State) -> None:
        """Wait until it takes connections; recovery after a crash may take its time."""
        while True:
            try:
                connect(state, "postgres").close()
            except psycopg.OperationalError as error:
                if process.poll() is not None:
                    raise EmbeddedError(
                        f"PostgreSQL does not start. The end of {self.log}:\n{tail(self.log)}"
                    ) from error
                time.sleep(0.05)
            else:
                return

    def _initialise(self, password: str) -> None:
        """Build the folder beside its place, so that a kill leaves no half of one."""
        part = self.data.with_name("postgres.part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700, parents=True)
        self._hand_over(part)
        secret = part.with_name("postgres.password")
        secret.touch(mode=0o600)
        secret.write_text(password)
        self._hand_over(secret)
        try:
            initdb = self.programs.postgres("initdb")
            run(self.way.command(initdb, "-D", part, f"--pwfile={secret}", *INITDB))
        finally:
            secret.unlink()
        part.replace(self.data)

    def _configuration(self, state: State, memory: int) -> str:
        is_large = memory >= 8 * GIB
        shared = os.statvfs("/dev/shm") if Path("/dev/shm").is_dir() else None  # noqa: S108
        has_room = shared is not None and shared.f_bavail * shared.f_frsize >= ENOUGH_SHARED_MEMORY
        return CONFIGURATION.format(
            own=quoted(self.own_settings),
            port=state.postgres_port,
            sockets=quoted(state.socket_folder),
            shared_buffers="512MB" if is_large else "128MB",
            effective_cache=f"{memory // 2 // 1024**2}MB",
            maintenance="256MB" if is_large else "64MB",
            shared_memory="posix" if has_room else "mmap",
        )

    def _write(self, name: str, text: str) -> None:
        path = self.data / name
        path.write_text(text)
        self._hand_over(path)

    def _hand_over(self, path: Path) -> None:
        if self.way.owner:
            os.chown(path, self.way.owner.uid, self.way.owner.gid)


def quoted(value: str | Path) -> str:
    """Escape a value for single quotes in postgresql.conf."""
    return str(value).replace("\\", "\\\\").replace("'", "''")


def connect(state: State, database: str) -> psycopg.Connection:
    """Open a session of the superuser, each statement its own transaction."""
    return psycopg.connect(
        host="127.0.0.1",
        port=state.postgres_port,
        user="postgres",
        password=state.superuser_password,
        dbname=database,
        connect_timeout=10,
        autocommit=True,
    )


def set_up(state: State) -> None:
    """Make the role, the database and the extension where they are missing.

    The extension also stands in template1: the owner is no superuser, and the databases that
    tests create are copies of it. After a newer package it is brought up to date.
    """
    role = sql.Identifier(ROLE)
    with connect(state, "postgres") as session:
        known = session.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone()
        session.execute(
            sql.SQL("{} ROLE {} LOGIN CREATEDB NOSUPERUSER PASSWORD {}").format(
                sql.SQL("ALTER" if known else "CREATE"), role, sql.Literal(state.role_password)
            )
        )
    _set_up_extension(state, "template1")
    with connect(state, "postgres") as session:
        found = session.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if not found.fetchone():
            session.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), role)
            )
    _set_up_extension(state, DATABASE)


def _set_up_extension(state: State, database: str) -> None:
    with connect(state, database) as session:
        row = session.execute(
            "SELECT installed_version, default_version FROM pg_available_extensions "
            "WHERE name = 'timescaledb'"
        ).fetchone()
    installed, offered = row or (None, None)
    if installed == offered:
        return
    verb = "CREATE EXTENSION {}" if installed is None else "ALTER EXTENSION {} UPDATE"
    # TimescaleDB wants its update to be the first statement of a session.
    with connect(state, database) as session:
        session.execute(sql.SQL(verb).format(sql.Identifier("timescaledb")))


def end_orphan(data: Path, *, read_command: Callable[[int], bytes] | None = None) -> None:
    """Clear what a killed starter left: end a server on this folder, drop a stale pid file.

    PostgreSQL itself refuses to start while ANY process of ours has the number in its pid
    file, which after a crash is soon the case where process numbers start low (containers).
    """
    pid_file = data / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return
    command = (read_command or _command_of)(pid)
    if b"postgres" not in command or os.fsencode(data) not in command:
        pid_file.unlink(missing_ok=True)
        return
    os.kill(pid, signal.SIGINT)
    deadline = time.monotonic() + 60
    while pid_file.exists() and time.monotonic() < deadline:
        time.sleep(0.05)


def _command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
