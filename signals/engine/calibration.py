"""How far scores may be read as probabilities: Brier, log loss, reliability, coverage and risk.

Pure sums over forecasts; exact sums (`math.fsum`), so that no order of arrival changes a digit.
"""

from collections.abc import Sequence
from math import floor, fsum, log

import msgspec

# Source: options-engine.md 17.3; errata 49 (ten equal-width bins, equal mass from 200 on).
BINS = 10
EQUAL_MASS_FROM = 200
LOG_CLIP = 1e-6


class Forecast(msgspec.Struct, frozen=True):
    """The score of one emitted reading, 0 to 1, and whether its profile is that of the label."""

    score: float
    hit: bool


class Bin(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the reliability table. A bin without forecasts has neither mean nor accuracy.

    Units: `low` and `high` are scores; of equal-width bins the bounds [low, high), the last one
    closed, of equal-mass bins the least and the largest score in it.
    """

    low: float
    high: float
    count: int
    hits: int
    mean_score: float | None
    accuracy: float | None


class RiskPoint(msgspec.Struct, frozen=True, kw_only=True):
    """What remains if only readings from a score on are emitted: their share and accuracy."""

    min_score: float
    count: int
    share: float
    accuracy: float


def brier(forecasts: Sequence[Forecast]) -> float | None:
    """Return the mean of (score - outcome)^2, outcome 1 for a hit; None without forecasts.

    Source: options-engine.md 17.3; Brier (1950).
    """
    return _mean([(each.score - each.hit) ** 2 for each in forecasts])


def log_loss(forecasts: Sequence[Forecast]) -> float | None:
    """Return the mean of -ln of the probability given to what happened; None without forecasts.

    Scores are kept `LOG_CLIP` away from 0 and 1, so that one sure error costs 13.8 and not all.
    Source: options-engine.md 17.3.
    """
    return _mean([-log(_given(each)) for each in forecasts])


def _given(forecast: Forecast) -> float:
    score = min(1 - LOG_CLIP, max(LOG_CLIP, forecast.score))
    return score if forecast.hit else 1 - score


def reliability(
    forecasts: Sequence[Forecast], bins: int = BINS, *, equal_mass: bool = False
) -> tuple[Bin, ...]:
    """Return the reliability table, the lowest scores first.

    Equal width: bin = min(bins - 1, floor(score x bins)); empty bins stay in the table.
    Equal mass: bin = floor(rank x bins / N), the rank being the number of smaller scores, so that
    equal scores share a bin whatever their order; bins that ties leave empty are left out.
    Errors: ValueError below one bin.
    Source: options-engine.md 17.1 and 17.3; errata 49.
    """
    if bins < 1:
        raise ValueError(f"bins is {bins}; expected 1 and more")
    if equal_mass:
        return tuple(
            _bin(part[0].score, part[-1].score, part) for part in _by_mass(forecasts, bins)
        )
    parts: list[list[Forecast]] = [[] for _ in range(bins)]
    for each in forecasts:
        parts[min(bins - 1, floor(each.score * bins))].append(each)
    return tuple(_bin(place / bins, (place + 1) / bins, part) for place, part in enumerate(parts))


def _by_mass(forecasts: Sequence[Forecast], bins: int) -> list[list[Forecast]]:
    parts: dict[int, list[Forecast]] = {}
    rank, before = 0, -1.0
    for place, each in enumerate(sorted(forecasts, key=_score)):
        if each.score != before:
            rank, before = place, each.score
        parts.setdefault(rank * bins // len(forecasts), []).append(each)
    return list(parts.values())


def _bin(low: float, high: float, forecasts: Sequence[Forecast]) -> Bin:
    hits = sum(each.hit for each in forecasts)
    return Bin(
        low=low,
        high=high,
        count=len(forecasts),
        hits=hits,
        mean_score=_mean([each.score for each in forecasts]),
        accuracy=hits / len(forecasts) if forecasts else None,
    )


def expected_calibration_error(table: Sequence[Bin]) -> float | None:
    """Return the sum of count / N x |accuracy - mean score| over a reliability table.

    Missing: None without forecasts.
    Source: options-engine.md 17.3; Naeini, Cooper, Hauskrecht (2015).
    """
    total = sum(row.count for row in table)
    if not total:
        return None
    gaps = [
        row.count * abs(row.accuracy - row.mean_score)
        for row in table
        if row.accuracy is not None and row.mean_score is not None
    ]
    return fsum(gaps) / total


def coverage_risk(forecasts: Sequence[Forecast], total: int) -> tuple[RiskPoint, ...]:
    """Return accuracy against the share emitted, one point per score, the highest score first.

    Shape: `total` counts what could have been emitted, declines included, so it is no less than
    the number of forecasts.
    Source: options-engine.md 17.3 (accuracy against share emitted); El-Yaniv, Wiener (2010).
    """
    points: list[RiskPoint] = []
    hits = 0
    ordered = sorted(forecasts, key=_score, reverse=True)
    for count, each in enumerate(ordered, start=1):
        hits += each.hit
        if count == len(ordered) or ordered[count].score != each.score:
            points.append(
                RiskPoint(
                    min_score=each.score, count=count, share=count / total, accuracy=hits / count
                )
            )
    return tuple(points)


def _score(forecast: Forecast) -> float:
    return forecast.score


def _mean(values: Sequence[float]) -> float | None:
    return fsum(values) / len(values) if values else None
