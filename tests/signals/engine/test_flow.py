"""The two calls of the pipeline around flow (options-engine.md 18)."""

import json
from typing import Any

import pytest

from signals.engine.features import Features
from signals.engine.flow import add_flow, count_types, flow_facts, flow_up_to
from signals.engine.flow_context import FlowWindows
from signals.engine.flow_params import FlowParams
from signals.engine.params import Params
from signals.engine.tally import tally_members
from signals.engine.trade_types import Averages, TradeType
from tests.support.engine_builders import COMPLEX, SPY_CALL, SPY_PUT, T0, ms, stamped

PARAMS = FlowParams()
HOUR = 3_600_000_000
ASK, BID = 4_200_000, 4_100_000


class Market:
    """Averages and windows as the pipeline holds them."""

    def __init__(self) -> None:
        self.averages, self.windows = Averages(), FlowWindows(PARAMS)

    def add(self, *prints: Any, features: Features | None = None) -> Features:
        features = features or Features()
        tally = tally_members(prints, "SPY", Params())
        types = add_flow(
            self.averages, self.windows, tally, "SPY", "C", features, PARAMS
        )  # fmt: skip
        assert count_types(types) == features.trade_types
        return features

    def facts(self, direction: str = "bullish", ts: int = T0, **changes: Any) -> dict[str, Any]:
        params = FlowParams(**changes)
        return flow_facts(*flow_up_to(self.windows, "SPY", ts, params), direction, params)


def fill(at_ms: float = 0, size: int = 40, **changes: Any) -> Any:
    return stamped(seq=round(at_ms * 1_000) + 1, ts=ms(at_ms), size=size, **changes)


def marked() -> Market:
    """Return a market whose flow is marked: blocks bought at the ask."""
    market = Market()
    for place in range(100):
        market.add(fill(place, 500))
    return market


def test_types_are_counted_by_name() -> None:
    market = Market()

    assert market.add(fill(size=600)).trade_types == {"BLOCK": 1}
    assert market.add(fill(size=600)).block_mechanisms == {"auto": 1}
    assert market.add(fill(size=5)).block_mechanisms == {}
    features = market.add(fill(1, 3), fill(2, 3, price_micros=BID), fill(3, 500))
    assert features.trade_types == {"REGULAR": 2, "BLOCK": 1}


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ([], {}),
        (["BLOCK"], {"BLOCK": 1}),
        (["BLOCK", "BLOCK"], {"BLOCK": 2}),
        (["LARGE", "BLOCK", "LARGE"], {"LARGE": 2, "BLOCK": 1}),
    ],
)
def test_counts(types: list[TradeType], expected: dict[str, int]) -> None:
    assert count_types(types) == expected


#   what the packet has                            types of three prints of 40 at the ask
@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({}, {"SPLIT": 3}),
        ({"sweep": True, "sweep_sign": 1}, {"SWEEP": 3}),
        ({"sweep": True, "sweep_sign": -1}, {"SPLIT": 3}),
        ({"sweep": False, "sweep_sign": 1}, {"SPLIT": 3}),
        ({"structure_type": "vertical"}, {"REGULAR": 3}),
        ({"structure_type": "vertical", "sweep": True, "sweep_sign": 1}, {"REGULAR": 3}),
    ],
)
def test_sweep_and_split_are_of_one_contract(
    known: dict[str, Any], expected: dict[str, int]
) -> None:
    features = Market().add(fill(0), fill(1), fill(2), features=Features(**known))

    assert features.trade_types == expected


def test_members_enter_averages_and_windows_with_their_types() -> None:
    market = Market()
    market.add(fill(0, 40), fill(1, 60), features=Features(sweep=True, sweep_sign=1))

    assert market.averages.saved()[1] == {"SPY": [40, 60]}
    told = market.facts()["1h"]
    assert (told["volume"], told["trades"], told["call_volume"]) == (100, 2, 100)
    assert told["institutional_score"] == 53  # 25 + 15 + 10, and 3.2 of the mean trade


def test_structure_counts_each_leg_with_its_own_right() -> None:
    market = Market()
    legs = [
        fill(0, 40, contract=SPY_CALL, conditions=(COMPLEX,)),
        fill(0, 60, contract=SPY_PUT, conditions=(COMPLEX,)),
    ]
    market.add(*legs, features=Features(structure_type="strangle"))
    told = market.facts()["1h"]

    assert (told["call_volume"], told["put_volume"]) == (40, 60)
    assert (told["sentiment"], told["signed_share"]) == ("NEUTRAL", 0.0)


def test_facts_of_marked_flow() -> None:
    facts = marked().facts()
    told = {
        "volume": 50_000,
        "unplaced_volume": 0,
        "premium_usd": 21_000_000.0,
        "trades": 100,
        "call_volume": 50_000,
        "put_volume": 0,
        "put_call_volume_ratio": 0.0,
        "put_call_premium_ratio": 0.0,
        "net": 1.0,
        "signed_share": 1.0,
        "quoted_share": 1.0,
        "sentiment": "BULLISH",
        "sentiment_strength": 100,
        "aggressiveness": "AGGRESSIVE",
        "institutional_score": 68,  # 30 + 20 log10(21) / 2 + 15 + 10
        "confidence": 100,
        "recommendation": "FOLLOW_FLOW",
    }

    assert facts == {
        "1h": told,
        "4h": told,
        "session": told,
        "boost": {"mode": "multiplicative", "window": "1h", "factor": 1.1},
    }
    assert json.loads(json.dumps(facts)) == facts


@pytest.mark.parametrize(
    ("direction", "factor"),
    [("bullish", 1.1), ("bearish", 0.9), ("neutral", 1.0), ("mixed", 1.0), ("unknown", 1.0)],
)
def test_boost_is_that_of_the_direction(direction: str, factor: float) -> None:
    assert marked().facts(direction)["boost"]["factor"] == factor


def test_factor_is_rounded_to_four_places() -> None:
    boosted = marked().facts(boost_share=0.123456)["boost"]

    assert boosted["factor"] == 1.1235


@pytest.mark.parametrize(
    ("direction", "points"), [("bullish", (10.2, 8.16, 6.8)), ("bearish", (0.0, 0.0, 0.0))]
)
def test_additive_boost_tells_points(direction: str, points: tuple[float, ...]) -> None:
    assert marked().facts(direction, boost_mode="additive")["boost"] == {
        "mode": "additive",
        "window": "1h",
        "scalp_points": points[0],
        "day_points": points[1],
        "swing_points": points[2],
    }


def test_additive_points_are_rounded_to_two_places() -> None:
    boosted = marked().facts(boost_mode="additive", boost_day_weight=0.12345)["boost"]

    assert boosted["day_points"] == 8.39


def test_window_without_flow_is_left_out_and_does_not_boost() -> None:
    facts = marked().facts(ts=T0 + 2 * HOUR)

    assert list(facts) == ["4h", "session", "boost"]
    assert facts["boost"] == {"mode": "multiplicative", "window": "1h", "factor": 1.0}
    assert marked().facts(ts=T0 + 2 * HOUR, boost_window="4h")["boost"] == {
        "mode": "multiplicative",
        "window": "4h",
        "factor": 1.1,
    }


def test_nothing_is_told_of_nothing() -> None:
    market = Market()
    market.add(fill(size=9))

    assert market.facts() == {}


def test_volume_of_late_reports_is_told() -> None:
    market = Market()
    market.windows.add_unplaced(fill(size=70))

    assert market.facts()["1h"]["unplaced_volume"] == 70
    assert market.facts()["1h"]["recommendation"] == "INSUFFICIENT_DATA"


def test_facts_take_the_tuning_they_are_given() -> None:
    assert marked().facts(flow_min_count=101)["1h"]["recommendation"] == "INSUFFICIENT_DATA"
