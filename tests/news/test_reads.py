"""What a page of news asks of the database: one bounded statement that an index answers."""

import re
from collections.abc import Callable

import pytest
from django.db import connections

from news.storage.reads import ChangePlace, StoryFilter, StoryPlace, change_page, story_page
from tests.support.news import NOW, SECOND, item, store
from tests.support.sql import statements

pytestmark = pytest.mark.usefixtures("log_db")
SPY = StoryFilter(symbols=("SPY",))
WIRE = StoryFilter(sources=("wire",))


def plan(act: Callable[[], object]) -> str:
    """Return the plan of the one statement of a page, where a table is scanned only if it must."""
    (sql,) = statements(act)
    with connections["default"].cursor() as cursor:
        cursor.execute("SET enable_seqscan = off; SET enable_sort = off")
        cursor.execute(f"EXPLAIN {sql}")
        found = "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute("RESET enable_seqscan; RESET enable_sort")
    return found


def uid_of(number: int) -> ChangePlace:
    return change_page("default", 0, limit=10)[number].change_place


@pytest.mark.parametrize(
    ("chosen", "index"),
    [
        (StoryFilter(), "news_story_published"),
        (StoryFilter(since=NOW), "news_story_published"),
    ],
)
def test_a_page_of_the_list_is_read_by_its_order(chosen: StoryFilter, index: str) -> None:
    store(*(item(n, n * SECOND) for n in range(5)))
    edge = StoryPlace(NOW + 3 * SECOND, 3, 2**31 - 1)

    for act in (
        lambda: story_page("default", 0, limit=3, chosen=chosen),
        lambda: story_page("default", 0, limit=3, chosen=chosen, before=edge),
        lambda: story_page("default", 0, limit=3, chosen=chosen, after=edge),
    ):
        told = plan(act)
        assert index in told
        assert "Sort" not in told
        assert told.startswith("Limit")


def test_a_page_of_the_feed_is_read_by_its_order() -> None:
    store(*(item(n, n * SECOND) for n in range(5)))
    edge = uid_of(1)

    told = plan(lambda: change_page("default", 0, limit=3, after=edge))
    assert "news_revision_change" in told
    assert "Seq Scan" not in told


@pytest.mark.parametrize("chosen", [SPY, WIRE, StoryFilter(since=NOW + 2 * SECOND)])
def test_every_page_is_one_statement_with_a_limit(chosen: StoryFilter) -> None:
    store(*(item(n, n * SECOND) for n in range(5)))

    for act in (
        lambda: story_page("default", 0, limit=3, chosen=chosen),
        lambda: change_page("default", 0, limit=3, chosen=chosen),
    ):
        (sql,) = statements(act)
        assert re.search(r"LIMIT 3$", sql)
        assert "OFFSET" not in sql


def test_the_revision_of_a_story_is_found_by_its_identity() -> None:
    store(item(1, 0))

    assert "news_revision_identity" in plan(lambda: story_page("default", 0, limit=3))
