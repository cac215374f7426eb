"""Drawn tapes of option prints for the engine, and what its step makes of them."""

from collections.abc import Sequence
from typing import Any

import msgspec
from hypothesis import strategies as st

from flow.domain.events import Control, LogEntry, StampedPrint
from signals.engine.memory import Kept
from signals.engine.params import Params
from signals.engine.pipeline import EngineState, new_state, step
from signals.engine.records import Derived, Packet, SmartMoneyEvent
from tests.support.engine_builders import (
    AUCTION,
    AUTO,
    COMPLEX,
    CROSS,
    ISO,
    LATE,
    SPY_CALL,
    SPY_PUT,
    clock,
    ms,
    stamped,
)

PARAMS = Params()
CONTRACTS = (SPY_CALL, SPY_PUT, "AAPL-2025-01-17-230-C", "SPXW-2025-01-15-5900.5-P")
LATENESS_MS = 250


@st.composite
def print_lists(draw: st.DrawFn, *, plain: bool = False) -> list[StampedPrint]:
    """Prints in event-time order: dense enough to cluster, with equal instants and long bursts."""
    gaps = draw(st.lists(st.sampled_from([0, 1, 50, 200, 250, 251, 600, 2_500]), max_size=25))
    found, at = [], 0
    for seq, gap in enumerate(gaps):
        at += gap
        codes = (AUTO, ISO) if plain else (AUTO, ISO, AUCTION, CROSS, COMPLEX, LATE)
        found.append(
            stamped(
                seq=seq,
                ts=ms(at),
                contract=draw(st.sampled_from(CONTRACTS)),
                size=draw(st.sampled_from([1, 30, 250, 900])),
                price_micros=draw(st.sampled_from([4_100_000, 4_150_000, 4_200_000, 4_300_000])),
                venue=draw(st.integers(1, 5)),
                conditions=(draw(st.sampled_from(codes)),),
                quote_silence_us=draw(st.sampled_from([0, 0, 0, 2_000_000])),
            )
        )
    return found


@st.composite
def tapes(draw: st.DrawFn) -> list[StampedPrint]:
    """Prints with packages, pairs of legs, moving spots, and cancels of some of them later."""
    found: list[StampedPrint] = []
    for print_ in draw(print_lists()):
        twin = draw(st.sampled_from([None, None, None, "SPY-2025-01-17-455-C"]))
        spot = draw(st.sampled_from([450_490_000, 450_490_000, 449_000_000]))
        moved = msgspec.structs.replace(print_, spot_bid_micros=spot, spot_ask_micros=spot + 20_000)
        found.append(moved)
        if twin:
            price = draw(st.sampled_from([4_100_000, 4_200_000]))
            after = draw(st.sampled_from([0, 0, 20, 120]))
            fields = {"contract": twin, "seq": 500 + print_.seq, "uid": print_.uid[::-1]}
            fields |= {"ts": print_.ts + after * 1_000}
            fields |= {"price_micros": price, "premium_micros": price * print_.size * 100}
            found.append(msgspec.structs.replace(moved, **fields))
    found.sort(key=lambda each: (each.ts, each.seq))
    for print_ in list(found):
        if draw(st.integers(0, 6)) == 0:
            letter = ord(draw(st.sampled_from("ACEG")))
            after = draw(st.sampled_from([0, 1, 120, 400, 3_000]))
            fields = {"conditions": (letter,), "ts": print_.ts + after * 1_000}
            fields |= {"seq": 1_000 + print_.seq, "uid": bytes(16 - 2) + print_.uid[:2]}
            found.append(msgspec.structs.replace(print_, **fields))
    return sorted(found, key=lambda each: (each.ts, each.seq))


def end_of(prints: Sequence[StampedPrint]) -> Control:
    return clock(10_000, max((p.ts for p in prints), default=0) + 10_000_000)


def with_clocks(
    prints: Sequence[StampedPrint], every_ms: int, between: dict[int, Control] | None = None
) -> list[LogEntry]:
    """Put in clock entries that keep the promise: what is still to come lies after them."""
    entries: list[LogEntry] = []
    promised = ms(0) - 1
    for place, print_ in enumerate(prints):
        earliest = min(p.ts for p in prints[place:])
        while promised + every_ms * 1_000 < earliest:
            promised += every_ms * 1_000
            entries.append(clock(20_000 + len(entries), promised))
        if between and place in between:
            entries.append(between[place])
        entries.append(print_)
    return [*entries, end_of(prints)]


def run(entries: Sequence[LogEntry], batch: int = 10**9, **values: Any) -> list[Derived]:
    state, rows = new_state(), []
    params = Params.from_values(values) if values else PARAMS
    for start in range(0, len(entries), batch):
        rows += step(state, entries[start : start + batch], params, 1)
    return rows


def content(rows: Sequence[Derived]) -> list[bytes]:
    """Return the canonical content: without what says when it became final."""
    plain = [msgspec.structs.replace(row, cause_seq=0, ordinal=0) for row in rows]
    return sorted(
        type(row).__name__.encode() + msgspec.json.encode(row, order="deterministic")
        for row in plain
    )


def packets(rows: Sequence[Derived]) -> list[Packet]:
    return [row for row in rows if isinstance(row, Packet)]


def dropped(state: EngineState) -> list[StampedPrint]:
    """Return what packages left of sessions below the floor: flow, but in no packet (errata 9)."""
    remembered = [msgspec.msgpack.decode(each.content, type=Kept) for each in state.memory.saved()]
    return [held.print for kept in remembered if kept.is_dropped for held in kept.group.held]


def is_cancel(print_: StampedPrint) -> bool:
    return chr(print_.conditions[0]) in "ACEG" if print_.seq >= 1_000 else False


def rows_by_packet(rows: Sequence[Derived]) -> dict[tuple[bytes, ...], list[bytes]]:
    """Return what each packet and its event say, by the prints that they are made of."""
    found: dict[tuple[bytes, ...], list[bytes]] = {}
    events = {row.packet_uid: row for row in rows if isinstance(row, SmartMoneyEvent)}
    for packet in packets(rows):
        told: list[Derived] = [packet]
        if packet.uid in events:
            told.append(events[packet.uid])
        found[tuple(member.uid for member in packet.members)] = content(told)
    return found
