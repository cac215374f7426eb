"""The catalogue of features: what people call each one, its unit, its basis, what it rests on.

One line per field of `features.Features`, in its order. No values and no thresholds.
"""

from typing import Literal

import msgspec

# Measured: as the tape, a quote or a reference row states it. Derived: exact arithmetic on those.
# Inferred: a rule or a model decides, so another one might say otherwise.
# Source: options-engine.md 2.8 (basis of a feature).
Basis = Literal["measured", "derived", "inferred"]

# Which evidence links of the packet's event to follow. Baselines and the calendar have no row of
# their own to link to: they are state over earlier packets, and what was announced by then.
Role = Literal["member", "quote", "spot", "baseline", "calendar", "none"]


class Meaning(msgspec.Struct, frozen=True):
    """What a key means, whatever its value."""

    label: str
    unit: str
    basis: Basis
    roles: tuple[Role, ...]


_TAPE: tuple[Role, ...] = ("member",)
_QUOTED: tuple[Role, ...] = ("member", "quote")
_SPOT: tuple[Role, ...] = ("member", "spot")
_MODEL: tuple[Role, ...] = ("member", "quote", "spot")
_USUAL: tuple[Role, ...] = ("member", "baseline")
_QUOTE_USUAL: tuple[Role, ...] = ("member", "quote", "baseline")
_MODEL_USUAL: tuple[Role, ...] = ("member", "quote", "spot", "baseline")
_DATES: tuple[Role, ...] = ("member", "calendar")
_REFERENCE: tuple[Role, ...] = ("none",)  # a reference row of the day, no entry of the log


def _measured(label: str, unit: str, roles: tuple[Role, ...]) -> Meaning:
    return Meaning(label, unit, "measured", roles)


def _derived(label: str, unit: str, roles: tuple[Role, ...]) -> Meaning:
    return Meaning(label, unit, "derived", roles)


def _inferred(label: str, unit: str, roles: tuple[Role, ...]) -> Meaning:
    return Meaning(label, unit, "inferred", roles)


# In the order of `features.Features`. Units: text, count, flag, contracts, prints, days, ms, USD,
# bps, ratio (0 to 1, or signed around 0), z (robust deviations), vol (1.00 is 100 % a year).
MEANINGS: dict[str, Meaning] = {
    # What it is
    "granularity": _measured("kind of record", "text", _TAPE),
    "option_type": _measured("right", "text", _TAPE),
    "security_type": _measured("kind of underlying", "text", _TAPE),
    "expiry": _measured("expiry", "text", _TAPE),
    "strike": _measured("strike", "USD", _TAPE),
    "session": _derived("trading session", "text", _TAPE),
    "session_date": _derived("trade date", "text", _TAPE),
    "dte_days": _derived("days to expiry", "days", _TAPE),
    # How much
    "count": _derived("prints", "prints", _TAPE),
    "total_size": _derived("size", "contracts", _TAPE),
    "max_print_size": _derived("largest print", "contracts", _TAPE),
    "premium_usd": _derived("premium", "USD", _TAPE),
    "first_price": _measured("first price", "USD", _TAPE),
    "last_price": _measured("last price", "USD", _TAPE),
    "vwap": _derived("average price by size", "USD", _TAPE),
    # How fast
    "span_ms": _derived("first to last print", "ms", _TAPE),
    "inter_fill_ms_median": _derived("median gap between prints", "ms", _TAPE),
    "inter_fill_ms_max": _derived("longest gap between prints", "ms", _TAPE),
    # Where it printed
    "nbbo_aa_count": _derived("prints above the ask", "prints", _QUOTED),
    "nbbo_a_count": _derived("prints at the ask", "prints", _QUOTED),
    "nbbo_mid_count": _derived("prints inside the spread", "prints", _QUOTED),
    "nbbo_b_count": _derived("prints at the bid", "prints", _QUOTED),
    "nbbo_bb_count": _derived("prints below the bid", "prints", _QUOTED),
    "nbbo_missing_count": _derived("prints without a quote", "prints", _QUOTED),
    "nbbo_stale_count": _derived("prints with a stale quote", "prints", _QUOTED),
    "covered_size": _derived("size with a usable quote", "contracts", _QUOTED),
    "coverage": _derived("share with a usable quote", "ratio", _QUOTED),
    "stale_ratio": _derived("share with a stale quote", "ratio", _QUOTED),
    "missing_ratio": _derived("share without a quote", "ratio", _QUOTED),
    "quote_quality": _derived("quoted less stale share", "ratio", _QUOTED),
    "neutral_size": _derived("size without a side", "contracts", _QUOTED),
    "inside_ratio": _derived("quoted share inside the spread", "ratio", _QUOTED),
    "buy_raw": _derived("share at the ask or above", "ratio", _QUOTED),
    "sell_raw": _derived("share at the bid or below", "ratio", _QUOTED),
    "buy_size": _inferred("size at the ask, weighted", "contracts", _QUOTED),
    "sell_size": _inferred("size at the bid, weighted", "contracts", _QUOTED),
    "buy_share": _inferred("share at the ask, weighted", "ratio", _QUOTED),
    "sell_share": _inferred("share at the bid, weighted", "ratio", _QUOTED),
    "signed_share": _inferred("share that took a side", "ratio", _QUOTED),
    "imbalance": _inferred("imbalance of the sides", "ratio", _QUOTED),
    "mixed_aggression": _inferred("both sides took part", "flag", _QUOTED),
    "premium_buy_usd": _inferred("premium at the ask, weighted", "USD", _QUOTED),
    "premium_sell_usd": _inferred("premium at the bid, weighted", "USD", _QUOTED),
    "spread_pos_mean": _derived("mean place between bid and ask", "ratio", _QUOTED),
    # Through which venues and under which conditions
    "venue_count": _derived("venues", "count", _TAPE),
    "venue_entropy": _derived("dispersion over venues", "nats", _TAPE),
    "conditions_known": _measured("trade conditions known", "flag", _TAPE),
    "conditions": _measured("trade conditions", "text", _TAPE),
    "iso_count": _derived("intermarket sweep prints", "prints", _TAPE),
    "iso_venue_count": _derived("venues of sweep prints", "count", _TAPE),
    "complex_count": _derived("package prints", "prints", _TAPE),
    "complex_size_ratio": _derived("share of package prints", "ratio", _TAPE),
    "special_size_ratio": _derived("share of special prints", "ratio", _TAPE),
    "late_count": _derived("late reports in its time", "prints", _TAPE),
    "cancelled_count": _derived("prints cancelled since", "prints", _TAPE),
    # Sweeps
    "iso_sweep": _inferred("marked as sweep orders", "flag", _QUOTED),
    "burst_sweep": _inferred("burst across venues", "flag", _QUOTED),
    "sweep": _inferred("sweep", "flag", _QUOTED),
    "sweep_sign": _inferred("side of the sweep", "sign", _QUOTED),
    "sweep_count": _inferred("prints of the sweep", "prints", _QUOTED),
    "sweep_venue_count": _inferred("venues of the sweep", "count", _QUOTED),
    "sweep_span_ms": _inferred("duration of the sweep", "ms", _QUOTED),
    "sweep_size": _inferred("size of the sweep", "contracts", _QUOTED),
    "sweep_side_ratio": _inferred("share of the sweep on one side", "ratio", _QUOTED),
    "sweep_premium_usd": _inferred("premium of the sweep", "USD", _QUOTED),
    # Quotes
    "nbbo_bid": _measured("bid", "USD", _QUOTED),
    "nbbo_ask": _measured("ask", "USD", _QUOTED),
    "nbbo_mid": _derived("middle of the quote", "USD", _QUOTED),
    "nbbo_spread": _derived("spread", "USD", _QUOTED),
    "nbbo_spread_bps": _derived("spread relative to mid", "bps", _QUOTED),
    "nbbo_wide": _derived("wide quote", "flag", _QUOTED),
    "quote_state": _derived("state of the quote", "text", _QUOTED),
    "quote_age_ms": _derived("age of the quotes by size", "ms", _QUOTED),
    "underlying_mid": _derived("underlying", "USD", _SPOT),
    "underlying_spread_bps": _derived("spread of the underlying", "bps", _SPOT),
    "underlying_move_bps": _derived("move of the underlying in the minute before", "bps", _SPOT),
    "moneyness": _derived("strike over underlying", "ratio", _SPOT),
    "otm_pct": _derived("distance out of the money", "ratio", _SPOT),
    "execution_iv": _inferred("implied volatility", "vol", _MODEL),
    "execution_iv_source": _measured("source of the volatility", "text", _TAPE),
    "execution_iv_change": _measured("change of volatility, first to last", "vol", _TAPE),
    # Against its baselines
    "premium_z": _derived("premium against its usual", "z", _USUAL),
    "premium_z_n": _derived("packets behind the usual premium", "count", _USUAL),
    "premium_z_scope": _derived("whose usual premium", "text", _USUAL),
    "premium_typical_usd": _derived("usual premium", "USD", _USUAL),
    "size_z": _derived("size against its usual", "z", _USUAL),
    "size_z_n": _derived("packets behind the usual size", "count", _USUAL),
    "size_z_scope": _derived("whose usual size", "text", _USUAL),
    "size_typical": _derived("usual size", "contracts", _USUAL),
    "spread_z": _derived("spread against its usual", "z", _QUOTE_USUAL),
    "spread_z_n": _derived("packets behind the usual spread", "count", _QUOTE_USUAL),
    "spread_z_scope": _derived("whose usual spread", "text", _QUOTE_USUAL),
    "iv_typical": _inferred("usual volatility", "vol", _MODEL_USUAL),
    "iv_n": _derived("packets behind the usual volatility", "count", _MODEL_USUAL),
    "iv_shock": _inferred("volatility above its usual", "vol", _MODEL_USUAL),
    # What the model says
    "delta": _inferred("delta", "ratio", _MODEL),
    "gamma": _inferred("gamma", "per USD", _MODEL),
    "vega": _inferred("vega", "USD per 1.00 of vol", _MODEL),
    "theta": _inferred("theta", "USD per day", _MODEL),
    "underlying_notional_usd": _inferred("underlying weighted by delta", "USD", _MODEL),
    # What was known to come
    "event_kind": _measured("event ahead", "text", _DATES),
    "event_time": _measured("time of the event", "text", _DATES),
    "days_to_event": _derived("days to the event", "days", _DATES),
    "expiry_after_event": _derived("expires after the event", "flag", _DATES),
    "pre_event_concentration": _derived("nearness of the event", "ratio", _DATES),
    "open_interest": _measured("open interest", "contracts", _REFERENCE),
    "day_volume_before": _derived("traded before it today", "contracts", _TAPE),
    "trade_types": _inferred("prints by trade type", "prints", _QUOTED),
    "block_mechanisms": _derived("blocks by how they were executed", "prints", _TAPE),
    # A structure
    "structure_type": _inferred("structure", "text", _QUOTED),
    "structure_inferred": _derived("put together, not flagged", "flag", _TAPE),
    "structure_confidence": _inferred("confidence in the structure", "ratio", _TAPE),
    "structure_legs": _derived("legs", "count", _TAPE),
    "structure_contracts": _measured("contracts of the legs", "text", _TAPE),
    "structure_signs": _inferred("sides of the legs", "sign", _QUOTED),
    "structure_ratios": _derived("proportion of the legs", "ratio", _TAPE),
    "structure_leg_sizes": _derived("sizes of the legs", "contracts", _TAPE),
    "structure_strikes": _measured("strikes", "USD", _TAPE),
    "structure_strike_span": _derived("lowest to highest strike", "USD", _TAPE),
    "structure_expiries": _measured("expiries", "text", _TAPE),
    "structure_rights": _measured("rights", "text", _TAPE),
    "structure_direction": _inferred("lean of the structure", "text", _QUOTED),
    "structure_vol_side": _inferred("side of volatility", "text", _QUOTED),
    "structure_net_debit_usd": _inferred("net debit", "USD", _QUOTED),
    "same_size_leg_symmetry": _derived("smallest by largest leg", "ratio", _TAPE),
    "strike_concentration": _derived("largest share of premium at one strike", "ratio", _TAPE),
    "roll_consistent": _inferred("could be a roll", "flag", _QUOTED),
    "roll_from_expiry": _inferred("rolled from", "text", _TAPE),
    "roll_to_expiry": _inferred("rolled to", "text", _TAPE),
    "roll_from_strike": _inferred("strike rolled from", "USD", _TAPE),
    "roll_to_strike": _inferred("strike rolled to", "USD", _TAPE),
    "roll_strike_delta": _inferred("strike moved by", "USD", _TAPE),
    "roll_expiry_days_delta": _inferred("expiry moved by", "days", _TAPE),
    # Its label, and whether it may become an event
    "signal_count": _derived("prints that pass the label", "prints", _QUOTED),
    "signal_premium_usd": _derived("premium that passes the label", "USD", _QUOTED),
    "event_gate": _derived("why it is no event", "text", _TAPE),
}
