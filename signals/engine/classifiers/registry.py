"""The rules in the order in which they are asked, and what holds between them."""

from collections.abc import Callable

from signals.engine.classifiers.shared import Verdict, silent
from signals.engine.classifiers.spike import SPIKE, judge_spike
from signals.engine.classifiers.sweep import judge_call_sweep, judge_put_sweep
from signals.engine.features import Features
from signals.engine.params import Params

Rule = Callable[[Features, str, Params], Verdict]

RULES: tuple[Rule, ...] = (judge_call_sweep, judge_put_sweep, judge_spike)


def classify(features: Features, label: str, params: Params) -> list[Verdict]:
    """Return the verdict of every rule on one packet.

    A spike that fires alone on a majority of special prints is taken back: crossed or packaged
    size is no unusual interest (options-engine.md 12.5).
    """
    verdicts = [rule(features, label, params) for rule in RULES]
    fired = [verdict.classifier_id for verdict in verdicts if verdict.fired]
    if fired == [SPIKE] and features.special_size_ratio > 0.5:
        return [
            silent(SPIKE, "special_majority") if verdict.classifier_id == SPIKE else verdict
            for verdict in verdicts
        ]
    return verdicts
