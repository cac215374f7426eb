"""The prints that an event rests on: sums of all, the largest and the newest kept by value.

What is kept is bounded, whatever an episode grows to; the digest covers every print (D6).
"""

from bisect import insort
from collections.abc import Iterable
from hashlib import blake2b

import msgspec

from flow.domain.events import PrintFlag, StampedEquityPrint
from flow.domain.units import MICROS
from signals.engine.equities.dark.params import DarkParams
from signals.engine.equities.dark.records import DarkMember
from signals.engine.equities.placement import EquityPlacement


class Entry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One off-exchange print as the sums take it.

    Units: micro-shares and micro-dollars. `weight_ppm` is what the print counts, in millionths (a
    retail wholesaler's less), `weighted_micros` its size by that, `confident_micros` what the age
    of its quote and untold conditions leave of that again; `mid2` is twice the mid.
    """

    ts: int
    seq: int
    uid: bytes
    place: str
    sign: int
    price_micros: int
    size_micros: int
    notional_micros: int
    weight_ppm: int
    weighted_micros: int
    confident_micros: int
    is_untold: bool
    mid2: int
    quote_ts: int | None
    quote_seq: int | None


_CONDITIONS_UNKNOWN = int(PrintFlag.CONDITIONS_UNKNOWN)


def entry_of(print_: StampedEquityPrint, placed: EquityPlacement, params: DarkParams) -> Entry:
    """Return the entry of a print that has a place.

    Source: platform.md D10 (down-weight of sub-penny improvement), errata 39 (age); options-engine
    errata 36 (what a print is worth where the feed tells no conditions).
    """
    size = print_.size_micros
    weight = round(params.dark_retail_weight * MICROS) if placed.is_price_improved else MICROS
    weighted = size * weight // MICROS
    is_untold = not print_.conditions and print_.flags & _CONDITIONS_UNKNOWN != 0
    told = round(params.dark_untold_weight * MICROS) if is_untold else MICROS
    return Entry(
        print_.ts,
        print_.seq,
        print_.uid,
        placed.side.name,
        placed.sign,
        print_.price_micros,
        size,
        print_.price_micros * size // MICROS,
        weight,
        weighted,
        weighted * placed.confidence_ppm * told // MICROS**2,
        is_untold,
        placed.mid2 or 0,
        print_.quote_ts,
        print_.quote_seq,
    )


class Sums(msgspec.Struct, array_like=True, gc=False):
    """Running sums of entries, exact.

    `improved` counts those with sub-penny improvement, `untold` those whose feed tells no sale
    conditions.
    """

    count: int = 0
    size_micros: int = 0
    notional_micros: int = 0
    weight_ppm: int = 0
    weighted_micros: int = 0
    confident_micros: int = 0
    improved: int = 0
    untold: int = 0

    def add(self, entry: Entry, sign: int = 1) -> None:
        """Add an entry; with a sign of -1 take it away."""
        self.count += sign
        self.size_micros += sign * entry.size_micros
        self.notional_micros += sign * entry.notional_micros
        self.weight_ppm += sign * entry.weight_ppm
        self.weighted_micros += sign * entry.weighted_micros
        self.confident_micros += sign * entry.confident_micros
        self.improved += sign * (entry.weight_ppm < MICROS)
        self.untold += sign * entry.is_untold

    @property
    def vwap_micros(self) -> int:
        """Return the size-weighted price in micro-dollars."""
        return self.notional_micros * MICROS // self.size_micros

    @property
    def told(self) -> float:
        """Return what old quotes and untold conditions leave of the confidence, 0 to 1."""
        return self.confident_micros / max(1, self.weighted_micros)


class Evidence(msgspec.Struct, gc=False):
    """All prints of one event as sums, and the few that are kept.

    `largest` is in order of size, the smallest first; of equal sizes the earlier print stays.
    """

    limit: int
    sums: Sums
    places: dict[str, int]
    largest: list[tuple[int, int, int, Entry]]
    first: Entry
    newest: Entry
    digest: bytes = b""

    def add(self, entry: Entry) -> None:
        """Take the next print, in the order of (ts, seq)."""
        self.sums.add(entry)
        self.places[entry.place] = self.places.get(entry.place, 0) + 1
        self.digest = blake2b(self.digest + entry.uid, digest_size=16).digest()
        insort(self.largest, (entry.size_micros, -entry.ts, -entry.seq, entry))
        if len(self.largest) > self.limit:
            del self.largest[0]
        self.newest = entry

    def kept(self) -> list[Entry]:
        """Return the entries that are kept, oldest first."""
        kept = {(entry.ts, entry.seq): entry for *_, entry in self.largest}
        kept[self.first.ts, self.first.seq] = self.first
        kept[self.newest.ts, self.newest.seq] = self.newest
        return [kept[place] for place in sorted(kept)]

    def remove(self, entry: Entry, others: Iterable[Entry]) -> None:
        """Take a print out that was cancelled; `others` are known entries beside those kept here.

        The digest goes on from what it was: it tells a withdrawal as it tells a print.
        """
        self.sums.add(entry, -1)
        self.places[entry.place] -= 1
        if not self.places[entry.place]:
            del self.places[entry.place]
        self.digest = blake2b(b"-" + self.digest + entry.uid, digest_size=16).digest()
        self.largest = [each for each in self.largest if each[3].uid != entry.uid]
        left = {(each.ts, each.seq): each for each in (*others, *self.kept())}
        left.pop((entry.ts, entry.seq), None)
        if left:
            self.first = left[min(left)] if self.first.uid == entry.uid else self.first
            self.newest = left[max(left)] if self.newest.uid == entry.uid else self.newest

    def members(self) -> tuple[DarkMember, ...]:
        """Return the kept prints, oldest first."""
        kept = {(entry.ts, entry.seq): entry for *_, entry in self.largest}
        kept[self.newest.ts, self.newest.seq] = self.newest
        return tuple(_member(kept[place]) for place in sorted(kept))


def evidence_of(entries: Iterable[Entry], limit: int) -> Evidence:
    """Return the evidence of at least one entry, in the order of (ts, seq)."""
    ordered = list(entries)
    found = Evidence(limit, Sums(), {}, [], ordered[0], ordered[0])
    for entry in ordered:
        found.add(entry)
    return found


def _member(entry: Entry) -> DarkMember:
    return DarkMember(
        entry.seq, entry.ts, entry.uid, entry.size_micros, entry.quote_ts, entry.quote_seq
    )
