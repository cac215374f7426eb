"""What a revision adds, and the feed of changes that grows at its end alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.revisions import Known, change_times, judge, known_of
from tests.support.news import MINUTE, SECOND, item, story

# What is new


def known(*times_and_texts: tuple[int, str]) -> list[Known]:
    return [known_of(story(item(77, at, headline=text))) for at, text in times_and_texts]


@pytest.mark.parametrize(
    ("stored", "verdict"),
    [
        ([], "new"),
        ([(0, "old")], "new"),
        ([(0, "same")], "no-op"),
        ([(MINUTE, "same")], "no-op"),
        ([(MINUTE, "other")], "conflict"),
        ([(0, "same"), (SECOND, "other")], "new"),
        ([(SECOND, "other"), (0, "same")], "new"),
        ([(0, "other"), (SECOND, "same")], "no-op"),
        ([(2 * MINUTE, "same")], "new"),
        ([(2 * MINUTE, "other")], "new"),
    ],
)
def test_what_a_revision_of_one_minute_adds(stored: list[tuple[int, str]], verdict: str) -> None:
    assert judge(story(item(77, MINUTE, headline="same")), known(*stored)) == verdict


# The feed of changes


def test_golden_g11_the_revision_stands_after_the_one_before_a_restart() -> None:
    before = change_times(0, [100, 150])
    after = change_times(before[-1], [200])

    assert before == [100, 150]
    assert after == [200]


@pytest.mark.parametrize(
    ("head", "updated_at", "times"),
    [
        (0, [5, 5, 5], [5, 6, 7]),
        (10, [3], [11]),
        (10, [11, 4, 30], [11, 12, 30]),
        (10, [], []),
    ],
)
def test_change_times(head: int, updated_at: list[int], times: list[int]) -> None:
    assert change_times(head, updated_at) == times


@given(st.lists(st.lists(st.integers(0, 50), max_size=6), max_size=6))
def test_the_feed_grows_at_its_end_alone_whatever_comes_late(batches: list[list[int]]) -> None:
    feed = [0]
    for batch in batches:
        feed += change_times(feed[-1], batch)

    assert feed == sorted(set(feed))
    flat = [ts for batch in batches for ts in batch]
    assert all(shown >= ts for shown, ts in zip(feed[1:], flat, strict=True))
    assert all(
        shown == ts
        for n, (shown, ts) in enumerate(zip(feed[1:], flat, strict=True))
        if ts > feed[n]
    )
