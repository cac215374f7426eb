"""The register: every environment variable the project knows, each exactly once."""

from islandflow.env_register import core, engine, feeds, market, web
from islandflow.env_register.variable import Group, Variable

GROUPS: tuple[Group, ...] = (
    core.OWN,
    core.CORE,
    feeds.SELECTION,
    feeds.ALPACA,
    feeds.DATABENTO,
    feeds.IBKR,
    engine.SIGNAL,
    engine.COMPUTE,
    engine.CLASSIFIER,
    engine.DARK,
    engine.FLOW,
    market.CANDLES,
    market.REFERENCE,
    market.REPLAY,
    web.API,
    web.WEB,
)
REGISTER: tuple[Variable, ...] = tuple(v for group in GROUPS for v in group.variables)
BY_NAME: dict[str, Variable] = {variable.name: variable for variable in REGISTER}
