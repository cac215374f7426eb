"""Sentences of off-exchange inference. Hedged: a tape shows trades, not who made them or why.

Each cites the features that it rests on, with their values and the thresholds beside them.
"""

from collections.abc import Sequence
from typing import Any

from flow.domain.units import MICROS, SECOND_US, micros_to_text
from signals.engine.equities.dark.params import DarkParams
from signals.engine.equities.dark.records import DarkKind
from signals.engine.equities.dark.thresholds import Confidence
from signals.engine.explain import dollars, number, percent

Features = dict[str, Any]
Sentence = dict[str, Any]

_READINGS: dict[DarkKind, tuple[str, str]] = {
    "stealth_accumulation": ("at the ask or above", "accumulation away from the lit market"),
    "distribution": ("at the bid or below", "distribution away from the lit market"),
}


def _say(text: str, features: Features, keys: Sequence[str], **thresholds: object) -> Sentence:
    values = {key: features[key] for key in keys}
    return {"text": text, "keys": list(keys), "values": values, "thresholds": thresholds}


def shares(size_micros: int) -> str:
    """Return a size in shares with thousands separators."""
    return number(size_micros / MICROS)


def price(micros: int) -> str:
    """Return a price with its cents, and what is finer where there is any."""
    text = micros_to_text(micros)
    whole, _, part = text.partition(".")
    return f"{whole}.{part:0<2}"


def prints(count: int) -> str:
    """Return how many prints in words."""
    return "1 print" if count == 1 else f"{count:,} prints"


def block(features: Features, *, is_read: bool = True) -> Sentence:
    """Say what printed inside which quote; `is_read`: and what that looks like."""
    read = ": consistent with a block absorbed away from the lit market" if is_read else ""
    return _say(
        f"{shares(features['size_micros'])} shares off exchange at "
        f"{price(features['price_micros'])}, inside a quote of {price(features['bid_micros'])} x "
        f"{price(features['ask_micros'])}{read}.",
        features,
        ("size_micros", "price_micros", "bid_micros", "ask_micros"),
    )


def drift(features: Features) -> Sentence:
    """Say whether the mid moved before the report, for its execution may be older."""
    moved = features["quote_drift_bps"]
    text = (
        "How the mid moved in the 10 s before is not known."
        if moved is None
        else f"In the 10 s before, the mid moved {moved:+.1f} bps."
    )
    return _say(text, features, ("quote_drift_bps",))


def gathered(kind: DarkKind, features: Features, *, is_read: bool = True) -> Sentence:
    """Say how many prints of one side came in which time; `is_read`: and what that looks like."""
    side, reading = _READINGS[kind]
    read = f": consistent with {reading}" if is_read else ""
    return _say(
        f"{prints(features['print_count'])} off exchange {side} in "
        f"{number(features['duration_us'] / SECOND_US)} s, {shares(features['size_micros'])} "
        f"shares for {dollars(features['notional_micros'] / MICROS)}{read}.",
        features,
        ("print_count", "duration_us", "size_micros", "notional_micros"),
    )


def least(features: Features, params: DarkParams, what: str) -> Sentence:
    """Say what size counts here and what set it."""
    usual, seen = features["usual_size_micros"], features["usual_n"]
    enough = params.dark_baseline_min_samples
    because = {
        "floor": "the floor in shares",
        "notional": f"{dollars(params.dark_min_notional_usd)} at this price",
        "usual": f"{params.dark_median_multiple} times the usual print",
    }[features["least_source"]]
    known = (
        f"no usual size yet, {seen} of {prints(enough)} seen"
        if usual is None
        else f"the usual off-exchange print is {shares(usual)} shares, the median of {seen:,}"
    )
    return _say(
        f"{what} counts from {shares(features['least_size_micros'])} shares on: {because}; "
        f"{known}.",
        features,
        ("least_size_micros", "least_source", "usual_size_micros", "usual_n"),
        dark_min_notional_usd=params.dark_min_notional_usd,
        dark_median_multiple=params.dark_median_multiple,
        dark_baseline_min_samples=enough,
    )


def balance(features: Features, params: DarkParams) -> Sentence:
    """Say which share of the window's size took this side, and whether that is enough."""
    share, needed = features["imbalance"], params.dark_min_imbalance
    enough = "" if share >= needed else ": two-sided, so no direction is told"
    return _say(
        f"{percent(share)} of the window's size took this side, {shares(features['window_micros'])}"
        f" against {shares(features['opposite_micros'])} shares; {percent(needed)} is needed"
        f"{enough}.",
        features,
        ("imbalance", "window_micros", "opposite_micros"),
        dark_min_imbalance=needed,
    )


def impact(features: Features) -> Sentence:
    """Say what the mid did from the first print to the newest."""
    return _say(
        f"The mid went from {price(features['mid_start_micros'])} to "
        f"{price(features['mid_end_micros'])}, {features['impact_bps']:+.1f} bps.",
        features,
        ("mid_start_micros", "mid_end_micros", "impact_bps"),
    )


def improved(features: Features, params: DarkParams) -> list[Sentence]:
    """Say how many prints look like retail orders filled by a wholesaler, if any."""
    count = features["improved_count"]
    if not count:
        return []
    verb = "shows" if count == 1 else "show"
    return [
        _say(
            f"{prints(count)} {verb} sub-penny price improvement, as orders of retail brokers do; "
            f"each counts {percent(params.dark_retail_weight)} of its size.",
            features,
            ("improved_count",),
            dark_retail_weight=params.dark_retail_weight,
        )
    ]


def untold(features: Features, params: DarkParams) -> list[Sentence]:
    """Say how many prints came without the conditions that would tell a trade from a report."""
    count = features["untold_count"]
    if not count:
        return []
    return [
        _say(
            f"{prints(count)} came from a feed that tells no sale conditions: average prices, "
            "crosses and derivatively priced trades cannot be told apart; each counts "
            f"{percent(params.dark_untold_weight)} in the confidence.",
            features,
            ("untold_count",),
            dark_untold_weight=params.dark_untold_weight,
        )
    ]


def confidence(found: Confidence) -> Sentence:
    """Say the sum that made the confidence, and what is taken off it for old or untold facts."""
    parts = ", ".join(f"{term.points:+.3f} {term.why}" for term in found.terms)
    why = "the age of the quotes" + (" and untold sale conditions" if found.is_untold else "")
    aged = f"; times {number(found.factor)} for {why}" if found.factor < 1 else ""
    return {
        "text": f"Confidence {found.value:.3f}: {parts}{aged}.",
        "keys": [],
        "values": {"confidence": found.value},
        "thresholds": {},
    }


def looked(check: Features, params: DarkParams) -> Sentence:
    """Say what the mid had done some time after a block, or that nobody told it."""
    after = number(check["after_ms"] / 1_000)
    if check["moved_bps"] is None:
        until = number((check["after_ms"] + params.dark_check_wait_ms) / 1_000)
        text = f"No print told the mid between {after} s and {until} s later."
    else:
        where = "within" if check["held"] else "beyond"
        seen = number(check["seen_ms"] / 1_000)
        text = (
            f"{seen} s later, at the first print from {after} s on, the mid had moved "
            f"{check['moved_bps']:+.1f} bps, {where} "
            f"{price(check['tolerance_micros'])} ({number(params.dark_check_max_spreads)} times "
            "the spread, a tick at least)."
        )
    return _say(
        text,
        check,
        ("after_ms", "seen_ms", "moved_bps"),
        dark_check_max_spreads=params.dark_check_max_spreads,
        dark_check_wait_ms=params.dark_check_wait_ms,
    )


def ended(features: Features, params: DarkParams) -> Sentence:
    """Say why an episode was closed, and whether its other side had caught up."""
    why = {
        "window_empty": f"no print of this side for {number(params.dark_window_ms / 1_000)} s",
        "lapsed": f"size and side were last enough {number(params.dark_lapse_ms / 1_000)} s before",
    }[features["closed_because"]]
    turned = features["two_sided_count"]
    both = f" The other side caught up at {prints(turned)} meanwhile." if turned else ""
    return _say(
        f"Closed: {why}.{both}",
        features,
        ("closed_because", "two_sided_count"),
        dark_window_ms=params.dark_window_ms,
        dark_lapse_ms=params.dark_lapse_ms,
    )


def withdrawn() -> Sentence:
    """Say that the tape took a print back."""
    return _say("A print of this was cancelled or corrected later.", {}, ())


def blind() -> Sentence:
    """Say that the feed cannot show what is looked for."""
    return _say(
        "The feed declares that it carries no off-exchange prints: nothing can be inferred of them "
        "on this trade date, and that none are seen says nothing.",
        {"off_exchange": False},
        ("off_exchange",),
    )


def zone(features: Features, params: DarkParams) -> Sentence:
    """Say how many blocks of the session printed near one price."""
    return _say(
        f"{features['print_count']} blocks of {shares(features['size_micros'])} shares together "
        f"printed inside the quote between {price(features['low_micros'])} and "
        f"{price(features['high_micros'])} this session: consistent with liquidity that rests "
        "there unseen.",
        features,
        ("print_count", "size_micros", "low_micros", "high_micros"),
        dark_zone_min_blocks=params.dark_zone_min_blocks,
        dark_zone_width_bps=params.dark_zone_width_bps,
    )
