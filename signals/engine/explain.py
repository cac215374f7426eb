"""Sentences. Hedged, with every number that decided, each citing the features that it rests on.

A print at the ask is "printed at the ask", never "bought": a tape shows trades, not intentions.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flow.domain.contracts import Contract, contract_label
from signals.engine.features import Features

if TYPE_CHECKING:  # the rules import this module
    from signals.engine.classifiers.shared import ClassifierParams, Sentence, Term


def sentence(
    text: str, features: Features, keys: Sequence[str], **thresholds: object
) -> "Sentence":
    """Return one sentence with the features that it cites, their values and the thresholds."""
    values = {key: getattr(features, key) for key in keys}
    return {"text": text, "keys": list(keys), "values": values, "thresholds": thresholds}


def dollars(amount: float) -> str:
    """Return an amount in whole dollars, with cents below a hundred."""
    return f"${amount:,.0f}" if abs(amount) >= 100 else f"${amount:,.2f}"


def percent(share: float) -> str:
    """Return a share of 0 to 1 as percent, one decimal where it has one."""
    return f"{share * 100:.1f}".removesuffix(".0") + " %"


def number(value: float) -> str:
    """Return a number with thousands separators, at most three decimals."""
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.3f}".rstrip("0").rstrip(".")


def records(features: Features) -> str:
    """Return how many prints there were in words; a minute bar is not one print."""
    word = "minute bar" if features.granularity == "minute" else "print"
    return f"1 {word}" if features.count == 1 else f"{features.count:,} {word}s"


def pattern(features: Features, label: str, reading: str) -> "Sentence":
    """Say what was seen, hedged."""
    what = f"{records(features)} of {label}"
    if features.count > 1:
        what += f" in {number(features.span_ms)} ms"
    return sentence(
        f"{what}: consistent with {reading}.", features, ("granularity", "count", "span_ms")
    )


def sweep_run(features: Features) -> "Sentence":
    """Say what makes the packet a sweep."""
    kind = "marked as sweep orders" if features.iso_sweep else "in one burst"
    side = "ask" if features.sweep_sign > 0 else "bid"
    keys = (
        "sweep_count", "sweep_venue_count", "sweep_span_ms", "sweep_size", "sweep_side_ratio",
        "sweep_premium_usd", "iso_sweep", "burst_sweep",
    )  # fmt: skip
    return sentence(
        f"{number(features.sweep_count or 0)} prints {kind} on "
        f"{features.sweep_venue_count} venues within "
        f"{number(features.sweep_span_ms or 0)} ms took {number(features.sweep_size or 0)} "
        f"contracts for {dollars(features.sweep_premium_usd or 0)}; "
        f"{percent(features.sweep_side_ratio or 0)} of that size printed at the {side} or beyond.",
        features,
        keys,
    )


def premium_floor(features: Features, thresholds: dict[str, int]) -> "Sentence":
    """Say premium and size beside the floors that they had to reach."""
    floors = ", ".join(f"{_words(key)} {_amount(key, value)}" for key, value in thresholds.items())
    return sentence(
        f"{dollars(features.premium_usd or 0)} of premium for {number(features.total_size)} "
        f"contracts in {records(features)}; floors: {floors}.",
        features,
        ("premium_usd", "total_size", "count"),
        **thresholds,
    )


def _words(key: str) -> str:
    return "premium" if key.endswith("_usd") else "prints" if key.endswith("_count") else "size"


def _amount(key: str, value: int) -> str:
    return dollars(value) if key.endswith("_usd") else number(value)


def price_trend(features: Features) -> "Sentence":
    """Say where the price went from the first to the last print."""
    first, last = features.first_price, features.last_price
    verb = "rose" if last > first else "fell" if last < first else "stayed"
    to = f"from {number(first)} to {number(last)}" if last != first else f"at {number(first)}"
    return sentence(f"The price {verb} {to}.", features, ("first_price", "last_price"))


def no_baseline(min_samples: int) -> "Sentence":
    """Say that no baseline took part: absence must not look like calm."""
    return {
        "text": f"No baseline yet (it speaks from {number(min_samples)} packets on): "
        "absolute floors only.",
        "keys": [],
        "values": {},
        "thresholds": {"z_min_samples": min_samples},
    }


def aggressor_mix(features: Features, params: "ClassifierParams") -> "Sentence":
    """Say how the size stood against the quotes, or that nothing can be said."""
    keys = ("coverage", "buy_raw", "sell_raw", "inside_ratio")
    limits = {
        "min_nbbo_coverage": params.min_nbbo_coverage,
        "min_aggressor_ratio": params.min_aggressor_ratio,
    }
    if features.granularity == "minute":
        text = "One price a minute: which side it printed on is not used."
    elif not features.covered_size:
        text = "No quote coverage: which side it printed on cannot be told."
    else:
        text = (
            f"{percent(features.buy_raw)} of the size printed at the ask or above, "
            f"{percent(features.sell_raw)} at the bid or below; quotes cover "
            f"{percent(features.coverage)} of it (sides count from "
            f"{percent(params.min_nbbo_coverage)} coverage and "
            f"{percent(params.min_aggressor_ratio)} on one side)."
        )
    return sentence(text, features, keys, **limits)


def confidence(terms: Sequence["Term"], cap: float) -> "Sentence":
    """Say the sum that made a rule's confidence."""
    parts = " ".join(f"{term.points:+.2f} {term.why}," for term in terms).rstrip(",")
    points = min(cap, max(0.0, sum(round(term.points * 100) for term in terms) / 100))
    return {
        "text": f"Confidence {points:.2f}: {parts}; at most {cap:.2f}.",
        "keys": [],
        "values": {"confidence": points},
        "thresholds": {"cap": cap},
    }


def headline(label: str, features: Features, classifier_id: str) -> str:
    """Return one line for the alert."""
    readings = {
        "large_bullish_call_sweep": "consistent with a call sweep",
        "large_bearish_put_sweep": "consistent with a put sweep",
        "unusual_contract_spike": "unusual interest in one contract",
    }
    return (
        f"{label}: {number(features.total_size)} contracts, "
        f"{dollars(features.premium_usd or 0)} premium, {readings[classifier_id]}"
    )
