"""In what state the data of a run is, in words: a dead feed must look dead."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flow.live.registry import RunLike
from flow.models import FeedCursor, SessionDay
from flow.templatetags import flow_format as fmt

STALE_AFTER = timedelta(seconds=15)
DEAD_AFTER = timedelta(seconds=60)
# Worst first: the page's own state is that of its worst source.
ORDER = ("stopped", "dead", "stale", "starting", "loading", "live", "closed", "finished")
WORDS = {
    "live": "data is arriving",
    "loading": "an import is writing",
    "starting": "nothing has been received yet",
    "stale": "nothing received for more than 15 s",
    "dead": "nothing received for more than 60 s",
    "stopped": "stopped",
    "closed": "the market is closed",
    "finished": "complete: nothing more will come",
}
TROUBLE = ("stopped", "dead", "stale")


@dataclass(frozen=True, slots=True)
class Market:
    """The phase of the option market. `is_open` is None where no calendar row tells."""

    words: str
    is_open: bool | None


@dataclass(frozen=True, slots=True)
class FeedLine:
    """One source as the status strip shows it."""

    source: str
    state: str
    words: str
    last_event: datetime | None
    last_received: datetime | None
    lag: str
    silence: str

    @property
    def is_trouble(self) -> bool:
        return self.state in TROUBLE


def feed_lines(run: RunLike, now: datetime, market: Market) -> list[FeedLine]:
    """Return the sources of a run, by name."""
    cursors = FeedCursor.objects.using(run.alias).filter(run=run.id).order_by("source")[:20]
    return [_line(cursor, run, now, market) for cursor in cursors]


def market_at(now: datetime) -> Market:
    """Return the phase of the regular session at an instant, from the calendar's rows."""
    day = SessionDay.objects.filter(close_at__gt=now).order_by("open_at").first()
    if day is None:
        return Market("calendar unknown", None)
    if day.open_at <= now:
        early = ", early" if day.early_close else ""
        return Market(f"regular session, closes {fmt.et_time(day.close_at)[:5]} ET{early}", True)
    opens = f"{day.open_at.astimezone(fmt.NEW_YORK):%a} {fmt.et_time(day.open_at)[:5]} ET"
    return Market(f"market closed, opens {opens}", False)


def feed_state(cursor: Any, now: datetime, *, is_live: bool, is_open: bool | None) -> str:
    """Return the state of one source in a word.

    A worker that no longer writes its clock is as dead as a silent feed, whatever the hour; a feed
    that is silent while the market is closed is only closed. An unknown calendar excuses nothing.
    """
    if cursor.state in ("stopped", "finished"):
        return str(cursor.state)
    if not is_live:
        return "loading"
    silence = now - (cursor.last_received_at or cursor.updated_at)
    worker_silence = now - cursor.updated_at
    if is_open is False and worker_silence < STALE_AFTER:
        return "live" if cursor.last_received_at and silence < STALE_AFTER else "closed"
    if cursor.last_received_at is None and worker_silence < DEAD_AFTER:
        return "starting"
    if silence >= DEAD_AFTER:
        return "dead"
    return "stale" if silence >= STALE_AFTER else "live"


def worst(states: list[str]) -> str:
    """Return the worst of some states; no source at all is 'none'."""
    return min(states, key=ORDER.index, default="none")


def _line(cursor: FeedCursor, run: RunLike, now: datetime, market: Market) -> FeedLine:
    state = feed_state(cursor, now, is_live=run.is_live, is_open=market.is_open)
    words = cursor.detail if state == "stopped" and cursor.detail else WORDS[state]
    return FeedLine(
        source=cursor.source,
        state=state,
        words=words,
        last_event=cursor.last_event_ts,
        last_received=cursor.last_received_at,
        lag=_lag(cursor) if run.is_live else "",
        silence=fmt.age(_micros(now - (cursor.last_received_at or cursor.updated_at))),
    )


def _lag(cursor: FeedCursor) -> str:
    """Return how long the newest event took to reach us."""
    if cursor.last_received_at is None or cursor.last_event_ts is None:
        return fmt.DASH
    return fmt.age(_micros(cursor.last_received_at - cursor.last_event_ts))


def _micros(duration: timedelta) -> int:
    return max(0, duration // timedelta(microseconds=1))
