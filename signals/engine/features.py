"""The features of one packet: what rules read and evidence shows. A record, not an open mapping.

Ratios are 0 to 1, rounded half away from zero to four places. Money is dollars. A feature that the
input cannot tell is None, never 0.
"""

from typing import Any, Literal

import msgspec


class Features(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Source of every formula: options-engine.md 2.4.1 and 7.4, errata 3, 7, 23, 24, 51."""

    # What it is
    granularity: Literal["tick", "minute"] = "tick"
    option_type: Literal["call", "put"] = "call"
    security_type: Literal["stock", "etf", "index"] = "stock"
    expiry: str = ""
    strike: float = 0.0
    session: str = ""
    session_date: str = ""
    dte_days: int | None = None
    # How much
    count: int = 0
    total_size: int = 0
    max_print_size: int = 0
    premium_usd: float | None = None
    first_price: float = 0.0
    last_price: float = 0.0
    vwap: float = 0.0
    # How fast
    span_ms: float = 0.0
    inter_fill_ms_median: float | None = None  # the lower one of an even number
    inter_fill_ms_max: float | None = None
    # Where it printed: counts of prints, then shares of size
    nbbo_aa_count: int = 0
    nbbo_a_count: int = 0
    nbbo_mid_count: int = 0
    nbbo_b_count: int = 0
    nbbo_bb_count: int = 0
    nbbo_missing_count: int = 0
    nbbo_stale_count: int = 0
    covered_size: int = 0
    coverage: float = 0.0
    stale_ratio: float = 0.0
    missing_ratio: float = 0.0
    quote_quality: float = 0.0
    inside_ratio: float | None = None  # of the covered size
    buy_raw: float = 0.0  # unweighted share of size with sign +1 and cond_w above 0
    sell_raw: float = 0.0
    buy_size: float = 0.0  # weighted by side confidence
    sell_size: float = 0.0
    buy_share: float = 0.0
    sell_share: float = 0.0
    signed_share: float = 0.0
    imbalance: float = 0.0
    mixed_aggression: bool = False
    premium_buy_usd: float | None = None
    premium_sell_usd: float | None = None
    spread_pos_mean: float | None = None
    # Through which venues and under which conditions
    venue_count: int | None = None
    venue_entropy: float | None = None
    conditions_known: bool = True
    conditions: list[str] = []
    iso_count: int = 0
    iso_venue_count: int = 0
    complex_count: int = 0
    complex_size_ratio: float = 0.0
    special_size_ratio: float = 0.0
    late_count: int = 0
    cancelled_count: int = 0
    # Sweeps
    iso_sweep: bool = False
    burst_sweep: bool = False
    sweep: bool = False
    sweep_sign: int = 0
    sweep_count: int | None = None
    sweep_venue_count: int | None = None
    sweep_span_ms: float | None = None
    sweep_size: int | None = None
    sweep_side_ratio: float | None = None
    sweep_premium_usd: float | None = None
    # The quotes of the last member that has one, and the underlying
    nbbo_bid: float | None = None
    nbbo_ask: float | None = None
    nbbo_mid: float | None = None
    nbbo_spread: float | None = None
    nbbo_spread_bps: float | None = None
    quote_state: str = "missing"
    quote_age_ms: float | None = None  # size-weighted over covered prints
    underlying_mid: float | None = None
    underlying_spread_bps: float | None = None
    underlying_move_bps: float | None = None  # the minute before the opening print
    moneyness: float | None = None
    otm_pct: float | None = None
    execution_iv: float | None = None
    execution_iv_change: float | None = None
    # The label of its prints, and whether it may become an event
    signal_count: int = 0
    signal_premium_usd: float | None = None
    event_gate: str | None = None


def as_mapping(features: Features) -> dict[str, Any]:
    """Return the features by key, as a packet stores them."""
    return msgspec.structs.asdict(features)


def ratio(part: int, whole: int) -> float:
    """Return part / whole to four places, half away from zero, exactly; 0 of nothing is 0.0."""
    if not part or whole <= 0:
        return 0.0
    if part < 0:
        return -ratio(-part, whole)
    return (part * 20_000 + whole) // (2 * whole) / 10_000


def rounded(value: float, places: int) -> float:
    """Return a value rounded for storage; ties of the binary value are not at issue here."""
    return round(value, places)
