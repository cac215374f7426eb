"""Labelled runs to be written: the seven of the catalogue, or any scenarios by name.

Each scenario gets its own symbol and its own time, a minute and a half after the one before, behind
a warm-up. A scene whose emitted events do not show what it stands for fails the build.
"""

from collections.abc import Sequence
from pathlib import Path

from flow.domain.units import MINUTE_US, SECOND_US
from ingest.synthetic.casting import cast_at
from ingest.synthetic.config import MarketConfig
from ingest.synthetic.draws import key_of
from ingest.synthetic.runs import Manifest, write_run
from ingest.synthetic.scenarios.catalogue import scenario_of
from ingest.synthetic.scenarios.dice import Dice
from ingest.synthetic.scenarios.setting import Unplayable
from ingest.synthetic.stage import Stage
from ingest.synthetic.steps import Scene

APART_US = 90 * SECOND_US
AFTER_US = 120 * SECOND_US
_TRIES = 40


def generate(
    folder: Path, run: str, seed: int, names: Sequence[str], *, config: MarketConfig,
    start_us: int, warm_up_us: int = 10 * MINUTE_US,
) -> Manifest:  # fmt: skip
    """Write a run with one scene of each scenario.

    Errors: KeyError for an unknown name; Unplayable where no underlying of its cast fits;
    BuildFailed where events do not show what a scene stands for.
    """
    stage = Stage(seed, config)
    scenes = one_of_each(names, stage, seed=seed, from_us=start_us + warm_up_us)
    last = max((scene.start_us + scene.length_us for scene in scenes), default=start_us)
    return write_run(
        folder, run, seed, config, scenes, from_us=start_us, until_us=last + AFTER_US
    )  # fmt: skip


def one_of_each(names: Sequence[str], stage: Stage, *, seed: int, from_us: int) -> list[Scene]:
    """Return a scene of each scenario, one after another, on different symbols where it can be.

    Errors: KeyError for an unknown name; Unplayable where no underlying of its cast fits.
    """
    scenes: list[Scene] = []
    taken: set[str] = set()
    for number, name in enumerate(names):
        scenes.append(scene_at(number, name, stage, seed=seed, from_us=from_us, taken=taken))
    return scenes


def scene_at(
    number: int, name: str, stage: Stage, *, seed: int, from_us: int, taken: set[str]
) -> Scene:
    """Return the scene of one scenario at its place in a run, and add its symbol to `taken`.

    Errors: as `one_of_each`.
    """
    scenario = scenario_of(name)
    start = from_us + number * APART_US
    dice = Dice(key_of("run", seed, number, name))
    able = cast_at(scenario, stage, start)
    if not able:
        raise Unplayable(f"{name} has nobody to play it: no report is as far ahead as it needs")
    free = [symbol for symbol in able if symbol not in taken] or list(able)
    for _ in range(_TRIES):
        try:
            scene = scenario.build(stage.setting(dice.pick(free), start), dice)
        except Unplayable as error:
            reason = error
            continue
        taken.add(scene.symbol)
        return scene
    raise Unplayable(f"{name} fits no underlying of its cast; the last one: {reason}")
