"""The synthetic market beside real days: `synthetic stats`."""

import csv
import gzip
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError

from flow.domain.contracts import parse_contract
from flow.domain.events import MarketEvent, OptionPrint
from flow.domain.sessions import at_new_york
from ingest.feeds import ImportFormatError
from ingest.lean import import_files
from ingest.lean_zip import parse_day
from ingest.marketstats import MarketStats
from ingest.sources import synthetic_config
from ingest.synthetic.config import BEAT_US
from ingest.synthetic.market import Market
from ingest.synthetic_feed import DEFAULT_START_US

_DAYS = (("aig", "20131007"), ("bac", "20131007"))
_OPTIONS = "options_trades/massive_flatfile_samples/options_trades_example.csv.gz"


def compare(seconds: int, seed: int | None) -> Iterator[str]:
    """Yield the table of a synthetic market beside the real days that are at hand.

    Errors: CommandError for less than a second, or a real file that cannot be read.
    """
    if seconds < 1:
        raise CommandError(f"--seconds is {seconds}; expected 1 or more")
    seed = settings.ENV.islandflow_synthetic_seed if seed is None else seed
    columns = {f"seed {seed}": _stats(_synthetic(seed, seconds))}
    folder = settings.ENV.islandflow_shared_data
    for symbol, day in _DAYS:
        files = [folder / f"equity_ticks/{symbol}/{day}_{kind}.zip" for kind in ("quote", "trade")]
        if all(path.is_file() for path in files):
            columns[f"{symbol.upper()} {day}"] = _stats(_regular(files, parse_day(day)))
    if (folder / _OPTIONS).is_file():
        columns["SPY puts 20230313"] = _stats(_flat_file(folder / _OPTIONS))
    yield from _table(columns)


def _table(columns: dict[str, MarketStats]) -> Iterator[str]:
    rows = {name: dict(stats.rows()) for name, stats in columns.items()}
    first = next(iter(rows.values()))
    yield "".join([f"{'':42}", *(f"{name:>26}" for name in rows)])
    for figure in first:
        yield "".join([f"{figure:42}", *(f"{found[figure]:>26}" for found in rows.values())])


def _stats(events: Iterator[MarketEvent]) -> MarketStats:
    stats = MarketStats()
    for event in events:
        stats.saw(event)
    return stats


def _synthetic(seed: int, seconds: int) -> Iterator[MarketEvent]:
    market, first = Market(seed, synthetic_config()), DEFAULT_START_US // BEAT_US
    for beat in range(first, first + seconds * 1_000_000 // BEAT_US):
        for item in market.beat(beat):
            if isinstance(item.event, MarketEvent):
                yield item.event


def _regular(files: list[Path], day: date) -> Iterator[MarketEvent]:
    """Yield what a real day's files hold of regular hours."""
    opens, closes = (at_new_york(day.toordinal(), wall) for wall in (time(9, 30), time(16)))
    try:
        feed = import_files(*files)
        feed.open(None)
        while not feed.finished:
            for item in feed.read(10_000, 0):
                if isinstance(item, MarketEvent) and opens <= item.ts < closes:
                    yield item
    except ImportFormatError as error:
        raise CommandError(str(error)) from error


def _flat_file(path: Path) -> Iterator[OptionPrint]:
    """Yield the prints of the vendor's sample file; it has no quotes and its own conditions."""
    with gzip.open(path, "rt") as lines:
        for row in csv.DictReader(lines):
            yield OptionPrint(
                int(row["sip_timestamp"]) // 1_000, b"", parse_contract(row["ticker"]).canonical,
                round(float(row["price"]) * 1_000_000), int(row["size"]),
            )  # fmt: skip
