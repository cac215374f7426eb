"""What the log and the derived set owe to their input, whatever the cuts, resends and restarts."""

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flow.domain.events import LogEntry, StampedPrint
from flow.storage.db import connect
from flow.storage.schemas import RUNS
from ingest.feeds import FeedItem
from replay.models import Run
from signals.dump import RAW_KINDS, digest_kind
from tests.support.database import empty_database
from tests.support.feeds import ListFeed
from tests.support.market import (
    CALL,
    PUT,
    drain,
    equity_quote,
    equity_trade,
    ingest_cut,
    option_log,
    option_quote,
    option_trade,
    owning,
    prints_of,
    rows,
)
from tests.support.workers import derive_all, derived_digests, make_run

pytestmark = pytest.mark.usefixtures("log_db")

FEW = settings(
    max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
STEP_US = 90_000


@st.composite
def markets(draw: st.DrawFn, *, late: bool = False) -> list[FeedItem]:
    """Return up to 24 events of all four kinds in time order; with `late`, some come too late."""
    kinds = draw(st.lists(st.sampled_from("QqPpB"), min_size=4, max_size=24))
    items: list[FeedItem] = []
    for n, kind in enumerate(kinds):
        at = n * STEP_US - (draw(st.sampled_from([0, 0, 400_000])) if late else 0)
        contract = CALL if n % 3 else PUT
        match kind:
            case "Q":
                items.append(option_quote(n, at, contract, bid_micros=4_800_000 + n * 10_000))
            case "q":
                items.append(equity_quote(n, at))
            case "P":
                items.append(option_trade(n, at, contract, size=1 + n))
            case "B":
                items.append(option_trade(n, at, contract, size=900))
            case _:
                items.append(equity_trade(n, at))
    return items


def content(entries: list[LogEntry]) -> list[dict[str, Any]]:
    """Return prints without their positions, which depend on where clocks stand."""
    found = [msgspec.structs.asdict(entry) for entry in prints_of(entries)]
    for fields in found:
        for name in ("seq", "quote_seq", "spot_seq"):
            del fields[name]
    return found


def raw_digests(run: Run) -> list[tuple[str, int, str]]:
    with connect(RUNS, "test") as conn:
        return [digest_kind(conn, run=run.id, kind=kind) for kind in RAW_KINDS]


@FEW
@given(items=markets(), cut=st.integers(1, 25))
def test_any_cut_of_a_feed_in_order_gives_the_same_raw_and_derived_bytes(
    items: list[FeedItem], cut: int
) -> None:
    empty_database()
    whole, parts = make_run("whole"), make_run("parts")
    for run, chunk in ((whole, 10_000), (parts, cut)):
        ingest_cut(items, chunk=chunk, run=run.id)
        derive_all(run.id)

    assert raw_digests(whole) == raw_digests(parts)
    assert derived_digests(whole.id) == derived_digests(parts.id)


@FEW
@given(items=markets(), at=st.lists(st.integers(0, 30), max_size=4))
def test_resends_anywhere_change_nothing_but_the_count(
    items: list[FeedItem], at: list[int]
) -> None:
    empty_database()
    plain, doubled = make_run("plain"), make_run("doubled")
    more = list(items)
    for place in at:
        known = min(place, len(more) - 1)
        more.insert(known + 1, more[known])
    ingest_cut(items, run=plain.id, chunk=5)
    ingest_cut(more, run=doubled.id, chunk=5)

    assert raw_digests(plain) == raw_digests(doubled)
    sql = "SELECT run, received, stored, duplicates FROM feed_cursor ORDER BY run"
    found = rows(sql, alias=RUNS)
    assert found == [
        (plain.id, len(items), len(items), 0),
        (doubled.id, len(more), len(items), len(at)),
    ]


@FEW
@given(items=markets(), cut=st.integers(1, 6))
def test_a_worker_per_batch_writes_the_log_of_one_worker(items: list[FeedItem], cut: int) -> None:
    empty_database()
    ingest_cut(items, chunk=cut)
    whole = content(option_log())
    empty_database()
    feed = ListFeed(items, chunk=cut)
    steps = -(-len(items) // cut)
    for _ in range(min(steps, 3)):
        with owning(feed) as worker:
            worker.step()
    with owning(feed) as worker:
        drain(feed, worker)
        worker.finish()

    assert [_owned(p) for p in content(option_log())] == [_owned(p) for p in whole]


def _owned(fields: dict[str, Any]) -> dict[str, Any]:
    """Return what a restart may not change: all but the moves of the underlying."""
    return {k: v for k, v in fields.items() if not k.startswith(("spot_", "move_"))}


@FEW
@given(items=markets(late=True), cut=st.integers(1, 8))
def test_a_print_is_marked_late_exactly_when_a_clock_before_it_has_passed_its_time(
    items: list[FeedItem], cut: int
) -> None:
    empty_database()
    ingest_cut(items, chunk=cut)

    clock = -1
    entries = option_log()
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    for entry in entries:
        if isinstance(entry, StampedPrint):
            assert bool(entry.flags & 1) == (entry.ts <= clock)
        elif entry.kind == "clock":
            assert entry.ts > clock
            clock = entry.ts


@FEW
@given(
    items=markets(late=True),
    sizes=st.lists(st.integers(1, 3), max_size=6),
    cut=st.integers(2, 9),
)
def test_received_is_stored_and_duplicates_and_conflicts(
    items: list[FeedItem], sizes: list[int], cut: int
) -> None:
    empty_database()
    firsts = [item for item in items if hasattr(item, "size")]
    twisted = [
        msgspec.structs.replace(print_, size=print_.size + 1_000)
        for print_, _ in zip(firsts, sizes, strict=False)
    ]
    ingest_cut([*items, *twisted, *firsts], chunk=cut)

    found = rows("SELECT received, stored, duplicates, quarantined FROM feed_cursor")
    assert found == [
        (len(items) + len(twisted) + len(firsts), len(items), len(firsts), len(twisted))
    ]


@FEW
@given(one=markets(), two=markets(), cut=st.integers(1, 9))
def test_two_sources_in_one_run_do_not_depend_on_their_interleaving(
    one: list[FeedItem], two: list[FeedItem], cut: int
) -> None:
    empty_database()
    other = [msgspec.structs.replace(item, uid=item.uid[::-1]) for item in two]  # type: ignore[union-attr]
    apart, mixed = make_run("apart"), make_run("mixed")
    ingest_cut(one, source="one", run=apart.id)
    ingest_cut(other, source="two", run=apart.id)
    feeds = [ListFeed(one, source="one", chunk=cut), ListFeed(other, source="two", chunk=4)]
    with owning(feeds[0], run=mixed.id) as first, owning(feeds[1], run=mixed.id) as second:
        while not all(feed.finished for feed in feeds):
            first.step()
            second.step()
        second.finish()
        first.finish()
    for run in (apart, mixed):
        derive_all(run.id, max_entries=7)

    assert raw_digests(apart) == raw_digests(mixed)
    assert derived_digests(apart.id) == derived_digests(mixed.id)
