"""What counts as much activity: the floors of the spike, which other rules share, or its z."""

from dataclasses import dataclass
from typing import Annotated

from signals.engine import explain, explain_rules
from signals.engine.classifiers.shared import ClassifierParams, Sentence, Term, reaches
from signals.engine.direction import DirectionParams
from signals.engine.features import Features
from signals.engine.parameter import Tuned


@dataclass(frozen=True, kw_only=True)
class ActivityParams(ClassifierParams, DirectionParams):
    """Thresholds of much activity. Source: options-engine.md 12.1."""

    spike_min_premium_usd: Annotated[
        int, Tuned("USD", 0, 1_000_000_000, "Least premium of a spike", "spec 12.1")
    ] = 20_000
    spike_min_size: Annotated[
        int, Tuned("contracts", 1, 1_000_000, "Least size of a spike", "spec 12.1")
    ] = 400
    spike_min_premium_z: Annotated[
        float, Tuned("z", 0, 100, "Or premium this far above its baseline", "spec 12.1")
    ] = 2.5
    spike_min_size_z: Annotated[
        float, Tuned("z", 0, 100, "Or size this far above its baseline", "spec 12.1")
    ] = 2.0


def inactivity(features: Features, params: ActivityParams) -> str:
    """Return why a packet is not much activity, empty if it is.

    It is with size and premium at their floors, or with either far above its baseline.
    Missing: an unknown premium abstains, whatever the size.
    Source: options-engine.md 12.2 (`activity`).
    """
    premium = features.premium_usd
    if premium is None:
        return "needs_premium"
    if passes_z(features, params):
        return ""
    if features.total_size < params.spike_min_size:
        return "small_size"
    return "low_premium" if premium < params.spike_min_premium_usd else ""


def is_sizeable(features: Features, params: ActivityParams) -> bool:
    """Return whether premium or size is at its floor: the "or" of 12.3's structure rows.

    Missing: an unknown premium leaves only the size.
    """
    premium = features.premium_usd
    enough = premium is not None and premium >= params.spike_min_premium_usd
    return enough or features.total_size >= params.spike_min_size


def passes_z(features: Features, params: ActivityParams, *, beyond: float = 0.0) -> bool:
    """Return whether premium or size stands far above its baseline, `beyond` that limit.

    Source: options-engine.md 12.2 (`passesZ`); robust z of 10 by 12.5.
    """
    premium_limit, size_limit = params.spike_min_premium_z, params.spike_min_size_z
    return reaches(
        features.premium_z, features.premium_z_n, premium_limit + beyond, params
    ) or reaches(features.size_z, features.size_z_n, size_limit + beyond, params)


def amount_terms(
    features: Features, params: ActivityParams, *, times: int, premium: float, size: float
) -> list[Term]:
    """Return the points for premium and size at so many times their floors."""
    more = "twice its floor or more" if times == 2 else "its floor or more"
    terms = []
    if (features.premium_usd or 0) >= times * params.spike_min_premium_usd:
        terms.append(Term(premium, f"premium at {more}"))
    if features.total_size >= times * params.spike_min_size:
        terms.append(Term(size, f"size at {more}"))
    return terms


def z_term(features: Features, params: ActivityParams, points: float) -> list[Term]:
    """Return the points for standing far above a baseline, none if it does not."""
    return [Term(points, "far above its baseline")] if passes_z(features, params) else []


def floors(features: Features, params: ActivityParams, words: str = "floors") -> Sentence:
    """Say premium and size beside the floors of activity; `words` say what these are here."""
    return explain.premium_floor(
        features,
        {
            "spike_min_premium_usd": params.spike_min_premium_usd,
            "spike_min_size": params.spike_min_size,
        },
        words,
    )


def usual(features: Features, params: ActivityParams, *, is_counted: bool = True) -> Sentence:
    """Say how far from its baselines the packet stands, and the limits if the rule counts it."""
    limits = {
        "spike_min_premium_z": params.spike_min_premium_z,
        "spike_min_size_z": params.spike_min_size_z,
    }
    return explain_rules.baseline(features, limits if is_counted else {}, params.z_min_samples)
