"""How far a symbol has moved in the last minute and five minutes, and how unusual that is.

Shape: the mid that stood at each whole second is kept for 301 seconds, in a ring.

    second      ... 39      40      41
    quotes           | a  b  |   c   |
    standing mid    <a      b       c        strictly before the second

A move is the mid at the print against the mid that stood at the last whole second at or before
60 s (300 s) earlier. Of a sampled feed a mid stands only as long as its age allows (errata 24).
Once a minute the five-minute move is also a sample; z is a move over the standard deviation of the
samples of this symbol in this session.
"""

from math import sqrt

from flow.domain.units import SECOND_US

SHORT_S = 60
LONG_S = 300
RING = LONG_S + 4
MIN_SAMPLES = 20
SAMPLE_EVERY_S = 60
MEMORY_S = 900  # a mid that nothing has confirmed for so long stands no more


class Moves:
    """The second-by-second mids of one symbol. Mids are doubled (bid + ask), so exact."""

    __slots__ = (
        "_began",
        "_deviation",
        "_max_age_us",
        "_mids",
        "_moves",
        "_quoted_ts",
        "_second",
        "_session",
        "_squares",
        "_standing",
        "_sum",
    )

    def __init__(self, ts: int, max_age_us: int | None) -> None:
        """Start at an instant; `max_age_us` is None where a quote stands until the next one."""
        self._max_age_us = max_age_us
        self._quoted_ts = ts
        self._second = ts // SECOND_US  # the last boundary that is in the ring
        self._mids: list[int | None] = [None] * RING
        self._standing: int | None = None  # after the newest quote
        self._session: object = None
        self._deviation: float | None = None  # of the samples, where they are enough and vary
        self._began = self._second  # of the session: a sample lies wholly inside it
        self._reset_samples()

    @property
    def last_ts(self) -> int:
        """Return the start of the second that the newest quote fell in."""
        return self._second * SECOND_US

    def quote(self, ts: int, mid2: int | None, session: object) -> None:
        """Take a quote's doubled mid; a late quote changes nothing that was sampled already.

        Missing: None for a one-sided quote: no mid stands then.
        """
        second = ts // SECOND_US
        if second < self._second:
            return
        if second > self._second:
            self._advance(second, session)
        self._standing, self._quoted_ts = mid2, ts

    def move_bps(self, ts: int, mid2: int, seconds: int) -> float | None:
        """Return the move from `seconds` before `ts` to the given mid, in basis points.

        Missing: None where no mid stood then, or it is no longer remembered.
        """
        second, newest = ts // SECOND_US - seconds, self._second
        if newest - RING < second <= newest:  # nearly always
            before = self._mids[second % RING]
        else:
            before = self._standing_at(second) if newest < second <= newest + MEMORY_S else None
        return None if before is None else (mid2 - before) / before * 10_000.0

    def at(self, ts: int, mid2: int) -> tuple[float | None, float | None, float | None]:
        """Return the moves of 60 s and of 300 s up to the given mid, and the z of the longer."""
        second, newest, mids = ts // SECOND_US, self._second, self._mids
        if newest - RING < second - LONG_S and second - SHORT_S <= newest:  # nearly always
            minute, five = mids[(second - SHORT_S) % RING], mids[(second - LONG_S) % RING]
            short = None if minute is None else (mid2 - minute) / minute * 10_000.0
            long = None if five is None else (mid2 - five) / five * 10_000.0
        else:
            short, long = self.move_bps(ts, mid2, SHORT_S), self.move_bps(ts, mid2, LONG_S)
        return short, long, None if self._deviation is None else self.z(long)

    def z(self, move_bps: float | None) -> float | None:
        """Return a five-minute move in standard deviations of its samples.

        Missing: None under 20 samples, or where they do not vary.
        """
        if move_bps is None or self._deviation is None:
            return None
        return move_bps / self._deviation

    def _standing_at(self, second: int) -> int | None:
        """Return the newest mid if it still stands at the start of a later second."""
        if self._max_age_us is None or second * SECOND_US - self._quoted_ts <= self._max_age_us:
            return self._standing
        return None

    def _advance(self, second: int, session: object) -> None:
        """Fill the ring up to `second` with the standing mid; sample on whole minutes."""
        if second - self._second > MEMORY_S:
            self._mids = [None] * RING
            self._standing = None
            self._second = second
            return
        if session != self._session:
            self._session = session
            self._began = second
            self._reset_samples()
        mids = self._mids
        for boundary in range(self._second + 1, second + 1):
            standing = self._standing_at(boundary)
            if boundary % SAMPLE_EVERY_S == 0 and boundary - LONG_S >= self._began:
                self._sample(standing, mids[(boundary - LONG_S) % RING])
            mids[boundary % RING] = standing
        self._second = second

    def _sample(self, mid2: int | None, before: int | None) -> None:
        if mid2 is not None and before is not None:
            move = (mid2 - before) / before * 10_000.0
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
