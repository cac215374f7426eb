"""Candles of real ticks against an aggregation in pandas that shares no code with them.

AIG, 2013-10-09: every trade of the tape, with its closing auction 85 s after the close, average
prices, official closes and extended hours (PROVENANCE.md section 3).
"""

import io
import zipfile
from datetime import date, time
from pathlib import Path
from typing import Any

import pandas
import pytest

from flow.domain.candles.bar import Bar
from flow.domain.candles.rollup import daily, roll_up
from flow.domain.candles.state import CandleState
from flow.domain.candles.step import advance
from flow.domain.events import Control, EquityPrint, StampedEquityPrint
from flow.domain.sessions import Calendar, SessionDay, at_new_york
from ingest.lean_equity import read_trade_ticks
from tests.support.candle_builders import equity_print

pytestmark = pytest.mark.realdata

DAY = date(2013, 10, 9)
MIDNIGHT_US = 1_381_291_200_000_000  # 2013-10-09T04:00Z, midnight in New York
OPEN_MS, CLOSE_MS = 34_200_000, 57_600_000
SECOND = 1_000_000

# Lean's bits of what the tape does not let set the last price, or the high and low either.
NO_HIGH_LOW = sum(1 << bit for bit in (1, 2, 3, 18, 20, 22))
NO_LAST = NO_HIGH_LOW | sum(1 << bit for bit in (9, 11, 14, 25))
EXTENDED = 1 << 10 | 1 << 13
NO_TRADE = 1 << 24 | 1 << 26


def csv_of(folder: Path) -> bytes:
    with zipfile.ZipFile(folder / "equity_ticks" / "aig" / f"{DAY:%Y%m%d}_trade.zip") as archive:
        return archive.read(archive.namelist()[0])


@pytest.fixture(scope="module")
def bars(shared_data: Path) -> list[Bar]:
    calendar = Calendar([session_day()])
    lines = iter(csv_of(shared_data).split(b"\n"))
    log: list[StampedEquityPrint | Control] = []
    clock = 0
    for item in read_trade_ticks(lines, "AIG", f"{DAY:%Y%m%d}", "aig"):
        assert isinstance(item, EquityPrint)
        if item.ts - clock >= SECOND:
            clock = item.ts - item.ts % SECOND
            log.append(Control(len(log), "clock", clock))
        log.append(stamped(item, len(log), calendar))
    return advance(CandleState(), [*log, Control(len(log), "session_close", clock + SECOND)])


def session_day() -> SessionDay:
    day = DAY.toordinal()
    return SessionDay(day, at_new_york(day, time(9, 30)), at_new_york(day, time(16)))


def stamped(item: EquityPrint, seq: int, calendar: Calendar) -> StampedEquityPrint:
    names = ("ts", "uid", "symbol", "price_micros", "size_micros", "venue", "conditions")
    fields: dict[str, Any] = {name: getattr(item, name) for name in names}
    session = int(calendar.locate(item.ts)[0])
    return equity_print(seq=seq, session=session, off_exchange=item.off_exchange, **fields)


@pytest.fixture(scope="module")
def ticks(shared_data: Path) -> pandas.DataFrame:
    names = ["ms", "price", "size", "venue", "mask", "suspicious"]
    frame = pandas.read_csv(io.BytesIO(csv_of(shared_data)), names=names, dtype={"mask": str})
    mask = frame["mask"].map(lambda text: int(text, 16))
    frame = frame.assign(mask=mask)[mask & NO_TRADE == 0]
    pre, post = frame["ms"] < OPEN_MS, frame["ms"] >= CLOSE_MS
    marked = frame["mask"] & EXTENDED != 0
    outside = pre | post & marked
    plain = (frame["mask"] & NO_LAST == 0) & (outside | ~marked)
    ranged = plain | (frame["mask"] & NO_HIGH_LOW == 0) & ~marked
    return frame.assign(
        session=2 - pre + (post & marked),
        last=frame["price"].where(plain),
        ranged=frame["price"].where(ranged),
        off=frame["size"].where(frame["venue"] == "D", 0),
        paid=frame["price"] * frame["size"],
    )


def aggregated(ticks: pandas.DataFrame, by: list[str]) -> pandas.DataFrame:
    return ticks.groupby(by).agg(
        open=("last", "first"), high=("ranged", "max"), low=("ranged", "min"),
        close=("last", "last"), volume=("size", "sum"), trades=("size", "count"),
        off=("off", "sum"), paid=("paid", "sum"),
    )  # fmt: skip


def rows_of(frame: pandas.DataFrame) -> dict[Any, tuple[Any, ...]]:
    """Return the aggregation as numbers of 1e-4 dollars and shares, None where it has no price."""
    return {
        key: tuple(None if pandas.isna(cell) else int(cell) for cell in row)
        for key, *row in frame.itertuples(name=None)
    }


def row_of(bar: Bar) -> tuple[int | None, ...]:
    prices = (bar.open_micros, bar.high_micros, bar.low_micros, bar.close_micros)
    return (
        *(None if price is None else price // 100 for price in prices),
        bar.volume_micros // SECOND,
        bar.trades,
        bar.off_exchange_volume_micros // SECOND,
        bar.notional_micros // 100,
    )


@pytest.mark.parametrize("interval_s", [1, 60])
def test_base_bars_equal_pandas(bars: list[Bar], ticks: pandas.DataFrame, interval_s: int) -> None:
    by_window = ticks.assign(window=ticks["ms"] // (interval_s * 1_000))
    expected = rows_of(aggregated(by_window, ["window", "session"]))
    found = {
        ((bar.ts - MIDNIGHT_US) // (interval_s * SECOND), bar.session): row_of(bar)
        for bar in bars
        if bar.interval_s == interval_s
    }

    assert found == expected
    assert len(found) > (8_000 if interval_s == 1 else 390)
    assert not any(bar.rev for bar in bars)


@pytest.mark.parametrize("minutes", [5, 15, 60])
def test_rolled_bars_equal_pandas(bars: list[Bar], ticks: pandas.DataFrame, minutes: int) -> None:
    regular = ticks[ticks["session"] == 2]
    by_window = regular.assign(window=regular["ms"] // (minutes * 60_000))
    base = [bar for bar in bars if bar.interval_s == 60]

    rolled = roll_up(base, minutes * 60, extended=False)
    found = {(bar.ts - MIDNIGHT_US) // (minutes * 60 * SECOND): row_of(bar) for bar in rolled}
    assert found == rows_of(aggregated(by_window, ["window"]))


@pytest.mark.parametrize("interval_s", [1, 60])
def test_the_day_equals_pandas(bars: list[Bar], ticks: pandas.DataFrame, interval_s: int) -> None:
    base = [bar for bar in bars if bar.interval_s == interval_s]
    calendar = Calendar([session_day()])
    (regular,) = daily(base, calendar)
    (whole,) = daily(base, calendar, extended=True)

    by_day = ticks.assign(day=0)
    assert row_of(regular) == rows_of(aggregated(by_day[by_day["session"] == 2], ["day"]))[0]
    assert row_of(whole) == rows_of(aggregated(by_day, ["day"]))[0]
    # The closing auction of the NYSE: 242,147 shares at 47.73, reported 85.8 s after the close.
    assert (regular.close_micros, regular.last_ts) == (
        47_730_000, MIDNIGHT_US + 57_685_807_000,
    )  # fmt: skip
    assert whole.volume_micros == int(ticks["size"].sum()) * SECOND
