"""The short form of the long proof: every failpoint, a frozen worker, ten kills of each."""

import subprocess
import sys

import pytest
from django.conf import settings

from flow.failpoints import KILLED, NAMES

pytestmark = [pytest.mark.services, pytest.mark.long]


def test_ten_kills_and_every_failpoint_lose_nothing() -> None:
    done = subprocess.run(
        [
            sys.executable, "manage.py", "faults", "--seed=14", "--kills=10", "--events=6000",
        ],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    verdict = done.stdout.splitlines()[-1]
    assert verdict.startswith("FAULTS PASSED seed 14")
    # of this seed's lines three say again what was told before
    assert "5,997 raw rows equal the ledger; derived byte-identical" in verdict
    assert f"{len(NAMES)} failpoints, 1 frozen worker fenced" in verdict


def test_a_failpoint_ends_the_process_at_its_pass() -> None:
    code = (
        "import django; django.setup()\n"
        "from django.conf import settings; settings.FAILPOINT = 'ingest_after_copy:2'\n"
        "from flow.failpoints import pass_failpoint as p\n"
        "p('ingest_after_copy'); p('ingest_after_commit'); print('still here', flush=True)\n"
        "p('ingest_after_copy'); print('never')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
        env={**__import__("os").environ, "DJANGO_SETTINGS_MODULE": "islandflow.settings"},
    )

    assert (done.returncode, done.stdout) == (KILLED, "still here\n")
