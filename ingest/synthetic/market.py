"""The market: background and scenes, priced, in the order of the wire. Pure; holds caches only.

Any beat can be entered: what is sent later than its beat (reports, late messages, duplicates) is
made again from the beats where it began.
"""

from collections.abc import Iterator, Sequence
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Protocol

from flow.domain.events import TradingHalt
from ingest.synthetic.acting import Part, halts_of
from ingest.synthetic.background import add_orders
from ingest.synthetic.book import Book
from ingest.synthetic.clockwork import cell_of, is_regular, print_curve, start_of
from ingest.synthetic.config import BEAT_US, MarketConfig
from ingest.synthetic.draws import key_of, mix
from ingest.synthetic.effects import IMPACT_US, Effects
from ingest.synthetic.orders import Orders
from ingest.synthetic.pressure import Pressure
from ingest.synthetic.sheet import Item, Row, Sheet
from ingest.synthetic.stage import Stage
from ingest.synthetic.steps import Scene
from ingest.synthetic.tables import LATEST_US, SOON_US
from ingest.synthetic.trading_days import check_instant

# A symbol is quoted every so many beats even if nothing trades, by its rank: engines measure moves
# on quotes. Four beats are a second.
_QUIET_BEATS = ((8, 2), (40, 4), (120, 12))
_QUIET_MOST = 24
_CALM_PRINTS_PER_S = 100.0
_MINUTE_US = 60_000_000
_PARTS_KEPT = 2_000
# For so many beats a beat's background still sends: reports and late messages, most of them soon.
_LATE_BEATS, _SOON_BEATS = LATEST_US // BEAT_US + 2, SOON_US // BEAT_US + 1


class SceneSource(Protocol):
    """Where scenes come from."""

    def active(self, from_us: int, until_us: int) -> Sequence[Scene]:
        """Return the scenes that begin before `until_us` and end at or after `from_us`."""
        ...


class ListedScenes:
    """A fixed list of scenes; none for a market of background alone."""

    def __init__(self, scenes: Sequence[Scene] = ()) -> None:
        """Keep them in the order of their start."""
        self._scenes = sorted(scenes, key=lambda scene: (scene.start_us, scene.uid))

    def active(self, from_us: int, until_us: int) -> Sequence[Scene]:
        """Return the scenes that overlap a stretch of time."""
        return [
            scene
            for scene in self._scenes
            if scene.start_us < until_us and scene.start_us + scene.length_us >= from_us
        ]


class Market:
    """One seed's market under one configuration and one source of scenes."""

    def __init__(
        self, seed: int, config: MarketConfig | None = None, scenes: SceneSource | None = None
    ) -> None:
        """Take what makes the stream; nothing is generated yet."""
        self.seed = seed
        self.config = config or MarketConfig()
        self.identity = key_of("market", seed, self.config.digest).to_bytes(8, "big")
        self._stage = Stage(seed, self.config)
        self._scenes = scenes or ListedScenes()
        self._orders = Orders(
            key_of(seed, "background"), self.config, self._stage.names, self._stage.chains,
            self._stage.paths,
        )  # fmt: skip
        self._pressure = Pressure(self._orders.of)
        self._fill_key = key_of(seed, "fill")
        # Where little trades, quiet symbols are quoted less often, too.
        self._calm = max(1, int(_CALM_PRINTS_PER_S / max(1.0, self.config.equity_prints_per_s)))
        self._parts: dict[bytes, Part] = {}
        self._pending: list[Row] = []
        self._next: int | None = None

    def items(self, from_beat: int) -> Iterator[Item]:
        """Yield the items from a beat on, in wire order, without end."""
        for beat in count(from_beat):
            yield from self.beat(beat)

    def beat(self, beat: int) -> list[Item]:
        """Return the items that the wire brings during one beat."""
        if beat != self._next:
            self._enter(beat)
        self._next = beat + 1
        pending, end = self._pending, (beat + 1) * BEAT_US
        due: list[Row] = []
        for row in self._rows(beat, self._active(beat)):
            if row[0] < end:
                due.append(row)
            else:
                heappush(pending, row)
        while pending and pending[0][0] < end:
            due.append(heappop(pending))
        due.sort()
        return [Item(row[0], row[4], row[5]) for row in due]

    def halts(self, from_us: int, until_us: int) -> list[TradingHalt]:
        """Return the halts and resumptions of a stretch of time, in order."""
        found = [
            halt
            for scene in self._scenes.active(from_us, until_us)
            for halt in halts_of(scene)
            if from_us <= halt.ts < until_us
        ]
        return sorted(found, key=lambda halt: (halt.ts, halt.uid))

    def _enter(self, beat: int) -> None:
        """Find again what earlier beats still send.

        Of the beats before those that were left out it is known: whoever fell behind skips some,
        and looking far back at each skip would make him fall behind again.
        Errors: ValueError for a date outside the years of the market.
        """
        start, late = beat * BEAT_US, list[Row]()
        check_instant(start)
        came_from = self._next
        owed = {
            earlier
            for part in self._active(beat)
            for earlier, last in part.reach.items()
            if earlier < beat and last >= start
        }
        unknown = set(range(beat - _LATE_BEATS, beat))
        if came_from is not None and beat - _LATE_BEATS <= came_from < beat:
            late = [row for row in self._pending if row[0] >= start]
            owed = {earlier for earlier in owed if earlier >= came_from}
            unknown = set(range(came_from, beat))
        for earlier in sorted(owed | unknown):
            rows = (
                self._rows(earlier, self._active(earlier))
                if earlier in owed
                else self._background(earlier, fated=beat - earlier > _SOON_BEATS)
            )
            late += [row for row in rows if row[0] >= start]
        heapify(late)
        self._pending = late

    def _active(self, beat: int) -> list[Part]:
        start = beat * BEAT_US
        parts = []
        # A quote and its prints may lie on both sides of a beat's edge: look one beat further.
        for scene in self._scenes.active(start - IMPACT_US, start + 2 * BEAT_US):
            part = self._parts.get(scene.uid)
            if part is None:
                if len(self._parts) >= _PARTS_KEPT:
                    self._parts.clear()
                part = self._parts[scene.uid] = Part(scene, self._stage)
            parts.append(part)
        return parts

    def _rows(self, beat: int, parts: list[Part]) -> list[Row]:
        """Return what one beat brings, in the order in which it was thought of."""
        sheet = self._sheet(beat, parts)
        book = sheet.book
        for part in parts:
            if (
                part.scene.start_us - BEAT_US
                <= book.start_us
                <= part.scene.start_us + part.scene.length_us
            ):
                part.quote(sheet, beat)
            part.act(sheet, beat)
        self._quote_quietly(sheet, beat)
        orders = self._orders.of(beat)
        self._pressure.note(beat, orders)
        add_orders(sheet, orders)
        for series in self._orders.chains_of(beat):
            sheet.option(series)
        if self.config.events_per_s:
            share = BEAT_US / 1_000_000
            sheet.fill(int(self.config.events_per_s * share), mix(self._fill_key ^ mix(beat)))
        return sheet.rows

    def _background(self, beat: int, *, fated: bool) -> list[Row]:
        """Return what the orders of one beat bring, or those alone that may be late."""
        orders = self._orders.of(beat, fated=fated)
        sheet = self._sheet(beat, self._active(beat))
        add_orders(sheet, orders)
        return sheet.rows

    def _sheet(self, beat: int, parts: list[Part]) -> Sheet:
        """Return an empty sheet on the book of one beat."""
        self._pressure.enter(beat)
        effects = self._effects(beat, parts)
        book = Book(self._stage.quote_key, self._stage.paths, beat, effects, self._pressure)
        for part in parts:
            part.prepare(book, beat)
        regular = is_regular(book.start_us, self.config.hours)
        return Sheet(self.identity, book, effects, is_regular=regular)

    def _effects(self, beat: int, parts: list[Part]) -> dict[int, Effects]:
        found: dict[int, Effects] = {}
        for part in parts:
            effects = found.setdefault(part.listing.number, Effects())
            start = beat * BEAT_US
            part.add_to(
                effects, start, self._stage.paths.second(part.listing, start // 1_000_000)[0]
            )
        return found

    def _quote_quietly(self, sheet: Sheet, beat: int) -> None:
        now = beat * BEAT_US
        cell = cell_of(now)
        minute = (now - start_of(cell)) // _MINUTE_US
        if not print_curve(cell, self.config.hours)[minute][1]:
            return
        listings, first = self._stage.names.listings, 0
        for last, beats in (*_QUIET_BEATS, (len(listings), _QUIET_MOST)):
            end = min(last, len(listings))
            step = beats * self._calm
            for number in range(first + (beat - first) % step, end, step):
                sheet.stock(listings[number])
            first = end
