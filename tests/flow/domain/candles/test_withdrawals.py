"""Prints that are taken back or corrected after they were counted (errata 41)."""

from typing import Any

import pytest

from flow.domain.candles.saving import decode_candles, encode_candles
from flow.domain.candles.state import CandleState
from flow.domain.candles.step import advance, forming, withdraw
from flow.domain.events import PrintFlag
from tests.support.candle_builders import (
    MINUTE,
    B,
    clock,
    equity_print,
    minutes,
    ohlc,
    seconds,
    trade,
)
from tests.support.golden_g3 import G3, only_w


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


OFF: dict[str, Any] = {"venue": 150, "off_exchange": True}
LIT: dict[str, Any] = {"venue": 108, "off_exchange": False}
UNTOLD: dict[str, Any] = {"venue": 0, "off_exchange": None}
IN_TIME, TOO_LATE = {"exec_ts": B + 20_000_000}, {"exec_ts": B + 19_999_999}  # reported at 30 s


@pytest.mark.parametrize(
    ("original", "correction", "off", "priced"),
    [
        # What the correction tells is measured from the report of the trade, not from its own.
        ({**OFF, **IN_TIME}, {**OFF, **IN_TIME}, True, True),
        ({**OFF, **TOO_LATE}, {**OFF, **IN_TIME}, True, True),
        ({**OFF, **IN_TIME}, {**OFF, **TOO_LATE}, True, False),
        # What it does not tell is as it was.
        ({**OFF, **TOO_LATE}, OFF, True, False),
        ({**OFF, **TOO_LATE}, UNTOLD, True, False),
        ({**OFF, **IN_TIME}, UNTOLD, True, True),
        ({**UNTOLD, **TOO_LATE}, OFF, True, False),
        (LIT, UNTOLD, False, True),
        # A sale on an exchange is never a late report.
        ({**OFF, **TOO_LATE}, LIT, False, True),
        (LIT, {**OFF, **TOO_LATE}, True, False),
        (UNTOLD, {**UNTOLD, **TOO_LATE}, None, True),
    ],
)
def test_a_correction_is_reported_when_and_where_its_trade_was(
    original: dict[str, Any], correction: dict[str, Any], off: bool | None, priced: bool
) -> None:
    state, first = CandleState(), trade(30_000, 529, 500, 1, **original)
    right = trade(80_000, 529.05, 400, 4, corrects=first.uid, **correction)
    advance(state, [first, clock(2, 65_000)])

    (bar,) = only_w(advance(state, [right, clock(5, 81_000)]))

    assert ohlc(bar) == (529.05 if priced else None,) * 4
    assert bar.volume_micros == 400_000_000
    assert (bar.off_exchange_volume_micros > 0, bar.lit_volume_micros > 0) == (
        off is True, off is False,
    )  # fmt: skip


def test_a_correction_brings_prices_back_that_the_first_report_could_not_set() -> None:
    state, first = CandleState(), trade(30_000, 48, 500, 1, conditions=(1020,), **OFF)
    advance(state, [first])

    (bar,) = only_w(advance(state, [trade(40_000, 49, 500, 2, corrects=first.uid), clock(3, 65e3)]))

    assert ohlc(bar) == (49,) * 4


@pytest.mark.parametrize("named", ["original", "first correction", "last correction"])
@pytest.mark.parametrize("saved", [False, True])
def test_a_corrected_print_is_found_by_every_name_it_had(named: str, saved: bool) -> None:
    state = CandleState()
    right = trade(70_000, 101, 20, 9, corrects=G3[6].uid)
    again = trade(80_000, 102, 20, 10, corrects=G3[6].uid)
    advance(state, [*G3, clock(8, 65_000), right, again, clock(11, 81_000)])
    if saved:
        state = decode_candles(encode_candles(state))
    uid = {"original": G3[6], "first correction": right, "last correction": again}[named].uid
    cancel = trade(90_000, 1, 1, 12, corrects=uid, flags=int(PrintFlag.CANCEL))

    (bar,) = only_w(advance(state, [cancel, clock(13, 91_000)]))

    assert (ohlc(bar), bar.trades, bar.rev) == ((100, 103, 99.5, 103), 4, 2)
    assert (state.counters["withdrawn"], state.counters["unknown_withdrawal"]) == (1, 0)
    # What is gone is gone by every name.
    gone = [trade(92_000, 1, 1, 14 + n, corrects=each.uid) for n, each in enumerate((G3[6], again))]
    assert not only_w(advance(state, [*gone, clock(20, 95_000)]))
    assert state.counters["unknown_withdrawal"] == 2
