"""The hub's thread: one rendering for all, nothing while nobody looks, and back after trouble."""

import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from flow import panels
from flow.live import hub as hubs
from flow.live import tails
from flow.live.hub import Hub
from flow.live.registry import ViewKey, panel_of
from flow.live.tickets import Ticket
from replay.runs import LIVE, find_run
from tests.flow.live.tabs import eventually, live_rows
from tests.support.workers import ingest_all, make_run, seed_items

pytestmark = pytest.mark.usefixtures("log_db")


def key(panel: str = "tape", run: Any = LIVE, **query: str) -> ViewKey:
    chosen = panel_of(panel).choose({name: [value] for name, value in query.items()})
    return ViewKey(panel, run, chosen)


RAW = {"view": "raw"}


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A hub of its own, ended with the test."""
    made = Hub()
    yield made
    made.close()


def joined(hub: Hub, *keys: ViewKey) -> tuple[Ticket, threading.Event]:
    woken = threading.Event()
    return hub.join(keys or [key(**RAW)], woken.set), woken


def rows(ticket: Ticket) -> int:
    return sum(len(part.part.rows) for part in ticket.collect())


def test_a_watched_view_becomes_ready_and_wakes_its_socket(hub: Hub) -> None:
    ingest_all(live_rows(5))
    ticket, woken = joined(hub)
    assert woken.wait(5)
    assert rows(ticket) == 5


def test_a_commit_wakes_whoever_looks_at_it(hub: Hub) -> None:
    ticket, woken = joined(hub)
    assert woken.wait(5)
    ticket.collect()
    woken.clear()
    ingest_all(live_rows(3))
    assert woken.wait(5)
    eventually(lambda: any(a.panel == "tape" and a.part.rows for a in ticket.collect()))


def test_two_sockets_with_one_filter_share_one_rendering(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered: list[object] = []
    plain = panels.Tape.html

    def counted(tape: panels.Tape, run: Any, row: Any) -> str:
        rendered.append(row)
        return plain(tape, run, row)

    monkeypatch.setattr(panels.Tape, "html", counted)
    ingest_all(live_rows(5))
    tickets = [joined(hub)[0] for _ in range(3)]
    for ticket in tickets:
        eventually(partial(getattr, ticket.views[0][1], "is_ready"))
        assert rows(ticket) == 5
    assert len(rendered) == 5
    assert len(hub._views) == 1


def live_tape_backends() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name ~ 'live tape'")
        row = cursor.fetchone()
    return int(row[0])


def test_nothing_is_read_after_the_last_socket_left(hub: Hub) -> None:
    ticket, woken = joined(hub)
    assert woken.wait(5)
    ticket.leave()
    assert not hub._views
    eventually(lambda: not hub._tails)
    eventually(lambda: live_tape_backends() == 0)  # a backend ends after its client has left


def test_a_stretch_too_long_to_follow_is_read_as_a_page(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tails, "TOO_MANY_ROWS", 10)
    ticket, woken = joined(hub)
    assert woken.wait(5)
    ticket.collect()
    ingest_all(live_rows(50))
    eventually(lambda: rows(ticket) == 50)


def test_a_database_that_is_away_is_said_and_survived(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubs, "PAUSE_S", 0.05)
    ticket, woken = joined(hub)
    assert woken.wait(5)
    ingest_all(live_rows(2))
    eventually(lambda: rows(ticket) == 2)

    def gone(*args: object, **kwargs: object) -> object:
        raise OperationalError("the server closed the connection")

    with monkeypatch.context() as broken:
        broken.setattr(tails.PrintTail, "poll", gone)
        eventually(lambda: ticket.pulse().get("state") == "unknown")
        assert ticket.collect() == []
        ingest_all(live_rows(4), resumes=False)

    eventually(lambda: rows(ticket) == 4)
    eventually(lambda: ticket.pulse().get("state") == "finished")


def test_a_run_is_followed_in_its_own_schema(hub: Hub) -> None:
    run = make_run("old")
    ticket, woken = joined(hub, key(run=find_run("old"), **RAW))
    assert woken.wait(5)
    ingest_all(live_rows(3))
    ingest_all(live_rows(7), run=run.id)
    eventually(lambda: rows(ticket) == 7)


def test_a_quiet_turn_costs_a_handful_of_statements(hub: Hub) -> None:
    """One look per stream at the manifest; pages and counts only when their time has come."""
    ingest_all(seed_items(500))
    hub._views = {k: hubs._new_view(k) for k in (key(**RAW), key(), key("alerts"))}
    hub.turn()
    with CaptureQueriesContext(connection) as queries:
        hub.turn()
    hub._let_go()
    hub._views.clear()
    assert len(queries) <= 2


def test_a_part_that_does_not_fit_waits_for_the_next_frame(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest_all(live_rows(60))
    ticket, _ = joined(hub, key(**RAW), key(view="raw", type="call"))
    for _, view in ticket.views:
        eventually(partial(getattr, view, "is_ready"))
    monkeypatch.setattr("flow.live.tickets.FRAME_BYTES", 65_000)
    first, second = ticket.collect(), ticket.collect()
    assert [len(first), len(second)] == [1, 1]
    assert ticket.collect() == []


def test_a_full_page_of_the_tape_fits_one_frame(hub: Hub) -> None:
    from flow.live.frames import FRAME_BYTES, encode

    ingest_all(live_rows(80))
    ticket, _ = joined(hub)
    eventually(lambda: ticket.views[0][1].is_ready)
    (part,) = ticket.collect()
    assert len(part.part.rows) == panels.TAPE_ROWS
    assert len(encode("epoch", 1, {}, [part]).encode()) < FRAME_BYTES
