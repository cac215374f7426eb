"""The shelf of baselines against one that moves its keys: the oldest push goes first."""

from collections import OrderedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.engine.baseline_shelves import Series, Shelf
from signals.engine.windows import Window

KEYS = st.sampled_from("abcdef")


def pushed(texts: list[str], most: int) -> tuple[Shelf, "OrderedDict[str, int]"]:
    """Return a shelf and its oracle after pushes in successive sessions."""
    shelf, moved = Shelf(), OrderedDict[str, int]()
    for session, text in enumerate(texts):
        shelf.keep(text, shelf.of.get(text), session, most)
        moved[text] = session
        moved.move_to_end(text)
        while len(moved) > most:
            moved.popitem(last=False)
    return shelf, moved


def kept(shelf: Shelf) -> list[tuple[str, int]]:
    return [(text, series.session) for text, series in shelf.in_order()]


@given(st.lists(KEYS, max_size=60), st.integers(1, 7))
def test_the_key_pushed_to_longest_ago_goes_first(texts: list[str], most: int) -> None:
    shelf, moved = pushed(texts, most)

    assert kept(shelf) == list(moved.items())


@given(st.lists(KEYS, max_size=60), st.integers(0, 60))
def test_old_keys_go_until_one_is_not_old(texts: list[str], limit: int) -> None:
    shelf, moved = pushed(texts, 7)

    shelf.forget_oldest(lambda series: series.session < limit)

    assert kept(shelf) == [item for item in moved.items() if item[1] >= limit]


@given(st.lists(KEYS, max_size=40), st.lists(KEYS, max_size=40), st.integers(1, 7))
def test_a_restored_shelf_goes_on_as_the_one_that_was_saved(
    before: list[str], after: list[str], most: int
) -> None:
    shelf, _ = pushed(before, most)
    again = Shelf()
    again.restore(
        (text, Series(series.session, series.windows)) for text, series in shelf.in_order()
    )
    for session, text in enumerate(after, 100):
        for each in (shelf, again):
            each.keep(text, each.of.get(text), session, most)

    assert kept(again) == kept(shelf)


def test_a_key_that_starts_anew_is_the_newest_and_empty() -> None:
    shelf, _ = pushed(["a", "b", "a"], 7)
    shelf.of["a"].push((1, 2, None, 3), 5)

    fresh = shelf.keep("a", None, 9, 7)

    assert [len(window.recent) for window in fresh.windows if window] == [0, 0, 0]
    assert kept(shelf) == [("b", 1), ("a", 9)]
    assert shelf.keep("c", None, 9, 2) is shelf.of["c"]
    assert kept(shelf) == [("a", 9), ("c", 9)]


@pytest.mark.parametrize(
    ("values", "lengths"),
    [
        ((1, 2, 3, 4), [1, 1, 1, 1]),
        ((None, 2, None, None), [0, 1, 0, None]),
        ((1, None, 3, None), [1, 0, 1, None]),
    ],
)
def test_a_missing_value_enters_no_window(
    values: tuple[int | None, int | None, int | None, int | None], lengths: list[int | None]
) -> None:
    series = Series(1, (Window(), Window(), Window(), None))

    series.push(values, 5)

    assert [None if each is None else len(each.recent) for each in series.windows] == lengths
