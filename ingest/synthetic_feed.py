"""The synthetic feed: pacing, resuming and skipping around the pure market."""

import time
from collections.abc import Callable, Iterator
from itertools import islice

from flow.domain.events import MarketEvent, QuoteMode, TradingHalt
from flow.domain.units import SECOND_US
from ingest.feeds import Capabilities, Cursor, FeedItem
from ingest.meter import Meter
from ingest.synthetic.clockwork import opens_at
from ingest.synthetic.config import BEAT_US, MarketConfig, config_at
from ingest.synthetic.market import Market, SceneSource
from ingest.synthetic.schedule import LONGEST_US
from ingest.synthetic.sheet import Item, Notice

DEFAULT_START_US = 1_736_953_200 * SECOND_US  # 2025-01-15 10:00 in New York
MAX_BACKLOG_US = 5 * SECOND_US
LOOK_EVERY_US = 2 * SECOND_US
# An event that lies so far ahead was reached before: what it follows cannot be sent a second time.
SET_BACK_S = 5.0


class SyntheticFeed:
    """Emits the market of one seed.

    With `wall` (a callable that tells microseconds) events come when their time has come, from the
    current second on. Without it they come as fast as they are read. A paced feed that fell behind
    by more than 5 s skips to the current second and declares it in `gaps`.
    """

    source = "synthetic"

    def __init__(
        self,
        seed: int,
        config: MarketConfig | None = None,
        start_us: int | None = None,
        *,
        scenes: SceneSource | None = None,
        wall: Callable[[], int] | None = None,
        limit: int | None = None,
        sleep: Callable[[float], None] = time.sleep,
        look: Callable[[], None] | None = None,
    ) -> None:
        """Take what makes the stream. `look` is called every two seconds: it may tell `scenes` of
        changes that lie ahead."""
        self._config = config or MarketConfig()
        self.capabilities = Capabilities(
            quote_mode_options=QuoteMode.CHANGE,
            quote_mode_equities=QuoteMode.CHANGE,
            off_exchange=True,
            always_open=self._config.hours == "always",
        )
        self.gaps: list[tuple[int, int]] = []  # from, to: event times that were skipped
        self._seed = seed
        self._scenes = scenes
        self._market = Market(seed, self._config, scenes)
        self._given_start_us = start_us
        self._wall = wall
        self._limit = limit
        self._sleep = sleep
        self._look = look
        self._look_again_us = 0
        self._waits_s = 0.0
        self._meter = Meter()
        self._owed: list[FeedItem] = []  # halts of a time that the feed did not play
        self._seek(0, 0, self._first_instant())
        self._count = 0

    @property
    def finished(self) -> bool:
        """Whether the limit has been reached; without a limit never."""
        return self._limit is not None and self._count >= self._limit

    @property
    def detail(self) -> str:
        """Return what is wrong with control or clock, or what a firehose achieves, else nothing."""
        complaint: str = getattr(self._scenes, "complaint", "")
        if complaint:
            return complaint
        if self._waits_s > SET_BACK_S:
            return f"waits {self._waits_s:,.0f} s for the clock, which was set back"
        if not self._config.events_per_s or self._meter.per_s is None:
            return ""
        return (
            f"sends {self._meter.per_s:,.0f} events/s of {self._config.events_per_s:,.0f} asked for"
        )

    @property
    def rates(self) -> tuple[float | None, float | None]:
        """Return events a second over the last ten seconds of the wall, and those asked for."""
        return self._meter.per_s, self._config.events_per_s or None

    def open(self, cursor: Cursor | None) -> None:
        """Go on after `cursor`; one of another seed or other settings starts a new market."""
        if self._look is not None:
            self._look()
        mine = self._identity()
        if cursor is not None and {key: cursor.get(key) for key in mine} == mine:
            self._seek(int(cursor["beat"]), int(cursor["skip"]), int(cursor["start_us"]))
            self._count = int(cursor["count"])
        else:
            self._begin()

    def read(self, limit: int, timeout_s: float) -> list[FeedItem]:
        """Return the events whose time has come; waits at most `timeout_s` for the first."""
        if self._limit is not None:
            limit = min(limit, self._limit - self._count)
        if self._wall is None:
            items = self._take(limit, None)
        else:
            self._hear(self._wall())
            self._skip_backlog(self._wall())
            wait_s = self._waits_s = (self._next_due(self._wall()) - self._wall()) / SECOND_US
            if wait_s > 0:
                self._sleep(min(wait_s, timeout_s))
            items = self._take(limit, self._wall())
            self._meter.saw(len(items), self._wall())
        self._count += len(items)
        return items

    def cursor(self) -> Cursor:
        """Return the place of the next event and what makes it reproducible."""
        return {
            "beat": self._beat,
            "skip": self._skip,
            "start_us": self._start_us,
            "count": self._count,
            **self._identity(),
        }

    def close(self) -> None:
        """Nothing is held open."""

    def take_gaps(self) -> list[tuple[int, int]]:
        """Return the skipped stretches (from, to) that were not taken yet."""
        gaps, self.gaps = self.gaps, []
        return gaps

    def _begin(self) -> None:
        """Start a new market; planning its first scenes may take seconds, and they are no gap."""
        self._seek(0, 0, self._first_instant())
        if self._wall is not None and self._given_start_us is None:
            self._present()
            self._seek(0, 0, self._first_instant())
        self._count = 0
        self._owed = self._halts_in_force()

    def _hear(self, now: int) -> None:
        if self._look is not None and now >= self._look_again_us:
            self._look_again_us = now + LOOK_EVERY_US
            self._look()

    def _identity(self) -> Cursor:
        return {"seed": self._seed, "config": self._config.digest}

    def _first_instant(self) -> int:
        if self._given_start_us is not None:
            return self._given_start_us
        return DEFAULT_START_US if self._wall is None else self._wall() // SECOND_US * SECOND_US

    def _seek(self, beat: int, skip: int, start_us: int) -> None:
        """Stand before the item number `skip` of a beat; beats are counted from the start."""
        self._start_us = start_us
        self._beat = beat
        self._skip = skip
        self._items: list[Item] | None = None

    def _present(self) -> list[Item]:
        """Return the items of the beat at hand."""
        if self._items is None:
            self._items = self._market.beat(self._start_us // BEAT_US + self._beat)
        return self._items

    def _next_due(self, now: int) -> int:
        """Return when the next item comes; where its beat brings none, when the next one begins."""
        while True:
            items = self._present()
            if self._skip < len(items):
                return items[self._skip].wire_us
            end = (self._start_us // BEAT_US + self._beat + 1) * BEAT_US
            if end > now:
                return end
            self._turn(now)

    def _turn(self, now: int | None) -> None:
        """Go on to the next beat; over a night or a weekend to where it ends, at most to now."""
        start = (self._start_us // BEAT_US + self._beat + 1) * BEAT_US
        opens = opens_at(start, self._config.hours)
        if now is not None:
            opens = max(start, min(opens, now))
        self._beat = opens // BEAT_US - self._start_us // BEAT_US
        self._skip = 0
        self._items = None

    def _take(self, limit: int, now: int | None) -> list[FeedItem]:
        """Return events of this beat and the next ones, none whose time has not come."""
        taken, self._owed = self._owed[:limit], self._owed[limit:]
        while len(taken) < limit:
            items = self._present()
            if self._skip >= len(items):
                end = (self._start_us // BEAT_US + self._beat + 1) * BEAT_US
                if now is not None and end > now:
                    break
                self._turn(now)
                continue
            item = items[self._skip]
            if now is not None and item.wire_us > now:
                break
            self._skip += 1
            if not isinstance(item.event, Notice):  # those reach the product by other roads
                taken.append(item.event)
        return taken

    def _halts_in_force(self) -> list[FeedItem]:
        """Return what has stopped before the first instant and goes on behind it."""
        start = self._start_us // BEAT_US * BEAT_US
        stopped: dict[str, TradingHalt] = {}
        for halt in self._market.halts(start - LONGEST_US, start):
            stopped[halt.symbol] = halt
        return [halt for halt in stopped.values() if halt.halted]

    def _skip_backlog(self, now: int) -> None:
        behind = self._next_due(now)
        if now - behind <= MAX_BACKLOG_US:
            return
        beat = (now // SECOND_US * SECOND_US - self._start_us) // BEAT_US
        self._seek(beat, 0, self._start_us)
        until = self._next_due(now)
        self.gaps.append((behind, until))
        # What stopped or went on meanwhile is known: an exchange repeats it to who comes back.
        self._owed += self._market.halts(behind, until)


def ledger(
    seed: int, n: int, *, rate_prints_per_s: float = 50, start_us: int = DEFAULT_START_US
) -> list[MarketEvent]:
    """Return the first n events of an unpaced feed: what an oracle compares the log with."""
    return list(islice(_events(seed, rate_prints_per_s, start_us), n))


def _events(seed: int, rate_prints_per_s: float, start_us: int) -> Iterator[MarketEvent]:
    for item in Market(seed, config_at(rate_prints_per_s)).items(start_us // BEAT_US):
        if isinstance(item.event, MarketEvent):
            yield item.event
