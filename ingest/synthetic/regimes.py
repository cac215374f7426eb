"""What kind of market it is at an instant: phase, regime, names in focus, weights of families.

A pure function of (control, instant). Source: platform.md 4.4; its noise is drawn by counters here
and not by sines, and its session minute is that of the real session where there is one.
"""

from typing import Literal

import msgspec

from flow.domain.units import MINUTE_US
from ingest.synthetic.control import Control, Preset
from ingest.synthetic.draws import key_of, mix, unit

Phase = Literal["open", "midday", "power_hour", "after_event"]
Regime = Literal[
    "trend_up", "trend_down", "mean_revert", "retail_chase", "event_ramp", "dealer_gamma",
    "arb_calm",
]  # fmt: skip
REGIMES: tuple[Regime, ...] = (
    "trend_up", "trend_down", "mean_revert", "retail_chase", "event_ramp", "dealer_gamma",
    "arb_calm",
)  # fmt: skip
BUCKET_MINUTES, SESSION_MINUTES = 5, 390
OPEN_MINUTES, POWER_FROM = 60, 300
EVENT_NAMES = ("AAPL", "MSFT", "NVDA", "META", "AMZN", "TSLA", "GOOGL", "NFLX", "AMD", "AVGO")
FAMILIES = (
    "institutional_directional", "retail_whale", "event_driven", "vol_seller", "arbitrage",
    "hedge_reactive", "neutral_noise",
)  # fmt: skip


class Lean(msgspec.Struct, frozen=True):
    """A preset: its bias by regime in their order, and how many names are in focus."""

    bias: tuple[float, ...]
    focus: int
    events: int


PRESETS: dict[Preset, Lean] = {
    "balanced_demo": Lean((1.00, 0.95, 1.05, 0.95, 0.85, 0.95, 0.95), 3, 2),
    "event_day": Lean((0.90, 0.90, 0.75, 0.95, 1.90, 1.00, 0.55), 4, 3),
    "dealer_day": Lean((0.85, 0.85, 0.90, 0.85, 0.70, 1.95, 0.80), 3, 1),
    "retail_chase": Lean((1.10, 0.70, 0.60, 2.00, 0.95, 0.95, 0.45), 4, 1),
    "quiet_range": Lean((0.70, 0.70, 1.35, 0.45, 0.50, 0.75, 1.80), 2, 1),
}
# Weights of the families in their order, by regime.
WEIGHTS: dict[Regime, tuple[float, ...]] = {
    "trend_up": (1.35, 1.05, 0.90, 0.78, 0.72, 0.82, 0.82),
    "trend_down": (1.20, 0.82, 0.88, 0.80, 0.78, 1.22, 0.85),
    "mean_revert": (0.92, 0.78, 0.80, 1.18, 1.28, 0.92, 1.20),
    "retail_chase": (1.04, 1.72, 0.90, 0.70, 0.58, 0.98, 0.72),
    "event_ramp": (1.08, 0.96, 1.95, 0.74, 0.62, 1.04, 0.58),
    "dealer_gamma": (0.94, 1.02, 0.78, 0.84, 0.92, 1.74, 0.76),
    "arb_calm": (0.68, 0.58, 0.62, 1.28, 1.78, 0.72, 1.34),
}


class Mood(msgspec.Struct, frozen=True, kw_only=True):
    """The market at an instant. `weights` are those of `FAMILIES` before coverage assist."""

    phase: Phase
    regime: Regime
    event_names: tuple[str, ...]
    weights: dict[str, float]


def mood_at(control: Control, ts_us: int) -> Mood:
    """Return the mood of the five minutes of an instant. Source: platform.md 4.4."""
    minute = ts_us // MINUTE_US
    bucket = minute // BUCKET_MINUTES
    key = key_of("mood", control.shared_seed, bucket)
    limit = 0.72 if control.preset_id == "balanced_demo" else 0.6
    is_event = control.preset_id == "event_day" or unit(mix(key)) > limit
    phase = _phase(minute % SESSION_MINUTES, after=is_event and unit(mix(key + 1)) > 0.58)
    regime = _regime(control, phase, key)
    lean = PRESETS[control.preset_id]
    least = 2 if regime == "event_ramp" or phase == "after_event" else 0
    count = max(lean.events, least)
    first = mix(key + 2) % len(EVENT_NAMES)
    names = tuple(EVENT_NAMES[(first + 3 * step) % len(EVENT_NAMES)] for step in range(count))
    return Mood(
        phase=phase,
        regime=regime,
        event_names=names if is_event else (),
        weights=_weights(control, phase, regime),
    )


def _phase(minute: int, *, after: bool) -> Phase:
    if after:
        return "after_event"
    if minute < OPEN_MINUTES:
        return "open"
    return "power_hour" if minute >= POWER_FROM else "midday"


def _regime(control: Control, phase: Phase, key: int) -> Regime:
    """Draw a regime: preset bias x (0.82 + 0.38 noise) x phase factor."""
    bias = PRESETS[control.preset_id].bias
    shares = [
        weight * (0.82 + 0.38 * unit(mix(key + 16 + place))) * _phase_factor(phase, regime)
        for place, (regime, weight) in enumerate(zip(REGIMES, bias, strict=True))
    ]
    point = unit(mix(key + 3)) * sum(shares)
    for regime, share in zip(REGIMES, shares, strict=True):
        point -= share
        if point < 0:
            return regime
    return REGIMES[-1]


def _phase_factor(phase: Phase, regime: Regime) -> float:
    if phase == "open":
        return 1.08 if regime == "event_ramp" else 1.02
    if phase == "power_hour":
        return 1.08 if regime in {"retail_chase", "dealer_gamma"} else 1.03
    if phase == "after_event":
        return 1.24 if regime == "event_ramp" else 1.0
    return 1.0


def _weights(control: Control, phase: Phase, regime: Regime) -> dict[str, float]:
    found = dict(zip(FAMILIES, WEIGHTS[regime], strict=True))
    if phase in {"open", "power_hour"}:
        found["retail_whale"] *= 1.08
        found["hedge_reactive"] *= 1.06
    if control.preset_id == "quiet_range":
        found["neutral_noise"] *= 1.18
    return {family: weight * control.weight(family) for family, weight in found.items()}
