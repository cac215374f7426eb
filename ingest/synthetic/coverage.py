"""Which profile a synthetic market should show next, so that a short look sees each of them. Pure.

A weight of the scenario catalogue, nothing else: no rule and no score of the engine knows it.
"""

from collections.abc import Mapping

# By minutes of the window that is looked back on. Source: platform.md 4.5, "Coverage assist".
WEIGHTS = {10: 1.12, 20: 1.0, 30: 0.94}
MOST = 1.86
_IMBALANCE, _DEBT, _NEVER = 0.56, 0.14, 0.22
_MOST_DEBT = 3.0
# A profile that was not played for so long is chosen outright, so that a look of a quarter of an
# hour sees each: over the edge of two blocks twice as long may lie between two scenes (guess).
OVERDUE_MINUTES = 6


def coverage_boost(counts: Mapping[str, int], profile: str, window_minutes: int) -> float:
    """Return the factor of a profile's weight, 1 to 1.86: more for what was seen less.

    Shape: `counts` holds every profile with how often it was hit in the window.
    Missing: 1 where nothing was hit yet.
    Errors: KeyError for a profile that is not counted or a window that is none of 10, 20, 30.
    Source: platform.md 4.5; golden G12.
    """
    count, most = counts[profile], max(counts.values())
    if not most:
        return 1.0
    imbalance = (most - count) / most
    debt = min(max(sum(counts.values()) / len(counts) - count, 0.0), _MOST_DEBT)
    never = _NEVER if count == 0 else 0.0
    lift = _IMBALANCE * imbalance + _DEBT * debt + never
    return min(1 + lift * WEIGHTS[window_minutes], MOST)
