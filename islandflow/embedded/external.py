"""Are the servers that DATABASE_URL and REDIS_URL name fit for Islandflow?"""

import re
import socket
import ssl
from urllib.parse import SplitResult, unquote, urlsplit

import psycopg

from islandflow.embedded.shell import EmbeddedError

OLDEST_POSTGRES = 150_000  # server_version_num of 15.0
OLDEST_TIMESCALE = (2, 15)
DATABASE_REMEDY = (
    "Point DATABASE_URL at PostgreSQL 15 or newer with TimescaleDB 2.15 or newer, "
    "or unset it to use the embedded server."
)
REDIS_REMEDY = (
    "Point REDIS_URL at a running Redis or Valkey (redis://:password@host:port/0), "
    "or unset it to use the embedded server."
)


def check_database(url: str) -> None:
    """Refuse a server that is not there or too old, in one sentence."""
    fault = database_fault(url)
    if fault:
        raise EmbeddedError(f"DATABASE_URL is {masked(url)}: {fault}. {DATABASE_REMEDY}")


def check_redis(url: str) -> None:
    """Refuse a server that is not there or wants another password, in one sentence."""
    fault = redis_fault(url)
    if fault:
        raise EmbeddedError(f"REDIS_URL is {masked(url)}: {fault}. {REDIS_REMEDY}")


def masked(url: str) -> str:
    """Hide the password, also one inside a query."""
    # Up to the last @ before a query: a password that was not quoted may hold one itself.
    hidden = re.sub(r"(//[^:/@]*):.*@(?=[^@?]*(\?|$))", r"\1:***@", url)
    return re.sub(r"(password=)[^&]*", r"\1***", hidden)


def database_fault(url: str) -> str:
    """Return what is wrong with this database server; empty when it is fit."""
    if urlsplit(url).scheme not in {"postgres", "postgresql"}:
        return f"received the scheme '{urlsplit(url).scheme}', expected postgresql"
    try:
        with psycopg.connect(url, connect_timeout=5) as session:
            row = session.execute(
                "SELECT current_setting('server_version_num')::int, "
                "coalesce(installed_version, default_version), "
                # The preloaded part has this setting, also where no database has the extension.
                "current_setting('timescaledb.disable_load', true) "
                "FROM (SELECT 1) AS one LEFT JOIN pg_available_extensions ON name = 'timescaledb'"
            ).fetchone()
    except psycopg.Error as error:
        first = (str(error).strip() or "no answer").splitlines()[0]
        return f"the server cannot be used ({first})"
    version, timescale, loaded = row or (0, None, None)
    return version_fault(version, timescale, is_loaded=loaded is not None)


def version_fault(version_number: int, timescale: str | None, *, is_loaded: bool) -> str:
    """Say why these versions will not do; empty when they will."""
    if version_number < OLDEST_POSTGRES:
        return f"received PostgreSQL {version_number // 10_000}, expected 15 or newer"
    if timescale is None:
        return "received PostgreSQL without TimescaleDB, expected TimescaleDB 2.15 or newer"
    if tuple(int(part) for part in re.findall(r"\d+", timescale)[:2]) < OLDEST_TIMESCALE:
        return f"received TimescaleDB {timescale}, expected 2.15 or newer"
    if not is_loaded:
        return (
            f"TimescaleDB {timescale} is installed but not loaded, "
            "expected it in shared_preload_libraries"
        )
    return ""


def redis_fault(url: str) -> str:
    """Return what is wrong with this Redis server; empty when it answers PING."""
    parts = urlsplit(url)
    if parts.scheme not in {"redis", "rediss"}:
        return f"received the scheme '{parts.scheme}', expected redis or rediss"
    try:
        with _open(parts) as connection:
            if parts.password:
                names = [unquote(parts.username)] if parts.username else []
                answer = _ask(connection, "AUTH", *names, unquote(parts.password))
                if not answer.startswith("+OK"):
                    return f"the password is refused ({answer.lstrip('-')})"
            answer = _ask(connection, "PING")
    except (OSError, ValueError) as error:
        return f"the server cannot be reached ({error})"
    return "" if answer.startswith("+PONG") else f"received '{answer.lstrip('-')}', expected PONG"


def _open(parts: SplitResult) -> socket.socket:
    host = parts.hostname or "localhost"
    connection = socket.create_connection((host, parts.port or 6379), timeout=5)
    if parts.scheme == "rediss":
        return ssl.create_default_context().wrap_socket(connection, server_hostname=host)
    return connection


def _ask(connection: socket.socket, *words: str) -> str:
    """Send one command and return the first line of the answer."""
    parts = [f"*{len(words)}\r\n"] + [f"${len(word.encode())}\r\n{word}\r\n" for word in words]
    connection.sendall("".join(parts).encode())
    answer = b""
    while not answer.endswith(b"\n"):
        piece = connection.recv(1024)
        if not piece:
            return "the connection was closed"
        answer += piece
    return answer.decode(errors="replace").splitlines()[0]
