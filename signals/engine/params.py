"""All tuning parameters of the engine in one record, gathered from the rules that own them.

Thresholds are data: a revision is a mapping of these keys. Facts of the market stay in code.
"""

import json
import typing
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from hashlib import blake2b

from signals.engine.alerts import AlertParams
from signals.engine.baselines import BaselineParams
from signals.engine.calendar import CalendarParams
from signals.engine.cancels import CancelParams
from signals.engine.candle_params import CandleTuning
from signals.engine.classifiers.far_dated import FarDatedParams
from signals.engine.classifiers.follow_through import FollowThroughParams
from signals.engine.classifiers.open_interest import ClosingParams
from signals.engine.classifiers.sweep import SweepParams
from signals.engine.classifiers.zero_dte import ZeroDteParams
from signals.engine.clusters import ClusterParams
from signals.engine.doubts import DoubtParams
from signals.engine.equities.dark.params import DarkParams
from signals.engine.flow_params import FlowParams
from signals.engine.judgement import JudgementParams
from signals.engine.labels import LabelParams
from signals.engine.parameter import Parameter, Tuned, TuningError, Value
from signals.engine.penalties import PenaltyParams
from signals.engine.pricing import PricingParams
from signals.engine.profiles.shared import ProfileParams
from signals.engine.structures.params import StructureParams
from signals.engine.sweeps import BurstParams

__all__ = ["PARAMETERS", "PRESETS", "Parameter", "Params", "TuningError"]


# Slots, because rules read it a hundred times a packet: its dict of all names is large and cold.
@dataclass(frozen=True, kw_only=True, slots=True)
class Params(
    DarkParams,  # and with it the placement of options and stocks
    LabelParams,
    ClusterParams,
    BurstParams,
    StructureParams,
    BaselineParams,
    SweepParams,
    FarDatedParams,  # and with it the thresholds of activity
    ZeroDteParams,
    ClosingParams,
    FollowThroughParams,
    ProfileParams,
    PenaltyParams,
    DoubtParams,  # and with it the limits of quotes
    JudgementParams,
    AlertParams,
    CancelParams,
    PricingParams,
    CalendarParams,
    FlowParams,
    CandleTuning,
):
    """One complete set of values, checked. Rules take the parent record that they need."""

    @classmethod
    def from_values(cls, values: Mapping[str, object]) -> "Params":
        """Return the parameters with the given values; what is not named keeps its default.

        Errors: TuningError for an unknown key or a value that does not fit.
        """
        checked: dict[str, typing.Any] = {}
        for key, value in values.items():
            parameter = _BY_KEY.get(key)
            if parameter is None:
                raise TuningError(None, value, key=key)
            checked[key] = parameter.check(value)
        return cls(**checked)

    def values(self) -> dict[str, Value]:
        """Return every value by key, in alphabetical order."""
        return {key: getattr(self, key) for key in sorted(_BY_KEY)}

    @cached_property
    def digest(self) -> str:
        """Return BLAKE2b-128 hex of the canonical JSON of all values."""
        text = json.dumps(self.values(), sort_keys=True, separators=(",", ":"))
        return blake2b(text.encode(), digest_size=16).hexdigest()


def _parameters() -> tuple[Parameter, ...]:
    hints = typing.get_type_hints(Params, include_extras=True)
    found = []
    for field in sorted(fields(Params), key=lambda each: each.name):
        tuned: Tuned = hints[field.name].__metadata__[0]
        default: typing.Any = field.default
        found.append(
            Parameter(
                key=field.name,
                default=default,
                unit=tuned.unit,
                minimum=tuned.low,
                maximum=tuned.high,
                help=tuned.text,
                source=tuned.source,
                choices=tuned.choices,
            )
        )
    return tuple(found)


PARAMETERS: tuple[Parameter, ...] = _parameters()
_BY_KEY = {parameter.key: parameter for parameter in PARAMETERS}

# `classic`: thresholds of the systems that this one follows (options-engine.md 6.1, 8.1, 12.1,
# 14.1, 16.1, 18.1; design, "one policy or two"), for those who know them.
PRESETS: dict[str, dict[str, Value]] = {
    "default": {},
    "classic": {
        "cluster_gap_ms": 500,
        "cluster_max_span_ms": 500,
        "nbbo_max_age_ms": 1_000,
        "signal_index_min_notional_usd": 10_000,
        "eligible_etf_min_premium_usd": 10_000,
        "eligible_index_min_premium_usd": 10_000,
        "eligible_min_size": 1,
        "alert_high_min_score": 80,
        "alert_medium_min_score": 45,
    },
    # What the labelled synthetic market taught (docs/synthetic.md): floors of their own for the
    # profiles that ordinary large prints look like, and scales on which those stay small. Set on
    # development seeds alone.
    "measured": {
        "profile_premium_usd": 1_500_000,
        "profile_etf_premium_usd": 2_500_000,
        "directional_min_score": 0.672,
        "retail_min_score": 0.6,
        "event_min_score": 0.49,
        "hedge_min_score": 0.64,
    },
}
