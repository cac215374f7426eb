"""One value against one baseline: transform, robust z, and what is typical.

Pure arithmetic on integer millionths; which baseline is read is decided in `baselines`.
"""

from math import expm1, inf, log1p
from typing import Literal

import msgspec

from flow.domain.units import MICROS
from signals.engine.features import Scope
from signals.engine.rounding import rounded
from signals.engine.windows import Window

Metric = Literal["premium", "size", "spread", "iv"]

# 1 / 0.67449, the third quartile of the standard normal distribution: it turns the MAD of a normal
# sample into its standard deviation. Source: options-engine.md 10 strict; Rousseeuw, Croux (1993).
MAD_TO_SIGMA = 1.4826

# From 200,000 % on a volatility is a broken number; it would not fit a window's 32 bits either.
_IV_CEILING = 2_000.0

# Typical values are whole dollars, tenths of contracts, tenths of basis points.
_STEPS: dict[Metric, int] = {"premium": 1, "size": 10, "spread": 10}


class Reading(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One value against the narrowest baseline that has enough samples; itself not among them.

    Units: `z` in robust standard deviations, four places. `typical` is the baseline's median in
    dollars, contracts, basis points or volatility; `shift` the volatility less that median.
    `center_ppm` and `mad_ppm` are millionths of the transformed value: with them a revised packet
    is measured against the same baseline (`robust_z`).
    Missing: `scope` is empty while no baseline is ready; `n` then counts the contract's samples.
    `z` and `shift` are None also where the value itself is missing.
    """

    z: float | None = None
    n: int = 0
    scope: Scope = ""
    typical: float | None = None
    shift: float | None = None
    center_ppm: int = 0
    mad_ppm: int = 0


def scaled(metric: Metric, value: float | None) -> int | None:
    """Return the transformed value in millionths: ln(1 + x), a volatility as it is.

    Units: dollars, contracts, basis points; a volatility of 0.5 is 50 %.
    Missing: a negative or infinite value, no number, a volatility of 2,000 or more.
    Source: options-engine.md 10 strict; errata 19 (the spread too).
    """
    return scaled_volatility(value) if metric == "iv" else scaled_logarithm(value)


def scaled_logarithm(value: float | None) -> int | None:
    """Return ln(1 + x) in millionths, as `scaled` does."""
    if value is None or not 0 <= value < inf:
        return None
    return round(log1p(value) * MICROS)


def scaled_volatility(value: float | None) -> int | None:
    """Return a volatility in millionths, as `scaled` does."""
    if value is None or not 0 <= value < _IV_CEILING:
        return None
    return round(value * MICROS)


def robust_z(value_ppm: int, center_ppm: int, mad_ppm: int, floor: float) -> float:
    """Return (value - median) / (1.4826 x max(MAD, floor)) to four places.

    Units: millionths; the floor in whole log units.
    Source: options-engine.md 10 strict; errata 19 (the floor is on the MAD, before the 1.4826).
    """
    deviation = MAD_TO_SIGMA * max(mad_ppm, floor * MICROS)
    return rounded((value_ppm - center_ppm) / deviation, 4)


def read_window(
    window: Window, metric: Metric, value_ppm: int | None, scope: Scope, floor: float
) -> Reading:
    """Return a value against the values of a window, which is not empty.

    Units: the value as `scaled` returns it; the floor of the MAD in log units.
    Missing: a missing value has no z and no shift; a volatility has a shift in place of a z.
    Source: options-engine.md 10 strict, 11.1 (change of volatility against its baseline).
    """
    n, median2 = len(window.recent), window.median2()
    center_ppm = (median2 + 1) >> 1  # half a millionth is rounded up
    if metric == "iv":
        shift = None if value_ppm is None else (value_ppm - center_ppm) / MICROS
        return Reading(None, n, scope, center_ppm / MICROS, shift, center_ppm)
    mad_ppm = (window.mad4(median2) + 2) >> 2
    z = None if value_ppm is None else robust_z(value_ppm, center_ppm, mad_ppm, floor)
    steps = _STEPS[metric]
    typical = round(expm1(center_ppm / MICROS) * steps) / steps
    return Reading(z, n, scope, typical, None, center_ppm, mad_ppm)
