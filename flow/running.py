"""How long-running commands stop: told to, without lease or database, or fed garbage."""

import contextlib
import signal
import threading
from collections.abc import Iterator

from django.core.management.base import CommandError, OutputWrapper

from flow.storage.db import GONE
from flow.storage.leases import LeaseLost

LEASE_LOST = 3  # exit status: another worker of the same work has taken over


def stop_on_signal() -> threading.Event:
    """Return an event that SIGTERM and SIGINT set."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


@contextlib.contextmanager
def worker_exits(
    stop: threading.Event,
    stderr: OutputWrapper,
    *,
    gone: str,
    stays_stopped: tuple[type[Exception], ...] = (),
) -> Iterator[None]:
    """Turn the ends of a worker into exits of its command.

    `gone` says what stops when the database goes away and how it goes on. What `stays_stopped`
    names a restart would meet again: the process stays, stopped and seen to be so, for a person.
    Errors: SystemExit with LEASE_LOST, CommandError with one sentence.
    """
    try:
        yield
    except LeaseLost as lost:
        stderr.write(str(lost))
        raise SystemExit(LEASE_LOST) from lost
    except stays_stopped as stopped:
        stderr.write(str(stopped))
        stop.wait()
        raise CommandError(str(stopped)) from stopped
    except GONE as error:
        raise CommandError(f"the database went away, so {gone}: {error}") from error
