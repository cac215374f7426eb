"""The tuning values of candles. They live here so that a revision holds them; `flow` obeys them.

`flow.domain.candles` reads the same two keys out of the log's `tuning` entries; a test holds that
names, bounds and defaults agree.
"""

from dataclasses import dataclass
from typing import Annotated

from flow.domain.candles.state import MAX_HORIZON_MS, MAX_LATENESS_MS, CandleParams
from signals.engine.parameter import ParameterGroup, Tuned

_SOURCE = "spec platform 3.2 C3, errata platform 30"
_DEFAULTS = CandleParams()


@dataclass(frozen=True, kw_only=True)
class CandleTuning(ParameterGroup):
    """When a bar is final and how long it may be revised. Source: platform.md 3.2 C3; errata 30."""

    candle_lateness_ms: Annotated[
        int, Tuned("ms", 0, MAX_LATENESS_MS, "How long after its end a bar is final", _SOURCE)
    ] = _DEFAULTS.candle_lateness_ms
    candle_revision_horizon_ms: Annotated[
        int,
        Tuned("ms", 0, MAX_HORIZON_MS, "How late a print may come and still revise its bar; "
              "at least the lateness", _SOURCE),
    ] = _DEFAULTS.candle_revision_horizon_ms  # fmt: skip
