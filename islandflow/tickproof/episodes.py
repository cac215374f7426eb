"""The off-exchange events of one run as lines for people, and how many an hour had."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import psycopg

from flow.domain.sessions import NEW_YORK
from flow.domain.units import MICROS, to_datetime

REGULAR_HOURS = 6.5
_COLUMNS = (
    "ts", "window_start_ts", "end_ts", "kind", "state", "confidence", "print_count", "size_micros",
    "vwap_micros", "impact_bps", "reasons",
)  # fmt: skip


class Told(NamedTuple):
    """The last row of one event."""

    ts: int
    start: int
    end: int
    kind: str
    state: str
    confidence: float
    prints: int
    size_micros: int
    vwap_micros: int
    impact_bps: float | None
    reasons: list[str]

    @property
    def line(self) -> str:
        """Return one line: New York time, what, how sure, how much, what the mid did."""
        start, end = (f"{_clock(at):%H:%M:%S}" for at in (self.start, self.end))
        moved = "" if self.impact_bps is None else f"{self.impact_bps:+6.1f} bps"
        return (
            f"{start} {end} {self.kind:<20} {self.state:<11} {self.confidence:.3f} "
            f"{self.prints:>4} prints {self.size_micros // MICROS:>8,} shares at "
            f"{self.vwap_micros / MICROS:.4f} {moved} {' '.join(self.reasons)}"
        ).rstrip()


def events_of(conn: psycopg.Connection[Any], run: int) -> list[Told]:
    """Return the last row of each off-exchange event of a run, in the order of their openings."""
    with conn.cursor(binary=True) as cursor:
        cursor.execute(
            f"""SELECT * FROM (SELECT DISTINCT ON (uid) {", ".join(_COLUMNS)} FROM dark_event
                WHERE run = %s ORDER BY uid, rev DESC) newest ORDER BY ts, window_start_ts""",  # noqa: S608 - constant
            (run,),
        )
        return [Told(*row) for row in cursor.fetchall()]


def lines_of(events: list[Told]) -> Iterator[str]:
    """Yield a line for each event, how many began in each New York hour, and the rate of a day."""
    for event in events:
        yield event.line
    hours = Counter((_clock(event.ts).hour, event.kind, _what(event)) for event in events)
    for (hour, kind, what), count in sorted(hours.items()):
        yield f"{hour:02}:00 {kind:<20} {what:<9} {count:>3}"
    whats = Counter(_what(event) for event in events)
    regular = REGULAR_HOURS * len({_clock(event.ts).date() for event in events})
    rates = ", ".join(f"{count / regular:.1f} {what}" for what, count in sorted(whats.items()))
    yield f"an hour of the regular session: {rates or 'nothing'}"


def _what(event: Told) -> str:
    if event.kind == "absorbed_block":
        return "block"
    return "abstained" if event.state == "abstained" else "episode"


def _clock(ts: int) -> Any:
    return to_datetime(ts).astimezone(NEW_YORK)
