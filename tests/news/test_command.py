"""`manage.py news`: a seeded wire by default, clear ends."""

import io
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from flow.running import LEASE_LOST
from flow.storage.leases import LeaseLost
from news.management.commands import news as command
from news.models import NewsStory
from news.synthetic import SYMBOLS
from news.worker import NewsWorker
from tests.support.market import rows
from tests.support.news import Wire, item

HANDLERS: list[Callable[..., None]] = []


@pytest.fixture
def wires(log_db: None, monkeypatch: pytest.MonkeyPatch) -> list[Wire]:
    """A provider `wire` with two stories; it is told to stop when its second page is asked for."""
    made: list[Wire] = []
    HANDLERS.clear()

    def opening(rate: float | None) -> Wire:
        wire = Wire()
        wire.send(item(1, 0), item(2, 0))
        wire.on_page = HANDLERS[0]
        made.append(wire)
        return wire

    monkeypatch.setitem(command.PROVIDERS, "wire", opening)
    monkeypatch.setattr("signal.signal", lambda _, handler: HANDLERS.append(handler))
    return made


def test_a_provider_is_stored_until_told_to_stop(wires: list[Wire]) -> None:
    call_command("news", "wire")

    assert NewsStory.objects.count() == 2
    assert rows("SELECT source, state FROM feed_cursor") == [("wire:news", "live")]
    assert rows("SELECT expires_at < clock_timestamp() FROM lease") == [(True,)]
    assert rows("SELECT name FROM stream") == [("wire:news",)]


def test_the_synthetic_wire_needs_no_key(log_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    handlers: list[Callable[..., None]] = []
    monkeypatch.setattr("signal.signal", lambda _, handler: handlers.append(handler))
    monkeypatch.setattr(command, "NewsWorker", _stopping_after_the_backfill(handlers))

    call_command("news", "synthetic", "--rate", "60")

    found = NewsStory.objects.all()
    assert found.count() > 20
    assert {name for story in found for name in story.symbols} <= set(SYMBOLS)


def _stopping_after_the_backfill(handlers: list[Callable[..., None]]) -> type:
    class Worker(NewsWorker):
        def step(self) -> bool:
            done = super().step()
            handlers[0]()
            return done

    return Worker


def test_a_rate_out_of_bounds_ends_in_its_sentence() -> None:
    with pytest.raises(CommandError, match=r"rate is 7000\.0 stories a minute; expected 0\.1 to"):
        call_command("news", "synthetic", "--rate", "7000")


def test_an_unknown_provider_is_refused_with_the_known_ones() -> None:
    with pytest.raises(CommandError, match=r"invalid choice: 'nothing'.*synthetic"):
        call_command("news", "nothing")


def test_refused_credentials_wait_for_a_person(
    wires: list[Wire], monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float | None] = []
    wire = Wire()
    wire.is_refused = True
    monkeypatch.setitem(command.PROVIDERS, "wire", lambda rate: wire)
    monkeypatch.setattr(threading, "Event", _noting(waited))
    heard = io.StringIO()

    with pytest.raises(CommandError, match="the credentials are refused"):
        call_command("news", "wire", stderr=heard)
    assert "the credentials are refused" in heard.getvalue()
    assert waited == [None]
    assert rows("SELECT state FROM feed_cursor") == [("stopped",)]


def _noting(waited: list[float | None]) -> type:
    class Noted(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waited.append(timeout)
            return True

    return Noted


def test_another_owner_ends_it_with_a_status_of_its_own(
    wires: list[Wire], monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(worker: Any, stop: Any) -> None:
        worker.close()
        raise LeaseLost("another worker has taken over")

    monkeypatch.setattr(command, "run_worker", overtaken)
    with pytest.raises(SystemExit) as caught:
        call_command("news", "wire", stderr=io.StringIO())

    assert caught.value.code == LEASE_LOST
