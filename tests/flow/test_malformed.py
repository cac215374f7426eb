import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.malformed import BadInput, FeedStopped


def feed(counter: BadInput, outcomes: list[bool]) -> int | None:
    """Return the position (from 1) at which the feed stopped, None where it went on."""
    for position, good in enumerate(outcomes, 1):
        try:
            counter.good() if good else counter.broken()
        except FeedStopped:
            return position
    return None


def test_a_bad_frame_in_the_first_ten_does_not_stop() -> None:
    assert feed(BadInput("x"), [False] * 9 + [True]) is None


def test_a_hundred_in_a_row_stop() -> None:
    assert feed(BadInput("x"), [True] * 50 + [False] * 100) == 150


def test_ninety_nine_in_a_row_among_few_do_not_stop() -> None:
    assert feed(BadInput("x"), [False] * 99 + [True] + [False] * 99) is None


def test_one_percent_is_allowed_and_more_is_not() -> None:
    one_percent = ([True] * 99 + [False]) * 100
    assert feed(BadInput("x"), one_percent) is None
    assert feed(BadInput("x"), [*one_percent, False]) == 10_001


def test_half_a_percent_never_stops() -> None:
    assert feed(BadInput("x"), ([True] * 199 + [False]) * 300) is None


def test_three_percent_stops_once_a_thousand_were_seen() -> None:
    assert feed(BadInput("x"), ([True] * 32 + [False]) * 100) == 1_000


def test_old_bad_records_leave_the_window() -> None:
    counter = BadInput("x")
    assert feed(counter, ([True] * 99 + [False]) * 100 + [True] * 10_000 + [False] * 90) is None
    assert counter.bad == 190
    assert counter.seen == 20_090


def test_sentence_names_the_counts_and_what_to_do() -> None:
    counter = BadInput("lean")
    counter.good(970)
    for _ in range(29):
        counter.broken()
    with pytest.raises(FeedStopped) as stopped:
        counter.good(5_000)
    assert (stopped.value.bad, stopped.value.seen, stopped.value.source) == (29, 1_000, "lean")
    assert str(stopped.value) == (
        "lean stopped: 29 of the last 1,000 records are broken; expected at most 1 %. What came "
        "before is kept and the broken records lie in quarantine; mend the source, then start it "
        "again: only the rest is added"
    )


def test_sentence_of_a_row_of_broken_records() -> None:
    counter = BadInput("x")
    for _ in range(99):
        counter.broken()
    with pytest.raises(FeedStopped, match="x stopped: 100 broken records in a row"):
        counter.broken()


def test_no_good_records_change_nothing() -> None:
    counter = BadInput("x")
    for _ in range(99):
        counter.broken()
    counter.good(0)
    with pytest.raises(FeedStopped):
        counter.broken()


@given(st.lists(st.tuples(st.integers(1, 900), st.integers(0, 30)), max_size=40))
def test_verdict_does_not_depend_on_how_good_records_are_counted(
    runs: list[tuple[int, int]],
) -> None:
    def verdict(*, singly: bool) -> tuple[int, int] | None:
        counter = BadInput("x")
        try:
            for good, bad in runs:
                for _ in range(good if singly else 1):
                    counter.good(1 if singly else good)
                for _ in range(bad):
                    counter.broken()
        except FeedStopped as stopped:
            return stopped.bad, stopped.seen
        return None

    assert verdict(singly=True) == verdict(singly=False)
