"""The files of one home: state, secrets, sockets, ports."""

import socket
from pathlib import Path

import pytest

from islandflow.embedded import home as module
from islandflow.embedded.home import (
    PROJECT,
    Home,
    State,
    fits_a_socket,
    free_port,
    rotate,
    socket_folder,
    write_private,
)
from islandflow.embedded.shell import EmbeddedError


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, PROJECT / "var"),
        ({"ISLANDFLOW_HOME": ""}, PROJECT / "var"),
        ({"ISLANDFLOW_HOME": "other"}, PROJECT / "other"),
        ({"ISLANDFLOW_HOME": "/srv/flow"}, Path("/srv/flow")),
    ],
)
def test_home_of_environment(environ: dict[str, str], expected: Path) -> None:
    assert Home.of(environ).root == expected.resolve()


def test_home_is_for_its_owner_alone(tmp_path: Path) -> None:
    home = Home(tmp_path / "deep" / "home")

    home.make()

    assert home.root.stat().st_mode & 0o777 == 0o700
    assert home.log.is_dir()


def test_home_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(EmbeddedError, match=r"ISLANDFLOW_HOME is .*file/home and cannot be made"):
        Home(tmp_path / "file" / "home").make()


def test_secret_key_is_made_once_and_private(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")

    first, second = home.secret_key(), home.secret_key()

    assert first == second
    assert len(first) >= 50
    assert (home.root / "secret_key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in home.root.iterdir() if path.is_file()] == ["secret_key"]


def test_secret_key_of_a_faster_process_stands(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("given\n")

    assert Home(tmp_path).secret_key() == "given"


def test_state_comes_back_as_written(tmp_path: Path) -> None:
    state = State(postgres_port=5433, valkey_port=6380, way="plain", is_ready=True)
    state.fill_secrets()

    state.save(Home(tmp_path))

    assert State.load(Home(tmp_path)) == state
    assert Home(tmp_path).services_file.stat().st_mode & 0o777 == 0o600


def test_state_without_file_is_empty(tmp_path: Path) -> None:
    assert State.load(Home(tmp_path)) == State()


def test_state_ignores_what_a_newer_version_wrote(tmp_path: Path) -> None:
    (tmp_path / "services.json").write_text('{"way": "plain", "later": 1}')

    assert State.load(Home(tmp_path)).way == "plain"


def test_state_that_is_damaged_is_said(tmp_path: Path) -> None:
    (tmp_path / "services.json").write_text("{")

    with pytest.raises(EmbeddedError, match=r"services.json cannot be read"):
        State.load(Home(tmp_path))


def test_state_gives_the_two_addresses() -> None:
    state = State(role_password="a", valkey_password="b", postgres_port=1, valkey_port=2)

    assert state.database_url == "postgresql://islandflow:a@127.0.0.1:1/islandflow"
    assert state.redis_url == "redis://:b@127.0.0.1:2/0"


def test_secrets_are_filled_once_and_differ() -> None:
    state = State(role_password="kept")

    state.fill_secrets()

    assert state.role_password == "kept"
    assert len({state.role_password, state.superuser_password, state.valkey_password}) == 3
    assert len(state.valkey_password) >= 32


def test_private_file_is_replaced_in_one_piece(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o644)

    write_private(path, "new")

    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_port_that_is_free_is_kept() -> None:
    port = free_port()

    assert free_port(port) == port


def test_port_that_is_taken_gives_another() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert free_port(port) not in {0, port}


@pytest.mark.parametrize(("length", "expected"), [(87, True), (88, False)])
def test_socket_path_limit(length: int, expected: bool) -> None:
    folder = "/" + "x" * (length - 1)

    assert fits_a_socket(folder) is expected
    # The server's longest name below it: ".s.PGSQL.65535.lock" and the slash are 20 bytes.
    assert (len(folder) + 20 <= 107) is expected


def test_socket_folder_is_private_and_kept() -> None:
    folder = socket_folder()

    assert Path(folder).stat().st_mode & 0o777 == 0o700
    assert fits_a_socket(folder)
    assert socket_folder(folder) == folder
    Path(folder).rmdir()
    again = socket_folder(folder)
    Path(again).rmdir()
    assert again != folder


def test_socket_folder_leaves_a_deep_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("x" * 90)
    deep.mkdir()
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(deep))

    folder = socket_folder()

    Path(folder).rmdir()
    assert not folder.startswith(str(deep))
    assert list(deep.iterdir()) == []


def test_log_is_rotated_when_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOG_LIMIT", 10)
    log = tmp_path / "postgres.log"
    log.write_text("short")

    rotate(log)
    assert log.exists()
    log.write_text("longer than ten")
    rotate(log)

    assert not log.exists()
    assert (tmp_path / "postgres.log.1").read_text() == "longer than ten"
