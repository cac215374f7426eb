"""The scenario lab: chosen scenarios on one market, each held against what must come of it.

    warm-up, 10 minutes   scene   90 s   scene   90 s   scene   2 minutes
    |---------------------|--------------|--------------|-----------|

Pure: the market, both engines and the judgement; the label is read after the engines have spoken.
"""

from collections.abc import Iterator, Sequence
from datetime import date, time
from typing import Literal

import msgspec

from flow.domain.sessions import at_new_york
from flow.domain.units import MINUTE_US
from ingest.synthetic.config import BEAT_US, MarketConfig
from ingest.synthetic.facts import Facts
from ingest.synthetic.generating import AFTER_US, APART_US, scene_at
from ingest.synthetic.market import ListedScenes, Market
from ingest.synthetic.scenarios.catalogue import (
    DARK,
    NEAR_MISSES,
    OPTION_SCENARIOS,
    PROFILES,
    scenario_of,
)
from ingest.synthetic.scenarios.scenario import Scenario
from ingest.synthetic.scenarios.setting import Unplayable
from ingest.synthetic.stage import Stage
from ingest.synthetic.steps import Scene
from ingest.synthetic.trial import Reading, watch
from signals.engine.params import Params

# The rates of an evaluation would take three times as long and decide nothing else.
RATES = MarketConfig(option_prints_per_s=20.0, equity_prints_per_s=20.0)
BEGINS = time(10, 30)
WARM_UP_US = 10 * MINUTE_US
MOST = 36  # scenarios of one examination: the last one is over an hour before the close
NOTHING = "nothing"
Outcome = Literal["pass", "fail", "not played"]


class Difference(msgspec.Struct, frozen=True):
    """One thing that came out otherwise: `what` is evidence, reading, direction, score, alert."""

    what: str
    expected: str
    found: str


class Examined(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one scenario. `differences` begin with the first; `start_us` 0: not played.

    `evidence` is what its own prints must show, and what not.
    """

    scenario: str
    outcome: Outcome
    evidence: str
    expected: str
    found: str
    symbol: str = ""
    start_us: int = 0
    prints: int = 0
    differences: tuple[Difference, ...] = ()


def one_and_a_near_miss_of_each() -> list[str]:
    """Return the first scenario and the first near miss of every hypothesis, by name."""
    found = []
    for profile in (*PROFILES, "off_exchange"):
        played = DARK if profile == "off_exchange" else OPTION_SCENARIOS
        found.append(next(each.name for each in played if each.family == profile))
        found.append(next(each.name for each in NEAR_MISSES if each.family == profile))
    return found


def examine(
    names: Sequence[str], seed: int, *, day: date, params: Params, config: MarketConfig = RATES
) -> list[Examined]:
    """Play a scene of each scenario on the market of a seed; return what came of each, in order.

    Shape: `day` is a trading day. One that fits no underlying that day is "not played".
    Errors: KeyError for an unknown name; ValueError for none or more than MOST.
    """
    if not 1 <= len(names) <= MOST:
        raise ValueError(f"{len(names)} scenarios received; expected 1 to {MOST}")
    begins = at_new_york(day.toordinal(), BEGINS)
    from_us = begins + WARM_UP_US
    stage, taken = Stage(seed, config), set[str]()
    scenes: list[Scene] = []
    refused: dict[int, str] = {}
    for number, name in enumerate(names):
        try:
            scenes.append(scene_at(number, name, stage, seed=seed, from_us=from_us, taken=taken))
        except Unplayable as error:
            refused[number] = str(error)
    until_us = from_us + len(names) * APART_US + AFTER_US
    market = Market(seed, config, ListedScenes(scenes))
    beats = range(begins // BEAT_US, until_us // BEAT_US if scenes else 0)
    played = Facts(seed).beats((beat, market.beat(beat)) for beat in beats)
    outcome = watch(played, scenes, from_us=from_us, until_us=until_us, params=params)
    readings = iter(outcome.readings)
    return [
        _not_played(name, refused[number]) if number in refused else judge(next(readings))
        for number, name in enumerate(names)
    ]


def judge(reading: Reading) -> Examined:
    """Hold what came of a scene against its label. What its own events do not show comes first."""
    label, scenario = reading.label, scenario_of(reading.label.scenario)
    differences = tuple(_differences(reading, scenario))
    return Examined(
        scenario=scenario.name,
        outcome="fail" if differences else "pass",
        evidence=evidence_of(scenario),
        expected=must_come(scenario, label.direction),
        found=_found(reading),
        symbol=reading.symbol,
        start_us=reading.start_us,
        prints=reading.prints,
        differences=differences,
    )


def must_come(scenario: Scenario, direction: str = "unknown") -> str:
    """Return in words what must come of a scenario."""
    told = scenario.profile or scenario.dark or NOTHING
    if scenario.profile and direction != "unknown":
        told += f", {direction}"
    if scenario.profile and scenario.confidence:
        told += ", score {:.2f} to {:.2f}".format(*scenario.confidence)
    return told


def evidence_of(scenario: Scenario) -> str:
    """Return in words what a scenario's own prints must show, and what they must not."""
    return "; ".join(
        [*map(str, scenario.required), *(f"not {each}" for each in scenario.forbidden)]
    )


def _not_played(name: str, why: str) -> Examined:
    scenario = scenario_of(name)
    return Examined(
        scenario=name,
        outcome="not played",
        evidence=evidence_of(scenario),
        expected=must_come(scenario),
        found=why,
    )


def _differences(reading: Reading, scenario: Scenario) -> Iterator[Difference]:
    label = reading.label
    if reading.failed:
        yield Difference("evidence", "what the scenario stands for", reading.failed)
    if reading.profile != label.profile:
        yield Difference("reading", label.profile or NOTHING, _read_as(reading))
    elif label.profile:
        if label.direction not in ("unknown", reading.direction):
            yield Difference("direction", label.direction, reading.direction)
        low, high = scenario.confidence or (0.0, 1.0)
        if not low <= reading.score <= high:
            yield Difference("score", f"{low:.2f} to {high:.2f}", f"{reading.score:.4f}")
    elif reading.alert_score is not None:
        yield Difference("alert", NOTHING, f"an alert of {reading.alert_score} points")
    if scenario.family == "off_exchange":
        told = sorted(set(reading.dark))
        wrong = label.near_miss_of if label.near_miss_of in told else None
        if wrong or (label.dark and label.dark not in told):
            yield Difference("off exchange", label.dark or NOTHING, ", ".join(told) or NOTHING)


def _found(reading: Reading) -> str:
    told = [_read_as(reading)] if reading.profile or not reading.dark else []
    if reading.profile:
        told.append(f"{reading.direction}, score {reading.score:.2f}")
    told += sorted(set(reading.dark))
    if reading.alert_score is not None:
        told.append(f"alert of {reading.alert_score} points")
    return ", ".join(told)


def _read_as(reading: Reading) -> str:
    if reading.profile:
        return reading.profile
    return f"{NOTHING} ({', '.join(reading.reasons)})" if reading.reasons else NOTHING
