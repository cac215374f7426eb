"""Off-exchange inference once more, the slow and plain way: no code is shared, nothing is kept.

Decimal fractions, whole lists walked again for every print. Default thresholds only; every print
quoted 100 ms before by a sampled feed, two-sided, eligible, on time.
"""

from collections.abc import Sequence
from fractions import Fraction
from statistics import median
from typing import Any, NamedTuple

from flow.domain.events import StampedEquityPrint

WINDOW, LAPSE, WAIT = 60_000_000, 120_000_000, 10_000_000
DELAYS = (5_000_000, 30_000_000)


class Told(NamedTuple):
    """What a row must say."""

    symbol: str
    kind: str
    state: str
    ts: int
    end_ts: int
    print_count: int
    size_micros: int
    confidence: float
    members: tuple[int, ...]


class Seen(NamedTuple):
    """One print, read plainly. `place`: ask, bid, mid, or what keeps it out; `weight`: 1 or 1/4."""

    print: StampedEquityPrint
    place: str
    weight: Fraction


def read(print_: StampedEquityPrint) -> Seen:
    """Place one print by fractions of a dollar."""
    bid, ask = (
        Fraction(print_.bid_micros or 0, 10**6), Fraction(print_.ask_micros or 0, 10**6),
    )  # fmt: skip
    price = Fraction(print_.price_micros, 10**6)
    spread = ask - bid
    cents = price * 100 - price * 100 // 1
    retail = 0 < cents < Fraction(2, 5) or cents > Fraction(3, 5)
    weight = Fraction(1, 4) if retail else Fraction(1)
    if not print_.off_exchange:
        return Seen(print_, "lit", weight)
    if spread == 0 or spread / ((bid + ask) / 2) > Fraction(1, 200):
        return Seen(print_, "out", weight)
    near = min(max(Fraction(1, 100), spread / 20), spread / 4)
    place = "ask" if price >= ask - near else "bid" if price <= bid + near else "mid"
    return Seen(print_, place, weight)


def size(seen: Seen) -> Fraction:
    return Fraction(seen.print.size_micros, 10**6) * seen.weight


def least(floor: int, seen: Seen, before: Sequence[Seen]) -> Fraction:
    """Return the largest of the share floor, $100,000 and four usual prints."""
    usual = [each.print.size_micros // 10**6 for each in before][-200:]
    bars = [Fraction(floor), Fraction(100_000 * 10**6, seen.print.price_micros)]
    if len(usual) >= 50:
        bars.append(4 * Fraction(median(usual)))
    return max(bars)


def mid2(print_: StampedEquityPrint) -> int:
    return (print_.bid_micros or 0) + (print_.ask_micros or 0)


def kept(members: Sequence[Seen]) -> tuple[int, ...]:
    """Return the positions of the twenty largest prints, earlier ones first, and the newest."""
    largest = sorted(
        members, key=lambda each: (-each.print.size_micros, each.print.ts, each.print.seq)
    )  # fmt: skip
    chosen = {*largest[:20], members[-1]}
    return tuple(each.print.seq for each in members if each in chosen)


def blocks(tape: Sequence[StampedEquityPrint]) -> list[Told]:
    """Return both rows of every block of one symbol."""
    found = []
    read_tape = [read(print_) for print_ in tape]
    for number, seen in enumerate(read_tape):
        print_ = seen.print
        before = [each for each in read_tape[:number] if each.print.off_exchange]
        bar = least(2_000, seen, before)
        if seen.place != "mid" or size(seen) < bar:
            continue
        spread = Fraction((print_.ask_micros or 0) - (print_.bid_micros or 0), 10**6)
        tight = 1 - spread / Fraction(mid2(print_), 2 * 10**6) / Fraction(1, 200)
        sure = float(
            Fraction(35, 100)
            + Fraction(45, 100) * min(Fraction(1), size(seen) / (2 * bar))
            + Fraction(20, 100) * tight
        )

        def told(state: str, end_ts: int, print_: Any = print_, sure: float = sure) -> Told:
            return Told(
                print_.symbol, "absorbed_block", state, print_.ts, end_ts, 1, print_.size_micros,
                round(sure, 6), (print_.seq,),
            )  # fmt: skip

        found += [told("candidate", print_.ts), _ending(tape, print_, spread, told)]
    return found


def _ending(
    tape: Sequence[StampedEquityPrint], print_: StampedEquityPrint, spread: Fraction, told: Any
) -> Told:
    looks = []
    for delay in DELAYS:
        start = print_.ts + delay
        looks.append(next((p for p in tape if start <= p.ts <= start + WAIT), None))
    allowed = 2 * max(spread, Fraction(1, 100)) * 10**6
    moved = [p.ts for p in looks if p and abs(mid2(p) - mid2(print_)) > allowed]
    if moved:
        return Told(*told("rejected", moved[0]))
    if all(looks):
        return Told(*told("confirmed", looks[-1].ts))  # type: ignore[union-attr]
    return Told(*told("unconfirmed", print_.ts + DELAYS[-1] + WAIT))


class Side:
    """One side of one symbol: where its newest prints begin, and its open episode."""

    def __init__(self, kind: str) -> None:
        self.kind, self.place = kind, "ask" if kind == "stealth_accumulation" else "bid"
        self.window: list[Seen] = []
        self.ended: list[Seen] = []  # of a closed episode: they only stand against the other side
        self.episode: dict[str, Any] | None = None
        self.declined = False

    def now(self, ts: int) -> None:
        self.window = [each for each in self.window if ts - each.print.ts <= WINDOW]
        self.ended = [each for each in self.ended if ts - each.print.ts <= WINDOW]
        if not self.window:
            self.declined = False

    def row(self, state: str, sure: float) -> Told:
        members = self.episode["members"] if self.episode else self.window
        opened = self.episode["opened"] if self.episode else members[-1]
        return Told(
            opened.print.symbol, self.kind, state, opened.print.ts, members[-1].print.ts,
            len(members), sum(each.print.size_micros for each in members), sure, kept(members),
        )  # fmt: skip


def episodes(tape: Sequence[StampedEquityPrint]) -> list[Told]:
    """Return every row of accumulation and distribution of one symbol, in order."""
    found: list[Told] = []
    before: list[Seen] = []
    sides = [Side("stealth_accumulation"), Side("distribution")]
    for print_ in tape:
        close(sides, print_.ts, found)
        seen = read(print_)
        if seen.place in ("ask", "bid") and print_.size_micros >= 200 * 10**6:
            for side in sides:
                side.now(print_.ts)
            own, other = sides if seen.place == "ask" else sides[::-1]
            own.window.append(seen)
            if own.episode:
                own.episode["members"].append(seen)
            judge(own, other, seen, before, found)
        if print_.off_exchange:
            before.append(seen)
    close(sides, 2**62, found)
    return found


def close(sides: Sequence[Side], ts: int, found: list[Told]) -> None:
    ending = []
    for side in sides:
        if side.episode:
            newest = side.episode["members"][-1].print.ts
            last = min(newest + WINDOW, side.episode["held"] + LAPSE)
            if last < ts:
                ending.append((last, side.kind, side))
    for _, _, side in sorted(ending, key=lambda each: each[:2], reverse=False):
        assert side.episode
        found.append(side.row("closed", side.episode["peak"]))
        side.ended += side.window
        side.episode, side.window, side.declined = None, [], False


def judge(
    own: Side, other: Side, seen: Seen, before: Sequence[Seen], found: list[Told]
) -> None:  # fmt: skip
    bar = least(3_000, seen, before)
    for side, opposite in ((own, other), (other, own)):
        total = sum(map(size, side.window), Fraction(0))
        whole = total + sum(map(size, side.ended), Fraction(0))
        against = sum(map(size, [*opposite.window, *opposite.ended]), Fraction(0))
        count = sum((each.weight for each in side.window), Fraction(0))
        enough = count >= 4 and total >= bar
        holds = enough and whole / (whole + against) >= Fraction(3, 5)
        sure = round(
            float(
                Fraction(3, 10)
                + Fraction(4, 10) * min(Fraction(1), total / (2 * bar))
                + Fraction(3, 10) * min(Fraction(1), count / 8)
            ),
            6,
        )
        episode = side.episode
        if episode and holds:
            episode["held"] = seen.print.ts
            new = len(episode["members"]) - episode["told"]
            if side is own and new >= 2 and 4 * new >= episode["told"]:
                found.append(side.row("updated", sure))
                episode["told"], episode["peak"] = (
                    len(episode["members"]), max(episode["peak"], sure),
                )  # fmt: skip
        elif side is own and holds:
            side.episode = {
                "opened": seen, "members": list(side.window), "held": seen.print.ts, "peak": sure,
                "told": len(side.window),
            }  # fmt: skip
            found.append(side.row("opened", sure))
        elif side is own and enough and not episode and not side.declined:
            side.declined = True
            found.append(side.row("abstained", 0.0))
