"""Which print a cancel means (options-engine.md 4.2; errata 46)."""

import pytest

from flow.domain.events import StampedPrint
from signals.engine.cancels import Day, Days, choose, is_match
from tests.support.engine_builders import SPY_CALL, SPY_PUT, TRADE_DATE, ms, stamped


def prints(count: int) -> list[StampedPrint]:
    return [stamped(seq=number, ts=ms(10 * number)) for number in range(1, count + 1)]


def cancel(letter: str, at: float = 1_000, **changes: object) -> StampedPrint:
    return stamped(seq=99, ts=ms(at), conditions=(ord(letter),), **changes)


def day_of(found: list[StampedPrint]) -> Day:
    days = Days()
    days.add(found)
    return days.of[SPY_CALL]


@pytest.mark.parametrize(
    ("letter", "count", "expected"),
    [
        ("C", 3, 3), ("C", 1, 1),
        ("A", 3, 2), ("A", 4, 3), ("A", 2, None), ("A", 1, None),
        ("E", 3, 1), ("E", 1, 1),
        ("G", 1, 1), ("G", 2, None),
    ],
)  # fmt: skip
def test_letter_decides_among_equal_prints(letter: str, count: int, expected: int | None) -> None:
    found = prints(count)

    chosen = choose(found, cancel(letter), day_of(found))

    assert (chosen.seq if chosen else None) == expected


@pytest.mark.parametrize("letter", ["A", "C", "E", "G"])
def test_without_a_match_nothing_is_chosen(letter: str) -> None:
    assert choose([], cancel(letter), None) is None


@pytest.mark.parametrize(("letter", "seq"), [("A", 2), ("C", 2), ("E", 1), ("G", 1)])
def test_without_a_day_only_the_order_decides(letter: str, seq: int) -> None:
    chosen = choose(prints(2), cancel(letter), None)

    assert chosen is not None
    assert chosen.seq == seq


def test_a_first_that_is_no_match_still_counts_as_the_first() -> None:
    found = prints(3)

    chosen = choose(found[1:], cancel("A"), day_of(found))

    assert chosen is found[1]


def test_of_one_instant_the_highest_position_is_taken() -> None:
    twins = [stamped(seq=7, ts=ms(5), uid=b"b" * 16), stamped(seq=8, ts=ms(5), uid=b"a" * 16)]

    newest, oldest = choose(twins, cancel("C"), None), choose(twins, cancel("E"), None)

    assert (newest.seq if newest else 0, oldest.seq if oldest else 0) == (8, 7)


def test_order_of_arrival_does_not_matter() -> None:
    found = prints(4)

    assert choose(found[::-1], cancel("C"), day_of(found)) is found[3]


def test_the_letter_is_found_among_other_codes() -> None:
    found = prints(2)
    mixed = stamped(seq=99, ts=ms(1_000), conditions=(ord("I"), ord("E")))
    untold = stamped(seq=99, ts=ms(1_000), conditions=())

    assert choose(found, mixed, None) is found[0]
    assert choose(found, untold, None) is found[1]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"price_micros": 4_200_001}, False),
        ({"size": 101}, False),
        ({"venue": 4}, False),
        ({"session_date": TRADE_DATE + 1}, False),
        ({"contract": SPY_PUT}, False),
        ({"ts": ms(9)}, False),
        ({"ts": ms(10)}, True),
    ],
)
def test_a_match_agrees_in_all_that_a_cancel_repeats(
    changes: dict[str, object], expected: bool
) -> None:
    assert is_match(prints(1)[0], stamped(**{"seq": 99, "ts": ms(1_000), **changes})) is expected


def test_days_count_prints_and_contracts_in_processing_order() -> None:
    days, found = Days(), prints(5)

    before = [days.add(found[:2]), days.add(found[2:])]

    assert before == [0, 200]
    assert days.of[SPY_CALL] == Day(TRADE_DATE, 5, 500, found[0].place, found[4].place)


def test_a_day_knows_its_ends_whatever_comes_first() -> None:
    days, found = Days(), prints(5)

    days.add(found[3:])
    days.add(found[:2])

    day = days.of[SPY_CALL]
    assert (day.first, day.last) == (found[0].place, found[4].place)


def test_a_new_trade_date_starts_every_contract_again() -> None:
    days = Days()
    days.add(prints(2))
    days.add([stamped(contract=SPY_PUT)])

    before = days.add([stamped(session_date=TRADE_DATE + 1)])

    assert before == 0
    assert set(days.of) == {SPY_CALL}
    assert days.of[SPY_CALL].count == 1


def test_saved_days_go_on_where_they_stood() -> None:
    days = Days()
    days.add(prints(2))

    again = Days(dict(days.of))

    assert again.newest == TRADE_DATE
    assert again.add(prints(3)[2:]) == 200
    assert Days().newest == 0
