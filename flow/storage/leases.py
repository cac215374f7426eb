"""Who may write: one row per resource, an epoch that grows at every take-over.

Every writing transaction takes the row FOR SHARE with its epoch. A take-over updates the row and so
waits for open transactions; whoever held it before finds no row and commits nothing. Expiry
compares clock_timestamp(), because now() stands still inside a transaction (platform errata 10).
"""

import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

TTL_S = 5.0


class LeaseLost(RuntimeError):
    """Somebody else holds the resource now; the only right thing left is to end."""


@dataclass(frozen=True)
class Lease:
    """Proof of ownership: valid as long as the row still has this epoch."""

    resource: str
    epoch: int
    holder: str


def this_process() -> str:
    """Return a holder name that tells whether its process still lives: host, boot, pid, start."""
    return f"{_host()}:{os.getpid()}:{_start_of(os.getpid())}"


def take(conn: psycopg.Connection[Any], resource: str, *, ttl_s: float = TTL_S) -> Lease | None:
    """Take a free, expired or orphaned resource; None while somebody else holds it.

    A holder on this host whose process is gone counts as expired, so that a restart after a kill
    does not wait. Commits.
    """
    holder = this_process()
    with conn.transaction():
        row = conn.execute(
            "SELECT epoch, holder FROM lease WHERE resource = %s", (resource,)
        ).fetchone()
        orphaned = row is not None and _is_dead(row[1])
        taken = conn.execute(
            """INSERT INTO lease (resource, epoch, holder, expires_at)
               VALUES (%(resource)s, 1, %(holder)s, clock_timestamp() + %(ttl)s)
               ON CONFLICT (resource) DO UPDATE SET epoch = lease.epoch + 1,
                   holder = excluded.holder, expires_at = clock_timestamp() + %(ttl)s
               WHERE lease.expires_at < clock_timestamp()
                  OR (%(orphaned)s AND lease.epoch = %(seen)s)
               RETURNING epoch""",
            {
                "resource": resource,
                "holder": holder,
                "ttl": f"{ttl_s} seconds",
                "orphaned": orphaned,
                "seen": row[0] if row else 0,
            },
        ).fetchone()
    return Lease(resource, taken[0], holder) if taken else None


def hold(conn: psycopg.Connection[Any], lease: Lease) -> None:
    """Begin a writing transaction: fence it against any later owner.

    Errors: LeaseLost when the epoch has moved on.
    """
    row = conn.execute(
        "SELECT 1 FROM lease WHERE resource = %s AND epoch = %s FOR SHARE",
        (lease.resource, lease.epoch),
    ).fetchone()
    if row is None:
        raise LeaseLost(
            f"lease {lease.resource} has passed epoch {lease.epoch}; another worker has taken over,"
            " this one ends without writing"
        )


def renew(conn: psycopg.Connection[Any], lease: Lease, *, ttl_s: float = TTL_S) -> None:
    """Extend the lease in a transaction of its own. Errors: LeaseLost."""
    with conn.transaction():
        row = conn.execute(
            """UPDATE lease SET expires_at = clock_timestamp() + %s
               WHERE resource = %s AND epoch = %s RETURNING 1""",
            (f"{ttl_s} seconds", lease.resource, lease.epoch),
        ).fetchone()
    if row is None:
        raise LeaseLost(f"lease {lease.resource} has passed epoch {lease.epoch}")


def release(conn: psycopg.Connection[Any], lease: Lease) -> None:
    """Let the next worker take over at once."""
    with conn.transaction():
        conn.execute(
            "UPDATE lease SET expires_at = '-infinity' WHERE resource = %s AND epoch = %s",
            (lease.resource, lease.epoch),
        )


def _host() -> str:
    boot = Path("/proc/sys/kernel/random/boot_id")
    return f"{platform.node()}/{boot.read_text().strip()[:8] if boot.exists() else ''}"


def _start_of(pid: int) -> str:
    """Return the start time of a process in clock ticks since boot; '' when it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] == "Z" else fields[19]


def _is_dead(holder: str) -> bool:
    host, _, rest = holder.rpartition(":")[0].rpartition(":")
    pid, start = rest, holder.rpartition(":")[2]
    if host != _host() or not pid.isdigit():
        return False
    return _start_of(int(pid)) != start
