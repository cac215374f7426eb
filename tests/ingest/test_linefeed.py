import json
import socket
import threading
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flow.domain.events import Malformed
from ingest.feeds import FeedItem
from ingest.jsonl import encode_event
from ingest.linefeed import LineFeed
from ingest.linesender import LineSender
from ingest.synthetic_feed import ledger

EVENTS = ledger(9, 700)
LINES = [encode_event(event, n) for n, event in enumerate(EVENTS)]


class Clock:
    """A monotonic clock that only sleeping moves, and only inside the feed."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def line_feed(port: int, jitter: float = 0.5, clock: Clock | None = None) -> LineFeed:
    clock = clock or Clock()
    return LineFeed("127.0.0.1", port, clock=clock, sleep=clock.sleep, jitter=lambda: jitter)


def read_until(feed: LineFeed, enough: Callable[[list[FeedItem]], bool]) -> list[FeedItem]:
    items: list[FeedItem] = []
    for _ in range(2_000):
        items += feed.read(100, 0.05)
        if enough(items):
            return items
    raise AssertionError(f"only {len(items)} items came")


def read_line(feed: LineFeed, line: int) -> list[FeedItem]:
    return read_until(feed, lambda _: feed.cursor()["line"] >= line)


@pytest.fixture
def sender() -> Iterator[LineSender]:
    with LineSender(LINES) as running:
        yield running


def test_everything_arrives_in_order(sender: LineSender) -> None:
    feed = line_feed(sender.port)
    feed.open(None)
    assert read_line(feed, len(LINES)) == EVENTS
    assert feed.cursor() == {"line": len(LINES)}
    assert not feed.finished
    feed.close()
    sender.stop()  # its threads have counted what they sent
    assert sender.complete
    assert sender.resumes == [None]


def test_cut_connection_is_resumed_with_an_overlap() -> None:
    with LineSender(LINES, lines_per_s=4_000.0) as sender:
        feed = line_feed(sender.port)
        feed.open(None)
        items = read_line(feed, 100)
        sender.cut()
        items += read_line(feed, len(LINES))
        feed.close()
    assert list(by_uid(items).values()) == EVENTS
    assert feed.reconnects == 1
    assert len(items) == len(EVENTS) + sender.overlap


def test_restart_goes_on_after_the_cursor(sender: LineSender) -> None:
    first = line_feed(sender.port)
    first.open(None)
    taken = first.read(100, 1.0) or read_line(first, 1)
    saved = json.loads(json.dumps(first.cursor()))
    first.close()
    again = line_feed(sender.port)
    again.open(saved)
    rest = read_line(again, len(LINES))
    again.close()
    assert sender.resumes == [None, saved["line"]]
    assert rest == EVENTS[max(0, saved["line"] - sender.overlap) :]
    assert len(taken) == saved["line"]


def test_resent_line_never_moves_the_cursor_back(sender: LineSender) -> None:
    feed = line_feed(sender.port)
    feed.open({"line": 50})
    items: list[FeedItem] = []
    while len(items) < 2:
        items += feed.read(2 - len(items), 1.0)
    assert items == EVENTS[45:47]
    assert feed.cursor() == {"line": 50}
    feed.close()


def test_broken_lines_count_like_good_ones() -> None:
    lines = [LINES[0], b"oops", LINES[2], b"", LINES[4]]
    with LineSender(lines, overlap=1) as sender:
        feed = line_feed(sender.port)
        feed.open(None)
        items = read_line(feed, 5)
        feed.close()
        wheres = [item.where for item in items if isinstance(item, Malformed)]
        assert wheres == ["lines:line 1", "lines:line 3"]
        feed.open({"line": 2})
        again = read_line(feed, 5)
        feed.close()
    assert [type(item) for item in again] == [type(item) for item in items[1:]]


def test_sender_that_is_away_costs_at_most_the_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    clock = Clock()
    feed = line_feed(port, jitter=1.0, clock=clock)
    feed.open(None)
    for _ in range(60):
        before = clock.now
        assert feed.read(10, 0.05) == []
        assert clock.now - before < 0.0501
    assert feed.cursor() == {"line": 0}
    with LineSender(LINES, port=port):
        assert read_line(feed, len(LINES)) == EVENTS
    feed.close()


def serve(*chunks: bytes) -> tuple[int, threading.Thread]:
    """Serve raw bytes to one connection, then close it."""
    server = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        with server, server.accept()[0] as connection:
            connection.makefile("rb").readline()
            for chunk in chunks:
                connection.sendall(chunk)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return server.getsockname()[1], thread


def test_torn_last_line_is_not_an_event() -> None:
    port, thread = serve(b'{"from": 0}\n', LINES[0] + b"\n" + LINES[1][:20])
    feed = line_feed(port)
    feed.open(None)
    assert read_until(feed, lambda items: len(items) >= 1) == EVENTS[:1]
    thread.join()
    assert feed.read(10, 0.01) == []
    assert feed.cursor() == {"line": 1}
    feed.close()


def test_endless_line_is_one_malformed_in_bounded_memory() -> None:
    port, thread = serve(b'{"from": 0}\n', b"x" * 3_500_000, b"\n" + LINES[1] + b"\n")
    feed = line_feed(port)
    feed.open(None)
    bad, event = read_until(feed, lambda items: len(items) >= 2)
    thread.join()
    assert isinstance(bad, Malformed)
    assert (bad.reason, len(bad.raw)) == ("too_long", 4_096)
    assert event == EVENTS[1]
    feed.close()


def test_strange_position_lines_are_broken_lines() -> None:
    port, thread = serve(
        b'{"from": -1}\n{"from": "x"}\n{"from": true}\n{"from"\n' + LINES[0] + b"\n"
    )
    feed = line_feed(port)
    feed.open(None)
    items = read_until(feed, lambda found: len(found) >= 5)
    thread.join()
    assert [isinstance(item, Malformed) for item in items] == [True, True, True, True, False]
    feed.close()


def test_healthy_minute_starts_the_waiting_over() -> None:
    clock = Clock()
    feed = line_feed(serve(b'{"from": 0}\n' + LINES[0] + b"\n")[0], jitter=1.0, clock=clock)
    feed.open(None)
    feed._attempt = 9
    read_line(feed, 1)
    clock.sleep(61)
    read_until(feed, lambda _: feed.reconnects == 1)
    assert feed._attempt == 1
    feed.close()


def test_lines_without_identity_are_known_when_they_come_again() -> None:
    line = b'{"type":"equity_print","ts_us":1717421400110000,"symbol":"SPY","price":"5","size":"1"}'
    with LineSender([line, *LINES[:3]], overlap=4) as sender:
        feed = line_feed(sender.port)
        feed.open(None)
        first = read_line(feed, 4)
        sender.cut()
        again = read_until(feed, lambda items: len(items) >= 4)
        feed.close()
    assert first[0] == again[0]


def test_sender_keeps_its_ledger_and_its_pace() -> None:
    with LineSender(LINES[:400], lines_per_s=2_000.0) as sender:
        feed = line_feed(sender.port)
        feed.open(None)
        assert len(read_line(feed, 200)) >= 200
        assert not sender.complete or feed.cursor()["line"] <= 400
        read_line(feed, 400)
        feed.close()
    # Counted when its thread has ended: a line is read before its sender has counted it.
    assert sender.sent == [1] * 400


@settings(max_examples=5, deadline=None)
@given(st.lists(st.integers(1, 250), min_size=1, max_size=4))
def test_cuts_anywhere_lose_nothing_and_keep_the_order(stops: list[int]) -> None:
    uids: dict[bytes, FeedItem] = {}
    with LineSender(LINES, overlap=7) as sender:
        feed = line_feed(sender.port, jitter=0.0)
        feed.open(None)
        for stop in stops:
            uids |= by_uid(feed.read(stop, 0.05))
            sender.cut()
        uids |= by_uid(read_line(feed, len(LINES)))
        feed.close()
    assert list(uids.values()) == EVENTS


def by_uid(items: list[FeedItem]) -> dict[bytes, FeedItem]:
    return {item.uid: item for item in items if not isinstance(item, Malformed)}


def test_a_paced_sender_can_be_told_to_hurry() -> None:
    lines = [encode_event(event) for event in ledger(3, 2_000)]
    with LineSender(lines, lines_per_s=1.0) as sender:
        sender.unpace()
        feed = LineFeed("127.0.0.1", sender.port)
        feed.open(None)
        received: list[object] = []
        while len(received) < len(lines):
            received += feed.read(5_000, 0.2)
        feed.close()

    assert len(received) == len(lines)
