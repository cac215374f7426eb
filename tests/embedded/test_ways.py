"""How the servers run without root."""

from pathlib import Path

import pytest

from islandflow.embedded.shell import EmbeddedError
from islandflow.embedded.ways import Account, Way, choose, folder_for, is_reachable, pick_account

ROOT = "root:x:0:0:root:/root:/bin/bash\n"
DAEMON = "daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"
NOBODY = "nobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin\n"


@pytest.mark.parametrize(
    ("passwd", "expected"),
    [
        (ROOT + DAEMON + NOBODY, Account(name="nobody", uid=65534, gid=65533)),
        (ROOT + DAEMON, Account(name="daemon", uid=1, gid=1)),
        ("broken\n+::::::\n" + ROOT + DAEMON, Account(name="daemon", uid=1, gid=1)),
    ],
)
def test_account_is_nobody_or_the_first_above_root(passwd: str, expected: Account) -> None:
    assert pick_account(passwd) == expected


def test_account_missing_is_said() -> None:
    with pytest.raises(EmbeddedError, match="useradd --system islandflow"):
        pick_account(ROOT)


def test_without_root_nothing_goes_before_the_program() -> None:
    way = choose(is_root=False, passwd=ROOT, has_namespaces=True)

    assert way.command("postgres", "-D", Path("/d")) == ["postgres", "-D", "/d"]
    assert way.text.startswith("plain")


def test_root_with_namespaces_is_mapped_to_an_account() -> None:
    way = choose(is_root=True, passwd=ROOT + NOBODY, has_namespaces=True)

    words = ["unshare", "--user", "--map-user=65534", "--map-group=65533", "initdb"]
    assert way.command("initdb") == words
    assert way.owner is None
    assert "nobody" in way.text


def test_root_without_namespaces_becomes_the_account() -> None:
    way = choose(is_root=True, passwd=ROOT + DAEMON, has_namespaces=False)

    words = ["setpriv", "--reuid=1", "--regid=1", "--clear-groups", "initdb"]
    assert way.command("initdb") == words
    assert way.owner == Account(name="daemon", uid=1, gid=1)


@pytest.mark.parametrize("has_namespaces", [True, False])
@pytest.mark.parametrize("is_root", [True, False])
def test_a_server_dies_with_its_starter_in_every_way(
    is_root: bool,
    has_namespaces: bool,
) -> None:
    way = choose(is_root=is_root, passwd=ROOT + DAEMON, has_namespaces=has_namespaces)

    words = way.command("postgres", dies_with_us="INT")

    assert words.count("setpriv") == 1
    assert words[-3:] == ["--pdeathsig", "INT", "postgres"]


def test_folder_is_reachable_only_through_open_folders(tmp_path: Path) -> None:
    inner = tmp_path / "closed" / "inner"
    inner.mkdir(parents=True)

    (tmp_path / "closed").chmod(0o700)

    assert is_reachable(Path("/"))
    assert not is_reachable(inner)
    assert not is_reachable(inner / "not-yet-there")


def test_data_moves_only_for_another_account_that_cannot_reach_it(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    wanted, fallback = tmp_path / "home" / "postgres", tmp_path / "elsewhere"
    other = Way(text="", owner=Account(name="nobody", uid=1, gid=1))

    assert folder_for(Way(text=""), wanted, fallback=fallback) == wanted
    assert folder_for(other, wanted, fallback=fallback) == fallback
    assert folder_for(other, Path("/postgres"), fallback=fallback) == Path("/postgres")
