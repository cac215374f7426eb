"""One small market in which every scenario is played once, shared by the tests of the catalogue."""

from datetime import date, time

import msgspec
import pytest

from flow.domain.sessions import at_new_york
from flow.domain.units import SECOND_US
from ingest.synthetic.casting import cast_at
from ingest.synthetic.config import BEAT_US, MarketConfig
from ingest.synthetic.draws import key_of
from ingest.synthetic.facts import Facts
from ingest.synthetic.market import ListedScenes, Market
from ingest.synthetic.scenarios.catalogue import SCENARIOS
from ingest.synthetic.scenarios.dice import Dice
from ingest.synthetic.scenarios.setting import Unplayable
from ingest.synthetic.sheet import Item
from ingest.synthetic.sidecar import Witness
from ingest.synthetic.stage import Stage
from ingest.synthetic.steps import Scene

SEED = 4
CONFIG = MarketConfig(option_prints_per_s=4.0, equity_prints_per_s=4.0)
START_US = at_new_york(date(2025, 3, 6).toordinal(), time(11))  # a Thursday


class Played(msgspec.Struct, frozen=True):
    """Scenes by scenario, what the market sent, and who saw it."""

    scenes: dict[str, Scene]
    items: list[Item]
    witness: Witness


def build(name: str, stage: Stage, taken: set[str]) -> Scene | None:
    """Return a scene on a symbol that is still free."""
    scenario, dice = SCENARIOS[name], Dice(key_of("test", SEED, name))
    free = [each for each in cast_at(scenario, stage, START_US) if each not in taken]
    for _ in range(30):
        if not free:
            return None
        symbol = dice.pick(free)
        try:
            scene = scenario.build(stage.setting(symbol, START_US), dice)
        except Unplayable:
            free.remove(symbol)
            continue
        taken.add(symbol)
        return scene
    return None


@pytest.fixture(scope="session")
def played() -> Played:
    stage, taken = Stage(SEED, CONFIG), set[str]()
    able = {name: cast_at(each, stage, START_US) for name, each in SCENARIOS.items()}
    ordered = sorted(SCENARIOS, key=lambda name: (len(able[name]), name))
    found = {name: build(name, stage, taken) for name in ordered}
    scenes = {name: scene for name, scene in found.items() if scene is not None}
    market = Market(SEED, CONFIG, ListedScenes(list(scenes.values())))
    last = max(scene.start_us + scene.length_us for scene in scenes.values()) + 45 * SECOND_US
    facts, witness, items = Facts(SEED), Witness(list(scenes.values())), list[Item]()
    for beat in range((START_US - 70 * SECOND_US) // BEAT_US, last // BEAT_US):
        brought = facts.among(market.beat(beat))
        witness.see(brought)
        items.extend(brought)
    return Played(scenes, items, witness)
