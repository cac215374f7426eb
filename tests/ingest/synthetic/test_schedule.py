"""Scenes over time: a pure function of seed, control and instant; what presets and weights do."""

from collections import Counter
from datetime import date, time
from itertools import pairwise
from typing import Any

import pytest

from flow.domain.sessions import at_new_york
from flow.domain.units import MINUTE_US
from ingest.synthetic.config import MarketConfig
from ingest.synthetic.control import Control, control_of_demo
from ingest.synthetic.controlled import ControlledScenes
from ingest.synthetic.regimes import PRESETS as LEANS
from ingest.synthetic.regimes import REGIMES, WEIGHTS, mood_at
from ingest.synthetic.scenarios.catalogue import PROFILES, SCENARIOS
from ingest.synthetic.scenarios.labelled import DEMO_PROFILES
from ingest.synthetic.schedule import QUIET_US, SLOT_US, Schedule
from ingest.synthetic.stage import Stage
from ingest.synthetic.steps import Scene
from ingest.synthetic.universe import DAILY_EXPIRIES

START_US = at_new_york(date(2025, 3, 6).toordinal(), time(10, 30))
HOUR_US = 60 * MINUTE_US


def schedule(seed: int = 5, **control: Any) -> Schedule:
    return Schedule(seed, Stage(seed, MarketConfig()), Control(**control))


@pytest.fixture(scope="module")
def hour() -> list[Scene]:
    return list(schedule().active(START_US, START_US + HOUR_US))


def test_any_cut_of_time_gives_the_same_scenes(hour: list[Scene]) -> None:
    found: dict[bytes, Scene] = {}
    other = schedule()
    for at in range(START_US + 50 * MINUTE_US, START_US - 1, -7 * MINUTE_US):
        for scene in other.active(at, at + 7 * MINUTE_US):
            found[scene.uid] = scene

    mine = {scene.uid: scene for scene in hour}
    assert {uid: mine[uid] for uid in found if uid in mine} == {
        uid: scene for uid, scene in found.items() if uid in mine
    }
    assert len(mine.keys() & found.keys()) > 90


def test_a_symbol_stays_quiet_between_two_scenes(hour: list[Scene]) -> None:
    ends: dict[str, int] = {}
    for scene in hour:
        if scene.symbol in ends:
            assert scene.start_us - ends[scene.symbol] >= QUIET_US
        ends[scene.symbol] = scene.start_us + scene.length_us
    assert len(ends) > 60


def test_seed_and_shared_seed_deal_other_scenes(hour: list[Scene]) -> None:
    mine = {scene.uid for scene in hour}

    for other in (schedule(6), schedule(shared_seed=12)):
        assert not mine & {scene.uid for scene in other.active(START_US, START_US + HOUR_US)}


def test_every_profile_is_played_within_two_windows(hour: list[Scene]) -> None:
    early = [scene for scene in hour if scene.start_us < START_US + 40 * MINUTE_US]

    assert {scene.label.profile for scene in early} >= set(PROFILES)


def longest_wait(profile: str, **control: Any) -> float:
    """Return the longest stretch of two Monday hours without a scene of a profile, in minutes."""
    first = at_new_york(date(2025, 3, 10).toordinal(), time(10, 40))
    last = first + 2 * HOUR_US
    scenes = schedule(**control).active(first, last)
    at = [scene.start_us for scene in scenes if scene.label.profile == profile]
    edges = [first, *sorted(each for each in at if each >= first), last]
    return max(b - a for a, b in pairwise(edges)) / MINUTE_US


@pytest.mark.parametrize("profile", PROFILES)
def test_coverage_assist_shows_every_profile_within_a_quarter_of_an_hour(profile: str) -> None:
    assert longest_wait(profile) < 15


def test_without_coverage_assist_some_profile_waits_longer() -> None:
    assert max(longest_wait(profile, coverage_assist=False) for profile in PROFILES) > 15


def test_names_of_daily_expiries_have_a_turn_of_their_own_in_every_block() -> None:
    scenes = schedule().active(START_US, START_US + 12 * HOUR_US)
    slots = {
        (scene.symbol, scene.start_us % (20 * MINUTE_US) // SLOT_US)
        for scene in scenes if scene.symbol in DAILY_EXPIRIES
    }  # fmt: skip
    assert slots == {
        (symbol, first + n)
        for symbol, first in (("IWM", 0), ("QQQ", 13), ("SPY", 26)) for n in range(3)
    }  # fmt: skip


def test_saving_a_control_changes_no_scene(hour: list[Scene]) -> None:
    saved = schedule(updated_at=7, updated_by="someone")

    assert list(saved.active(START_US, START_US + HOUR_US)) == hour


def test_a_weight_favours_its_profile() -> None:
    counts = [
        Counter(
            scene.label.profile
            for scene in schedule(
                coverage_assist=False, profile_weights={"arbitrage": weight}
            ).active(START_US, START_US + 2 * HOUR_US)
        )["arbitrage"]
        for weight in ("low", "high")
    ]
    assert counts[0] < counts[1]


def test_a_demo_profile_plays_its_labelled_scenes() -> None:
    control = control_of_demo("event-response")
    played = Schedule(5, Stage(5, MarketConfig()), control).active(START_US, START_US + HOUR_US)
    labelled = {scene.label.scenario for scene in played} & set(DEMO_PROFILES["stress-tape"])

    assert labelled
    assert labelled <= set(DEMO_PROFILES["event-response"])


def test_moods_hold_five_minutes_and_reach_every_regime() -> None:
    control = Control()
    seen = {mood_at(control, START_US + n * 5 * MINUTE_US).regime for n in range(300)}

    assert seen == set(REGIMES) == set(WEIGHTS)
    bucket = START_US // (5 * MINUTE_US) * 5 * MINUTE_US
    assert mood_at(control, bucket) == mood_at(control, bucket + 5 * MINUTE_US - 1)
    assert all(len(lean.bias) == len(REGIMES) for lean in LEANS.values())


SESSION = MarketConfig(hours="session")


@pytest.mark.parametrize(
    ("day", "wall"),
    [
        (date(2025, 1, 18), time(12)),  # a Saturday
        (date(2025, 11, 27), time(12)),  # Thanksgiving
        (date(2025, 11, 28), time(14)),  # after an early close
        (date(2025, 1, 14), time(3)),
        (date(2025, 1, 14), time(8)),
        (date(2025, 1, 14), time(16, 5)),
    ],
)
def test_where_hours_are_kept_nothing_is_played_while_options_do_not_trade(
    day: date, wall: time
) -> None:
    at = at_new_york(day.toordinal(), wall)
    scenes = ControlledScenes(5, Stage(5, SESSION))
    assert not scenes.active(at, at + 20 * MINUTE_US)
    assert schedule().active(at, at + 20 * MINUTE_US)


def test_where_hours_are_kept_scenes_begin_and_end_in_the_session() -> None:
    day = date(2025, 11, 28).toordinal()
    opens, closes = at_new_york(day, time(9, 30)), at_new_york(day, time(13))
    whole = Schedule(5, Stage(5, SESSION)).active(opens - 20 * MINUTE_US, closes + 20 * MINUTE_US)
    assert len(whole) > 200
    assert all(
        opens <= scene.start_us and scene.start_us + scene.length_us < closes for scene in whole
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("coverage_window_minutes", 15),
        ("profile_weights", {"noise": "high"}),
        ("demo_profile_id", "nothing"),
    ],
)
def test_a_control_refuses_what_no_table_knows(field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"{field} (is|has) .*expected"):
        Control(**{field: value})


def test_scenes_of_the_schedule_are_of_the_catalogue(hour: list[Scene]) -> None:
    assert {scene.label.scenario for scene in hour} <= set(SCENARIOS)
