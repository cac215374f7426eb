"""Sentences. Hedged, with every number that decided, each citing the features that it rests on.

A print at the ask is "printed at the ask", never "bought": a tape shows trades, not intentions.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from signals.engine.features import Features

if TYPE_CHECKING:  # the rules import this module
    from signals.engine.classifiers.shared import ClassifierParams, Sentence, Term

_WORDS = 4_096  # numbers whose words are remembered: thresholds and round shares come again

# What people read of each rule, hedged; the ids are permanent (options-engine.md 12.3 and 12.6).
READINGS = {
    "large_bullish_call_sweep": "consistent with a call sweep",
    "large_bearish_put_sweep": "consistent with a put sweep",
    "unusual_contract_spike": "unusual interest in one contract",
    "large_call_sell_overwrite": "consistent with calls written",
    "large_put_sell_write": "consistent with puts written",
    "far_dated_conviction": "unusual interest far from expiry",
    "zero_dte_gamma_punch": "unusual interest near the money on its last day",
    "straddle": "consistent with a straddle",
    "strangle": "consistent with a strangle",
    "vertical_spread": "consistent with a vertical spread",
    "ladder_accumulation": "consistent with a ladder of strikes",
    "roll_up_down_out": "consistent with a roll",
    "new_position_likely": "consistent with positions that are, in part, new",
    "closing_unwind_likely": "consistent with positions that were closed",
    "no_follow_through": "a reading that its underlying did not follow",
}


def sentence(
    text: str, features: Features, keys: Sequence[str], **thresholds: object
) -> "Sentence":
    """Return one sentence with the features that it cites, their values and the thresholds."""
    values = {key: getattr(features, key) for key in keys}
    return {"text": text, "keys": list(keys), "values": values, "thresholds": thresholds}


@lru_cache(maxsize=_WORDS)
def dollars(amount: float, beside: float | None = None) -> str:
    """Return an amount in whole dollars, with cents below a hundred.

    `beside` is the limit that it stands beside: cents are told where the amount would look like it.
    """
    whole = f"${amount:,.0f}"
    if abs(amount) < 100 or (beside not in (None, amount) and whole == f"${beside:,.0f}"):
        return f"${amount:,.2f}"
    return whole


def price(value: float) -> str:
    """Return a price in dollars with cents, and up to four decimals where it has them."""
    text = f"{value:,.4f}"
    return f"${text.removesuffix('0').removesuffix('0')}"


@lru_cache(maxsize=_WORDS)
def percent(share: float, beside: float | None = None) -> str:
    """Return a share of 0 to 1 as percent, one decimal where it has one.

    `beside` is the limit that it stands beside: a second decimal is told where the share would look
    like it. Shares have four places, so two decimals always tell them apart.
    """
    text = f"{share * 100:.1f}"
    if beside not in (None, share) and text == f"{beside * 100:.1f}":
        return f"{share * 100:.2f} %"
    return text.removesuffix(".0") + " %"


@lru_cache(maxsize=_WORDS)
def number(value: float) -> str:
    """Return a number with thousands separators, at most three decimals."""
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.3f}".rstrip("0").rstrip(".")


def counted(count: float, what: str) -> str:
    """Return a number of things in words: 1 day, 2 days."""
    return f"1 {what}" if count == 1 else f"{number(count)} {what}s"


def records(features: Features) -> str:
    """Return how many prints there were in words; a minute bar is not one print."""
    word = "minute bar" if features.granularity == "minute" else "print"
    return counted(features.count, word)


def pattern(features: Features, label: str, reading: str) -> "Sentence":
    """Say what was seen, hedged."""
    what = f"{records(features)} of {label}"
    if features.count > 1:
        what += f" in {number(features.span_ms)} ms"
    return sentence(
        f"{what}: consistent with {reading}.", features, ("granularity", "count", "span_ms")
    )


def premium_floor(
    features: Features, thresholds: dict[str, int], words: str = "floors"
) -> "Sentence":
    """Say premium and size beside their thresholds; `words` say what these are to the rule."""
    limits = ", ".join(f"{_words(key)} {amount(key, value)}" for key, value in thresholds.items())
    floor = next((value for key, value in thresholds.items() if key.endswith("_usd")), None)
    return sentence(
        f"{dollars(features.premium_usd or 0, floor)} of premium for {number(features.total_size)} "
        f"contracts in {records(features)}; {words}: {limits}.",
        features,
        ("premium_usd", "total_size", "count"),
        **thresholds,
    )


def _words(key: str) -> str:
    return "premium" if key.endswith("_usd") else "prints" if key.endswith("_count") else "size"


def amount(key: str, value: float) -> str:
    """Return a value in the unit that its key names."""
    return dollars(value) if key.endswith("_usd") else number(value)


def wide_quote(features: Features, limit: int, words: str) -> str:
    """Say how wide a wide quote was and what counts as wide; `words` hold a place for the width.

    Missing: a width that is not known is not said to be 0.
    """
    if features.nbbo_spread_bps is None:
        return f"The quote was wide: its spread is {number(limit)} basis points of its mid or more."
    return f"{words.format(number(features.nbbo_spread_bps))}; {number(limit)} and more count."


def aggressor_mix(
    features: Features, params: "ClassifierParams", which: str = "on one side"
) -> "Sentence":
    """Say how the size stood against the quotes, or that nothing can be said.

    `which`: the share that the rule holds against `min_aggressor_ratio`.
    """
    least = params.min_aggressor_ratio
    keys = ("coverage", "buy_raw", "sell_raw", "inside_ratio")
    limits = {
        "min_nbbo_coverage": params.min_nbbo_coverage,
        "min_aggressor_ratio": least,
    }
    if features.granularity == "minute":
        text = "One price a minute: which side it printed on is not used."
    elif not features.covered_size:
        text = "No quote coverage: which side it printed on cannot be told."
    else:
        text = (
            f"{percent(features.buy_raw, least)} of the size printed at the ask or above, "
            f"{percent(features.sell_raw, least)} at the bid or below; quotes cover "
            f"{percent(features.coverage, params.min_nbbo_coverage)} of it (sides count from "
            f"{percent(params.min_nbbo_coverage)} coverage and "
            f"{percent(least)} {which})."
        )
    return sentence(text, features, keys, **limits)


def confidence(terms: Sequence["Term"], cap: float, factor: float, value: float) -> "Sentence":
    """Say the sum that made a rule's confidence, and what an inference leaves of it."""
    parts = ", ".join(f"{term.points:+.2f} {term.why}" for term in terms)
    inferred = f"; times {number(factor)} for an inference" if factor != 1 else ""
    return {
        "text": f"Confidence {value:.2f}: {parts}; at most {cap:.2f}{inferred}.",
        "keys": [],
        "values": {"confidence": value},
        "thresholds": {"cap": cap},
    }


def headline(label: str, features: Features, classifier_id: str) -> str:
    """Return one line for an alert that a rule leads."""
    return read_headline(label, features, READINGS[classifier_id])


def read_headline(label: str, features: Features, reading: str) -> str:
    """Return one line for an alert: what, how much, and a hedged reading."""
    premium = features.premium_usd
    paid = "unknown" if premium is None else dollars(premium)
    return f"{label}: {number(features.total_size)} contracts, {paid} premium, {reading}"
