"""A database of its own for long proofs, beside the one in use, removed at the end."""

import os
import subprocess
import sys
import time
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from psycopg import sql

DROP_ATTEMPTS, DROP_PAUSE_S = 40, 0.5


def run_inside_scratch(*words: str) -> int:
    """Run a management command of ours on a fresh, unmigrated database; return its exit code."""
    secret = settings.ENV.database_url
    url = secret.get_secret_value() if secret else ""
    name = f"islandflow_scratch_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    inside = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    try:
        done = subprocess.run(  # noqa: S603 - our own command and arguments
            [sys.executable, "manage.py", *words],
            cwd=settings.BASE_DIR,
            env={**os.environ, "DATABASE_URL": inside},
            check=False,
        )
        return done.returncode
    finally:
        _drop(url, name)


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
