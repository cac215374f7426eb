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
COUNTERS = ("binned", "late", "no_trade", "withdrawn", "unknown_withdrawal", "tuning_rejected")


class CandleParams(msgspec.Struct, frozen=True, forbid_unknown_fields=False):
    """When a bar is final and how long it may be revised.

    Source: platform.md 3.2 C3; platform-errata.md 30. Names as the tuning revision's values.
    """

    candle_lateness_ms: int = 5_000
    candle_revision_horizon_ms: int = 900_000

    def __post_init__(self) -> None:
        """Refuse a time that is out of bounds, or a horizon that ends before the lateness."""
        lateness, horizon = self.candle_lateness_ms, self.candle_revision_horizon_ms
        if not 0 <= lateness <= MAX_LATENESS_MS:
            raise ValueError(f"candle_lateness_ms is {lateness}; expected 0 to {MAX_LATENESS_MS}")
        if not lateness <= horizon <= MAX_HORIZON_MS:
            raise ValueError(
                f"candle_revision_horizon_ms is {horizon}; "
                f"expected {lateness} (candle_lateness_ms) to {MAX_HORIZON_MS}"
            )


class Second:
    """The prints of one second of one symbol and session.

    `rev` is the last one given, or -1; `clean` says that a bar has told all of them.
    """

    __slots__ = ("clean", "members", "rev")

    def __init__(self, members: Members, rev: int = -1) -> None:
        self.members = members
        self.rev = rev
        self.clean = True


class Minute:
    """The seconds of one minute of one symbol and session, by their start."""

    __slots__ = ("clean", "rev", "seconds")

    def __init__(self, rev: int = -1) -> None:
        self.seconds: dict[int, Second] = {}
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
    tuning entries. `late` counts, by symbol, prints beyond the horizon.
    """

    __slots__ = (
        "calendar", "counters", "dirty_minutes", "dirty_seconds", "floor", "late", "minutes",
        "params", "pinned", "recent", "source", "watermark",
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
        self.params = params or CandleParams()
        self.calendar = calendar
        self.pinned = pinned
        self.watermark = 0
        self.floor = 0  # the first minute that may still change
        self.minutes: dict[int, dict[Key, Minute]] = {}
        self.recent: dict[Key, tuple[int, Second]] = {}  # the last window, to find it at once
        self.dirty_seconds: Dirty = {}
        self.dirty_minutes: Dirty = {}
        self.counters = dict.fromkeys(COUNTERS, 0)
        self.late: dict[str, int] = {}

    def second(self, at: int, key: Key) -> Second:
        """Return the second of an instant, opened and dirty: a print comes."""
        start = at - at % SECOND_US
        recent = self.recent.get(key)
        if recent is not None and recent[0] == start and not recent[1].clean:
            return recent[1]
        minute = self.minutes.setdefault(at - at % MINUTE_US, {}).setdefault(key, Minute())
        second = minute.seconds.setdefault(start, Second(array("q")))
        if second.clean:
            self.mark(at, key, minute, second)
        self.recent[key] = start, second
        return second

    def mark(self, at: int, key: Key, minute: Minute, second: Second) -> None:
        """Note that windows hold what no bar has told yet."""
        second.clean = False
        self.dirty_seconds.setdefault(at - at % SECOND_US, {})[key] = None
        if minute.clean:
            self.mark_minute(at - at % MINUTE_US, key, minute)

    def mark_minute(self, start: int, key: Key, minute: Minute) -> None:
        """Note that a minute holds what no bar has told yet."""
        minute.clean = False
        self.dirty_minutes.setdefault(start, {})[key] = None

    def lateness_us(self) -> int:
        """Return how long after its end a window is final."""
        return self.params.candle_lateness_ms * MILLISECOND_US

    def forget_old(self) -> None:
        """Drop the minutes that may not change any more. Never goes back."""
        oldest = self.watermark - self.params.candle_revision_horizon_ms * MILLISECOND_US
        floor = oldest - oldest % MINUTE_US
        if floor > self.floor:
            self.floor = floor
            for start in [start for start in self.minutes if start < floor]:
                del self.minutes[start]
            self.recent.clear()
