"""Many labelled scenes on one market, one after another: what an evaluation plays.

Families take turns, so that every profile has as many scenes; inside a family the weights of the
catalogue decide. A pure function of (seed, slot).
"""

from collections.abc import Mapping, Sequence

import msgspec

from flow.domain.units import SECOND_US
from ingest.synthetic.casting import cast_at
from ingest.synthetic.draws import key_of
from ingest.synthetic.scenarios.catalogue import NEAR_MISSES, PROFILES, of_family
from ingest.synthetic.scenarios.dice import Dice
from ingest.synthetic.scenarios.ranges import Ranges
from ingest.synthetic.scenarios.scenario import Scenario
from ingest.synthetic.scenarios.setting import Unplayable
from ingest.synthetic.stage import Stage
from ingest.synthetic.steps import Scene

# Of 21 slots two belong to each profile, five to near misses of option profiles, the rest to noise,
# off-exchange and platform scenarios (guess).
_TURNS = (
    *PROFILES, "near_miss", "near_miss", "neutral_noise", "off_exchange", *PROFILES, "near_miss",
    "near_miss", "near_miss", "platform",
)  # fmt: skip
_TRIES, _SYMBOLS = 4, 12  # scenarios of a slot, and underlyings of each


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to place. Units: `every_us` between starts, `apart_us` between scenes of one symbol.

    `ranges` replaces those of the catalogue by scenario; a scenario without an entry keeps its own.
    """

    seed: int
    from_us: int
    count: int
    every_us: int = 6 * SECOND_US
    apart_us: int = 240 * SECOND_US
    ranges: Mapping[str, Ranges] = {}


def place(plan: Plan, stage: Stage) -> list[Scene]:
    """Return the scenes of a plan in the order of their start.

    A slot whose draws fit no underlying stays empty.
    """
    scenes: list[Scene] = []
    free: dict[str, int] = {}
    for slot in range(plan.count):
        dice = Dice(key_of("slot", plan.seed, slot))
        start = plan.from_us + slot * plan.every_us + dice.whole((0, plan.every_us // 4))
        scene = _place_one(plan, stage, dice, start, free=free, turn=slot % len(_TURNS))
        if scene is not None:
            scenes.append(scene)
            free[scene.symbol] = start + scene.length_us + plan.apart_us
    return scenes


def _place_one(
    plan: Plan, stage: Stage, dice: Dice, start: int, *, free: dict[str, int], turn: int
) -> Scene | None:
    pool = scenarios_of(_TURNS[turn])
    for _ in range(_TRIES):
        scenario = dice.weighted([(each, each.weight) for each in pool])
        ranges = plan.ranges.get(scenario.name)
        named = cast_at(scenario, stage, start, ranges)
        able = [name for name in named if free.get(name, 0) <= start]
        for name in dice.sample(able, _SYMBOLS):
            setting = stage.setting(name, start)
            try:
                return scenario.build(setting, dice, ranges)
            except Unplayable:
                continue
    return None


def scenarios_of(turn: str) -> Sequence[Scenario]:
    """Return what may be played in a turn."""
    if turn == "near_miss":
        return [each for each in NEAR_MISSES if each.family != "off_exchange"]
    if turn == "off_exchange":
        return (*of_family(turn), *of_family(turn, near_misses=True))
    return of_family(turn)
