"""What the catalogue holds, and that each of its scenes shows what it stands for."""

import msgspec
import pytest

from flow.domain.event_calendar import CalendarEvent
from flow.domain.events import EquityPrint, OptionPrint
from flow.domain.open_interest import OpenInterest
from flow.domain.sale_condition_table import SALE_CODES
from ingest.jsonl import encode_event
from ingest.synthetic import tables
from ingest.synthetic.casting import cast_at
from ingest.synthetic.scenarios import catalogue
from ingest.synthetic.scenarios.catalogue import NEAR_MISSES, PROFILES, SCENARIOS, of_family
from ingest.synthetic.scenarios.dice import Dice
from ingest.synthetic.scenarios.evidence import BuildFailed
from ingest.synthetic.scenarios.labelled import DEMO_PROFILES
from ingest.synthetic.scenarios.setting import Unplayable
from ingest.synthetic.schedule import LONGEST_US
from ingest.synthetic.sheet import Notice
from ingest.synthetic.stage import Stage
from ingest.synthetic.steps import EquityTrade, OptionTrade, Scene, Story, Takeback
from tests.ingest.synthetic.scenarios.conftest import CONFIG, SEED, START_US, Played

# Source: platform.md 4.5, by family in its order.
OF_SPEC = {
    "institutional_directional": {
        "call_sweep", "put_sweep", "ask_lift_accumulation", "far_dated_conviction",
    },
    "retail_whale": {"0dte_call_chase", "short_dated_put_panic", "attention_contract_spike"},
    "event_driven": {
        "earnings_vol_probe", "pre_event_directional_ramp", "post_gap_followthrough",
    },
    "vol_seller": {
        "covered_call_overwrite", "cash_secured_put_write", "short_straddle_harvest",
    },
    "arbitrage": {"parity_vertical", "conversion_reversal", "box_spread"},
    "hedge_reactive": {"gamma_pinch_call_hedge", "reactive_put_wall", "dealer_unwind"},
    "neutral_noise": {"single_print_mid", "two_sided_scalp", "stale_quote_noise"},
}  # fmt: skip
DAY_US = 86_400_000_000
OPRA_OF_BACKGROUND = {ord(letter) for letter in tables.OPTION_KINDS}


@pytest.mark.parametrize("family", OF_SPEC)
def test_every_option_scenario_of_the_spec_is_there(family: str) -> None:
    assert {each.name for each in of_family(family)} == OF_SPEC[family]


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_has_a_near_miss_that_is_not_it(profile: str) -> None:
    found = [each for each in NEAR_MISSES if each.near_miss_of == profile]

    assert found
    assert all(each.profile != profile for each in found)


def test_the_seven_labelled_ones_and_their_demos() -> None:
    assert len(catalogue.LABELLED) == 7
    assert {name for names in DEMO_PROFILES.values() for name in names} <= set(SCENARIOS)
    assert len(DEMO_PROFILES["stress-tape"]) == 7


def test_nearly_all_scenarios_are_played(played: Played) -> None:
    """Three need an underlying that others have taken."""
    assert len(played.scenes) >= len(SCENARIOS) - 12


def test_scenes_show_what_they_stand_for(played: Played) -> None:
    """Paths go on at random, so that a block may move away: some fail, and say why."""
    failed = []
    for name, scene in played.scenes.items():
        try:
            SCENARIOS[name].verify(scene, played.witness.of(scene))
        except BuildFailed as error:
            failed.append(str(error))
    assert len(failed) <= 4, failed


def test_a_scene_without_its_prints_fails_its_build(played: Played) -> None:
    scene = played.scenes["call_sweep"]
    foreign = [each for each in played.witness.of(scene) if not each.own]

    with pytest.raises(BuildFailed, match=r"call_sweep on .* does not show: premium_usd gte"):
        SCENARIOS["call_sweep"].verify(scene, foreign)


def test_no_scene_is_longer_than_the_schedule_expects(played: Played) -> None:
    assert max(scene.length_us for scene in played.scenes.values()) < LONGEST_US


def test_nothing_on_the_wire_gives_a_label_away(played: Played) -> None:
    # "halt" is also an event, "off_exchange" a field of every equity print.
    assert {type(item.event.what) for item in played.items if isinstance(item.event, Notice)} == {
        CalendarEvent, OpenInterest, Story,
    }  # fmt: skip
    words = {word for each in SCENARIOS.values() for word in (each.name, each.family)}
    words -= {"halt", "off_exchange"}
    words |= {scene.uid.hex() for scene in played.scenes.values()} | set(PROFILES)
    words |= {"scenario", "scene", "label", "near_miss", "bullish", "bearish"}
    wire = b"\n".join(told(item.event) for item in played.items).decode().lower()

    assert [word for word in sorted(words) if word.lower() in wire] == []


def told(event: object) -> bytes:
    """Return what the outside sees of an event."""
    if not isinstance(event, Notice):
        return encode_event(event)  # type: ignore[arg-type]
    values = msgspec.structs.astuple(event.what)
    return " ".join([event.symbol, event.contract or "", *map(str, values)]).encode()


def test_scenes_print_on_the_venues_and_under_the_codes_of_the_background(played: Played) -> None:
    for item in played.items:
        if item.scene is None:
            continue
        if isinstance(item.event, OptionPrint):
            assert item.event.venue in tables.OPTION_VENUES
            # A is no kind of trade but the message that takes one back.
            assert set(item.event.conditions) <= OPRA_OF_BACKGROUND | {ord("A")}
        elif isinstance(item.event, EquityPrint):
            known = set(tables.STOCK_VENUES) | set(tables.OFF_EXCHANGE_VENUES)
            assert item.event.venue in known
            sales = {tables.REGULAR, tables.ODD_LOT, tables.SWEPT, (SALE_CODES["Cancelled"],)}
            assert item.event.conditions in sales


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_equal_draws_give_equal_scenes_and_trades_are_whole(name: str) -> None:
    scene = _alone(name)

    trades = [step for step in scene.steps if isinstance(step, OptionTrade | EquityTrade)]
    backs = [step for step in scene.steps if isinstance(step, Takeback)]
    assert all(step.size >= 1 and 0 <= step.at_us <= scene.length_us for step in trades)
    assert all(isinstance(scene.steps[step.of], OptionTrade | EquityTrade) for step in backs)
    assert _alone(name) == scene


def _alone(name: str) -> Scene:
    """Return a scene of the first day on which an underlying has the contracts for it."""
    stage, scenario = Stage(SEED, CONFIG), SCENARIOS[name]
    for day in range(2):
        start = START_US + day * DAY_US
        for symbol in cast_at(scenario, stage, start):
            try:
                return scenario.build(stage.setting(symbol, start), Dice(9))
            except Unplayable:
                continue
    raise AssertionError(f"no underlying can play {name}")
