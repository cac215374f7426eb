"""The underlying of prints that follow each other within a second: looked up once, never wrong."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.domain.events import EquityQuote, OptionPrint, StampedPrint
from ingest.stamping import Stamper
from tests.support.stamping import CHANGE, NOON, SAMPLED, S, spot, stamper, trade

MS = 1_000


def fed(found: Stamper, events: list[EquityQuote | OptionPrint]) -> list[StampedPrint]:
    """Return the prints of a feed, each stamped after what came before it."""
    stamps = []
    for seq, event in enumerate(events):
        if isinstance(event, EquityQuote):
            found.saw_equity_quote(event, seq)
        else:
            stamps.append(found.stamp_option_print(event, seq))
    return stamps


def seen(*events: EquityQuote | OptionPrint) -> list[tuple[int | None, float | None]]:
    """Return the bid and the move that the prints saw, the stock at 500 x 502 a minute before."""
    history = [spot(NOON - back * MS) for back in (62_000, 61_000, 59_000, 10)]
    return [
        (each.spot_bid_micros, each.move_60s_bps) for each in fed(stamper(), [*history, *events])
    ]


def test_prints_of_one_second_see_the_quote_before_them() -> None:
    first, again = seen(trade(NOON + MS), trade(NOON + 2 * MS))

    assert first == again == (500, 0.0)


def test_the_next_quote_is_seen_at_once() -> None:
    events = trade(NOON + MS), spot(NOON + 2 * MS, 510, 512), trade(NOON + 3 * MS)

    assert [bid for bid, _ in seen(*events)] == [500, 510]


def test_a_print_behind_the_newest_quote_leaves_nothing_to_the_next_one() -> None:
    events = spot(NOON + 9 * MS, 510, 512), trade(NOON + 5 * MS), trade(NOON + 10 * MS)

    assert [bid for bid, _ in seen(*events)] == [500, 510]


def test_a_print_of_the_instant_of_the_quote_does_not_see_it() -> None:
    events = spot(NOON, 510, 512), trade(NOON + MS), trade(NOON), trade(NOON + 2 * MS)

    assert [bid for bid, _ in seen(*events)] == [510, 500, 510]


@pytest.mark.parametrize("back_s", [60, 300])
def test_moves_change_at_the_instant_of_an_earlier_change(back_s: int) -> None:
    change = NOON + 500 * MS - back_s * S
    history = spot(change - 2 * S), spot(change, 600, 602), spot(NOON)
    prints = [trade(NOON + at) for at in (10 * MS, 500 * MS, 500 * MS + 1, 900 * MS)]
    stamps = fed(stamper(), [*history, *prints])

    moves = [each.move_60s_bps if back_s == 60 else each.move_5m_bps for each in stamps]
    assert moves == [0.0, 0.0, -100 / 601 * 10_000.0, -100 / 601 * 10_000.0]


def test_a_late_quote_of_the_same_second_leaves_the_move_alone() -> None:
    newer, late = spot(NOON - 60_100 * MS, 10_000, 10_002), spot(NOON - 60_900 * MS, 9_000, 9_002)
    stamps = fed(stamper(), [newer, late, spot(NOON - MS, 10_000, 10_002), trade(NOON)])

    assert stamps[0].move_60s_bps == 0.0


def test_quotes_of_one_instant_move_by_the_vendors_order() -> None:
    at = NOON - 61 * S
    newest, older = spot(at, 10_000, 10_002, order=7), spot(at, 9_000, 9_002, order=5)
    stamps = fed(stamper(), [newest, older, spot(NOON - MS, 10_000, 10_002), trade(NOON)])

    assert stamps[0].move_60s_bps == 0.0


@pytest.mark.parametrize("capabilities", [CHANGE, SAMPLED])
@given(st.data())
def test_each_print_is_stamped_as_if_it_were_the_first_to_ask(
    capabilities: Any, data: st.DataObject
) -> None:
    # Steps of up to two seconds, or of about what a move looks back.
    near = st.integers(-3, 40).map(lambda by: by * 50 * MS)
    far = st.sampled_from([60 * S - 50 * MS, 60 * S, 60 * S + 1, 240 * S, 299 * S])
    steps = data.draw(st.lists(st.tuples(st.booleans(), near | far), max_size=40))
    at, events = NOON, list[EquityQuote | OptionPrint]()
    for is_quote, by in steps:
        at = max(NOON, at + by)
        events.append(spot(at, 500 + by % 41, 504 + by % 41) if is_quote else trade(at))

    alone = [
        fed(stamper(capabilities), [*filter(is_stock_quote, events[:place]), event])[-1]
        for place, event in enumerate(events)
        if isinstance(event, OptionPrint)
    ]

    assert [unnumbered(each) for each in fed(stamper(capabilities), events)] == [
        unnumbered(each) for each in alone
    ]


def is_stock_quote(event: EquityQuote | OptionPrint) -> bool:
    return isinstance(event, EquityQuote)


def unnumbered(print_: StampedPrint) -> tuple[Any, ...]:
    """Return what the print saw, apart from positions in the feed."""
    return (
        print_.spot_bid_micros, print_.spot_ask_micros, print_.spot_ts, print_.move_60s_bps,
        print_.move_5m_bps, print_.move_5m_z, print_.flags,
    )  # fmt: skip
