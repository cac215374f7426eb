"""Sentences of the rules on what is usual and which way sides lean; see `explain`."""

from typing import TYPE_CHECKING

from signals.engine.explain import amount, counted, number, percent, sentence
from signals.engine.features import Features

if TYPE_CHECKING:  # the rules import this module
    from signals.engine.classifiers.shared import Sentence
    from signals.engine.direction import DirectionParams

_METRICS = (("premium", "premium_typical_usd"), ("size", "size_typical"))
_SCOPES = {
    "": "no stated baseline",
    "contract": "this contract",
    "bucket": "contracts like it",
    "underlying": "this underlying",
}
_STRUCTURE_SCOPES = _SCOPES | {
    "contract": "structures of its type",
    "underlying": "structures of this underlying",
}


def baseline(features: Features, limits: dict[str, float], min_samples: int) -> "Sentence":
    """Say how far the packet stands from its baselines, or that none speaks yet.

    `limits`: the z thresholds of the rule by key; empty where the rule does not count them.
    Missing: without a z there is no calm to report, so the sentence says that nothing is known.
    """
    metrics = [metric for metric in _METRICS if getattr(features, f"{metric[0]}_z") is not None]
    if not metrics and features.session not in ("", "regular"):
        return sentence(
            "Outside the regular session nothing is held against a baseline.",
            features,
            ("session",),
        )
    if not metrics:
        seen = features.size_z_n
        return sentence(
            f"No baseline yet: {counted(seen, 'packet')} of this kind "
            f"{'was' if seen == 1 else 'were'} seen, it speaks from {number(min_samples)} on.",
            features,
            ("size_z_n",),
            z_min_samples=min_samples,
        )
    return sentence(
        f"Against what is usual: {'; '.join(_standing(features, *each) for each in metrics)}. "
        f"{_counted(limits, min_samples)}",
        features,
        [
            key
            for metric, typical in metrics
            for key in (f"{metric}_z", f"{metric}_z_n", f"{metric}_z_scope", typical)
        ],
        **(limits | {"z_min_samples": min_samples} if limits else {}),
    )


def _standing(features: Features, metric: str, typical_key: str) -> str:
    """Return one metric against its baseline in words."""
    scopes = _STRUCTURE_SCOPES if features.structure_type else _SCOPES
    scope = scopes[getattr(features, f"{metric}_z_scope")]
    z, samples = getattr(features, f"{metric}_z"), getattr(features, f"{metric}_z_n")
    text = f"{metric} z {number(z)} from {counted(samples, 'packet')} of {scope}"
    typical = getattr(features, typical_key)
    return text if typical is None else f"{text}, typically {amount(typical_key, typical)}"


def _counted(limits: dict[str, float], min_samples: int) -> str:
    if not limits:
        return "This rule does not count it."
    parts = " or ".join(
        f"{number(limit)} for {'size' if key.endswith('_size_z') else 'premium'}"
        for key, limit in limits.items()
    )
    return f"Counted from z {parts}, and from {counted(min_samples, 'packet')} on."


def lean(features: Features, params: "DirectionParams", direction: str) -> "Sentence":
    """Say which way the sides lean, weighted by how sure each side is, and what that tells."""
    if features.granularity == "minute":
        return sentence("One price a minute: no direction is told.", features, ("granularity",))
    least = params.direction_min_signed_share
    keys, told = ["signed_share", "imbalance"], "no direction is told"
    if direction != "neutral":
        keys.append("option_type")
        told = f"in a {features.option_type} consistent with a {direction} reading"
    return sentence(
        f"Weighted by how sure each side is, {percent(features.signed_share, least)} of the size "
        f"took one with an imbalance of {number(features.imbalance)} (counted from "
        f"{percent(least)} and "
        f"{number(params.direction_min_imbalance)}): {told}.",
        features,
        keys,
        direction_min_signed_share=params.direction_min_signed_share,
        direction_min_imbalance=params.direction_min_imbalance,
    )
