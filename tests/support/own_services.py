"""Servers of its own for each parallel worker of pytest: PostgreSQL, Valkey and a home.

Workers share nothing, so none needs to know of the others: not the database, not a key or
channel of Valkey, not a lease. pytest loads this module early (`-p` in pyproject.toml),
because the settings read the environment before any conftest is there.
"""

import os
from collections.abc import Generator
from contextlib import ExitStack

import pytest

from islandflow.embedded.environment import effective
from islandflow.embedded.home import Home
from islandflow.embedded.services import use
from islandflow.embedded.shell import say

_held = ExitStack()


@pytest.hookimpl(wrapper=True)  # around that of pytest-django, which reads the settings
def pytest_load_initial_conftests() -> Generator[None]:
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        os.environ.update(_start(worker))
    return (yield)


def pytest_unconfigure() -> None:
    _held.close()


def _start(worker: str) -> dict[str, str]:
    """Start the servers of one worker below the home of the run; return where they are."""
    environ = effective(os.environ)
    if environ.get("DATABASE_URL") or environ.get("REDIS_URL"):
        raise pytest.UsageError(
            "DATABASE_URL or REDIS_URL is set: workers would share that server and disturb each"
            " other. Run without -n, or unset both for embedded servers."
        )
    home = Home(Home.of(environ).root / worker)
    return _held.enter_context(use(home, environ, say=say)).environment(home)
