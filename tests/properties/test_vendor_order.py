"""Prints of one instant stand in the vendor's order, whenever they came (E2; errata 30)."""

from hypothesis import given
from hypothesis import strategies as st

from signals.engine.params import Params
from signals.engine.pipeline import new_state, step
from signals.engine.records import Packet
from tests.support.engine_builders import clock, ms, stamped

UIDS = st.lists(st.binary(min_size=16, max_size=16), min_size=4, max_size=4, unique=True)


@given(arrival=st.permutations([1, 2, 3, 4]), uids=UIDS)
def test_prints_of_one_instant_stand_in_the_vendors_order(
    arrival: list[int], uids: list[bytes]
) -> None:
    sweep = [
        stamped(seq=seq, uid=uids[order - 1], order=order, price_micros=4_200_000 + order)
        for seq, order in enumerate(arrival, 1)
    ]

    rows = step(new_state(), [*sweep, clock(5, ms(5_000))], Params())

    packet = next(row for row in rows if isinstance(row, Packet))
    assert [member.uid for member in packet.members] == uids
    assert (packet.first_price_micros, packet.last_price_micros) == (4_200_001, 4_200_004)
