"""Fixtures of the whole suite: the real database in both schemas, and what is left out aloud."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.db import connections
from django.test.utils import setup_databases, teardown_databases
from pytest_django import DjangoDbBlocker

from tests.support.database import empty_database

# These machines are shared and noisy: how long an example takes says nothing of the code.
hypothesis.settings.register_profile(
    "noisy", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("noisy")

PROJECT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("ISLANDFLOW_SHARED_DATA") or PROJECT.parent / "shared" / "data")


LEFT_OUT = pytest.StashKey[int]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the files that take long, so that no worker is left with one at the end.

    Leave out tests of real data where the folder is missing, and say so in one line.
    """
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
    if SHARED.is_dir():
        return
    left_out = [item for item in items if item.get_closest_marker("realdata")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
        config.stash[LEFT_OUT] = len(left_out)


def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Let Hypothesis write no patch for a failure: it is shown all the same.

    libcst, which comes with mutmut and makes the patch, fails on objects that zope.interface marks.
    """
    vars(item).pop("_hypothesis_failing_examples", None)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In a parallel worker: hand on what was left out."""
    told = getattr(session.config, "workeroutput", None)
    if told is not None:
        told["left_out"] = session.config.stash.get(LEFT_OUT, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Beside parallel workers: each collects the whole suite, so each leaves out the same."""
    told = getattr(node, "workeroutput", {})
    node.config.stash[LEFT_OUT] = told.get("left_out", 0)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    seed = config.getoption("randomly_seed", None)
    if seed is not None:  # -q hides the header that tells it
        terminalreporter.write_line(f"the order of the tests: --randomly-seed={seed}")
    count = config.stash.get(LEFT_OUT, 0)
    if count:
        terminalreporter.write_line(f"left out: {count} tests of real data, no folder {SHARED}")


@pytest.fixture(scope="session", autouse=True)
def plain_static() -> None:
    """Serve static files by their own names: tests collect nothing."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def shared_data() -> Path:
    """The real market data beside the project."""
    return SHARED


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """Make the test database for both aliases, whichever tests were chosen."""
    with django_db_blocker.unblock():
        made = setup_databases(
            verbosity=0, interactive=False, aliases={"default": None, "runs": None}
        )
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        teardown_databases(made, verbosity=0)


@pytest.fixture
def log_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A database whose log is empty in both schemas, committed for real.

    Not Django's flush: that empties what migrations seeded, and costs a second a test.
    """
    with django_db_blocker.unblock():
        empty_database()
        yield
        empty_database()
        connections.close_all()
