"""Stage B, the decisions: who stays alone, who is half of a pair, who is a rung of a ladder.

A pool is every remembered candidate of one underlying and one revision, sorted by `Candidate.key`.
"""

from bisect import bisect_left, bisect_right

import msgspec

from signals.engine.structures.assembly import Structure, inferred_structure
from signals.engine.structures.legs import order_of
from signals.engine.structures.matching import Candidate, fit, is_rung
from signals.engine.structures.shapes import MIN_LADDER_STRIKES


class Entry(msgspec.Struct):
    """One remembered candidate. `group` is the key of its structure's first leg, once it has one.

    `due` is the instant of its decision; it grows with what turns out to concern the candidate. A
    candidate is free until it is decided or has a group; afterwards nothing takes it again.
    """

    candidate: Candidate
    due: int
    decided: bool = False
    group: tuple[int, str] | None = None

    @property
    def is_free(self) -> bool:
        """Return whether a structure may still take this candidate."""
        return not self.decided and self.group is None


class Decision(msgspec.Struct, frozen=True, gc=False):
    """What became of candidates: one that stays alone, or the legs of one structure.

    `candidates` are in the order of the structure's legs. `due` is that of the last one.
    """

    due: int
    candidates: tuple[Candidate, ...]
    structure: Structure | None = None

    @property
    def order(self) -> tuple[int, int, int, str, int]:
        """Return the processing order of decisions (errata 17).

        Two structures may share all but the start of their first leg.
        """
        legs = [candidate.leg for candidate in self.candidates]
        end, start = max(leg.end_ts for leg in legs), min(leg.start_ts for leg in legs)
        return self.due, end, start, legs[0].text, legs[0].start_ts


def decide(pool: list[Entry], entry: Entry) -> Decision | None:
    """Decide one candidate whose time has come; None while a later leg of its structure is not due.

    Pairs: two candidates that fit each other and nobody else. Ladders: of the candidates in no
    pair, the earliest opens a ladder with every later one that `is_rung`, one of each strike; three
    strikes are enough. Errata 8 says "pairs only", but then the ladder row of 9.4, which flagged
    packages are excluded from, could never hold. The two do not compete: two legs of one right and
    one sign have no name. Sizes of a ladder need no ratio, because 9.4 asks for none.
    Source: options-engine.md 9.4 stage B; errata 8.
    """
    if entry.group is None:
        members = _members(pool, entry)
        if len(members) == 1:
            return _conclude(members)
        for member in members:
            member.group = members[0].candidate.key
    members = [each for each in _near(pool, entry) if each.group == entry.group]
    return _conclude(members) if members[-1] is entry else None


def wait_for_earlier(pool: list[Entry], entry: Entry) -> int:
    """Return when the earlier candidates near one are decided at the earliest, 0 without any.

    Earlier ones come first, whatever their sessions took: a ladder opens with the first of its
    strikes.
    """
    candidate = entry.candidate
    first = bisect_left(pool, candidate.leg.start_ts - candidate.reach_us, key=_start)
    own = bisect_left(pool, candidate.key, lo=first, key=key_of)
    return max([other.due for other in pool[first:own]], default=0)


def forget(pool: list[Entry]) -> None:
    """Drop the decided candidates that no undecided one can reach."""
    waiting = next((entry.candidate for entry in pool if not entry.decided), None)
    if waiting is None:
        pool.clear()
        return
    floor = waiting.leg.start_ts - waiting.reach_us
    del pool[: bisect_left(pool, floor, key=_start)]


def key_of(entry: Entry) -> tuple[int, str]:
    """Return the order of a pool."""
    return entry.candidate.key


def _members(pool: list[Entry], entry: Entry) -> list[Entry]:
    """Return the structure that this candidate belongs to, by key; itself alone without one."""
    mate = _mate(pool, entry)
    if mate is not None and mate.is_free:
        return sorted((entry, mate), key=key_of)
    rungs = {entry.candidate.leg.contract.strike_micros: entry}
    for other in _near(pool, entry):
        strike = other.candidate.leg.contract.strike_micros
        if strike in rungs or not other.is_free or not is_rung(entry.candidate, other.candidate):
            continue
        if _mate(pool, other) is None:
            rungs[strike] = other
    return list(rungs.values()) if len(rungs) >= MIN_LADDER_STRIKES else [entry]


def _mate(pool: list[Entry], entry: Entry) -> Entry | None:
    """Return the candidate that fits only this one, where this one fits only it."""
    partner = _only_partner(pool, entry)
    if partner is None or _only_partner(pool, partner) is not entry:
        return None
    return partner


def _only_partner(pool: list[Entry], entry: Entry) -> Entry | None:
    found = None
    for other in _near(pool, entry):
        if fit(entry.candidate, other.candidate) is not None:
            if found is not None:
                return None
            found = other
    return found


def _near(pool: list[Entry], entry: Entry) -> list[Entry]:
    """Return the entries that start within one window before or after, itself included."""
    candidate = entry.candidate
    start, window = candidate.leg.start_ts, candidate.window_us
    first = bisect_left(pool, start - window, key=_start)
    return pool[first : bisect_right(pool, start + window, lo=first, key=_start)]


def _conclude(entries: list[Entry]) -> Decision:
    for entry in entries:
        entry.decided = True
    candidates = sorted((entry.candidate for entry in entries), key=_leg_order)
    due = max(entry.due for entry in entries)
    if len(candidates) == 1:
        return Decision(due, tuple(candidates))
    structure = inferred_structure([candidate.leg for candidate in candidates])
    return Decision(due, tuple(candidates), structure)


def _start(entry: Entry) -> int:
    return entry.candidate.leg.start_ts


def _leg_order(candidate: Candidate) -> tuple[int, int, str, str]:
    return order_of(candidate.leg.contract)
