"""Open interest of any contract, and where facts stand in the stream of a market."""

from datetime import date, time

from flow.domain.event_calendar import CalendarEvent
from flow.domain.events import OptionPrint
from flow.domain.open_interest import OpenInterest
from flow.domain.sessions import at_new_york
from ingest.synthetic.config import BEAT_US, MarketConfig
from ingest.synthetic.earnings import Earnings
from ingest.synthetic.facts import Facts
from ingest.synthetic.interest import evening_at, standing, told_from
from ingest.synthetic.market import ListedScenes, Market
from ingest.synthetic.sheet import Item, Notice
from tests.ingest.synthetic.scenes import START, option_trade, scene_of

DAY = date(2025, 1, 14).toordinal()  # a Tuesday


def test_before_half_past_six_the_evening_before_last_is_what_is_known() -> None:
    assert evening_at(at_new_york(DAY, time(6, 30))) == DAY - 1
    assert evening_at(at_new_york(DAY, time(6, 29))) == DAY - 4  # the Friday
    assert evening_at(at_new_york(DAY + 4, time(12))) == DAY + 2  # told on Friday, for Thursday
    for hour in range(24):
        ts = at_new_york(DAY, time(hour))
        assert told_from(evening_at(ts)) <= ts


def test_open_interest_belongs_to_seed_contract_and_evening() -> None:
    contract = scene_of().contracts[0]
    figure = standing(3, contract, DAY)
    assert figure == standing(3, contract, DAY) > 0
    assert figure != standing(4, contract, DAY)
    assert 0.8 < standing(3, contract, DAY + 1) / figure < 1.25


def told() -> tuple[list[Item], list[Item]]:
    """Return four seconds of a market, its scene's prints among them, without and with facts."""
    scene = scene_of(*(option_trade(n * 500_000) for n in range(1, 5)), start_us=START)
    market, facts = Market(7, MarketConfig(), ListedScenes([scene])), Facts(7)
    first = START // BEAT_US
    items = [item for beat in range(first, first + 16) for item in market.beat(beat)]
    return items, facts.among(items)


def test_every_contract_that_prints_has_open_interest_before_its_first_print() -> None:
    known: dict[str, int] = {}
    for item in told()[1]:
        if isinstance(item.event, Notice) and isinstance(item.event.what, OpenInterest):
            assert item.scene is None
            assert item.event.what.contract not in known
            known[item.event.what.contract] = item.event.what.open_interest
        elif isinstance(item.event, OptionPrint):
            assert known[item.event.contract] == standing(7, item.event.contract, DAY)
    assert len(known) > 50


def test_a_report_ahead_is_told_once_for_every_name_that_prints() -> None:
    items, among = told()
    notices = [item.event for item in among if isinstance(item.event, Notice)]
    reports = [each.what for each in notices if isinstance(each.what, CalendarEvent)]
    assert [item for item in among if not isinstance(item.event, Notice)] == items
    assert len(reports) == len({report.underlying for report in reports}) > 10
    earnings = Earnings(7)
    assert all(earnings.ahead(each.underlying, START) == each for each in reports)


def test_facts_do_not_tell_a_scene_s_contract_apart() -> None:
    """The prints of a scene change what is told of no other contract."""
    bare = Market(7, MarketConfig())
    first = START // BEAT_US
    items = [item for beat in range(first, first + 16) for item in bare.beat(beat)]

    def interest(given: list[Item]) -> dict[str, int]:
        whats = [item.event.what for item in given if isinstance(item.event, Notice)]
        return {w.contract: w.open_interest for w in whats if isinstance(w, OpenInterest)}

    without, with_scene = interest(Facts(7).among(items)), interest(told()[1])
    assert without.items() <= with_scene.items()
    assert set(with_scene) - set(without) <= set(scene_of().contracts)
