"""Packets that a cancel may still revise: found by contract, forgotten oldest first."""

import msgspec

from flow.domain.events import StampedPrint
from signals.engine.clusters import Held
from signals.engine.followups import FollowUp
from signals.engine.groups import Group
from signals.engine.memory import Kept, Memory, Packed
from signals.engine.packets import identity_of
from tests.support.engine_builders import SPY_CALL, SPY_PUT, stamped


def kept(*prints: StampedPrint) -> Kept:
    held = [Held(print_, 0) for print_ in prints]
    texts = list(dict.fromkeys(print_.contract for print_ in prints))
    group = Group(0, texts[0], held)
    return Kept(
        identity=identity_of(texts[0], prints[0]), ts=prints[0].ts, end_ts=prints[-1].ts,
        revision=0, group=group,
        readings=(), types=(), contracts=tuple(texts), volumes_before=(0,) * len(texts),
        open_interests=(None,) * len(texts), prints=len(prints),
    )  # fmt: skip


def found(memory: Memory, contract: str) -> list[int]:
    return [print_.seq for _, print_ in memory.of(contract)]


def call(seq: int) -> StampedPrint:
    return stamped(seq=seq)


def put(seq: int) -> StampedPrint:
    return stamped(seq=seq, contract=SPY_PUT)


def test_prints_are_found_by_their_contract() -> None:
    memory = Memory()
    memory.keep(kept(call(1), call(2)), 10)
    memory.keep(kept(put(3)), 10)
    memory.keep(kept(call(4), put(5)), 10)

    assert found(memory, SPY_CALL) == [1, 2, 4]
    assert found(memory, SPY_PUT) == [3, 5]
    assert found(memory, "none") == []
    assert memory.prints == 5


def test_the_oldest_packets_go_first_and_whole() -> None:
    memory = Memory()
    memory.keep(kept(call(1), call(2)), 3)
    memory.keep(kept(put(3)), 3)
    assert memory.prints == 3

    memory.keep(kept(call(4)), 3)

    assert (found(memory, SPY_CALL), found(memory, SPY_PUT), memory.prints) == ([4], [3], 2)


def test_a_structure_is_forgotten_under_all_its_contracts() -> None:
    memory = Memory()
    memory.keep(kept(call(1), put(2)), 2)
    memory.keep(kept(put(3)), 2)

    assert (found(memory, SPY_CALL), found(memory, SPY_PUT), memory.prints) == ([], [3], 1)


def test_a_limit_of_nothing_keeps_nothing() -> None:
    memory = Memory()
    memory.keep(kept(call(1)), 0)

    assert (memory.prints, memory.saved()) == (0, [])


def test_a_revised_packet_still_counts_what_it_was_kept_with() -> None:
    memory = Memory()
    first = kept(call(1), call(2))
    memory.keep(first, 4)
    first.group.held = first.group.held[1:]
    memory.revise(first)
    assert found(memory, SPY_CALL) == [2]
    memory.keep(kept(call(3), call(4)), 4)

    memory.keep(kept(call(5)), 4)

    assert (found(memory, SPY_CALL), memory.prints) == ([3, 4, 5], 3)


def test_what_is_forgotten_can_no_longer_be_changed() -> None:
    memory, gone = Memory(), kept(call(1))
    memory.keep(gone, 1)
    memory.keep(kept(call(2)), 1)
    before = msgspec.msgpack.encode(memory.saved())
    settled = FollowUp(
        at=1, event_uid=b"e", event_ts=0, rev=0, identity=gone.identity, packet_uid=b"p",
        packet_ts=0, contract=SPY_CALL, leg=SPY_CALL, underlying="SPY", label="", revision=0,
        direction="bullish", mid2=1,
    )  # fmt: skip

    memory.revise(gone)
    memory.settle(settled)

    assert msgspec.msgpack.encode(memory.saved()) == before


def test_saved_memory_goes_on_where_it_stood() -> None:
    memory = Memory()
    memory.keep(kept(call(1)), 10)
    memory.keep(kept(put(2), call(3)), 10)
    encoded = msgspec.msgpack.encode(memory.saved())

    again = Memory(msgspec.msgpack.decode(encoded, type=list[Packed]))

    assert msgspec.msgpack.encode(again.saved()) == encoded
    assert found(again, SPY_CALL) == [1, 3]
    assert again.prints == 3
