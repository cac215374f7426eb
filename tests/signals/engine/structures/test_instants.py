"""Packages of one instant and venue: cut by the vendor's sequence, else by size, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.engine.clusters import Held
from signals.engine.structures.instants import Parts, add_sizes, is_whole, split
from tests.signals.engine.structures.builders import flagged

Print = tuple[str, int, int]  # contract, size, sequence
MAX_LEGS = 8


def at_once(*prints: Print) -> list[Held]:
    return [flagged(n, 0, name, size, order=order) for n, (name, size, order) in enumerate(prints)]


def brief(parts: Parts) -> list[str]:
    return [
        " ".join(f"{each.print.contract[-5:-2]}x{each.print.size}" for each in part)
        for part in parts
    ]


@pytest.mark.parametrize(
    ("prints", "expected"),
    [
        # an accepted ratio is one package, whatever stands between its legs
        ([("C440", 10, 4), ("C450", 10, 5)], ["440x10 450x10"]),
        (
            [("C440", 10, 4), ("C450", 10, 5), ("P400", 10, 90), ("P390", 10, 91)],
            ["440x10 450x10 400x10 390x10"],
        ),
        (
            [("C440", 10, 4), ("C450", 10, 5), ("C440", 10, 90), ("C450", 10, 91)],
            ["440x10 450x10 440x10 450x10"],
        ),
        # two packages with a jump between
        (
            [("C440", 50, 4), ("C450", 50, 5), ("P400", 37, 9), ("P390", 37, 10)],
            ["440x50 450x50", "400x37 390x37"],
        ),
        (
            [("C440", 50, 4), ("C450", 100, 5), ("P400", 37, 9), ("P390", 37, 10)],
            ["440x50 450x100", "400x37 390x37"],
        ),
        (
            [("C440", 50, 4), ("C450", 50, 5), ("C450", 37, 9), ("C460", 37, 10)],
            ["440x50 450x50", "450x37 460x37"],
        ),
        # the fewest parts: no jump inside a package tears it
        (
            [("C440", 50, 4), ("C450", 50, 6), ("P400", 37, 9), ("P390", 37, 20)],
            ["440x50 450x50", "400x37 390x37"],
        ),
        (
            [("C440", 10, 1), ("C450", 20, 3), ("C460", 10, 5), ("P400", 37, 7), ("P390", 37, 9)],
            ["440x10 450x20 460x10", "400x37 390x37"],
        ),
        (
            [("C440", 9, 1), ("C450", 9, 2), ("P400", 9, 4), ("P390", 9, 5), ("C470", 70, 7),
             ("C480", 70, 8)],
            ["440x9 450x9 400x9 390x9", "470x70 480x70"],
        ),
        # of as few parts the earlier cut
        (
            [("C440", 10, 1), ("C450", 10, 2), ("C460", 20, 4), ("P400", 60, 6), ("P390", 60, 7)],
            ["440x10 450x10", "460x20 400x60 390x60"],
        ),
        # a part that is not whole, and nothing is cut
        (
            [("C440", 50, 4), ("C450", 50, 5), ("P400", 37, 9)],
            ["440x50 450x50 400x37"],
        ),
        # one run, or no sequence: by size
        (
            [("C440", 50, 4), ("C450", 50, 5), ("P400", 37, 6), ("P390", 37, 7)],
            ["440x50 450x50", "400x37 390x37"],
        ),
        (
            [("C440", 50, 0), ("P400", 37, 0), ("C450", 50, 0), ("P390", 37, 0)],
            ["440x50 450x50", "400x37 390x37"],
        ),
        (
            [("C440", 30, 0), ("P400", 37, 0), ("C450", 50, 0), ("P390", 37, 0), ("C440", 20, 0)],
            ["440x30 450x50 440x20", "400x37 390x37"],
        ),
        (
            [("C440", 50, 4), ("C450", 100, 5), ("P400", 37, 9), ("P390", 37, 0)],
            ["440x50 450x100 400x37 390x37"],
        ),
        ([("C440", 10, 0), ("C450", 37, 0)], ["440x10 450x37"]),
        ([("C440", 10, 0)], ["440x10"]),
    ],
)  # fmt: skip
def test_packages_of_one_instant(prints: list[Print], expected: list[str]) -> None:
    assert brief(split(at_once(*prints), MAX_LEGS)) == expected


def test_no_part_has_more_legs_than_a_package_may_have() -> None:
    prints = [(f"C{400 + n}", 10, 1 + 2 * n) for n in range(4)]
    held = at_once(*prints, ("P400", 37, 20), ("P390", 37, 22))

    assert [len(part) for part in split(held, 4)] == [4, 2]
    assert [len(part) for part in split(held, 3)] == [2, 2, 2]


@st.composite
def instants(draw: st.DrawFn) -> list[Held]:
    orders = draw(st.lists(st.integers(0, 30), min_size=1, max_size=9).map(sorted))
    names, sizes = st.sampled_from(["C440", "C450", "C460", "P440"]), st.sampled_from([10, 20, 37])
    return at_once(*[(draw(names), draw(sizes), order) for order in orders])


@given(instants())
def test_every_print_is_in_one_part_and_only_whole_parts_are_cut(held: list[Held]) -> None:
    parts = split(held, MAX_LEGS)

    assert sorted(each.print.seq for part in parts for each in part) == list(range(len(held)))
    for part in parts:
        assert part == sorted(part, key=lambda each: each.print.seq)
    if len(parts) > 1:
        assert all(is_whole(add_sizes({}, part)) for part in parts)
