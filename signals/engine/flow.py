"""The two calls of the pipeline: let a final packet enter the flow, and tell the flow around it."""

from collections.abc import Sequence
from typing import Any

from flow.domain.contracts import Right
from flow.domain.units import MICROS
from signals.engine.boost import Direction, Horizon, boost_factor, boost_points
from signals.engine.features import Features
from signals.engine.flow_context import WINDOWS, FlowContext, FlowWindows
from signals.engine.flow_params import FlowParams
from signals.engine.flow_scores import context_of
from signals.engine.rounding import rounded
from signals.engine.tally import Tally
from signals.engine.trade_types import Averages, TradeType, count_blocks, types_of

_DIRECTIONS: dict[str, Direction] = {"bullish": "LONG", "bearish": "SHORT"}
_HORIZONS: tuple[Horizon, ...] = ("scalp", "day", "swing")


def add_flow(  # noqa: PLR0917 - seven facts of one packet, in the order of the pipeline
    averages: Averages,
    windows: FlowWindows,
    tally: Tally,
    underlying: str,
    right: Right,
    features: Features,
    params: FlowParams,
) -> list[TradeType]:
    """Type the members of one final packet, count the types, and let them enter the windows.

    Once per packet, at its first revision, in processing order. `right` is that of a single
    contract; a structure's members have their own. Returns the types by member, so that a revision
    can count again without the print that was cancelled.
    Source: options-engine.md 18.2 and 18.5.
    """
    reads, single = tally.reads, not features.structure_type
    types = types_of(
        reads,
        sweep_sign=features.sweep_sign if single and features.sweep else 0,
        averages=averages,
        underlying=underlying,
        params=params,
        one_contract=single,
    )
    features.trade_types = count_types(types)
    if tally.max_print_size >= params.flow_block_min_size or "BLOCK" in types:
        features.block_mechanisms = count_blocks(reads, types, params)
    windows.add(underlying, reads, types, right if single else None, params)
    return types


def count_types(types: Sequence[TradeType]) -> dict[str, int]:
    """Return how many prints have each type, in the order of their first."""
    if types and types.count(types[0]) == len(types):  # nearly always
        return {types[0]: len(types)}
    counts: dict[str, int] = {}
    for kind in types:
        counts[kind] = counts.get(kind, 0) + 1
    return counts


def flow_up_to(
    windows: FlowWindows, underlying: str, ts: int, params: FlowParams
) -> tuple[dict[str, Any], FlowContext | None]:
    """Return the flow up to an event, and the context that would move its score.

    Shape: one mapping per window that has flow, by its name; ready for JSON. The event's own prints
    are part of its flow, because a window includes its last instant.
    Units: dollars, contracts, scores 0 to 100.
    Missing: a window without flow is left out; without any the mapping is empty.
    Source: options-engine.md 18.5.
    """
    facts: dict[str, Any] = {}
    boosting = told = before = None
    for window in WINDOWS:
        sums = windows.sums(underlying, ts, window, params)
        if sums != before:  # early in a day a longer window holds no more than a shorter one
            context = context_of(underlying, ts, window, sums, params)
            told, before = _told(context), sums
        if sums.count or sums.unplaced_volume:
            facts[window] = told
        if window == params.boost_window:
            boosting = context
    return facts, boosting


def flow_facts(
    flow: dict[str, Any], boosting: FlowContext | None, direction: str, params: FlowParams
) -> dict[str, Any]:
    """Return what `flow_up_to` gave, with what it would do to a score in the event's direction.

    Shape: the windows and `boost`; `direction` as in events (bullish, bearish, ...).
    Missing: empty without any flow.
    Source: options-engine.md 18.6.
    """
    if not flow:
        return {}
    return flow | {"boost": _boost(boosting, _DIRECTIONS.get(direction, ""), params)}


def _told(context: FlowContext) -> dict[str, Any]:
    return {
        "volume": context.total_volume,
        "unplaced_volume": context.unplaced_volume,
        "premium_usd": context.total_premium_micros / MICROS,
        "trades": context.trade_count,
        "call_volume": context.call_volume,
        "put_volume": context.put_volume,
        "put_call_volume_ratio": context.put_call_volume_ratio,
        "put_call_premium_ratio": context.put_call_premium_ratio,
        "net": context.net,
        "signed_share": context.signed_share,
        "quoted_share": context.quoted_share,
        "sentiment": context.sentiment,
        "sentiment_strength": context.sentiment_strength,
        "aggressiveness": context.aggressiveness,
        "institutional_score": context.institutional_score,
        "confidence": context.confidence,
        "recommendation": context.recommendation,
    }


def _boost(context: FlowContext | None, direction: Direction, params: FlowParams) -> dict[str, Any]:
    told: dict[str, Any] = {"mode": params.boost_mode, "window": params.boost_window}
    if params.boost_mode == "additive":
        for horizon in _HORIZONS:
            points = boost_points(direction, context, params, horizon)
            told[f"{horizon}_points"] = rounded(points, 2)
    else:
        told["factor"] = rounded(boost_factor(direction, context, params), 4)
    return told
