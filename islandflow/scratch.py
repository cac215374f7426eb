"""A database of its own for long proofs, beside the one in use, removed at the end."""

import os
import subprocess
import sys
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from psycopg import sql


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
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
