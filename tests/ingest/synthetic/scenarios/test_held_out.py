"""Held-out ranges: disjoint from those of development, as asked for and as played."""

import pytest

from flow.domain.contracts import parse_contract
from ingest.synthetic.casting import cast_at
from ingest.synthetic.scenarios import catalogue
from ingest.synthetic.scenarios.catalogue import NEAR_MISSES, SCENARIOS
from ingest.synthetic.scenarios.dice import Dice
from ingest.synthetic.scenarios.draft import SLACK
from ingest.synthetic.scenarios.held_out import CHANGED, HELD_OUT
from ingest.synthetic.scenarios.ranges import Ranges
from ingest.synthetic.scenarios.setting import Unplayable
from ingest.synthetic.stage import Stage
from tests.ingest.synthetic.scenarios.conftest import CONFIG, SEED, START_US

DAY_US = 86_400_000_000
LIMITS = {"least_micros", "widest_bps"}  # of what contracts are taken at all: nothing is drawn
DATED = sorted(name for name, fields in CHANGED.items() if "dte" in fields)


def reach(dte: tuple[int, ...]) -> tuple[int, int]:
    """Return the fewest and the most days to expiry that may be played."""
    return min(dte) - min(dte) // SLACK, max(dte) + max(dte) // SLACK


def apart(one: tuple[float, float], two: tuple[float, float]) -> bool:
    return one[1] < two[0] or two[1] < one[0]


@pytest.mark.parametrize("name", sorted(HELD_OUT))
def test_held_out_ranges_do_not_meet_those_of_development(name: str) -> None:
    ours, theirs = SCENARIOS[name].ranges, HELD_OUT[name]

    assert set(CHANGED[name]) - LIMITS
    for field in set(CHANGED[name]) - LIMITS:
        one, two = getattr(ours, field), getattr(theirs, field)
        if field == "dte":
            one, two = reach(one), reach(two)
        assert apart(one, two), (field, one, two)


def days_played(name: str, ranges: Ranges, stage: Stage) -> set[int]:
    """Return the days to expiry of the first legs of scenes on some days and names."""
    found = set()
    for number in range(0, 9, 2):
        start = START_US + number * DAY_US
        for symbol in cast_at(SCENARIOS[name], stage, start, ranges)[:4]:
            setting = stage.setting(symbol, start)
            try:
                scene = SCENARIOS[name].build(setting, Dice(number), ranges)
            except Unplayable:
                continue
            found.add(parse_contract(scene.contracts[0]).expiry - setting.trade_date)
    return found


@pytest.mark.parametrize("name", DATED)
def test_expiries_that_are_played_do_not_meet_either(name: str) -> None:
    stage = Stage(SEED, CONFIG)
    ours = days_played(name, SCENARIOS[name].ranges, stage)
    theirs = days_played(name, HELD_OUT[name], stage)

    assert ours
    assert theirs
    assert apart((min(ours), max(ours)), (min(theirs), max(theirs))), (ours, theirs)


def test_everything_that_is_rated_has_held_out_ranges() -> None:
    rated = (*catalogue.OPTION_SCENARIOS, *NEAR_MISSES, *catalogue.DARK)

    assert {each.name for each in rated} <= set(HELD_OUT)
