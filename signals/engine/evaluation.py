"""How good readings were against labels: classification, calibration, directions, in one report.

What happened later (horizons, costs, baselines, splits) is not measured here: a label brings it.
"""

from collections.abc import Iterable, Sequence
from math import fsum, isfinite
from typing import TypeVar

import msgspec

from signals.engine.calibration import (
    BINS,
    EQUAL_MASS_FROM,
    Bin,
    Forecast,
    RiskPoint,
    brier,
    coverage_risk,
    expected_calibration_error,
    log_loss,
    reliability,
)
from signals.engine.confusion import (
    Confusion,
    ProfileMetrics,
    confusion_of,
    correlation,
    metrics_of,
    share_of,
)

_SIGNS = {"bullish": 1, "bearish": -1}


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What the engine said of one event: its lead, that one's score (0 to 1), or a decline."""

    event_id: str
    primary_profile: str | None = None
    score: float = 0.0
    direction: str = "unknown"
    abstained: bool = False

    @property
    def emitted(self) -> str | None:
        """Return the profile that was put before the reader, None if none was (17.1)."""
        return None if self.abstained else self.primary_profile


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """What one event turned out to be. No profile means that nothing should have been read.

    Units: `realized_return_bps` of the underlying, signed upwards, basis points; None if unknown.
    """

    event_id: str
    profile: str | None = None
    direction: str | None = None
    realized_return_bps: float | None = None


class Directional(msgspec.Struct, frozen=True, kw_only=True):
    """Readings with a lean against what the underlying did after.

    `hit_rate` is the share with sign x return above 0, `mean_bps` its mean. `agreed` is the share
    whose direction is that of the label, among the `labelled` ones that state one.
    """

    count: int
    hit_rate: float | None
    mean_bps: float | None
    labelled: int
    agreed: float | None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All figures, not rounded. A figure without anything to count is None.

    `events`, `emitted`, `abstained` and the rate count every event; all else counts those with a
    label. `correct_rejections` are declines with a null label; calibration leaves declines out.
    """

    events: int
    emitted: int
    abstained: int
    abstention_rate: float | None
    labelled: int
    unlabelled: int
    labels_without_event: int
    correct_rejections: int
    profiles: tuple[ProfileMetrics, ...]
    macro_f1: float | None
    micro_f1: float | None
    mcc: float | None
    confusion: Confusion
    coverage_risk: tuple[RiskPoint, ...]
    brier: float | None
    log_loss: float | None
    ece: float | None
    ece_equal_mass: float | None
    reliability: tuple[Bin, ...]
    reliability_equal_mass: tuple[Bin, ...]
    directional: Directional


_Pair = tuple[Judged, Label]
_Row = TypeVar("_Row", Judged, Label)


def evaluate(
    judged: Iterable[Judged],
    labels: Iterable[Label],
    *,
    bins: int = BINS,
    equal_mass_from: int = EQUAL_MASS_FROM,
) -> Report:
    """Join events and labels by id and return every figure of the report.

    Shape: each id once on either side; any order gives the same report. `bins` have equal width, so
    that reports of any size compare; from `equal_mass_from` labelled events on there is a second
    table of equal mass.
    Missing: an event without a label is counted and left out; a label with a null profile is one.
    Errors: ValueError for an id given twice, a score outside 0 to 1, a return that is no number.
    Source: options-engine.md 17.1 (corrected by 17.3); errata 49; golden G12.
    """
    events, truths = _by_id(judged), _by_id(labels)
    _check(events.values(), truths.values())
    pairs = [(each, truths[key]) for key, each in events.items() if key in truths]
    forecasts = [
        Forecast(each.score, label.profile == each.emitted)
        for each, label in pairs
        if each.emitted is not None
    ]
    table = reliability(forecasts, bins)
    even = (
        reliability(forecasts, bins, equal_mass=True) if len(forecasts) >= equal_mass_from else ()
    )
    confusion = confusion_of((label.profile, each.emitted) for each, label in pairs)
    profiles = metrics_of(confusion)
    abstained = sum(each.abstained for each in events.values())
    return Report(
        events=len(events),
        emitted=sum(each.emitted is not None for each in events.values()),
        abstained=abstained,
        abstention_rate=share_of(abstained, len(events)),
        labelled=len(pairs),
        unlabelled=len(events) - len(pairs),
        labels_without_event=len(truths) - len(pairs),
        correct_rejections=sum(each.abstained and label.profile is None for each, label in pairs),
        profiles=profiles,
        macro_f1=share_of(fsum(each.f1 for each in profiles), len(profiles)),
        micro_f1=share_of(
            2 * sum(each.hits for each in profiles),
            sum(each.read + each.labelled for each in profiles),
        ),
        mcc=correlation(confusion.counts),
        confusion=confusion,
        coverage_risk=coverage_risk(forecasts, len(pairs)),
        brier=brier(forecasts),
        log_loss=log_loss(forecasts),
        ece=expected_calibration_error(table),
        ece_equal_mass=expected_calibration_error(even),
        reliability=table,
        reliability_equal_mass=even,
        directional=_directional(pairs),
    )


def _by_id(rows: Iterable[_Row]) -> dict[str, _Row]:
    found: dict[str, _Row] = {}
    for row in rows:
        if row.event_id in found:
            raise ValueError(f"event {row.event_id} is given twice; expected each id once")
        found[row.event_id] = row
    return found


def _check(judged: Iterable[Judged], labels: Iterable[Label]) -> None:
    for each in judged:
        if not 0 <= each.score <= 1:  # also refuses NaN
            raise ValueError(f"score of {each.event_id} is {each.score}; expected 0 to 1")
    for label in labels:
        bps = label.realized_return_bps
        if bps is not None and not isfinite(bps):
            raise ValueError(f"return of {label.event_id} is {bps}; expected a finite number")


def _directional(pairs: Sequence[_Pair]) -> Directional:
    """Return what the directions of emitted readings were worth.

    Source: options-engine.md 17.1 (economic sanity: sign x return).
    """
    leaning = [
        (each, label)
        for each, label in pairs
        if each.emitted is not None and each.direction in _SIGNS
    ]
    gains = [
        _SIGNS[each.direction] * label.realized_return_bps
        for each, label in leaning
        if label.realized_return_bps is not None
    ]
    told = [each.direction == label.direction for each, label in leaning if label.direction]
    return Directional(
        count=len(gains),
        hit_rate=share_of(sum(gain > 0 for gain in gains), len(gains)),
        mean_bps=share_of(fsum(gains), len(gains)),
        labelled=len(told),
        agreed=share_of(sum(told), len(told)),
    )
