"""Which print a cancel means, what a day traded without it (options-engine.md 4.2; errata 46)."""

import pytest

from flow.domain.events import StampedPrint
from signals.engine.cancels import Day, Days, choose, is_match
from tests.support.engine_builders import LATE, SPY_CALL, SPY_PUT, TRADE_DATE, ms, stamped


def prints(count: int) -> list[StampedPrint]:
    return [stamped(seq=number, ts=ms(10 * number)) for number in range(1, count + 1)]


def cancel(letter: str, at: float = 1_000, **changes: object) -> StampedPrint:
    return stamped(seq=99, ts=ms(at), conditions=(ord(letter),), **changes)


@pytest.mark.parametrize(
    ("letter", "count", "expected"),
    [
        ("C", 3, 3), ("C", 1, 1),
        ("A", 3, 2), ("A", 4, 3), ("A", 2, 2), ("A", 1, 1),
        ("E", 3, 1), ("E", 1, 1),
        ("G", 1, 1), ("G", 2, None),
    ],
)  # fmt: skip
def test_letter_decides_among_equal_prints(letter: str, count: int, expected: int | None) -> None:
    chosen = choose(prints(count), cancel(letter))

    assert (chosen.seq if chosen else None) == expected


@pytest.mark.parametrize("letter", ["A", "C", "E", "G"])
def test_without_a_match_nothing_is_chosen(letter: str) -> None:
    assert choose([stamped(size=7)], cancel(letter)) is None


#   Others of another size around the matches: 1 is the day's first print, 9 its last.
@pytest.mark.parametrize(
    ("letter", "matches", "expected"),
    [
        ("A", (1, 5, 9), 5), ("A", (5, 9), 5), ("A", (1, 9), 9), ("A", (2, 8), 8), ("A", (1,), 1),
        ("A", (9,), 9), ("G", (5,), 5), ("G", (1, 5), None), ("C", (2, 5), 5), ("E", (5, 8), 5),
    ],
)  # fmt: skip
def test_ends_of_the_day_are_those_of_all_its_prints(
    letter: str, matches: tuple[int, ...], expected: int | None
) -> None:
    day = [
        stamped(seq=number, ts=ms(10 * number), size=100 if number in matches else 7)
        for number in range(1, 10)
    ]

    chosen = choose(day, cancel(letter))

    assert (chosen.seq if chosen else None) == expected


#   The cancel came at 35 ms: what printed at 40 and 50 does not know of it, nor it of them.
@pytest.mark.parametrize(("letter", "expected"), [("A", 2), ("C", 3), ("E", 1)])
def test_what_came_behind_a_cancel_changes_nothing(letter: str, expected: int) -> None:
    at = cancel(letter, 35)
    before, after = choose(prints(3), at), choose(prints(5), at)

    assert before == after
    assert (after.seq if after else None) == expected


def test_only_print_up_to_a_cancel_is_the_only_one() -> None:
    assert choose(prints(3), cancel("G", 15)) == prints(1)[0]


def test_prints_of_another_day_are_no_ends() -> None:
    other = [
        stamped(seq=50 + at, ts=ms(at), size=7, session_date=TRADE_DATE - 1) for at in (1, 900)
    ]
    day = [*prints(3), *other]

    assert choose(day, cancel("A")) == prints(3)[1]


@pytest.mark.parametrize("letter", ["A", "C", "E"])
def test_of_one_instant_the_highest_place_is_taken(letter: str) -> None:
    ends = [stamped(seq=1, ts=ms(0), size=7), stamped(seq=2, ts=ms(9), size=7)]
    twins = [
        stamped(seq=9 - order, ts=ms(5), order=order, uid=bytes([9 - order] * 16))
        for order in (1, 2, 3)
    ]

    chosen = choose([*ends, *twins], cancel(letter))

    assert chosen is twins[2]


def test_order_of_arrival_does_not_matter() -> None:
    found = prints(4)

    assert choose(found[::-1], cancel("C")) is found[3]


def test_the_letter_is_found_among_other_codes() -> None:
    found = prints(2)
    mixed = stamped(seq=99, ts=ms(1_000), conditions=(ord("I"), ord("E")))
    untold = stamped(seq=99, ts=ms(1_000), conditions=())

    assert choose(found, mixed) is found[0]
    assert choose(found, untold) is found[1]


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


def traded(days: Days, seq: int, at: float = 0, **changes: object) -> int:
    """Add one print of 100 contracts; return what the day says had traded before it."""
    return days.add([stamped(seq=seq, ts=ms(at), **changes)])


def test_day_counts_contracts_in_processing_order() -> None:
    days, found = Days(), prints(5)

    assert (days.add(found[:2]), days.add(found[2:]), traded(days, 9)) == (0, 200, 500)
    assert traded(days, 10, contract=SPY_PUT) == 0


def test_a_print_that_was_taken_back_counts_no_longer() -> None:
    days, found = Days(), prints(2)
    days.add(found)

    days.take_back(found[0])

    assert traded(days, 9) == 100


def test_a_new_trade_date_starts_every_contract_again() -> None:
    days, tomorrow = Days(), TRADE_DATE + 1
    days.add(prints(2))
    traded(days, 3, contract=SPY_PUT)

    before = traded(days, 4, session_date=tomorrow)
    days.take_back(prints(1)[0])  # of yesterday
    days.take_back(stamped(contract=SPY_PUT))

    assert before == 0
    assert days.of == {SPY_CALL: Day(tomorrow, 100)}


def late(at: float, size: int = 40, **changes: object) -> StampedPrint:
    return stamped(**({"seq": 200, "ts": ms(at), "size": size, "conditions": (LATE,)} | changes))


@pytest.mark.parametrize(("at", "before"), [(4, 0), (5, 0), (5.001, 40), (9, 40)])
def test_a_late_report_counts_from_its_instant_on(at: float, before: int) -> None:
    days = Days()
    days.add_report(late(5, order=1))
    days.add_report(late(5, contract=SPY_PUT))
    days.add_report(late(5, session_date=TRADE_DATE + 1))

    assert traded(days, 1, at) == before
    assert traded(days, 2, 20) == 140


def test_late_reports_stand_by_place_whatever_came_first() -> None:
    days = Days()
    for at in (7, 3, 5):
        days.add_report(late(at))

    assert [report.ts for report in days.reports_of(SPY_CALL)] == [ms(3), ms(5), ms(7)]
    assert list(days.reports_of(SPY_PUT)) == []


def test_a_late_report_that_was_taken_back_counts_no_longer() -> None:
    days = Days()
    days.add_report(late(5))
    days.add_report(late(6, 70))

    days.take_back_report(late(5))

    assert traded(days, 1, 20) == 70


def test_late_reports_of_a_trade_date_end_with_it_even_if_the_next_one_reported_first() -> None:
    days, tomorrow = Days(), TRADE_DATE + 1
    days.add_report(late(5))
    days.add_report(late(6, contract=SPY_PUT))
    days.add_report(late(7, 70, session_date=tomorrow))
    assert traded(days, 1, 20) == 40

    assert traded(days, 2, 30, session_date=tomorrow) == 70
    assert days.saved_reports() == [late(7, 70, session_date=tomorrow)]


def test_saved_days_go_on_where_they_stood() -> None:
    days = Days()
    days.add(prints(2))
    days.add_report(late(25))
    days.add_report(late(5, contract=SPY_PUT))

    again = Days(dict(days.of), days.saved_reports())

    assert again.newest == TRADE_DATE
    assert again.saved_reports() == days.saved_reports()
    assert again.add(prints(3)[2:]) == 240
    assert Days().newest == 0
