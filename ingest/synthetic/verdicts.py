"""Figures of many trials: labels against readings, false alerts an hour, what the errors are."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from ingest.synthetic.scenarios.catalogue import scenario_of
from ingest.synthetic.trial import FalseAlert, Outcome, Reading
from signals.engine.evaluation import Judged, Label, Report, evaluate

SEVERITIES = ("high", "medium", "low")


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """All figures. Scenes that do not show what they stand for are counted in `failed` only.

    `errors` are (scenario, label, reading, why it declined) with their counts; `dark` compares the
    off-exchange label of a scene with the kinds that were told of it.
    """

    report: Report
    episodes: int
    failed: dict[str, int]
    hours: float
    prints: int
    noise_share: float
    false_alerts: dict[str, int]  # by severity
    false_by_source: dict[str, int]
    false_per_hour: float
    by_scenario: dict[str, tuple[int, int]]  # right, all
    errors: dict[str, int]
    dark: dict[str, dict[str, int]]
    dark_false_per_hour: float


def judge_trials(outcomes: Sequence[Outcome]) -> Verdict:
    """Return the figures of trials. Their order changes nothing."""
    readings = [each for outcome in outcomes for each in outcome.readings]
    shown = [each for each in readings if not each.failed]
    rated = [each for each in shown if scenario_of(each.label.scenario).family != "off_exchange"]
    hours = sum(outcome.hours for outcome in outcomes)
    false = [each for outcome in outcomes for each in outcome.false_alerts]
    prints = sum(outcome.prints for outcome in outcomes)
    own = sum(outcome.own_prints for outcome in outcomes)
    return Verdict(
        report=evaluate(map(_judged, rated), map(_label, rated)),
        episodes=len(rated),
        failed=dict(Counter(each.label.scenario for each in readings if each.failed)),
        hours=hours,
        prints=prints,
        noise_share=1 - own / prints if prints else 0.0,
        false_alerts={
            severity: sum(each.severity == severity for each in false) for severity in SEVERITIES
        },
        false_by_source=dict(Counter(map(_source, false)).most_common()),
        false_per_hour=len(false) / hours if hours else 0.0,
        by_scenario=_by_scenario(rated),
        errors=dict(Counter(_errors(rated)).most_common()),
        dark=_dark(shown),
        dark_false_per_hour=sum(each.dark_false for each in outcomes) / hours if hours else 0.0,
    )


def _judged(reading: Reading) -> Judged:
    return Judged(
        event_id=reading.scene.hex(),
        primary_profile=reading.profile,
        score=min(1.0, reading.score),
        direction=reading.direction,
        abstained=reading.profile is None,
    )


def _label(reading: Reading) -> Label:
    told = reading.label.direction
    return Label(
        event_id=reading.scene.hex(),
        profile=reading.label.profile,
        direction=None if told == "unknown" else told,
    )


def _source(false: FalseAlert) -> str:
    return f"{false.profile} from {false.source}"


def _by_scenario(rated: Iterable[Reading]) -> dict[str, tuple[int, int]]:
    right, whole = Counter[str](), Counter[str]()
    for each in rated:
        whole[each.label.scenario] += 1
        right[each.label.scenario] += each.profile == each.label.profile
    return {name: (right[name], whole[name]) for name in sorted(whole)}


def _errors(rated: Iterable[Reading]) -> Iterator[str]:
    for each in rated:
        if each.profile != each.label.profile:
            why = "" if each.profile else f" ({', '.join(each.reasons) or 'no event'})"
            yield f"{each.label.scenario}: {each.label.profile} read as {each.profile}{why}"


def _dark(shown: Iterable[Reading]) -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for each in shown:
        if scenario_of(each.label.scenario).family == "off_exchange":
            kinds = ", ".join(sorted(set(each.dark))) or "nothing"
            found[f"{each.label.scenario} ({each.label.dark or 'nothing'})"][kinds] += 1
    return {name: dict(counts) for name, counts in sorted(found.items())}
