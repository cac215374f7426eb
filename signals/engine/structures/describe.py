"""What a structure writes into the features of its packet, and what it is called for people."""

from collections.abc import Iterable, Sequence
from datetime import date

from flow.domain.contracts import Contract, contract_label
from flow.domain.units import MICROS
from signals.engine.features import Features, ratio, share_zeros
from signals.engine.structures.assembly import Structure
from signals.engine.structures.legs import Leg
from signals.engine.structures.ratios import symmetry

FLAGGED_CONFIDENCE = 1.0
INFERRED_CONFIDENCE = 0.6  # source: options-engine.md 9.4, stage B
LABEL_LEGS = 4
_WORDS = {"conversion_reversal": "conversion or reversal", "multi_leg": "multi-leg package"}


def describe(features: Features, structure: Structure) -> None:
    """Set the structure's fields of a packet's features.

    Shape: contracts, signs, ratios and sizes are listed by leg; strikes and expiries each once,
    ascending. Without an accepted ratio there are no ratios.
    Units: dollars; the net debit is paid, a credit negative.
    Missing: the net debit is None while a sign or a multiplier is unknown. `signed_share` becomes
    the share of size whose sign is known, and `imbalance` 0: a structure leans by its type, never
    by its buy and sell sizes. Prices of prints become None: those of different legs do not compare.
    Source: options-engine.md 2.4.2, 9.2, 9.4; errata 5 and 6.
    """
    legs, shape, inferred = structure.legs, structure.shape, structure.inferred
    contracts = [leg.contract for leg in legs]
    strikes = sorted({contract.strike_micros for contract in contracts})
    sizes = [leg.size for leg in legs]
    resolved = sum(leg.size for leg in legs if leg.sign)
    features.structure_type = shape.type
    features.structure_inferred = inferred
    features.structure_confidence = INFERRED_CONFIDENCE if inferred else FLAGGED_CONFIDENCE
    features.structure_legs = len(legs)
    features.structure_contracts = [leg.text for leg in legs]
    features.structure_signs = [leg.sign for leg in legs]
    features.structure_ratios = list(structure.ratios or ())
    features.structure_leg_sizes = sizes
    features.structure_strikes = [strike / MICROS for strike in strikes]
    features.structure_strike_span = (strikes[-1] - strikes[0]) / MICROS
    features.structure_expiries = _days({contract.expiry for contract in contracts})
    features.structure_rights = "/".join(sorted({contract.right for contract in contracts}))
    features.structure_direction = shape.direction
    features.structure_vol_side = shape.vol_side
    features.structure_net_debit_usd = net_debit_usd(legs)
    features.same_size_leg_symmetry = symmetry(sizes)
    features.strike_concentration = _strike_concentration(legs)
    features.signed_share = ratio(resolved, sum(sizes))
    features.imbalance = 0.0
    features.first_price = features.last_price = features.vwap = None
    features.roll_consistent = shape.roll_consistent
    if shape.roll_consistent:
        _describe_roll(features, legs)
    share_zeros(features)


def net_debit_usd(legs: Iterable[Leg]) -> float | None:
    """Return the dollars paid for the long legs less those received for the short ones.

    Missing: None while one sign is not known, or one premium (an adjusted deliverable).
    Source: options-engine.md 9.4, price times size times multiplier by errata 50.
    """
    net = 0
    for leg in legs:
        if not leg.sign or leg.premium_micros is None:
            return None
        net += leg.sign * leg.premium_micros
    return net / MICROS


def _strike_concentration(legs: Iterable[Leg]) -> float | None:
    """Return the largest share of premium at one strike, whatever right and expiry.

    Missing: None while one premium is not known (an adjusted deliverable).
    Source: options-engine.md 11.1 (strict).
    """
    premiums: dict[int, int] = {}
    for leg in legs:
        if leg.premium_micros is None:
            return None
        strike = leg.contract.strike_micros
        premiums[strike] = premiums.get(strike, 0) + leg.premium_micros
    return ratio(max(premiums.values()), sum(premiums.values()))


def label_of(structure: Structure) -> str:
    """Return the text for people: SPY 17JAN25 450C/455C vertical.

    The expiry is written where it changes; beyond four legs only their number is told.
    """
    legs, parts, before = structure.legs, [], ""
    for leg in legs[:LABEL_LEGS]:
        _, day, strike = contract_label(leg.contract).rsplit(" ", 2)
        parts.append(strike if day == before else f"{day} {strike}")
        before = day
    more = f" and {len(legs) - LABEL_LEGS} more" if len(legs) > LABEL_LEGS else ""
    words = _WORDS.get(structure.shape.type) or structure.shape.type.replace("_", " ")
    return f"{legs[0].contract.underlying} {'/'.join(parts)}{more} {words}"


def pseudo_id(structure: Structure) -> str:
    """Return what stands for a contract in the packet of a structure: ROOT-EXPIRY-STRUCT-TYPE.

    Root and expiry are those of the first leg, which is one of the earliest expiry.
    Source: options-engine.md 2.4.2, golden G7.
    """
    first = structure.legs[0].contract
    return f"{first.root}-{first.expiry_date.isoformat()}-STRUCT-{structure.shape.type}"


def _describe_roll(features: Features, legs: Sequence[Leg]) -> None:
    """Set what a roll from the earlier to the later expiry would be; only its hypothesis.

    A calendar or diagonal has one leg in each expiry, so the median strike of 9.2 is that strike.
    """
    near, far = sorted((leg.contract for leg in legs), key=_expiry)
    features.roll_from_expiry = near.expiry_date.isoformat()
    features.roll_to_expiry = far.expiry_date.isoformat()
    features.roll_from_strike = near.strike_micros / MICROS
    features.roll_to_strike = far.strike_micros / MICROS
    features.roll_strike_delta = (far.strike_micros - near.strike_micros) / MICROS
    features.roll_expiry_days_delta = far.expiry - near.expiry


def _expiry(contract: Contract) -> int:
    return contract.expiry


def _days(expiries: set[int]) -> list[str]:
    return [date.fromordinal(expiry).isoformat() for expiry in sorted(expiries)]
