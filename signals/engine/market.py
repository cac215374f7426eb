"""What the market knew of a packet beyond its own prints: implied volatility, greeks, events ahead.

Writes into `Features`. What cannot be told stays None.
"""

from collections.abc import Sequence
from typing import NamedTuple

from flow.domain.contracts import Contract
from flow.domain.event_calendar import CalendarEvent
from flow.domain.events import StampedPrint
from flow.domain.sessions import NEW_YORK, Calendar
from flow.domain.settlement import settlement_us, t_years
from flow.domain.units import MICROS, to_datetime
from signals.engine.calendar import DAY_US
from signals.engine.features import Features, ratio
from signals.engine.params import Params
from signals.engine.placement import QuoteState, place
from signals.engine.pricing import PricingParams, Valuation, implied_volatility, value_option
from signals.engine.rounding import rounded

_TWO_SIDED = (QuoteState.OK, QuoteState.LOCKED, QuoteState.WIDE)


class _Life(NamedTuple):
    """Where the underlying stands, and how long the option still lives."""

    spot: float
    years: float


def add_market_facts(  # noqa: PLR0917 - two sides of one join: the packet, and what was known
    features: Features,
    contract: Contract,
    members: Sequence[StampedPrint],
    calendar: Calendar | None,
    event: CalendarEvent | None,
    params: Params,
) -> None:
    """Set the model's and the calendar's features of one final packet, as of its last member.

    Shape: at least one member, sorted by place; `contract` is the nearest leg of a structure,
    which gets the event's features only. `event` is the one that was known to be ahead, if any.
    Missing: volatility and greeks need a settlement time ahead and a fresh quote of the underlying;
    the model's volatility also a fresh two-sided quote of the contract. It is never taken from a
    price that printed: that bounces between bid and ask.
    Source: options-engine.md 0.4, 2.4.1, 3.4, 11.1, 15; register D12 (quote of the last member).
    """
    last = members[-1]
    settle_us = settlement_us(contract, calendar)
    if event is not None:
        _add_event(features, event, last.ts, settle_us, params)
    if features.structure_type or settle_us is None:
        return
    years = t_years(last.ts, settle_us)
    if years > 0 and features.underlying_mid is not None:
        _add_model(features, contract, last, _Life(features.underlying_mid, years), params)


def _add_event(
    features: Features, event: CalendarEvent, as_of_ts: int, settle_us: int | None, params: Params
) -> None:
    """Set the features of an event ahead. Source: options-engine.md 11.1, golden G9c; errata 47."""
    ahead_us = event.event_ts - as_of_ts
    span_us = params.event_concentration_days * DAY_US
    features.event_kind = event.kind
    features.event_time = to_datetime(event.event_ts).astimezone(NEW_YORK).isoformat()
    features.days_to_event = ratio(ahead_us, DAY_US)
    features.pre_event_concentration = ratio(max(0, span_us - ahead_us), span_us)
    features.expiry_after_event = _is_behind(settle_us, event)


def _is_behind(settle_us: int | None, event: CalendarEvent) -> bool | None:
    """Return whether an option lives through an event, None where an unknown hour decides."""
    if settle_us is None:
        return None
    if settle_us >= event.event_ts:
        return True
    return False if settle_us < event.starts_ts else None


def _add_model(
    features: Features, contract: Contract, last: StampedPrint, life: _Life, params: Params
) -> None:
    """Set volatility, if no provider did, and greeks. Source: options-engine.md 0.4, 2.4.1."""
    volatility = features.execution_iv
    if volatility is None:
        volatility = _model_volatility(contract, last, life, params)
        if volatility is None:
            return
        features.execution_iv, features.execution_iv_source = volatility, "model_bs"
    if not _is_believed(volatility, params):
        return
    value = _value(contract, life, volatility, params)
    # Rounded, so that equal bytes do not hang on the last bit of a machine's mathematics.
    features.delta = rounded(value.delta, 6)
    features.gamma = rounded(value.gamma, 8)
    features.vega = rounded(value.vega, 6)
    features.theta = rounded(value.theta, 6)
    multiplier = _multiplier_of(last)
    if multiplier is not None:
        shares = features.total_size * multiplier
        features.underlying_notional_usd = rounded(life.spot * shares * abs(features.delta), 2)


def _multiplier_of(print_: StampedPrint) -> int | None:
    """Return the multiplier of a stamp's premium, which reference data may have told (5.2).

    Missing: None where the premium is not known, or 0.
    """
    value = print_.price_micros * print_.size
    return None if not value or print_.premium_micros is None else print_.premium_micros // value


def _model_volatility(
    contract: Contract, last: StampedPrint, life: _Life, params: Params
) -> float | None:
    """Return the volatility in the middle of the last member's quote.

    Missing: a bid that is not above exercise value says nothing of volatility (of an American
    option even less); nor does a spread that could as well mean another one.
    """
    bid, ask = last.bid_micros, last.ask_micros
    if bid is None or ask is None or place(last, params).quote_state not in _TWO_SIDED:
        return None
    inside = life.spot - contract.strike_micros / MICROS
    if bid / MICROS <= (inside if contract.right == "C" else -inside):
        return None
    found = implied_volatility(
        (bid + ask) / (2 * MICROS),
        life.spot,
        contract.strike_micros / MICROS,
        years=life.years,
        right=contract.right,
        rate=params.risk_free_rate,
        dividend=params.dividend_yield,
    )
    if found is None or not _is_believed(found, params):
        return None
    vega = _value(contract, life, found, params).vega
    half_spread = (ask - bid) / (2 * MICROS)
    return None if half_spread > params.model_iv_max_error * vega else rounded(found, 6)


def _is_believed(volatility: float, params: PricingParams) -> bool:
    return params.model_iv_min <= volatility <= params.model_iv_max


def _value(contract: Contract, life: _Life, volatility: float, params: PricingParams) -> Valuation:
    return value_option(
        life.spot,
        contract.strike_micros / MICROS,
        volatility,
        years=life.years,
        right=contract.right,
        rate=params.risk_free_rate,
        dividend=params.dividend_yield,
    )
