"""Stored bars and what a chart needs beside them, for the API. Reads only.

How far a feed's bars are told follows from the ledger: the newest clock among the entries that
compute has taken. Nothing here asks our own clock.
"""

from collections.abc import Generator
from contextlib import closing
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connections
from msgspec.structs import replace

from flow.domain.candles.bar import Bar
from flow.domain.candles.state import CandleParams, CandleState
from flow.domain.candles.step import advance, forming
from flow.domain.events import StampedEquityPrint
from flow.domain.sessions import Calendar, new_york_date
from flow.domain.units import MILLISECOND_US, SECOND_US, from_datetime, to_datetime
from flow.models import CorporateAction
from flow.reference.session_days import market_calendar

FETCH = 2_000
_COLUMNS = """uid, rev, ts, seq, ordinal, interval_s, session, tuning_revision, open_micros,
    high_micros, low_micros, close_micros, volume_micros, trades, lit_volume_micros,
    off_exchange_volume_micros, off_exchange_count, notional_micros, first_ts, first_seq, last_ts,
    last_seq"""


class Tape(NamedTuple):
    """One feed's equity prints of a run."""

    stream: int
    source: str


class Told(NamedTuple):
    """How far the bars of a stream are told, in microseconds.

    `until`: windows that end by then are final. `closed`: so are those that begin by then. Both
    None where nothing was derived yet.
    """

    until: int | None
    closed: int | None

    def is_final(self, start: int, end: int) -> bool:
        """Return whether a window can change by revisions only."""
        in_time = self.until is not None and end <= self.until
        return in_time or (self.closed is not None and start <= self.closed)


class Split(NamedTuple):
    """A split on its effective date: so many new shares for so many old ones."""

    effective_date: date
    numerator: int
    denominator: int


def splits_of(symbol: str, first: int, last: int) -> list[Split]:
    """Return the splits in effect from the date of one instant to that of another, oldest first.

    Bars are as traded; whoever compares across a split has to know it.
    """
    days = (date.fromordinal(new_york_date(at)) for at in (first, last))
    rows = CorporateAction.objects.filter(
        symbol=symbol, kind="split", effective_date__range=tuple(days)
    ).order_by("effective_date")
    return [
        Split(row.effective_date, row.numerator, row.denominator)
        for row in rows[:1000]
        if row.numerator and row.denominator
    ]


@lru_cache(maxsize=1)
def trading_days() -> Calendar:
    """Return the trading days; they are computed once and do not change while we run."""
    return market_calendar()


def tapes(alias: str, run: int) -> list[Tape]:
    """Return the feeds of a run that have equity prints, by name."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT id, source FROM stream WHERE run = %s AND kind = 'equity_print'"
            " ORDER BY source LIMIT 1000",
            [run],
        )
        return [Tape(*row) for row in cursor.fetchall()]


def tapes_with(alias: str, run: int, symbol: int, among: list[Tape]) -> list[Tape]:
    """Return the feeds that have bars of a symbol."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            """SELECT w.stream FROM unnest(%s::int[]) AS w(stream)
               WHERE EXISTS (SELECT 1 FROM candle c WHERE c.run = %s AND c.symbol = %s
                             AND c.interval_s = 60 AND c.stream = w.stream)""",
            [[tape.stream for tape in among], run, symbol],
        )
        found = {row[0] for row in cursor.fetchall()}
    return [tape for tape in among if tape.stream in found]


def symbol_id(alias: str, name: str) -> int | None:
    """Return the storage key of a symbol, None for one that never printed."""
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT id FROM symbol WHERE name = %s", [name])
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def told(alias: str, run: int, stream: int, *, as_of_step: int | None = None) -> Told:
    """Return how far a stream's bars are told, now or after a step of the ledger."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            """SELECT b.last_seq FROM step_ledger l
               JOIN batch b ON b.stream = l.stream AND b.batch_no = l.last_batch
               WHERE l.run = %s AND l.shard = 0 AND l.stream = %s AND l.step_no <= %s
               ORDER BY l.step_no DESC LIMIT 1""",
            [run, stream, as_of_step if as_of_step is not None else 2**62],
        )
        row = cursor.fetchone()
        if row is None:
            return Told(None, None)
        newest = {
            kind: _newest_control(cursor, stream, kind, row[0])
            for kind in ("clock", "session_close", "tuning")
        }
    (clock, _), (close, _), (_, lateness) = (
        newest["clock"], newest["session_close"], newest["tuning"],
    )  # fmt: skip
    lateness_ms = CandleParams().candle_lateness_ms if lateness is None else int(lateness)
    return Told(None if clock is None else clock - lateness_ms * MILLISECOND_US, close)


def _newest_control(cursor: Any, stream: int, kind: str, seq: int) -> tuple[int | None, str | None]:
    """Return the instant of the newest entry of a kind, and the lateness that it puts in force."""
    cursor.execute(
        """SELECT ts, payload #>> '{values,candle_lateness_ms}' FROM control
           WHERE stream = %s AND kind = %s AND seq <= %s ORDER BY seq DESC LIMIT 1""",
        [stream, kind, seq],
    )
    row = cursor.fetchone()
    return (None, None) if row is None else (from_datetime(row[0]), row[1])


def bars_newest_first(
    alias: str,
    run: int,
    *,
    tape: Tape,
    symbol: tuple[int, str],
    base_s: int,
    span: tuple[int, int],
    as_of_step: int | None = None,
) -> Generator[Bar, None, None]:
    """Yield the stored bars of a symbol (its key and text) that begin in [start, end).

    Every revision, the newest start first; with `as_of_step` only what that step had told. To be
    read within a transaction: a cursor of the server's hands them over a few at a time.
    """
    sql = f"""SELECT {_COLUMNS} FROM candle
        WHERE run = %s AND symbol = %s AND interval_s = %s AND stream = %s
          AND ts >= %s AND ts < %s AND step_no <= %s
        ORDER BY ts DESC"""  # noqa: S608 - constant columns
    step = as_of_step if as_of_step is not None else 2**62
    start, end = (to_datetime(each) for each in span)
    with closing(connections[alias].chunked_cursor()) as cursor:
        cursor.execute(sql, [run, symbol[0], base_s, tape.stream, start, end, step])
        while rows := cursor.fetchmany(FETCH):
            for row in rows:
                yield _bar(row, symbol[1])


def forming_bars(
    alias: str, *, tape: Tape, symbol: tuple[int, str], base_s: int, since: int
) -> list[Bar]:
    """Return the bars that the next clocks will give, from the prints since an instant.

    They are no rows (errata 9): the same pure candles make them from the log at each request.
    Shape: the newest first; `rev` is -1, for none was told yet.
    """
    start = since - since % (base_s * SECOND_US)
    state = CandleState(calendar=trading_days(), source=tape.source)
    advance(state, _prints(alias, tape.stream, symbol, start))
    return [
        replace(bar, rev=-1)
        for bar in reversed(forming(state, symbol[1]))
        if bar.interval_s == base_s and bar.ts >= start
    ]


def _prints(
    alias: str, stream: int, symbol: tuple[int, str], since: int
) -> list[StampedEquityPrint]:
    with connections[alias].cursor() as cursor:
        cursor.execute(
            """SELECT seq, ts, source_uid, price_micros, size_micros, venue, conditions,
                      off_exchange, exec_ts, session, session_date, flags, corrects
               FROM equity_print WHERE stream = %s AND symbol = %s AND ts >= %s ORDER BY seq""",
            [stream, symbol[0], to_datetime(since)],
        )
        return [_print(row, symbol[1]) for row in cursor.fetchall()]


def _print(row: tuple[Any, ...], symbol: str) -> StampedEquityPrint:
    return StampedEquityPrint(
        seq=row[0], ts=from_datetime(row[1]), uid=row[2].bytes, symbol=symbol, price_micros=row[3],
        size_micros=row[4], venue=row[5], conditions=tuple(row[6]), off_exchange=row[7],
        exec_ts=_micros(row[8]), bid_micros=None, ask_micros=None, bid_size=None, ask_size=None,
        quote_ts=None, quote_seq=None, quote_silence_us=None, quote_mode=0,
        session=row[9], session_date=row[10].toordinal(), flags=row[11],
        corrects=row[12].bytes if row[12] else None,
    )  # fmt: skip


def _bar(row: tuple[Any, ...], symbol: str) -> Bar:
    return Bar(
        uid=row[0].bytes, rev=row[1], ts=from_datetime(row[2]), cause_seq=row[3], ordinal=row[4],
        symbol=symbol, interval_s=row[5], session=row[6], tuning_revision=row[7],
        open_micros=row[8], high_micros=row[9], low_micros=row[10], close_micros=row[11],
        volume_micros=row[12], trades=row[13], lit_volume_micros=row[14],
        off_exchange_volume_micros=row[15], off_exchange_count=row[16], notional_micros=row[17],
        first_ts=_micros(row[18]), first_seq=row[19], last_ts=_micros(row[20]), last_seq=row[21],
    )  # fmt: skip


def _micros(instant: Any) -> int | None:
    return None if instant is None else from_datetime(instant)
