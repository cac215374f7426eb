"""Compute given the log: one result whatever the batches, the kills and the restarts."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from flow.domain.events import Control, StampedPrint
from flow.storage.db import connect
from flow.storage.instruments import Instruments
from flow.storage.leases import LeaseLost
from flow.storage.streams import streams_of
from flow.storage.tail import read_entries, read_manifest
from signals.compute import ComputeWorker, NondeterminismError
from signals.engine.params import Params
from signals.engine.pipeline import new_state, step
from signals.engine.records import Alert, Derived, Packet
from signals.storage.steps import digest_of
from tests.support.workers import (
    derive_all,
    derived_digests,
    forget_derived,
    ingest_all,
    seed_items,
)

pytestmark = pytest.mark.usefixtures("log_db")

EVENTS = 3_000


@pytest.fixture
def logged(log_db: None) -> None:
    """A log with some thousands of events in batches of 150."""
    ingest_all(seed_items(EVENTS), chunk=150)


def entries() -> list[Any]:
    with connect("default", "test") as conn:
        (stream,) = streams_of(conn, run=0, kind="option_print")
        infos = read_manifest(conn, stream.id, after=0, limit=100_000)
        return read_entries(conn, infos, "option_print", Instruments(conn))


def test_every_clustered_print_is_in_exactly_one_packet(logged: None) -> None:
    derive_all()

    with connect("default", "test") as conn:
        packed = [
            int(seq)
            for (members,) in conn.execute("SELECT member_seqs FROM packet")
            for seq in members
        ]
        prints = {int(seq) for (seq,) in conn.execute("SELECT seq FROM option_print")}
    assert len(packed) == len(set(packed))
    assert set(packed) <= prints
    assert len(packed) > 0.9 * len(prints)


@pytest.mark.parametrize("max_entries", [1, 100, 10**9])
def test_any_size_of_step_gives_the_same_bytes(logged: None, max_entries: int) -> None:
    derive_all()
    whole = derived_digests()
    forget_derived()
    derive_all(max_entries=max_entries)

    assert derived_digests() == whole
    assert sum(digest.rows for digest in whole) > 100


@pytest.mark.parametrize("size", [1, 100, 10**9])
def test_the_engine_does_not_know_how_entries_were_grouped(logged: None, size: int) -> None:
    log = entries()
    state, outputs = new_state(), list[Derived]()
    for start in range(0, len(log), size):
        outputs += step(state, log[start : start + size], Params())

    assert digest_of(outputs) == digest_of(step(new_state(), log, Params()))
    assert any(isinstance(output, Packet) for output in outputs)


def thinned(every: int) -> Callable[[list[StampedPrint | Control]], list[StampedPrint | Control]]:
    def keep(log: list[StampedPrint | Control]) -> list[Any]:
        kept, clocks = [], 0
        for entry in log:
            if isinstance(entry, Control) and entry.kind == "clock":
                clocks += 1
                if clocks % every:
                    continue
            kept.append(entry)
        return kept

    return keep


def test_two_clock_tracks_change_when_rows_become_final_and_nothing_else(logged: None) -> None:
    def content(log: list[StampedPrint | Control]) -> list[tuple[object, ...]]:
        rows = step(new_state(), log, Params())
        return sorted(
            (type(r).__name__, r.ts, r.uid, r.premium_micros, r.size, r.member_digest)
            for r in rows
            if isinstance(r, Packet)
        )

    log = entries()
    assert content(thinned(7)(log)) == content(log)


def test_a_worker_that_restarts_after_every_step_gives_the_same_bytes(logged: None) -> None:
    derive_all()
    whole = derived_digests()
    forget_derived()
    while _one_step():
        pass

    assert derived_digests() == whole


def _one_step() -> bool:
    worker = ComputeWorker(run=0, max_entries=700)
    try:
        assert worker.take_over()
        return worker.step()
    finally:
        worker.close()


def test_a_worker_killed_before_it_saved_steps_again_through_the_ledger(logged: None) -> None:
    derive_all()
    whole = derived_digests()
    forget_derived()
    worker = ComputeWorker(run=0, max_entries=500)
    assert worker.take_over()
    worker.step()
    worker.step()
    worker._conn.close()  # as a kill does: nothing is saved, nothing is released
    with connect("default", "test") as conn:
        conn.execute("UPDATE lease SET expires_at = '-infinity'")
    derive_all()

    assert derived_digests() == whole


def test_another_digest_than_the_ledger_stops_compute(logged: None) -> None:
    worker = ComputeWorker(run=0, max_entries=500)
    assert worker.take_over()
    worker.step()
    worker._conn.close()
    with connect("default", "test") as conn:
        conn.execute("UPDATE lease SET expires_at = '-infinity'")
        conn.execute("UPDATE step_ledger SET digest = '\\x00'")

    again = ComputeWorker(run=0)
    with pytest.raises(NondeterminismError, match="another digest than the ledger"):
        again.take_over()
    again._conn.close()


def test_an_overtaken_worker_commits_no_step(logged: None) -> None:
    worker = ComputeWorker(run=0, max_entries=500)
    assert worker.take_over()
    with connect("default", "test") as conn:
        conn.execute("UPDATE lease SET epoch = epoch + 1")
    with pytest.raises(LeaseLost):
        worker.step()
    worker._conn.close()

    assert all(digest.rows == 0 for digest in derived_digests())


def test_a_second_worker_waits_for_the_first(logged: None) -> None:
    first, second = ComputeWorker(run=0), ComputeWorker(run=0)
    try:
        assert first.take_over()
        assert not second.take_over()
    finally:
        second._conn.close()
        first.close()


def test_steps_of_the_ledger_have_no_holes_and_cover_every_batch(logged: None) -> None:
    derive_all(max_entries=300)

    with connect("default", "test") as conn:
        steps = conn.execute(
            """SELECT l.step_no, l.first_batch, l.last_batch, s.kind FROM step_ledger l
               JOIN stream s ON s.id = l.stream ORDER BY l.step_no"""
        ).fetchall()
        newest = conn.execute(
            "SELECT max(b.batch_no) FROM batch b JOIN stream s ON s.id = b.stream"
            " WHERE s.kind = 'option_print'"
        ).fetchone()
    assert [row[0] for row in steps] == list(range(1, len(steps) + 1))
    assert {row[3] for row in steps} == {"option_print", "equity_print"}
    for kind in ("option_print", "equity_print"):
        own = [row for row in steps if row[3] == kind]
        assert [row[1] for row in own] == [1, *[row[2] + 1 for row in own[:-1]]]
    assert newest is not None
    assert [row[2] for row in steps if row[3] == "option_print"][-1] == newest[0]


def test_alerts_lead_to_their_prints_and_quotes(logged: None) -> None:
    derive_all()

    alerts = [row for row in step(new_state(), entries(), Params()) if isinstance(row, Alert)]
    assert alerts
    with connect("default", "test") as conn:
        for alert in alerts:
            roles = conn.execute(
                """SELECT DISTINCT member.role FROM evidence_link up
                   JOIN evidence_link member ON member.uid = up.ref_uid
                   WHERE up.uid = %s::uuid AND up.role = 'event'""",
                (alert.uid.hex(),),
            ).fetchall()
            assert {("member",), ("packet",)} <= set(roles)


def test_a_state_ahead_of_its_ledger_is_never_saved(
    logged: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    derive_all()
    whole = derived_digests()
    forget_derived()
    worker = ComputeWorker(run=0, max_entries=400)
    assert worker.take_over()
    worker.step()
    with monkeypatch.context() as broken:
        broken.setattr("signals.storage.steps.write_step", _fail)
        with pytest.raises(psycopg.OperationalError):
            worker.step()
    worker.close()
    derive_all()

    assert derived_digests() == whole


def _fail(*args: object, **kwargs: object) -> None:
    raise psycopg.OperationalError("the commit was lost")
