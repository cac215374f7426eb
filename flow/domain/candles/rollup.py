"""Longer bars from base bars: 5 m, 15 m and 1 h by UTC, and the days of the exchange calendar."""

from collections.abc import Iterable

from flow.domain.candles.bar import Bar, merge
from flow.domain.sessions import POST_CLOSES, PRE_OPENS, Calendar, Session, at_new_york
from flow.domain.units import SECOND_US

TRADING_SESSIONS = frozenset({Session.PRE, Session.REGULAR, Session.POST})


def roll_up(bars: Iterable[Bar], interval_s: int, *, extended: bool = True) -> list[Bar]:
    """Return the bars of an interval, one per symbol and UTC-aligned window, by (symbol, start).

    Shape: `bars` are of one shorter interval and cover whole windows; of several revisions of one
    bar the highest counts. `extended`: the bars of all sessions become one, else the regular
    session's alone. Gaps stay gaps: a window without prints has no bar.
    Errors: ValueError where a bar's interval does not divide `interval_s`.
    """
    groups: dict[tuple[str, int], list[Bar]] = {}
    for bar in newest(bars):
        if interval_s % bar.interval_s:
            raise ValueError(f"interval is {interval_s} s; expected a multiple of {bar.interval_s}")
        if extended or bar.session == Session.REGULAR:
            start = bar.ts - bar.ts % (interval_s * SECOND_US)
            groups.setdefault((bar.symbol, start), []).append(bar)
    return [
        merge(parts, ts=start, interval_s=interval_s)
        for (_, start), parts in sorted(groups.items(), key=lambda item: item[0])
    ]


def daily(bars: Iterable[Bar], calendar: Calendar, *, extended: bool = False) -> list[Bar]:
    """Return one bar per symbol and trading day, by (symbol, start).

    Shape: the regular flavour holds the regular session from official open to official close (half
    days too) with its closing auction and late reports; `extended` adds pre and post market. Bars
    of no trading day, or of the night, are left out.
    Units: `ts` is the official open (extended: 04:00 New York), `interval_s` the length to the
    official close (extended: to 20:00).
    """
    wanted = TRADING_SESSIONS if extended else {Session.REGULAR}
    groups: dict[tuple[str, int], list[Bar]] = {}
    for bar in newest(bars):
        day = calendar.locate(bar.ts)[1]
        if bar.session in wanted and calendar.open_of(day) is not None:
            groups.setdefault((bar.symbol, day), []).append(bar)
    found = []
    for (_, day), parts in sorted(groups.items(), key=lambda item: item[0]):
        start, end = day_span(calendar, day, extended=extended)
        found.append(merge(parts, ts=start, interval_s=(end - start) // SECOND_US))
    return found


def day_span(calendar: Calendar, day: int, *, extended: bool) -> tuple[int, int]:
    """Return when a trading day begins and ends: open to close, or 04:00 to 20:00 New York."""
    start, end = calendar.open_of(day), calendar.close_of(day)
    if extended or start is None or end is None:
        return at_new_york(day, PRE_OPENS), at_new_york(day, POST_CLOSES)
    return start, end


def newest(bars: Iterable[Bar]) -> list[Bar]:
    """Return each window's bar with the highest rev."""
    found: dict[bytes, Bar] = {}
    for bar in bars:
        known = found.get(bar.uid)
        if known is None or known.rev < bar.rev:
            found[bar.uid] = bar
    return list(found.values())
