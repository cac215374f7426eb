"""What scenes know beforehand reaches the calendar in time, and the newswire when it is told."""

from datetime import date, time

import pytest
from django.db import DatabaseError

from flow.domain.sessions import at_new_york
from flow.models import ReferenceLoad, ScheduledEvent
from flow.reference.calendar import events_known
from flow.reference.option_eod import oi_as_of
from ingest import synthetic_facts
from ingest.synthetic.market import ListedScenes
from ingest.synthetic.steps import Scheduled, Standing, Story
from ingest.synthetic_facts import SceneStories, announce, entry_of, item_of
from news.stories import Reader, read_story
from news.synthetic import SyntheticNews
from tests.ingest.synthetic.scenes import START, S, scene_of

EARNINGS = Scheduled(at_us=-3_600 * S, kind="earnings", days_ahead=3, session="amc")


def story(at_us: int, *, version: int = 0, is_correction: bool = False) -> Story:
    return Story(
        at_us=at_us, story=1, version=version, headline="AAPL opens a plant", body="In Ohio.",
        symbols=("AAPL",), is_correction=is_correction,
    )  # fmt: skip


TOLD = scene_of(story(S), story(9 * S, version=1, is_correction=True))


def test_an_entry_falls_on_the_next_trading_day_after_its_close() -> None:
    scene = scene_of(EARNINGS)  # a Wednesday; three days ahead is a Saturday before a holiday
    entry = entry_of(scene, EARNINGS)
    assert entry.event_ts == at_new_york(date(2025, 1, 21).toordinal(), time(16, 5))
    assert entry.announced_ts == scene.start_us - 3_600 * S
    assert (entry.underlying, entry.kind, entry.session) == ("AAPL", "earnings", "amc")


def test_an_entry_without_a_session_lasts_from_before_the_open_to_after_the_close() -> None:
    step = Scheduled(at_us=0, kind="dividend", days_ahead=1)
    entry = entry_of(scene_of(step), step)
    assert entry.earliest_ts == at_new_york(date(2025, 1, 16).toordinal(), time(8))


@pytest.mark.usefixtures("log_db")
def test_entries_are_loaded_ahead_of_their_scene_and_once() -> None:
    scene = scene_of(EARNINGS, Standing(leg=0, contracts=77))
    look = announce(ListedScenes([scene]))  # type: ignore[arg-type]
    look(scene.start_us - 601 * S)
    assert not ScheduledEvent.objects.exists()
    for _ in range(2):
        look(scene.start_us - 599 * S)
    announce(ListedScenes([scene]))(scene.start_us - 500 * S)  # type: ignore[arg-type]
    assert events_known("AAPL", scene.start_us) == [entry_of(scene, EARNINGS)]
    assert ReferenceLoad.objects.filter(kind="calendar").count() == 1
    standing = oi_as_of(scene.contracts[0], date(2025, 1, 15))
    assert standing is not None
    assert (standing.open_interest, standing.as_of_date) == (77, date(2025, 1, 14))
    other = oi_as_of(scene.contracts[1], date(2025, 1, 15))
    assert other is not None
    assert 500 <= other.open_interest <= 32_000


def test_a_database_that_is_away_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def store(_entries: object, now_us: int) -> None:
        asked.append(now_us)
        if len(asked) == 1:
            raise DatabaseError

    monkeypatch.setattr(synthetic_facts, "_store", store)
    look = announce(ListedScenes([scene_of(EARNINGS)]))  # type: ignore[arg-type]
    for now in (START, START + S, START + 2 * S):
        look(now)
    assert asked == [START, START + S]


def test_a_story_of_a_scene_reads_like_any_other() -> None:
    first, second = (item_of(TOLD, step) for step in TOLD.steps if isinstance(step, Story))
    assert first["id"] == second["id"]
    assert first["created_at"] == second["created_at"] == first["updated_at"]
    assert second["headline"] == "Correction: AAPL opens a plant"
    reader = Reader("x", "X", {"AAPL"}.__contains__)
    read = read_story(first, reader, received_at=TOLD.start_us + 20 * S)
    assert read is not None


@pytest.fixture
def stories(monkeypatch: pytest.MonkeyPatch) -> SceneStories:
    found = SceneStories()
    monkeypatch.setattr(found, "_look", lambda: None)
    monkeypatch.setattr(found, "_scenes", ListedScenes([TOLD]))
    return found


def test_stories_are_told_when_their_time_has_come(stories: SceneStories) -> None:
    at = TOLD.start_us + S
    assert [ts for ts, _ in stories.between(at, at + S)] == [at]
    assert stories.between(at + S, at + 8 * S) == []


def test_the_newswire_tells_them_live_and_in_its_history(stories: SceneStories) -> None:
    now = [TOLD.start_us]
    wire = SyntheticNews(
        3, 2, wall=lambda: now[0], sleep=lambda _seconds: None, told_between=stories.between
    )
    live = wire.live()
    assert "AAPL opens a plant" not in [item["headline"] for item in live.read(10, 0)]
    now[0] += 2 * S
    assert "AAPL opens a plant" in [item["headline"] for item in live.read(10, 0)]
    assert "AAPL opens a plant" not in [item["headline"] for item in live.read(10, 0)]
    now[0] += 60 * S
    page = wire.fetch_page(before=None, after=TOLD.start_us - 60 * S, limit=50)
    assert "Correction: AAPL opens a plant" in [item["headline"] for item in page.items]
