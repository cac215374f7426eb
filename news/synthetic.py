"""A seeded newswire: what it says at any instant is a pure function of seed, rate and that instant.

Not a model of anything (step 4 may make one). Time is cut into slots; each slot brings one item: a
fresh story about one or several symbols or none, an update, a correction, or an update that says
nothing new. History is therefore there for every instant, and a restart finds what it missed.
"""

import time
from collections.abc import Callable
from typing import Any

from flow.domain.ids import content_uid
from flow.domain.units import MINUTE_US, SECOND_US, to_datetime
from news.providers import Item, Page

# Gives (instant, item) of what scenes of the market tell from an instant to before another.
Told = Callable[[int, int], list[tuple[int, dict[str, Any]]]]
MIN_RATE, MAX_RATE = 0.1, 6_000.0
# The busiest symbols of the synthetic market (ingest.synthetic); a test holds that they are there.
SYMBOLS = (
    "SPY", "QQQ", "NVDA", "AAPL", "TSLA", "AMD", "MSFT", "AMZN", "META", "GOOGL", "IWM", "NFLX",
)  # fmt: skip
_EXCHANGES = {"SPY": "NYSEARCA", "IWM": "NYSEARCA"}
# What each slot of ten brings: its own fresh story, or the version of an earlier one of the ten.
#   0 fresh  1 fresh  2 update of 0  3 fresh, several symbols  4 nothing new about 3
#   5 fresh, no symbol  6 correction of 1  7 fresh  8 fresh, several symbols  9 second update of 0
_CYCLE = 10
_UPDATES = {2: (0, 1), 4: (3, 0), 6: (1, 2), 9: (0, 2)}  # slot: (story's slot, version)
_CORRECTION = 6
_SEVERAL, _NONE = {3, 8}, {5}
_EVENTS = (
    "raises its outlook for the year", "names a new head of finance", "opens a plant in Ohio",
    "is said to be in talks about a sale", "reports orders above last year's", "delays a product",
    "buys back shares", "settles a dispute over patents", "moves its meeting to the spring",
)  # fmt: skip
_MACRO = (
    "Rates stay where they are, the minutes say", "Jobless claims fall to the lowest since spring",
    "Refiners cut runs as margins narrow", "Ports clear the last of the backlog",
)  # fmt: skip
_DETAILS = (
    "No figures were given.", "A call with analysts is set for the afternoon.",
    "The figure was corrected by the company.",
)  # fmt: skip


class SyntheticNews:
    """The newswire of one seed; `rate` is items per minute. `wall` tells microseconds since 1970.

    Errors: ValueError for a rate out of bounds.
    """

    name = "synthetic"
    label = "Synthetic Wire"
    page_limit = 50

    def __init__(
        self,
        seed: int,
        rate_per_minute: float,
        *,
        wall: Callable[[], int],
        sleep: Callable[[float], None] = time.sleep,
        told_between: Told | None = None,
    ) -> None:
        if not MIN_RATE <= rate_per_minute <= MAX_RATE:
            raise ValueError(
                f"rate is {rate_per_minute} stories a minute; expected {MIN_RATE} to {MAX_RATE:g}"
            )
        self._slot_us = round(MINUTE_US / rate_per_minute)
        self._seed = seed
        self._wall = wall
        self._sleep = sleep
        self._told_between = told_between

    def live(self) -> "SyntheticLive":
        """Subscribe from now on."""
        return SyntheticLive(self, self._newest(), wall=self._wall, sleep=self._sleep)

    def fetch_page(self, *, before: str | None, after: int | None, limit: int) -> Page:
        """Return a page of history, newest first; the token is the slot after the next one."""
        newest = self._newest() if before is None else int(before) - 1
        # The cut bounds a slot from below by `after`, and no story is older than its first slot.
        oldest = 0 if after is None else -(-after // self._slot_us)
        last = max(oldest, newest - min(limit, self.page_limit) + 1)
        rows = [(self.slot_ts(slot), self.item(slot)) for slot in range(newest, last - 1, -1)]
        until = self._wall() if before is None else self.slot_ts(newest + 1)
        rows += self.told_between(self.slot_ts(last), until)
        items = [item for _, item in sorted(rows, key=lambda row: -row[0])]
        return Page(items, str(last) if last > oldest else None)

    def close(self) -> None:
        """Nothing is held open."""

    def told_between(self, from_us: int, until_us: int) -> list[tuple[int, dict[str, Any]]]:
        """Return (instant, item) of what the market's scenes tell in a stretch of time."""
        return [] if self._told_between is None else self._told_between(from_us, until_us)

    def slot_ts(self, slot: int) -> int:
        """Return when the item of a slot comes."""
        return slot * self._slot_us

    def item(self, slot: int) -> dict[str, Any]:
        """Return the item of a slot, in the fields of a real provider."""
        start, place = slot - slot % _CYCLE, slot % _CYCLE
        first, version = _UPDATES.get(place, (place, 0))
        story = start + first
        roll = self._roll(story)
        names = _names(roll, first)
        headline = _headline(roll, names, is_correction=place == _CORRECTION)
        return {
            "id": self._roll(story, "id") >> 12,  # 52 bits: exact in every JSON reader
            "headline": headline,
            "summary": f"{headline}." if version else "",
            "author": "Synthetic Desk",
            "source": self.label,
            "created_at": _iso(self.slot_ts(story)),
            "updated_at": _iso(self.slot_ts(slot)),
            "url": f"https://news.example/{self._roll(story, 'id') >> 12}",
            "content": _content(headline, names, version),
            "symbols": names[:1] if first in _SEVERAL else names,
        }

    def _newest(self) -> int:
        return self._wall() // self._slot_us

    def _roll(self, slot: int, what: str = "") -> int:
        parts = ("synthetic news", self._seed, self._slot_us, slot, what)
        return int.from_bytes(content_uid(*parts)[:8], "big")


class SyntheticLive:
    """The wire from one slot on."""

    def __init__(
        self,
        wire: SyntheticNews,
        newest: int,
        *,
        wall: Callable[[], int],
        sleep: Callable[[float], None],
    ) -> None:
        self._wire = wire
        self._next = newest + 1
        self._wall = wall
        self._sleep = sleep
        self._told_us = wall()

    def read(self, limit: int, timeout_s: float) -> list[Item]:
        """Return the items whose time has come; waits at most `timeout_s` for the first."""
        wait_s = (self._wire.slot_ts(self._next) - self._wall()) / SECOND_US
        if wait_s > 0:
            self._sleep(min(wait_s, timeout_s))
        now = self._wall()
        # A scene's few stories may exceed the limit of one call: they are told once.
        items: list[Item] = [item for _, item in self._wire.told_between(self._told_us, now)]
        self._told_us = now
        while len(items) < limit and self._wire.slot_ts(self._next) <= now:
            items.append(self._wire.item(self._next))
            self._next += 1
        return items

    def close(self) -> None:
        """Nothing is held open."""


def _names(roll: int, place: int) -> list[str]:
    if place in _NONE:
        return []
    first, step = roll % len(SYMBOLS), 1 + (roll >> 8) % (len(SYMBOLS) - 1)
    count = 3 if place in _SEVERAL else 1
    return [SYMBOLS[(first + n * step) % len(SYMBOLS)] for n in range(count)]


def _headline(roll: int, names: list[str], *, is_correction: bool) -> str:
    if not names:
        return _MACRO[(roll >> 16) % len(_MACRO)]
    said = f"{names[0]} {_EVENTS[(roll >> 16) % len(_EVENTS)]}"
    return f"Correction: {said}" if is_correction else said


def _content(headline: str, names: list[str], version: int) -> str:
    """Return a body that names the first symbol by its exchange and the others each in its way."""
    named = ""
    if names:
        exchange = _EXCHANGES.get(names[0], "NASDAQ")
        named = f" ({exchange}: {names[0]})"
    others = ""
    if len(names) > 1:
        link = f'<a href="https://news.example/quote/{names[1]}">{names[1]}</a>'
        others = f"<p>Also named: {link} and ${names[2]}.</p>"
    return f"<p>{headline}{named}.</p><p>{_DETAILS[version]}</p>{others}"


def _iso(micros: int) -> str:
    return to_datetime(micros).isoformat().replace("+00:00", "Z")
