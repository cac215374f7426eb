from itertools import pairwise

import pytest

from ingest.synthetic.config import MarketConfig
from ingest.synthetic.control import Control
from ingest.synthetic.controlled import Change, ControlledScenes
from ingest.synthetic.stage import Stage
from ingest.synthetic.steps import Scene
from tests.ingest.synthetic.scenes import START, S

MINUTE = 60 * S
TURN = START + 7 * MINUTE
LATER = Change(TURN, Control(preset_id="event_day", shared_seed=5))
END = START + 40 * MINUTE


def scenes_of(*history: Change, seed: int = 3) -> list[Scene]:
    source = ControlledScenes(seed, Stage(seed, MarketConfig()), history)
    found = {scene.uid: scene for scene in source.active(START, END)}
    return sorted(found.values(), key=lambda scene: scene.start_us)


def test_a_change_leaves_what_began_before_it_and_deals_anew_after_it() -> None:
    calm, changed = scenes_of(), scenes_of(LATER)
    assert [s for s in calm if s.start_us < TURN] == [s for s in changed if s.start_us < TURN]
    assert [s.uid for s in calm if s.start_us >= TURN] != [
        s.uid for s in changed if s.start_us >= TURN
    ]


def test_a_control_saved_again_unchanged_changes_nothing() -> None:
    same = Change(TURN, Control(updated_at=5, updated_by="someone"))
    later = [scene.uid for scene in scenes_of() if scene.start_us >= TURN + 15 * MINUTE]
    assert [s.uid for s in scenes_of(same) if s.start_us >= TURN + 15 * MINUTE] == later


def test_no_symbol_plays_twice_within_a_quarter_of_an_hour_of_a_change() -> None:
    for seed in range(4):
        by_symbol: dict[str, list[int]] = {}
        for scene in scenes_of(LATER, seed=seed):
            by_symbol.setdefault(scene.symbol, []).append(scene.start_us)
        gaps = [b - a for starts in by_symbol.values() for a, b in pairwise(starts)]
        assert all(gap >= 15 * MINUTE for gap in gaps)


def test_three_saves_within_five_minutes_keep_symbols_apart_as_well() -> None:
    saves = (
        Change(TURN, Control(preset_id="event_day")),
        Change(TURN + 2 * MINUTE, Control(preset_id="retail_chase", shared_seed=5)),
        Change(
            TURN + 5 * MINUTE,
            Control(preset_id="event_day", shared_seed=77, coverage_window_minutes=10),
        ),
    )
    for seed in range(3):
        by_symbol: dict[str, list[int]] = {}
        for scene in scenes_of(*saves, seed=seed):
            by_symbol.setdefault(scene.symbol, []).append(scene.start_us)
        gaps = [b - a for starts in by_symbol.values() for a, b in pairwise(starts)]
        assert gaps
        assert min(gaps) >= 15 * MINUTE


def test_hearing_of_a_change_ahead_of_time_gives_the_stream_of_knowing_it_all_along() -> None:
    source = ControlledScenes(3, Stage(3, MarketConfig()))
    before = list(source.active(START, TURN - S))
    source.update([LATER])
    assert source.history == (LATER,)
    found = {scene.uid: scene for scene in [*before, *source.active(START, END)]}
    assert sorted(found.values(), key=lambda scene: scene.start_us) == scenes_of(LATER)


def test_changes_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="not in the order of their instants"):
        scenes_of(LATER, Change(TURN, Control()))
