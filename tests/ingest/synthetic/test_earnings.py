"""One earnings calendar per seed: it covers all names, and every scene is consistent with it."""

from datetime import date, time

import pytest

from flow.domain.sessions import at_new_york, new_york_date
from flow.domain.units import MINUTE_US
from ingest.synthetic.casting import cast_at
from ingest.synthetic.config import MarketConfig
from ingest.synthetic.control import Control
from ingest.synthetic.controlled import Change, ControlledScenes
from ingest.synthetic.earnings import NEAR_DAYS, QUARTER_DAYS, Earnings
from ingest.synthetic.scenarios.catalogue import LABELLED, SCENARIOS, scenario_of
from ingest.synthetic.scenarios.held_out import HELD_OUT
from ingest.synthetic.scenarios.setting import Unplayable
from ingest.synthetic.stage import Stage
from ingest.synthetic.trading_days import trading_calendar
from ingest.synthetic.universe import universe

FIRST = date(2025, 3, 3).toordinal()  # a Monday
STOCKS = [each.symbol for each in universe().listings if not each.is_fund]
# Those are named by the platform's catalogue; one of them reports on the day that it needs.
NAMED = {each.name for each in LABELLED}


def noon(day: int) -> int:
    return at_new_york(day, time(12))


def test_every_stock_reports_once_a_quarter_and_funds_never() -> None:
    earnings = Earnings(11)
    for symbol in STOCKS[::7]:
        days = {
            new_york_date(report.event_ts)
            for day in range(FIRST, FIRST + 4 * QUARTER_DAYS)
            if (report := earnings.ahead(symbol, noon(day))) is not None
        }
        assert 4 <= len(days) <= 5
        gaps = [b - a for a, b in zip(sorted(days), sorted(days)[1:], strict=False)]
        assert all(QUARTER_DAYS - 4 <= gap <= QUARTER_DAYS + 4 for gap in gaps)
    assert earnings.ahead("SPY", noon(FIRST)) is None


def test_reports_are_on_trading_days_and_known_weeks_before() -> None:
    reports = Earnings(3).known(noon(FIRST))
    assert len(reports) > 300
    assert {report.session for report in reports} == {"bmo", "amc"}
    for report in reports:
        day = new_york_date(report.event_ts)
        assert trading_calendar().close_of(day) is not None
        assert report.announced_ts <= noon(FIRST) <= report.event_ts
        assert 60 <= day - new_york_date(report.announced_ts) <= 90


def test_a_date_does_not_move_and_belongs_to_its_seed() -> None:
    one, two = Earnings(3), Earnings(3)
    later = {report.event_id: report for report in two.known(noon(FIRST + 14))}
    for report in one.known(noon(FIRST)):
        if report.event_ts > noon(FIRST + 14):
            assert later[report.event_id] == report
    other = {report.event_id for report in Earnings(4).known(noon(FIRST))}
    assert not other & {report.event_id for report in one.known(noon(FIRST))}


@pytest.mark.parametrize("name", sorted(SCENARIOS.keys() - NAMED))
@pytest.mark.parametrize("is_held_out", [False, True])
def test_every_scenario_has_somebody_to_play_it_on_every_trading_day_of_a_quarter(
    name: str, is_held_out: bool
) -> None:
    stage, ranges = Stage(11, MarketConfig()), HELD_OUT.get(name) if is_held_out else None
    for day in range(FIRST, FIRST + QUARTER_DAYS):
        if trading_calendar().close_of(day) is not None:
            assert len(cast_at(SCENARIOS[name], stage, noon(day), ranges))


def test_a_name_that_reports_soon_plays_no_scene_that_needs_calm() -> None:
    stage = Stage(11, MarketConfig())
    near = next(
        symbol
        for symbol in cast_at(scenario_of("two_sided"), stage, noon(FIRST))
        if (stage.earnings.days_ahead(symbol, noon(FIRST)) or 99) <= NEAR_DAYS
    )
    far = scenario_of("far_dated_conviction")
    assert near not in cast_at(far, stage, noon(FIRST))
    with pytest.raises(Unplayable, match=f"{near} reports in .* far_dated_conviction does not fit"):
        far.build(stage.setting(near, noon(FIRST)), None)  # type: ignore[arg-type]


def test_a_report_that_an_option_does_not_live_to_see_disturbs_nobody() -> None:
    assert scenario_of("reactive_put_wall").fits(3)
    assert not scenario_of("reactive_put_wall").fits(2)
    assert scenario_of("call_sweep").fits(16)
    assert not scenario_of("call_sweep").fits(15)
    assert scenario_of("call_sweep").fits(None)


def test_understudies_play_where_a_named_stock_reports_on_another_day() -> None:
    stage, start = Stage(11, MarketConfig()), noon(FIRST + 1)
    assert stage.earnings.days_ahead("TSLA", start) not in {0, 1}
    played = cast_at(scenario_of("event-noise-positioning"), stage, start)
    assert played
    assert all(stage.earnings.days_ahead(symbol, start) in {0, 1} for symbol in played)


def test_all_scenes_of_a_live_market_agree_with_the_calendar_whatever_is_saved() -> None:
    start = at_new_york(FIRST + 2, time(11))
    stage = Stage(5, MarketConfig())
    history = [Change(start + 10 * MINUTE_US, Control(preset_id="event_day", shared_seed=9))]
    scenes = ControlledScenes(5, stage, history).active(start, start + 60 * MINUTE_US)
    dated = 0
    for scene in scenes:
        scenario = scenario_of(scene.label.scenario)
        assert scenario.fits(Earnings(5).days_ahead(scene.symbol, scene.start_us))
        dated += scenario.ranges.days_ahead != (0, 0)
    assert dated > 8
