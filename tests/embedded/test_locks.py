"""File locks between programs."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from islandflow.embedded.locks import FileLock

HOLD = """
import sys, time
from pathlib import Path
from islandflow.embedded.locks import FileLock
lock = FileLock(Path(sys.argv[1]))
lock.take(is_shared=sys.argv[2] == "shared")
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lock"


def test_one_holds_it_alone(path: Path) -> None:
    first, second = FileLock(path), FileLock(path)

    assert first.take()
    assert not second.take()
    assert not second.take(is_shared=True)
    first.release()
    assert second.take()
    second.release()


def test_many_share_it(path: Path) -> None:
    first, second, alone = FileLock(path), FileLock(path), FileLock(path)

    assert first.take(is_shared=True)
    assert second.take(is_shared=True)
    assert not alone.take()
    first.release()
    second.release()
    assert alone.take()
    alone.release()


def test_releasing_twice_is_harmless(path: Path) -> None:
    lock = FileLock(path)
    lock.take()

    lock.release()
    lock.release()

    assert lock.take()
    lock.release()


@pytest.mark.parametrize(
    ("is_shared", "is_held", "is_used"), [(True, False, True), (False, True, True)]
)
def test_others_see_how_it_is_held(
    path: Path, is_shared: bool, is_held: bool, is_used: bool
) -> None:
    holder, other = FileLock(path), FileLock(path)
    holder.take(is_shared=is_shared)

    assert other.is_held() is is_held
    assert other.is_used() is is_used
    holder.release()
    assert not other.is_held()
    assert not other.is_used()


def test_looking_leaves_nothing_held(path: Path) -> None:
    lock = FileLock(path)

    assert not lock.is_held()
    assert not lock.is_used()
    assert FileLock(path).take()


@pytest.mark.parametrize("kind", ["shared", "alone"])
def test_the_kernel_releases_it_when_its_holder_is_killed(path: Path, kind: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), kind], stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        mine = FileLock(path)
        assert not mine.take()

        holder.kill()
        holder.wait()

        assert mine.take()
        mine.release()


def test_a_patient_taker_waits(path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD.replace("sleep(60)", "sleep(0.3)"), str(path), "alone"],
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        began = time.monotonic()
        mine = FileLock(path)

        assert mine.take(is_shared=True, is_patient=True)

        assert time.monotonic() - began > 0.1
        mine.release()
