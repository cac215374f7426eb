"""Small markets and direct questions to the log: every default is visible, nothing is random."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connections

from flow.domain.events import (
    Control,
    EquityPrint,
    EquityQuote,
    LogEntry,
    OptionPrint,
    OptionQuote,
    StampedEquityPrint,
    StampedPrint,
)
from flow.domain.ids import content_uid
from flow.storage.db import connect
from flow.storage.instruments import Instruments
from flow.storage.schemas import alias_of
from flow.storage.streams import streams_of
from flow.storage.tail import read_entries, read_manifest
from ingest.feeds import Feed, FeedItem
from ingest.promises import ClockRule
from ingest.worker import IngestWorker
from tests.support.feeds import ListFeed
from tests.support.workers import fixed_wall

TS = 1_700_060_000_000_000  # 2023-11-15T14:53:20Z, inside the regular session
SECOND = 1_000_000
CALL, PUT = "SPY-2023-12-15-450-C", "SPY-2023-12-15-450-P"
OTHER_CALL = "QQQ-2023-12-15-380-C"


def option_quote(n: int, at: int, contract: str = CALL, **changes: Any) -> OptionQuote:
    """Return a quote of 4.90 x 5.10."""
    fields = {"bid_micros": 4_900_000, "ask_micros": 5_100_000, "bid_size": 10, "ask_size": 10}
    return OptionQuote(TS + at, content_uid("oq", n), contract, **(fields | changes))


def option_trade(n: int, at: int, contract: str = CALL, **changes: Any) -> OptionPrint:
    """Return a print of five contracts at 5.10."""
    fields: dict[str, Any] = {"price_micros": 5_100_000, "size": 5, "uid": content_uid("op", n)}
    fields |= changes
    return OptionPrint(TS + at, fields.pop("uid"), contract, **fields)


def equity_quote(n: int, at: int, symbol: str = "SPY", **changes: Any) -> EquityQuote:
    """Return a quote of 450.49 x 450.51."""
    fields = {"bid_micros": 450_490_000, "ask_micros": 450_510_000, "bid_size": 3, "ask_size": 4}
    return EquityQuote(TS + at, content_uid("eq", n), symbol, **(fields | changes))


def equity_trade(n: int, at: int, symbol: str = "SPY", **changes: Any) -> EquityPrint:
    """Return a print of a hundred shares at 450.50."""
    fields = {"price_micros": 450_500_000, "size_micros": 100 * 10**6, "off_exchange": False}
    return EquityPrint(TS + at, content_uid("ep", n), symbol, **(fields | changes))


def busy_minute(count: int = 40) -> list[FeedItem]:
    """Return quotes and prints of three contracts and their underlyings, one event every 60 ms.

    Every tenth print is of 900 contracts, large enough for an alert.
    """
    items: list[FeedItem] = []
    for n in range(count):
        at = n * 240_000
        contract = (CALL, PUT, OTHER_CALL)[n % 3]
        symbol = contract[:3]
        items += [
            equity_quote(n, at, symbol),
            option_quote(n, at + 60_000, contract),
            equity_trade(n, at + 120_000, symbol),
            option_trade(n, at + 180_000, contract, size=900 if n % 10 == 0 else 1 + n % 7),
        ]
    return items


def rows(sql: str, *values: Any, alias: str = "default") -> list[tuple[Any, ...]]:
    """Return what a statement gives, through Django's connection."""
    with connections[alias].cursor() as cursor:
        cursor.execute(sql, values or None)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def count(table: str, alias: str = "default") -> int:
    """Return how many rows a table has."""
    return int(rows(f"SELECT count(*) FROM {table}", alias=alias)[0][0])


def option_log(run: int = 0, source: str | None = None) -> list[LogEntry]:
    """Return every entry of the option print streams of a run, stream after stream."""
    with connect(alias_of(run), "test") as conn:
        found: list[LogEntry] = []
        for head in streams_of(conn, run=run, kind="option_print"):
            if source in (None, head.source):
                infos = read_manifest(conn, head.id, after=0, limit=100_000)
                read = read_entries(conn, infos, "option_print", Instruments(conn))
                found += [each for each in read if not isinstance(each, StampedEquityPrint)]
        return found


def prints_of(entries: Sequence[LogEntry]) -> list[StampedPrint]:
    """Return the prints among entries."""
    return [entry for entry in entries if isinstance(entry, StampedPrint)]


def controls_of(entries: Sequence[LogEntry], kind: str) -> list[Control]:
    """Return the control entries of one kind."""
    return [entry for entry in entries if isinstance(entry, Control) and entry.kind == kind]


class Stopwatch:
    """A monotonic clock that moves on by `step` seconds whenever somebody looks at it.

    With a whole second nothing is ever collected: one read of a feed is one batch.
    """

    def __init__(self, step: float = 1.0) -> None:
        self.now = 0.0
        self.step = step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


@contextmanager
def owning(
    feed: Feed,
    *,
    run: int = 0,
    clock_rule: ClockRule = "event",
    wall_us: Callable[[], int] | None = None,
    monotonic: Callable[[], float] | None = None,
) -> Iterator[IngestWorker]:
    """Give a worker that owns its streams and commits every read of its feed by itself."""
    worker = IngestWorker(
        feed,
        run=run,
        clock_rule=clock_rule,
        wall_us=wall_us or fixed_wall(),
        monotonic=monotonic or Stopwatch(),
    )
    try:
        assert worker.take_over()
        yield worker
    finally:
        worker.close()


def drain(feed: Feed, worker: IngestWorker) -> None:
    """Step until the feed has ended, without closing its log."""
    while not feed.finished:
        worker.step()


def ingest_cut(
    items: Sequence[FeedItem],
    *,
    chunk: int = 1_000,
    run: int = 0,
    source: str = "list",
    resumes: bool = True,
) -> None:
    """Write items as a finished feed would, in batches of exactly `chunk` items."""
    feed = ListFeed(items, chunk=chunk, source=source, resumes=resumes)
    with owning(feed, run=run) as worker:
        drain(feed, worker)
        worker.finish()


def end_backend(name: str) -> int:
    """Let the server drop the connections of a worker, as a crash of the database does."""
    found = rows(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE application_name = %s AND datname = current_database()",
        f"islandflow {name}",
    )
    return int(found[0][0])
