"""The keeper's decisions; its whole life is in test_services."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from islandflow.embedded.home import State
from islandflow.embedded.keeper import LONGEST_PAUSE_S, Kept, check_place
from islandflow.embedded.shell import EmbeddedError
from islandflow.embedded.ways import PLAIN, Account, Way

OURS = Way(text=PLAIN)


class FakeServer:
    """A server that ends at once, and counts its starts."""

    def __init__(self) -> None:
        self.starts = 0

    def prepare(self, state: State) -> None:
        pass

    def start(self) -> subprocess.Popen[bytes]:
        self.starts += 1
        child = subprocess.Popen([sys.executable, "-c", ""])
        child.wait()
        return child


@pytest.fixture
def dying() -> Kept:
    kept = Kept("Fake", FakeServer(), State())  # type: ignore[arg-type]  # a fake by hand
    kept.start()
    return kept


def starts(kept: Kept) -> int:
    assert isinstance(kept.server, FakeServer)
    return kept.server.starts


def database(folder: Path) -> Path:
    folder.mkdir()
    (folder / "PG_VERSION").write_text("17\n")
    return folder


def test_server_that_died_is_started_after_a_pause(dying: Kept) -> None:
    dying.revive(100.0)
    assert starts(dying) == 1

    dying.revive(100.1)
    assert starts(dying) == 1

    dying.revive(100.3)
    assert starts(dying) == 2


def test_pauses_grow_to_a_limit(dying: Kept) -> None:
    for now in range(1000, 1400):
        dying.revive(float(now))

    assert dying.pause_s == LONGEST_PAUSE_S
    assert 20 < starts(dying) < 60


def test_server_that_lives_is_left_alone() -> None:
    kept = Kept("Fake", FakeServer(), State())  # type: ignore[arg-type]  # a fake by hand
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as child:
        kept.process = child

        kept.revive(1.0)

        child.kill()
    assert starts(kept) == 0


def test_place_of_a_new_home_is_free(tmp_path: Path) -> None:
    check_place(State(), tmp_path / "postgres", OURS)


def test_place_of_an_old_home_is_where_it_was(tmp_path: Path) -> None:
    data = database(tmp_path / "postgres")

    check_place(State(postgres_data=str(data)), data, OURS)


def test_place_of_a_home_that_was_moved_counts(tmp_path: Path) -> None:
    data = database(tmp_path / "postgres")

    check_place(State(postgres_data="/before/the/move/postgres"), data, OURS)


def test_place_that_would_hide_the_old_database_is_refused(tmp_path: Path) -> None:
    old = database(tmp_path / "old")

    with pytest.raises(EmbeddedError, match=rf"lies in {old}.*Move it: mv {old} .*chown -R"):
        check_place(State(postgres_data=str(old)), tmp_path / "postgres", OURS)


def test_place_of_another_account_is_refused(tmp_path: Path) -> None:
    data = database(tmp_path / "postgres")
    other = Account(name="nobody", uid=os.geteuid() + 1, gid=1)

    with pytest.raises(EmbeddedError, match=rf"belongs to uid {os.geteuid()}, expected"):
        check_place(State(), data, Way(text="account", owner=other))
