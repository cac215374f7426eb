"""The tuning of the flow context: trade types, sentiment, windows, boost (options-engine.md 18)."""

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

from signals.engine.parameter import ParameterGroup, Tuned

_CONTRACTS = ("contracts", 1, 1_000_000)
_TIMES = ("times", 1, 100)
_RATIO = ("ratio", 0, 1)
_FULL = ("ratio", 0.01, 1)  # a divisor
_POINTS = ("points", 0, 100)
_TYPES, _FLOW, _BOOST = "spec 18.2, errata 26", "spec 18.5", "spec 18.6"


@dataclass(frozen=True, kw_only=True)
class TradeTypeParams(ParameterGroup):
    """What makes a print a block, a split or large. Source: options-engine.md 18.2; errata 25, 26.

    The average is the mean size of the underlying's last prints; a multiple of it is true only
    where that average is ready.
    """

    flow_average_max_count: Annotated[
        int, Tuned("prints", 1, 10_000, "Newest prints in the average size", "spec 18.2")
    ] = 500
    flow_average_min_count: Annotated[
        int, Tuned("prints", 1, 10_000, "The average speaks from here on", "spec 18.2")
    ] = 30
    flow_block_min_size: Annotated[int, Tuned(*_CONTRACTS, "A block in any case", "spec 18.2")] = (
        500
    )
    flow_block_relative_min_size: Annotated[
        int, Tuned(*_CONTRACTS, "Least size of a block against the average", _TYPES)
    ] = 100
    flow_block_average_multiple: Annotated[
        int, Tuned(*_TIMES, "A block is so many times the average", _TYPES)
    ] = 5
    flow_large_min_size: Annotated[
        int, Tuned(*_CONTRACTS, "Least size of a large print", _TYPES)
    ] = 25
    flow_large_average_multiple: Annotated[
        int, Tuned(*_TIMES, "A large print is so many times the average", _TYPES)
    ] = 2
    flow_split_min_count: Annotated[
        int, Tuned("prints", 2, 1_000, "Fewest prints of a split order", "spec 18.2")
    ] = 3
    flow_split_max_gap_ms: Annotated[
        int, Tuned("ms", 1, 60_000, "Longest pause inside a split order", "errata 25")
    ] = 250
    flow_split_max_span_ms: Annotated[
        int, Tuned("ms", 1, 600_000, "Longest duration of a split order", "spec 18.2")
    ] = 2_000
    flow_split_min_size: Annotated[
        int, Tuned(*_CONTRACTS, "Least size of a split order", "spec 18.2")
    ] = 100
    flow_split_average_multiple: Annotated[
        int, Tuned(*_TIMES, "A split order is so many times the average", "spec 18.2")
    ] = 2

    @cached_property
    def least_marked_size(self) -> int:
        """Return the size below which a print is neither block nor large, whatever the average."""
        return min(
            self.flow_block_min_size, self.flow_block_relative_min_size, self.flow_large_min_size
        )


@dataclass(frozen=True, kw_only=True)
class SentimentParams(ParameterGroup):
    """When one print leans. Source: options-engine.md 18.3 and 18.4 strict; errata 36."""

    flow_min_confidence: Annotated[
        float, Tuned(*_RATIO, "Less confidence in the side is neutral", "spec 18.3, errata 36")
    ] = 0.45
    flow_passive_above_position: Annotated[
        float, Tuned(*_RATIO, "Passive begins above this place in the spread", "spec 18.4")
    ] = 0.35
    flow_passive_below_position: Annotated[
        float, Tuned(*_RATIO, "Passive ends below this place in the spread", "spec 18.4")
    ] = 0.65


@dataclass(frozen=True, kw_only=True)
class ContextParams(ParameterGroup):
    """How a window of flow is read. Source: options-engine.md 18.5 (PROPOSED values)."""

    flow_min_size: Annotated[int, Tuned(*_CONTRACTS, "Smaller prints are no flow", _FLOW)] = 10
    flow_sentiment_min_net: Annotated[
        float, Tuned("ratio", 0.01, 1, "Net premium from here on leans", _FLOW)
    ] = 0.15
    flow_full_signed_share: Annotated[
        float, Tuned(*_FULL, "This share of signed premium gives full strength", _FLOW)
    ] = 0.5
    flow_aggressive_min_share: Annotated[
        float, Tuned(*_RATIO, "Share of quoted premium that makes flow aggressive", _FLOW)
    ] = 0.6
    flow_passive_max_share: Annotated[
        float, Tuned(*_RATIO, "Share of quoted premium up to which flow is passive", _FLOW)
    ] = 0.3
    flow_full_block_share: Annotated[
        float, Tuned(*_FULL, "This share of blocks gives all of their points", _FLOW)
    ] = 0.5
    flow_full_sweep_share: Annotated[
        float, Tuned(*_FULL, "This share of sweeps gives all of their points", _FLOW)
    ] = 0.3
    flow_full_aggressive_share: Annotated[
        float, Tuned(*_FULL, "This share at bid or ask gives all of its points", _FLOW)
    ] = 0.8
    flow_trade_min_usd: Annotated[
        int, Tuned("USD", 1, 1_000_000_000, "Mean premium of a trade that gives no points", _FLOW)
    ] = 10_000
    flow_trade_full_decades: Annotated[
        float, Tuned("decades", 0.1, 9, "Powers of ten above it that give all points", _FLOW)
    ] = 2.0
    flow_block_points: Annotated[int, Tuned(*_POINTS, "Score from blocks", _FLOW)] = 30
    flow_sweep_points: Annotated[int, Tuned(*_POINTS, "Score from sweeps", _FLOW)] = 25
    flow_trade_points: Annotated[int, Tuned(*_POINTS, "Score from the mean trade", _FLOW)] = 20
    flow_aggressive_points: Annotated[int, Tuned(*_POINTS, "Score from aggression", _FLOW)] = 15
    flow_quoted_points: Annotated[int, Tuned(*_POINTS, "Score from quote coverage", _FLOW)] = 10
    flow_full_count: Annotated[
        int, Tuned("trades", 1, 100_000, "So many trades give full confidence", _FLOW)
    ] = 100
    flow_full_net: Annotated[
        float, Tuned(*_FULL, "This net premium gives full confidence", _FLOW)
    ] = 0.5
    flow_count_confidence: Annotated[
        int, Tuned(*_POINTS, "Confidence from the number of trades", _FLOW)
    ] = 40
    flow_quoted_confidence: Annotated[
        int, Tuned(*_POINTS, "Confidence from quote coverage", _FLOW)
    ] = 30
    flow_net_confidence: Annotated[int, Tuned(*_POINTS, "Confidence from net premium", _FLOW)] = 30
    flow_min_count: Annotated[
        int, Tuned("trades", 1, 100_000, "Fewer trades are insufficient data", _FLOW)
    ] = 20
    flow_min_quoted_share: Annotated[
        float, Tuned(*_RATIO, "Less quoted premium is insufficient data", _FLOW)
    ] = 0.35
    flow_follow_min_strength: Annotated[
        int, Tuned(*_POINTS, "Least strength of marked flow", _FLOW)
    ] = 40
    flow_follow_above_score: Annotated[
        int, Tuned(*_POINTS, "Marked flow has a score above this", _FLOW)
    ] = 50
    flow_follow_min_confidence: Annotated[
        int, Tuned(*_POINTS, "Least confidence of marked flow", _FLOW)
    ] = 60


@dataclass(frozen=True, kw_only=True)
class BoostParams(ParameterGroup):
    """What flow does to a score. Source: options-engine.md 18.6; golden G14."""

    boost_mode: Annotated[
        str, Tuned("mode", 1, 20, "How flow moves a score", _BOOST, ("multiplicative", "additive"))
    ] = "multiplicative"
    boost_window: Annotated[
        str, Tuned("window", 1, 10, "Whose flow moves it", _BOOST, ("1h", "4h", "session"))
    ] = "1h"
    boost_confidence_scaling: Annotated[
        str, Tuned("switch", 1, 3, "Less confidence moves it less", _BOOST, ("off", "on"))
    ] = "off"
    boost_strong_above_score: Annotated[
        int, Tuned(*_POINTS, "A strong move needs a score above this", _BOOST)
    ] = 70
    boost_above_score: Annotated[
        int, Tuned(*_POINTS, "A move needs a score above this", _BOOST)
    ] = 50
    boost_strong_share: Annotated[float, Tuned(*_RATIO, "The strong move", _BOOST)] = 0.2
    boost_share: Annotated[float, Tuned(*_RATIO, "The move", _BOOST)] = 0.1
    boost_scalp_weight: Annotated[
        float, Tuned(*_RATIO, "Additive: share of the score, minutes ahead", _BOOST)
    ] = 0.15
    boost_day_weight: Annotated[
        float, Tuned(*_RATIO, "Additive: share of the score, within the day", _BOOST)
    ] = 0.12
    boost_swing_weight: Annotated[
        float, Tuned(*_RATIO, "Additive: share of the score, over days", _BOOST)
    ] = 0.10


@dataclass(frozen=True, kw_only=True)
class FlowParams(TradeTypeParams, SentimentParams, ContextParams, BoostParams):
    """All tuning of options-engine.md 18."""
