"""One ISLANDFLOW_HOME: where its files lie, and what the services left written there."""

import json
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from islandflow.embedded.shell import EmbeddedError

PROJECT = Path(__file__).resolve().parents[2]
SOCKET_PATH_LIMIT = 107  # bytes that Linux has for the path of a Unix socket
LONGEST_SOCKET_NAME = "/.s.PGSQL.65535.lock"
LOG_LIMIT = 20_000_000


@dataclass(frozen=True, slots=True)
class Home:
    """The folder that holds the data, the logs and the secrets of one installation."""

    root: Path

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Home":
        """Return the home that ISLANDFLOW_HOME names, else `var/` of the project."""
        given = Path(environ.get("ISLANDFLOW_HOME") or "var").expanduser()
        return cls((PROJECT / given).resolve())  # a relative one counts from the project

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def services_file(self) -> Path:
        return self.root / "services.json"

    @property
    def services_lock(self) -> Path:
        return self.root / "services.lock"

    @property
    def keeper_lock(self) -> Path:
        return self.root / "keeper.lock"

    @property
    def up_lock(self) -> Path:
        return self.root / "up.lock"

    def make(self) -> None:
        """Create the folders; only their owner may look inside."""
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.log.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise EmbeddedError(
                f"ISLANDFLOW_HOME is {self.root} and cannot be made: {error.strerror}. "
                "Name a folder that you may write to."
            ) from error

    def secret_key(self) -> str:
        """Return Django's secret key, generated at the first call."""
        path = self.root / "secret_key"
        if not path.exists():
            self.make()
            draft = self.root / f".secret_key.{os.getpid()}"
            write_private(draft, secrets.token_urlsafe(64) + "\n")
            with suppress(FileExistsError):  # another process was faster; its key stands
                os.link(draft, path)
            draft.unlink()
        return path.read_text().strip()


@dataclass(slots=True, kw_only=True)
class State:
    """What `services.json` says: the addresses, the passwords and how the servers run."""

    superuser_password: str = ""
    role_password: str = ""
    valkey_password: str = ""
    postgres_port: int = 0
    valkey_port: int = 0
    postgres_data: str = ""
    socket_folder: str = ""
    programs: str = ""
    way: str = ""  # how PostgreSQL runs without root; `doctor` prints it
    keeper_pid: int = 0
    is_ready: bool = False
    error: str = ""

    @classmethod
    def load(cls, home: Home) -> "State":
        """Read the file; a missing one is an empty state, a damaged one is said."""
        try:
            found = json.loads(home.services_file.read_text())
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError) as error:
            raise EmbeddedError(
                f"{home.services_file} cannot be read ({error}); it holds the passwords of the "
                "embedded services. Restore it, or move the whole folder away to start anew."
            ) from error
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in found.items() if name in known})

    def save(self, home: Home) -> None:
        urls = {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}
        write_private(home.services_file, json.dumps({**asdict(self), **urls}, indent=1) + "\n")

    @property
    def database_url(self) -> str:
        return f"postgresql://islandflow:{self.role_password}@127.0.0.1:{self.postgres_port}/islandflow"

    @property
    def redis_url(self) -> str:
        return f"redis://:{self.valkey_password}@127.0.0.1:{self.valkey_port}/0"

    def fill_secrets(self) -> None:
        """Give every empty password a random one; they are letters, digits, `-` and `_`."""
        self.superuser_password = self.superuser_password or secrets.token_urlsafe(24)
        self.role_password = self.role_password or secrets.token_urlsafe(24)
        self.valkey_password = self.valkey_password or secrets.token_urlsafe(24)


def write_private(path: Path, text: str) -> None:
    """Write a 0600 file in one piece: a reader sees the old text or the new one."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
    Path(name).replace(path)


def free_port(wanted: int = 0) -> int:
    """Return `wanted` when it is free on the loopback address, else a port that is."""
    for port in (wanted, 0) if wanted else (0,):
        with socket.socket() as probe:
            # As the servers do: a port in TIME_WAIT after a restart counts as free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise EmbeddedError("no port is free on 127.0.0.1; end some programs and try again")


def fits_a_socket(folder: str) -> bool:
    """Tell whether the longest socket name still fits below this folder."""
    return len(os.fsencode(folder + LONGEST_SOCKET_NAME)) <= SOCKET_PATH_LIMIT


def socket_folder(old: str = "") -> str:
    """Return a short private folder for Unix sockets: the old one if it stands, else a new one."""
    if old and Path(old).is_dir() and Path(old).stat().st_uid == os.geteuid():
        return old
    for parent in (tempfile.gettempdir(), "/tmp"):  # noqa: S108 - mkdtemp makes it private
        folder = tempfile.mkdtemp(prefix="islandflow-", dir=parent)
        if fits_a_socket(folder):
            return folder
        shutil.rmtree(folder)
    raise EmbeddedError(
        f"no folder is short enough for a Unix socket (at most {SOCKET_PATH_LIMIT} bytes); "
        "set TMPDIR to a short path such as the system's temporary folder."
    )


def rotate(path: Path) -> None:
    """Keep one old log beside the new one, so that logs do not grow for ever."""
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_suffix(".log.1"))
