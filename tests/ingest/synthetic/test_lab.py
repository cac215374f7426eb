"""The scenario lab: what is played, and how a scene's reading is held against its label."""

from datetime import date, time

import pytest
from django.core.management import CommandError, call_command

from flow.domain.sessions import at_new_york
from ingest.synthetic.config import MarketConfig
from ingest.synthetic.lab import MOST, examine, judge, must_come, one_and_a_near_miss_of_each
from ingest.synthetic.scenarios.catalogue import NEAR_MISSES, PROFILES, SCENARIOS, scenario_of
from ingest.synthetic.steps import Label
from ingest.synthetic.trial import Reading
from signals.engine.params import PRESETS, Params

DAY = date(2025, 3, 12)
QUIET = MarketConfig(option_prints_per_s=4.0, equity_prints_per_s=4.0)
MEASURED = Params.from_values(PRESETS["measured"])
START_US = at_new_york(DAY.toordinal(), time(11))


def reading(scenario: str, read: str | None = None, **changes: object) -> Reading:
    """Return what came of a scene of call buyers, as its label says it where nothing is changed."""
    told = scenario_of(scenario)
    label = Label(
        scenario=scenario, profile=told.profile, direction="bullish", dark=told.dark,
        near_miss_of=told.near_miss_of,
    )  # fmt: skip
    fields = {
        "scene": b"s" * 16, "symbol": "NVDA", "start_us": START_US, "label": label,
        "profile": read, "score": 0.7 if read else 0.0,
        "direction": "bullish" if read else "unknown", "prints": 8,
    }  # fmt: skip
    return Reading(**(fields | changes))  # type: ignore[arg-type]


INSTITUTIONAL, RETAIL = "institutional_directional", "retail_whale"
LABELLED = "institutional-directional-flow"  # its score is to be 0.72 to 0.92


@pytest.mark.parametrize(
    ("found", "differences"),
    [
        (reading("call_sweep", INSTITUTIONAL), []),
        (reading("call_sweep", INSTITUTIONAL, direction="neutral"), ["direction"]),
        (reading("call_sweep"), ["reading"]),
        (reading("call_sweep", RETAIL, direction="bearish"), ["reading"]),  # the first tells it
        (reading("call_sweep", INSTITUTIONAL, failed="no ask_share"), ["evidence"]),
        (reading("call_sweep", failed="no ask_share"), ["evidence", "reading"]),
        (reading(LABELLED, INSTITUTIONAL, score=0.72), []),
        (reading(LABELLED, INSTITUTIONAL, score=0.7199), ["score"]),
        (reading(LABELLED, INSTITUTIONAL, score=0.9201), ["score"]),
        (reading("small_sweep"), []),
        (reading("small_sweep", INSTITUTIONAL), ["reading"]),
        (reading("small_sweep", alert_score=40), ["alert"]),
        (reading("burst_near_the_money", INSTITUTIONAL), []),  # a near miss that is something else
        (reading("absorbed_block", dark=("absorbed_block",)), []),
        (reading("absorbed_block"), ["off exchange"]),
        (reading("absorbed_block", dark=("distribution",)), ["off exchange"]),
        (reading("late_report"), []),
        (reading("late_report", dark=("absorbed_block",)), ["off exchange"]),
        (reading("late_report", dark=("distribution",)), []),  # the flow around it may be one
        (reading("penny_spread_sells", dark=("distribution",)), []),
        (reading("penny_spread_sells", dark=("distribution", "stealth_accumulation")),
         ["off exchange"]),
    ],
)  # fmt: skip
def test_what_differs_is_told_in_order(found: Reading, differences: list[str]) -> None:
    examined = judge(found)

    assert [each.what for each in examined.differences] == differences
    assert examined.outcome == ("fail" if differences else "pass")


def test_a_difference_says_both_sides() -> None:
    (one,) = judge(reading("call_sweep", reasons=("below_score_floor",))).differences

    assert (one.expected, one.found) == (INSTITUTIONAL, "nothing (below_score_floor)")


def test_what_came_is_said_with_direction_score_and_alert() -> None:
    told = judge(reading("call_sweep", INSTITUTIONAL, alert_score=61, dark=("distribution",)))

    assert told.found == (
        "institutional_directional, bullish, score 0.70, distribution, alert of 61 points"
    )
    assert told.expected == "institutional_directional, bullish"
    assert "ask_share" in told.evidence


def test_what_must_come_is_said_with_the_bounds_of_the_score() -> None:
    assert must_come(scenario_of(LABELLED)).endswith("score 0.72 to 0.92")
    assert must_come(scenario_of("small_sweep")) == "nothing"
    assert must_come(scenario_of("absorbed_block")) == "absorbed_block"


def test_every_hypothesis_has_a_scenario_and_a_near_miss_to_begin_with() -> None:
    names = one_and_a_near_miss_of_each()

    near = {each.name for each in NEAR_MISSES}
    families = {(scenario_of(name).family, name in near) for name in names}
    wanted = (*PROFILES, "off_exchange")
    assert families == {(family, is_near) for family in wanted for is_near in (True, False)}
    assert len(names) == len(families) <= MOST


def test_scenarios_are_played_and_judged_in_their_order() -> None:
    names = ["call_sweep", "small_sweep", "box_spread"]

    found = examine(names, 9, day=DAY, params=MEASURED, config=QUIET)

    assert [(each.scenario, each.outcome) for each in found] == [(name, "pass") for name in names]
    assert len({each.symbol for each in found}) == 3
    assert [each.start_us for each in found] == sorted(each.start_us for each in found)
    assert all(each.prints for each in found)


def test_thresholds_decide_what_passes() -> None:
    strict = Params.from_values({**PRESETS["measured"], "abstain_min_score": 0.99})

    (found,) = examine(["call_sweep"], 9, day=DAY, params=strict, config=QUIET)

    assert found.outcome == "fail"
    assert found.differences[0].what == "reading"


def test_what_nobody_can_play_is_said_and_the_others_are_played(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nobody = type(scenario_of("small_sweep"))(
        **{
            name: getattr(scenario_of("call_sweep"), name)
            for name in scenario_of("call_sweep").__struct_fields__
        }
        | {"name": "nobody", "cast": ()}
    )
    monkeypatch.setitem(SCENARIOS, "nobody", nobody)

    lost, played = examine(["nobody", "small_sweep"], 9, day=DAY, params=MEASURED, config=QUIET)

    assert (lost.outcome, lost.start_us, lost.symbol) == ("not played", 0, "")
    assert "nobody has nobody to play it" in lost.found
    assert played.outcome == "pass"
    (alone,) = examine(["nobody"], 9, day=DAY, params=MEASURED, config=QUIET)
    assert alone.outcome == "not played"


@pytest.mark.parametrize("names", [[], ["call_sweep"] * (MOST + 1)])
def test_too_few_and_too_many_are_refused(names: list[str]) -> None:
    with pytest.raises(ValueError, match=f"{len(names)} scenarios received; expected 1 to {MOST}"):
        examine(names, 9, day=DAY, params=MEASURED)


def test_the_command_says_what_passed(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("synthetic", "examine", "--scenario", "call_sweep", "--seed", "9")

    out = capsys.readouterr().out
    assert out.startswith("pass        call_sweep")
    assert "1 of 1 do not fail" in out


def test_the_command_ends_with_an_error_and_the_difference(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PRESETS, "measured", {**PRESETS["measured"], "abstain_min_score": 0.99})

    with pytest.raises(SystemExit):
        call_command("synthetic", "examine", "--scenario", "call_sweep", "--seed", "9")

    assert "reading: expected institutional_directional, came nothing" in capsys.readouterr().out


def test_the_command_refuses_more_than_a_session_holds() -> None:
    asked = [word for _ in range(MOST + 1) for word in ("--scenario", "call_sweep")]

    with pytest.raises(CommandError, match=f"expected at most {MOST}"):
        call_command("synthetic", "examine", *asked)
