"""Windows of flow in event time (options-engine.md 18.5 strict; errata 45, 53).

minutes before T0:  240 ... 60 ... 1  0  |  prints of the minute of t count, whatever came first
"""

import random
from typing import Any, Literal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.engine.flow_context import WINDOWS, FlowContext, FlowWindows, SavedWindows, Window
from signals.engine.flow_params import FlowParams
from signals.engine.placement import PlacementParams, conditions_of, place
from signals.engine.trade_types import Read, TradeType
from tests.support.engine_builders import SPY_CALL, SPY_PUT, T0, TRADE_DATE, stamped

PARAMS = FlowParams()
MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
QQQ_PUT = "QQQ-2025-01-17-500-P"


def read(ts: int = T0, **changes: Any) -> Read:
    values = {"session_date": TRADE_DATE + (ts - T0 + 12 * HOUR) // DAY, "size": 10} | changes
    print_ = stamped(ts=ts, **values)
    conditions = conditions_of(print_)
    return print_, place(print_, PlacementParams(), conditions), conditions


def add(
    windows: FlowWindows,
    *reads: Read,
    kind: TradeType = "REGULAR",
    underlying: str = "SPY",
    right: Literal["C", "P"] | None = "C",
    params: FlowParams = PARAMS,
) -> None:
    windows.add(underlying, reads, [kind] * len(reads), right, params)


def filled(*instants: int) -> FlowWindows:
    windows = FlowWindows(PARAMS)
    for ts in instants:
        add(windows, read(ts))
    return windows


def trades(windows: FlowWindows, ts: int = T0, underlying: str = "SPY") -> tuple[int, ...]:
    """Return the trades in one hour, in four, and in the session window."""
    return tuple(windows.context(underlying, ts, each).trade_count for each in WINDOWS)


def unplaced(windows: FlowWindows, ts: int = T0, window: Window = "session") -> int:
    return windows.context("SPY", ts, window).unplaced_volume


def encoded(windows: FlowWindows) -> bytes:
    return msgspec.msgpack.encode(windows.saved())


def reopened(windows: FlowWindows) -> FlowWindows:
    return FlowWindows(PARAMS, msgspec.msgpack.decode(encoded(windows), type=SavedWindows))


def test_windows_by_name() -> None:
    assert WINDOWS == ("1h", "4h", "session")


#   before T0 (15:00:00)   1h, 4h, session
@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (0, (1, 1, 1)),
        (-MINUTE + 1, (1, 1, 1)),  # later in the minute of t: it was final before
        (-MINUTE, (0, 0, 0)),
        (59 * MINUTE, (1, 1, 1)),
        (59 * MINUTE + 1, (0, 1, 1)),
        (HOUR, (0, 1, 1)),  # as old as w: outside (t - w, t]
        (239 * MINUTE, (0, 1, 1)),
        (239 * MINUTE + 1, (0, 0, 1)),
        (4 * HOUR, (0, 0, 1)),
        (DAY, (0, 0, 1)),
    ],
)
def test_print_is_in_the_windows_of_its_instant(before: int, expected: tuple[int, ...]) -> None:
    assert trades(filled(T0 - before)) == expected


def test_context_tells_whose_flow_it_is() -> None:
    windows = FlowWindows(PARAMS)
    add(windows, read(size=30), kind="BLOCK")
    add(windows, read(size=20, contract=SPY_PUT), right="P")

    context = windows.context("SPY", T0 + 5, "4h")

    assert (context.symbol, context.ts, context.window) == ("SPY", T0 + 5, "4h")
    assert (context.call_volume, context.put_volume, context.total_volume) == (30, 20, 50)
    assert context.total_premium_micros == 50 * 420_000_000
    assert (context.sentiment, context.net) == ("BULLISH", 0.2)
    assert context.institutional_score == 30 + 15 + 10
    assert windows.context("QQQ", T0, "4h") == FlowContext(symbol="QQQ", ts=T0, window="4h")


def test_small_print_is_no_flow() -> None:
    windows = FlowWindows(PARAMS)
    add(windows, read(size=9), read(size=10), read(size=1))

    assert windows.context("SPY", T0, "1h").total_volume == 10


def test_least_size_is_that_of_the_packet() -> None:
    windows = FlowWindows(PARAMS)
    add(windows, read(size=10), params=FlowParams(flow_min_size=11))
    add(windows, read(size=1), params=FlowParams(flow_min_size=1))

    assert windows.context("SPY", T0, "1h").total_volume == 1


def test_types_belong_to_their_members() -> None:
    windows = FlowWindows(PARAMS)
    windows.add("SPY", [read(size=10), read(size=9), read(size=30)],
                ["REGULAR", "BLOCK", "BLOCK"], "C", PARAMS)  # fmt: skip
    params = FlowParams(flow_block_points=100, flow_full_block_share=1.0, flow_trade_points=0,
                        flow_aggressive_points=0, flow_quoted_points=0)  # fmt: skip

    assert windows.context("SPY", T0, "1h", params).institutional_score == 75
    with pytest.raises(ValueError, match="shorter"):
        windows.add("SPY", [read()], [], "C", PARAMS)


def test_members_of_a_structure_have_their_own_right() -> None:
    windows = FlowWindows(PARAMS)
    add(windows, read(contract=SPY_CALL), read(contract=SPY_PUT, size=20), right=None)

    context = windows.context("SPY", T0, "1h")
    assert (context.call_volume, context.put_volume) == (10, 20)


def test_context_uses_its_own_tuning_or_that_of_the_windows() -> None:
    windows = FlowWindows(FlowParams(flow_min_count=1, flow_min_quoted_share=0.0))
    add(windows, read())

    assert windows.context("SPY", T0, "1h").recommendation != "INSUFFICIENT_DATA"
    assert windows.context("SPY", T0, "1h", PARAMS).recommendation == "INSUFFICIENT_DATA"
    windows.params = PARAMS
    assert windows.context("SPY", T0, "1h").recommendation == "INSUFFICIENT_DATA"


# Trade dates: the current and the previous one that printed, whatever the wall says.

FRIDAY, MONDAY, TUESDAY = T0, T0 + 3 * DAY, T0 + 4 * DAY


def test_session_window_reaches_over_the_weekend() -> None:
    windows = filled(FRIDAY - DAY, FRIDAY, FRIDAY + HOUR)

    assert trades(windows, FRIDAY + HOUR) == (1, 2, 3)
    add(windows, read(MONDAY))
    assert trades(windows, MONDAY) == (1, 1, 3)
    add(windows, read(TUESDAY))
    assert trades(windows, TUESDAY) == (1, 1, 2)


def test_new_date_counts_for_every_underlying_and_even_if_its_prints_are_small() -> None:
    windows = filled(FRIDAY - DAY, FRIDAY)
    add(windows, read(MONDAY, contract=QQQ_PUT, size=1), underlying="QQQ", right="P")

    assert trades(windows, MONDAY) == (0, 0, 1)
    assert trades(windows, MONDAY, "QQQ") == (0, 0, 0)


def test_memory_holds_two_trade_dates() -> None:
    windows = filled(FRIDAY - DAY, FRIDAY, MONDAY)

    assert [day for day, _ in windows.saved().days] == [TRADE_DATE, TRADE_DATE + 3]


def test_earlier_date_is_sorted_in_or_not_kept() -> None:
    windows = filled(MONDAY, FRIDAY)
    before = encoded(windows)

    assert trades(windows, MONDAY) == (1, 1, 2)
    assert before == encoded(filled(FRIDAY, MONDAY))
    add(windows, read(FRIDAY - DAY))
    assert encoded(windows) == before
    add(windows, read(TUESDAY))
    assert trades(windows, TUESDAY) == (1, 1, 2)


def test_late_decided_packet_of_the_previous_date_still_enters() -> None:
    windows = filled(FRIDAY, MONDAY)
    add(windows, read(FRIDAY + MINUTE))

    assert trades(windows, MONDAY) == (1, 1, 3)


# 20:30 in New York belongs to the next trade date of an index: four hours reach across.
def test_hours_reach_across_trade_dates() -> None:
    windows = filled(T0 - HOUR, T0 - 30 * MINUTE)
    evening = T0 + HOUR
    add(windows, read(evening, session_date=TRADE_DATE + 1))

    assert trades(windows, evening) == (1, 3, 3)
    assert trades(windows, T0) == (1, 2, 2)  # an older instant: its own windows


#   the new date folds what nothing within half an hour of its opening can ask for
@pytest.mark.parametrize(
    ("before", "kept"),
    [(270 * MINUTE, [-270, -200]), (270 * MINUTE + 1, [-271, -200]), (400 * MINUTE, [-400, -200])],
)
def test_new_date_folds_the_minutes_of_the_one_before(before: int, kept: list[int]) -> None:
    windows = filled(T0 - 500 * MINUTE, T0 - before, T0 - 200 * MINUTE)
    add(windows, read(T0, session_date=TRADE_DATE + 1))

    minutes = windows.saved().days[0][1]["SPY"][0]
    held = [minute - T0 // MINUTE for minute in minutes]
    assert held == ([-500, *kept] if before == 270 * MINUTE else kept)
    assert trades(windows) == (1, 2, 4)


def test_forgetting_leaves_later_contexts_as_they_are() -> None:
    windows = filled(*(T0 - minutes * MINUTE for minutes in (500, 300, 241, 240, 239, 60, 59, 0)))
    expected, size = trades(windows), len(encoded(windows))
    windows.forget_before(T0)

    assert trades(windows) == expected == (2, 4, 8)
    assert len(encoded(windows)) < size
    rows = windows.saved().days[0][1]["SPY"][0]
    assert [minute - T0 // MINUTE for minute in rows] == [-241, -240, -239, -60, -59, 0]


# Late reports are volume of their own instant, whenever they came.


def report(ts: int, size: int = 10, **changes: Any) -> Any:
    return read(ts, size=size, **changes)[0]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (-1, (0, 0, 0)),
        (0, (10, 10, 10)),
        (60 * MINUTE - 1, (0, 10, 10)),
        (59 * MINUTE, (10, 10, 10)),
        (59 * MINUTE + 1, (0, 10, 10)),
        (239 * MINUTE, (0, 10, 10)),
        (239 * MINUTE + 1, (0, 0, 10)),
    ],
)
def test_late_report_counts_from_its_instant_on(before: int, expected: tuple[int, ...]) -> None:
    windows = filled(T0)
    windows.add_unplaced(report(T0 - before))

    assert tuple(unplaced(windows, window=window) for window in WINDOWS) == expected
    assert trades(windows) == (1, 1, 1)
    assert windows.context("SPY", T0, "session").total_volume == 10


def test_late_report_that_was_taken_back_counts_no_longer() -> None:
    windows = filled(T0)
    for size in (10, 20, 10):
        windows.add_unplaced(report(T0, size))

    windows.take_back_unplaced(report(T0, 10))

    assert unplaced(windows) == 30


def test_late_report_without_any_packet_is_volume_too() -> None:
    windows = FlowWindows(PARAMS)
    windows.add_unplaced(report(T0))

    assert [unplaced(windows, ts) for ts in (T0 - 1, T0)] == [0, 10]


def test_late_report_is_of_its_underlying_and_large_enough() -> None:
    windows = filled(T0)
    for size in (9, 10, 11):
        windows.add_unplaced(report(T0, size))
    windows.add_unplaced(report(T0, 500, contract=QQQ_PUT))
    windows.add_unplaced(report(T0, 40, contract="SPXW-2025-01-17-5000-C"))

    assert unplaced(windows) == 21
    assert windows.context("QQQ", T0, "1h").unplaced_volume == 500
    assert windows.context("SPX", T0, "1h").unplaced_volume == 40
    assert windows.context("SPY", T0, "1h", FlowParams(flow_min_size=11)).unplaced_volume == 11


def test_unknown_premium_and_late_reports_are_one_volume() -> None:
    windows = FlowWindows(PARAMS)
    add(windows, read(premium_micros=None, size=30))
    windows.add_unplaced(report(T0, 12))

    assert unplaced(windows) == 42


def test_late_report_goes_with_its_trade_date() -> None:
    windows = filled(FRIDAY - DAY, FRIDAY)
    for ts, size in ((FRIDAY - DAY, 10), (FRIDAY, 20), (MONDAY, 40)):
        windows.add_unplaced(report(ts, size))

    assert unplaced(windows, FRIDAY) == 30
    assert unplaced(windows, MONDAY) == 70
    add(windows, read(MONDAY))
    assert unplaced(windows, MONDAY) == 60
    assert [row[2] for row in windows.saved().reports["SPY"]] == [20, 40]
    windows.add_unplaced(report(FRIDAY - DAY, 80))
    assert unplaced(windows, MONDAY) == 60
    add(windows, read(TUESDAY))
    add(windows, read(TUESDAY + DAY))
    assert windows.saved().reports == {}


def test_early_report_neither_opens_a_date_nor_drops_one() -> None:
    windows = filled(FRIDAY - DAY, FRIDAY)
    windows.add_unplaced(report(MONDAY))

    assert trades(windows, FRIDAY) == (1, 1, 2)


INSTANT = st.integers(-30 * 60 * 24, 0).map(lambda minutes: T0 + minutes * MINUTE // 12)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(INSTANT, st.integers(1, 30)), max_size=12),
    st.lists(INSTANT, min_size=1, max_size=6),
    st.randoms(use_true_random=False),
)
def test_answer_never_depends_on_when_late_reports_came(
    reports: list[tuple[int, int]], asked: list[int], chance: random.Random
) -> None:
    early, late = FlowWindows(PARAMS), FlowWindows(PARAMS)
    shuffled = list(reports)
    chance.shuffle(shuffled)
    for ts, size in shuffled:
        early.add_unplaced(report(ts, size, session_date=TRADE_DATE))
    pending = sorted(reports)
    for ts in sorted(asked):
        while pending and pending[0][0] <= ts:  # just in time
            late.add_unplaced(report(*pending.pop(0), session_date=TRADE_DATE))
        for window in WINDOWS:
            assert unplaced(early, ts, window) == unplaced(late, ts, window)
        expected = sum(size for at, size in reports if at <= ts and size >= 10)
        assert unplaced(early, ts) == expected


# Each packet: minutes after the first instant, contracts, price, type.
PACKET = st.tuples(
    st.integers(0, 3 * 24 * 60),
    st.integers(1, 40),
    st.sampled_from([4_100_000, 4_150_000, 4_200_000]),
    st.sampled_from(["REGULAR", "BLOCK", "SWEEP", "SPLIT"]),
)
Packet = tuple[int, int, int, TradeType]
WIDE = {"1h": 60, "4h": 240, "session": None}


def enter(windows: FlowWindows, packet: Packet) -> None:
    minute, size, price, kind = packet
    day = TRADE_DATE + minute // (24 * 60)
    entry = read(T0 + minute * MINUTE, size=size, price_micros=price, session_date=day)
    add(windows, entry, kind=kind)


def brute(packets: list[Packet], ts: int, window: Window) -> tuple[int, int, int]:
    """Return trades, volume and premium over all packets."""
    last = (ts - T0) // MINUTE
    days = sorted({packet[0] // (24 * 60) for packet in packets})[-2:]
    width = WIDE[window]
    chosen = [
        packet
        for packet in packets
        if packet[1] >= 10
        and packet[0] // (24 * 60) in days
        and packet[0] <= last
        and (width is None or packet[0] > last - width)
    ]
    return (
        len(chosen),
        sum(packet[1] for packet in chosen),
        sum(packet[1] * packet[2] * 100 for packet in chosen),
    )


@settings(max_examples=80, deadline=None)
@given(st.lists(PACKET, min_size=1, max_size=40), st.integers(0, 40), st.data())
def test_windows_equal_a_sum_over_all_prints_and_survive_a_restart(
    packets: list[Packet], cut: int, data: st.DataObject
) -> None:
    packets.sort(key=lambda packet: packet[0])
    windows = FlowWindows(PARAMS)
    for index, packet in enumerate(packets):
        if index == cut:
            windows = reopened(windows)
        enter(windows, packet)
        ts = T0 + packet[0] * MINUTE
        for window in WINDOWS:
            context = windows.context("SPY", ts, window)
            found = context.trade_count, context.total_volume, context.total_premium_micros
            assert found == brute(packets[: index + 1], ts, window)
    assert encoded(reopened(windows)) == encoded(windows)


@settings(max_examples=80, deadline=None)
@given(st.lists(PACKET, min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_order_within_half_an_hour_changes_nothing(
    packets: list[Packet], chance: random.Random
) -> None:
    packets.sort(key=lambda packet: packet[0])
    moved = sorted(packets, key=lambda packet: packet[0] + chance.randrange(30))
    one, other = FlowWindows(PARAMS), FlowWindows(PARAMS)
    for packet, again in zip(packets, moved, strict=True):
        enter(one, packet)
        enter(other, again)
    for packet in packets[-3:]:
        for window in WINDOWS:
            ts = T0 + packet[0] * MINUTE
            if packet[0] // (24 * 60) == packets[-1][0] // (24 * 60):
                assert one.context("SPY", ts, window) == other.context("SPY", ts, window)


@settings(max_examples=40)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=12))
def test_one_packet_or_many_are_the_same_flow(sizes: list[int]) -> None:
    reads = [read(T0 + place * 20_000_000, size=size) for place, size in enumerate(sizes)]
    whole, parts = FlowWindows(PARAMS), FlowWindows(PARAMS)
    add(whole, *reads)
    for entry in reads:
        add(parts, entry)

    assert encoded(whole) == encoded(parts)


def test_what_was_saved_does_not_change_with_later_prints() -> None:
    windows = filled(T0)
    windows.add_unplaced(report(T0))
    saved, before = windows.saved(), encoded(windows)
    add(windows, read(T0))
    windows.add_unplaced(report(T0 + 1))

    assert msgspec.msgpack.encode(saved) == before
    again = FlowWindows(PARAMS, saved)
    add(again, read(T0))
    again.add_unplaced(report(T0 + 1))
    assert msgspec.msgpack.encode(saved) == before
    assert encoded(again) == encoded(windows)
