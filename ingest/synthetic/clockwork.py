"""Business time: how fast the market moves and trades at each minute, open around the clock or not.

cell = 24 hours from 08:00 UTC (before New York wakes), 1,440 minutes with a weight each
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate

from flow.domain.sessions import Session
from flow.domain.units import MINUTE_US, SECOND_US
from ingest.synthetic.config import Hours
from ingest.synthetic.trading_days import trading_calendar

CELL_S = 86_400
CELL_US = CELL_S * SECOND_US
_START_US = 8 * 3_600 * SECOND_US
_MINUTES = 1_440
_LONGEST_CLOSED_US = 10 * CELL_US
# Weight of a minute outside regular hours against the middle of the day: of variance (an overnight
# gap carries about a quarter of a day's; French and Roll 1986) and of equity prints (guess).
_QUIET_VARIANCE, _QUIET_PRINTS = 0.10, 0.02


def cell_of(ts_us: int) -> int:
    """Return the number of the 24-hour cell of an instant."""
    return (ts_us - _START_US) // CELL_US


def start_of(cell: int) -> int:
    """Return the first instant of a cell."""
    return cell * CELL_US + _START_US


class BusinessTime:
    """Cumulative variance of one cell by second, 0 at its start and 1 at its end."""

    def __init__(self, weights: Sequence[float]) -> None:
        """Sum up the weights of the minutes."""
        total = sum(weights)
        self._at = (0.0, *accumulate(weight / total for weight in weights))

    def at(self, second: int) -> float:
        """Return the share of the cell's variance that is over at a second of it."""
        minute, rest = divmod(second, 60)
        at = self._at
        return at[minute] + (at[minute + 1] - at[minute]) * (rest / 60) if rest else at[minute]


@lru_cache(maxsize=16)
def business_time(cell: int, hours: Hours) -> BusinessTime:
    """Return how variance spreads over a cell: evenly, or as in a session with its open and close.

    Source of the shape: the U of intraday volatility (Wood, McInish, Ord 1985).
    """
    if hours == "always":
        return BusinessTime([1.0] * _MINUTES)
    curve = _session_curve(cell)
    return BusinessTime([_QUIET_VARIANCE if share is None else 0.8 + 1.7 * share * share * share
                         for share in curve])  # fmt: skip


@lru_cache(maxsize=16)
def print_curve(cell: int, hours: Hours) -> tuple[tuple[float, float], ...]:
    """Return by minute how many option and equity prints come, 1.0 on average of a session."""
    if hours == "always":
        return ((1.0, 1.0),) * _MINUTES
    curve = _session_curve(cell)
    shaped = [0.75 + share * share for share in curve if share is not None]
    mean = sum(shaped) / len(shaped) if shaped else 1.0
    kinds = _kinds(cell)
    rows = []
    for share, kind in zip(curve, kinds, strict=True):
        if share is not None:
            value = (0.75 + share * share) / mean
            rows.append((value, value))
        else:
            rows.append((0.0, 0.0 if kind is Session.CLOSED else _QUIET_PRINTS))
    return tuple(rows)


def is_regular(ts_us: int, hours: Hours) -> bool:
    """Return whether options trade at an instant; a market that is always open trades always."""
    return hours == "always" or trading_calendar().locate(ts_us)[0] is Session.REGULAR


def opens_at(ts_us: int, hours: Hours) -> int:
    """Return the first instant from one on at which anything trades: itself, or a full minute.

    Errors: ValueError behind the last session of the calendar.
    """
    if hours == "always":
        return ts_us
    calendar, at = trading_calendar(), ts_us
    while calendar.locate(at)[0] is Session.CLOSED:
        at = (at // MINUTE_US + 1) * MINUTE_US
        if at > ts_us + _LONGEST_CLOSED_US:
            raise ValueError(f"instant is {ts_us}; expected one before the last known session")
    return at


def _session_curve(cell: int) -> list[float | None]:
    """Return for each minute its distance from the session's middle (0 to 1), None outside it."""
    calendar, start = trading_calendar(), start_of(cell)
    rows: list[float | None] = []
    for minute, kind in enumerate(_kinds(cell)):
        if kind is not Session.REGULAR:
            rows.append(None)
            continue
        ts = start + minute * MINUTE_US
        day = calendar.locate(ts)[1]
        opens, closes = calendar.open_of(day), calendar.close_of(day)
        if opens is None or closes is None:
            rows.append(None)
            continue
        rows.append(abs(2 * (ts + MINUTE_US // 2 - opens) / (closes - opens) - 1))
    return rows


@lru_cache(maxsize=16)
def _kinds(cell: int) -> tuple[Session, ...]:
    start, calendar = start_of(cell), trading_calendar()
    return tuple(calendar.locate(start + minute * MINUTE_US)[0] for minute in range(_MINUTES))
