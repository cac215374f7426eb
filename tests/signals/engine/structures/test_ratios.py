"""Sizes in proportion (options-engine.md 9.4, errata 16; golden G7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.engine.structures.ratios import MAX_MULTIPLE, accept, symmetry


@pytest.mark.parametrize(
    ("sizes", "ratios"),
    [
        ((10, 10), (1, 1)),
        ((200, 190), (1, 1)),  # 190/200 = 0.95 (golden G7)
        ((190, 200), (1, 1)),
        ((10, 20), (1, 2)),
        ((20, 10), (2, 1)),
        ((100, 210), (1, 2)),  # 200/210 = 0.9524
        ((100, 190), (1, 2)),
        ((100, 285), (1, 3)),
        ((100, 315), (1, 3)),  # 300/315 = 0.9524
        ((100, 380), (1, 4)),
        ((100, 421), (1, 4)),  # 400/421 = 0.9501
        ((10, 20, 10), (1, 2, 1)),
        ((10, 10, 10, 10), (1, 1, 1, 1)),
        ((1,), (1,)),
        ((3, 4, 3), None),  # 3/4
        ((10_000, 9_499), None),  # 0.9499
        ((100, 211), None),  # 200/211 = 0.9479
        ((100, 189), None),  # 189/200
        ((100, 422), None),  # 400/422 = 0.9479
        ((10, 50), None),  # five times
        ((100, 475), None),  # within 5 % of five times
        ((2, 3), None),  # one and a half is no whole multiple
        ((10, 10, 37), None),
        ((0, 10), None),
        ((), None),
    ],
)
def test_accept(sizes: tuple[int, ...], ratios: tuple[int, ...] | None) -> None:
    assert accept(sizes) == ratios


def test_a_half_is_rounded_up() -> None:
    #   3/2 -> 2: 3 against 4 is 0.75, so it never decides; 9/2 -> 5 is no multiple of this table
    assert accept((2, 9)) is None
    assert MAX_MULTIPLE == 4


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ((200, 190), 0.95),
        ((10, 10, 20), 0.5),
        ((3, 1), 0.3333),
        ((5, 0), 0.0),
        ((7,), 0.0),
        ((), 0.0),
    ],
)
def test_symmetry(sizes: tuple[int, ...], expected: float) -> None:
    assert symmetry(sizes) == expected


SIZES = st.lists(st.integers(1, 10_000), min_size=1, max_size=6)


@given(SIZES, st.integers(1, 1_000))
def test_scaling_all_sizes_changes_nothing(sizes: list[int], factor: int) -> None:
    scaled = [size * factor for size in sizes]

    assert accept(scaled) == accept(sizes)
    assert symmetry(scaled) == symmetry(sizes)


@given(st.permutations([(10, 1), (20, 2), (31, 3), (10, 1)]))
def test_order_of_legs_only_permutes(pairs: list[tuple[int, int]]) -> None:
    assert accept([size for size, _ in pairs]) == tuple(multiple for _, multiple in pairs)


@given(SIZES)
def test_accepted_multiples_are_within_five_percent(sizes: list[int]) -> None:
    ratios = accept(sizes)

    if ratios is not None:
        assert min(ratios) == 1
        for size, multiple in zip(sizes, ratios, strict=True):
            whole = multiple * min(sizes)
            assert min(whole, size) / max(whole, size) >= 0.95 - 1e-12
