"""Fit and unfit servers that somebody else runs."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings

from islandflow.embedded.external import (
    check_database,
    check_redis,
    database_fault,
    masked,
    redis_fault,
    version_fault,
)
from islandflow.embedded.home import free_port
from islandflow.embedded.shell import EmbeddedError


class FakeRedis(socketserver.StreamRequestHandler):
    """Answers each command with the next line of its script."""

    script: tuple[bytes, ...] = ()

    def handle(self) -> None:
        for answer in self.script:
            words = int(self.rfile.readline()[1:])
            for _ in range(2 * words):
                self.rfile.readline()
            self.wfile.write(answer)


@contextmanager
def redis_that_says(*script: bytes) -> Iterator[str]:
    kind = type("Scripted", (FakeRedis,), {"script": script})
    with socketserver.TCPServer(("127.0.0.1", 0), kind) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}/0"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("version", "timescale", "is_loaded", "fault"),
    [
        (170_011, "2.19.3", True, ""),
        (150_000, "2.15.0", True, ""),
        (180_000, "2.100.0-dev", True, ""),
        (140_012, "2.19.3", True, "received PostgreSQL 14, expected 15 or newer"),
        (170_000, None, False, "received PostgreSQL without TimescaleDB"),
        (170_000, "2.14.2", True, "received TimescaleDB 2.14.2, expected 2.15 or newer"),
        (170_000, "2.9.1", True, "received TimescaleDB 2.9.1"),
        (170_000, "2.19.3", False, "expected it in shared_preload_libraries"),
    ],
)
def test_versions(
    version: int,
    timescale: str | None,
    is_loaded: bool,
    fault: str,
) -> None:
    found = version_fault(version, timescale, is_loaded=is_loaded)

    assert fault in found
    assert bool(found) == bool(fault)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://user:secret@host/db", "postgresql://user:***@host/db"),
        ("redis://:secret@host:1/0", "redis://:***@host:1/0"),
        ("postgresql:///db?user=x&password=secret&a=b", "postgresql:///db?user=x&password=***&a=b"),
        ("redis://host:1/0", "redis://host:1/0"),
    ],
)
def test_password_is_hidden(url: str, expected: str) -> None:
    assert masked(url) == expected


def test_database_that_is_not_there_is_refused_in_one_sentence() -> None:
    url = f"postgresql://islandflow:secret@127.0.0.1:{free_port()}/islandflow"

    with pytest.raises(EmbeddedError) as refusal:
        check_database(url)

    text = str(refusal.value)
    assert text.startswith("DATABASE_URL is postgresql://islandflow:***@127.0.0.1:")
    assert "the server cannot be used" in text
    assert "TimescaleDB 2.15 or newer, or unset it" in text
    assert "secret" not in text


def test_database_of_another_kind_is_refused() -> None:
    assert database_fault("mysql://host/db") == "received the scheme 'mysql', expected postgresql"


def test_our_own_servers_are_fit() -> None:
    parts = settings.DATABASES["default"]
    url = (
        f"postgresql://{parts['USER']}:{parts['PASSWORD']}@{parts['HOST']}:{parts['PORT']}/postgres"
    )

    check_database(url)
    check_redis(settings.REDIS_URL)


@pytest.mark.parametrize(
    ("login", "script", "fault"),
    [
        ("", (b"+PONG\r\n",), ""),
        (":secret@", (b"+OK\r\n", b"+PONG\r\n"), ""),
        ("name:secret@", (b"+OK\r\n", b"+PONG\r\n"), ""),
        (":secret@", (b"-WRONGPASS invalid\r\n",), "the password is refused (WRONGPASS invalid)"),
        ("", (b"-NOAUTH required\r\n",), "received 'NOAUTH required', expected PONG"),
        ("", (b"HTTP/1.1 400\r\n",), "expected PONG"),
        ("", (), "expected PONG"),
    ],
)
def test_redis_answers(login: str, script: tuple[bytes, ...], fault: str) -> None:
    with redis_that_says(*script) as place:
        found = redis_fault(f"redis://{login}{place}")

    assert fault in found or "cannot be reached" in found
    assert bool(found) == bool(fault)


def test_redis_that_is_not_there_is_refused_in_one_sentence() -> None:
    with pytest.raises(EmbeddedError, match=r"REDIS_URL is redis://.*cannot be reached.*unset it"):
        check_redis(f"redis://127.0.0.1:{free_port()}/0")


@pytest.mark.parametrize("url", ["http://host", "host:6379", "redis://host:port"])
def test_redis_address_that_is_none_is_refused(url: str) -> None:
    assert redis_fault(url)
