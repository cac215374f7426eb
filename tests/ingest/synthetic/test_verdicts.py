"""Figures from outcomes by hand, and one small trial as a whole."""

from datetime import date, time

import pytest

from flow.domain.sessions import at_new_york
from flow.domain.units import MINUTE_US
from ingest.synthetic.config import MarketConfig
from ingest.synthetic.placing import Plan, place
from ingest.synthetic.report import lines_of
from ingest.synthetic.scenarios.held_out import SEEDS_FROM
from ingest.synthetic.stage import Stage
from ingest.synthetic.steps import Label
from ingest.synthetic.trial import FalseAlert, Outcome, Reading, run_trial
from ingest.synthetic.trials import RATES, Trial, trials_of
from ingest.synthetic.verdicts import judge_trials

START_US = at_new_york(date(2025, 3, 6).toordinal(), time(11))


def reading(
    number: int, scenario: str, label: str | None, read: str | None, **changes: object
) -> Reading:
    fields = {
        "scene": bytes([number]) * 16, "symbol": "NVDA", "start_us": START_US,
        "label": Label(scenario=scenario, profile=label, direction="bullish"), "profile": read,
        "score": 0.7 if read else 0.0, "direction": "bullish",
    }  # fmt: skip
    return Reading(**(fields | changes))  # type: ignore[arg-type]


def outcome(*readings: Reading, false: list[FalseAlert] | None = None) -> Outcome:
    return Outcome(
        readings=list(readings), false_alerts=false or [], dark_false=1, hours=2.0, prints=1_000,
        own_prints=40, alerts=5,
    )  # fmt: skip


def test_figures() -> None:
    verdict = judge_trials(
        [
            outcome(
                reading(1, "call_sweep", "institutional_directional", "institutional_directional"),
                reading(2, "box_spread", "arbitrage", None, reasons=("below_score_floor",)),
                reading(3, "small_sweep", None, None),
                reading(4, "put_sweep", "institutional_directional", None, failed="too small"),
                reading(5, "accumulation", None, None, dark=("stealth_accumulation",)),
                false=[FalseAlert("institutional_directional", "low", "noise")],
            ),
            outcome(reading(6, "lone_vertical", None, "arbitrage")),
        ]
    )

    assert (verdict.episodes, verdict.failed) == (4, {"put_sweep": 1})
    assert (verdict.hours, verdict.noise_share) == (4.0, 0.96)
    assert verdict.false_per_hour == 0.25
    assert verdict.false_alerts == {"high": 0, "medium": 0, "low": 1}
    assert verdict.false_by_source == {"institutional_directional from noise": 1}
    assert verdict.by_scenario["call_sweep"] == (1, 1)
    assert verdict.errors == {
        "box_spread: arbitrage read as None (below_score_floor)": 1,
        "lone_vertical: None read as arbitrage": 1,
    }
    assert verdict.dark == {"accumulation (nothing)": {"stealth_accumulation": 1}}
    assert verdict.report.macro_f1 == 0.5
    text = "\n".join(lines_of(verdict))
    assert "false alerts: 0.25 an hour (0 high, 0 medium, 1 low); off-exchange events" in text
    assert f"without a scene: {verdict.dark_false_per_hour:.2f} an hour" in text


def test_order_of_trials_changes_nothing() -> None:
    one = outcome(reading(1, "call_sweep", "arbitrage", None))
    two = outcome(reading(2, "box_spread", "arbitrage", "arbitrage"))

    assert judge_trials([one, two]).report == judge_trials([two, one]).report


def test_trials_keep_development_and_held_out_seeds_apart() -> None:
    assert sum(trial.slots for trial in trials_of(2_000, seed=1)) == 2_500
    for seed, held_out in ((1, True), (SEEDS_FROM, False)):
        with pytest.raises(ValueError, match="seed is"):
            Trial(seed=seed, slots=1, preset="measured", held_out=held_out)


def test_most_of_the_tape_of_a_trial_is_background() -> None:
    """95 % and more of the prints, at least; counted in full by every evaluation."""
    prints_per_slot = RATES.option_prints_per_s * Plan(seed=1, from_us=0, count=1).every_us / 1e6

    assert prints_per_slot > 20 * 12  # no scene of the trials prints more than 12 times on average


def test_places_are_a_function_of_the_plan_and_keep_symbols_apart() -> None:
    plan = Plan(seed=3, from_us=START_US, count=60)
    scenes = place(plan, Stage(3, RATES))

    assert scenes == place(plan, Stage(3, RATES))
    assert len(scenes) > 50
    ends: dict[str, int] = {}
    for scene in scenes:
        assert scene.start_us >= ends.get(scene.symbol, 0)
        ends[scene.symbol] = scene.start_us + scene.length_us + plan.apart_us


def test_a_trial_gives_equal_outcomes_and_reads_its_scenes() -> None:
    config = MarketConfig(option_prints_per_s=4.0, equity_prints_per_s=4.0)
    plan = Plan(seed=7, from_us=START_US, count=9)

    one, two = (run_trial(plan, config, warm_up_us=MINUTE_US) for _ in range(2))

    assert one == two
    read = {each.label.profile: each.profile for each in one.readings if not each.failed}
    assert read["arbitrage"] == "arbitrage"
    assert read["institutional_directional"] == "institutional_directional"
    assert one.own_prints < one.prints
