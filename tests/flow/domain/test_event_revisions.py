"""Revisions on two time axes: what an instant knew (platform.md 11, BUG-27; options errata 47)."""

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.domain.event_calendar import FIRST_US, CalendarEvent
from flow.domain.event_revisions import known_at, merge

BASE = CalendarEvent(
    event_id="e", underlying="AAPL", kind="earnings", announced_ts=0, event_ts=FIRST_US
)


def told(announced: int, date: int = 0, *, withdrawn: bool = False) -> CalendarEvent:
    """Return a revision that tells the `date`-th possible instant."""
    return msgspec.structs.replace(
        BASE, announced_ts=announced, event_ts=FIRST_US + date, withdrawn=withdrawn
    )


TELLINGS = st.lists(
    st.builds(told, st.integers(0, 12), st.integers(0, 2), withdrawn=st.booleans()), max_size=12
)


def dates(revisions: list[CalendarEvent]) -> list[tuple[int, int]]:
    return [(event.announced_ts, event.event_ts - FIRST_US) for event in revisions]


#       0         5         9
#  old  |---A---------------------->
#  new            A (again)            keeps 0
@pytest.mark.parametrize(
    ("known", "arrived", "expected"),
    [
        ([], [told(5)], [(5, 0)]),
        ([told(0)], [told(5)], [(0, 0)]),  # a refresh
        ([told(5)], [told(0)], [(0, 0)]),  # known earlier than thought
        ([told(0)], [told(5, 1)], [(0, 0), (5, 1)]),  # the date moved
        ([told(0), told(5, 1)], [told(9)], [(0, 0), (5, 1), (9, 0)]),  # and back
        ([told(0), told(9, 1)], [told(5, 1)], [(0, 0), (5, 1)]),
        ([told(5)], [told(5, 1)], [(5, 1)]),  # of one instant the last to arrive holds
        ([told(0), told(5, 1)], [told(5)], [(0, 0)]),
        ([told(0)], [told(5), told(7, 1), told(7)], [(0, 0)]),
    ],
)
def test_revisions_merge(
    known: list[CalendarEvent], arrived: list[CalendarEvent], expected: list[tuple[int, int]]
) -> None:
    assert dates(merge(known, arrived)) == expected


def test_an_event_taken_back_is_known_until_then_and_may_return() -> None:
    revisions = merge([], [told(2), told(5, withdrawn=True), told(8)])

    assert [known_at(revisions, at) is not None for at in (1, 2, 4, 5, 7, 8, 100)] == [
        False, True, True, False, False, True, True,
    ]  # fmt: skip


@given(TELLINGS, st.integers(0, 13))
def test_an_instant_never_knows_what_was_announced_after_it(
    arrived: list[CalendarEvent], as_of: int
) -> None:
    seen = known_at(merge([], arrived), as_of)

    assert seen == known_at(merge([], [e for e in arrived if e.announced_ts <= as_of]), as_of)
    assert seen is None or seen.announced_ts <= as_of


@given(TELLINGS, TELLINGS)
def test_merging_again_changes_nothing(
    known: list[CalendarEvent], arrived: list[CalendarEvent]
) -> None:
    once = merge(merge([], known), arrived)

    assert merge(once, once) == once
    assert all(not one.says_same_as(other) for one, other in pairwise(once))
    assert [e.announced_ts for e in once] == sorted({e.announced_ts for e in once})


@given(st.lists(st.integers(0, 12), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_refreshes_that_tell_the_same_is_irrelevant(
    instants: list[int], random: object
) -> None:
    shuffled = list(instants)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    revisions: list[CalendarEvent] = []
    for instant in shuffled:
        revisions = merge(revisions, [told(instant)])

    assert dates(revisions) == [(min(instants), 0)]


@given(TELLINGS)
def test_refreshes_in_time_order_know_at_each_instant_what_the_last_of_them_told(
    arrived: list[CalendarEvent],
) -> None:
    newest = {event.announced_ts: event for event in arrived}
    revisions: list[CalendarEvent] = []
    for _, event in sorted(newest.items()):
        revisions = merge(revisions, [event])

    for as_of in range(14):
        last = max((at for at in newest if at <= as_of), default=None)
        told_last = None if last is None or newest[last].withdrawn else newest[last]
        seen = known_at(revisions, as_of)
        assert (seen is None) == (told_last is None)
        assert seen is None or told_last is None or seen.says_same_as(told_last)
