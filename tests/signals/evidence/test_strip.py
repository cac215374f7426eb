"""The pictures of a packet: one price axis for each contract, one time axis for all."""

from datetime import timedelta
from typing import Any

from flow.storage.pages import PrintRow
from signals.evidence.strip import MAX_MARKS, build_strips
from tests.support.rows import AT, print_row

CHEAP, DEAR = "TWX-2014-07-19-80-C", "TWX-2014-07-19-60-C"


def at(milliseconds: int, contract: str, price: int, **changes: Any) -> PrintRow:
    return print_row(
        ts=AT + timedelta(milliseconds=milliseconds), contract=contract, price_micros=price,
        bid_micros=price - 50_000, ask_micros=price, **changes,
    )  # fmt: skip


def test_one_contract_has_one_picture() -> None:
    (strip,) = build_strips([at(0, DEAR, 10_000_000), at(100, DEAR, 10_100_000)])

    assert (strip.bottom, strip.top, strip.span) == ("9.95", "10.10", "100ms")
    assert [mark.x for mark in strip.marks] == [16, 464]


def test_each_leg_has_a_price_axis_of_its_own_and_all_share_time_and_size() -> None:
    dear, cheap = build_strips([
        at(0, DEAR, 10_000_000, size=400), at(50, CHEAP, 500_000, size=100),
        at(100, DEAR, 10_000_000, size=400),
    ])  # fmt: skip

    assert (dear.contract, dear.bottom, dear.top) == ("TWX 19JUL14 60C", "9.95", "10.00")
    assert (cheap.contract, cheap.bottom, cheap.top) == ("TWX 19JUL14 80C", "0.45", "0.50")
    assert [mark.x for mark in dear.marks] == [16, 464]
    assert [mark.x for mark in cheap.marks] == [240]
    assert (dear.marks[0].radius, cheap.marks[0].radius) == (8, 4)
    assert dear.marks[0].y == cheap.marks[0].y == 8


def test_more_legs_than_fit_have_no_picture() -> None:
    legs = [at(n, f"TWX-2014-07-19-{60 + n}-C", 1_000_000) for n in range(5)]

    assert len(build_strips(legs[:4])) == 4
    assert build_strips(legs) == []


def test_nothing_is_drawn_without_members() -> None:
    assert build_strips([]) == []


def test_what_is_not_drawn_is_counted() -> None:
    (strip,) = build_strips([at(n, DEAR, 1_000_000) for n in range(MAX_MARKS + 3)])

    assert (len(strip.marks), strip.left_out) == (MAX_MARKS, 3)
