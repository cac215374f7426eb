"""Stage A: flagged prints become packages, whatever order they arrive in (errata 17 and 37)."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.domain.condition_table import Family
from signals.engine.clusters import Held
from signals.engine.structures.packages import Package, Packages, SavedPackages
from tests.signals.engine.structures.builders import FEB, OneRuling, flagged, hold
from tests.support.engine_builders import AUTO, TRADE_DATE, ms

ELECTRONIC, AUCTION_LEG, FLOOR, AGAINST_BOOK, STOCK = map(ord, "fgijn")


def packages() -> Packages:
    return Packages(OneRuling())


def brief(found: list[Package]) -> list[list[str]]:
    """Return the legs of each package as `450-C x10`."""
    return [
        [f"{leg[0].print.contract[-5:]} x{sum(h.print.size for h in leg)}" for leg in package.legs]
        for package in found
    ]


def all_of(*held: Held) -> list[Package]:
    return hold(packages(), held).close_before(ms(10_000))


def test_prints_of_one_instant_are_a_package() -> None:
    first = flagged(1, 0, "C455", 20)
    second = flagged(2, 0, "C450", 6)
    third = flagged(3, 0, "C450", 4)

    (package,) = all_of(first, second, third)

    assert brief([package]) == [["450-C x10", "455-C x20"]]
    assert package.held == sorted([first, second, third], key=lambda h: h.print.uid)
    assert sorted(len(leg) for leg in package.legs) == [1, 2]
    assert (package.underlying, package.venue, package.family) == ("SPY", 3, Family.COMPLEX)
    assert package.due == ms(50)
    assert not package.stock_tied


def test_two_packages_of_one_instant_are_two() -> None:
    legs = [("C440", 50, 7), ("C450", 50, 8), ("P400", 37, 12), ("P390", 37, 13)]

    found = all_of(*(flagged(n, 0, *leg[:2], order=leg[2]) for n, leg in enumerate(legs)))

    assert brief(found) == [["440-C x50", "450-C x50"], ["390-P x37", "400-P x37"]]
    assert {package.due for package in found} == {ms(50)}


def test_legs_are_listed_by_expiry_strike_and_right() -> None:
    names = ["C1000", "P450", "C450"]

    (package,) = all_of(
        *(flagged(n, 0, name) for n, name in enumerate(names)), flagged(9, 0, "C440", expiry=FEB)
    )

    assert [leg[0].print.contract for leg in package.legs] == [
        "SPY-2025-01-17-450-C",
        "SPY-2025-01-17-450-P",
        "SPY-2025-01-17-1000-C",
        "SPY-2025-02-21-440-C",
    ]


def test_lone_leg_is_no_package() -> None:
    assert all_of(flagged(1, 0, "C450")) == []
    assert all_of(flagged(1, 0, "C450"), flagged(2, 0, "C450")) == []


def test_print_without_a_flag_is_not_held() -> None:
    found = hold(packages(), [flagged(1, 0, "C450", conditions=(AUTO,)), flagged(2, 0, "C455")])

    assert [len(each.held) for each in found.saved()] == [1]


@pytest.mark.parametrize(
    "other",
    [
        {"venue": 4},
        {"root": "QQQ"},
        {"session_date": TRADE_DATE + 1},
        {"conditions": (FLOOR,)},
        {"conditions": (AGAINST_BOOK,)},
        {"conditions": (STOCK,)},
    ],
)
def test_what_is_not_shared_is_not_one_package(other: dict[str, Any]) -> None:
    assert all_of(flagged(1, 0, "C450"), flagged(2, 0, "C455", **other)) == []


def test_codes_of_one_family_and_roots_of_one_underlying_are_one_package() -> None:
    legs = [
        flagged(1, 0, "C450", root="SPX", conditions=(ELECTRONIC,)),
        flagged(2, 0, "C450", root="SPXW", conditions=(AUCTION_LEG,)),
    ]

    (package,) = all_of(*legs)

    assert package.underlying == "SPX"
    assert len(package.legs) == 2


def test_stock_tied_family_says_so() -> None:
    (package,) = all_of(
        flagged(1, 0, "C450", conditions=(STOCK,)), flagged(2, 0, "P450", conditions=(STOCK,))
    )

    assert package.stock_tied


def test_package_is_final_one_window_after_its_opening_print() -> None:
    #   legs at 0 and 3 ms: nothing later than 50 ms can join
    found = hold(packages(), [flagged(1, 0, "C450"), flagged(2, 3, "C455")])

    assert found.close_before(ms(50)) == []
    (package,) = found.close_before(ms(50) + 1)
    assert package.due == ms(50)
    assert found.close_before(ms(10_000)) == []
    assert found.saved() == []


def test_later_prints_wait_for_their_own_window() -> None:
    legs = [flagged(n, at, name) for n, (at, name) in enumerate(
        ((0, "C450"), (0, "C455"), (20, "C450"), (20, "C455"))
    )]  # fmt: skip
    found = hold(packages(), legs)

    assert [package.due for package in found.close_before(ms(51))] == [ms(50)]
    assert [len(each.held) for each in found.saved()] == [2]
    assert [package.due for package in found.close_before(ms(71))] == [ms(70)]


def test_earlier_print_that_arrives_later_is_final_on_its_own_time() -> None:
    legs = [flagged(n, at, name) for n, (at, name) in enumerate(
        ((100, "C450"), (100, "C455"), (0, "C450"), (0, "C455"))
    )]  # fmt: skip
    found = hold(packages(), legs)

    assert [package.due for package in found.close_before(ms(51))] == [ms(50)]
    assert [package.due for package in found.close_before(ms(151))] == [ms(150)]


def test_order_is_due_end_start_underlying_venue_family_and_date() -> None:
    def pair(seq: int, at: float, **shared: Any) -> list[Held]:
        return [flagged(seq, at, "C450", **shared), flagged(seq + 1, at, "C455", **shared)]

    found = all_of(
        *pair(1, 0, venue=4),
        *pair(3, 0, venue=3, conditions=(AGAINST_BOOK,)),
        *pair(5, 0, venue=3),
        *pair(7, 0, venue=9, root="AAPL"),
        *pair(9, 0, venue=3, session_date=TRADE_DATE - 1),
        *[flagged(11, 0, "P450", venue=5), flagged(12, 2, "P455", venue=5)],
        *pair(13, 1, venue=5, root="AAPL", revision=49),
    )

    assert [
        (each.underlying, each.venue, each.family, each.held[0].print.session_date, each.due)
        for each in found
    ] == [
        ("AAPL", 9, 41, TRADE_DATE, ms(50)),
        ("SPY", 3, 41, TRADE_DATE - 1, ms(50)),
        ("SPY", 3, 41, TRADE_DATE, ms(50)),
        ("SPY", 3, 42, TRADE_DATE, ms(50)),
        ("SPY", 4, 41, TRADE_DATE, ms(50)),
        ("SPY", 5, 41, TRADE_DATE, ms(50)),
        ("AAPL", 5, 41, TRADE_DATE, ms(51)),
    ]


def test_window_is_that_of_the_opening_print_and_never_final_before_the_group_in_front() -> None:
    #   revision 1 waits 200 ms, revision 2 only 10 ms: the second group is final with the first
    found = Packages(OneRuling(r1={"structure_window_ms": 200}, r2={"structure_window_ms": 10}))
    hold(found, [flagged(n, 0, name, revision=1) for n, name in enumerate(("C450", "C455"))])
    hold(found, [flagged(n, 30, name, revision=2) for n, name in ((3, "C450"), (4, "C455"))])
    hold(found, [flagged(n, 195, name, revision=2) for n, name in ((5, "C450"), (6, "C455"))])

    assert found.close_before(ms(200)) == []
    assert [each.due for each in found.close_before(ms(200) + 1)] == [ms(200), ms(200)]
    assert [each.due for each in found.close_before(ms(205) + 1)] == [ms(205)]


def test_close_of_a_session_takes_what_printed_by_then() -> None:
    #   legs at 0 and 3 would join; a close at 2 parts them, one at 3 does not
    legs = [flagged(1, 0, "C450"), flagged(2, 3, "C455"), flagged(3, 3.001, "C460", 10)]

    assert brief(hold(packages(), legs).force(ms(3))) == [["450-C x10", "455-C x10"]]
    parted = hold(packages(), legs)
    assert parted.force(ms(2)) == []
    assert brief(parted.close_before(ms(10_000))) == [["455-C x10", "460-C x10"]]


def test_close_of_a_session_leaves_later_prints_to_their_time() -> None:
    legs = [flagged(n, at, name) for n, (at, name) in enumerate(
        ((0, "C450"), (0, "C455"), (1, "P450"), (1, "P455"))
    )]  # fmt: skip
    found = hold(packages(), legs)

    assert found.force(ms(0) - 1) == []
    assert [each.due for each in found.force(ms(0))] == [ms(50)]
    assert found.close_before(ms(51)) == []
    assert [each.due for each in found.close_before(ms(51) + 1)] == [ms(51)]


def test_close_of_a_session_keeps_the_order() -> None:
    found = hold(
        packages(),
        [
            flagged(1, 5, "C450", root="AAPL"), flagged(2, 5, "C455", root="AAPL"),
            flagged(3, 0, "C450"), flagged(4, 0, "C455"),
        ],
    )  # fmt: skip

    assert [each.underlying for each in found.force(ms(100))] == ["SPY", "AAPL"]


def test_key_that_was_closed_may_open_again_at_the_same_due() -> None:
    found = hold(packages(), [flagged(1, 0, "C450")])
    assert found.force(ms(0)) == []

    hold(found, [flagged(2, 0, "C450"), flagged(3, 0, "C455")])

    assert brief(found.close_before(ms(51))) == [["450-C x10", "455-C x10"]]


def reload(found: Packages) -> Packages:
    encoded = msgspec.msgpack.encode(found.saved())
    return Packages(OneRuling(), msgspec.msgpack.decode(encoded, type=SavedPackages))


TIMES = st.sampled_from((0, 1, 2, 4, 5, 6, 9, 14, 40, 50, 51, 55, 120))
NAMES = st.sampled_from(("C450", "C455", "P450"))
PRINTS = st.lists(st.tuples(TIMES, NAMES, st.sampled_from((5, 10, 37))), max_size=14).map(
    lambda rows: [flagged(n, at, name, size) for n, (at, name, size) in enumerate(rows)]
)


@given(PRINTS, st.randoms(use_true_random=False))
def test_arrival_order_changes_nothing(prints: list[Held], random: object) -> None:
    shuffled = list(prints)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    one, other = hold(packages(), prints), hold(packages(), shuffled)

    assert one.saved() == other.saved()
    assert one.close_before(ms(10_000)) == other.close_before(ms(10_000))


@given(PRINTS, st.lists(st.integers(0, 200), max_size=6).map(sorted))
def test_splits_of_time_and_restarts_change_nothing(prints: list[Held], cuts: list[int]) -> None:
    #   each print is added before its instant has passed, as a watermark promises
    whole = hold(packages(), prints).close_before(ms(10_000))

    found: list[Package] = []
    parts = packages()
    rest = sorted(prints, key=lambda held: held.print.ts)
    for cut in [*cuts, 10_000]:
        parts = reload(hold(parts, [held for held in rest if held.print.ts <= ms(cut)]))
        rest = [held for held in rest if held.print.ts > ms(cut)]
        found += parts.close_before(ms(cut))

    assert found == whole
    assert parts.saved() == []


@given(PRINTS)
def test_every_print_is_in_at_most_one_package_of_two_contracts(prints: list[Held]) -> None:
    found = hold(packages(), prints).close_before(ms(10_000))

    owned = [held.print.uid for package in found for held in package.held]
    assert len(owned) == len(set(owned))
    for package in found:
        assert len(package.legs) > 1
        assert sorted(h.print.uid for leg in package.legs for h in leg) == sorted(
            h.print.uid for h in package.held
        )
        assert package.held[-1].print.ts - package.held[0].print.ts <= 50_000


@given(PRINTS, st.integers(2, 7))
def test_scaling_all_sizes_changes_no_package(prints: list[Held], factor: int) -> None:
    larger = [
        msgspec.structs.replace(
            held, print=msgspec.structs.replace(held.print, size=held.print.size * factor)
        )
        for held in prints
    ]

    def uids(found: list[Package]) -> list[list[bytes]]:
        return [[held.print.uid for held in package.held] for package in found]

    assert uids(all_of(*larger)) == uids(all_of(*prints))


@given(PRINTS, st.integers(0, 130))
def test_close_of_a_session_is_a_wall(prints: list[Held], close: int) -> None:
    before = [held for held in prints if held.print.ts <= ms(close)]
    behind = [held for held in prints if held.print.ts > ms(close)]
    found = hold(packages(), prints)

    assert found.force(ms(close)) == all_of(*before)
    assert found.saved() == hold(packages(), behind).saved()
