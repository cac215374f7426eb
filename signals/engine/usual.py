"""A packet against what is usual: its baselines are read before it enters them."""

from collections.abc import Sequence

from flow.domain.condition_table import Family
from flow.domain.events import StampedPrint
from flow.domain.securities import closes_late
from flow.domain.sessions import Calendar, Session
from flow.domain.units import MICROS
from signals.engine.baseline_keys import DayPart, Keys, day_part, keys_of
from signals.engine.baselines import Baselines, Scopes
from signals.engine.features import Features
from signals.engine.params import Params
from signals.engine.placement import conditions_of
from signals.engine.readings import (
    Metric,
    Reading,
    robust_z,
    scaled,
    scaled_logarithm,
    scaled_volatility,
)
from signals.engine.rounding import rounded

# Premium, size and spread as `scaled` returns them.
Amounts = tuple[int | None, int | None, int | None]

_EXTENDED = Family.EXTENDED  # enum look-ups are slow
_METRICS: tuple[Metric, ...] = ("premium", "size", "spread")


def usual_keys(  # noqa: PLR0917 - what names a packet among its like
    features: Features, opening: StampedPrint, text: str, underlying: str,
    calendar: Calendar | None, params: Params,
) -> Keys:  # fmt: skip
    """Return whose baselines a packet reads and enters.

    A structure is compared with structures of its type, then with all of its underlying.
    """
    part = _part_of(opening, underlying, calendar, params)
    if features.structure_type:
        kind = f"{underlying} {features.structure_type}"
        return Keys(kind, "", f"{underlying} structures", part)
    return keys_of(
        text, underlying, features.option_type, features.dte_days, features.otm_pct, part
    )


def _part_of(
    opening: StampedPrint, underlying: str, calendar: Calendar | None, params: Params
) -> DayPart:
    """Return the part of the day, whose end is when options of this underlying stop trading.

    Source: options-engine.md 10 strict; 4.2 (a print marked as outside of regular hours is kept
    out of these baselines, whenever it is reported).
    """
    if opening.session != Session.REGULAR or conditions_of(opening).family is _EXTENDED:
        return "extended"
    if calendar is None:
        return "mid"
    day = opening.session_date
    closes = calendar.trading_close_of(day, late_close=closes_late(underlying))
    return day_part(opening.ts, calendar.open_of(day), closes, params.baseline_edge_minutes)


def usual_amounts(features: Features) -> Amounts:
    """Return what of a packet is held against its baselines, and then enters them."""
    return (
        scaled_logarithm(features.premium_usd),
        scaled_logarithm(features.total_size),
        scaled_logarithm(features.nbbo_spread_bps),
    )


def read_usual(
    baselines: Baselines, scopes: Scopes, amounts: Amounts, features: Features
) -> tuple[Reading, ...]:
    """Set the z features of a packet; return the readings that a revision is measured with."""
    premium, size, spread = amounts
    readings = (
        baselines.read_in(scopes, "premium", premium),
        baselines.read_in(scopes, "size", size),
        baselines.read_in(scopes, "spread", spread),
    )
    _set(features, readings)
    return readings


def reread_usual(readings: tuple[Reading, ...], features: Features, params: Params) -> None:
    """Set the z features of a revised packet against the baselines of its first revision.

    Baselines are not rewritten (errata 33), so a revision must not look at later ones.
    """
    values = (features.premium_usd, features.total_size, features.nbbo_spread_bps)
    again = []
    for reading, metric, value in zip(readings, _METRICS, values, strict=False):
        value_ppm = scaled(metric, value)
        z = None
        if reading.scope and value_ppm is not None:
            floor = params.baseline_mad_floor
            z = robust_z(value_ppm, reading.center_ppm, reading.mad_ppm, floor)
        again.append(Reading(z, reading.n, reading.scope, reading.typical))
    _set(features, again)


def _set(features: Features, readings: Sequence[Reading]) -> None:
    premium, size, spread = readings
    features.premium_z, features.premium_z_n = premium.z, premium.n
    features.premium_z_scope, features.premium_typical_usd = premium.scope, premium.typical
    features.size_z, features.size_z_n = size.z, size.n
    features.size_z_scope, features.size_typical = size.scope, size.typical
    features.spread_z, features.spread_z_n = spread.z, spread.n
    features.spread_z_scope = spread.scope


def read_volatility(
    baselines: Baselines, scopes: Scopes, features: Features
) -> tuple[Reading, ...]:
    """Set how far the implied volatility stands from what is usual; it has no z (11.1).

    Returns the reading, which a revision needs, or nothing without a volatility.
    """
    if features.execution_iv is None:
        return ()
    found = baselines.read_in(scopes, "iv", scaled_volatility(features.execution_iv))
    features.iv_n, features.iv_typical = found.n, found.typical
    features.iv_shock = None if found.shift is None else rounded(found.shift, 4)
    return (found,)


def reread_volatility(readings: tuple[Reading, ...], features: Features) -> None:
    """Set the same of a revised packet, from what `read_usual` and `read_volatility` gave."""
    value_ppm = scaled("iv", features.execution_iv)
    for found in readings[len(_METRICS) :]:
        if value_ppm is None:
            return
        features.iv_n, features.iv_typical = found.n, found.typical
        if found.scope:
            features.iv_shock = rounded((value_ppm - found.center_ppm) / MICROS, 4)


def push_usual(  # noqa: PLR0917 - where a packet was read, and what it was read with
    baselines: Baselines, scopes: Scopes, keys: Keys, amounts: Amounts, features: Features,
    day: int, params: Params,
) -> None:  # fmt: skip
    """Let a packet enter its baselines, unless special prints make it no ordinary one.

    Source: options-engine.md 10 strict; errata 13. Structures are compared with structures.
    """
    ordinary = features.special_size_ratio < params.special_min_ratio
    if ordinary or features.structure_type:
        baselines.push_in(scopes, keys, (*amounts, scaled_volatility(features.execution_iv)), day)
