"""The rules in the order in which they are asked, and what holds between them."""

from collections.abc import Callable

from signals.engine.classifiers.far_dated import FAR_DATED, judge_far_dated
from signals.engine.classifiers.follow_through import NO_FOLLOW_THROUGH
from signals.engine.classifiers.ladder import LADDER, judge_ladder
from signals.engine.classifiers.open_interest import (
    CLOSING,
    NEW_POSITION,
    judge_closing,
    judge_new_position,
)
from signals.engine.classifiers.roll import ROLL, judge_roll
from signals.engine.classifiers.shared import Verdict, silent
from signals.engine.classifiers.spike import SPIKE, judge_spike
from signals.engine.classifiers.straddle import (
    STRADDLE,
    STRANGLE,
    judge_straddle,
    judge_strangle,
)
from signals.engine.classifiers.sweep import (
    CALL_SWEEP,
    PUT_SWEEP,
    judge_call_sweep,
    judge_put_sweep,
)
from signals.engine.classifiers.vertical import VERTICAL, judge_vertical
from signals.engine.classifiers.write import (
    CALL_WRITE,
    PUT_WRITE,
    judge_call_write,
    judge_put_write,
)
from signals.engine.classifiers.zero_dte import ZERO_DTE, judge_zero_dte
from signals.engine.features import Features
from signals.engine.params import Params

Rule = Callable[[Features, str, Params], Verdict]

# Order by options-engine.md 12.3 ("Runs on"), then 12.6.
SINGLE_RULES: tuple[Rule, ...] = (
    judge_call_sweep,
    judge_put_sweep,
    judge_spike,
    judge_call_write,
    judge_put_write,
    judge_far_dated,
    judge_zero_dte,
    judge_new_position,
    judge_closing,
)
STRUCTURE_RULES: tuple[Rule, ...] = (
    judge_straddle,
    judge_strangle,
    judge_vertical,
    judge_ladder,
    judge_roll,
)
# All ids, permanent, in the order of 12.3 and 12.6; the last one is judged later by itself.
CLASSIFIER_IDS: tuple[str, ...] = (
    CALL_SWEEP,
    PUT_SWEEP,
    SPIKE,
    CALL_WRITE,
    PUT_WRITE,
    FAR_DATED,
    ZERO_DTE,
    STRADDLE,
    STRANGLE,
    VERTICAL,
    LADDER,
    ROLL,
    NEW_POSITION,
    CLOSING,
    NO_FOLLOW_THROUGH,
)


def classify(features: Features, label: str, params: Params) -> list[Verdict]:
    """Return the verdict of every rule on one packet: those of a contract or those of a structure.

    A spike that fires alone on a majority of special prints is taken back: crossed or packaged
    size is no unusual interest (options-engine.md 12.5).
    """
    rules = STRUCTURE_RULES if features.structure_type else SINGLE_RULES
    verdicts = [rule(features, label, params) for rule in rules]
    fired = [verdict.classifier_id for verdict in verdicts if verdict.fired]
    if fired == [SPIKE] and features.special_size_ratio > 0.5:
        return [
            silent(SPIKE, "special_majority") if verdict.classifier_id == SPIKE else verdict
            for verdict in verdicts
        ]
    return verdicts
