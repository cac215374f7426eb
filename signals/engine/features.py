"""The features of one packet: what rules read and evidence shows. A record, not an open mapping.

Ratios are 0 to 1, rounded half away from zero to four places. Money is dollars. A feature that the
input cannot tell is None, never 0.
"""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

Scope = Literal["", "contract", "bucket", "underlying"]


class Features(msgspec.Struct, kw_only=True, gc=False, omit_defaults=True):
    """Source of every formula: options-engine.md 2.4.1, 7.4, 9 to 11; errata 3 to 7, 23, 24, 51.

    Filled in stages by the pipeline (members, baseline, market), then read only. Stored without the
    fields that stand at their default; `as_mapping(Features())` is what a reader adds.
    """

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
    first_price: float | None = None  # None of a structure: its legs have their own prices
    last_price: float | None = None
    vwap: float | None = None
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
    neutral_size: int = 0  # took no side: inside the spread, or the market was locked or crossed
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
    nbbo_wide: bool = False  # many basis points and more than two ticks (errata 23)
    quote_state: str = "missing"
    quote_age_ms: float | None = None  # size-weighted over covered prints
    underlying_mid: float | None = None
    underlying_spread_bps: float | None = None
    underlying_move_bps: float | None = None  # the minute before the opening print
    moneyness: float | None = None
    otm_pct: float | None = None
    execution_iv: float | None = None  # of one contract at its last member: provider's, or model's
    execution_iv_source: Literal["provider", "model_bs"] | None = None
    execution_iv_change: float | None = None  # last member against the first, provider only
    # Against its baselines (options-engine.md 10): robust z, samples, and whose baseline it is
    premium_z: float | None = None
    premium_z_n: int = 0
    premium_z_scope: Scope = ""
    premium_typical_usd: float | None = None  # the baseline's median
    size_z: float | None = None
    size_z_n: int = 0
    size_z_scope: Scope = ""
    size_typical: float | None = None
    spread_z: float | None = None
    spread_z_n: int = 0
    spread_z_scope: Scope = ""
    iv_typical: float | None = None
    iv_n: int = 0
    iv_shock: float | None = None  # implied volatility less its baseline's median
    # What the model says of the contract at the last member (signals/engine/pricing.py)
    delta: float | None = None
    gamma: float | None = None
    vega: float | None = None  # dollars per 1.00 of volatility and share
    theta: float | None = None  # dollars per calendar day and share
    underlying_notional_usd: float | None = None  # spot x size x multiplier x |delta|
    # What was known to come (options-engine.md 15), None without an entry
    event_kind: str | None = None
    event_time: str | None = None  # ISO 8601 with offset, New York
    days_to_event: float | None = None
    expiry_after_event: bool | None = None
    pre_event_concentration: float | None = None
    # Open interest valid on the trade date, and what the contract had traded before this packet
    open_interest: int | None = None
    day_volume_before: int = 0
    # Final trade types of its prints (options-engine.md 18.2), counts by name
    trade_types: dict[str, int] = {}
    block_mechanisms: dict[str, int] = {}  # of its blocks, those inside a sweep too
    # A structure: packages of several contracts (options-engine.md 9.4); empty for one contract
    structure_type: str = ""
    structure_inferred: bool = False  # from timing and sizes; a flagged package says so itself
    structure_confidence: float | None = None  # 1 flagged, 0.6 inferred
    structure_legs: int = 0  # distinct contracts
    structure_contracts: list[str] = []
    structure_signs: list[int] = []  # by contract: +1 long, -1 short, 0 not resolved
    structure_ratios: list[int] = []  # by contract, smallest leg is 1; empty if not accepted
    structure_leg_sizes: list[int] = []
    structure_strikes: list[float] = []
    structure_strike_span: float | None = None
    structure_expiries: list[str] = []
    structure_rights: str = ""  # C, P, or C/P
    structure_direction: Literal["bullish", "bearish", "neutral", "mixed", "unknown"] = "unknown"
    structure_vol_side: Literal["long", "short", ""] = ""
    structure_net_debit_usd: float | None = None  # paid is positive; None while signs are unknown
    same_size_leg_symmetry: float | None = None
    strike_concentration: float | None = 1.0  # largest share of premium at one strike
    roll_consistent: bool = False
    roll_from_expiry: str | None = None
    roll_to_expiry: str | None = None
    roll_from_strike: float | None = None
    roll_to_strike: float | None = None
    roll_strike_delta: float | None = None
    roll_expiry_days_delta: int | None = None
    # The label of its prints, and whether it may become an event
    signal_count: int = 0
    signal_premium_usd: float | None = None
    event_gate: str | None = None


def as_mapping(features: Features) -> dict[str, Any]:
    """Return all features by key."""
    return msgspec.structs.asdict(features)


_DEFAULTS = as_mapping(Features())
_FLOATS = tuple(name for name, value in _DEFAULTS.items() if isinstance(value, float))
# Never seen as floats: compiled code would take them out of their objects and make new ones.
_ZEROS: tuple[tuple[str, object], ...] = tuple((name, _DEFAULTS[name]) for name in _FLOATS)


def share_zeros(features: Features) -> None:
    """Let every zero be the default itself.

    Storage leaves out what is the default's very object: without this, the bytes of a row would
    hang on how a zero was made, and differ between one build of Python and another. Most features
    are never set to zero; this is for those that are taken back.
    """
    for name, zero in _ZEROS:
        if getattr(features, name) == zero:
            setattr(features, name, zero)


def whole(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return stored features with the defaults that storage leaves out."""
    return {**_DEFAULTS, **stored}


def ratio(part: int, whole: int) -> float:
    """Return part / whole to four places, half away from zero, exactly; 0 of nothing is 0.0."""
    if not part or whole <= 0:
        return 0.0
    if part == whole:
        return 1.0
    if part < 0:
        return -ratio(-part, whole)
    return (part * 20_000 + whole) // (2 * whole) / 10_000
