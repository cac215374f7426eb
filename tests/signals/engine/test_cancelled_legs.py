"""A leg of a pair is cancelled after its partner's instant and before its own.

Under a short gap and a long window each leg is decided three windows after its start:

    0 ms call bought    100 ms call sold        900 ms          950 ms    1,000 ms
    |-------------------|-----------------------| first leg     | cancel  | second leg
"""

import pytest

from flow.domain.events import LogEntry, StampedPrint
from signals.engine.params import Params
from signals.engine.pipeline import decode_state, encode_state, new_state, step
from signals.engine.records import Derived, Packet
from tests.support.engine_builders import clock, ms, stamped

LAST, OPENING, ONLY = (ord(letter) for letter in "CEG")
PARAMS = Params.from_values({"cluster_gap_ms": 20, "structure_window_ms": 300})
BOUGHT = stamped(seq=1, ts=ms(0), size=200)
SOLD = stamped(
    seq=2, ts=ms(100), size=200, price_micros=4_100_000, contract="SPY-2025-01-17-455-C"
)  # fmt: skip
TAPE: tuple[LogEntry, ...] = (BOUGHT, SOLD, clock(3, ms(920)))
END = clock(9, ms(9_000))


def cancel(of: StampedPrint, letter: int = ONLY, *, seq: int = 4, at: float = 950) -> StampedPrint:
    return stamped(
        seq=seq, ts=ms(at), size=of.size, price_micros=of.price_micros, contract=of.contract,
        conditions=(letter,),
    )  # fmt: skip


def packets(rows: list[Derived]) -> list[Packet]:
    return [row for row in rows if isinstance(row, Packet)]


def test_without_a_cancel_both_are_one_structure() -> None:
    (packet,) = packets(step(new_state(), [*TAPE, END], PARAMS))

    assert (packet.features.structure_type, packet.print_count) == ("vertical", 2)


@pytest.mark.parametrize(("gone", "left"), [(SOLD, BOUGHT), (BOUGHT, SOLD)])
def test_the_other_leg_is_a_packet_of_its_own(gone: StampedPrint, left: StampedPrint) -> None:
    state = new_state()

    (packet,) = packets(step(state, [*TAPE, cancel(gone), END], PARAMS))

    assert [member.uid for member in packet.members] == [left.uid]
    assert packet.contract == left.contract
    assert state.counters["orphan_cancel"] == 0
    assert state.candidates.saved() == []


def test_a_restart_between_changes_nothing() -> None:
    rest: list[LogEntry] = [cancel(SOLD), END]
    state = new_state()
    step(state, TAPE, PARAMS)
    again = decode_state(encode_state(state))

    assert step(again, rest, PARAMS) == step(state, rest, PARAMS)


def test_a_leg_of_two_prints_goes_on_with_the_one_that_is_left() -> None:
    second = stamped(seq=5, ts=ms(10), size=300)
    tape: list[LogEntry] = [BOUGHT, second, clock(6, ms(500)), cancel(BOUGHT, OPENING, at=600), END]

    (packet,) = packets(step(new_state(), tape, PARAMS))

    assert [member.uid for member in packet.members] == [second.uid]
    assert (packet.size, packet.features.cancelled_count) == (300, 1)


def test_a_cancelled_leg_that_is_left_too_small_stands_alone_at_once() -> None:
    small = stamped(seq=5, ts=ms(10), size=1)  # no leg of anything by itself
    state = new_state()
    step(state, [BOUGHT, small, clock(6, ms(500))], PARAMS)

    rows = step(state, [cancel(BOUGHT, OPENING, at=600), clock(7, ms(601))], PARAMS)

    assert [member.uid for member in packets(rows)[0].members] == [small.uid]
    assert state.candidates.saved() == []


# A small packet is final at 80 ms, but stands in line behind the leg, which ended before it.
SMALL = tuple(
    stamped(seq=10 + n, ts=ms(50 + 10 * n), size=5 + n, contract="SPY-2025-01-17-480-C")
    for n in (0, 1)
)


@pytest.mark.parametrize(("gone", "letter"), [(0, OPENING), (1, LAST)])
def test_a_packet_in_line_goes_on_without_what_was_cancelled(gone: int, letter: int) -> None:
    taken = cancel(SMALL[gone], letter, at=600)
    tape: list[LogEntry] = [BOUGHT, *SMALL, clock(6, ms(500)), taken, END]
    whole = packets(step(new_state(), [BOUGHT, *SMALL, END], PARAMS))

    found = packets(step(new_state(), tape, PARAMS))

    assert [packet.contract for packet in found] == [packet.contract for packet in whole]
    assert [packet.contract for packet in found] == [BOUGHT.contract, SMALL[0].contract]
    assert [member.uid for member in found[1].members] == [SMALL[1 - gone].uid]
    assert [packet.features.cancelled_count for packet in (*whole, *found)] == [0, 0, 0, 1]


def test_a_packet_in_line_of_which_nothing_is_left_never_comes() -> None:
    cancels = [cancel(SMALL[0], OPENING, at=600), cancel(SMALL[1], LAST, seq=5, at=601)]
    state = new_state()
    tape: list[LogEntry] = [BOUGHT, *SMALL, clock(6, ms(500)), *cancels, END]

    (packet,) = packets(step(state, tape, PARAMS))

    assert packet.contract == BOUGHT.contract
    assert state.cancelled == {}
