"""Sums of flow by minute (options-engine.md 18.5)."""

from typing import Any, Literal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flow.domain.events import PrintFlag
from signals.engine.flow_params import FlowParams
from signals.engine.flow_windows import Minutes, SavedMinutes, Sums
from signals.engine.placement import PlacementParams, conditions_of, place
from signals.engine.trade_types import Read, TradeType
from tests.support.engine_builders import AUCTION, COMPLEX, CROSS, stamped, unquoted

Right = Literal["C", "P"]
PARAMS = FlowParams()
ASK, MID, BID = 4_200_000, 4_150_000, 4_100_000


def read(**changes: Any) -> Read:
    print_ = stamped(**changes)
    conditions = conditions_of(print_)
    return print_, place(print_, PlacementParams(), conditions), conditions


def sums_of(entry: Read, kind: TradeType = "REGULAR", right: Right = "C") -> dict[str, int]:
    """Return the fields that one print sets."""
    sums = Sums()
    sums.add_print(entry, kind, right, PARAMS)
    return {name: value for name, value in msgspec.structs.asdict(sums).items() if value}


WHOLE = 42_000_000_000  # 100 x 4.20 x 100
MIDDLE = 41_500_000_000
LOW = 41_000_000_000


@pytest.mark.parametrize(
    ("changes", "kind", "right", "expected"),
    [
        ({}, "REGULAR", "C", {"quoted": WHOLE, "aggressive": WHOLE, "bullish": WHOLE}),
        ({}, "LARGE", "P", {"quoted": WHOLE, "aggressive": WHOLE, "bearish": WHOLE}),
        (
            {"price_micros": BID}, "SPLIT", "C",
            {"quoted": LOW, "aggressive": LOW, "bearish": LOW},
        ),
        (
            {"price_micros": BID}, "BLOCK", "P",
            {"quoted": LOW, "aggressive": LOW, "bullish": LOW, "block": LOW},
        ),
        (
            {}, "SWEEP", "C",
            {"quoted": WHOLE, "aggressive": WHOLE, "bullish": WHOLE, "sweep": WHOLE},
        ),
        ({"price_micros": MID}, "REGULAR", "C", {"quoted": MIDDLE}),
        ({"price_micros": MID}, "BLOCK", "C", {"quoted": MIDDLE, "block": MIDDLE}),
        ({"conditions": (AUCTION,)}, "REGULAR", "C", {"quoted": WHOLE, "aggressive": WHOLE}),
        ({"conditions": (CROSS,)}, "REGULAR", "C", {"quoted": WHOLE, "aggressive": WHOLE}),
        ({"conditions": (COMPLEX,)}, "REGULAR", "C", {"quoted": WHOLE, "aggressive": WHOLE}),
        ({"bid_micros": ASK}, "REGULAR", "C", {"quoted": WHOLE}),  # locked: fresh, no side
        ({"quote_silence_us": 1_000_001}, "BLOCK", "C", {"block": WHOLE}),  # stale
    ],
)  # fmt: skip
def test_one_print(
    changes: dict[str, Any], kind: TradeType, right: Right, expected: dict[str, int]
) -> None:
    entry = read(**changes)
    premium = entry[0].premium_micros
    own = {"C": "call", "P": "put"}[right]

    assert sums_of(entry, kind, right) == expected | {
        "count": 1, f"{own}_volume": 100, f"{own}_premium": premium,
    }  # fmt: skip


def test_print_without_a_quote_has_only_its_amounts() -> None:
    print_ = unquoted()
    conditions = conditions_of(print_)
    entry = print_, place(print_, PlacementParams(), conditions), conditions

    assert sums_of(entry) == {"count": 1, "call_volume": 100, "call_premium": WHOLE}


@pytest.mark.parametrize("kind", ["REGULAR", "BLOCK", "SWEEP"])
def test_minute_bar_has_only_its_amounts(kind: TradeType) -> None:
    entry = read(flags=int(PrintFlag.MINUTE_BAR))

    assert sums_of(entry, kind) == {"count": 1, "call_volume": 100, "call_premium": WHOLE}


def test_print_without_a_known_premium_is_unplaced() -> None:
    assert sums_of(read(premium_micros=None)) == {"unplaced_volume": 100}


#   premium in micros, confidence through the quote 0.7: halves go up
@pytest.mark.parametrize(
    ("premium", "expected"), [(1, 1), (2, 1), (3, 2), (4, 3), (5, 4), (15, 11)]
)
@pytest.mark.parametrize("right", ["C", "P"])
def test_weighted_premium_is_a_whole_number(premium: int, expected: int, right: Right) -> None:
    entry = read(price_micros=ASK + 1_000_000, premium_micros=premium)
    name = "bullish" if right == "C" else "bearish"

    assert sums_of(entry, right=right)[name] == expected


def test_volume_and_premium_are_of_calls_and_puts() -> None:
    sums = Sums(call_volume=3, put_volume=4, call_premium=50, put_premium=60)

    assert (sums.volume, sums.premium) == (7, 110)


def test_plus_adds_every_field_so_many_times() -> None:
    sums = Sums(*range(12))
    sums.plus(Sums(*range(100, 112)), 3)

    assert msgspec.structs.astuple(sums) == tuple(300 + 4 * place for place in range(12))
    sums.plus(sums, -1)
    assert sums == Sums()


ENTRY = read()


def filled(*minutes: int) -> Minutes:
    held = Minutes()
    for minute in minutes:
        add(held, minute)
    return held


def add(held: Minutes, minute: int) -> None:
    for sums in held.rows_from(minute):
        sums.add_print(ENTRY, "REGULAR", "C", PARAMS)


def count(held: Minutes, after: int | None, last: int) -> int:
    total = Sums()
    held.add_to(total, after, last)
    return total.count


#   in (after, last]                of prints in 600, 600, 601, 604
@pytest.mark.parametrize(
    ("after", "last", "expected"),
    [
        (None, 599, 0), (None, 600, 2), (None, 601, 3), (None, 603, 3), (None, 604, 4),
        (None, 9_999, 4), (599, 604, 4), (600, 604, 2), (601, 604, 1), (603, 604, 1),
        (604, 604, 0), (600, 603, 1), (598, 599, 0), (700, 800, 0), (599, 600, 2),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "order", [(600, 600, 601, 604), (604, 601, 600, 600), (601, 604, 600, 600)]
)
def test_sums_of_minutes(
    order: tuple[int, ...], after: int | None, last: int, expected: int
) -> None:
    assert count(filled(*order), after, last) == expected


def test_rows_are_those_of_the_minute_and_after() -> None:
    held = filled(600, 604)

    assert [sums.count for sums in held.rows_from(604)] == [2]
    assert [sums.count for sums in held.rows_from(602)] == [1, 2]
    assert [sums.count for sums in held.rows_from(599)] == [0, 1, 1, 2]
    assert [sums.count for sums in held.rows_from(605)] == [2]
    assert held.minutes == [599, 600, 602, 604, 605]


@pytest.mark.parametrize(
    ("minute", "kept"),
    [
        (600, [600, 602, 604]),
        (601, [600, 602, 604]),
        (602, [600, 602, 604]),
        (603, [602, 604]),
        (604, [602, 604]),
        (605, [604]),
        (9_999, [604]),
    ],
)
def test_forgetting_keeps_the_last_row_before(minute: int, kept: list[int]) -> None:
    held = filled(600, 602, 604)
    held.forget_before(minute)

    assert held.minutes == kept
    assert [sums.count for sums in held.through] == [
        {600: 1, 602: 2, 604: 3}[each] for each in kept
    ]


def test_forgetting_nothing() -> None:
    held = Minutes()
    held.forget_before(5)

    assert held.saved() == ([], [])


MINUTES = st.lists(st.integers(0, 30), max_size=40)


@settings(max_examples=100)
@given(MINUTES, st.integers(-1, 31), st.integers(-1, 31), st.integers(0, 40), st.integers(0, 31))
def test_sums_equal_a_count_over_all_prints(
    minutes: list[int], after: int, last: int, cut: int, forget: int
) -> None:
    held = Minutes()
    for index, minute in enumerate(minutes):
        if index == cut:
            saved = msgspec.msgpack.encode(held.saved())
            held = Minutes(msgspec.msgpack.decode(saved, type=SavedMinutes))
        add(held, minute)
    after, last = min(after, last), max(after, last)
    expected = sum(after < minute <= last for minute in minutes)

    assert count(held, after, last) == expected
    assert count(held, None, last) == sum(minute <= last for minute in minutes)
    assert held.saved()[0] == sorted(set(minutes))
    held.forget_before(forget)
    if after >= forget - 1:
        assert count(held, after, last) == expected
    if last >= forget - 1:
        assert count(held, None, last) == sum(minute <= last for minute in minutes)


def test_what_was_saved_does_not_change_with_later_prints() -> None:
    held = filled(600)
    saved = held.saved()
    before = msgspec.msgpack.encode(saved)
    add(held, 600)
    add(held, 601)
    again = Minutes(saved)
    add(again, 602)

    assert msgspec.msgpack.encode(saved) == before
