"""Bounded windows with exact median and deviation, and their packed form."""

from fractions import Fraction
from itertools import combinations_with_replacement
from math import log2
from statistics import median

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.engine.windows import Packed, Window, pack, unpack

INT32 = st.integers(-(2**31), 2**31 - 1)
MILLIONTHS = st.integers(0, 20_000_000)
FEW = st.integers(-3, 3)  # many equal ones


def naive_median2(values: list[int]) -> Fraction:
    return 2 * Fraction(median([Fraction(value) for value in values]))


def naive_mad4(values: list[int]) -> Fraction:
    center = naive_median2(values) / 2
    return 4 * median([abs(value - center) for value in values])


# The table came first. Deviations are about the median, sorted, the middle one(s) in brackets.
@pytest.mark.parametrize(
    ("values", "median2", "mad4"),
    [
        ([7], 14, 0),  # [0]
        ([-7], -14, 0),
        ([3, 8], 11, 10),  # [2.5 2.5]
        ([8, 3], 11, 10),
        ([1, 2, 4], 4, 4),  # 0 [1] 2
        ([4, 1, 2], 4, 4),
        ([0, 2, 3], 4, 4),  # 0 [1] 2
        ([5, 5, 5, 5], 10, 0),
        ([0, 0, 9], 0, 0),  # 0 [0] 9
        ([0, 9, 9], 18, 0),
        ([1, 2, 3, 4], 5, 4),  # .5 [.5 1.5] 1.5, mean 1
        ([1, 1, 2, 9], 3, 2),  # .5 [.5 .5] 7.5
        ([0, 7, 8, 8], 15, 2),
        ([0, 1, 8, 9], 9, 16),  # 3.5 [3.5 4.5] 4.5, mean 4
        ([1, 4, 5, 6, 9, 20], 11, 10),  # .5 .5 [1.5 3.5] 4.5 14.5, mean 2.5
        ([-20, -9, -6, -5, -4, -1], -11, 10),  # the same, mirrored
        ([0, 0, 0, 1, 100], 0, 0),  # 0 0 [0] 1 100
        ([10, 20, 30, 40, 100], 60, 40),  # 0 10 [10] 20 70
        ([1, 1, 1, 50, 90, 91, 92], 100, 168),  # 0 40 41 [42] 49 49 49
    ],
)
def test_median_and_deviation(values: list[int], median2: int, mad4: int) -> None:
    window = Window(values)

    assert (window.median2(), window.mad4(median2)) == (median2, mad4)
    assert naive_median2(values) == median2
    assert naive_mad4(values) == mad4


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 49, 50, 51, 999, 1_000])
@pytest.mark.parametrize("power", [1, 2, 3])
def test_skewed_values_are_measured_exactly(count: int, power: int) -> None:
    values = [(place**power * 7_919) % 2**31 if power == 3 else place**power
              for place in range(count)]  # fmt: skip
    window = Window(values)

    assert window.median2() == naive_median2(values)
    assert window.mad4(window.median2()) == naive_mad4(values)


@pytest.mark.parametrize("count", range(1, 9))
def test_every_small_window_equals_the_naive_one(count: int) -> None:
    for values in combinations_with_replacement((0, 1, 2, 4, 7), count):
        window = Window(values)

        assert window.mad4(window.median2()) == naive_mad4(list(values)), values


@given(st.lists(INT32 | FEW, min_size=1, max_size=70))
def test_any_window_equals_the_naive_one(values: list[int]) -> None:
    window = Window(values)

    assert window.median2() == naive_median2(values)
    assert window.mad4(window.median2()) == naive_mad4(values)


@given(st.lists(MILLIONTHS, min_size=1, max_size=40), st.integers(-1_000, 1_000))
def test_shift_moves_the_median_and_leaves_the_deviation(values: list[int], by: int) -> None:
    plain, moved = Window(values), Window([value + by for value in values])

    assert moved.median2() == plain.median2() + 2 * by
    assert moved.mad4(moved.median2()) == plain.mad4(plain.median2())


@given(st.lists(MILLIONTHS, min_size=1, max_size=40), st.integers(1, 50))
def test_scale_multiplies_both(values: list[int], by: int) -> None:
    plain, larger = Window(values), Window([value * by for value in values])

    assert larger.median2() == by * plain.median2()
    assert larger.mad4(larger.median2()) == by * plain.mad4(plain.median2())


@given(st.lists(FEW | MILLIONTHS, min_size=1, max_size=40), st.randoms())
def test_arrival_order_does_not_matter_to_a_reading(values: list[int], random: object) -> None:
    shuffled = list(values)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    window = Window(shuffled)

    assert window.median2() == Window(values).median2()
    assert window.mad4(window.median2()) == naive_mad4(values)


class CountedReads(list[int]):
    """A sorted list that counts how often it is read."""

    reads = 0

    def __getitem__(self, place):  # type: ignore[no-untyped-def]
        self.reads += 1
        return super().__getitem__(place)


@pytest.mark.parametrize("count", [50, 200, 1_000, 10_000])
def test_reading_costs_the_logarithm_of_the_window(count: int) -> None:
    window = Window([place * place % 10_007 for place in range(count)])
    counted = CountedReads(window.ordered)
    window._ordered = counted  # type: ignore[assignment]  # a fake that counts

    window.mad4(window.median2())

    assert counted.reads <= 2 * log2(count) + 8


def test_window_keeps_the_newest_values() -> None:
    window = Window()

    for value in (5, 1, 4, 1, 3):
        window.push(value, 3)

    assert list(window.recent) == [4, 1, 3]
    assert list(window.ordered) == [1, 3, 4]
    assert window.n == 3


def test_window_below_its_size_drops_nothing() -> None:
    window = Window([2])

    window.push(1, 3)
    assert (list(window.recent), window.n) == ([2, 1], 2)
    window.push(3, 3)
    assert (list(window.recent), window.n) == ([2, 1, 3], 3)
    window.push(0, 3)
    assert (list(window.recent), window.n) == ([1, 3, 0], 3)


def test_one_of_several_equal_values_leaves() -> None:
    window = Window([2, 2, 2])

    window.push(9, 3)

    assert (list(window.recent), list(window.ordered)) == ([2, 2, 9], [2, 2, 9])


def test_smaller_size_shrinks_on_the_next_push_and_a_larger_one_grows() -> None:
    window = Window([6, 5, 4, 3, 2, 1])

    window.push(0, 3)
    assert (list(window.recent), list(window.ordered)) == ([2, 1, 0], [0, 1, 2])
    window.push(7, 1)
    assert (list(window.recent), list(window.ordered)) == ([7], [7])
    window.push(8, 2)
    assert (list(window.recent), list(window.ordered)) == ([7, 8], [7, 8])


@given(st.lists(st.tuples(FEW | INT32, st.integers(1, 12)), min_size=1, max_size=80))
def test_any_pushes_equal_the_naive_window(pushes: list[tuple[int, int]]) -> None:
    window = Window()
    naive: list[int] = []

    for value, size in pushes:
        window.push(value, size)
        naive = [*naive, value][-size:]

        assert list(window.recent) == naive
        assert list(window.ordered) == sorted(naive)
        assert window.n == len(naive)
        assert window.median2() == naive_median2(naive)
        assert window.mad4(window.median2()) == naive_mad4(naive)


@pytest.mark.parametrize("value", [2**31, -(2**31) - 1, 10**30])
def test_value_beyond_32_bits_is_refused_and_leaves_the_window(value: int) -> None:
    window = Window([1, 2])

    with pytest.raises(OverflowError):
        window.push(value, 2)

    assert (list(window.recent), list(window.ordered)) == ([1, 2], [1, 2])
    with pytest.raises(OverflowError):
        Window([value])


def test_empty_window_has_no_median() -> None:
    window = Window()

    assert (window.n, list(window.ordered), list(window.recent)) == (0, [], [])
    with pytest.raises(IndexError):
        window.median2()
    with pytest.raises(IndexError):
        window.mad4(0)


#   values 0x010203 and 1, then 0x05060708      lowest   second   third
#                                               03 01 08 02 00 07 01 00 06, and 05 at place 2
def test_packed_windows_keep_three_bytes_a_value_and_the_rare_fourth() -> None:
    packed = pack([Window([0x010203, 1]), Window(), Window([0x05060708])])

    assert packed == Packed(
        counts=[2, 0, 1],
        planes=bytes([0x03, 0x01, 0x08, 0x02, 0x00, 0x07, 0x01, 0x00, 0x06]),
        high=[(2, 0x05)],
    )


@pytest.mark.parametrize(
    ("value", "high"),
    [
        (0, []),
        (2**24 - 1, []),
        (2**24, [(0, 1)]),
        (2**31 - 1, [(0, 0x7F)]),
        (-1, [(0, 0xFF)]),
        (-(2**31), [(0, 0x80)]),
    ],
)
def test_fourth_byte_is_kept_where_there_is_one(value: int, high: list[tuple[int, int]]) -> None:
    packed = pack([Window([value])])

    assert packed.high == high
    assert len(packed.planes) == 3
    assert [list(window.ordered) for window in unpack(packed)] == [[value]]


def test_nothing_packs_to_nothing() -> None:
    assert pack([]) == Packed(counts=[], planes=b"", high=[])
    assert list(unpack(pack([]))) == []


@given(st.lists(st.lists(INT32 | MILLIONTHS, max_size=12), max_size=8))
def test_unpacked_windows_are_those_that_were_packed(contents: list[list[int]]) -> None:
    packed = pack([Window(values) for values in contents])
    encoded = msgspec.msgpack.encode(packed)

    windows = list(unpack(msgspec.msgpack.decode(encoded, type=Packed)))

    assert [list(window.recent) for window in windows] == contents
    assert [list(window.ordered) for window in windows] == [sorted(values) for values in contents]
    assert msgspec.msgpack.encode(pack(windows)) == encoded


@given(
    st.lists(MILLIONTHS, max_size=8),
    st.lists(st.tuples(MILLIONTHS, st.integers(1, 5)), min_size=1, max_size=20),
)
def test_unpacked_window_continues_like_the_packed_one(
    before: list[int], pushes: list[tuple[int, int]]
) -> None:
    window = Window(before)
    (again,) = unpack(pack([window]))

    for value, size in pushes:
        window.push(value, size)
        again.push(value, size)

    assert list(again.recent) == list(window.recent)
    assert again.ordered == window.ordered


def test_window_forgets_what_it_dropped() -> None:
    long, short = Window(), Window()
    for value in (9, 9, 9, 1, 2):
        long.push(value, 2)
    for value in (1, 2):
        short.push(value, 2)

    assert pack([long]) == pack([short])


def test_deviation_does_not_need_the_median_to_be_asked_first() -> None:
    assert Window([20, 1, 9, 4, 6, 5]).mad4(11) == 10  # the middle deviations are 1.5 and 3.5
