"""The quotes that may stand when a print comes, in bounded memory, by event time only.

Per contract or symbol: the last 5 s, at most 2,048 quotes, and always the newest one older than
that (options errata 43); of stocks 12 s and 4,096. Nothing here depends on the wall clock or on how
input was cut in batches.
"""

from array import array
from bisect import bisect_right

from flow.domain.events import EquityQuote, OptionQuote
from flow.domain.units import MILLISECOND_US, MINUTE_US, SECOND_US

KEEP_US = 5 * SECOND_US
KEEP_COUNT = 2_048
# Source: platform errata 41: a report joins on its execution, up to 10 s before it; the quotes may
# be ahead of the reports by a little (the rest is a guess).
STOCK_KEEP_US = 12 * SECOND_US
STOCK_KEEP_COUNT = 2 * KEEP_COUNT
STANDS_US = 900 * SECOND_US  # options errata 4: the most that an unchanged quote stands
FORGET_US = 2 * STANDS_US  # so that a late print of up to 900 s still finds what stood

Quote = OptionQuote | EquityQuote
Entry = tuple[int, int, Quote]  # ts, seq, quote
Ring = list[Entry]  # most hold one or two: a deque would take ten times the memory
_INT64 = "q"  # packed, so that nothing is allocated for each millisecond


class QuoteRings:
    """The rings of one quote feed, and when that feed last spoke."""

    __slots__ = (
        "_keep_count", "_keep_us", "_millisecond_ends", "_minute_ends", "_oldest", "_rings",
        "_spoke", "newest",
    )  # fmt: skip

    def __init__(self, keep_us: int = KEEP_US, keep_count: int = KEEP_COUNT) -> None:
        self._keep_us, self._keep_count = keep_us, keep_count
        self.newest: int | None = None  # largest event time of the feed
        self._rings: dict[str, Ring] = {}
        self._spoke = array(_INT64)  # first event time of each millisecond kept
        self._oldest = 0  # up to here only the last one of `_spoke` is kept
        self._millisecond_ends = 0  # that of the last entry of `_spoke`
        self._minute_ends = 0

    def add(self, key: str, quote: Quote, seq: int) -> bool:
        """Take one quote in feed order; return whether it is now the newest of its key."""
        ts, is_newest = quote.ts, True
        ring = self._rings.get(key)
        if ring is None:
            self._rings[key] = [(ts, seq, quote)]
        else:
            if ts > ring[-1][0]:
                ring.append((ts, seq, quote))
                oldest = ts - self._keep_us
            else:
                is_newest = _insert(ring, (ts, seq, quote))
                oldest = ring[-1][0] - self._keep_us
            while ring[1][0] <= oldest or len(ring) > self._keep_count + 1:  # the newest one stays
                del ring[0]
        newest = self.newest
        if newest is None or ts > newest:
            self.newest = ts
            if ts >= self._millisecond_ends:
                self._speak(ts)
        elif ts < newest:
            self._spoke_late(ts)
        return is_newest

    def as_of(self, key: str, ts: int, order: int | None) -> tuple[Entry | None, bool]:
        """Return the quote that a print at `ts` may see, and whether one of its instant is unused.

        Strictly earlier, unless both carry one vendor order and the quote's is smaller.
        Missing: None where no quote was seen within 900 s before.
        Source: platform errata 20; options-engine.md 5.1.
        """
        ring = self._rings.get(key)
        if ring is None:
            return None, False
        newest = ring[-1]
        if newest[0] < ts:  # nearly always
            return (newest if ts - newest[0] <= STANDS_US else None), False
        same_tick = False
        for entry in reversed(ring):
            if entry[0] < ts:
                return (entry if ts - entry[0] <= STANDS_US else None), same_tick
            if entry[0] == ts:
                quoted = entry[2].order
                if order is not None and quoted is not None and quoted < order:
                    return entry, same_tick
                same_tick = True
        return None, same_tick

    def newest_of(self, key: str) -> Entry | None:
        """Return the newest quote of a key, whatever its age."""
        ring = self._rings.get(key)
        return None if ring is None else ring[-1]

    def silence_us(self, ts: int) -> int | None:
        """Return how long the feed had said nothing at `ts`, whatever the key.

        Exact where the feed had not gone past `ts`; else at most one millisecond too long, in
        whatever order its quotes came.
        Missing: None before the first quote, and for a print further behind than is kept.
        """
        newest = self.newest
        if newest is None:
            return None
        if newest <= ts:  # nearly always
            return ts - newest
        self._forget_spoke()
        place = bisect_right(self._spoke, ts)
        return ts - self._spoke[place - 1] if place else None

    def __len__(self) -> int:
        return len(self._rings)

    def _speak(self, ts: int) -> None:
        """Note that the feed spoke in a new millisecond."""
        self._millisecond_ends = ts - ts % MILLISECOND_US + MILLISECOND_US
        self._spoke.append(ts)
        self._oldest = ts - self._keep_us
        if ts >= self._minute_ends:
            self._minute_ends = (ts // MINUTE_US + 1) * MINUTE_US
            self._forget_spoke()
            self._forget(ts - FORGET_US)

    def _spoke_late(self, ts: int) -> None:
        """Note an instant of which the feed told late; else it would look silent around it."""
        self._forget_spoke()
        spoke = self._spoke
        place = bisect_right(spoke, ts)
        millisecond = ts // MILLISECOND_US
        if place and spoke[place - 1] // MILLISECOND_US == millisecond:
            return
        if place < len(spoke) and spoke[place] // MILLISECOND_US == millisecond:
            spoke[place] = ts
            return
        spoke.insert(place, ts)
        self._oldest = spoke[-1] - self._keep_us
        self._forget_spoke()

    def _forget_spoke(self) -> None:
        """Drop what is older than is kept: before a look, and once a minute of event time."""
        spoke = self._spoke
        if len(spoke) > 1 and spoke[1] <= self._oldest:
            del spoke[: bisect_right(spoke, self._oldest) - 1]

    def _forget(self, before: int) -> None:
        """Drop the rings that were last touched before an instant, once a minute of event time."""
        for key in [key for key, ring in self._rings.items() if ring[-1][0] < before]:
            del self._rings[key]


def _insert(ring: Ring, entry: Entry) -> bool:
    """Put a quote behind those that are not later; return whether that is the end.

    Of one instant the vendor's order decides where both carry one, else the order of arrival.
    Source: options-engine.md 5.1 (the greatest ts and sequence is seen).
    """
    ts, order, place = entry[0], entry[2].order, len(ring)
    while place and ring[place - 1][0] > ts:
        place -= 1
    before = place
    while order is not None and before and ring[before - 1][0] == ts:
        before -= 1
        other = ring[before][2].order
        if other is None:
            continue
        if other <= order:
            break  # those that carry one are sorted
        place = before
    ring.insert(place, entry)
    return place == len(ring) - 1
