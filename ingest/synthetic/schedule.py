"""Which scene begins when, and on which symbol: a pure function of (seed, control, instant).

    block                block                block            one block = the coverage window
    |s s s s s s s s ...|s s s s s s s s ...|s s s ...         one slot = a scene or none

A block is planned as a whole, so that coverage assist can count what it has played. The universe is
dealt to as many groups as keep a symbol silent for a quarter of an hour: block n plays group n. The
few names whose options expire every day play in every block, each in a minute and a half of its
own: on a Monday nobody else has the contracts of hedges. Where the exchanges' hours are kept, a
scene begins and ends in a regular session.
"""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from flow.domain.units import MINUTE_US, SECOND_US
from ingest.synthetic.casting import cast_at
from ingest.synthetic.clockwork import is_regular
from ingest.synthetic.control import Control
from ingest.synthetic.coverage import OVERDUE_MINUTES, coverage_boost
from ingest.synthetic.draws import key_of
from ingest.synthetic.regimes import Mood, mood_at
from ingest.synthetic.scenarios.catalogue import (
    DARK,
    NEAR_MISSES,
    OPTION_SCENARIOS,
    PLATFORM,
    PROFILES,
    scenario_of,
)
from ingest.synthetic.scenarios.dice import Dice
from ingest.synthetic.scenarios.labelled import DEMO_PROFILES
from ingest.synthetic.scenarios.scenario import Scenario
from ingest.synthetic.scenarios.setting import Unplayable
from ingest.synthetic.stage import Stage
from ingest.synthetic.steps import Scene
from ingest.synthetic.universe import DAILY_EXPIRIES

SLOT_US = 30 * SECOND_US  # guess: 120 scenes an hour, so that realistic stays mostly background
QUIET_US = 15 * MINUTE_US  # no two scenes on one symbol within
LONGEST_US = 6 * MINUTE_US  # of any scene; a test holds the catalogue to it
DEMO_EVERY_SLOTS = 2  # a labelled demo scene a minute (platform.md 4.6: base 60 s)
# Weights of what has no profile, beside the about seven of all profiles together (guess).
_OTHER = {"near_miss": 0.8, "off_exchange": 1.0, "platform": 0.3}
_TRIES, _SYMBOLS = 6, 12  # scenarios of a slot, and underlyings of each
_DAILY = tuple(sorted(DAILY_EXPIRIES))
_DAILY_SLOTS = 3
_OVERDUE_SLOTS = OVERDUE_MINUTES * MINUTE_US // SLOT_US


class Schedule:
    """The scenes of a live market: a `SceneSource`. Holds a cache of blocks only."""

    def __init__(self, seed: int, stage: Stage, control: Control | None = None) -> None:
        """Take the undisturbed market, of the same seed, that scenes are placed in."""
        self._seed = seed
        self._stage = stage
        self.control = control or Control()
        self._block_us = self.control.coverage_window_minutes * MINUTE_US
        self._groups = QUIET_US // self._block_us + 2
        self._blocks: dict[int, list[Scene]] = {}

    def active(self, from_us: int, until_us: int) -> Sequence[Scene]:
        """Return the scenes that begin before `until_us` and end at or after `from_us`."""
        first, last = (from_us - LONGEST_US) // self._block_us, (until_us - 1) // self._block_us
        return [
            scene
            for number in range(first, last + 1)
            for scene in self._block(number)
            if scene.start_us < until_us and scene.start_us + scene.length_us >= from_us
        ]

    def _block(self, number: int) -> list[Scene]:
        found = self._blocks.get(number)
        if found is None:
            if len(self._blocks) > 8:
                self._blocks.clear()
            found = self._blocks[number] = self._plan(number)
        return found

    def _plan(self, number: int) -> list[Scene]:
        """Plan one block, slot after slot."""
        scenes: list[Scene] = []
        counts: Counter[str] = Counter()
        taken: set[str] = set()
        last = dict.fromkeys(PROFILES, 0)  # slot of each profile's last scene
        for slot in range(self._block_us // SLOT_US):
            start = number * self._block_us + slot * SLOT_US
            dice = Dice(key_of("scene", self._seed, self.control.shared_seed, start))
            start += dice.whole((0, SLOT_US // 3))
            if not is_regular(start, self._stage.hours):
                continue
            group = number % self._groups
            overdue = self._overdue(last, slot)
            scene = self._play(
                dice, start, counts, group=group, taken=taken, slot=slot, overdue=overdue
            )
            if scene is not None and is_regular(start + scene.length_us, self._stage.hours):
                scenes.append(scene)
                taken.add(scene.symbol)
                counts[scene.label.profile or ""] += 1
                last[scene.label.profile or ""] = slot
        return scenes

    def _overdue(self, last: dict[str, int], slot: int) -> str | None:
        """Return the profile that waits longest, where coverage assist lets none wait so long."""
        if not self.control.coverage_assist:
            return None
        profile = min(PROFILES, key=lambda each: (last[each], each))
        return profile if slot - last[profile] >= _OVERDUE_SLOTS else None

    def _play(
        self, dice: Dice, start: int, counts: Counter[str], *, group: int, taken: set[str],
        slot: int, overdue: str | None,
    ) -> Scene | None:  # fmt: skip
        mood = mood_at(self.control, start)
        for attempt in range(_TRIES):
            wanted = overdue if attempt < _TRIES // 2 else None
            scenario = self._choose(dice, mood, counts, slot, wanted)
            able = [
                name
                for name in self._names(scenario, mood, start)
                if name not in taken and self._has_turn(name, group, slot)
            ]
            for name in dice.sample(able, len(able) if wanted else _SYMBOLS):
                try:
                    return scenario.build(self._stage.setting(name, start), dice)
                except Unplayable:
                    continue
        return None

    def _names(self, scenario: Scenario, mood: Mood, start: int) -> tuple[str, ...]:
        """Return who may play; names in focus are asked first for what needs an event."""
        able = cast_at(scenario, self._stage, start)
        if scenario.family == "event_driven" and mood.event_names:
            return tuple(name for name in mood.event_names if name in able) + able
        return able

    def _has_turn(self, name: str, group: int, slot: int) -> bool:
        if name not in DAILY_EXPIRIES or self._block_us < QUIET_US + LONGEST_US // 2:
            return _group_of(name, self._groups) == group
        slots = self._block_us // SLOT_US
        first = _DAILY.index(name) * slots // len(_DAILY)
        return first <= slot < first + _DAILY_SLOTS

    def _choose(
        self, dice: Dice, mood: Mood, counts: Counter[str], slot: int, wanted: str | None
    ) -> Scenario:
        control = self.control
        if control.demo_profile_id and slot % DEMO_EVERY_SLOTS == 0:
            return scenario_of(dice.pick(DEMO_PROFILES[control.demo_profile_id]))
        if wanted is not None:
            return dice.weighted([(each, each.weight) for each in _pool(wanted)])
        weights = list(mood.weights.items())
        if control.coverage_assist:
            played = {profile: counts[profile] for profile in PROFILES}
            window = control.coverage_window_minutes
            weights = [
                (name, weight * coverage_boost(played, name, window) if name in played else weight)
                for name, weight in weights
            ]
        family = dice.weighted([*weights, *_OTHER.items()])
        return dice.weighted([(each, each.weight) for each in _pool(family)])


@lru_cache(maxsize=32)
def _pool(family: str) -> tuple[Scenario, ...]:
    if family == "near_miss":
        return NEAR_MISSES
    return tuple(each for each in (*OPTION_SCENARIOS, *DARK, *PLATFORM) if each.family == family)


@lru_cache(maxsize=4_096)
def _group_of(symbol: str, groups: int) -> int:
    return key_of("group", symbol) % groups
