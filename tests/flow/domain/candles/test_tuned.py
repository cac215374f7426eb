"""Under which lateness and horizon a bar lives: the revision in force at its opening print."""

from typing import Any

import pytest

from flow.domain.candles.saving import decode_candles, encode_candles
from flow.domain.candles.state import CandleParams, CandleState
from flow.domain.candles.step import advance
from flow.domain.events import Control
from tests.support.candle_builders import (
    MINUTE,
    B,
    clock,
    minutes,
    ohlc,
    seconds,
    trade,
)
from tests.support.golden_g3 import G3, only_w


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


# One second is still open when its minute is told: by another revision, or by a close.
TOLD_BEFORE_A_SECOND = {
    "tuning": [
        trade(1_000, 100, 10, 1), tuning(2, 2, 60_000, 900_000), trade(30_000, 101, 10, 3),
        clock(4, 70_000),
    ],
    "close": [
        trade(1_000, 100, 10, 1), trade(30_000, 101, 10, 2),
        Control(4, "session_close", B + 5_000_000),
    ],
}  # fmt: skip


@pytest.mark.parametrize("cause", TOLD_BEFORE_A_SECOND)
@pytest.mark.parametrize("between", [None, "another second", "saving"])
def test_a_print_of_an_open_second_comes_into_a_minute_that_was_told(
    cause: str, between: str | None
) -> None:
    state = CandleState()
    (first,) = minutes(advance(state, TOLD_BEFORE_A_SECOND[cause]))
    if between == "another second":  # else the window of the last print is found at once
        close = Control(6, "session_close", B + 5_000_000)
        advance(state, [trade(31_000, 100, 1, 5), close])
    elif between == "saving":
        state = decode_candles(encode_candles(state))

    bars = advance(state, [trade(30_500, 150, 10, 7), clock(8, 80_000), clock(9, 400_000)])

    (second,) = [bar for bar in seconds(bars) if bar.ts == B + 30_000_000]
    assert (second.rev, ohlc(second)) == (0, (101, 150, 101, 150))
    told = minutes(bars)
    assert [bar.rev for bar in told] == list(range(told[0].rev, told[0].rev + len(told)))
    assert (first.rev, ohlc(first)) == (0, (100, 101, 100, 101))
    assert told[-1].high_micros == 150_000_000


@pytest.mark.parametrize("cause", TOLD_BEFORE_A_SECOND)
def test_a_saved_minute_that_was_told_is_not_told_again(cause: str) -> None:
    state = CandleState()
    advance(state, TOLD_BEFORE_A_SECOND[cause])
    found = decode_candles(encode_candles(state))

    assert encode_candles(found) == encode_candles(state)
    assert [bar.interval_s for bar in advance(found, [clock(8, 400_000)])] == [1]


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
