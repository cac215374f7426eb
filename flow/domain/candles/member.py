"""What a window keeps of a print, and the bar that its prints make.

Six integers a print, in one flat array: a window must be rebuilt exactly when a late print comes
or one is withdrawn, and high and low cannot be taken back out of a sum.
"""

from array import array
from functools import lru_cache
from typing import TypeAlias

from flow.domain.candles.bar import Bar, bar_uid
from flow.domain.events import PrintFlag, StampedEquityPrint
from flow.domain.sale_conditions import eligibility_of, is_extended
from flow.domain.sessions import Calendar, Session
from flow.domain.units import MICROS, SECOND_US

# ts, seq, price_micros, size_micros, marks, name of each print, one after another.
Members: TypeAlias = "array[int]"
STRIDE = 6
# Source: platform-errata.md 41: a later off-exchange report is volume only.
MAX_REPORT_DELAY_US = 10 * SECOND_US

_LAST, _HIGH_LOW, _LIT, _OFF = 1, 2, 4, 8
_VOLUME, _LATE, _WHOLE = 16, 32, 64
_PRICES = _LAST | _HIGH_LOW
_MINUTE_BAR = int(PrintFlag.MINUTE_BAR)
_REGULAR, _POST = int(Session.REGULAR), int(Session.POST)


def place_of(print_: StampedEquityPrint, calendar: Calendar | None) -> tuple[int, int]:
    """Return the instant that decides the window of a print, and the session of its bar.

    A sale after the close that the tape does not mark as extended hours is the regular session's:
    the closing auction, late reports. An imported minute bar is dated at its end and lies before.
    Source: the SIPs mark every sale outside regular hours (letters T, U); on the real ticks of
    2013-10-07 to 11 the closing auctions of AIG and BAC come 2 to 85 s after the close, unmarked.
    """
    if print_.flags & _MINUTE_BAR:
        at = print_.ts - 1
        return at, int(calendar.locate(at)[0]) if calendar else print_.session
    session, conditions = print_.session, print_.conditions
    if session == _POST and conditions and not is_extended(conditions):
        return print_.ts, _REGULAR
    return print_.ts, session


def marks_of(print_: StampedEquityPrint, session: int, at: int, replaced: int = 0) -> int:
    """Return what a print updates in a bar of this session, 0 where it is no trade.

    Shape: `at` is when the trade was reported: the time of the print, or of the one that it
    corrects. `replaced`: the marks of that one.
    Missing: where a correction tells no side of the market or no execution, those of the trade that
    it corrects hold. Its conditions are always its own.
    """
    marks = _marks(print_.conditions, session != _REGULAR)
    if not marks:
        return 0
    off, exec_ts = print_.off_exchange, print_.exec_ts
    if off is None:
        marks |= replaced & (_LIT | _OFF)
    else:
        marks |= _OFF if off else _LIT
    if exec_ts is None:
        marks |= replaced & _LATE
    elif at - exec_ts > MAX_REPORT_DELAY_US:
        marks |= _LATE
    if print_.flags & _MINUTE_BAR:
        marks |= _WHOLE
    return marks & ~_PRICES if marks & _OFF and marks & _LATE else marks


@lru_cache(maxsize=4_096)
def _marks(conditions: tuple[int, ...], extended_hours: bool) -> int:
    eligible = eligibility_of(conditions, extended_hours=extended_hours)
    if not eligible.updates_volume:
        return 0
    return _VOLUME | _LAST * eligible.updates_last | _HIGH_LOW * eligible.updates_high_low


def name_of(uid: bytes) -> int:
    """Return what stands for the identity of a print in its window: the first eight bytes."""
    return int.from_bytes(uid[:8], "little", signed=True)


def find(members: Members, name: int) -> int | None:
    """Return where the integers of a print begin, None where it is not among them."""
    names = members[5::STRIDE]
    return names.index(name) * STRIDE if name in names else None


def bar_of(
    members: Members, *, symbol: str, session: int, ts: int, interval_s: int,
    rev: int, cause_seq: int, ordinal: int, source: str, tuning_revision: int,
) -> Bar:  # fmt: skip
    """Return the bar of all prints of a window.

    Missing: an imported minute bar tells its close alone, so that a window with one has no open,
    high and low.
    """
    prices, sizes, marks = members[2::STRIDE], members[3::STRIDE], members[4::STRIDE]
    is_whole = any(mark & _WHOLE for mark in marks)
    ranged = [price for price, mark in zip(prices, marks, strict=True) if mark & _HIGH_LOW]
    off = [size for size, mark in zip(sizes, marks, strict=True) if mark & _OFF]
    lit = [size for size, mark in zip(sizes, marks, strict=True) if mark & _LIT]
    told = zip(members[::STRIDE], members[1::STRIDE], prices, marks, strict=True)
    lasts = [(at, seq, price) for at, seq, price, mark in told if mark & _LAST]
    first, last = (min(lasts), max(lasts)) if lasts else (_NONE, _NONE)
    paid = [
        (price * size + MICROS // 2) // MICROS for price, size in zip(prices, sizes, strict=True)
    ]
    return Bar(
        uid=bar_uid(symbol, interval_s, ts, session, source), rev=rev, ts=ts, cause_seq=cause_seq,
        ordinal=ordinal, symbol=symbol, interval_s=interval_s, session=session,
        tuning_revision=tuning_revision,
        open_micros=None if is_whole else first[2], close_micros=last[2],
        high_micros=None if is_whole else max(ranged, default=None),
        low_micros=None if is_whole else min(ranged, default=None),
        volume_micros=sum(sizes), trades=len(sizes), lit_volume_micros=sum(lit),
        off_exchange_volume_micros=sum(off), off_exchange_count=len(off),
        notional_micros=sum(paid),
        first_ts=first[0], first_seq=first[1], last_ts=last[0], last_seq=last[1],
    )  # fmt: skip


_NONE = (None, None, None)
