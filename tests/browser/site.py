"""The real site for browser tests: Daphne on the test database, and pages that tell their faults."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from playwright.sync_api import Page

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE_S = 30.0
PASSWORD = "a long test password"

# What a page must never do: break its own content policy, or move what is on the screen.
WATCH = """
window.faults = []; window.shift = 0;
addEventListener("securitypolicyviolation", (e) => faults.push(`policy: ${e.violatedDirective} ${e.blockedURI}`));
addEventListener("error", (e) => faults.push(`error: ${e.message}`));
addEventListener("unhandledrejection", (e) => faults.push(`rejected: ${e.reason}`));
new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shift += entry.value; })
  .observe({ type: "layout-shift", buffered: true });
"""


class Site:
    """One web process that a test may kill and start again on the same port."""

    def __init__(self, home: Path, database: str) -> None:
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._log = (home / "web.log").open("ab")
        self._environment = {
            **os.environ,
            "DATABASE_URL": urlunsplit(
                urlsplit(os.environ["DATABASE_URL"])._replace(path=database)
            ),
            "ISLANDFLOW_HOME": str(home),
            "ISLANDFLOW_PORT": str(self.port),
            "PYTHONWARNINGS": "ignore",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def collect_static(self) -> None:
        """Make the static files as production serves them: hashed names, compressed."""
        self._run("manage.py", "collectstatic", "--noinput", "-v", "0").wait()

    def start(self) -> None:
        """Start the web process and wait until it answers."""
        self._process = self._run(
            "-m", "daphne", "-b", "127.0.0.1", "-p", str(self.port), "islandflow.asgi:application"
        )
        eventually(self._answers)

    def kill(self) -> None:
        """End the web process as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def close(self) -> None:
        """End for good."""
        self.kill()
        self._log.close()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/health/live", timeout=1) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except OSError:
            return False

    def _run(self, *words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, *words],
            cwd=PROJECT,
            env=self._environment,
            stdout=self._log,
            stderr=self._log,
        )


def eventually(holds: Callable[[], object], *, patience_s: float = PATIENCE_S) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)


_ROWS = """(panel, page) => [...page.querySelectorAll(
  `tape-lane[data-panel="${panel}"] tbody tr`)].map((row) => row.dataset.k + row.innerHTML)"""


def lane(page: Page, panel: str) -> list[str]:
    """Return the rows of a lane as they stand in the browser: key and HTML."""
    rows: list[str] = page.evaluate(f"(panel) => ({_ROWS})(panel, document)", panel)
    return rows


def fetched_lane(page: Page, panel: str) -> list[str]:
    """Return the rows that a plain load of the same address would show."""
    rows: list[str] = page.evaluate(
        f"""async (panel) => {{
          const text = await (await fetch(location.href)).text();
          return ({_ROWS})(panel, new DOMParser().parseFromString(text, "text/html"));
        }}""",
        panel,
    )
    return rows


def wait_for_rows(page: Page, panel: str, count: int) -> None:
    """Wait until a lane shows so many rows."""
    page.wait_for_function(
        "([panel, count]) => document.querySelectorAll("
        '`tape-lane[data-panel="${panel}"] tbody tr`).length === count',
        arg=[panel, count],
        timeout=PATIENCE_S * 1_000,
    )


def faults(page: Page) -> list[Any]:
    """Return what went wrong inside the page."""
    found: list[Any] = page.evaluate("window.faults")
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
