"""What the database holds of an imported run, in the units of the files, to compare with `oracle`.

Prints come through the log's own reader, which proves its checksums; bars from their table.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

import pandas as pd
import psycopg

from flow.domain.candles.bar import Bar
from flow.domain.candles.rollup import daily, newest
from flow.domain.events import StampedEquityPrint
from flow.domain.sessions import NEW_YORK, Calendar, Session
from flow.domain.units import MICROS, MILLISECOND_US, to_datetime
from flow.storage.instruments import Instruments
from flow.storage.streams import streams_of
from flow.storage.tail import read_entries, read_manifest
from ingest.lean_equity import PRICE_UNIT
from ingest.lean_zip import midnight_us
from islandflow.tickproof.oracle import PATIENCE_MS, PRINT_COLUMNS, Bars
from signals.engine.equities.placement import EquitySide, place_equity
from signals.engine.params import Params
from signals.engine.placement import QuoteState
from signals.storage.rows import BY_NAME

BATCHES = 20
_STATES = {
    QuoteState.MISSING: "missing",
    QuoteState.ONE_SIDED: "one sided",
    QuoteState.CROSSED: "crossed",
    QuoteState.STALE: "stale",
}
_SIDES = {
    EquitySide.AA: "above",
    EquitySide.A: "ask",
    EquitySide.MID: "inside",
    EquitySide.B: "bid",
    EquitySide.BB: "below",
}
_COLUMNS = tuple(name for name in BY_NAME["candle"].columns if name in Bar.__struct_fields__)
Conn = psycopg.Connection[Any]


class StoredBars(NamedTuple):
    """The bars of a day by interval, and its daily bars: regular, and with pre and post market."""

    seconds: Bars
    minutes: Bars
    daily: tuple[tuple[int | None, ...], tuple[int | None, ...]]


def prints_by_day(conn: Conn, run: int) -> dict[str, pd.DataFrame]:
    """Return the columns of `oracle.prints_of` by day, in the order of the log."""
    strict, patient = Params(), Params.from_values({"nbbo_silence_max_ms": PATIENCE_MS})
    rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    midnights: dict[int, tuple[str, int]] = {}
    for print_ in read_prints(conn, run):
        if print_.session_date not in midnights:
            day = f"{date.fromordinal(print_.session_date):%Y%m%d}"
            midnights[print_.session_date] = day, midnight_us(day)
        day, midnight = midnights[print_.session_date]
        rows[day].append(
            (
                (print_.ts - midnight) // MILLISECOND_US,
                print_.price_micros // PRICE_UNIT,
                print_.size_micros // MICROS,
                print_.off_exchange,
                print_.session == Session.REGULAR,
                (print_.bid_micros or 0) // PRICE_UNIT,
                (print_.ask_micros or 0) // PRICE_UNIT,
                place_of(print_, strict),
                place_of(print_, patient),
            )
        )
    return {day: pd.DataFrame(found, columns=PRINT_COLUMNS) for day, found in rows.items()}


def place_of(print_: StampedEquityPrint, params: Params) -> str:
    """Return the engine's place of a print in the words of the oracle."""
    placed = place_equity(print_, params)
    if placed.is_locked:
        return "locked" if placed.side is EquitySide.MID else "locked outside"
    return _STATES.get(placed.quote_state) or _SIDES[placed.side]


def read_prints(conn: Conn, run: int) -> Iterator[StampedEquityPrint]:
    """Yield the equity prints of a run by their positions."""
    instruments = Instruments(conn)
    for head in streams_of(conn, run=run, kind="equity_print"):
        after = 0
        while infos := read_manifest(conn, head.id, after=after, limit=BATCHES):
            after = infos[-1].batch_no
            for entry in read_entries(conn, infos, "equity_print", instruments):
                if isinstance(entry, StampedEquityPrint):
                    yield entry


def crossed_by_day(conn: Conn, run: int, calendar: Calendar) -> dict[str, tuple[int, int]]:
    """Return crossed and all quote rows of the regular session of each day with quotes."""
    found = {}
    with conn.cursor(binary=True) as cursor:
        cursor.execute(
            """SELECT min(b.min_ts), max(b.max_ts) FROM batch b JOIN stream s ON s.id = b.stream
               WHERE s.run = %s AND s.kind = 'equity_quote'""",
            (run,),
        )
        first, last = cursor.fetchone() or (0, 0)
        for ordinal in range(_new_york(first).toordinal(), _new_york(last).toordinal() + 1):
            opens, closes = calendar.open_of(ordinal), calendar.close_of(ordinal)
            if opens is None or closes is None:
                continue
            cursor.execute(
                """SELECT count(*) FILTER (WHERE q.bid_micros > q.ask_micros), count(*)
                   FROM equity_quote q JOIN stream s ON s.id = q.stream
                   WHERE s.run = %s AND q.ts >= %s AND q.ts < %s""",
                (run, to_datetime(opens), to_datetime(closes)),
            )
            crossed, rows = cursor.fetchone() or (0, 0)
            found[f"{date.fromordinal(ordinal):%Y%m%d}"] = int(crossed), int(rows)
    return found


def bars_by_day(conn: Conn, run: int, calendar: Calendar) -> dict[str, StoredBars]:
    """Return the newest revision of every bar of a run."""
    days: dict[str, list[Bar]] = defaultdict(list)
    for bar in newest(_bars(conn, run)):
        days[f"{_new_york(bar.ts):%Y%m%d}"].append(bar)
    return {day: _stored(day, bars, calendar) for day, bars in days.items()}


def _stored(day: str, bars: list[Bar], calendar: Calendar) -> StoredBars:
    midnight = midnight_us(day)
    by_interval: dict[int, Bars] = {1: {}, 60: {}}
    for bar in bars:
        start = (bar.ts - midnight) // MILLISECOND_US
        by_interval[bar.interval_s][start, bar.session or 0] = _numbers(bar)
    seconds = [bar for bar in bars if bar.interval_s == 1]
    (regular,) = daily(seconds, calendar)
    (whole,) = daily(seconds, calendar, extended=True)
    return StoredBars(by_interval[1], by_interval[60], (_numbers(regular), _numbers(whole)))


def _bars(conn: Conn, run: int) -> Iterator[Bar]:
    """Yield the rows of the candle table."""
    instruments = Instruments(conn)
    with conn.cursor(binary=True) as cursor:
        cursor.execute(
            f"SELECT {', '.join(_COLUMNS)} FROM candle WHERE run = %s",  # noqa: S608 - from the spec
            (run,),
        )
        for row in cursor:
            cells: dict[str, Any] = dict(zip(_COLUMNS, row, strict=True))
            cells["symbol"] = instruments.symbol_name(cells["symbol"])
            yield Bar(**cells, cause_seq=0)


def _numbers(bar: Bar) -> tuple[int | None, ...]:
    """Return a bar as the oracle does."""
    prices = (bar.open_micros, bar.high_micros, bar.low_micros, bar.close_micros)
    return (
        *(None if price is None else price // PRICE_UNIT for price in prices),
        bar.volume_micros // MICROS,
        bar.trades,
        bar.off_exchange_volume_micros // MICROS,
        bar.notional_micros // PRICE_UNIT,
    )


def _new_york(ts: int) -> date:
    return to_datetime(ts).astimezone(NEW_YORK).date()
