"""How far a symbol has moved in the last minute and five minutes, and how unusual that is.

Shape: each change of the mid is kept for 304 seconds, with the instant of its quote.

    quotes           a a   b b b     c       a mid stands strictly after the first quote that has it
    changes          a     b         c

A move is the mid at the print against the mid that stood exactly 60 s (300 s) before it. A mid that
no quote confirmed stands as long as its age allows (options errata 24), at most 15 minutes.
Once a minute the five-minute move is also a sample; z is a move over the standard deviation of the
samples of this symbol in this session.
"""

from array import array
from bisect import bisect_left
from math import sqrt

from flow.domain.units import MILLISECOND_US, MINUTE_US, SECOND_US

SHORT_US = MINUTE_US
LONG_US = 5 * MINUTE_US
KEEP_US = LONG_US + 4 * SECOND_US  # so that a print some seconds behind the quotes has its move
MIN_SAMPLES = 20
MEMORY_US = 900 * SECOND_US  # a mid that nothing has confirmed for so long stands no more
# Up to so many changes within a second are kept each; of more than that the last one of every slot
# is, so that a move of that time may look back to a mid up to a slot older. What a second keeps
# follows from its quotes alone, not from when the process began. That is at most 253 changes a
# second, 1.5 megabytes for a symbol that changes without a pause.
EXACT_A_SECOND = 128
SLOT_US = 8 * MILLISECOND_US
_INT64 = "q"
_NONE = 0  # packed arrays hold no None; no mid is 0
_FIRST, _LAST = -(1 << 62), 1 << 62

# The moves of 60 s and 300 s and the z of the longer, and between which instants that is so.
Found = tuple[float | None, float | None, float | None, int, int]


class Moves:
    """The changing mid of one symbol. Mids are doubled (bid + ask), so exact."""

    __slots__ = (
        "_began", "_count", "_deviation", "_max_age_us", "_mids", "_minute_ends", "_moves",
        "_second_ends", "_session", "_squares", "_standing", "_sum", "_times", "last_ts",
    )  # fmt: skip

    def __init__(self, ts: int, max_age_us: int | None) -> None:
        """Start at an instant; `max_age_us` is None where a quote stands until the next one."""
        self._max_age_us = MEMORY_US if max_age_us is None else max_age_us
        self.last_ts = ts  # of the newest quote
        self._standing = _NONE  # after the newest quote
        self._times = array(_INT64, [ts])  # of changes; that of an end is its last instant
        self._mids = array(_INT64, [_NONE])
        self._second_ends = 0  # of the second of the newest change, and how many it has
        self._count = 0
        self._minute_ends = ts - ts % MINUTE_US + MINUTE_US
        self._session: object = None
        self._deviation: float | None = None  # of the samples, where they are enough and vary
        self._began = ts  # of the session: a sample lies wholly inside it
        self._reset_samples()

    def quote(self, ts: int, mid2: int | None, session: object) -> None:
        """Take a quote's doubled mid; a late quote changes nothing.

        Missing: None for a one-sided quote: no mid stands then.
        """
        last = self.last_ts
        if ts < last:
            return
        if session is not self._session and session != self._session:
            self._session, self._began = session, ts
            self._reset_samples()
        if ts >= self._minute_ends:
            self._end_minutes(ts)
        mid = mid2 or _NONE
        if ts - last > self._max_age_us and self._standing != _NONE:
            self._change(last + self._max_age_us, _NONE)
        if mid != self._standing:
            self._change(ts, mid)
        self.last_ts = ts

    def at(self, ts: int, mid2: int) -> Found:
        """Return the moves of 60 s and of 300 s up to the given mid, and the z of the longer.

        Units: basis points. The two instants are the first and last `ts` of the same answer, as
        long as no quote comes.
        Missing: None where no mid stood then, or it is no longer remembered; z under 20 samples,
        or where they do not vary.
        """
        minute, first, last = self._stood(ts - SHORT_US)
        five, longer_first, longer_last = self._stood(ts - LONG_US)
        short = None if minute == _NONE else (mid2 - minute) / minute * 10_000.0
        long = None if five == _NONE else (mid2 - five) / five * 10_000.0
        deviation = self._deviation
        z = None if long is None or deviation is None else long / deviation
        return (
            short, long, z,
            max(first + SHORT_US, longer_first + LONG_US),
            min(last + SHORT_US, longer_last + LONG_US),
        )  # fmt: skip

    def _stood(self, ts: int) -> tuple[int, int, int]:
        """Return the mid that stood at an instant, and the first and last instant of its time."""
        forgotten = self.last_ts - KEEP_US
        if ts <= forgotten:
            return _NONE, _FIRST, forgotten
        times = self._times
        place = bisect_left(times, ts)
        if place < len(times):
            if place == 0:
                return _NONE, forgotten + 1, times[0]
            return self._mids[place - 1], max(times[place - 1], forgotten) + 1, times[place]
        ends = self.last_ts + self._max_age_us
        if ts <= ends:
            return self._standing, max(times[-1], forgotten) + 1, ends
        return _NONE, ends + 1, _LAST

    def _change(self, ts: int, mid: int) -> None:
        """Keep a change of the mid; one of the same instant as the last replaces it."""
        times = self._times
        before = times[-1]
        self._standing = mid
        if ts >= self._second_ends:
            self._second_ends, self._count = ts - ts % SECOND_US + SECOND_US, 0
        self._count += 1
        is_full = self._count > EXACT_A_SECOND and ts // SLOT_US == before // SLOT_US
        if ts == before or is_full:
            times[-1], self._mids[-1] = ts, mid
        else:
            times.append(ts)
            self._mids.append(mid)

    def _end_minutes(self, ts: int) -> None:
        """Sample at the end of each minute up to `ts`, and drop what nobody asks for any more."""
        last_standing = min(ts, self.last_ts + self._max_age_us)
        for boundary in range(self._minute_ends, last_standing + 1, MINUTE_US):
            if boundary - LONG_US >= self._began:
                self._sample(self._stood(boundary)[0], self._stood(boundary - LONG_US)[0])
        self._minute_ends = ts - ts % MINUTE_US + MINUTE_US
        unused = bisect_left(self._times, ts - KEEP_US) - 1
        if unused > 0:
            del self._times[:unused], self._mids[:unused]

    def _sample(self, mid: int, before: int) -> None:
        if _NONE not in (mid, before):
            move = (mid - before) / before * 10_000.0
            self._moves += 1
            self._sum += move
            self._squares += move * move
            if self._moves >= MIN_SAMPLES:
                mean = self._sum / self._moves
                variance = self._squares / self._moves - mean * mean
                self._deviation = sqrt(variance) if variance > 1e-9 else None

    def _reset_samples(self) -> None:
        self._moves = 0
        self._sum = 0.0
        self._squares = 0.0
        self._deviation = None
