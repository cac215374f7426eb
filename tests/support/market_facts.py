"""Packets of which only what the market knew is set: model volatility, greeks, events ahead."""

from typing import Any

from flow.domain.contracts import parse_contract
from flow.domain.events import StampedPrint
from flow.domain.sessions import Calendar
from signals.engine.calendar import EventCalendar
from signals.engine.features import Features
from signals.engine.market import add_market_facts
from signals.engine.params import Params
from tests.support.engine_builders import stamped

MODEL = ("delta", "gamma", "vega", "theta", "underlying_notional_usd")


def facts(
    *members: StampedPrint,
    features: dict[str, Any] | None = None,
    calendar: Calendar | None = None,
    events: EventCalendar | None = None,
    **tuned: Any,
) -> Features:
    """Return the features of a packet, of which only market facts and their inputs are set."""
    held = members or (stamped(),)
    found = Features(
        **({"total_size": sum(each.size for each in held), "underlying_mid": 450.5}
           | (features or {}))
    )  # fmt: skip
    contract, params = parse_contract(held[-1].contract), Params.from_values(tuned)
    event = (events or EventCalendar()).lookup(contract.underlying, held[-1].ts, params)
    add_market_facts(found, contract, held, calendar, event, params)
    return found


def told(features: Features, names: tuple[str, ...]) -> list[str]:
    return [name for name in names if getattr(features, name) is not None]
