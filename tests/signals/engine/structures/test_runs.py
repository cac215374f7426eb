"""Where a flagged package ends: one instant, or neighbours whose sizes only fit together."""

import pytest

from signals.engine.clusters import Held
from signals.engine.params import Params
from signals.engine.structures.runs import groups_at, window_us
from tests.signals.engine.structures.builders import flagged

Print = tuple[float, str, int]


def run(*prints: Print) -> list[Held]:
    """Hold prints in the middle of their quotes, where no side shows."""
    return [
        flagged(n, at, name, size, price_micros=4_150_000)
        for n, (at, name, size) in enumerate(prints)
    ]


def ends(held: list[Held], params: Params | None = None) -> list[int]:
    """Return the end of every group, from the left."""
    found, start = [], 0
    while start < len(held):
        start, groups = groups_at(held, start, params or Params())
        assert len(groups) == 1
        found.append(start)
    return found


@pytest.mark.parametrize(
    ("prints", "expected"),
    [
        # one instant is one part, whatever its sizes
        ([(0, "C450", 10)], [1]),
        ([(0, "C450", 10), (0, "C455", 10)], [2]),
        ([(0, "C450", 10), (0, "C455", 37)], [2]),
        ([(0, "C450", 10), (0, "C450", 10)], [2]),
        # two lone legs join where their sizes fit
        ([(0, "C450", 10), (2, "C455", 10)], [2]),
        ([(0, "C450", 10), (2, "C455", 20)], [2]),
        ([(0, "C450", 10), (2, "C455", 37)], [1, 2]),
        ([(0, "C450", 10), (2, "C450", 10)], [1, 2]),  # one contract is no package
        # the pause: 5 ms joins, more does not
        ([(0, "C450", 10), (5, "C455", 10)], [2]),
        ([(0, "C450", 10), (5.001, "C455", 10)], [1, 2]),
        # the most that fits, on a feed that stamps each leg apart
        ([(0, "C450", 10), (2, "C455", 20), (4, "C460", 10)], [3]),
        ([(0, "P440", 10), (1, "P445", 10), (2, "C455", 10), (3, "C460", 10)], [4]),
        ([(0, "C450", 5), (1, "C455", 5), (2, "C450", 5), (3, "C455", 5)], [4]),
        # what does not fit behind what does is left for the next group
        ([(0, "C450", 10), (1, "C455", 10), (2, "C460", 37)], [2, 3]),
        ([(0, "C450", 37), (1, "C455", 10), (2, "C460", 10)], [1, 3]),
        # parts that fit only together, of which one has two contracts already
        ([(0, "C450", 10), (0, "C455", 37), (3, "C450", 27)], [3]),
        ([(0, "C450", 10), (0, "C455", 37), (3, "C450", 3)], [2, 3]),
        # a whole part joins what is not whole, or the other way, where their sizes fit together
        ([(0, "C440", 10), (0, "C450", 20), (0.001, "C460", 10)], [3]),
        ([(0, "C440", 10), (1, "C450", 20), (1, "C460", 10)], [3]),
        ([(0, "C440", 10), (0, "C450", 20), (5.001, "C460", 10)], [2, 3]),
        ([(0, "C450", 10), (0, "C455", 10), (2, "C460", 10)], [3]),
        ([(0, "C450", 10), (0, "C455", 10), (2, "C460", 37)], [2, 3]),
        ([(0, "C450", 10), (0, "C455", 10), (1, "C460", 3), (2, "C460", 7)], [4]),
        # else nothing reaches across it
        ([(0, "C450", 37), (2, "C455", 10), (2, "C460", 10)], [1, 3]),
        ([(0, "C450", 10), (1, "P440", 9), (1, "P445", 9), (2, "C455", 10)], [1, 3, 4]),
        # two whole parts are halves of a box or of a winged structure, or two packages
        ([(0, "C440", 9), (0, "C460", 9), (0.001, "P440", 9), (0.001, "P460", 9)], [4]),
        ([(0, "P440", 9), (0, "P445", 9), (1, "C455", 9), (1, "C460", 9)], [4]),
        ([(0, "P440", 9), (0, "C455", 9), (1, "P445", 9), (1, "C460", 9)], [4]),
        ([(0, "C440", 9), (0, "C445", 9), (1, "C455", 9), (1, "C460", 9)], [4]),
        ([(0, "C440", 9), (0, "C450", 9), (1, "P450", 9), (1, "P440", 9)], [4]),
        ([(0, "C440", 9), (0, "C445", 9), (1, "P455", 9), (1, "P460", 9)], [2, 4]),  # guts
        ([(0, "P440", 9), (0, "P445", 9), (1, "C455", 18), (1, "C460", 18)], [2, 4]),
        ([(0, "P440", 9), (0, "P445", 9), (1, "C455", 37), (1, "C460", 37)], [2, 4]),
        ([(0, "P440", 9), (0, "P445", 9), (5.001, "C455", 9), (5.001, "C460", 9)], [2, 4]),
        # the same contracts twice are two fills or two orders
        ([(0, "C450", 9), (0, "C455", 9), (1, "C450", 9), (1, "C455", 9)], [2, 4]),
        ([(0, "P440", 9), (0, "P445", 9), (1, "P445", 9), (1, "C455", 9)], [2, 4]),
    ],
)
def test_groups(prints: list[Print], expected: list[int]) -> None:
    assert ends(run(*prints)) == expected


def traded(names: str) -> list[Held]:
    """Hold 9 of each leg, `+` at the ask, `-` at the bid, `?` between; `|` is a millisecond.

    Puts are offered at 1.00, calls at 2.00, each in a market of ten cents.
    """
    held: list[Held] = []
    for at, part in enumerate(names.split(" | ")):
        for each in part.split():
            ask = 1_000_000 if each[1] == "P" else 2_000_000
            held.append(
                flagged(
                    len(held), at, each[1:], 9, bid_micros=ask - 100_000, ask_micros=ask,
                    price_micros={"+": ask, "?": ask - 50_000, "-": ask - 100_000}[each[0]],
                )
            )  # fmt: skip
    return held


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("+P440 -P445 | -C455 +C460", [4]),  # sold in the middle, bought in the wings
        ("-P440 +P445 | +C455 -C460", [4]),
        ("+C440 -C460 | -P440 +P460", [4]),  # a box
        ("?P440 ?P445 | ?C455 ?C460", [4]),  # nobody knows: contracts and sizes are enough
        ("-P440 +P445 | -C455 +C460", [2, 4]),  # both bearish: no wings, so two orders
        ("+P440 -P445 | +C455 -C460", [2, 4]),
        ("+C440 -C460 | +P440 -P460", [2, 4]),
    ],
)
def test_known_signs_of_both_halves_agree(names: str, expected: list[int]) -> None:
    assert ends(traded(names)) == expected


def test_packages_of_one_instant_are_groups_that_join_nothing() -> None:
    held = run(
        (0, "C440", 50), (0, "C450", 50), (0, "P400", 37), (0, "P390", 37), (1, "C460", 50)
    )  # fmt: skip

    end, groups = groups_at(held, 0, Params())

    assert (end, groups) == (4, [held[:2], held[2:4]])


def test_window_bounds_a_chain_of_neighbours() -> None:
    #   C450 every few ms; C451 of the same total joins 50 ms behind the first, inclusive
    chain = [(at, "C450", 1) for at in (*range(0, 50, 5), 46)]

    assert ends(run(*chain, (50, "C451", 11))) == [12]
    assert ends(run(*chain, (50.001, "C451", 11)))[0] == 1


def test_window_is_never_longer_than_the_gap_of_sessions() -> None:
    def window(**values: object) -> int:
        return window_us(Params.from_values(values))

    assert window() == 50_000
    assert window(structure_window_ms=300) == 250_000
    assert window(structure_window_ms=300, cluster_gap_ms=400) == 300_000
    assert window(cluster_gap_ms=20) == 20_000


def test_join_and_window_are_tuning() -> None:
    prints = run((0, "C450", 10), (8, "C455", 10))

    assert ends(prints, Params.from_values({"structure_join_ms": 7})) == [1, 2]
    assert ends(prints, Params.from_values({"structure_join_ms": 8})) == [2]
    narrow = Params.from_values({"structure_join_ms": 8, "structure_window_ms": 7})
    assert ends(prints, narrow) == [1, 2]


def test_no_more_contracts_join_than_a_package_may_have() -> None:
    prints = run(*((n, f"C{450 + n}", 10) for n in range(4)))

    assert ends(prints) == [4]
    assert ends(prints, Params.from_values({"structure_max_legs": 4})) == [4]
    assert ends(prints, Params.from_values({"structure_max_legs": 3})) == [3, 4]


def test_one_instant_may_have_any_number_of_contracts() -> None:
    prints = run(*((0, f"C{450 + n}", 10) for n in range(10)))

    assert ends(prints) == [10]
