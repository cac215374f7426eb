"""One bar: what it holds, and how bars of one symbol become one longer bar.

A revision is a new row with rev + 1 and the whole bar in it; the row with the highest rev counts.
"""

from collections.abc import Sequence

import msgspec

from flow.domain.ids import content_uid
from flow.domain.units import MICROS

CANDLE_VERSION = "candles-1"


class Bar(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One window of one symbol, UTC-aligned where it is shorter than a day.

    Shape: one bar is of one session (`flow.domain.sessions.Session`): the minute of the close has a
    regular bar (closing auction and late reports) and a post-market one. `trades` and `volume` are
    of every print that updates volume, prices only of those that update them.
    Units: prices and notional in micro-dollars, volumes in micro-shares, times in microseconds.
    Missing: prices are None where no print was allowed to set them, and all but the close where a
    part of the window is an imported minute bar, for the log has its close alone; `session` is None
    in a rolled bar of several sessions; what is not known to be lit or off exchange is in `volume`
    alone.
    A bar whose prints were all withdrawn stays, with 0 trades.
    """

    uid: bytes
    rev: int
    ts: int  # start of the window
    cause_seq: int  # the log entry that made it final; 0 where none has
    ordinal: int  # place among the bars of that entry
    symbol: str
    interval_s: int
    session: int | None
    tuning_revision: int  # in force at the print that opened the window
    open_micros: int | None
    high_micros: int | None
    low_micros: int | None
    close_micros: int | None
    volume_micros: int
    trades: int
    lit_volume_micros: int
    off_exchange_volume_micros: int
    off_exchange_count: int
    notional_micros: int
    first_ts: int | None  # of the first print that set a price
    first_seq: int | None
    last_ts: int | None  # of the print that set the close
    last_seq: int | None
    final: bool = True

    @property
    def has_range(self) -> bool:
        """Return whether high and low are all that they can be: not of closes alone."""
        return self.high_micros is not None or self.close_micros is None

    @property
    def vwap_micros(self) -> int | None:
        """Return notional over volume, rounded half up; None without volume or of closes alone."""
        volume = self.volume_micros
        if not volume or not self.has_range:
            return None
        return (2 * self.notional_micros * MICROS + volume) // (2 * volume)


def bar_uid(symbol: str, interval_s: int, ts: int, session: int | None, source: str = "") -> bytes:
    """Return the identity of a window: equal in every run and revision of one source."""
    return content_uid("equity_bar", CANDLE_VERSION, source, symbol, interval_s, ts, session)


def merge(parts: Sequence[Bar], *, ts: int, interval_s: int) -> Bar:
    """Return one bar of a longer window from at least one bar of the same symbol.

    Shape: `rev`, `cause_seq` and `tuning_revision` are the largest of the parts; the bar is final
    if all parts are.
    """
    symbol = parts[0].symbol
    sessions = {part.session for part in parts}
    session = sessions.pop() if len(sessions) == 1 else None
    openers = [part for part in parts if part.first_ts is not None]
    first = min(openers, key=lambda part: (part.first_ts, part.first_seq), default=None)
    last = max(openers, key=lambda part: (part.last_ts, part.last_seq), default=None)
    ranged = parts if all(part.has_range for part in parts) else []
    return Bar(
        uid=bar_uid(symbol, interval_s, ts, session),
        rev=max(part.rev for part in parts),
        ts=ts,
        cause_seq=max(part.cause_seq for part in parts),
        ordinal=0,
        symbol=symbol,
        interval_s=interval_s,
        session=session,
        tuning_revision=max(part.tuning_revision for part in parts),
        open_micros=first.open_micros if first else None,
        high_micros=max((p.high_micros for p in ranged if p.high_micros is not None), default=None),
        low_micros=min((p.low_micros for p in ranged if p.low_micros is not None), default=None),
        close_micros=last.close_micros if last else None,
        volume_micros=sum(part.volume_micros for part in parts),
        trades=sum(part.trades for part in parts),
        lit_volume_micros=sum(part.lit_volume_micros for part in parts),
        off_exchange_volume_micros=sum(part.off_exchange_volume_micros for part in parts),
        off_exchange_count=sum(part.off_exchange_count for part in parts),
        notional_micros=sum(part.notional_micros for part in parts),
        first_ts=first.first_ts if first else None,
        first_seq=first.first_seq if first else None,
        last_ts=last.last_ts if last else None,
        last_seq=last.last_seq if last else None,
        final=all(part.final for part in parts),
    )
