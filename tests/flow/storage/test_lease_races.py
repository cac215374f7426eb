"""Two connections, many threads: a resource has one owner, and an epoch is given out once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from flow.storage import leases
from flow.storage.db import connect
from flow.storage.leases import Lease, LeaseLost
from tests.support.market import rows

pytestmark = pytest.mark.usefixtures("log_db")

RACERS = 6


def race(resource: str, *, ttl_s: float = 5.0) -> list[Lease | None]:
    """Let several connections ask for one resource at the same moment."""
    start = threading.Barrier(RACERS)

    def ask(_: int) -> Lease | None:
        with connect("default", "racer") as conn:
            start.wait(10)
            return leases.take(conn, resource, ttl_s=ttl_s)

    with ThreadPoolExecutor(RACERS) as pool:
        return list(pool.map(ask, range(RACERS)))


def test_a_race_for_a_free_resource_has_one_winner() -> None:
    won = [lease for lease in race("r") if lease is not None]

    assert [lease.epoch for lease in won] == [1]


def test_a_race_for_an_expired_resource_has_one_winner() -> None:
    with connect("default", "before") as conn:
        leases.take(conn, "r", ttl_s=-1)

    won = [lease for lease in race("r") if lease is not None]
    assert [lease.epoch for lease in won] == [2]


def test_leases_that_expire_at_once_never_share_an_epoch() -> None:
    epochs = [lease.epoch for lease in race("r", ttl_s=-1) if lease is not None]

    assert sorted(epochs) == list(range(1, RACERS + 1))


def test_resources_are_independent() -> None:
    with connect("default", "one") as one:
        found = [leases.take(one, name) for name in ("a", "b", "c")]

    assert [lease.epoch for lease in found if lease] == [1, 1, 1]


def test_the_same_name_in_the_two_schemas_is_two_resources() -> None:
    with connect("default", "live") as live, connect("runs", "runs") as runs:
        assert leases.take(live, "r") is not None
        assert leases.take(runs, "r") is not None


def test_taking_over_waits_until_the_fenced_transaction_has_ended() -> None:
    order: list[str] = []
    with connect("default", "old") as old, connect("default", "new") as new:
        lease = leases.take(old, "r", ttl_s=-1)
        assert lease is not None
        entered = threading.Event()

        def take_over() -> Lease | None:
            entered.set()
            taken = leases.take(new, "r")
            order.append("taken over")
            return taken

        with ThreadPoolExecutor(1) as pool:
            with old.transaction():
                leases.hold(old, lease)
                waiting = pool.submit(take_over)
                assert entered.wait(5)
                order.append("committed")
            taken = waiting.result(10)

    assert order == ["committed", "taken over"]
    assert taken is not None
    assert taken.epoch == lease.epoch + 1


def test_a_fence_that_was_passed_lets_nothing_through() -> None:
    with connect("default", "old") as old, connect("default", "new") as new:
        lease = leases.take(old, "r", ttl_s=-1)
        assert lease is not None
        assert leases.take(new, "r") is not None

        def late_write() -> None:
            with old.transaction():
                leases.hold(old, lease)
                old.execute("INSERT INTO symbol (name) VALUES ('LATE')")

        with pytest.raises(LeaseLost, match="this one ends without writing"):
            late_write()
    assert rows("SELECT 1 FROM symbol") == []


def test_two_writers_of_one_epoch_do_not_block_each_other() -> None:
    with connect("default", "one") as one, connect("default", "two") as two:
        lease = leases.take(one, "r")
        assert lease is not None
        two.execute("SET lock_timeout = '100ms'")
        with one.transaction(), two.transaction():
            leases.hold(one, lease)
            leases.hold(two, lease)


def test_a_renewal_by_the_overtaken_changes_nothing() -> None:
    with connect("default", "old") as old, connect("default", "new") as new:
        lease = leases.take(old, "r", ttl_s=-1)
        assert lease is not None
        leases.take(new, "r", ttl_s=60)
        before = rows("SELECT epoch, holder, expires_at FROM lease")

        with pytest.raises(LeaseLost):
            leases.renew(old, lease, ttl_s=600)
        leases.release(old, lease)
    assert rows("SELECT epoch, holder, expires_at FROM lease") == before


def test_expiry_is_measured_by_the_clock_and_not_by_the_start_of_a_transaction() -> None:
    with connect("default", "one") as one, connect("default", "two") as two, two.transaction():
        two.execute("SELECT now()")  # now() stands still from here on
        leases.take(one, "r", ttl_s=0)
        assert leases.take(two, "r") is not None


@pytest.mark.parametrize(
    ("holder", "dead"),
    [
        ("elsewhere/abc:1:2", False),
        ("no colons at all", False),
        ("", False),
        (f"{leases._host()}:notanumber:5", False),
        (f"{leases._host()}:1:0", True),
        (f"{leases._host()}:4194304:77", True),
        pytest.param(leases.this_process(), False, id="this process"),
    ],
)
def test_only_a_gone_process_of_this_very_boot_counts_as_dead(holder: str, dead: bool) -> None:
    assert leases._is_dead(holder) is dead


def test_a_lock_that_is_refused_leaves_the_connection_usable() -> None:
    with connect("default", "one") as one, connect("default", "two") as two:
        lease = leases.take(one, "r", ttl_s=-1)
        assert lease is not None
        two.execute("SET lock_timeout = '20ms'")
        with one.transaction():
            leases.hold(one, lease)
            with pytest.raises(psycopg.errors.LockNotAvailable):
                leases.take(two, "r")
        taken = leases.take(two, "r")

    assert taken is not None
