"""What off-exchange inference remembers of each symbol. Changed only by `pipeline.step`."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable
from typing import Any

import msgspec

from flow.domain.events import StampedEquityPrint
from flow.domain.units import SECOND_US
from signals.engine.equities.dark.evidence import Entry, Evidence, Sums
from signals.engine.equities.dark.output import Head
from signals.engine.equities.dark.records import DarkKind, DarkMember
from signals.engine.equities.dark.thresholds import Confidence
from signals.engine.equities.placement import LATE_REPORT_US, move_bps
from signals.engine.rulings import Rulings
from signals.engine.windows import Window

DARK_STATE_VERSION = 5

# What is counted, so that nothing vanishes: every print taken from the log is in exactly one.
# unknown: neither the feed nor the venue tells whether it was off exchange.
COUNTERS = (
    "withdrawal", "late", "lit", "unknown", "late_report", "ineligible", "duplicate", "unquoted",
    "locked", "wide", "small", "window", "block",
)  # fmt: skip
OTHER_COUNTERS = ("two_sided", "tuning_rejected", "withdrawn", "unknown_withdrawal")

# platform.md 2.1: the mid change "over the previous 10 s"; older than twice that is unknown.
DRIFT_US = 10 * SECOND_US
# A report that comes late asks as of its execution.
_MIDS_US = 2 * DRIFT_US + LATE_REPORT_US
_MID_ROOM = 2  # old mids are dropped together, when as many again have passed

# How long a decided block may still be taken back. Source: platform.md 3.2 C3, as candles.
TAKE_BACK_US = 900 * SECOND_US

# The log's order inside the lateness: ts, seq; then the revision in force when the print came.
Held = tuple[int, int, int, StampedEquityPrint]
# due, symbol, kind, uid of the event: fires when a print or the watermark is past `due`.
Timer = tuple[int, str, DarkKind, bytes]


class Episode(msgspec.Struct, gc=False):
    """Accumulation or distribution that has been told.

    `told` is the number of prints at the last row, `peak` the largest confidence of the rows,
    `held_ts` when size, prints and side were last enough, `two_sided` how often the side was not.
    """

    head: Head
    evidence: Evidence
    told: int
    peak: float
    held_ts: int
    two_sided: int = 0


class SideWindow(msgspec.Struct, gc=False):
    """The newest prints of one side of one symbol, oldest first, and what they opened.

    `told` are those of an episode that ended: they open nothing more, but the other side traded
    against them for as long as they are in the window.
    """

    kind: DarkKind
    entries: list[Entry] = []
    sums: Sums = msgspec.field(default_factory=Sums)
    episode: Episode | None = None
    abstained: bool = False
    told: list[Entry] = []
    told_micros: int = 0

    @property
    def whole_micros(self) -> int:
        """Return the size of all prints of the window by weight, in micro-shares."""
        return self.sums.weighted_micros + self.told_micros

    def add(self, entry: Entry) -> None:
        """Take the newest entry."""
        self.entries.append(entry)
        self.sums.add(entry)

    def evict(self, before: int) -> None:
        """Forget the entries before an instant; an empty window may abstain anew."""
        entries = self.entries
        gone = 0
        while gone < len(entries) and entries[gone].ts < before:
            self.sums.add(entries[gone], -1)
            gone += 1
        if gone:
            del entries[:gone]
            self.abstained = self.abstained and bool(entries)
        while self.told and self.told[0].ts < before:
            self.told_micros -= self.told.pop(0).weighted_micros

    def forget_told(self, uid: bytes) -> bool:
        """Take a print of an ended episode out of the balance; return whether it was there."""
        for place, entry in enumerate(self.told):
            if entry.uid == uid:
                self.told_micros -= entry.weighted_micros
                del self.told[place]
                return True
        return False

    def clear(self) -> None:
        """Begin anew: what an episode was told of is not told of again."""
        self.told += self.entries
        self.told_micros += self.sums.weighted_micros
        self.entries, self.sums = [], Sums()
        self.episode, self.abstained = None, False


class Look(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the first print after a delay showed: the mid then, and the print."""

    delay_us: int
    mid2: int
    print: DarkMember


class Block(msgspec.Struct, gc=False):
    """A block whose mid is still being looked at. `tolerance2` bounds the change of bid + ask."""

    head: Head
    evidence: Evidence
    confidence: Confidence
    features: dict[str, Any]
    tolerance2: float
    delays_us: tuple[int, int]
    wait_us: int
    looks: list[Look] = []

    @property
    def due(self) -> int:
        """Return the last instant at which a print may still decide."""
        return self.head.ts + max(self.delays_us) + self.wait_us


class Zone(msgspec.Struct, gc=False):
    """Blocks of one session near one price, from where they were enough. `prices` counts each."""

    head: Head
    evidence: Evidence
    prices: dict[int, int] = {}
    told: int = 0
    peak: float = 0.0

    @property
    def low_micros(self) -> int:
        """Return the lowest price of its blocks."""
        return min(self.prices)

    @property
    def high_micros(self) -> int:
        """Return the highest price of its blocks."""
        return max(self.prices)

    def add(self, entry: Entry) -> None:
        """Take the next block."""
        self.evidence.add(entry)
        self.count_price(entry, 1)

    def remove(self, entry: Entry) -> None:
        """Take a block out that was cancelled; others remain."""
        self.evidence.remove(entry, ())
        self.count_price(entry, -1)

    def count_price(self, entry: Entry, sign: int) -> None:
        """Count the price of a block, or with a sign of -1 no longer."""
        price = entry.price_micros
        self.prices[price] = self.prices.get(price, 0) + sign
        if not self.prices[price]:
            del self.prices[price]


class Symbol:
    """One symbol: both side windows, blocks and zones, recent mids, usual sizes, uids seen."""

    __slots__ = (
        "blind_date", "blocks", "buys", "decided", "loose", "mids", "seen", "seen_from", "sells",
        "session_date", "usual", "zones",
    )  # fmt: skip

    def __init__(self, session_date: int = 0, usual: Iterable[int] = ()) -> None:
        """Start with nothing but the usual sizes, in whole shares, oldest first."""
        self.session_date = session_date
        self.usual = Window(usual)
        self.buys = SideWindow("stealth_accumulation")
        self.sells = SideWindow("distribution")
        self.blocks: list[Block] = []
        self.decided: list[Block] = []  # told to the end, in the order of their decision
        self.zones: list[Zone] = []
        self.loose: list[Entry] = []  # blocks of the session that no zone has, in order of time
        self.mids: list[tuple[int, int]] = []  # ts, mid2
        self.seen: dict[bytes, int] = {}
        self.seen_from = 0
        self.blind_date = 0  # trade date on which it was told that nothing can be seen

    @property
    def is_idle(self) -> bool:
        """Return whether nothing of the symbol waits or is open."""
        return not (self.blocks or self.buys.episode or self.sells.episode)

    def forget(self, now: int) -> None:
        """Drop mids and decided blocks that nothing will ask for any more."""
        self.decided = [each for each in self.decided if each.head.ts > now - TAKE_BACK_US]
        if self.mids and self.mids[-1][0] < now - _MIDS_US:
            self.mids.clear()

    def decide(self, block: Block) -> None:
        """Keep a block that no look changes any more, for a cancel may still."""
        self.decided = [
            each for each in self.decided if each.head.ts > block.head.ts - TAKE_BACK_US
        ]
        self.decided.append(block)

    def saw_mid(self, at: int, mid2: int) -> None:
        """Remember a mid at the instant whose quote it is, which a late report's is not."""
        mids = self.mids
        if mids and mids[0][0] < at - _MID_ROOM * _MIDS_US:
            del mids[: bisect_left(mids, at - _MIDS_US, key=_ts)]
        if mids and at < mids[-1][0]:
            insort(mids, (at, mid2), key=_ts)
        else:
            mids.append((at, mid2))

    def drift_bps(self, at: int, mid2: int) -> float | None:
        """Return how far the mid moved in the 10 s before an instant.

        Missing: None where no print of the 10 s before those carried a mid.
        Source: platform.md 2.1 (quote_drift_bps).
        """
        place = bisect_right(self.mids, at - DRIFT_US, key=_ts) - 1
        if place < 0 or self.mids[place][0] < at - 2 * DRIFT_US:
            return None
        return move_bps(self.mids[place][1], mid2)

    def is_duplicate(self, uid: bytes, ts: int, window_us: int) -> bool:
        """Note a uid; return whether it was noted within the window before (D8)."""
        seen = self.seen
        if self.seen_from < ts - 2 * window_us:
            self.seen = seen = {key: at for key, at in seen.items() if at >= ts - window_us}
            self.seen_from = ts
        before = seen.get(uid)
        seen[uid] = ts
        return before is not None and ts - before <= window_us


def _ts(entry: tuple[int, int]) -> int:
    return entry[0]


class DarkState:
    """Everything that one equity print stream's inference remembers.

    `pending` waits for its lateness to pass, in the order of (ts, seq). `timers` is a heap.
    """

    __slots__ = (
        "counters", "declared", "pending", "rulings", "saw_off_exchange", "session_date", "symbols",
        "timers", "watermark",
    )  # fmt: skip

    def __init__(self, *, pinned: bool = False, off_exchange: bool | None = None) -> None:
        """Start with nothing seen; a pinned state ignores tuning entries of the log.

        `off_exchange`: what the feed declares of itself, where that is known.
        """
        self.watermark = 0
        self.session_date = 0
        self.rulings = Rulings(pinned=pinned)
        self.declared = off_exchange
        self.saw_off_exchange = False
        self.pending: list[Held] = []
        self.timers: list[Timer] = []
        self.symbols: dict[str, Symbol] = {}
        self.counters = dict.fromkeys((*COUNTERS, *OTHER_COUNTERS), 0)

    @property
    def sees_off_exchange(self) -> bool | None:
        """Return whether the feed carries off-exchange prints: one came, else what it declares.

        Missing: None where none came so far and the feed declares nothing.
        """
        return True if self.saw_off_exchange else self.declared
