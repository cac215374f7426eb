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

PARAMS = Params.from_values({"cluster_gap_ms": 20, "structure_window_ms": 300})
BOUGHT = stamped(seq=1, ts=ms(0), size=200)
SOLD = stamped(
    seq=2, ts=ms(100), size=200, price_micros=4_100_000, contract="SPY-2025-01-17-455-C"
)  # fmt: skip
TAPE: tuple[LogEntry, ...] = (BOUGHT, SOLD, clock(3, ms(920)))
END = clock(9, ms(9_000))


def cancel(of: StampedPrint) -> StampedPrint:
    return stamped(
        seq=4, ts=ms(950), size=200, price_micros=of.price_micros, contract=of.contract,
        conditions=(ord("G"),),
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
