"""What must hold of candles for any prints, split, arrival order and clock (design, 4 to 6).

The oracle is `by_hand`: what each kind of print may do is told there, window by window.
"""

from collections.abc import Sequence
from datetime import date, time
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from flow.domain.candles.bar import Bar
from flow.domain.candles.rollup import daily, newest, roll_up
from flow.domain.candles.saving import decode_candles, encode_candles
from flow.domain.candles.state import CandleState
from flow.domain.candles.step import advance, forming, withdraw
from flow.domain.events import Control, StampedEquityPrint
from flow.domain.sessions import Calendar, SessionDay, at_new_york
from tests.support.candle_builders import KINDS, B, by_hand, figures, of_kind

Named = tuple[str, StampedEquityPrint]
Entry = StampedEquityPrint | Control
SECOND, MINUTE = 1_000_000, 60_000_000
HORIZON = 900_000_000
UNTIMED = settings(deadline=None)  # a tape of hours has a clock for each of its seconds
GAPS_MS = [0, 0, 1, 10, 400, 999, 1_000, 4_999, 5_000, 30_000, 61_000, 400_000]


@st.composite
def tapes(draw: st.DrawFn, *, most: int = 40) -> list[Named]:
    """Prints of two symbols in event order; seq is the order of arrival so far."""
    found: list[Named] = []
    at = B
    for seq in range(draw(st.integers(0, most))):
        at += draw(st.sampled_from(GAPS_MS)) * 1_000
        name = draw(st.sampled_from(sorted(KINDS)))
        print_ = of_kind(
            name,
            ts=at,
            seq=seq,
            symbol=draw(st.sampled_from(["AIG", "BAC"])),
            price_micros=draw(st.integers(99, 102)) * 1_000_000,
            size_micros=draw(st.sampled_from([1_000_000, 100_000_000, 2_700_000_000])),
        )
        found.append((name, print_))
    return found


def prints_of(tape: Sequence[Named]) -> list[StampedEquityPrint]:
    return [print_ for _, print_ in tape]


def end_of(tape: Sequence[Named]) -> Control:
    last = max((print_.ts for _, print_ in tape), default=B)
    return Control(10_000, "clock", last + 2 * MINUTE)


def with_clocks(tape: Sequence[Named], every_us: int) -> list[Entry]:
    """Put in clocks that promise nothing about what is still to come."""
    entries: list[Entry] = []
    told = B
    for _, print_ in tape:
        while told + every_us < print_.ts:
            told += every_us
            entries.append(Control(5_000 + len(entries), "clock", told))
        entries.append(print_)
    return [*entries, end_of(tape)]


def told(bars: Sequence[Bar], interval_s: int) -> dict[Any, Any]:
    """Return the figures of the bars that count, by (symbol, start, session)."""
    return {
        (bar.symbol, bar.ts, bar.session): figures(bar)
        for bar in newest(bars)
        if bar.interval_s == interval_s
    }


def check_revisions(bars: Sequence[Bar]) -> None:
    """Every window's revisions are 0, 1, 2 ... in the order given."""
    seen: dict[bytes, int] = {}
    for bar in bars:
        assert bar.rev == seen.get(bar.uid, -1) + 1
        seen[bar.uid] = bar.rev


@UNTIMED
@given(tapes(), st.sampled_from([1_000_000, 7_300_000, 100_000_000]))
def test_bars_hold_what_the_prints_say(tape: list[Named], every_us: int) -> None:
    bars = advance(CandleState(), with_clocks(tape, every_us))

    assert told(bars, 1) == by_hand(tape, SECOND)
    assert told(bars, 60) == by_hand(tape, MINUTE)
    check_revisions(bars)


@UNTIMED
@given(tapes(), st.data())
def test_any_split_gives_the_same_bars(tape: list[Named], data: st.DataObject) -> None:
    entries = with_clocks(tape, SECOND * 3)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(entries)), max_size=5)))
    state, split = CandleState(), []
    for start, end in zip([0, *cuts], [*cuts, len(entries)], strict=True):
        split += advance(state, entries[start:end])

    assert split == advance(CandleState(), entries)


@UNTIMED
@given(tapes(), st.data())
def test_a_restart_from_a_snapshot_goes_on_exactly(tape: list[Named], data: st.DataObject) -> None:
    entries = with_clocks(tape, SECOND * 3)
    cut = data.draw(st.integers(0, len(entries)))
    state = CandleState()
    advance(state, entries[:cut])
    restored = decode_candles(encode_candles(state))

    assert forming(restored, "AIG") == forming(state, "AIG")
    assert advance(restored, entries[cut:]) == advance(state, entries[cut:])
    assert encode_candles(restored) == encode_candles(state)


@UNTIMED
@given(tapes(), st.data())
def test_arrival_within_the_lateness_changes_nothing(
    tape: list[Named], data: st.DataObject
) -> None:
    """Each print arrives up to 5 s after its time; the clock is the time of arrival."""
    delays = [data.draw(st.integers(0, 5_000_000)) for _ in tape]
    arrivals = sorted(
        (print_.ts + delay, place, print_)
        for place, (delay, (_, print_)) in enumerate(zip(delays, tape, strict=True))
    )
    entries: list[Entry] = []
    clock_ts = B
    for arrived, _, print_ in arrivals:
        while clock_ts + SECOND < arrived:
            clock_ts += SECOND
            entries.append(Control(5_000 + len(entries), "clock", clock_ts))
        entries.append(print_)
    bars = advance(CandleState(), [*entries, end_of(tape)])
    in_order = advance(CandleState(), with_clocks(tape, SECOND))

    assert told(bars, 1) == told(in_order, 1)
    assert told(bars, 60) == told(in_order, 60)
    assert not any(bar.rev for bar in bars)


@UNTIMED
@given(tapes(), st.data())
def test_any_arrival_within_the_horizon_comes_to_the_same(
    tape: list[Named], data: st.DataObject
) -> None:
    close = [(name, print_) for name, print_ in tape if print_.ts < B + HORIZON]
    shuffled = data.draw(st.permutations(close))
    entries: list[Entry] = []
    for place, (_, print_) in enumerate(shuffled):
        entries += [print_, Control(5_000 + place, "clock", B + place * SECOND * 20)]
    state = CandleState()
    bars = advance(state, [*entries, end_of(close)])

    assert told(bars, 1) == by_hand(close, SECOND)
    assert told(bars, 60) == by_hand(close, MINUTE)
    check_revisions(bars)
    assert state.counters["late"] == 0


@UNTIMED
@given(tapes(), st.data())
def test_seconds_and_minutes_tell_the_same_under_any_tuning_and_close(
    tape: list[Named], data: st.DataObject
) -> None:
    """A minute may be told before its seconds; both are restored where they stood."""
    close = [(name, print_) for name, print_ in tape if print_.ts < B + HORIZON]
    state, whole, bars = CandleState(), CandleState(), []
    for place, (_, print_) in enumerate(data.draw(st.permutations(close))):
        at = B + place * SECOND * 20
        lateness_ms = data.draw(st.sampled_from([0, 5_000, 60_000, 900_000]))
        payload = {"revision": place + 1, "values": {"candle_lateness_ms": lateness_ms}}
        kind = data.draw(st.sampled_from(["clock", "session_close"]))
        entries: list[Entry] = [
            Control(6_000, "tuning", at, payload),
            print_,
            Control(7_000, kind, at),
        ]
        told_now = advance(state, entries)
        assert told_now == advance(whole, entries)
        bars += told_now
        state = decode_candles(encode_candles(state))
    bars += advance(state, [Control(9_999, "clock", B + 4 * HORIZON)])

    assert told(bars, 1) == by_hand(close, SECOND)
    assert told(bars, 60) == by_hand(close, MINUTE)
    check_revisions(bars)


@UNTIMED
@given(tapes(), st.data())
def test_withdrawals_reverse_exactly(tape: list[Named], data: st.DataObject) -> None:
    """Whenever the cancel comes, the bars end as if the print had never been."""
    near = [(name, print_) for name, print_ in tape if print_.ts < B + HORIZON]
    gone = {p.seq for _, p in near if KINDS[_].volume and data.draw(st.booleans())}
    after = data.draw(st.integers(0, 60))
    state, bars = CandleState(), []
    waiting: list[tuple[int, StampedEquityPrint]] = []
    for place, (_, print_) in enumerate(near):
        bars += advance(
            state, [print_, Control(5_000 + place, "clock", print_.ts + after * SECOND)]
        )
        if print_.seq in gone:
            waiting.append((place + data.draw(st.integers(0, 3)), print_))
        for due in [each for each in waiting if each[0] <= place]:
            assert withdraw(state, due[1].symbol, due[1].uid)
            waiting.remove(due)
    for _, print_ in waiting:
        assert withdraw(state, print_.symbol, print_.uid)
    bars += advance(state, [end_of(near)])

    left = [(name, print_) for name, print_ in near if print_.seq not in gone]
    for interval_s, width in ((1, SECOND), (60, MINUTE)):
        kept = {window: each for window, each in told(bars, interval_s).items() if each[5]}
        assert kept == by_hand(left, width)
    check_revisions(bars)


@UNTIMED
@given(tapes())
def test_rolled_bars_are_those_aggregated_directly(tape: list[Named]) -> None:
    base = advance(CandleState(), with_clocks(tape, 50 * SECOND))
    ones = [bar for bar in base if bar.interval_s == 1]
    regular = [(name, print_) for name, print_ in tape if KINDS[name].session == 2]

    for interval_s in (60, 300, 900, 3_600):
        direct = by_hand(regular, interval_s * SECOND)
        for part_s in (1, 60):
            parts = [bar for bar in base if bar.interval_s == part_s]
            assert told(roll_up(parts, interval_s, extended=False), interval_s) == direct
        merged = roll_up(ones, interval_s)
        assert sum(bar.volume_micros for bar in merged) == sum(bar.volume_micros for bar in ones)
        assert len({(bar.symbol, bar.ts) for bar in merged}) == len(merged)
    twice = roll_up(roll_up(ones, 300), 3_600)
    assert [figures(bar) for bar in twice] == [figures(bar) for bar in roll_up(ones, 3_600)]


DAY = date(2023, 11, 14).toordinal()  # B lies in its evening, so that the day is moved around it
CALENDAR = Calendar([SessionDay(DAY, at_new_york(DAY, time(9, 30)), at_new_york(DAY, time(16)))])
OPEN = at_new_york(DAY, time(9, 30))


@UNTIMED
@given(tapes())
def test_a_day_is_the_sum_of_its_prints(tape: list[Named]) -> None:
    moved = []
    for name, print_ in tape:
        exec_ts = print_.exec_ts and print_.exec_ts - B + OPEN
        fields = {"ts": print_.ts - B + OPEN, "exec_ts": exec_ts}
        moved.append((name, msgspec.structs.replace(print_, **fields)))
    bars = advance(CandleState(), [*prints_of(moved), Control(9_999, "session_close", OPEN * 2)])
    direct: dict[str, list[Named]] = {}
    for name, print_ in moved:
        if KINDS[name].volume and KINDS[name].session == 2:
            direct.setdefault(print_.symbol, []).append((name, print_))
    expected = {
        symbol: next(iter(by_hand(named, OPEN * 2).values())) for symbol, named in direct.items()
    }

    days = daily([bar for bar in bars if bar.interval_s == 60], CALENDAR)
    assert {bar.symbol: figures(bar) for bar in days} == expected


@UNTIMED
@given(tapes())
def test_volume_is_conserved(tape: list[Named]) -> None:
    """Every eligible print is in exactly one bar of each width, or counted as late."""
    bars = advance(CandleState(), with_clocks(tape, SECOND))
    eligible = [print_ for name, print_ in tape if KINDS[name].volume]

    for interval_s in (1, 60):
        final = [bar for bar in newest(bars) if bar.interval_s == interval_s]
        assert sum(bar.volume_micros for bar in final) == sum(p.size_micros for p in eligible)
        assert sum(bar.trades for bar in final) == len(eligible)
        parts = ("lit_volume_micros", "off_exchange_volume_micros")
        known = sum(getattr(bar, part) for bar in final for part in parts)
        assert known == sum(p.size_micros for p in eligible if p.off_exchange is not None)
