"""The newest windows of a range from stored bars, each whole (platform.md 7.6; errata 29)."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.domain.candles.bar import Bar
from flow.domain.candles.chart import INTERVALS, Chart, Wanted, chart, settled
from flow.domain.candles.rollup import daily, roll_up
from flow.domain.candles.state import CandleState
from flow.domain.candles.step import advance
from flow.domain.events import Control
from flow.domain.sessions import Calendar, SessionDay, at_new_york
from tests.support.candle_builders import MINUTE, B, equity_print, trade

FOREVER = 2**62
# The Friday after Thanksgiving 2023 closes at 13:00.
WEDNESDAY, FRIDAY = date(2023, 11, 22).toordinal(), date(2023, 11, 24).toordinal()
CALENDAR = Calendar(
    [
        SessionDay(day, at_new_york(day, time(9, 30)), at_new_york(day, time(close)))
        for day, close in ((WEDNESDAY, 16), (FRIDAY, 13))
    ]
)


def stored(minutes: list[int], revised: frozenset[int] = frozenset()) -> list[Bar]:
    """Return bars of 1 s and 1 min of one print in each of some minutes, some told twice."""
    prints = [trade(60_000 * at, 100 + at, 1, at) for at in minutes]
    close = Control(5_000, "session_close", B + 10_000 * MINUTE)
    late = [trade(60_000 * at + 1, 7, 1, 5_001 + at) for at in sorted(revised)]
    ends = [Control(9_000, "session_close", B + 10_000 * MINUTE)]
    return advance(CandleState(), [*prints, close, *late, *ends])


def asked(name: str, limit: int = 5_000, **changes: int) -> Wanted:
    fields: dict[str, int] = {"start": 0, "end": FOREVER, "extended": True} | changes
    return Wanted(INTERVALS[name], limit, fields["start"], fields["end"], bool(fields["extended"]))


def read(bars: list[Bar], wanted: Wanted, most: int = 10_000) -> Chart:
    base = [bar for bar in bars if bar.interval_s == wanted.interval.base_s]
    return chart(sorted(base, key=lambda bar: -bar.ts), wanted, CALENDAR, most=most)


MINUTES = st.lists(st.integers(0, 90), max_size=40, unique=True).map(sorted)


@given(
    minutes=MINUTES,
    name=st.sampled_from(["1s", "1m", "5m", "15m", "1h"]),
    limit=st.integers(1, 12),
    edges=st.tuples(st.integers(-5, 95), st.integers(-5, 95), st.integers(1, 60)),
    data=st.data(),
)
def test_a_chart_is_the_newest_part_of_all_windows_of_the_range(
    minutes: list[int],
    name: str,
    limit: int,
    edges: tuple[int, int, int],
    data: st.DataObject,
) -> None:
    revised = data.draw(st.frozensets(st.sampled_from(minutes))) if minutes else frozenset()
    bars = stored(minutes, revised)
    start, end = (B + edge * MINUTE for edge in edges[:2])
    wanted = asked(name, limit, start=start, end=end)

    found = read(bars, wanted)
    squeezed = read(bars, wanted, edges[2])

    base = [bar for bar in bars if bar.interval_s == wanted.interval.base_s]
    inside = [
        bar for bar in roll_up(base, wanted.interval.seconds) if start <= bar.ts < end
    ]  # fmt: skip
    assert found.bars == inside[-limit:]
    assert found.has_more == (len(inside) > limit)
    assert squeezed.bars == (inside[-len(squeezed.bars) :] if squeezed.bars else [])
    assert squeezed.has_more == (len(squeezed.bars) < len(inside))


def test_days_are_trading_days_with_half_days_and_only_from_their_open() -> None:
    prints = [
        equity_print(ts=at_new_york(day, wall), seq=seq, session=session, conditions=(code,))
        for seq, (day, wall, session, code) in enumerate(
            [
                (WEDNESDAY, time(8), 1, 1013),
                (WEDNESDAY, time(9, 30), 2, 1000),
                (WEDNESDAY, time(15, 59), 2, 1000),
                (FRIDAY, time(12), 2, 1000),
                (FRIDAY, time(13, 1), 3, 1007),  # the closing auction
                (FRIDAY, time(22), 0, 1000),  # the night belongs to no day
            ]
        )
    ]
    bars = advance(CandleState(), [*prints, Control(99, "session_close", prints[-1].ts)])
    opens = [CALENDAR.open_of(day) for day in (WEDNESDAY, FRIDAY)]

    regular = read(bars, asked("1d", extended=0))
    extended = read(bars, asked("1d"))

    assert [(bar.ts, bar.trades, bar.interval_s) for bar in regular.bars] == [
        (opens[0], 2, 23_400),
        (opens[1], 2, 12_600),
    ]
    assert [bar.trades for bar in extended.bars] == [3, 2]
    assert regular.bars == daily([bar for bar in bars if bar.interval_s == 60], CALENDAR)
    late_start = asked("1d", extended=0, start=(opens[0] or 0) + 1)
    assert read(bars, late_start).bars == regular.bars[1:]
    assert read(bars, asked("1d", extended=0, end=opens[1] or 0)).bars == regular.bars[:1]


@pytest.mark.parametrize(("until", "final"), [(299_999_999, False), (300_000_000, True)])
def test_a_rolled_window_is_final_with_its_end(until: int, final: bool) -> None:
    found = read(stored([0, 1]), asked("5m")).bars

    (bar,) = settled(found, lambda start, end: end <= found[0].ts + until, CALENDAR)

    assert (bar.final, found[0].final) == (final, True)


@pytest.mark.parametrize(("wall", "final"), [(time(16, 30), False), (time(20), True)])
def test_a_day_is_final_with_its_post_market(wall: time, final: bool) -> None:
    print_ = equity_print(ts=at_new_york(WEDNESDAY, time(10)))
    bars = advance(CandleState(), [print_, Control(9, "session_close", print_.ts)])
    until = at_new_york(WEDNESDAY, wall)

    (bar,) = settled(
        read(bars, asked("1d", extended=0)).bars, lambda start, end: end <= until, CALENDAR
    )

    assert bar.final == final
