"""All scenarios by name, family and kind. Nothing is defined here."""

from ingest.synthetic.scenarios import (
    arbitrage,
    dark,
    event_driven,
    hedge,
    institutional,
    labelled,
    noise,
    platform,
    retail,
    vol_seller,
)
from ingest.synthetic.scenarios.scenario import Scenario

PROFILES = (
    "institutional_directional", "retail_whale", "event_driven", "vol_seller", "arbitrage",
    "hedge_reactive",
)  # fmt: skip
_OPTIONS = (institutional, retail, event_driven, vol_seller, arbitrage, hedge, noise)
OPTION_SCENARIOS = tuple(each for module in _OPTIONS for each in module.SCENARIOS)
NEAR_MISSES = tuple(each for module in (*_OPTIONS, dark) for each in module.NEAR_MISSES)
LABELLED, DARK, PLATFORM = labelled.SCENARIOS, dark.SCENARIOS, platform.SCENARIOS
SCENARIOS: dict[str, Scenario] = {
    each.name: each for each in (*OPTION_SCENARIOS, *NEAR_MISSES, *LABELLED, *DARK, *PLATFORM)
}


def scenario_of(name: str) -> Scenario:
    """Return a scenario. Errors: KeyError that lists the names."""
    if name not in SCENARIOS:
        raise KeyError(f"scenario is {name}; expected one of {', '.join(sorted(SCENARIOS))}")
    return SCENARIOS[name]


def of_family(family: str, *, near_misses: bool = False) -> tuple[Scenario, ...]:
    """Return the scenarios of a family in their order, the labelled seven left out."""
    pool = NEAR_MISSES if near_misses else (*OPTION_SCENARIOS, *DARK, *PLATFORM)
    return tuple(each for each in pool if each.family == family)
