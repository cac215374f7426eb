"""The candles' rules one by one (platform.md 3; golden G3; errata 9, 26, 30, 41)."""

from typing import Any

import pytest

from flow.domain.candles.bar import Bar
from flow.domain.candles.state import CandleParams, CandleState
from flow.domain.candles.step import advance, forming, withdraw
from flow.domain.events import Control, PrintFlag
from flow.domain.sessions import Calendar, Session, SessionDay
from tests.support.candle_builders import (
    KINDS,
    TRADE_DATE,
    B,
    clock,
    equity_print,
    minutes,
    of_kind,
    ohlc,
    seconds,
    trade,
)

MINUTE = 60_000_000
# Golden G3 in the order of arrival: (offset ms, price, size, seq).
G3 = [
    trade(1_000, 100, 10, 1),
    trade(59_900, 101, 20, 2),
    trade(59_900, 99.5, 5, 3),
    trade(60_100, 102, 7, 4),
    trade(59_950, 103, 9, 5),
    trade(62_200, 101.5, 3, 6),
    trade(59_990, 98, 50, 7),
]


def only_w(bars: list[Bar]) -> list[Bar]:
    return [bar for bar in minutes(bars) if bar.ts == B]


def test_g3_is_final_at_the_first_clock_five_seconds_after_the_window() -> None:
    state = CandleState()

    # At g the clock says 57,200: the window is open (errata 26).
    early = advance(state, [*G3, clock(8, 57_200), clock(9, 64_999)])
    bars = advance(state, [clock(10, 65_000)])

    assert not minutes(early)
    (bar,) = only_w(bars)
    assert ohlc(bar) == (100, 103, 98, 98)
    assert (bar.volume_micros, bar.trades, bar.rev, bar.final) == (94_000_000, 5, 0, True)
    assert (bar.first_ts, bar.first_seq) == (B + 1_000_000, 1)
    assert (bar.last_ts, bar.last_seq) == (B + 59_990_000, 7)
    assert bar.cause_seq == 10
    assert state.counters["late"] == 0


def test_g3_ties_close_at_the_higher_seq() -> None:
    (bar,) = only_w(advance(CandleState(), [*G3[:3], clock(8, 65_000)]))

    assert ohlc(bar) == (100, 101, 99.5, 99.5)


def test_a_print_after_the_final_bar_gives_rev_1() -> None:
    state = CandleState()
    (first,) = only_w(advance(state, [*G3, clock(8, 65_000)]))

    between = advance(state, [trade(30_000, 97, 6, 9)])
    bars = advance(state, [clock(10, 65_500)])

    assert not between
    (again,) = only_w(bars)
    assert (again.uid, again.rev, again.cause_seq) == (first.uid, 1, 10)
    assert (ohlc(again), again.volume_micros) == ((100, 103, 97, 98), 100_000_000)
    # The second of the late print had no bar before: it is new, everything else is told already.
    assert [(bar.ts, bar.rev) for bar in seconds(bars)] == [(B + 30_000_000, 0)]


def test_a_late_print_of_history_is_late_by_the_clock_entries_alone() -> None:
    """BUG-06: a wall clock drops nothing, for there is none; a year between is no matter."""
    state = CandleState()
    year = 365 * 86_400_000
    old = [trade(-year, 50, 1, 1), clock(2, -year + 70_000), trade(0, 60, 1, 3), clock(4, 70_000)]

    bars = minutes(advance(state, old))

    assert [bar.close_micros for bar in bars] == [50_000_000, 60_000_000]


def test_beyond_the_horizon_a_print_is_counted_and_changes_nothing() -> None:
    state = CandleState(CandleParams(candle_revision_horizon_ms=60_000))
    advance(state, [*G3, clock(8, 65_000)])
    kept = advance(state, [clock(9, 119_999), trade(30_000, 90, 1, 10), clock(11, 119_999)])

    dropped = advance(state, [clock(12, 120_000), trade(30_000, 80, 1, 13), clock(14, 130_000)])

    assert [bar.low_micros for bar in only_w(kept)] == [90_000_000]
    assert not only_w(dropped)
    assert (state.late, state.counters["late"]) == ({"AIG": 1}, 1)


def test_the_first_instant_of_the_first_minute_kept_is_not_late() -> None:
    state = CandleState(CandleParams(candle_revision_horizon_ms=60_000))
    advance(state, [clock(1, 120_000), trade(60_000, 90, 1, 2), trade(59_999.999, 90, 1, 3)])

    assert (state.counters["binned"], state.counters["late"]) == (1, 1)


def test_a_longer_horizon_opens_no_window_again() -> None:
    """A minute that was dropped would start with rev 0 again: the alarm for nondeterminism."""
    longer = Control(9, "tuning", B, {"values": {"candle_revision_horizon_ms": 86_400_000}})
    state = CandleState(CandleParams(candle_revision_horizon_ms=60_000))
    advance(state, [*G3, clock(8, 120_000), longer, clock(10, 121_000)])

    assert not only_w(
        advance(state, [trade(1_000, 90, 1, 11), clock(12, 130_000), clock(13, 119_000)])
    )
    assert (state.counters["late"], state.watermark) == (1, B + 130_000_000)


def test_memory_is_bound_by_the_horizon() -> None:
    state = CandleState(CandleParams(candle_revision_horizon_ms=120_000))
    held = []
    for at in range(0, 3_600_000, 1_000):
        advance(state, [trade(at, 100, 1, at), clock(at + 1, at)])
        held.append((len(state.minutes), len(state.dirty_seconds), len(state.dirty_minutes)))

    assert max(held) <= (4, 7, 2)
    assert state.counters["binned"] == 3_600
    advance(state, [clock(9_999, 7_200_000)])
    assert not any((state.minutes, state.recent, state.dirty_seconds, state.dirty_minutes))


def test_the_order_of_bars_is_that_of_their_ends() -> None:
    entries = [
        trade(59_000, 1, 1, 1, symbol="BAC"),
        trade(59_000, 1, 1, 2),
        trade(1_000, 1, 1, 3),
        clock(4, 70_000),
    ]
    bars = advance(CandleState(), entries)

    assert [(bar.ts - B, bar.interval_s, bar.symbol) for bar in bars] == [
        (1_000_000, 1, "AIG"),
        (59_000_000, 1, "AIG"),
        (59_000_000, 1, "BAC"),
        (0, 60, "AIG"),
        (0, 60, "BAC"),
    ]
    assert [bar.ordinal for bar in bars] == [0, 1, 2, 3, 4]
    assert len({bar.uid for bar in bars}) == 5


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_of_print_updates_what_the_tape_lets_it(name: str) -> None:
    kind, state = KINDS[name], CandleState()
    print_ = of_kind(name, ts=B, size_micros=2_500_000, price_micros=10_000_000)
    bars = advance(state, [print_, clock(2, 70_000)])

    if not kind.volume:
        assert not bars
        assert state.counters["no_trade"] == 1
        return
    second, minute = bars
    assert (second.interval_s, minute.interval_s) == (1, 60)
    assert second.session == kind.session
    assert (second.open_micros is not None, second.close_micros is not None) == (kind.last,) * 2
    assert (second.high_micros is not None, second.low_micros is not None) == (kind.high_low,) * 2
    assert (second.volume_micros, second.notional_micros) == (2_500_000, 25_000_000)
    assert second.vwap_micros == 10_000_000
    off = print_.off_exchange is True
    assert second.off_exchange_volume_micros == 2_500_000 * off
    assert second.off_exchange_count == off
    assert second.lit_volume_micros == 2_500_000 * (print_.off_exchange is False)


def test_vwap_is_rounded_half_up_from_integer_sums() -> None:
    prints = [trade(0, 10, 1, 1), trade(1, 10.000001, 1, 2), trade(2, 10.000003, 0.5, 3)]
    bar = minutes(advance(CandleState(), [*prints, clock(4, 70_000)]))[0]

    # 10 + 10.000001 + 5.0000015 (half up: 5.000002) = 25.000003 over 2.5 shares
    assert (bar.notional_micros, bar.volume_micros) == (25_000_003, 2_500_000)
    assert bar.vwap_micros == 10_000_001

    halves = [trade(0, 10, 1, 1), trade(1, 10.000001, 1, 2), clock(3, 70_000)]
    assert minutes(advance(CandleState(), halves))[0].vwap_micros == 10_000_001


def test_the_minute_of_the_close_has_two_bars() -> None:
    closing = {"session": int(Session.POST), "conditions": (1007,)}
    after = {"session": int(Session.POST), "conditions": (1013,)}
    entries = [
        trade(500, 48.71, 100, 1, **after),
        trade(7_744, 48.73, 253_146, 2, **closing),
        trade(8_000, 48.6, 100, 3, **after),
        clock(4, 70_000),
    ]
    regular, post = minutes(advance(CandleState(), entries))

    assert (regular.session, ohlc(regular)) == (Session.REGULAR, (48.73,) * 4)
    assert (post.session, ohlc(post)) == (Session.POST, (48.71, 48.71, 48.6, 48.6))
    assert regular.uid != post.uid


@pytest.mark.parametrize(("calendar", "session"), [(True, Session.REGULAR), (False, Session.POST)])
def test_an_imported_minute_bar_lies_before_its_end(calendar: bool, session: Session) -> None:
    days = [SessionDay(TRADE_DATE, B - 60 * MINUTE, B + MINUTE)]
    state = CandleState(calendar=Calendar(days) if calendar else None)
    print_ = equity_print(
        ts=B + MINUTE, flags=int(PrintFlag.MINUTE_BAR), conditions=(), session=int(Session.POST)
    )
    (bar,) = minutes(advance(state, [print_, clock(2, 65_000)]))

    assert (bar.ts, bar.session) == (B, session)


def test_a_session_close_ends_what_is_open() -> None:
    state = CandleState()
    close = Control(8, "session_close", B + 62_200_000)

    bars = advance(state, [*G3, close])
    later = advance(state, [Control(9, "session_close", B + 62_200_000)])

    assert [(bar.ts - B, bar.trades) for bar in minutes(bars)] == [(0, 5), (MINUTE, 2)]
    assert not later


def test_forming_bars_are_no_rows() -> None:
    state = CandleState()
    advance(state, [*G3[:4], trade(1, 5, 5, 9, symbol="BAC"), clock(10, 10_000)])
    shown = forming(state, "AIG")
    again = forming(state, "AIG")

    assert [(bar.ts - B, bar.interval_s) for bar in shown] == [
        (59_000_000, 1), (60_000_000, 1), (0, 60), (60_000_000, 60),
    ]  # fmt: skip
    assert not any(bar.final or bar.cause_seq for bar in shown)
    assert ohlc(shown[2]) == (100, 101, 99.5, 99.5)
    assert shown == again
    assert not forming(state, "XYZ")
    assert shown[2].uid == only_w(advance(state, [clock(11, 65_000)]))[0].uid


def test_withdrawing_a_print_before_the_bar_leaves_no_trace() -> None:
    state = CandleState()
    advance(state, G3)

    assert withdraw(state, G3[4].symbol, G3[4].uid)
    (bar,) = only_w(advance(state, [clock(8, 65_000)]))

    assert (ohlc(bar), bar.trades, bar.rev) == ((100, 101, 98, 98), 4, 0)


def test_withdrawing_a_print_after_the_bar_gives_the_next_revision() -> None:
    state = CandleState()
    advance(state, [*G3, clock(8, 65_000)])

    assert withdraw(state, G3[6].symbol, G3[6].uid)
    bars = advance(state, [clock(9, 65_500)])

    (bar,) = only_w(bars)
    assert (ohlc(bar), bar.volume_micros, bar.rev) == ((100, 103, 99.5, 103), 44_000_000, 1)
    assert [(each.ts - B, each.rev) for each in seconds(bars)] == [(59_000_000, 1)]


def test_a_bar_that_loses_its_only_print_stays_with_nothing_in_it() -> None:
    state, print_ = CandleState(), trade(0, 100, 10, 1)
    advance(state, [print_, clock(2, 65_000)])

    withdraw(state, print_.symbol, print_.uid)
    bars = advance(state, [clock(3, 65_000)])

    assert [(bar.interval_s, bar.rev, bar.trades) for bar in bars] == [(1, 1, 0), (60, 1, 0)]
    assert ohlc(bars[0]) == (None,) * 4
    assert (bars[0].volume_micros, bars[0].vwap_micros) == (0, None)


def test_a_window_that_lost_its_only_print_before_its_end_gives_no_bar() -> None:
    state, print_ = CandleState(), trade(0, 100, 10, 1)
    advance(state, [print_])
    withdraw(state, print_.symbol, print_.uid)

    assert not forming(state, "AIG")
    assert not advance(state, [clock(2, 65_000)])
    late = advance(state, [trade(1, 100, 1, 3), clock(4, 65_000)])
    assert [(bar.interval_s, bar.rev) for bar in late] == [(1, 0), (60, 0)]


@pytest.mark.parametrize(
    "unknown",
    [
        {"seq": 99},
        {"ts": B + 1},
        {"ts": B + 5_000_000},
        {"ts": B + MINUTE},
        {"symbol": "BAC"},
        {"conditions": (1024,), "seq": 98},
    ],
)
def test_a_withdrawal_that_names_no_print_changes_nothing(unknown: dict[str, Any]) -> None:
    state, other = CandleState(), equity_print(**unknown)
    advance(state, [equity_print(), equity_print(ts=B + 900_000, seq=2)])

    assert not withdraw(state, other.symbol, other.uid)
    assert state.counters["unknown_withdrawal"] == 1
    assert minutes(advance(state, [clock(3, 65_000)]))[0].trades == 2


def test_a_cancel_of_the_log_takes_its_print_back_at_the_next_clock() -> None:
    state = CandleState()
    (first,) = only_w(advance(state, [*G3, clock(8, 65_000)]))
    cancel = trade(70_000, 98, 50, 9, corrects=G3[6].uid, flags=int(PrintFlag.CANCEL))

    (again,) = only_w(advance(state, [cancel, clock(10, 71_000)]))

    assert (again.uid, again.rev, again.trades) == (first.uid, first.rev + 1, 4)
    assert (ohlc(again), again.volume_micros) == ((100, 103, 99.5, 103), 44_000_000)
    # The cancel itself is no trade: its own minute has G3's d and f alone.
    assert [bar.trades for bar in minutes(advance(state, [clock(11, 125_000)]))] == [2]
    assert state.counters["withdrawn"] == 1


def test_a_correction_stands_in_the_place_of_what_it_corrects() -> None:
    state = CandleState()
    advance(state, [*G3, clock(8, 65_000)])
    right = trade(70_000, 101, 20, 9, corrects=G3[6].uid)  # g was 50 at 98
    second = trade(80_000, 101.25, 20, 11, corrects=right.uid)

    (again,) = only_w(advance(state, [right, clock(10, 71_000)]))
    (last,) = only_w(advance(state, [second, clock(12, 81_000)]))

    assert (again.rev, ohlc(again), again.volume_micros) == (1, (100, 103, 99.5, 101), 64_000_000)
    assert (again.last_ts, again.last_seq) == (G3[6].ts, G3[6].seq)
    assert (last.rev, last.close_micros) == (2, 101_250_000)
    assert state.counters["corrected"] == 2


def test_a_correction_into_volume_only_or_no_trade() -> None:
    state = CandleState()
    advance(state, [*G3, clock(8, 65_000)])

    averaged = trade(70_000, 98, 50, 9, corrects=G3[6].uid, conditions=(1020,))
    (volume_only,) = only_w(advance(state, [averaged, clock(10, 71_000)]))
    marker = trade(80_000, 98, 50, 11, corrects=averaged.uid, conditions=(1024,))
    (gone,) = only_w(advance(state, [marker, clock(12, 81_000)]))

    assert (ohlc(volume_only), volume_only.volume_micros) == ((100, 103, 99.5, 103), 94_000_000)
    assert (gone.trades, gone.rev) == (4, 2)


@pytest.mark.parametrize("flags", [0, int(PrintFlag.CANCEL)])
def test_what_names_no_print_in_a_window_changes_nothing(flags: int) -> None:
    state = CandleState()
    advance(state, [*G3, clock(8, 65_000)])
    stranger = trade(70_000, 1, 1, 9, corrects=b"stranger", flags=flags)

    assert not only_w(advance(state, [stranger, clock(10, 71_000)]))
    assert state.counters["unknown_withdrawal"] == 1


def tuning(seq: int, revision: int, lateness_ms: int, horizon_ms: int) -> Control:
    values = {
        "candle_lateness_ms": lateness_ms,
        "dark_lateness_ms": 7,
        "candle_revision_horizon_ms": horizon_ms,
    }
    return Control(seq, "tuning", B, {"revision": revision, "values": values})


def test_a_bar_belongs_to_the_revision_in_force_at_its_opening_print() -> None:
    #   G3 opens W and the next minute   tuning: 1 s late   a third minute opens   clocks
    #   |--------------------------------|------------------|----------------------|
    state, pinned = CandleState(), CandleState(pinned=True)
    entries = [*G3, tuning(8, 2, 1_000, 1_000), trade(59_000, 7, 1, 9), trade(120_500, 7, 1, 10)]

    early = advance(state, [*entries, clock(11, 64_999)])
    bars = advance(state, [clock(13, 65_000), clock(14, 181_000)])
    late = minutes(advance(pinned, [*entries, clock(11, 181_000)]))

    assert not only_w(early)
    assert [(bar.ts - B, bar.tuning_revision, bar.trades) for bar in minutes(bars)] == [
        (0, 0, 6),
        (MINUTE, 0, 2),
        (2 * MINUTE, 2, 1),
    ]
    assert [(bar.ts - B, bar.tuning_revision) for bar in late] == [(0, 0), (MINUTE, 0)]
    assert state.params == CandleParams(1_000, 1_000)


def test_windows_of_two_revisions_wait_and_end_by_their_own_times() -> None:
    state = CandleState()
    entries = [trade(1_000, 5, 1, 1), tuning(2, 3, 60_000, 120_000)]
    entries += [trade(30_000, 5, 1, 3), trade(1_500, 6, 1, 4, symbol="BAC")]

    bars = advance(state, [*entries, clock(5, 65_000)])

    told = [(bar.symbol, bar.interval_s, bar.ts - B, bar.tuning_revision) for bar in bars]
    assert told == [
        ("AIG", 1, 1_000_000, 0),
        ("BAC", 1, 1_000_000, 3),  # 2 s + 60 s
        ("AIG", 60, 0, 0),  # opened before the entry
    ]
    rest = advance(state, [clock(6, 120_000)])
    told = [(bar.symbol, bar.interval_s, bar.ts - B, bar.tuning_revision) for bar in rest]
    assert told == [("AIG", 1, 30_000_000, 3), ("BAC", 60, 0, 3)]
    assert sorted(state.rulings) == [0, 3]


def test_a_longer_and_a_shorter_horizon_hold_for_their_own_windows() -> None:
    # AIG's minute may change for 15 minutes, BAC's for one; the entry lies between them.
    state = CandleState()
    bac = trade(2_000, 5, 1, 3, symbol="BAC")
    advance(state, [trade(1_000, 5, 1, 1), tuning(2, 4, 1_000, 60_000), bac, clock(5, 130_000)])

    late = [trade(3_000, 9, 1, 6), trade(3_000, 9, 1, 7, symbol="BAC")]
    bars = minutes(advance(state, [*late, clock(8, 131_000)]))

    assert [(bar.symbol, bar.rev, bar.trades) for bar in bars] == [("AIG", 1, 2)]
    assert state.late == {"BAC": 1}


def test_revisions_that_no_window_needs_are_forgotten() -> None:
    state = CandleState()
    for seq, revision in enumerate((1, 2, 3)):
        advance(state, [trade(seq * 100, 5, 1, 2 * seq), tuning(2 * seq + 1, revision, 1, 60_000)])
    assert sorted(state.rulings) == [0, 1, 2, 3]

    advance(state, [clock(20, 10 * 60_000), clock(21, 20 * 60_000)])

    assert sorted(state.rulings) == [3]


def test_a_horizon_shorter_than_the_lateness_counts_as_long_as_it() -> None:
    assert CandleParams(60_000, 1_000).horizon_us == 60_000_000


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"revision": 2, "values": {"candle_lateness_ms": "soon"}},
        {"revision": 2, "values": {"candle_lateness_ms": -1}},
        {"revision": 2, "values": {"candle_lateness_ms": 900_001}},
        {"revision": 2, "values": {"candle_revision_horizon_ms": -1}},
        {"revision": 2, "values": {"candle_revision_horizon_ms": 86_400_001}},
        {"revision": "2", "values": {}},
        {"values": {}},
    ],
)
def test_tuning_that_does_not_fit_leaves_the_last_good_values(payload: dict[str, Any]) -> None:
    state = CandleState()
    advance(state, [Control(1, "tuning", B, payload)])

    assert (state.params, state.revision) == (CandleParams(), 0)
    assert state.counters["tuning_rejected"] == 1


def test_bounds_say_what_was_received() -> None:
    with pytest.raises(ValueError, match=r"candle_lateness_ms is -1; expected 0 to 900000"):
        CandleParams(candle_lateness_ms=-1)
    with pytest.raises(ValueError, match=r"horizon_ms is -1; expected 0 to 86400000"):
        CandleParams(candle_revision_horizon_ms=-1)


def test_other_entries_say_nothing_to_candles() -> None:
    state = CandleState()
    entries = [*G3, *(Control(9, kind, B + 999 * MINUTE) for kind in ("gap", "halt", "calendar"))]

    assert not advance(state, entries)
    assert state.watermark == 0
