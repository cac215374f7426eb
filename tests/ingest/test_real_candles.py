"""Candles of real ticks, made in memory, against the pandas of the long proof.

AIG, 2013-10-09: every trade of the tape, with its closing auction 85 s after the close, average
prices, official closes and extended hours (PROVENANCE.md section 3).
"""

import zipfile
from datetime import date, time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from flow.domain.candles.bar import Bar
from flow.domain.candles.rollup import daily, roll_up
from flow.domain.candles.state import CandleState
from flow.domain.candles.step import advance
from flow.domain.events import Control, EquityPrint, StampedEquityPrint
from flow.domain.sessions import Calendar, Session, SessionDay, at_new_york
from ingest.lean_equity import read_trade_ticks
from islandflow.tickproof import oracle
from tests.support.candle_builders import equity_print

pytestmark = pytest.mark.realdata

DAY = date(2013, 10, 9)
MIDNIGHT_US = 1_381_291_200_000_000  # 2013-10-09T04:00Z, midnight in New York
SECOND = 1_000_000


@pytest.fixture(scope="module")
def path(shared_data: Path) -> Path:
    return shared_data / "equity_ticks" / "aig" / f"{DAY:%Y%m%d}_trade.zip"


@pytest.fixture(scope="module")
def bars(path: Path) -> list[Bar]:
    calendar = Calendar([session_day()])
    with zipfile.ZipFile(path) as archive:
        lines = iter(archive.read(archive.namelist()[0]).split(b"\n"))
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
def ticks(path: Path) -> pd.DataFrame:
    return oracle.read_trades(path)


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
def test_base_bars_equal_pandas(bars: list[Bar], ticks: pd.DataFrame, interval_s: int) -> None:
    found = {
        ((bar.ts - MIDNIGHT_US) // 1_000, bar.session): row_of(bar)
        for bar in bars
        if bar.interval_s == interval_s
    }

    assert found == oracle.bars_of(ticks, interval_s * 1_000)
    assert len(found) > (8_000 if interval_s == 1 else 390)
    assert not any(bar.rev for bar in bars)


@pytest.mark.parametrize("minutes", [5, 15, 60])
def test_rolled_bars_equal_pandas(bars: list[Bar], ticks: pd.DataFrame, minutes: int) -> None:
    base = [bar for bar in bars if bar.interval_s == 60]

    rolled = roll_up(base, minutes * 60, extended=False)

    found = {((bar.ts - MIDNIGHT_US) // 1_000, bar.session): row_of(bar) for bar in rolled}
    expected = oracle.bars_of(ticks, minutes * 60_000)
    assert found == {key: row for key, row in expected.items() if key[1] == Session.REGULAR}


@pytest.mark.parametrize("interval_s", [1, 60])
def test_the_day_equals_pandas(bars: list[Bar], ticks: pd.DataFrame, interval_s: int) -> None:
    base = [bar for bar in bars if bar.interval_s == interval_s]
    calendar = Calendar([session_day()])
    (regular,) = daily(base, calendar)
    (whole,) = daily(base, calendar, extended=True)

    assert (row_of(regular), row_of(whole)) == oracle.daily_of(ticks)
    # The closing auction of the NYSE: 242,147 shares at 47.73, reported 85.8 s after the close.
    assert (regular.close_micros, regular.last_ts) == (
        47_730_000, MIDNIGHT_US + 57_685_807_000,
    )  # fmt: skip
    sold = ticks["size"][ticks["mask"] & oracle.NO_TRADE == 0]
    assert whole.volume_micros == int(sold.sum()) * SECOND
