"""Final groups in line: nothing reads what came behind it, cancels reach what still waits."""

import pytest

from flow.domain.events import LogEntry, StampedPrint
from signals.engine.clusters import Held
from signals.engine.finality import forget_owned
from signals.engine.groups import Group, Order
from signals.engine.lines import InLine, Lines, Ready
from signals.engine.params import Params
from signals.engine.pipeline import EngineState, decode_state, encode_state, new_state, step
from signals.engine.records import Alert, ClassifierHit, EvidenceLink, Packet, SmartMoneyEvent
from tests.signals.engine.test_rule_scenarios import JUN, leg, only, package, run
from tests.support.engine_builders import CANCEL, SPY_CALL, clock, ms, stamped, tuning

FINAL = clock(50_000, ms(2_000))
END = clock(99_999, ms(2_000_000))
EARLIER = ord("A")


def at(print_: StampedPrint, at_ms: float, number: int, **changes: object) -> StampedPrint:
    fields = {name: getattr(print_, name) for name in print_.__struct_fields__}
    moved = {"ts": ms(at_ms), "seq": number, "uid": number.to_bytes(16, "big")}
    return StampedPrint(**(fields | moved | changes))


def cancel(print_: StampedPrint, at_ms: float, number: int, code: int = CANCEL) -> StampedPrint:
    return at(print_, at_ms, number, conditions=(code,))


def long_session(*, name: str = "C470", until_ms: int = 1_700) -> list[StampedPrint]:
    """Return one session that candidates near its start have to wait for."""
    times = range(100, until_ms + 1, 200)
    return [at(leg(name, "mid", 1, usd=1.2), ts, 400 + ts) for ts in times]


def played(*entries: LogEntry) -> EngineState:
    state = new_state()
    step(state, sorted(entries, key=lambda each: each.ts), Params())
    return state


def contracts_before(*entries: LogEntry) -> dict[int, int]:
    """Return what had traded before each packet, by the packet's size."""
    return {
        packet.size: packet.features.day_volume_before for packet in only(run(*entries), Packet)
    }


def test_packet_that_waits_does_not_count_what_came_behind_it() -> None:
    first, second = leg("C450", "ask", 200), at(leg("C450", "mid", 300), 400, 9)

    assert contracts_before(first, second, *long_session()) == {200: 0, 300: 200, 9: 0}


def test_packet_that_waits_is_measured_against_what_came_before_it() -> None:
    history = [
        at(leg("C450", "mid", 50, expiry=JUN), -60_000 + 3_000 * n, 100 + n) for n in range(9)
    ]
    waits = at(leg("C450", "ask", 500, expiry=JUN), 0, 30)
    behind = [at(leg("C450", "mid", 2_000, expiry=JUN), 400 + 300 * n, 60 + n) for n in range(3)]

    alone, followed = (
        next(packet for packet in only(run(*tape), Packet) if packet.size == 500)
        for tape in ([*history, waits, *long_session()],
                     [*history, waits, *long_session(), *behind])
    )  # fmt: skip

    assert alone.features == followed.features
    assert followed.features.premium_z is None
    assert followed.features.premium_z_n == 9


def test_flow_around_a_packet_that_waits_ends_with_it() -> None:
    waits, behind = leg("C450", "ask", 500), at(leg("C480", "ask", 900, usd=1.1), 300, 9)

    events = only(run(waits, behind, *long_session()), SmartMoneyEvent)

    flows = {event.packet_ts: event.features["flow"]["1h"]["volume"] for event in events}
    assert flows == {ms(0): 500, ms(300): 1_400}


class _Undecided:
    def __init__(self, earliest: Order | None) -> None:
        self._earliest = earliest

    def earliest(self, underlying: str) -> Order | None:
        return self._earliest if underlying == "SPY" else None


def group(due: int) -> Group:
    return Group(due, SPY_CALL, [Held(stamped(seq=due, ts=ms(due), uid=bytes([due]) * 16), 0)])


def test_line_gives_out_what_nothing_uncertain_stands_before() -> None:
    lines = Lines()
    for due, certain in ((3, 3), (1, 9), (2, 2)):
        lines.add("SPY", Ready(certain, group(due), None))
    before_third = (3, 0, 0, 0, "", b"")

    taken = lines.take(_Undecided(before_third))

    assert [(ready.at, ready.group.due) for ready in taken] == [(9, 1), (9, 2)]
    assert lines.holds("SPY")
    assert [(ready.at, ready.group.due) for ready in lines.take(_Undecided(None))] == [(3, 3)]
    assert not lines.holds("SPY")


def test_saved_lines_go_on_where_they_stood() -> None:
    lines = Lines()
    for due in (2, 1):
        lines.add("SPY", Ready(due, group(due), None))

    again = Lines(lines.saved())

    assert again.saved() == lines.saved() == [
        InLine("SPY", 1, group(1)), InLine("SPY", 2, group(2)),
    ]  # fmt: skip
    assert [ready.group.due for ready in again.take(_Undecided(None))] == [1, 2]


@pytest.mark.parametrize("pause_ms", [300, 1_000, 1_900])
def test_restart_while_packets_wait_changes_nothing(pause_ms: int) -> None:
    entries: list[LogEntry] = [
        leg("C450", "ask", 200), at(leg("C450", "mid", 300), 400, 9), *long_session(),
    ]  # fmt: skip
    entries += [clock(70_000 + n, ms(100 * n)) for n in range(1, 30)]
    entries.sort(key=lambda each: each.ts)
    whole = step(new_state(), [*entries, END], Params())
    state, pause = new_state(), ms(pause_ms)
    rows = step(state, [each for each in entries if each.ts <= pause], Params())
    state = decode_state(encode_state(state))

    rows += step(state, [*(each for each in entries if each.ts > pause), END], Params())

    assert rows == whole


def test_stray_print_that_was_cancelled_in_time_does_not_part_a_pair() -> None:
    pair = [at(leg("C450", "ask", 200), 0, 1), at(leg("C455", "bid", 200, usd=2.1), 30, 2)]
    stray = at(leg("C450", "ask", 5), 60, 3)

    (packet,) = only(run(*pair, stray, cancel(stray, 90, 4)), Packet)

    assert (packet.features.structure_type, packet.size) == ("vertical", 400)
    assert packet.features.cancelled_count == 1


def test_leg_that_lost_a_print_while_it_waited_is_matched_anew() -> None:
    half, rest = at(leg("C450", "ask", 50), 0, 1), at(leg("C450", "ask", 63), 5, 2)
    other = at(leg("C455", "bid", 113, usd=2.1), 10, 3)

    whole = only(run(half, rest, other, *long_session()), Packet)
    torn = only(run(half, rest, other, *long_session(), cancel(rest, 900, 9)), Packet)

    assert [packet.size for packet in whole if packet.size > 9] == [226]
    assert [packet.size for packet in torn if packet.size > 9] == [50, 113]
    assert {packet.features.structure_type for packet in torn} == {""}


def test_leg_that_still_fits_without_a_cancelled_print_keeps_its_partner() -> None:
    whole, stray = at(leg("C450", "ask", 200), 0, 1), at(leg("C450", "ask", 10), 5, 2)
    other = at(leg("C455", "bid", 200, usd=2.1), 10, 3)

    found = only(run(whole, stray, other, *long_session(), cancel(stray, 900, 9)), Packet)

    assert [packet.features.structure_type for packet in found if packet.size > 9] == ["vertical"]


def test_waiting_leg_of_which_nothing_is_left_never_comes() -> None:
    alone = at(leg("C450", "ask", 200), 0, 1)

    found = only(run(alone, *long_session(), cancel(alone, 900, 9)), Packet)

    assert [packet.size for packet in found] == [9]


def test_waiting_leg_that_is_too_small_after_a_cancel_stands_alone() -> None:
    whole, rest = at(leg("C450", "ask", 200), 0, 1), at(leg("C450", "ask", 10), 5, 2)
    other = at(leg("C455", "bid", 210, usd=2.1), 10, 3)

    found = only(run(whole, rest, other, *long_session(), cancel(whole, 900, 9)), Packet)

    assert [(packet.size, packet.features.structure_type) for packet in found] == [
        (10, ""), (210, ""), (9, ""),
    ]  # fmt: skip


def test_leg_that_lost_its_print_after_it_was_matched_frees_its_partner() -> None:
    early = at(leg("C450", "ask", 200), 0, 1)
    late = at(leg("C455", "bid", 200, usd=2.1), 40, 2)
    # Near the partner alone, so that it is decided later than the leg that it was matched with.
    neighbour = [at(leg("C470", "mid", 1, usd=1.2), 185 + 200 * n, 400 + n) for n in range(8)]

    kept = only(run(early, late, *neighbour), Packet)
    freed = only(run(early, late, *neighbour, cancel(early, 700, 9)), Packet)

    assert [packet.size for packet in kept if packet.size > 9] == [400]
    assert [packet.size for packet in freed if packet.size > 9] == [200]


def test_restart_between_a_package_and_its_instant_changes_nothing() -> None:
    legs = [
        at(each, 0, n) for n, each in enumerate((leg("C450", "ask"), leg("C455", "bid", usd=2.1)))
    ]
    entries: list[LogEntry] = [*package(*legs), clock(70, ms(120))]
    whole = step(new_state(), [*entries, END], Params())
    state = new_state()
    rows = step(state, entries, Params())
    assert state.packaged
    assert state.owned

    state = decode_state(encode_state(state))

    assert rows + step(state, [END], Params()) == whole


def test_owned_prints_of_no_session_are_forgotten() -> None:
    state = new_state()
    state.owned = {b"a": ms(0), b"b": ms(700_000)}
    state.watermark = ms(661_000)

    forget_owned(state)

    assert list(state.owned) == [b"b"]


def test_packet_in_line_loses_a_cancelled_print() -> None:
    waits, behind = at(leg("C450", "ask", 200), 0, 1), at(leg("C450", "mid", 300), 400, 2)
    more = at(leg("C450", "mid", 40), 450, 3)

    found = only(
        run(waits, behind, more, *long_session(), cancel(more, 900, 9), cancel(behind, 950, 10)),
        Packet,
    )

    assert [packet.size for packet in found] == [200, 9]


def test_second_cancel_of_equal_fills_takes_the_second() -> None:
    fills = package(leg("C450", "ask", 10), leg("C455", "bid", 20, usd=2.1))
    twin = at(fills[0], 0, 7)
    later = [at(leg("C450", "ask", 50), ts, 100 + ts) for ts in (200, 400, 600, 800, 1_000)]
    cancels = [cancel(fills[0], 650, 901), cancel(fills[0], 700, 902)]

    rows = run(*fills, twin, *later, *cancels)

    package_rows = [row for row in only(rows, Packet) if row.ts == ms(0)]
    assert [(row.rev, row.size) for row in package_rows] == [(0, 40), (1, 30), (2, 20)]
    assert played(*fills, twin, *later, *cancels, END).cancelled == {}


def test_package_inside_a_session_is_not_the_first_of_its_day() -> None:
    first, last = at(leg("C450", "ask", 7), 0, 1), at(leg("C450", "ask", 10), 300, 2)
    flagged = package(
        at(leg("C450", "ask", 10), 100, 3), at(leg("C455", "bid", 10, usd=2.1), 100, 4)
    )
    taken = cancel(flagged[0], 5_000, 90, EARLIER)

    rows = run(first, last, *flagged, FINAL, taken, END)

    gone = [row.ref_uid for row in only(rows, EvidenceLink) if row.role == "cancelled"]
    assert gone == [flagged[0].uid]


@pytest.mark.parametrize("clock_ms", [10, 400])
def test_cancel_of_a_package_leg_is_taken_from_the_package(clock_ms: int) -> None:
    """The leg's contract also has a session of its own: that one loses nothing by the cancel."""
    fills = package(leg("C450", "ask", 10), at(leg("C455", "bid", 10, usd=2.1), 0, 2))
    rest = [at(leg("C450", "ask", 19), 50, 3), at(leg("C450", "ask", 19), 300, 4)]
    clocks = [clock(1_000 + n, ms(n * clock_ms) - 1) for n in range(1, 400 // clock_ms)]

    rows = only(run(*fills, cancel(fills[0], 0, 90), *rest, *clocks), Packet)

    assert [(row.contract[-5:], row.size, row.features.cancelled_count) for row in rows] == [
        ("455-C", 10, 1), ("450-C", 38, 0)
    ]  # fmt: skip


def test_cancel_of_a_contract_that_cannot_be_read_is_counted() -> None:
    unreadable = stamped(contract="GARBAGE", conditions=(CANCEL,))

    state = played(unreadable, END)

    assert (state.counters["unparsed"], state.counters["cancel"]) == (1, 0)


def test_revision_stays_with_the_tuning_of_the_first_one() -> None:
    prints = [at(leg("C450", "ask", 300 + n), 50 * n, n + 1) for n in range(3)]
    entries: list[LogEntry] = [
        tuning(90, ms(-1), 5), prints[0], tuning(91, ms(10), 6, cluster_gap_ms=240), prints[1],
        tuning(92, ms(60), 7, cluster_gap_ms=230), prints[2], FINAL,
        cancel(prints[0], 3_000, 80), clock(50_001, ms(4_000)), cancel(prints[1], 5_000, 81), END,
    ]  # fmt: skip

    found = only(step(new_state(), entries, Params()), Packet)

    assert [(row.rev, row.tuning_revision, row.size) for row in found] == [
        (0, 5, 903), (1, 5, 603), (2, 5, 302),
    ]  # fmt: skip
    assert len({row.uid for row in found}) == 1


def test_revision_keeps_the_flow_and_the_event_ahead_of_the_first_reading() -> None:
    prints = [at(leg("C450", "ask", 300), 0, 1), at(leg("C450", "ask", 230), 20, 2)]
    behind = at(leg("C450", "bid", 5_000), 20_000, 3)

    rows = run(*prints, FINAL, behind, cancel(prints[1], 30_000, 9))

    first, second = (event for event in only(rows, SmartMoneyEvent) if event.packet_ts == ms(0))
    assert (first.rev, second.rev) == (0, 1)
    assert first.features["flow"]["1h"] == second.features["flow"]["1h"]


MINUTES_15 = 900_000


@pytest.mark.parametrize("cancelled_ms", [30_000, MINUTES_15 + 2_000, MINUTES_15 + 60_000])
def test_revised_reading_is_judged_by_the_same_later_mid(cancelled_ms: int) -> None:
    prints = [at(leg("C450", "ask", 300), 0, 1), at(leg("C450", "ask", 230), 20, 2)]
    fallen = {"spot_bid_micros": 448_990_000, "spot_ask_micros": 449_010_000}
    later = at(leg("C480", "mid", 1, usd=1.1), MINUTES_15 - 100, 3, **fallen)
    clocks = [clock(60_000 + n, ms(MINUTES_15 + n * 1_000)) for n in range(1, 70, 4)]

    rows = run(*prints, FINAL, later, *clocks, cancel(prints[1], cancelled_ms, 9))

    hits = [hit for hit in only(rows, ClassifierHit) if hit.classifier_id == "no_follow_through"]
    assert max(hit.rev for hit in hits) == 1


def test_revision_of_a_superseding_alert_names_what_it_replaced() -> None:
    small = at(leg("C450", "ask", 400), 0, 1)
    large = [at(leg("C450", "ask", 3_000), 20_000, 2), at(leg("C450", "ask", 100), 20_010, 3)]

    rows = only(run(small, *large, clock(60_000, ms(25_000)), cancel(large[1], 30_000, 9)), Alert)

    first, second, revised = rows
    assert second.supersedes == revised.supersedes == first.uid
    assert (revised.uid, revised.rev) == (second.uid, 1)
