"""The fence: one epoch commits, whoever was overtaken does not."""

import os
import subprocess
import sys
import time

import pytest

from flow.storage import leases
from flow.storage.db import connect
from flow.storage.leases import LeaseLost

pytestmark = pytest.mark.usefixtures("log_db")


def test_a_free_resource_is_taken_with_epoch_one() -> None:
    with connect("default", "test") as conn:
        lease = leases.take(conn, "r")

    assert lease is not None
    assert (lease.resource, lease.epoch) == ("r", 1)


def test_a_held_resource_is_refused_to_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    with connect("default", "one") as one, connect("default", "two") as two:
        assert leases.take(one, "r") is not None
        assert leases.take(two, "r") is None


def test_an_expired_lease_passes_on_with_a_higher_epoch() -> None:
    with connect("default", "one") as one, connect("default", "two") as two:
        first = leases.take(one, "r", ttl_s=-1)
        second = leases.take(two, "r")

        assert first is not None
        assert second is not None
        assert second.epoch == first.epoch + 1
        with pytest.raises(LeaseLost, match="epoch 1"), one.transaction():
            leases.hold(one, first)
        with pytest.raises(LeaseLost):
            leases.renew(one, first)


def test_the_lease_of_a_dead_process_is_taken_at_once() -> None:
    child = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"],
        check=True,
        capture_output=True,
        text=True,
    )
    holder = leases.this_process().replace(f":{os.getpid()}:", f":{child.stdout.strip()}:")
    with connect("default", "test") as conn:
        conn.execute(
            "INSERT INTO lease VALUES ('r', 4, %s, clock_timestamp() + interval '1 hour')",
            (holder,),
        )
        lease = leases.take(conn, "r")

    assert lease is not None
    assert lease.epoch == 5


def test_a_holder_on_another_host_is_believed_until_it_expires() -> None:
    with connect("default", "test") as conn:
        conn.execute(
            """INSERT INTO lease
               VALUES ('r', 4, 'elsewhere/abc:1:2', clock_timestamp() + interval '1 hour')"""
        )
        assert leases.take(conn, "r") is None


def test_release_lets_the_next_one_in_at_once() -> None:
    with connect("default", "one") as one, connect("default", "two") as two:
        lease = leases.take(one, "r")
        assert lease is not None
        leases.release(one, lease)

        assert leases.take(two, "r") is not None


def test_a_take_over_waits_for_an_open_writing_transaction() -> None:
    with connect("default", "one") as one, connect("default", "two") as two:
        lease = leases.take(one, "r", ttl_s=-1)
        assert lease is not None
        two.execute("SET lock_timeout = '200ms'")
        with one.transaction():
            leases.hold(one, lease)
            started = time.monotonic()
            with pytest.raises(Exception, match="lock timeout"):
                leases.take(two, "r")
            assert time.monotonic() - started >= 0.15
        assert leases.take(two, "r") is not None


def test_renewing_moves_the_expiry() -> None:
    with connect("default", "one") as one, connect("default", "two") as two:
        lease = leases.take(one, "r", ttl_s=-1)
        assert lease is not None
        leases.renew(one, lease)

        assert leases.take(two, "r") is None
