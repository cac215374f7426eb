"""A folder of ticks through import and compute; each print and bar against the oracle."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pandas as pd
from django.core.management import call_command

from flow.storage.calendar import load_calendar
from flow.storage.db import connect
from flow.storage.schemas import RUNS
from islandflow.tickproof import oracle, stored
from islandflow.tickproof.claims import DayFigures
from islandflow.tickproof.stored import StoredBars
from replay.imports import counts, derive
from replay.models import Run

Say = Callable[[str], None]


class ProofFailed(AssertionError):
    """Two derivations of the same ticks differ; the text has what each of them says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolProof:
    """What was imported, derived and found equal of one symbol."""

    symbol: str
    run: int
    days: dict[str, DayFigures]
    quotes: int
    bars: int
    import_s: float
    derive_s: float

    @property
    def trades(self) -> int:
        """Return the prints of all days."""
        return sum(len(day.prints) for day in self.days.values())

    @property
    def line(self) -> str:
        """Return the sizes and the seconds."""
        return (
            f"{self.symbol}: {self.trades:,} trades and {self.quotes:,} quote rows of"
            f" {len(self.days)} days imported in {self.import_s:.1f} s, derived in"
            f" {self.derive_s:.1f} s; every print, {self.bars:,} bars and"
            f" {2 * len(self.days)} daily bars as in pandas"
        )


def prove_symbol(folder: Path, *, say: Say) -> SymbolProof:
    """Import and derive a symbol's folder as the commands do, and compare it day by day.

    Errors: ProofFailed at the first difference.
    """
    symbol = folder.name
    say(f"{symbol}: importing")
    began = time.monotonic()
    call_command(
        "import_market_data",
        folder,
        format="lean",
        run=symbol,
        no_compute=True,
        no_progress=True,
        stdout=StringIO(),
    )
    imported = time.monotonic()
    run = Run.objects.get(name=symbol)
    derive(run)
    derived = time.monotonic()
    say(f"{symbol}: comparing")
    with connect(RUNS, "tick proof", idle_ms=0) as conn:
        calendar = load_calendar(conn)
        prints = stored.prints_by_day(conn, run.id)
        crossed = stored.crossed_by_day(conn, run.id, calendar)
        bars = stored.bars_by_day(conn, run.id, calendar)
    days, quotes = {}, 0
    for path in sorted(folder.glob("*_trade.zip")):
        day = path.name[:8]
        trades = oracle.read_trades(path)
        told = oracle.read_quotes(folder / f"{day}_quote.zip")
        quotes += len(told)
        where = f"{symbol} {day}"
        figures = DayFigures(prints.pop(day), *crossed.pop(day))
        _compare_prints(where, figures.prints, oracle.prints_of(trades, told))
        _equal(f"{where} crossed and all quote rows", figures[1:], oracle.crossed_of(told))
        _compare_bars(where, bars[day], trades)
        days[day] = figures
    _equal(f"{symbol}: days that no file has", [*prints, *crossed], [])
    rows = counts(run)
    _equal(f"{symbol} quote rows", rows["equity_quote"], quotes)
    _equal(f"{symbol} rows in quarantine", rows["quarantine"], 0)
    return SymbolProof(
        symbol=symbol,
        run=run.id,
        days=days,
        quotes=quotes,
        bars=sum(len(day.seconds) + len(day.minutes) for day in bars.values()),
        import_s=imported - began,
        derive_s=derived - imported,
    )


def _compare_prints(where: str, found: pd.DataFrame, expected: pd.DataFrame) -> None:
    _equal(f"{where} prints", len(found), len(expected))
    for column in oracle.PRINT_COLUMNS:
        differs = found[column].to_numpy() != expected[column].to_numpy()
        if differs.any():
            at = int(differs.argmax())
            raise ProofFailed(
                f"{where}: {int(differs.sum())} prints with another {column}; the first is"
                f" {found.iloc[at].to_dict()}, in pandas {expected.iloc[at].to_dict()}"
            )


def _compare_bars(where: str, found: StoredBars, trades: pd.DataFrame) -> None:
    for name, bars, interval_ms in (
        ("1 s", found.seconds, 1_000),
        ("1 min", found.minutes, 60_000),
    ):
        expected = oracle.bars_of(trades, interval_ms)
        for key in sorted(bars.keys() | expected.keys()):
            what = f"{where} {name} bar at {key[0]} ms of session {key[1]}"
            _equal(what, bars.get(key), expected.get(key))
    flavours = ("regular day", "day with pre and post market")
    for name, bar, day in zip(flavours, found.daily, oracle.daily_of(trades), strict=True):
        _equal(f"{where} {name}", bar, day)


def _equal(what: str, found: object, expected: object) -> None:
    if found != expected:
        raise ProofFailed(f"{what}: {found}; in pandas {expected}")
