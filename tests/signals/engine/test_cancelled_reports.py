"""Cancels among late reports, and what a day traded (options-engine.md 4.2; errata 45, 46)."""

import pytest

from flow.domain.events import LogEntry, PrintFlag, StampedPrint
from signals.engine.params import Params
from signals.engine.pipeline import EngineState, decode_state, encode_state, new_state, step
from signals.engine.records import Derived, Packet
from tests.support.engine_builders import LATE, clock, ms, stamped
from tests.support.engine_tapes import content

EARLIER, LAST, OPENING, ONLY = (ord(letter) for letter in "ACEG")
LATE_OPENING = ord("H")
END = clock(999, ms(60_000))


def at(seconds: float, **changes: object) -> StampedPrint:
    """Return one call at the ask: its position in the log is its instant in tenths of a second."""
    return stamped(**({"seq": int(seconds * 10), "ts": ms(seconds * 1_000)} | changes))


Played = tuple[EngineState, list[Derived]]


def played(*entries: LogEntry, state: EngineState | None = None) -> Played:
    state = state or new_state()
    return state, step(state, entries, Params())


def left(rows: list[Derived]) -> list[int]:
    """Return the positions of the prints that are members in the end."""
    newest = {row.uid: row for row in rows if isinstance(row, Packet)}
    return sorted(member.seq for packet in newest.values() for member in packet.members)


def before(rows: list[Derived]) -> list[int]:
    return [row.features.day_volume_before for row in rows if isinstance(row, Packet)]


def unplaced(state: EngineState) -> int:
    return state.flow.context("SPY", END.ts, "session").unplaced_volume


#   0 s first   5 s the one that is meant   9 s last: one of the ends is a late report
@pytest.mark.parametrize(
    ("first", "last"),
    [
        ({"conditions": (LATE_OPENING,)}, {}), ({}, {"conditions": (LATE,)}),
        ({}, {"price_micros": 4_100_000}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("clocks", [(), (clock(55, ms(5_500)), clock(95, ms(11_000)))])
def test_earlier_trade_is_found_between_late_reports(
    first: dict[str, object], last: dict[str, object], clocks: tuple[LogEntry, ...]
) -> None:
    meant = at(5, price_micros=4_150_000)
    taken = at(12, price_micros=4_150_000, conditions=(EARLIER,))
    tape: list[LogEntry] = [at(0, **first), meant, at(9, **last), *clocks, taken, END]
    tape.sort(key=lambda entry: entry.seq)

    state, rows = played(*tape)

    assert state.counters["orphan_cancel"] == 0
    assert meant.seq not in left(rows)
    assert len(left(rows)) == state.counters["clustered"] - 1


def test_trade_that_is_left_after_a_cancel_is_the_only_one() -> None:
    last, only = at(8, conditions=(LAST,), price_micros=4_150_000), at(9, conditions=(ONLY,))

    state, rows = played(at(0), at(5, price_micros=4_150_000), last, only, END)

    assert (left(rows), state.counters["orphan_cancel"]) == ([], 0)


#   A cancel of 2 s means the trade of 0 s, one of 8 s that of 5 s, whenever they came.
@pytest.mark.parametrize(
    ("letter", "seconds", "expected"),
    [(ONLY, 2, [50, 90]), (EARLIER, 8, [0, 90]), (LAST, 8, [0, 90]), (OPENING, 8, [50, 90])],
)
def test_cancel_means_the_same_trade_whenever_it_comes(
    letter: int, seconds: float, expected: list[int]
) -> None:
    taken = at(seconds, conditions=(letter,), flags=int(PrintFlag.LATE_ARRIVAL))
    first, *rest = (at(instant) for instant in (0, 5, 9))
    clocks = [clock(31, ms(3_000)), clock(95, ms(15_000))]

    on_time: list[LogEntry] = [first, *rest, taken, *clocks, END]
    state, rows = played(*sorted(on_time, key=lambda entry: entry.seq))
    late, late_rows = played(first, clocks[0], *rest, clocks[1], taken, END)

    assert left(rows) == left(late_rows) == expected
    assert state.counters["orphan_cancel"] == late.counters["orphan_cancel"] == 0


#   0 s a late report of the opening trade, 5 s an equal print: the cancel means the report.
@pytest.mark.parametrize("clocks", [(), (clock(88, ms(8_800)),)])
def test_cancel_of_a_late_report_takes_its_volume_and_no_member(
    clocks: tuple[LogEntry, ...],
) -> None:
    tape = [at(0, conditions=(LATE_OPENING,)), at(5)]
    taken = at(9, conditions=(OPENING,))

    state, rows = played(*tape, *clocks, taken, at(20), END)

    assert (left(rows), before(rows)) == ([50, 200], [100, 100])
    assert (unplaced(state), state.counters["orphan_cancel"]) == (0, 0)
    assert unplaced(played(*tape, END)[0]) == 100


def test_late_report_alone_on_its_day_is_the_only_one() -> None:
    report, taken = at(0, conditions=(LATE_OPENING,)), at(9, conditions=(ONLY,))

    state, rows = played(report, at(1, price_micros=4_100_000), taken, taken, END)

    assert (left(rows), unplaced(state)) == ([10], 0)
    assert state.counters["orphan_cancel"] == 1  # the second one finds nothing


def test_restart_between_a_late_report_and_its_cancel_changes_nothing() -> None:
    tape: list[LogEntry] = [at(0, conditions=(LATE,)), at(5), clock(70, ms(7_000))]
    rest: list[LogEntry] = [at(9, conditions=(OPENING,)), at(20), END]
    state, _ = played(*tape)
    again = decode_state(encode_state(state))

    assert played(*rest, state=again)[1] == played(*rest, state=state)[1]
    assert encode_state(again) == encode_state(state)
    assert unplaced(again) == 0


@pytest.mark.parametrize("every_ms", [100, 10_000])
def test_late_reports_count_as_volume_whatever_the_clock_did(every_ms: int) -> None:
    prints = [at(0, size=5_000, conditions=(LATE,)), at(1, size=200), at(2, size=70),
              at(2, size=900, seq=21, conditions=(LATE,), order=1), at(3)]  # fmt: skip
    clocks = [clock(1_000 + place, ms(place) - 1) for place in range(0, 4_000, every_ms)]
    tape: list[LogEntry] = [*prints, *clocks]

    _, rows = played(*sorted(tape, key=lambda entry: entry.ts), END)

    assert before(rows) == [5_000, 5_200, 6_170]
    assert content(rows) == content(played(*prints, END)[1])


#   5,000 are taken back at 0.1 s, before their packet is final, or at 4 s, after it.
@pytest.mark.parametrize(("seconds", "expected"), [(0.1, [0]), (4, [0, 0, 0])])
def test_cancelled_prints_are_no_volume_of_their_day(seconds: float, expected: list[int]) -> None:
    taken = at(seconds, size=5_000, conditions=(LAST,))

    _, rows = played(at(0, size=5_000), taken, at(10, size=200), END)

    assert before(rows) == expected
