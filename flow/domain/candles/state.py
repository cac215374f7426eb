"""What the candle operator remembers: the prints of the last quarter of an hour, by window.

Whole minutes are kept and dropped: the horizon is rounded up to the minute.
"""

from array import array

import msgspec

from flow.domain.candles.member import Members
from flow.domain.sessions import Calendar
from flow.domain.units import MILLISECOND_US, MINUTE_US, SECOND_US

Key = tuple[str, int]  # symbol, session
Dirty = dict[int, dict[Key, None]]  # by start of the window

MAX_LATENESS_MS = 900_000
MAX_HORIZON_MS = 86_400_000
COUNTERS = (
    "binned", "late", "no_trade", "withdrawn", "corrected", "unknown_withdrawal", "tuning_rejected",
)  # fmt: skip


class CandleParams(msgspec.Struct, frozen=True, forbid_unknown_fields=False):
    """When a bar is final and how long it may be revised, in milliseconds.

    Shape: a horizon that is shorter than the lateness counts as long as it.
    Source: platform.md 3.2 C3; platform-errata.md 30. Names as the tuning revision's values.
    """

    candle_lateness_ms: int = 5_000
    candle_revision_horizon_ms: int = 900_000

    def __post_init__(self) -> None:
        """Refuse a time that is out of bounds."""
        lateness, horizon = self.candle_lateness_ms, self.candle_revision_horizon_ms
        if not 0 <= lateness <= MAX_LATENESS_MS:
            raise ValueError(f"candle_lateness_ms is {lateness}; expected 0 to {MAX_LATENESS_MS}")
        if not 0 <= horizon <= MAX_HORIZON_MS:
            raise ValueError(
                f"candle_revision_horizon_ms is {horizon}; expected 0 to {MAX_HORIZON_MS}"
            )

    @property
    def lateness_us(self) -> int:
        """Return how long after its end a window is final."""
        return self.candle_lateness_ms * MILLISECOND_US

    @property
    def horizon_us(self) -> int:
        """Return how far behind the clock a window may still change."""
        longer = max(self.candle_lateness_ms, self.candle_revision_horizon_ms)
        return longer * MILLISECOND_US


class Second:
    """The prints of one second of one symbol and session.

    `rev` is the last one given, or -1; `clean` says that a bar has told all of them; `revision` is
    the tuning that was in force at the print that opened the window.
    """

    __slots__ = ("clean", "members", "rev", "revision")

    def __init__(self, members: Members, revision: int, rev: int = -1) -> None:
        self.members = members
        self.revision = revision
        self.rev = rev
        self.clean = True


class Minute:
    """The seconds of one minute of one symbol and session, by their start.

    `names`: of each correction that stands here, the name of the print that came first.
    """

    __slots__ = ("clean", "names", "rev", "revision", "seconds")

    def __init__(self, revision: int, rev: int = -1) -> None:
        self.seconds: dict[int, Second] = {}
        self.names: dict[int, int] = {}
        self.revision = revision
        self.rev = rev
        self.clean = True

    @property
    def members(self) -> Members:
        """Return the prints of all its seconds."""
        whole: Members = array("q")
        for second in self.seconds.values():
            whole += second.members
        return whole


class CandleState:
    """Everything that one equity print stream's candles remember. Changed only by `step`.

    `calendar` is a fact of the market and not saved; it is asked for imported minute bars only.
    `source` is the feed's name: two feeds of one run have bars of their own. A pinned state ignores
    tuning entries. `late` counts, by symbol, prints beyond the horizon. `rulings` holds the tuning
    in force (`revision`) and that of every window that may still change (design, point 8).
    """

    __slots__ = (
        "calendar", "counters", "dirty_minutes", "dirty_seconds", "floor", "late", "minutes",
        "pinned", "recent", "revision", "rulings", "source", "watermark",
    )  # fmt: skip

    def __init__(
        self,
        params: CandleParams | None = None,
        *,
        calendar: Calendar | None = None,
        pinned: bool = False,
        source: str = "",
    ) -> None:
        """Start with nothing seen."""
        self.source = source
        self.revision = 0
        self.rulings = {0: params or CandleParams()}
        self.calendar = calendar
        self.pinned = pinned
        self.watermark = 0
        self.floor = 0  # the first minute that the revision in force lets change
        self.minutes: dict[int, dict[Key, Minute]] = {}
        self.recent: dict[Key, tuple[int, Second, Minute]] = {}  # the last window, found at once
        self.dirty_seconds: Dirty = {}
        self.dirty_minutes: Dirty = {}
        self.counters = dict.fromkeys(COUNTERS, 0)
        self.late: dict[str, int] = {}

    @property
    def params(self) -> CandleParams:
        """Return the values in force."""
        return self.rulings[self.revision]

    def is_over(self, at: int, key: Key) -> bool:
        """Return whether no window of an instant may change any more."""
        return at < self.floor and key not in self.minutes.get(at - at % MINUTE_US, {})

    def second(self, at: int, key: Key) -> Second:
        """Return the second of an instant, opened and dirty: a print comes."""
        start = at - at % SECOND_US
        recent = self.recent.get(key)
        if recent is not None and recent[0] == start:
            _, last, whole = recent
            if not (last.clean or whole.clean):
                return last
        minutes = self.minutes.setdefault(at - at % MINUTE_US, {})
        minute = minutes.get(key)
        if minute is None:
            minute = minutes[key] = Minute(self.revision)
        second = minute.seconds.get(start)
        if second is None:
            second = minute.seconds[start] = Second(array("q"), self.revision)
        if second.clean or minute.clean:
            self.mark(at, key, minute, second)
        self.recent[key] = start, second, minute
        return second

    def mark(self, at: int, key: Key, minute: Minute, second: Second) -> None:
        """Note that windows hold what no bar has told yet, each for itself.

        A minute may be told before one of its seconds: by a close, or by a shorter lateness.
        """
        if second.clean:
            self.mark_second(at - at % SECOND_US, key, second)
        if minute.clean:
            self.mark_minute(at - at % MINUTE_US, key, minute)

    def mark_second(self, start: int, key: Key, second: Second) -> None:
        """Note that a second holds what no bar has told yet."""
        second.clean = False
        self.dirty_seconds.setdefault(start, {})[key] = None

    def mark_minute(self, start: int, key: Key, minute: Minute) -> None:
        """Note that a minute holds what no bar has told yet."""
        minute.clean = False
        self.dirty_minutes.setdefault(start, {})[key] = None

    def window(self, interval: int, start: int, key: Key) -> Second | Minute:
        """Return an open window by its length and start."""
        minute = self.minutes[start - start % MINUTE_US][key]
        return minute if interval == MINUTE_US else minute.seconds[start]

    def forget_old(self, before: int) -> None:
        """Drop the minutes that may not change any more, each by its own revision's horizon.

        `before`: the watermark that came before the present one.
        """
        horizons = {revision: each.horizon_us for revision, each in self.rulings.items()}
        now = {revision: _minute(self.watermark - us) for revision, us in horizons.items()}
        if all(_minute(before - us) == now[revision] for revision, us in horizons.items()):
            return
        self.floor = max(self.floor, now[self.revision])
        self.recent.clear()
        oldest = max(now.values())
        for start in [start for start in self.minutes if start < oldest]:
            minutes = self.minutes[start]
            for key in [key for key, each in minutes.items() if start < now[each.revision]]:
                del minutes[key]
            if not minutes:
                del self.minutes[start]
        if len(self.rulings) > 1:
            self.rulings = {each: self.rulings[each] for each in sorted(self._referred())}

    def _referred(self) -> set[int]:
        """Return the revisions of the windows that may still change, and the one in force."""
        kept = [each for minutes in self.minutes.values() for each in minutes.values()]
        seconds = {second.revision for each in kept for second in each.seconds.values()}
        return {self.revision, *(each.revision for each in kept)} | seconds


def _minute(at: int) -> int:
    return at - at % MINUTE_US
