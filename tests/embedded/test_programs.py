"""The cache of unpacked programs; nothing here goes to the network."""

import json
from pathlib import Path

import pytest

from islandflow.embedded import programs
from islandflow.embedded.programs import (
    PACKAGES,
    Programs,
    cache_folder,
    ensure,
    find,
    programs_key,
)
from islandflow.embedded.shell import EmbeddedError, say

VERSIONS = dict.fromkeys(PACKAGES, "1.0")


def unpacked(cache: Path, versions: dict[str, str]) -> Path:
    folder = cache / f"programs-{programs_key(versions)}"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"versions": versions}))
    return folder


@pytest.mark.parametrize("given", ["", "relative"])
def test_cache_is_the_usual_one_unless_an_absolute_folder_is_set(given: str) -> None:
    usual = Path("~/.cache/islandflow").expanduser()

    assert cache_folder({"XDG_CACHE_HOME": given}) == usual
    assert cache_folder({}) == usual
    assert cache_folder({"XDG_CACHE_HOME": "/x"}) == Path("/x/islandflow")


def test_key_follows_every_version_and_no_order(monkeypatch: pytest.MonkeyPatch) -> None:
    key = programs_key({"a": "1", "b": "2"})

    assert programs_key({"b": "2", "a": "1"}) == key
    assert programs_key({"a": "1", "b": "3"}) != key
    monkeypatch.setattr(programs, "RECIPE", programs.RECIPE + 1)
    assert programs_key({"a": "1", "b": "2"}) != key


def test_packages_are_named_once() -> None:
    assert len(set(PACKAGES)) == len(PACKAGES)
    assert not any("llvm" in name for name in PACKAGES)


def test_find_in_an_empty_cache_is_nothing(tmp_path: Path) -> None:
    assert find(tmp_path) is None
    assert find(tmp_path / "missing") is None


def test_find_returns_a_complete_set(tmp_path: Path) -> None:
    folder = unpacked(tmp_path, VERSIONS)

    found = find(tmp_path)

    assert found == Programs(folder)
    assert found is not None
    assert found.versions()["postgresql-17"] == "1.0"
    assert found.postgres("initdb") == folder / "usr/lib/postgresql/17/bin/initdb"


def test_find_passes_over_sets_of_another_recipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpacked(tmp_path, VERSIONS)
    monkeypatch.setattr(programs, "RECIPE", programs.RECIPE + 1)

    assert find(tmp_path) is None


def test_find_passes_over_incomplete_and_damaged_sets(tmp_path: Path) -> None:
    unpacked(tmp_path, {"postgresql-17": "1.0"})
    (tmp_path / "programs-damaged").mkdir()
    (tmp_path / "programs-damaged" / "manifest.json").write_text("{")
    (tmp_path / "programs-empty").mkdir()

    assert find(tmp_path) is None


def test_ensure_uses_what_is_there_without_fetching(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = unpacked(tmp_path, VERSIONS)
    monkeypatch.setenv("PATH", "")  # neither apt-get nor dpkg

    assert ensure(tmp_path, say=say) == Programs(folder)


def test_host_without_apt_is_told_the_two_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(EmbeddedError, match=r"apt-get and dpkg.*DATABASE_URL.*REDIS_URL"):
        ensure(tmp_path, say=say)


def test_cache_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(EmbeddedError, match="XDG_CACHE_HOME"):
        ensure(tmp_path / "file" / "cache", say=say)


def test_a_set_that_does_not_run_is_thrown_away(tmp_path: Path) -> None:
    folder = unpacked(tmp_path, VERSIONS)

    with pytest.raises(EmbeddedError, match="cannot be started"):
        programs._tried(Programs(folder))

    assert not folder.exists()
