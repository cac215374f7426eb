"""The news worker on the real database: what it stores, what it ignores, and who may write."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from flow.domain.units import from_datetime
from flow.malformed import FeedStopped
from flow.storage import leases
from flow.storage.db import connect
from flow.storage.retention import KINDS, prune
from flow.storage.streams import open_stream
from flow.storage.tail import read_controls, read_manifest, read_rows
from flow.storage.writer import entries_crc
from news.models import NewsRevision, NewsStory
from news.storage import commits
from tests.support.market import count, rows
from tests.support.news import (
    MINUTE,
    NOW,
    SECOND,
    Clocks,
    Wire,
    counters,
    drained,
    feed,
    item,
    micros,
    owning_news,
    revisions,
    store,
    updated,
)

pytestmark = pytest.mark.usefixtures("log_db")


# What is stored


def test_a_story_is_a_log_row_a_revision_and_a_story_of_one_commit() -> None:
    store(item(77, MINUTE))

    (raw,) = rows("SELECT stream, seq, ts, received_at, source_uid, story_id, payload FROM news")
    revision, story = NewsRevision.objects.get(), NewsStory.objects.get()
    assert raw[:2] == (revision.stream, revision.seq)
    assert raw[4] == revision.uid == story.revision
    assert (story.provider, story.story_id, story.revisions) == ("wire", 77, 1)
    assert (revision.state, revision.symbols) == ("new", ["SPY"])
    assert (revision.content_html, revision.content_text) == ("<p>Some words.</p>", "Some words.")
    assert counters() == (1, 1, 0, 0)


def test_a_source_that_no_index_holds_does_not_stop_the_worker() -> None:
    long = "".join(f"{n * 7_919:x}" for n in range(3_000))
    store(item(77, MINUTE, source=long))

    assert long.startswith(NewsStory.objects.get().source[:-1])
    assert counters() == (1, 1, 0, 0)


def test_the_time_of_a_story_in_the_log_is_when_it_was_received() -> None:
    clocks = Clocks()
    store(item(77, MINUTE), clocks=clocks)

    (ts, received_at) = rows("SELECT ts, received_at FROM news")[0]
    story, revision = NewsStory.objects.get(), NewsRevision.objects.get()
    assert ts == received_at == revision.received_at == story.first_received_at
    assert NOW + 3_600 * SECOND < from_datetime(ts) <= clocks.wall_us
    assert micros(revision.published_ts) == MINUTE


def test_the_table_refuses_a_log_time_that_is_not_the_receipt() -> None:
    store(item(77, 0))

    with pytest.raises(Exception, match="violates check"):
        rows("UPDATE news SET ts = ts - interval '1 second' RETURNING 1")


def test_a_wall_clock_that_steps_back_moves_no_receipt_before_an_earlier_one() -> None:
    clocks, wire = Clocks(), Wire()
    with owning_news(wire, clocks=clocks) as worker:
        drained(worker)
        wire.send(item(1, 0))
        drained(worker)
        clocks.wall_us -= 600 * SECOND
        wire.send(item(2, 0))
        drained(worker)

    first, second = [each.received_at for each in NewsRevision.objects.order_by("seq")]
    assert second >= first


def test_the_manifest_proves_the_news_stream() -> None:
    store(item(1, 0), item(2, SECOND))
    store(item(3, 2 * SECOND))

    with connect("default", "test") as conn:
        head = open_stream(conn, run=0, source="wire", kind="news")
        infos = read_manifest(conn, head.id, after=0, limit=10)
        found = [(row[1], row[4]) for row in read_rows(conn, "news", infos)]
        controls = read_controls(conn, infos)

    assert [info.first_seq for info in infos] == [1, 3, 4]  # the second start closed a gap
    assert [entry.kind for entry in controls] == ["gap"]
    assert [seq for seq, _ in found] == [1, 2, 4]
    assert infos[0].crc == entries_crc(found[:2])


# What says nothing new


def test_an_update_that_says_nothing_new_is_counted_and_ignored() -> None:
    first = item(77, 0)
    store(first, updated(first, MINUTE), first)

    assert revisions() == [(77, 0)]
    assert count("news") == 1
    assert counters() == (3, 1, 2, 0)


def test_a_changed_update_is_a_revision_and_becomes_current() -> None:
    first = item(77, 0)
    store(first, updated(first, MINUTE, headline="More of it", symbols=["QQQ"]))

    story = NewsStory.objects.get()
    assert revisions() == [(77, 0), (77, MINUTE)]
    assert (story.revisions, story.symbols, micros(story.updated_ts)) == (2, ["QQQ"], MINUTE)
    assert [each.state for each in NewsRevision.objects.order_by("seq")] == ["new", "updated"]


def test_a_late_older_version_is_kept_and_does_not_become_current() -> None:
    newest = updated(item(77, 0), MINUTE, headline="The newest")
    store(newest, item(77, 0))

    story = NewsStory.objects.get()
    assert revisions() == [(77, MINUTE), (77, 0)]
    assert NewsRevision.objects.get(uid=story.revision).headline == "The newest"
    assert story.revisions == 2


def test_another_content_at_the_same_instant_is_quarantined_with_its_bytes() -> None:
    store(item(77, 0), item(77, 0, headline="Something else"))

    ((reason, detail, raw),) = rows("SELECT reason, detail, raw FROM quarantine")
    assert reason == "conflict"
    assert "wire:77" in detail
    assert b"Something else" in bytes(raw)
    assert counters() == (2, 1, 0, 1)


def test_the_place_of_a_story_in_lists_never_moves() -> None:
    first = item(77, 0)
    store(first, updated(first, MINUTE, created_at=first["updated_at"][:-4] + "25Z", summary="x"))

    assert micros(NewsStory.objects.get().published_ts) == 0


# Bad input


def test_a_malformed_story_is_quarantined_and_the_rest_goes_on() -> None:
    store(item(1, 0), {"id": -3, "headline": "no"}, item(2, 0))

    ((reason, detail, source),) = rows("SELECT reason, detail, source FROM quarantine")
    assert (reason, source) == ("bad_id", "wire:news")
    assert detail == "id is -3; expected a whole number of 0 or more"
    assert [each for each, _ in revisions()] == [1, 2]
    assert counters() == (3, 2, 0, 1)


def test_a_hundred_broken_in_a_row_stop_the_feed_after_what_came_before() -> None:
    wire = Wire()
    with owning_news(wire) as worker:
        drained(worker)
        wire.send(item(1, 0), *({"id": None, "n": n} for n in range(100)), item(2, 0))
        with pytest.raises(FeedStopped):
            worker.step()

    assert [each for each, _ in revisions()] == [1]
    assert feed()[0] == "stopped"
    assert "100 broken records in a row" in feed()[1]
    assert count("quarantine") == 100
    assert rows("SELECT cursor->>'until' FROM feed_cursor") == [(None,)]


# One owner, one transaction


def test_a_second_worker_waits_and_an_overtaken_one_writes_nothing() -> None:
    wire = Wire()
    with owning_news(wire) as worker:
        drained(worker)
        with connect("default", "test") as conn:
            assert leases.take(conn, worker.resource) is None
            conn.execute("UPDATE lease SET epoch = epoch + 1")
        wire.send(item(1, 0))
        with pytest.raises(leases.LeaseLost):
            worker.step()

    assert count("news") == count("news_revision") == count("news_story") == 0


def test_log_and_stories_are_one_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **options: Any) -> None:
        raise psycopg.OperationalError("the server went away")

    wire = Wire()
    with owning_news(wire) as worker:
        drained(worker)
        wire.send(item(1, 0))
        with monkeypatch.context() as patch:
            patch.setattr(commits, "write_stories", broken)
            with pytest.raises(psycopg.OperationalError):
                worker.step()
        assert count("news") == count("batch") == count("news_revision") == 0
    with owning_news(wire) as worker:
        drained(worker)

    assert revisions() == [(1, 0)]
    assert counters() == (1, 1, 0, 0)


def test_imports_are_apart_from_live() -> None:
    wire = Wire()
    wire.send(item(1, 0))
    with owning_news(wire, run=3) as worker:
        drained(worker)

    assert count("news_story") == 0
    assert count("news_story", "runs") == count("news", "runs") == 1


# Kept


def test_retention_takes_the_log_of_news_and_keeps_stories() -> None:
    long_ago = NOW - 400 * 24 * 3_600 * SECOND
    wire = Wire()
    wire.send(item(1, long_ago - NOW - SECOND))
    with owning_news(wire, clocks=Clocks(long_ago)) as worker:
        drained(worker)
        wire.send(item(2, long_ago - NOW))
        drained(worker)
    prune(KINDS["prints"], timedelta(days=365))

    assert count("news") == 0
    assert NewsStory.objects.count() == NewsRevision.objects.count() == 2
