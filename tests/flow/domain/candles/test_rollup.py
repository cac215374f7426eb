"""Longer bars: UTC windows and the days of the calendar (platform.md 3.2 C7, C10)."""

from datetime import date, time

import msgspec
import pytest

from flow.domain.candles.bar import Bar, bar_uid
from flow.domain.candles.rollup import daily, newest, roll_up
from flow.domain.candles.state import CandleState
from flow.domain.candles.step import advance
from flow.domain.events import Control, PrintFlag, StampedEquityPrint
from flow.domain.sessions import Calendar, Session, SessionDay, at_new_york
from tests.support.candle_builders import B, equity_print, minutes, ohlc, trade

# The Friday after Thanksgiving 2023 closes at 13:00; the Saturday after it is no trading day.
WEDNESDAY, FRIDAY = date(2023, 11, 22).toordinal(), date(2023, 11, 24).toordinal()
DAYS = [
    SessionDay(day, at_new_york(day, time(9, 30)), at_new_york(day, time(close)))
    for day, close in ((WEDNESDAY, 16), (FRIDAY, 13))
]
CALENDAR = Calendar(DAYS)


def minute_bars(prints: list[StampedEquityPrint]) -> list[Bar]:
    end = Control(10_000, "session_close", max(print_.ts for print_ in prints))
    return minutes(advance(CandleState(), [*prints, end]))


def at(day: int, wall: time, price: int, seq: int, conditions: int = 1000) -> StampedEquityPrint:
    ts = at_new_york(day, wall)
    session = int(CALENDAR.locate(ts)[0])
    micros = price * 1_000_000
    return equity_print(
        ts=ts, seq=seq, price_micros=micros, session=session, conditions=(conditions,)
    )


CLOSE_ONLY = {"flags": int(PrintFlag.MINUTE_BAR), "conditions": ()}


@pytest.mark.parametrize(
    ("whole", "expected"),
    [
        ([False, False, False], (11, 13, 11, 13)),
        ([True, True, True], (None, None, None, 13)),
        ([False, True, False], (11, None, None, 13)),  # opened by a print of the tape
        ([True, False, False], (None, None, None, 13)),
        ([False, False, True], (11, None, None, 13)),
    ],
)
def test_a_longer_bar_knows_no_range_that_one_of_its_minutes_does_not_know(
    whole: list[bool], expected: tuple[float | None, ...]
) -> None:
    prints = [  # an imported bar is dated at its end
        trade(60_000 * minute, 10 + minute, 2, minute, **CLOSE_ONLY)
        if is_whole
        else trade(60_000 * minute - 1, 10 + minute, 2, minute)
        for minute, is_whole in enumerate(whole, 1)
    ]
    (bar,) = roll_up(minute_bars(prints), 1_800)
    (again,) = roll_up(roll_up(minute_bars(prints), 300), 1_800)

    assert ohlc(bar) == ohlc(again) == expected
    assert (bar.volume_micros, bar.vwap_micros is None) == (6_000_000, any(whole))


def test_five_minutes_from_one() -> None:
    start_ms = 120_000  # G3's W is the fourth minute of five
    offsets = [0, 59_999, 60_000, 200_000, 299_999, 300_000]
    prints = [trade(start_ms + at_, 10 + seq, 2, seq) for seq, at_ in enumerate(offsets, 1)]
    bars = roll_up(minute_bars(prints), 300)

    assert [((bar.ts - B) // 1_000, ohlc(bar), bar.trades) for bar in bars] == [
        (start_ms, (11, 15, 11, 15), 5),
        (start_ms + 300_000, (16, 16, 16, 16), 1),
    ]
    assert sum(bar.volume_micros for bar in bars) == 12_000_000
    assert {bar.interval_s for bar in bars} == {300}
    assert bars[0].uid == bar_uid("AIG", 300, bars[0].ts, Session.REGULAR)


def test_the_highest_revision_counts() -> None:
    (bar,) = minute_bars([trade(0, 100, 10, 1)])
    revised = msgspec.structs.replace(bar, rev=2, close_micros=5)

    assert newest([bar, revised, bar]) == [revised]
    (rolled,) = roll_up([bar, revised, bar], 900)
    assert (rolled.close_micros, rolled.rev, rolled.volume_micros) == (5, 2, 10_000_000)


def test_sessions_become_one_or_stay_regular() -> None:
    close = at(WEDNESDAY, time(16), 0, 0).ts
    prints = [
        equity_print(ts=close, seq=1, session=3, conditions=(1013,), price_micros=9_000_000),
        equity_print(ts=close + 1, seq=2, session=3, conditions=(1007,), price_micros=8_000_000),
    ]
    base = minute_bars(prints)
    (everything,) = roll_up(base, 60)
    (regular,) = roll_up(base, 60, extended=False)

    assert (everything.session, ohlc(everything)) == (None, (9, 9, 8, 8))
    assert (regular.session, ohlc(regular)) == (Session.REGULAR, (8, 8, 8, 8))


def test_equal_instants_of_two_sessions_are_ordered_by_seq() -> None:
    ts = at(WEDNESDAY, time(16), 0, 0).ts
    auction = equity_print(ts=ts, seq=2, session=3, conditions=(1007,), price_micros=8_000_000)
    after = [
        equity_print(ts=ts, seq=seq, session=3, conditions=(1013,), price_micros=seq * 1_000_000)
        for seq in (1, 3)
    ]
    (bar,) = roll_up(minute_bars([auction, *after]), 60)

    assert (ohlc(bar), bar.first_seq, bar.last_seq) == ((1, 8, 1, 3), 1, 3)


def test_bars_without_prices_add_volume_only() -> None:
    prints = [trade(0, 1, 5, 1, conditions=(1020,)), trade(60_000, 2, 5, 2, conditions=(1020,))]
    (bar,) = roll_up(minute_bars(prints), 3_600)

    assert (ohlc(bar), bar.first_ts, bar.last_seq) == ((None,) * 4, None, None)
    assert (bar.volume_micros, bar.vwap_micros) == (10_000_000, 1_500_000)


def test_a_forming_part_makes_a_forming_bar() -> None:
    (bar,) = minute_bars([trade(0, 100, 10, 1)])
    forming = msgspec.structs.replace(bar, final=False, uid=b"other", ts=bar.ts + 60_000_000)

    assert not roll_up([bar, forming], 86_400)[0].final


def test_an_interval_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match=r"interval is 90 s; expected a multiple of 60"):
        roll_up(minute_bars([trade(0, 100, 10, 1)]), 90)


def test_the_regular_day_ends_with_its_closing_auction_half_days_too() -> None:
    prints = [
        at(FRIDAY, time(8), 1, 1, 1013),
        at(FRIDAY, time(9, 30), 10, 2, 1006),
        at(FRIDAY, time(12, 59, 59), 12, 3),
        at(FRIDAY, time(13, 0, 30), 11, 4, 1007),  # the auction of a half day
        at(FRIDAY, time(13, 5), 99, 5, 1013),
        at(FRIDAY, time(21), 77, 6, 1000),  # the night belongs to no day bar
    ]
    (regular,) = daily(minute_bars(prints), CALENDAR)
    (whole,) = daily(minute_bars(prints), CALENDAR, extended=True)

    assert ohlc(regular) == (10, 12, 10, 11)
    assert (regular.ts, regular.interval_s) == (DAYS[1].open_us, 12_600)
    assert (regular.trades, regular.session) == (3, Session.REGULAR)
    assert ohlc(whole) == (1, 99, 1, 99)
    assert (whole.ts, whole.interval_s) == (at_new_york(FRIDAY, time(4)), 57_600)
    assert (whole.trades, whole.session) == (5, None)


def test_days_stay_apart_and_no_trading_day_has_no_bar() -> None:
    saturday = date(2023, 11, 25).toordinal()
    prints = [at(day, time(10), 5, seq) for seq, day in enumerate((WEDNESDAY, FRIDAY, saturday))]
    prints.append(equity_print(ts=at_new_york(saturday, time(11)), seq=9))  # session misstated
    state = CandleState()
    bars = advance(state, [*prints, Control(99, "session_close", B + 10**13)])

    assert [bar.ts for bar in daily(bars, CALENDAR)] == [DAYS[0].open_us, DAYS[1].open_us]
    assert [bar.trades for bar in daily(minutes(bars), CALENDAR, extended=True)] == [1, 1]
