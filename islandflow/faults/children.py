"""The worker processes of the rig: real workers on the real database, made to be killed.

They are forked from a fork server that has Django loaded, so a start costs milliseconds and 400
kills fit into minutes; a kill is SIGKILL all the same.
"""

import multiprocessing
import os
import signal
import sys
import threading
from multiprocessing.process import BaseProcess

import django
from django.conf import settings

from flow.failpoints import KILLED

STATE_EVERY_S = 0.3
LEASE_LOST = 3

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(["islandflow.faults.preload"])


def start_ingest(port: int, failpoint: str = "") -> BaseProcess:
    """Start an ingest worker that reads the sender at a loopback port."""
    return _start(_ingest, port, failpoint)


def start_compute(failpoint: str = "") -> BaseProcess:
    """Start a compute worker of the live run."""
    return _start(_compute, failpoint)


def was_killed(code: int | None) -> bool:
    """Return whether a process ended by our hand: SIGKILL, or a failpoint."""
    return code in {-signal.SIGKILL, KILLED}


def _start(target: object, *args: object) -> BaseProcess:
    process = context.Process(target=target, args=args, daemon=True)  # type: ignore[arg-type]
    process.start()
    return process


def _ingest(port: int, failpoint: str) -> None:
    _prepare(failpoint)
    from flow.cadence import wall_us
    from flow.storage.leases import LeaseLost
    from ingest.linefeed import LineFeed
    from ingest.worker import run_worker

    try:
        run_worker(
            LineFeed("127.0.0.1", port), threading.Event(), clock_rule="event", wall_us=wall_us
        )
    except LeaseLost:
        os._exit(LEASE_LOST)


def _compute(failpoint: str) -> None:
    _prepare(failpoint)
    from flow.storage.leases import LeaseLost
    from signals import compute

    compute.STATE_EVERY_S = STATE_EVERY_S
    try:
        compute.run_worker(0, threading.Event())
    except LeaseLost:
        os._exit(LEASE_LOST)


def _prepare(failpoint: str) -> None:
    sys.stdin.close()
    django.setup()
    settings.FAILPOINT = failpoint
