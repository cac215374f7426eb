"""What is known beforehand is loaded in time, for all alike; stories come when they are told."""

from datetime import date, time

import pytest
from django.db import DatabaseError

from flow.domain.events import OptionPrint
from flow.domain.sessions import at_new_york
from flow.domain.units import to_datetime
from flow.models import OptionEod, ReferenceLoad, ScheduledEvent
from flow.reference.calendar import events_known
from flow.reference.option_eod import oi_as_of
from ingest import synthetic_facts
from ingest.synthetic.config import BEAT_US, config_at
from ingest.synthetic.controlled import ControlledScenes
from ingest.synthetic.earnings import Earnings
from ingest.synthetic.interest import standing
from ingest.synthetic.market import ListedScenes, Market
from ingest.synthetic.stage import Stage
from ingest.synthetic.steps import Scene, Story
from ingest.synthetic_facts import Announcer, SceneStories, item_of
from news.stories import Reader, read_story
from news.synthetic import SyntheticNews
from tests.ingest.synthetic.scenes import START, S, option_trade, scene_of

MORNING = date(2025, 1, 15).toordinal()


def story(at_us: int, *, version: int = 0, is_correction: bool = False) -> Story:
    return Story(
        at_us=at_us, story=1, version=version, headline="AAPL opens a plant", body="In Ohio.",
        symbols=("AAPL",), is_correction=is_correction,
    )  # fmt: skip


TOLD = scene_of(story(S), story(9 * S, version=1, is_correction=True))


def announcer(*scenes: Scene, seed: int = 7) -> Announcer:
    return Announcer(seed, config_at(2.0), ListedScenes(scenes))


@pytest.mark.usefixtures("log_db")
def test_the_calendar_of_all_names_is_loaded_ahead_and_once() -> None:
    for _ in range(2):
        announcer()(START)
    reports = Earnings(7).known(START)
    assert ScheduledEvent.objects.count() == len(reports) > 300
    some = reports[5]
    assert events_known(some.underlying, START) == [some]
    assert ReferenceLoad.objects.filter(kind="calendar").count() == 1


@pytest.mark.usefixtures("log_db")
def test_reports_of_another_seed_are_withdrawn() -> None:
    announcer(seed=8)(START)
    announcer()(START + S)
    symbol = Earnings(8).known(START)[0].underlying
    assert {each.event_id for each in events_known(symbol, START + 2 * S)} <= {
        each.event_id for each in Earnings(7).known(START + S)
    }
    assert Earnings(8).ahead(symbol, START) in events_known(symbol, START)


@pytest.mark.usefixtures("log_db")
def test_every_contract_that_prints_soon_has_open_interest_and_no_other_way_tells_scenes() -> None:
    scene = scene_of(option_trade(S), start_us=START + 20 * S)
    tell, market = announcer(scene), Market(7, config_at(2.0), ListedScenes([scene]))
    tell(START)
    first = START // BEAT_US
    items = [item for beat in range(first, first + 400) for item in market.beat(beat)]
    printed = {item.event.contract for item in items if isinstance(item.event, OptionPrint)}
    rows = {row.contract.name: row for row in OptionEod.objects.select_related("contract")}
    assert printed <= rows.keys()
    assert set(scene.contracts) < rows.keys()
    evening = date(2025, 1, 14)
    assert {(row.as_of_date, row.known_from) for row in rows.values()} == {
        (evening, to_datetime(at_new_york(evening.toordinal() + 1, time(6, 30))))
    }
    for name, row in rows.items():
        assert row.open_interest == standing(7, name, evening.toordinal())
    loads = ReferenceLoad.objects.count()
    tell(START + 10 * S)
    assert ReferenceLoad.objects.count() == loads


@pytest.mark.usefixtures("log_db")
def test_in_the_morning_the_figures_of_the_evening_are_told_anew() -> None:
    scene = scene_of(option_trade(S), start_us=at_new_york(MORNING, time(6, 29)))
    tell = announcer(scene)
    for wall in (time(6, 28), time(6, 30)):
        tell(at_new_york(MORNING, wall))
    (contract, *_) = scene.contracts
    found = OptionEod.objects.filter(contract__name=contract).order_by("as_of_date")
    assert [row.as_of_date.toordinal() for row in found] == [MORNING - 2, MORNING - 1]
    standing_now = oi_as_of(contract, date.fromordinal(MORNING))
    assert standing_now is not None
    assert standing_now.open_interest == standing(7, contract, MORNING - 1)


@pytest.mark.usefixtures("log_db")
def test_nothing_that_is_stored_carries_the_key_of_a_scene() -> None:
    stage = Stage(7, config_at(2.0))
    scenes = ControlledScenes(7, stage)
    announcer(*scenes.active(START, START + 120 * S))(START)
    told = " ".join(
        [
            *ScheduledEvent.objects.values_list("event_id", flat=True),
            *ReferenceLoad.objects.values_list("detail", flat=True),
        ]
    )
    for scene in scenes.active(START, START + 600 * S):
        assert scene.uid.hex() not in told
        assert scene.uid.hex()[:16] not in told


def test_a_database_that_is_away_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def store(_reports: object, now_us: int) -> None:
        asked.append(now_us)
        if len(asked) == 1:
            raise DatabaseError

    monkeypatch.setattr(synthetic_facts, "store_calendar", store)
    monkeypatch.setattr(synthetic_facts, "store_interest", lambda *_: None)
    tell = announcer()
    for now in (START, START + S, START + 2 * S):
        tell(now)
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
