"""What lowers the scores of profiles: doubts about quotes, size and kind of print.

Only the largest penalty of a profile counts: score' = score x (1 - 0.65 x penalty).
"""

from dataclasses import dataclass
from typing import Annotated

from flow.domain.condition_table import CONDITIONS, Family
from flow.domain.units import MICROS
from signals.engine.direction import DirectionParams
from signals.engine.explain import dollars, number, percent, wide_quote
from signals.engine.features import Features
from signals.engine.gate import EventParams, floor_key
from signals.engine.parameter import Tuned
from signals.engine.placement import PlacementParams
from signals.engine.profiles.shared import Penalty, limits_of, values_of
from signals.engine.quality import is_inside, is_special, is_unquoted

NEUTRAL_PROFILES = ("vol_seller", "arbitrage")
# Penalties for what kind of print it is, and for the side that it does not show.
_INSIDE, _SPECIAL, _WEAK = (
    "inside_market_context", "complex_or_special_print_context", "weak_aggression",
)  # fmt: skip
STOCK_TIED_NAMES = frozenset(
    row.name for row in CONDITIONS.values() if row.family is Family.STOCK_TIED
)
_VALUE = ("ratio", 0, 1)
_SPEC = "spec 13.5"


@dataclass(frozen=True, kw_only=True)
class PenaltyParams(EventParams, DirectionParams, PlacementParams):
    """Sizes and limits of the penalties. Source: options-engine.md 13.5; errata 2, 35."""

    penalty_weight: Annotated[
        float, Tuned(*_VALUE, "How much of a penalty is taken off", _SPEC)
    ] = 0.65
    penalty_stale_quote: Annotated[
        float, Tuned(*_VALUE, "Stale or missing quotes (also declines)", _SPEC)
    ] = 0.72
    penalty_wide_quote: Annotated[float, Tuned(*_VALUE, "A wide option quote", _SPEC)] = 0.48
    penalty_inside_market: Annotated[
        float, Tuned(*_VALUE, "Most of the size inside the spread", _SPEC)
    ] = 0.44
    penalty_low_premium: Annotated[
        float, Tuned(*_VALUE, "Premium below twice the floor", "spec 13.5, errata 2")
    ] = 0.40
    penalty_special_print: Annotated[
        float, Tuned(*_VALUE, "Packages, crosses and floor trades", _SPEC)
    ] = 0.38
    penalty_wide_underlying: Annotated[
        float, Tuned(*_VALUE, "A wide quote of the underlying", _SPEC)
    ] = 0.32
    penalty_weak_aggression: Annotated[float, Tuned(*_VALUE, "No side prevails", _SPEC)] = 0.28
    low_premium_floors: Annotated[
        float, Tuned("floors", 1, 100, "Premium below so many floors is low", "errata 2")
    ] = 2.0
    wide_underlying_bps: Annotated[
        int, Tuned("bps", 1, 10_000, "A spread of the underlying from here on is wide", "spec 16.1")
    ] = 150
    weak_signed_share: Annotated[
        float, Tuned(*_VALUE, "Less signed size is weak where sides balance", _SPEC)
    ] = 0.45


def read_penalties(features: Features, params: PenaltyParams) -> tuple[Penalty, ...]:
    """Return every penalty of one packet, in the order of the table; `penalties_of` takes some out.

    A penalty that is tuned to nothing is none (errata 34 caps alerts on penalties above 0).
    Source: options-engine.md 13.5; errata 2, 3, 6, 13, 23, 34, 35.
    """
    found = (
        _stale(features, params),
        _wide(features, params),
        _inside(features, params),
        _low_premium(features, params),
        _special(features, params),
        _wide_underlying(features, params),
        _weak(features, params),
    )
    return tuple([penalty for penalty in found if penalty is not None and penalty.value > 0])


def penalties_of(
    profile_id: str, found: tuple[Penalty, ...], features: Features
) -> tuple[Penalty, ...]:
    """Return those of a packet's penalties that lower one profile.

    Exempt from the special and the inside penalty are arbitrage, and vol_seller on a package that
    the tape itself flags: with options as its other legs, or with stock, which no option tape
    shows. Neutral profiles have no direction that a side could be weak for.
    Source: options-engine.md 13.5; errata 6, 13.
    """
    if profile_id not in NEUTRAL_PROFILES:
        return found
    is_flagged = bool(features.structure_type) and not features.structure_inferred
    is_flagged = is_flagged or _is_against_stock(features)
    is_matched = profile_id == "arbitrage" or is_flagged
    exempt = (_INSIDE, _SPECIAL, _WEAK) if is_matched else (_WEAK,)
    return tuple([penalty for penalty in found if penalty.code not in exempt])


def _is_against_stock(features: Features) -> bool:
    """Return whether every print is one that the tape ties to stock: a leg of a flagged package."""
    return bool(features.conditions) and STOCK_TIED_NAMES.issuperset(features.conditions)


def _stale(features: Features, params: PenaltyParams) -> Penalty | None:
    if not is_unquoted(features, params):
        return None
    return Penalty(
        "stale_quote_context",
        params.penalty_stale_quote,
        f"Quotes cover {percent(features.coverage, params.abstain_min_coverage)} of the size, "
        f"{percent(features.stale_ratio, params.abstain_max_stale_ratio)} are stale; less than "
        f"{percent(params.abstain_min_coverage)}, or {percent(params.abstain_max_stale_ratio)} "
        "stale and more, is too little to tell.",
        values_of(features, "coverage", "stale_ratio"),
        limits_of(params, "abstain_min_coverage", "abstain_max_stale_ratio"),
    )


def _wide(features: Features, params: PenaltyParams) -> Penalty | None:
    if not features.nbbo_wide:
        return None
    return Penalty(
        "wide_quote_context",
        params.penalty_wide_quote,
        wide_quote(features, params.wide_spread_bps, "The quote was {} basis points wide"),
        values_of(features, "nbbo_spread_bps", "nbbo_wide"),
        limits_of(params, "wide_spread_bps"),
    )


def _inside(features: Features, params: PenaltyParams) -> Penalty | None:
    if not is_inside(features, params):
        return None
    least, most = params.inside_min_ratio, params.inside_max_signed_share
    return Penalty(
        _INSIDE,
        params.penalty_inside_market,
        f"{percent(features.inside_ratio or 0, least)} of the quoted size printed inside the "
        f"spread, from {percent(least)}, and {percent(features.signed_share, most)} took a side, "
        f"less than {percent(most)}.",
        values_of(features, "inside_ratio", "signed_share"),
        limits_of(params, "inside_min_ratio", "inside_max_signed_share"),
    )


def _low_premium(features: Features, params: PenaltyParams) -> Penalty | None:
    floor = params.floor_micros(features.security_type) / MICROS
    low = params.low_premium_floors * floor
    premium = features.premium_usd
    if premium is None or premium >= low:
        return None
    return Penalty(
        "low_premium",
        params.penalty_low_premium,
        f"{dollars(premium, low)} of premium is below {dollars(low)}.",
        values_of(features, "premium_usd", "security_type"),
        limits_of(params, floor_key(features.security_type), "low_premium_floors"),
    )


def _special(features: Features, params: PenaltyParams) -> Penalty | None:
    if not is_special(features, params):
        return None
    least = params.special_min_ratio
    return Penalty(
        _SPECIAL,
        params.penalty_special_print,
        f"{percent(features.special_size_ratio, least)} of the size are packages, crosses, floor "
        f"trades or their like; {percent(least)} and more count.",
        values_of(features, "special_size_ratio", "conditions"),
        limits_of(params, "special_min_ratio"),
    )


def _wide_underlying(features: Features, params: PenaltyParams) -> Penalty | None:
    spread = features.underlying_spread_bps
    if spread is None or spread < params.wide_underlying_bps:
        return None
    return Penalty(
        "wide_underlying_quote_context",
        params.penalty_wide_underlying,
        f"The quote of the underlying was {number(spread)} basis points wide; "
        f"{number(params.wide_underlying_bps)} and more count.",
        values_of(features, "underlying_spread_bps"),
        limits_of(params, "wide_underlying_bps"),
    )


def _weak(features: Features, params: PenaltyParams) -> Penalty | None:
    """Return the penalty where no side prevails; a minute bar shows no side at all."""
    keys: tuple[str, ...] = ("granularity",)
    limits: tuple[str, ...] = ()
    if features.granularity == "minute":
        text = "Minute bars show no side."
    elif _is_balanced(features, params):
        text, keys, limits = _balance(features, params)
    else:
        return None
    values, against = values_of(features, *keys), limits_of(params, *limits)
    return Penalty(_WEAK, params.penalty_weak_aggression, text, values, against)


def _is_balanced(features: Features, params: PenaltyParams) -> bool:
    """Return whether too little size took a side, and no side prevails in what did."""
    return (
        abs(features.imbalance) <= params.direction_min_imbalance
        and features.signed_share < params.weak_signed_share
    )


def _balance(
    features: Features, params: PenaltyParams
) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Return the sentence, its features and its limits; legs tell a structure's (errata 6)."""
    share = percent(features.signed_share, params.weak_signed_share)
    limit, most = percent(params.weak_signed_share), params.direction_min_imbalance
    if features.structure_type:
        text = f"The legs tell the side of {share} of the size, less than {limit}."
        return text, ("structure_type", "signed_share"), ("weak_signed_share",)
    return (
        f"{share} of the size took a side, less than {limit}, and the two sides differ by "
        f"{percent(abs(features.imbalance), most)}, at most {percent(most)}.",
        ("signed_share", "imbalance"),
        ("weak_signed_share", "direction_min_imbalance"),
    )
