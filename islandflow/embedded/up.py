"""The start of everything, `bin/up`: services, database, files, administrator, processes."""

import hashlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from islandflow.embedded import programs, services, shell
from islandflow.embedded.environment import effective
from islandflow.embedded.home import PROJECT, Home, socket_folder
from islandflow.embedded.locks import FileLock
from islandflow.embedded.shell import EmbeddedError, say
from islandflow.embedded.supervisord_conf import CrashWatch, configuration
from islandflow.processes import processes

STEPS = 6  # the first, the Python environment, is done by bin/up itself
SLOW_START_S = 60
ROUND_S = 0.25
STOP_PATIENCE_S = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the web process listens."""

    host: str
    port: int

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Address":
        text = environ.get("ISLANDFLOW_PORT") or "8000"
        if not text.isdigit() or not 1 <= int(text) <= 65535:
            raise EmbeddedError(f"ISLANDFLOW_PORT is {text}; expected 1 to 65535")
        return cls(host=environ.get("ISLANDFLOW_HOST") or "127.0.0.1", port=int(text))

    @property
    def visitor(self) -> str:
        """Return the host that a browser on this machine can use."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104

    @property
    def url(self) -> str:
        host = f"[{self.visitor}]" if ":" in self.visitor else self.visitor
        return f"http://{host}:{self.port}"

    def check_free(self) -> None:
        """Refuse an address that something else has, before anything is started."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                raise EmbeddedError(
                    f"{self.host} port {self.port} cannot be used: {error.strerror}. "
                    "End the program that has it, or set ISLANDFLOW_PORT to another port."
                ) from error

    def is_ready(self) -> bool:
        """Ask the web process whether everything stands."""
        connection = http.client.HTTPConnection(self.visitor, self.port, timeout=5)
        try:
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


@contextmanager
def step(number: int, title: str) -> Iterator[list[str]]:
    """Print a step, and how long it took; the block may add a remark."""
    remarks: list[str] = []
    began = time.monotonic()
    sys.stdout.write(f"[{number}/{STEPS}] {title} ... ")
    sys.stdout.flush()
    try:
        yield remarks
    except BaseException:
        sys.stdout.write("\n")
        sys.stdout.flush()
        raise
    remark = f"  {remarks[0]}" if remarks else ""
    sys.stdout.write(f"{time.monotonic() - began:.0f} s{remark}\n")
    sys.stdout.flush()


def prepare(environment: Mapping[str, str]) -> None:
    """Migrate, collect the static files and see to the first administrator."""
    python = sys.executable
    manage = [python, "manage.py"]
    with step(3, "database"):
        shell.run([*manage, "migrate", "--noinput"], cwd=PROJECT, env=environment)
        shell.run([*manage, "tuning", "start"], cwd=PROJECT, env=environment)
    with step(4, "static files"):
        stamp, wanted = Path(environment["ISLANDFLOW_HOME"]) / "static.stamp", static_stamp()
        if not stamp.exists() or stamp.read_text() != wanted:
            shell.run([*manage, "collectstatic", "--noinput"], cwd=PROJECT, env=environment)
            stamp.write_text(wanted)
    with step(5, "administrator") as remarks:
        script = "islandflow.embedded.first_admin"
        remarks.append(shell.run([python, "-m", script], cwd=PROJECT, env=environment).strip())


def static_stamp() -> str:
    """Return what the collected files depend on: our own files and the locked packages."""
    digest = hashlib.sha256((PROJECT / "requirements.txt").read_bytes())
    for path in sorted((PROJECT / "static").rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(PROJECT)} {path.stat().st_size}".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


@contextmanager
def supervised(
    home: Home, address: Address, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run all processes under supervisord for as long as the block runs."""
    noted = home.root / "supervisord.folder"  # so that a killed start leaves no folder behind
    run = Path(socket_folder(noted.read_text() if noted.exists() else ""))
    noted.write_text(str(run))
    source = environment.get("OPTIONS_INGEST_ADAPTER") or "synthetic"
    news = environment.get("NEWS_INGEST_ADAPTER") or "synthetic"
    listed = processes(host=address.host, port=str(address.port), source=source, news=news)
    conf = home.root / "supervisord.conf"
    conf.write_text(configuration(listed, python=Path(sys.executable), project=PROJECT, run=run))
    words = [sys.executable, "-m", "supervisor.supervisord", "--configuration", conf]
    # Should this process be killed, supervisord stops its processes by itself.
    pulled_along = ["setpriv", "--pdeathsig", "TERM", *words]
    supervisor = shell.spawn(
        pulled_along, log=home.log / "supervisord.out", cwd=home.log, env=environment
    )
    try:
        yield supervisor
    finally:
        shell.stop(supervisor, signal.SIGTERM, patience_s=STOP_PATIENCE_S)
        shutil.rmtree(run, ignore_errors=True)


def report_crashes(watch: CrashWatch, home: Home) -> None:
    """Say which process keeps dying, with the end of its log."""
    for name, how in watch.look(time.monotonic()).items():
        log = home.log / f"{name}.log"
        say(f"\n{name} ends again and again ({how}); it is tried on. The end of {log}:")
        say(shell.tail(log))


def wait_ready(
    address: Address, supervisor: subprocess.Popen[bytes], watch: CrashWatch, home: Home
) -> None:
    """Return when the readiness probe says so; say what is wrong meanwhile."""
    began = time.monotonic()
    is_told = False
    while not address.is_ready():
        check_supervisor(supervisor, home)
        report_crashes(watch, home)
        if not is_told and time.monotonic() - began > SLOW_START_S:
            is_told = True
            say(f"\nnot ready after {SLOW_START_S} s; the logs are in {home.log} and")
            say(f"{address.url}/health/ready says what is missing. Still waiting.")
        time.sleep(ROUND_S)


def check_supervisor(supervisor: subprocess.Popen[bytes], home: Home) -> None:
    """Raise when supervisord itself has ended."""
    if supervisor.poll() is not None:
        log = home.log / "supervisord.out"
        raise EmbeddedError(
            f"supervisord ended (status {supervisor.returncode}), so everything stops. "
            f"The end of {log}:\n{shell.tail(log)}"
        )


def watch_over(
    supervisor: subprocess.Popen[bytes],
    watch: CrashWatch,
    home: Home,
    found: programs.Programs | None,
) -> None:
    """Stay until Ctrl-C: supervisord and the keeper of the databases must live."""
    while True:
        time.sleep(1)
        check_supervisor(supervisor, home)
        report_crashes(watch, home)
        if found and not services.is_kept(home):
            say("the databases' keeper has ended; starting it again")
            services.ensure_running(home, found)


def up(environ: Mapping[str, str]) -> None:
    """Start everything and stay until interrupted."""
    home = Home.of(environ)
    home.make()
    address = Address.of(environ)
    only_one = FileLock(home.up_lock)
    if not only_one.take():
        raise EmbeddedError(
            f"bin/up already runs on {home.root}. Use that one, stop it with Ctrl-C, "
            "or set ISLANDFLOW_HOME (and ISLANDFLOW_PORT) for a second installation."
        )
    address.check_free()
    began = time.monotonic()
    with ExitStack() as stack:
        with step(2, "PostgreSQL and Valkey") as remarks:
            used = stack.enter_context(services.use(home, environ, say=say))
            remarks.append(used.way)
        environment = {**environ, **used.environment(home)}
        prepare(environment)
        watch = CrashWatch(home.log / "supervisord.log")
        with step(6, "processes"):
            supervisor = stack.enter_context(supervised(home, address, environment))
            wait_ready(address, supervisor, watch, home)
        sys.stdout.write(f"ready {address.url}\n")
        sys.stdout.write(f"started in {time.monotonic() - began:.0f} s; Ctrl-C stops everything\n")
        sys.stdout.flush()
        watch_over(supervisor, watch, home, used.programs)


def main() -> int:
    signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    try:
        up(effective(os.environ))
    except EmbeddedError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("stopped")
    return 0


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Begin the orderly stop; a second Ctrl-C cannot cut it short."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    if sys.stdout.isatty():
        say("\nstopping ...")
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
