"""A worker that dies at any commit boundary: the next one ends with what an undisturbed one has."""

from collections.abc import Callable

import pytest

from flow.failpoints import NAMES
from flow.storage import writer
from news import worker as news_worker
from news.models import NewsRevision, NewsStory
from tests.support.market import count, rows
from tests.support.news import MINUTE, SECOND, Wire, drained, item, owning_news, updated

pytestmark = pytest.mark.usefixtures("log_db")
BOUNDARIES = tuple(name for name in NAMES if name.startswith("ingest_"))


class Killed(BaseException):
    """The process is gone: nothing may clean up after it."""


def dying_at(name: str, k: int) -> Callable[[str], None]:
    passes = {"count": 0}

    def pass_failpoint(passed: str) -> None:
        passes["count"] += passed == name
        if passed == name and passes["count"] == k:
            raise Killed

    return pass_failpoint


def day(wire: Wire) -> list[Callable[[], None]]:
    """Return what happens on the wire: stories, updates, a cut, a longer gap."""
    first = item(3, 3 * SECOND)
    more = updated(first, MINUTE, headline="More")
    return [
        lambda: wire.send(*(item(n, n * SECOND) for n in range(2, 9)), first, {"id": None}),
        lambda: wire.send(more, updated(more, 2 * MINUTE)),
        wire.cut,
        lambda: wire.send(*(item(n, (120 + n) * SECOND) for n in range(9, 21))),
    ]


def live_on(wire: Wire, script: list[Callable[[], None]]) -> None:
    """Let a worker see the rest of the day, step by step."""
    with owning_news(wire, backfill_limit=10) as worker:
        drained(worker)
        while script:
            script.pop(0)()
            worker.step()
        drained(worker)


@pytest.mark.parametrize("k", [1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize("name", BOUNDARIES)
def test_a_kill_at_any_boundary_loses_and_doubles_nothing(
    name: str, k: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news_worker, "CHUNK", 5)
    wire = Wire(page_limit=4)
    wire.send(item(0, 0), item(1, SECOND))
    script = day(wire)
    with monkeypatch.context() as patch:
        patch.setattr(writer, "pass_failpoint", dying_at(name, k))
        try:
            live_on(wire, script)
        except Killed:
            wire.queues.clear()
    live_on(wire, script)
    live_on(wire, script)

    current = NewsRevision.objects.filter(uid__in=NewsStory.objects.values("revision"))
    assert {each.story_id: each.headline for each in current} == {
        n: "More" if n == 3 else f"Story number {n}" for n in range(21)
    }
    # The wire's history keeps the newest version alone, so a kill may cost the first of story 3.
    assert count("news") == count("news_revision") in (21, 22)
    seqs = rows("SELECT seq FROM (SELECT seq FROM news UNION ALL SELECT seq FROM control) s"
                " ORDER BY 1")  # fmt: skip
    assert [seq for (seq,) in seqs] == list(range(1, len(seqs) + 1))
    assert not rows("SELECT 1 FROM gap WHERE to_ts IS NULL OR filled_at IS NULL")
    assert count("quarantine") <= 1  # what is no story is in no history either
    (counted,) = rows("SELECT received, stored, duplicates, quarantined FROM feed_cursor")
    assert counted[0] == sum(counted[1:])
    assert counted[1] == count("news")
