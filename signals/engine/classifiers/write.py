"""Calls or puts at the bid in size: premium taken in, as by overwriting stock or writing puts."""

from signals.engine import explain
from signals.engine.classifiers.activity import (
    ActivityParams,
    amount_terms,
    floors,
    inactivity,
    usual,
    z_term,
)
from signals.engine.classifiers.shared import (
    Term,
    Verdict,
    fire,
    first_reason,
    side_terms,
    silent,
)
from signals.engine.direction import Direction, infer_direction
from signals.engine.features import Features

CALL_WRITE, PUT_WRITE = "large_call_sell_overwrite", "large_put_sell_write"
CAP = 0.90


def judge_call_write(features: Features, label: str, params: ActivityParams) -> Verdict:
    """Judge a call packet; see `judge_write`."""
    return judge_write(CALL_WRITE, features, label, params)


def judge_put_write(features: Features, label: str, params: ActivityParams) -> Verdict:
    """Judge a put packet; see `judge_write`."""
    return judge_write(PUT_WRITE, features, label, params)


def judge_write(
    classifier_id: str, features: Features, label: str, params: ActivityParams
) -> Verdict:
    """Judge whether much of one contract printed at the bid.

    It declines where sides weighted by their confidence tell the opposite direction: no packet
    is read both ways (12.5, F18).
    Missing: without ticks or a premium it abstains; below the least coverage it declines.
    Source: options-engine.md 12.3 and 12.5; errata 7; golden G8.
    """
    is_call = classifier_id == CALL_WRITE
    right, direction = _kind(is_call=is_call)
    reason = _refusal(right, direction, features, params)
    if reason:
        return silent(classifier_id, reason)
    reading = f"premium taken in on {right}s" + (", as in overwriting stock" if is_call else "")
    sentences = (
        explain.pattern(features, label, reading),
        floors(features, params),
        usual(features, params),
        explain.aggressor_mix(features, params),
    )
    return fire(classifier_id, direction, _terms(features, params), CAP, sentences)


def _kind(*, is_call: bool) -> tuple[str, Direction]:
    return ("call", "bearish") if is_call else ("put", "bullish")


def _refusal(right: str, direction: Direction, features: Features, params: ActivityParams) -> str:
    """Return why the rule does not fire, empty if it does; the first reason wins."""
    if features.option_type != right:
        return "other_right"
    if features.granularity == "minute":
        return "needs_ticks"
    told = infer_direction(features, params)
    buy, sell = features.buy_raw, features.sell_raw
    return inactivity(features, params) or first_reason(
        (
            (features.coverage < params.min_nbbo_coverage, "low_coverage"),
            (sell < params.min_aggressor_ratio or sell <= buy, "not_at_bid"),
            (told in ("bullish", "bearish") and told != direction, "direction_disagrees"),
        )
    )


def _terms(features: Features, params: ActivityParams) -> list[Term]:
    terms = [Term(0.45, "an unusual amount at the bid")]
    terms.extend(amount_terms(features, params, times=2, premium=0.15, size=0.10))
    if features.count >= 3:
        terms.append(Term(0.05, "3 prints or more"))
    terms.extend(z_term(features, params, 0.10))
    terms.extend(side_terms(features.coverage, features.sell_raw, params))
    return terms
