"""`manage.py ingest`: which source it opens, and how it ends when something is wrong."""

import io
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command

from flow.cadence import wall_us
from flow.domain.units import SECOND_US
from flow.malformed import FeedStopped
from flow.running import LEASE_LOST
from flow.storage import leases
from flow.storage.db import connect
from flow.storage.leases import LeaseLost
from ingest import sources
from ingest.feeds import FeedItem
from ingest.linefeed import LineFeed
from ingest.management.commands import ingest as command
from ingest.sources import SOURCES, open_feed
from ingest.synthetic_feed import SyntheticFeed
from tests.support.feeds import ListFeed
from tests.support.market import count, end_backend, option_trade, rows

HANDLERS: list[Any] = []  # what the command would do on SIGTERM


@pytest.mark.parametrize(
    ("options", "rule"),
    [({}, "wall"), ({"as_fast_as_possible": True}, "event"), ({"rate": 7.0}, "wall")],
)
def test_the_synthetic_market_keeps_the_rule_of_its_pace(
    options: dict[str, Any], rule: str
) -> None:
    feed, found = open_feed("synthetic", options)

    assert isinstance(feed, SyntheticFeed)
    assert found == rule
    assert not feed.finished


def test_the_synthetic_market_ends_at_its_limit() -> None:
    feed, _ = open_feed("synthetic", {"as_fast_as_possible": True, "limit": 12})

    assert len(feed.read(100, 0)) == 12
    assert feed.finished


@pytest.mark.parametrize("address", ["", "host", "host:", ":12", "host:port", "host:-1", "1.2:3x"])
def test_a_wrong_address_is_named_with_what_was_expected(address: str) -> None:
    with pytest.raises(ValueError, match="expected host:port") as caught:
        open_feed("line", {"address": address})
    assert repr(address) in str(caught.value)


@pytest.mark.parametrize("address", ["127.0.0.1:9", "example.org:65535", "::1:9"])
def test_a_line_feed_has_the_clock_of_its_events(address: str) -> None:
    feed, rule = open_feed("line", {"address": address})

    assert isinstance(feed, LineFeed)
    assert (feed.source, rule) == ("lines", "event")


def test_the_wall_tells_microseconds() -> None:
    before = wall_us()

    assert 1_700_000_000 * SECOND_US < before <= wall_us()


# The command


@pytest.fixture
def listed(log_db: None, monkeypatch: pytest.MonkeyPatch) -> list[ListFeed]:
    """A source `list` of three prints that the command can open; signals stay the suite's."""
    made: list[ListFeed] = []

    def opening(_: dict[str, Any]) -> tuple[ListFeed, str]:
        made.append(ListFeed([option_trade(n, n) for n in range(3)]))
        return made[-1], "event"

    monkeypatch.setitem(sources.SOURCES, "list", opening)
    monkeypatch.setattr("signal.signal", lambda _, handler: HANDLERS.append(handler))
    return made


def test_a_finite_source_is_streamed_to_its_end(listed: list[ListFeed]) -> None:
    call_command("ingest", "list")

    assert count("option_print") == 3
    assert rows("SELECT state FROM feed_cursor") == [("finished",)]


def test_a_wrong_option_ends_in_its_sentence(listed: list[ListFeed]) -> None:
    with pytest.raises(CommandError, match="--address is 'nowhere'; expected host:port"):
        call_command("ingest", "line", "--address", "nowhere")


def test_an_unknown_source_is_refused_with_the_known_ones() -> None:
    with pytest.raises(CommandError, match="invalid choice: 'nothing'") as caught:
        call_command("ingest", "nothing")
    assert all(name in str(caught.value) for name in SOURCES)


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (psycopg.OperationalError("server closed"), "the database went away, so the feed stops"),
        (FeedStopped("list", bad=100, seen=100, in_a_row=100), "100 broken records in a row"),
    ],
)
def test_a_failure_ends_the_command_with_a_sentence(
    listed: list[ListFeed], monkeypatch: pytest.MonkeyPatch, failure: Exception, sentence: str
) -> None:
    def failing(self: ListFeed, limit: int, timeout_s: float) -> list[FeedItem]:
        HANDLERS[-1]()  # a stopped feed stays until a person ends it
        raise failure

    monkeypatch.setattr(ListFeed, "read", failing)
    with pytest.raises(CommandError, match=sentence):
        call_command("ingest", "list")
    with connect("default", "next") as conn:
        assert leases.take(conn, "ingest:0:list") is not None


def test_a_lost_lease_has_an_exit_code_of_its_own(
    listed: list[ListFeed], monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(*_: object, **__: object) -> None:
        raise LeaseLost("lease ingest:0:list has passed epoch 1")

    monkeypatch.setattr(command, "run_worker", overtaken)
    heard = io.StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command("ingest", "list", stderr=heard)

    assert caught.value.code == LEASE_LOST == 3
    assert "has passed epoch 1" in heard.getvalue()


def test_a_database_that_drops_the_worker_ends_the_command_with_a_sentence(
    listed: list[ListFeed], monkeypatch: pytest.MonkeyPatch
) -> None:
    def losing(self: ListFeed, limit: int, timeout_s: float) -> list[FeedItem]:
        end_backend("ingest list")
        self.finished = True
        return [option_trade(1, 0)]

    monkeypatch.setattr(ListFeed, "read", losing)
    with pytest.raises(CommandError, match="read again after the next start"):
        call_command("ingest", "list")
    assert count("option_print") == 0
