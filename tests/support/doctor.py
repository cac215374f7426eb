"""The surroundings of `manage.py doctor`: services that answer as a test says, or are away."""

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import pytest
import redis
from django.core.management import CommandError, call_command

from islandflow.env import Environment, load
from islandflow.management.commands import doctor
from islandflow.management.commands.doctor import Report, examine

HEALTHY = (170_005, "2.19.3", "apache")


class FakeConnection:
    """A database that answers the one question, or is away."""

    def __init__(self, answer: tuple[Any, ...] | Exception) -> None:
        self.answer = answer

    @contextmanager
    def cursor(self) -> Iterator[Self]:
        if isinstance(self.answer, Exception):
            raise self.answer
        yield self

    def execute(self, question: str) -> None:
        assert "timescaledb" in question

    def fetchone(self) -> Any:
        return self.answer


class FakeRedis:
    """A Redis that says its version, or is away."""

    def __init__(self, answer: Mapping[str, object] | Exception) -> None:
        self.answer = answer

    def from_url(self, url: str, **timeouts: float) -> Self:
        assert url.startswith("redis://")
        assert timeouts["socket_timeout"] <= 5
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def info(self, section: str) -> Mapping[str, object]:
        assert section == "server"
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Rig:
    """The surroundings of doctor, all healthy until a test says otherwise."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.home = home
        self.monkeypatch = monkeypatch
        self.is_of_synthetic = False
        self.texts = {
            "ISLANDFLOW_HOME": str(home),
            "DATABASE_URL": "postgresql://u:p@db.example/flow",
            "REDIS_URL": "redis://cache.example/0",
        }
        self.database(HEALTHY)
        self.redis({"redis_version": "7.2.4", "valkey_version": "8.1.1"})
        self.migrations(0)
        self.differences(lambda _values: {})

    def database(self, answer: tuple[Any, ...] | Exception) -> None:
        self.monkeypatch.setattr(doctor, "connection", FakeConnection(answer))

    def redis(self, answer: Mapping[str, object] | Exception) -> None:
        self.monkeypatch.setattr(redis, "Redis", FakeRedis(answer))

    def migrations(self, waiting: int) -> None:
        self.monkeypatch.setattr(doctor, "_waiting_migrations", lambda: waiting)

    def differences(self, found: Callable[[Mapping[str, object]], object] | None) -> None:
        names = {
            "environment_differences": found, "ENGINE_VERSION": "spine-1",
            "is_of_synthetic": lambda _values: self.is_of_synthetic,
        }  # fmt: skip
        self.monkeypatch.setattr(doctor, "_attribute", lambda _module, name: names[name])

    def environment(self, **texts: str) -> Environment:
        return load(self.texts | texts)

    def examine(self, **texts: str) -> Report:
        return examine(self.environment(**texts))

    def run(self, **texts: str) -> tuple[str, str]:
        """Return what is printed, and the text of the failure if it fails."""
        environment = self.environment(**texts)
        self.monkeypatch.setattr(doctor, "load", lambda: environment)
        output = io.StringIO()
        failure = ""
        try:
            call_command("doctor", stdout=output)
        except CommandError as error:
            failure = f"{error} (exit {error.returncode})"
        return output.getvalue(), failure


def fact(report: Report, name: str) -> str:
    (line,) = [line for line in report.lines if line.startswith(f"  {name:<34} ")]
    return line[37:]
