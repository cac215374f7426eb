"""What a flagged package leaves of a session (errata 9), and the late reports in it (errata 45)."""

import pytest

from flow.domain.events import LogEntry, StampedPrint
from signals.engine.params import Params
from signals.engine.pipeline import EngineState, new_state, step
from signals.engine.records import Derived, Packet
from tests.signals.engine.test_lines import END, at, cancel
from tests.signals.engine.test_rule_scenarios import leg, only, package
from tests.support.engine_builders import LATE, clock, ms

VERTICAL = package(
    at(leg("C440", "ask", 50, usd=11.7), 0, 1), at(leg("C450", "bid", 50), 0, 2)
)  # fmt: skip
FINAL = clock(50_000, ms(2_000))


def played(*entries: LogEntry) -> tuple[EngineState, list[Packet]]:
    state = new_state()
    rows: list[Derived] = step(state, sorted(entries, key=lambda each: each.ts), Params())
    return state, only(rows, Packet)


def rest(size: int, number: int = 7, at_ms: float = 100) -> StampedPrint:
    return at(leg("C450", "ask", size), at_ms, number)


@pytest.mark.parametrize(
    ("sizes", "left"),
    [
        # 10,000 dollars is the floor of a single name, 420 one contract
        ((2,), []),
        ((23,), []),
        ((24,), [24]),
        ((12, 12), [24]),
    ],
)
def test_what_a_package_leaves_of_a_session_is_dropped_below_the_floor(
    sizes: tuple[int, ...], left: list[int]
) -> None:
    prints = [rest(size, 7 + n) for n, size in enumerate(sizes)]

    _, packets = played(*VERTICAL, *prints, END)

    assert [packet.size for packet in packets] == [100, *left]


def test_session_that_no_package_touched_keeps_its_packet() -> None:
    _, packets = played(rest(2), END)

    assert [packet.size for packet in packets] == [2]


def test_rest_of_unknown_premium_is_not_known_to_be_below_the_floor() -> None:
    _, packets = played(*VERTICAL, at(rest(2), 100, 7, premium_micros=None), END)

    assert [packet.size for packet in packets] == [100, 2]


def test_dropped_prints_are_still_volume_and_flow() -> None:
    later = rest(60, 8, at_ms=1_000)

    state, (_, packet) = played(*VERTICAL, rest(2), later, END)

    assert packet.features.day_volume_before == 52
    assert state.counters["clustered"] == 4
    assert state.days.of[later.contract].size == 112
    _, alone = played(*VERTICAL, later, END)
    assert packet.features.premium_z_n == alone[1].features.premium_z_n


def test_cancel_of_a_dropped_print_takes_back_no_other() -> None:
    """An equal print before it stays what it was, and no row of the dropped one appears."""
    twin, dropped = rest(2, 6, at_ms=-9_000), rest(2)
    entries: list[LogEntry] = [twin, *VERTICAL, dropped, rest(3, 8, at_ms=110), FINAL]

    state, packets = played(*entries, cancel(dropped, 3_000, 90), END)

    assert [(packet.size, packet.rev) for packet in packets] == [(2, 0), (100, 0)]
    assert state.counters["orphan_cancel"] == 0
    _, packets = played(*entries, cancel(dropped, 3_000, 90), cancel(dropped, 3_500, 91), END)
    assert [(packet.size, packet.rev) for packet in packets] == [(2, 0), (100, 0), (0, 1)]


@pytest.mark.parametrize(("taken", "left"), [((7,), [24, 6]), ((7, 8), [24, 6, 0])])
def test_cancels_of_a_rest_that_has_a_packet_revise_it(
    taken: tuple[int, ...], left: list[int]
) -> None:
    prints = {7: rest(18, 7), 8: rest(6, 8)}
    cancels = [cancel(prints[number], 3_000 + number, 90 + number) for number in taken]

    _, packets = played(*VERTICAL, *prints.values(), FINAL, *cancels, END)

    assert [packet.size for packet in packets[1:]] == left


def test_rest_that_a_cancel_brings_below_the_floor_is_dropped() -> None:
    first, second = rest(18), rest(6, 8)

    _, packets = played(*VERTICAL, first, second, cancel(first, 120, 90), END)

    assert [packet.size for packet in packets] == [100]


def late(at_ms: float, number: int, name: str = "C450") -> StampedPrint:
    return at(leg(name, "ask", 5), at_ms, number, conditions=(LATE,))


def test_late_report_inside_a_session_of_a_package_is_counted_there() -> None:
    legs = [*VERTICAL, *package(rest(50, 3, at_ms=0))]

    _, (packet,) = played(*legs, late(0, 9), late(0, 10, "C440"), late(1, 11), END)

    assert (packet.features.structure_type, packet.features.late_count) == ("ratio_spread", 2)


def test_late_report_is_counted_with_the_package_that_ends_the_session() -> None:
    second = package(
        at(leg("C450", "bid", 70), 100, 3), at(leg("C460", "ask", 70, usd=1.5), 100, 4)
    )  # fmt: skip

    _, packets = played(*VERTICAL, *second, late(60, 9), END)

    assert [packet.features.late_count for packet in packets] == [0, 1]


def test_late_report_beside_a_rest_is_counted_with_the_rest() -> None:
    _, packets = played(*VERTICAL, rest(60), late(60, 9), END)

    assert [packet.features.late_count for packet in packets] == [0, 1]
