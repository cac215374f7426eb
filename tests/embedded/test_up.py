"""The decisions of bin/up; starting everything is `shared/checks/up-ready`."""

import http.server
import socket
import sys
import threading
from pathlib import Path

import pytest

from islandflow.embedded import shell, up
from islandflow.embedded.home import Home, free_port
from islandflow.embedded.locks import FileLock
from islandflow.embedded.shell import EmbeddedError
from islandflow.embedded.supervisord_conf import CrashWatch
from islandflow.embedded.up import Address


class Probe(http.server.BaseHTTPRequestHandler):
    """A web process that is ready, or not."""

    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/health/ready" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"ISLANDFLOW_PORT": "9000"}, "http://127.0.0.1:9000"),
        ({"ISLANDFLOW_HOST": "0.0.0.0"}, "http://127.0.0.1:8000"),  # noqa: S104
        ({"ISLANDFLOW_HOST": "::"}, "http://[::1]:8000"),
        ({"ISLANDFLOW_HOST": "desk.test"}, "http://desk.test:8000"),
    ],
)
def test_address_for_a_visitor(environ: dict[str, str], url: str) -> None:
    assert Address.of(environ).url == url


@pytest.mark.parametrize("port", ["0", "65536", "-1", "web", "8000 "])
def test_port_that_is_none_is_refused(port: str) -> None:
    with pytest.raises(EmbeddedError, match="expected 1 to 65535"):
        Address.of({"ISLANDFLOW_PORT": port})


def test_port_that_is_taken_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        environ = {"ISLANDFLOW_PORT": str(port), "ISLANDFLOW_HOME": str(tmp_path)}

        with pytest.raises(EmbeddedError, match=rf"127.0.0.1 port {port} cannot be used: Address"):
            up.up(environ)

    assert not (tmp_path / "services.json").exists()


def test_second_start_on_one_home_is_refused(tmp_path: Path) -> None:
    home = Home(tmp_path)
    first = FileLock(home.up_lock)
    first.take()

    with pytest.raises(EmbeddedError, match=rf"bin/up already runs on {tmp_path}.*ISLANDFLOW_HOME"):
        up.up({"ISLANDFLOW_HOME": str(tmp_path), "ISLANDFLOW_PORT": str(free_port())})

    first.release()


@pytest.mark.parametrize(("status", "expected"), [(200, True), (503, False)])
def test_readiness_is_what_the_probe_says(status: int, expected: bool) -> None:
    handler = type("Scripted", (Probe,), {"status": status})
    with http.server.HTTPServer(("127.0.0.1", 0), handler) as web:
        thread = threading.Thread(target=web.handle_request)
        thread.start()

        found = Address(host="127.0.0.1", port=web.server_port).is_ready()

        thread.join()
    assert found is expected


def test_nobody_there_is_not_ready() -> None:
    assert not Address(host="127.0.0.1", port=free_port()).is_ready()


def test_step_shows_title_time_and_remark(capsys: pytest.CaptureFixture[str]) -> None:
    with up.step(5, "administrator") as remarks:
        remarks.append("there is one")

    assert capsys.readouterr().out == "[5/6] administrator ... 0 s  there is one\n"


def test_step_that_fails_ends_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(EmbeddedError), up.step(3, "database"):
        raise EmbeddedError("no")

    assert capsys.readouterr().out == "[3/6] database ... \n"


def test_crash_report_names_process_and_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = Home(tmp_path)
    home.make()
    watch = CrashWatch(home.log / "supervisord.log")
    (home.log / "supervisord.log").write_text("exited: ingest (exit status 1; not expected)\n" * 3)
    (home.log / "ingest.log").write_text("Traceback\nKeyError: 'feed'\n")

    up.report_crashes(watch, home)

    said = capsys.readouterr().err
    assert "ingest ends again and again (exit status 1; not expected)" in said
    assert "    KeyError: 'feed'" in said


def test_supervisor_that_ended_stops_everything(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.make()
    log = home.log / "supervisord.out"
    supervisor = shell.spawn([sys.executable, "-c", "raise SystemExit('broken')"], log=log)
    supervisor.wait()

    with pytest.raises(EmbeddedError, match=r"supervisord ended \(status 1\)[\s\S]*broken"):
        up.check_supervisor(supervisor, home)


def test_static_stamp_follows_our_files_and_the_locked_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "requirements.txt").write_text("a==1")
    monkeypatch.setattr(up, "PROJECT", tmp_path)
    stamps = [up.static_stamp()]
    (tmp_path / "static" / "live.js").write_text("one")
    stamps.append(up.static_stamp())
    (tmp_path / "static" / "live.js").write_text("two")
    stamps.append(up.static_stamp())
    (tmp_path / "requirements.txt").write_text("a==2")
    stamps.append(up.static_stamp())

    assert len(set(stamps)) == 4
    assert up.static_stamp() == stamps[-1]
