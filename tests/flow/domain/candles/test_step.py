"""The candles' rules one by one (platform.md 3; golden G3; errata 9, 26, 30)."""

import pytest

from flow.domain.candles.state import CandleParams, CandleState
from flow.domain.candles.step import advance, forming
from flow.domain.events import Control, PrintFlag
from flow.domain.sessions import Calendar, Session, SessionDay
from tests.support.candle_builders import (
    KINDS,
    MINUTE,
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
from tests.support.golden_g3 import G3, only_w


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
    # The log has its close and its volume: nobody knows where it opened or how far it went.
    assert ohlc(bar) == (None, None, None, 100)
    assert (bar.volume_micros, bar.vwap_micros) == (100_000_000, None)


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


def test_other_entries_say_nothing_to_candles() -> None:
    state = CandleState()
    entries = [*G3, *(Control(9, kind, B + 999 * MINUTE) for kind in ("gap", "halt", "calendar"))]

    assert not advance(state, entries)
    assert state.watermark == 0
