"""A database and a Valkey of their own for long proofs, beside those in use, removed at the end."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from psycopg import sql

from islandflow.embedded.programs import Programs

DROP_ATTEMPTS, DROP_PAUSE_S = 40, 0.5


class ScratchError(RuntimeError):
    """A proof cannot be set up here; the text says what is missing."""


def run_inside_scratch(*words: str) -> int:
    """Run a management command of ours on a fresh, unmigrated database; return its exit code."""
    secret = settings.ENV.database_url
    url = secret.get_secret_value() if secret else ""
    name = f"islandflow_scratch_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    inside = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    try:
        with _private_redis() as redis_url:
            done = subprocess.run(  # noqa: S603 - our own command and arguments
                [sys.executable, "manage.py", *words],
                cwd=settings.BASE_DIR,
                env={**os.environ, "DATABASE_URL": inside, "REDIS_URL": redis_url},
                check=False,
            )
        return done.returncode
    finally:
        _drop(url, name)


@contextmanager
def _private_redis() -> Iterator[str]:
    """Give a Valkey of the proof's own: it is emptied every second, the one in use never is."""
    services = settings.HOME / "services.json"
    program = Path(json.loads(services.read_text())["programs"]) if services.exists() else None
    binary = Programs(program).valkey if program else shutil.which("valkey-server")
    if binary is None:
        raise ScratchError(
            "no Valkey program was found for the proof; run it on an installation with embedded"
            " services, or install valkey-server"
        )
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = [str(binary), "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly"]
    server = subprocess.Popen([*words, "no"], stdout=subprocess.DEVNULL)  # noqa: S603 - ours
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait()


def _drop(url: str, name: str) -> None:
    """Remove the scratch database; killed workers may hold their connections a moment longer.

    Not FORCE: that needs rights over TimescaleDB's own background worker, which leaves by itself.
    """
    with psycopg.connect(url, autocommit=True) as admin:
        for attempts_left in reversed(range(DROP_ATTEMPTS)):
            try:
                admin.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
            except psycopg.errors.ObjectInUse:
                if not attempts_left:
                    raise
                time.sleep(DROP_PAUSE_S)
            else:
                return
