"""A few seconds of the load measurement, for its arithmetic; the figures are never asserted."""

import subprocess
import sys

import pytest
from django.conf import settings

pytestmark = [pytest.mark.services, pytest.mark.long]


def test_load_reports_rates_lag_memory_and_a_verdict() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "bench", "load", "--rate=200", "--minutes=0.4"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )

    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == [
        "option", "all", "lag", "of", "ingest", "compute", "LOAD",
    ], done.stderr  # fmt: skip
    assert "lag p99" in lines[-1]
