"""What every profile shares: the inputs that scores read, terms, and the record of a score."""

from dataclasses import dataclass
from math import floor
from typing import Annotated, Any

import msgspec

from signals.engine.direction import LEANS, Direction, DirectionParams
from signals.engine.features import Features, ratio
from signals.engine.gate import EventParams
from signals.engine.parameter import ParameterGroup, Tuned

_USD = ("USD", 1, 1_000_000_000)
_FULL_PREMIUM = {"etf": "profile_etf_premium_usd", "index": "profile_index_premium_usd"}
# Source: options-engine.md 13.1.
BURST_PRINTS = 8
RETAIL_PREMIUM_USD = 100_000
SHORT_DATED_DAYS, OTM_FROM = 7, 0.05
NEAR_ATM = 0.015
PRE_EVENT_DAYS = 21
_DOUBT = 1e-5  # this close to a half the binary value decides nothing


@dataclass(frozen=True, kw_only=True)
class ProfileParams(EventParams, DirectionParams):
    """Scales of the profiles. Source: options-engine.md 13.1 and 13.5 (PROPOSED tiers)."""

    profile_premium_usd: Annotated[
        int, Tuned(*_USD, "Premium that counts in full in a single name", "spec 13.5")
    ] = 120_000
    profile_etf_premium_usd: Annotated[
        int, Tuned(*_USD, "Premium that counts in full in an ETF", "spec 13.5")
    ] = 500_000
    profile_index_premium_usd: Annotated[
        int, Tuned(*_USD, "Premium that counts in full in an index", "spec 13.5")
    ] = 1_000_000
    profile_full_size: Annotated[
        int, Tuned("contracts", 1, 1_000_000, "Size that counts in full", "spec 13.1")
    ] = 1_800
    profile_min_aggression: Annotated[
        float, Tuned("ratio", 0, 1, "Share of size on one side that counts", "spec 13.2, errata 7")
    ] = 0.58

    def full_premium_usd(self, security_type: str) -> int:
        """Return the premium that counts in full, by security type."""
        full: int = getattr(self, full_premium_key(security_type))
        return full


def full_premium_key(security_type: str) -> str:
    """Return which parameter is the premium that counts in full, by security type."""
    return _FULL_PREMIUM.get(security_type, "profile_premium_usd")


class Term(msgspec.Struct, frozen=True, gc=False):
    """One addend of a score that contributed, with the words and the numbers that say why.

    `values` are the features that it rests on, `limits` the thresholds that they were held against.
    """

    code: str
    points: float
    text: str
    values: dict[str, Any] = {}
    limits: dict[str, Any] = {}


class Penalty(msgspec.Struct, frozen=True, gc=False):
    """One doubt that lowers a score. Only the largest of several counts."""

    code: str
    value: float
    text: str
    values: dict[str, Any] = {}
    limits: dict[str, Any] = {}


class ProfileScore(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One hypothesis. `raw` is the sum of its terms, `score` what its largest penalty leaves.

    `pin` is the reason that holds a profile down before penalties; its only term then says so.
    """

    profile_id: str
    raw: float
    score: float
    direction: Direction
    terms: tuple[Term, ...]
    penalties: tuple[Penalty, ...] = ()
    pin: str | None = None


# The words of a term, the features that they rest on, the thresholds that these were held against.
Said = tuple[str, dict[str, Any], dict[str, Any]]


class Inputs(msgspec.Struct, frozen=True, gc=False):
    """What scores read, once per packet. Factors and shares are 0 to 1; missing input counts as 0.

    `side_share` is the size on the leading side, `sold_share` that on the selling side. `said`
    keeps the words that several profiles use, so that they are made once.
    """

    features: Features
    premium_factor: float
    size_factor: float
    burst_factor: float
    quality: float
    side_share: float
    sold_share: float
    is_one_sided: bool
    is_sold: bool
    is_short_dated_otm: bool
    is_near_atm: bool
    is_pre_event: bool
    said: dict[str, Said] = {}


def read_inputs(features: Features, params: ProfileParams) -> Inputs:
    """Return the inputs of all profiles.

    Minute bars: a bar is one record with one price, so neither its count nor its side counts.
    Source: options-engine.md 13.1 and 13.5; errata 3, 6, 7.
    """
    is_tick = features.granularity == "tick"
    side, sold = _side_share(features), _sold_share(features)
    otm, dte = features.otm_pct, features.dte_days
    return Inputs(
        features,
        unit((features.premium_usd or 0) / params.full_premium_usd(features.security_type)),
        unit(features.total_size / params.profile_full_size),
        unit(features.count / BURST_PRINTS) if is_tick else 0.0,
        unit(features.coverage - features.stale_ratio),
        side,
        sold,
        is_tick and side >= params.profile_min_aggression,
        is_tick and sold >= params.profile_min_aggression,
        dte is not None and dte <= SHORT_DATED_DAYS and otm is not None and otm >= OTM_FROM,
        otm is not None and abs(otm) <= NEAR_ATM,
        _is_pre_event(features),
    )


def _side_share(features: Features) -> float:
    """Return the share of size on the leading side; a structure leans by its resolved legs."""
    if not features.structure_type:
        return max(features.buy_raw, features.sell_raw)
    return features.signed_share if features.structure_direction in LEANS else 0.0


def _sold_share(features: Features) -> float:
    """Return the share of size on the selling side; in a structure that of its short legs.

    Prints of a flagged package carry no side of their own, its legs do (errata 6).
    """
    if not features.structure_type:
        return features.sell_raw
    sizes, signs = features.structure_leg_sizes, features.structure_signs
    short = sum(size for size, sign in zip(sizes, signs, strict=True) if sign < 0)
    return ratio(short, sum(sizes))


def _is_pre_event(features: Features) -> bool:
    days = features.days_to_event
    return days is not None and 0 <= days <= PRE_EVENT_DAYS and bool(features.expiry_after_event)


def unit(value: float) -> float:
    """Return a value between 0 and 1."""
    return min(1.0, max(0.0, value))


def values_of(features: Features, *keys: str) -> dict[str, Any]:
    """Return the features that a term rests on, by key."""
    return {key: getattr(features, key) for key in keys}


def limits_of(params: ParameterGroup, *keys: str) -> dict[str, Any]:
    """Return the thresholds that a term is held against, by key."""
    return {key: getattr(params, key) for key in keys}


def total_of(terms: tuple[Term, ...]) -> float:
    """Return the sum of the points between 0 and 1, to four places, exact in ten-thousandths."""
    return unit(sum([round(term.points * 10_000) for term in terms]) / 10_000)


def points(value: float) -> float:
    """Return a value from 0 on to four places, half up as on paper.

    0.5025 x 0.74 is 0.37185 on paper and may be less in binary, where it would go down; `round`
    would also send 0.03125 to the even 0.0312 (options-engine.md 0.3 forbids it).
    """
    scaled = value * 10_000
    whole = floor(scaled)
    if abs(scaled - whole - 0.5) > _DOUBT:  # nearly always: rounding first would change nothing
        return (whole if scaled - whole < 0.5 else whole + 1) / 10_000
    return floor(round(scaled, 6) + 0.5) / 10_000
