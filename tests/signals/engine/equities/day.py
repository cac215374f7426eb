"""A real day of one symbol: stamped in memory as ingest does, and its dark events for people.

stamps = stamped_day(folder, "20131007")        # the folder of one symbol's Lean ticks
print(*listed(infer(entries_of(stamps))), sep="\\n")
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from flow.domain.events import Control, EquityPrint, EquityQuote, StampedEquityPrint
from flow.domain.sessions import NEW_YORK, Calendar, SessionDay
from flow.domain.units import MICROS, MILLISECOND_US, to_datetime
from ingest.lean import import_files
from ingest.lean_zip import midnight_us
from ingest.stamping import Stamper
from signals.engine.equities.dark.pipeline import DarkState, new_state, step
from signals.engine.equities.dark.records import DarkEvent
from signals.engine.params import Params

OPEN_US, CLOSE_US = 34_200_000_000, 57_600_000_000  # 09:30 and 16:00 in New York
CLOCK_EVERY_US = 250 * MILLISECOND_US
Entries = list[StampedEquityPrint | Control]


def stamped_day(folder: Path, day: str) -> list[StampedEquityPrint]:
    """Return the prints of one day with the quotes that stood when they printed."""
    midnight, ordinal = midnight_us(day), date.fromisoformat(day).toordinal()
    session = SessionDay(ordinal, midnight + OPEN_US, midnight + CLOSE_US)
    feed = import_files(folder / f"{day}_trade.zip", folder / f"{day}_quote.zip")
    stamper, stamps, seq = Stamper(feed.capabilities, Calendar([session])), [], 0
    feed.open(None)
    while not feed.finished:
        for event in feed.read(10_000, 0):
            seq += 1
            if isinstance(event, EquityQuote):
                stamper.saw_equity_quote(event, seq)
            elif isinstance(event, EquityPrint):
                stamps.append(stamper.stamp_equity_print(event, seq))
    return stamps


def entries_of(stamps: Sequence[StampedEquityPrint]) -> Entries:
    """Return the log of a finished import: a clock entry four times a second, then the close."""
    entries: Entries = []
    due = 0
    for stamp in stamps:
        if stamp.ts >= due:
            entries.append(Control(stamp.seq - 1, "clock", stamp.ts - 1))
            due = (stamp.ts // CLOCK_EVERY_US + 1) * CLOCK_EVERY_US
        entries.append(stamp)
    return [*entries, Control(stamps[-1].seq + 1, "session_close", stamps[-1].ts)]


def infer(entries: Entries, state: DarkState | None = None) -> list[DarkEvent]:
    """Return the events of a log under the default thresholds."""
    rows = step(state or new_state(), entries, Params())
    return [row for row in rows if isinstance(row, DarkEvent)]


def by_hour(events: Sequence[DarkEvent]) -> Counter[tuple[int, str, str]]:
    """Return how many events began in each New York hour, by kind and first state."""
    return Counter(
        (to_datetime(event.ts).astimezone(NEW_YORK).hour, event.kind, event.state)
        for event in events
        if event.rev == 0
    )


def listed(events: Sequence[DarkEvent]) -> list[str]:
    """Return one line for the last row of each event, in the order of their openings."""
    newest = {event.uid: event for event in events}
    ordered = sorted(newest.values(), key=lambda event: (event.ts, event.uid))
    return [_line(event) for event in ordered]


def _line(event: DarkEvent) -> str:
    start, end = (
        to_datetime(ts).astimezone(NEW_YORK).strftime("%H:%M:%S")
        for ts in (event.window_start_ts, event.end_ts)
    )
    moved = "" if event.impact_bps is None else f"{event.impact_bps:+6.1f} bps"
    return (
        f"{start} {end} {event.symbol:<5} {event.kind:<20} {event.state:<11} "
        f"{event.confidence:.3f} {event.print_count:>4} prints "
        f"{event.size_micros // MICROS:>8,} shares at {event.vwap_micros / MICROS:.4f} "
        f"{moved} {' '.join(event.reasons)}"
    ).rstrip()
