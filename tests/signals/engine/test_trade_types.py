"""Trade types (options-engine.md 18.2 strict; errata 14, 15, 25, 26; golden G14)."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flow.domain.condition_table import CONDITIONS, UNKNOWN_CODE
from flow.domain.conditions import read_conditions
from flow.domain.events import PrintFlag
from signals.engine.flow_params import FlowParams
from signals.engine.placement import PlacementParams, conditions_of, place
from signals.engine.trade_types import (
    Averages,
    Read,
    SavedAverages,
    TradeType,
    block_mechanism,
    count_blocks,
    is_block,
    trade_type_of,
    types_of,
)
from tests.support.engine_builders import (
    AUCTION,
    AUTO,
    COMPLEX,
    CROSS,
    ISO,
    TRADE_DATE,
    ms,
    stamped,
)

PARAMS = FlowParams()
BAR = int(PrintFlag.MINUTE_BAR)
ASK, MID, BID = 4_200_000, 4_150_000, 4_100_000


def read(at_ms: float = 0, size: int = 10, price: int = ASK, **changes: Any) -> Read:
    seq = round(at_ms * 1_000) + 1
    print_ = stamped(seq=seq, ts=ms(at_ms), size=size, price_micros=price, **changes)
    conditions = conditions_of(print_)
    return print_, place(print_, PlacementParams(), conditions), conditions


def averages(*sizes: int, underlying: str = "SPY", day: int = TRADE_DATE) -> Averages:
    return Averages((day, {underlying: list(sizes)}))


def typed(reads: Sequence[Read], *, sweep: int = 0, **changes: Any) -> list[TradeType]:
    values: dict[str, Any] = {"averages": Averages(), "underlying": "SPY", "params": PARAMS}
    return types_of(reads, sweep_sign=sweep, **(values | changes))


def held(kept: Averages, underlying: str = "SPY", day: int = TRADE_DATE) -> list[int]:
    return list(kept.of(underlying, day).newest)


# G14 row 2 first: 250 against an average of 50 is a block, whatever its condition.
#   size  n    mean   type
@pytest.mark.parametrize(
    ("size", "count", "total", "expected"),
    [
        (250, 30, 1_500, "BLOCK"),
        (249, 30, 1_500, "LARGE"),
        (250, 29, 1_450, "REGULAR"),
        (500, 0, 0, "BLOCK"),
        (499, 0, 0, "REGULAR"),
        (499, 29, 29, "REGULAR"),
        (100, 30, 30, "BLOCK"),
        (99, 30, 30, "LARGE"),
        (100, 30, 600, "BLOCK"),
        (100, 30, 601, "LARGE"),
        (25, 30, 30, "LARGE"),
        (24, 30, 30, "REGULAR"),
        (25, 30, 375, "LARGE"),
        (25, 30, 376, "REGULAR"),
        (100, 30, 1_501, "REGULAR"),
    ],
)
def test_type_by_size(size: int, count: int, total: int, expected: str) -> None:
    assert trade_type_of(size, count, total, PARAMS) == expected


#   the first that holds
@pytest.mark.parametrize(
    ("size", "sweep", "split", "expected"),
    [
        (600, True, True, "SWEEP"),
        (600, False, True, "BLOCK"),
        (60, False, True, "SPLIT"),
        (60, False, False, "LARGE"),
        (3, True, False, "SWEEP"),
        (3, False, True, "SPLIT"),
        (3, False, False, "REGULAR"),
    ],
)
def test_order_of_the_types(size: int, sweep: bool, split: bool, expected: str) -> None:
    assert trade_type_of(size, 30, 600, PARAMS, sweep=sweep, split=split) == expected


@pytest.mark.parametrize(
    ("changes", "size", "expected"),
    [
        ({"flow_block_min_size": 60}, 60, "BLOCK"),
        ({"flow_block_relative_min_size": 60}, 60, "BLOCK"),
        ({"flow_block_relative_min_size": 60, "flow_block_average_multiple": 7}, 60, "LARGE"),
        ({"flow_large_min_size": 61}, 60, "REGULAR"),
        ({"flow_large_average_multiple": 7}, 60, "REGULAR"),
        ({"flow_average_min_count": 31}, 60, "REGULAR"),
        ({"flow_large_min_size": 3, "flow_large_average_multiple": 1}, 10, "LARGE"),
    ],
)
def test_thresholds_are_tuning(changes: dict[str, Any], size: int, expected: str) -> None:
    params = FlowParams(**changes)

    assert trade_type_of(size, 30, 300, params) == expected
    assert typed([read(size=size)], averages=averages(*[10] * 30), params=params) == [expected]


# One print with code S is no sweep (errata 15): G14 row 2, strict.
def test_single_sweep_order_is_typed_by_size() -> None:
    golden = read(size=250, conditions=(ISO,))

    assert typed([golden], averages=averages(*[50] * 30)) == ["BLOCK"]
    assert is_block(golden[0], "BLOCK", PARAMS)
    assert golden[2].is_iso
    assert 45_500_000 * 250 * 100 == 1_137_500_000_000  # its premium of 1 137 500 dollars


def test_members_on_the_side_of_the_sweep_are_sweep() -> None:
    reads = [
        read(0, 600),
        read(1, 3),
        read(2, 600, BID),
        read(3, 3, MID),
        read(4, 3, conditions=(AUCTION,)),
        read(5, 3, conditions=(CROSS,)),
        read(6, 3, conditions=(COMPLEX,)),
        read(7, 3, conditions=(ord("e"),)),  # floor: no weight
        read(8, 3, conditions=(ord("j"),)),  # a leg with weight is still a package
        read(9, 3, flags=BAR),
    ]

    rest: list[TradeType] = ["REGULAR"] * 7
    assert typed(reads, sweep=1) == ["SWEEP", "SWEEP", "BLOCK", *rest]
    assert typed(reads[:4], sweep=-1) == ["BLOCK", "REGULAR", "SWEEP", "REGULAR"]


def test_block_that_swept_is_still_a_block() -> None:
    swept, fill = read(size=500)[0], read(size=499)[0]

    assert is_block(swept, "SWEEP", PARAMS)
    assert not is_block(fill, "SWEEP", PARAMS)
    assert is_block(fill, "BLOCK", PARAMS)
    assert is_block(fill, "LARGE", FlowParams(flow_block_min_size=499))


#   sizes at 0, 250, 500 ms                 n of average, its size
@pytest.mark.parametrize(
    ("sizes", "known", "expected"),
    [
        ((40, 40, 20), [], "SPLIT"),
        ((40, 40, 19), [], "REGULAR"),
        ((40, 60), [], "REGULAR"),
        ((40, 40, 20), [60] * 29, "SPLIT"),  # the average is not ready
        ((40, 40, 20), [50] * 30, "SPLIT"),
        ((40, 40, 20), [50] * 29 + [51], "REGULAR"),  # 2 x 50.03
        ((40, 40, 21), [50] * 29 + [51], "SPLIT"),
        ((40, 40, 20), [1] * 30, "SPLIT"),  # large ones are splits first
        ((40, 40, 19), [1] * 30, "mixed"),
    ],
)
def test_split_needs_three_prints_and_enough_size(
    sizes: tuple[int, ...], known: list[int], expected: str
) -> None:
    reads = [read(250 * place, size) for place, size in enumerate(sizes)]

    found = typed(reads, averages=averages(*known))

    assert found == (
        ["LARGE", "LARGE", "REGULAR"] if expected == "mixed" else [expected] * len(sizes)
    )


#   instants in ms                   which are split
@pytest.mark.parametrize(
    ("instants", "expected"),
    [
        ((0, 250, 500), "sss"),
        ((0, 250, 500.001), "---"),
        ((0, 250, 500, 750.001), "sss-"),
        ((0, 250.001, 500, 750), "-sss"),
        ((0, 250, 500, 750, 1_000, 1_250, 1_500, 1_750, 2_000), "sssssssss"),
        ((1, 250, 500, 750, 1_000, 1_250, 1_500, 1_750, 2_000, 2_001.001), "sssssssss-"),
        ((1, 250, 500, 750, 1_000, 1_250, 1_500, 1_750, 2_000, 2_001), "ssssssssss"),
    ],
)
def test_split_is_a_run(instants: tuple[float, ...], expected: str) -> None:
    found = typed([read(at, 40) for at in instants])

    assert "".join("s" if kind == "SPLIT" else "-" for kind in found) == expected


def test_split_is_of_one_side_whatever_prints_between() -> None:
    bought, sold = [read(at, 40) for at in (0, 20, 40)], [read(at, 40, BID) for at in (10, 30)]
    reads = sorted([*bought, *sold, read(15, 40, MID)], key=lambda each: each[0].ts)

    assert typed(reads) == ["SPLIT", "REGULAR", "REGULAR", "SPLIT", "REGULAR", "SPLIT"]


def test_each_side_needs_the_size_of_its_own() -> None:
    reads = [read(at, size, price) for at in (0, 10, 20) for size, price in ((33, BID), (34, ASK))]

    assert typed(reads) == ["REGULAR", "SPLIT"] * 3


@pytest.mark.parametrize("sign", [1, -1])
def test_both_sides_may_be_split_but_not_the_one_that_swept(sign: int) -> None:
    reads = [read(at, 40, price) for at in (0, 10, 20) for price in (BID, ASK)]
    swept: list[TradeType] = ["SPLIT", "SWEEP"] if sign == 1 else ["SWEEP", "SPLIT"]

    assert typed(reads) == ["SPLIT"] * 6
    assert typed(reads, sweep=sign) == swept * 3


def test_auction_on_the_side_that_swept_is_no_split() -> None:
    reads = [read(at, 40, conditions=(AUCTION,)) for at in (0, 10, 20)]

    assert typed(reads, sweep=1) == ["REGULAR"] * 3
    assert typed(reads) == ["SPLIT"] * 3


@pytest.mark.parametrize("codes", [(COMPLEX,), (ord("j"),), (CROSS,), (ord("e"),)])
def test_package_and_print_without_weight_are_no_part_of_a_split(codes: tuple[int, ...]) -> None:
    reads = [read(0, 40), read(1, 40), read(2, 40, conditions=codes)]

    assert typed(reads) == ["REGULAR"] * 3
    assert typed([*reads, read(3, 40)]) == ["SPLIT", "SPLIT", "REGULAR", "SPLIT"]


def test_block_inside_a_split_stays_a_block() -> None:
    assert typed([read(0, 500), read(1, 1), read(2, 1)]) == ["BLOCK", "SPLIT", "SPLIT"]


def test_structure_has_neither_split_nor_sweep() -> None:
    reads = [read(at, 40) for at in (0, 10, 20)]

    assert typed(reads, one_contract=False) == ["REGULAR"] * 3
    assert typed(reads, one_contract=True) == ["SPLIT"] * 3


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"flow_split_min_count": 4}, "REGULAR"),
        ({"flow_split_min_size": 121}, "REGULAR"),
        ({"flow_split_max_gap_ms": 9}, "REGULAR"),
        ({"flow_split_max_span_ms": 19}, "REGULAR"),
        ({"flow_split_average_multiple": 13}, "REGULAR"),
        ({"flow_split_min_count": 3, "flow_split_average_multiple": 12}, "SPLIT"),
        ({"flow_split_max_gap_ms": 10, "flow_split_max_span_ms": 20}, "SPLIT"),
    ],
)
def test_split_is_tuning(changes: dict[str, Any], expected: str) -> None:
    reads = [read(at, 40) for at in (0, 10, 20)]
    params = FlowParams(flow_large_min_size=1_000, **changes)

    assert typed(reads, averages=averages(*[10] * 30), params=params) == [expected] * 3


def test_minute_bar_is_regular_and_enters_no_average() -> None:
    kept = averages(*[1] * 30)
    bars = [read(at, 600, flags=BAR) for at in (0, 10, 20)]

    assert typed(bars, averages=kept) == ["REGULAR"] * 3
    assert held(kept) == [1] * 30
    assert not is_block(bars[0][0], "BLOCK", PARAMS)
    assert typed([*bars, read(30, 60), read(40, 60)]) == ["REGULAR"] * 5
    assert (
        typed([*bars, read(30, 60), read(40, 60), read(50, 1)]) == ["REGULAR"] * 3 + ["SPLIT"] * 3
    )


def test_blocks_are_counted_by_how_they_were_executed() -> None:
    reads = [
        read(0, 600), read(1, 600, conditions=(CROSS,)), read(2, 700, conditions=(CROSS,)),
        read(3, 40), read(4, 900, flags=BAR), read(5, 120),
    ]  # fmt: skip
    types: list[TradeType] = ["SWEEP", "BLOCK", "BLOCK", "SWEEP", "REGULAR", "BLOCK"]

    assert count_blocks(reads, types, PARAMS) == {"auto": 2, "cross": 2}
    assert list(count_blocks(reads, types, PARAMS)) == ["auto", "cross"]
    assert count_blocks(reads[3:5], types[3:5], PARAMS) == {}


def test_mechanism_of_every_condition() -> None:
    names = {
        "auction": "ab",
        "cross": "cd",
        "floor": "eimt",
        "complex": "fghjlknopqrs",
        "auto": " IJSv",
    }
    expected = {letter: name for name, letters in names.items() for letter in letters}

    for code, row in CONDITIONS.items():
        mechanism = block_mechanism(read_conditions((code,), False))
        assert mechanism == expected.get(row.letter, "unknown"), row
    assert block_mechanism(read_conditions((), True)) == "unknown"
    assert block_mechanism(read_conditions((UNKNOWN_CODE,), False)) == "unknown"


# The average: previous prints only, of the same underlying and trade date, at most 500.


def test_print_is_measured_against_those_before_it() -> None:
    kept = averages(*[1] * 29)

    assert typed([read(0, 25), read(1, 25, MID)], averages=kept) == ["REGULAR", "LARGE"]
    assert held(kept) == [1] * 29 + [25, 25]


def test_average_is_of_the_newest_prints() -> None:
    kept = averages(*[1_000] * 470, *[1] * 30)

    typed([read(size=7)] * 30, averages=kept, one_contract=False)
    assert held(kept) == [1_000] * 440 + [1] * 30 + [7] * 30
    assert kept.of("SPY", TRADE_DATE).total == 440_000 + 30 + 210


def test_average_shrinks_with_its_tuning_before_it_is_used() -> None:
    params = FlowParams(flow_average_max_count=30, flow_split_min_size=1)
    kept, again = averages(*[1_000] * 70, *[10] * 30), averages(*[1_000] * 70, *[10] * 30)

    assert typed([read(size=20 + 5)], averages=kept, params=params) == ["LARGE"]
    assert held(kept) == [10] * 29 + [25]
    tiny = [read(at, 7) for at in (0, 1, 2)]
    assert typed(tiny, averages=again, params=params) == ["SPLIT"] * 3


def test_underlyings_have_averages_of_their_own() -> None:
    kept = averages(*[1] * 30)

    assert typed([read(size=100)], averages=kept, underlying="QQQ") == ["REGULAR"]
    assert typed([read(size=100)], averages=kept) == ["BLOCK"]
    assert (held(kept, "QQQ"), held(kept)[30:]) == ([100], [100])


def test_new_trade_date_starts_anew_and_forgets_every_underlying() -> None:
    kept = averages(*[1] * 30)
    tomorrow = read(size=100, session_date=TRADE_DATE + 1)

    assert typed([tomorrow], averages=kept, underlying="QQQ") == ["REGULAR"]
    assert kept.saved() == (TRADE_DATE + 1, {"QQQ": [100]})


def test_earlier_trade_date_is_measured_against_nothing_and_not_kept() -> None:
    kept = averages(*[1] * 30)
    yesterday = read(size=100, session_date=TRADE_DATE - 1)

    assert typed([yesterday], averages=kept) == ["REGULAR"]
    assert kept.saved() == (TRADE_DATE, {"SPY": [1] * 30})


def test_nothing_is_saved_of_nothing() -> None:
    assert Averages().saved() == (0, {})


SIZES = st.lists(st.integers(1, 700), max_size=60)
FAST = FlowParams(flow_average_max_count=7, flow_average_min_count=3, flow_large_min_size=1)


def brute(sizes: Sequence[int], params: FlowParams) -> list[str]:
    """Return the types of single prints by the letter of 18.2."""
    found = []
    for index, size in enumerate(sizes):
        before = sizes[max(0, index - params.flow_average_max_count) : index]
        mean = sum(before) / len(before) if len(before) >= params.flow_average_min_count else None
        if size >= 500 or (mean is not None and size >= max(100, 5 * mean)):
            found.append("BLOCK")
        elif mean is not None and size >= max(params.flow_large_min_size, 2 * mean):
            found.append("LARGE")
        else:
            found.append("REGULAR")
    return found


@settings(max_examples=60)
@given(SIZES, st.integers(0, 60))
def test_types_equal_those_of_all_prints_and_survive_a_restart(sizes: list[int], cut: int) -> None:
    kept, found = Averages(), []
    for index, size in enumerate(sizes):
        if index == cut:
            saved = msgspec.msgpack.encode(kept.saved())
            kept = Averages(msgspec.msgpack.decode(saved, type=SavedAverages))
        found += typed([read(size=size)], averages=kept, params=FAST)

    assert found == brute(sizes, FAST)


@settings(max_examples=60)
@given(SIZES.filter(bool))
def test_splitting_a_packet_that_is_no_burst_changes_nothing(sizes: list[int]) -> None:
    reads = [read(place, size, MID) for place, size in enumerate(sizes)]
    whole, parts = Averages(), Averages()

    one = typed(reads, averages=whole, params=FAST)
    many = [kind for each in reads for kind in typed([each], averages=parts, params=FAST)]

    assert one == many
    assert whole.saved() == parts.saved()
    assert sum(held(whole)) == whole.of("SPY", TRADE_DATE).total


def test_what_was_saved_does_not_change_with_later_prints() -> None:
    kept = averages(1, 2)
    saved = kept.saved()
    typed([read(size=3, conditions=(AUTO,))], averages=kept)

    assert saved == (TRADE_DATE, {"SPY": [1, 2]})
