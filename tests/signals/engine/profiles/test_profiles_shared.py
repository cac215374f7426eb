"""What every profile reads and how its points are summed (13.1, 13.5; errata 3, 6, 7)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.engine.params import PARAMETERS, Params
from signals.engine.profiles import terms
from signals.engine.profiles.shared import (
    Penalty,
    ProfileScore,
    Term,
    points,
    total_of,
    unit,
    values_of,
)
from tests.signals.engine.profiles.builders import (
    BULLISH_VERTICAL,
    PARAMS,
    PLAIN,
    SHORT_STRADDLE,
    inputs_of,
    packet,
)


@pytest.mark.parametrize(
    ("key", "default", "low", "high", "unit_"),
    [
        ("profile_premium_usd", 120_000, 1, 1_000_000_000, "USD"),
        ("profile_etf_premium_usd", 500_000, 1, 1_000_000_000, "USD"),
        ("profile_index_premium_usd", 1_000_000, 1, 1_000_000_000, "USD"),
        ("profile_full_size", 1_800, 1, 1_000_000, "contracts"),
        ("profile_min_aggression", 0.58, 0, 1, "ratio"),
    ],
)
def test_parameters(key: str, default: float, low: float, high: float, unit_: str) -> None:
    found = next(each for each in PARAMETERS if each.key == key)

    assert (found.default, type(found.default)) == (default, type(default))
    assert (found.minimum, found.maximum, found.unit) == (low, high, unit_)


@pytest.mark.parametrize(
    ("kind", "usd"), [("stock", 120_000), ("etf", 500_000), ("index", 1_000_000), ("", 120_000)]
)
def test_full_premium_by_security_type(kind: str, usd: int) -> None:
    assert PARAMS.full_premium_usd(kind) == usd


def test_full_premiums_are_tuned() -> None:
    params = Params.from_values(
        {"profile_premium_usd": 1, "profile_etf_premium_usd": 2, "profile_index_premium_usd": 3}
    )

    assert [params.full_premium_usd(kind) for kind in ("stock", "etf", "index")] == [1, 2, 3]


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"premium_usd": 60_000.0}, "premium_factor", 0.5),
        ({"premium_usd": 120_000.01}, "premium_factor", 1.0),
        ({"premium_usd": None}, "premium_factor", 0.0),
        ({"premium_usd": 60_000.0, "security_type": "etf"}, "premium_factor", 0.12),
        ({"total_size": 450}, "size_factor", 0.25),
        ({"total_size": 1_801}, "size_factor", 1.0),
        ({"count": 2}, "burst_factor", 0.25),
        ({"count": 9}, "burst_factor", 1.0),
        ({"count": 8, "granularity": "minute"}, "burst_factor", 0.0),
        ({"coverage": 0.75, "stale_ratio": 0.25}, "quality", 0.5),
        ({"coverage": 0.25, "stale_ratio": 0.75}, "quality", 0.0),
        ({"buy_raw": 0.6, "sell_raw": 0.4}, "side_share", 0.6),
        ({"buy_raw": 0.4, "sell_raw": 0.6}, "side_share", 0.6),
        ({"buy_raw": 0.6, "sell_raw": 0.4}, "sold_share", 0.4),
        (BULLISH_VERTICAL, "side_share", 1.0),
        (BULLISH_VERTICAL, "sold_share", 0.5),
        (BULLISH_VERTICAL | {"structure_direction": "neutral"}, "side_share", 0.0),
        (BULLISH_VERTICAL | {"structure_direction": "unknown"}, "side_share", 0.0),
        (SHORT_STRADDLE, "sold_share", 1.0),
        (SHORT_STRADDLE | {"structure_leg_sizes": [100, 200], "structure_signs": [1, -1]},
         "sold_share", 0.6667),
        ({"buy_raw": 0.58}, "is_one_sided", True),
        ({"buy_raw": 0.5799}, "is_one_sided", False),
        ({"buy_raw": 1.0, "granularity": "minute"}, "is_one_sided", False),
        ({"sell_raw": 0.58}, "is_sold", True),
        ({"sell_raw": 0.5799}, "is_sold", False),
        ({"sell_raw": 1.0, "granularity": "minute"}, "is_sold", False),
        ({"otm_pct": 0.015}, "is_near_atm", True),
        ({"otm_pct": -0.015}, "is_near_atm", True),
        ({"otm_pct": 0.0151}, "is_near_atm", False),
        ({"otm_pct": None}, "is_near_atm", False),
        ({"otm_pct": 0.05, "dte_days": 7}, "is_short_dated_otm", True),
        ({"otm_pct": 0.05, "dte_days": 0}, "is_short_dated_otm", True),
        ({"otm_pct": 0.05, "dte_days": None}, "is_short_dated_otm", False),
        ({"days_to_event": 0.0, "expiry_after_event": True}, "is_pre_event", True),
        ({"days_to_event": 21.0, "expiry_after_event": None}, "is_pre_event", False),
    ],
)  # fmt: skip
def test_inputs(changes: dict[str, Any], field: str, value: object) -> None:
    assert getattr(inputs_of(**changes), field) == value


def test_aggression_is_tuned() -> None:
    params = Params.from_values({"profile_min_aggression": 0.4})

    assert inputs_of(params, buy_raw=0.4).is_one_sided
    assert inputs_of(params, sell_raw=0.4).is_sold


def test_legs_without_signs_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="zip"):
        inputs_of(**SHORT_STRADDLE | {"structure_signs": [-1]})


def test_inputs_keep_their_features() -> None:
    assert inputs_of(count=3).features == packet(count=3)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0, 0.0),
        (0.00005, 0.0001),
        (0.00004999, 0.0),
        (0.03125, 0.0313),  # a tie in binary too: round() would go to the even 0.0312
        (0.5025 * 0.74, 0.3719),  # 0.37185 on paper
        (1.0, 1.0),
        (0.99995, 1.0),
        (0.123449, 0.1234),
    ],
)
def test_points_round_half_up_as_on_paper(value: float, expected: float) -> None:
    assert points(value) == expected


@given(st.integers(0, 10_000))
def test_points_leave_four_places_alone(count: int) -> None:
    assert points(count / 10_000) == count / 10_000


@pytest.mark.parametrize(
    ("value", "expected"), [(-0.1, 0.0), (0.0, 0.0), (0.4, 0.4), (1.0, 1.0), (1.1, 1.0)]
)
def test_unit(value: float, expected: float) -> None:
    assert unit(value) == expected


@pytest.mark.parametrize(
    ("added", "total"),
    [
        ([], 0.0),
        ([0.6], 0.6),
        ([0.5, 0.4999], 0.9999),
        ([0.1, 0.2], 0.3),
        ([0.12, 0.28, 0.18, 0.2, 0.1], 0.88),
        ([0.7, 0.7], 1.0),
    ],
)
def test_total_is_exact_and_at_most_one(added: list[float], total: float) -> None:
    assert total_of(tuple(Term("x", each, "") for each in added)) == total


def test_values_are_those_of_the_features() -> None:
    assert values_of(packet(), "count", "otm_pct", "iv_shock") == {
        "count": PLAIN["count"], "otm_pct": PLAIN["otm_pct"], "iv_shock": None,
    }  # fmt: skip


def test_records_stand_on_their_own_values() -> None:
    assert Term("a", 0.1, "x").values == {}
    assert Penalty("a", 0.1, "x").values == {}
    score = ProfileScore(profile_id="a", raw=0.1, score=0.1, direction="neutral", terms=())
    assert (score.penalties, score.pin) == ((), None)


def test_a_term_without_points_is_no_reason() -> None:
    some, none = Term("a", 0.0001, ""), Term("b", 0.0, "")

    assert terms.contributing(none, some) == (some,)


@pytest.mark.parametrize(
    ("count", "text"),
    [(None, "0 days"), (0, "0 days"), (1, "1 day"), (2, "2 days"), (1.5, "1.5 days")],
)
def test_days_in_words(count: float | None, text: str) -> None:
    assert terms.days(count) == text


def test_common_terms_say_their_numbers() -> None:
    inputs = inputs_of(premium_usd=180_000.0, security_type="etf", count=1_234)
    base = terms.eligible(0.05, inputs_of(premium_usd=None, total_size=1_234), PARAMS)
    premium, burst = terms.premium(0.1, inputs, PARAMS), terms.burst(0.1, inputs)

    assert (base.code, base.points) == ("eligible_packet", 0.05)
    assert base.text == (
        "$0.00 of premium for 1,234 contracts reach the floors of an event: $10,000 and "
        "10 contracts."
    )
    assert (premium.code, premium.points) == ("premium", 0.036)
    assert premium.text == "$180,000 of premium; $500,000 counts in full."
    assert premium.values == {"premium_usd": 180_000.0, "security_type": "etf"}
    assert (burst.code, burst.points) == ("burst_print_pattern", 0.1)
    assert burst.text == "1,234 prints in 120 ms; 8 count in full."
    assert burst.values == {"count": 1_234, "span_ms": 120.0}


def test_a_single_print_has_no_span() -> None:
    burst = terms.burst(0.1, inputs_of(count=1, span_ms=0.0))

    assert burst.text == "1 print; 8 count in full."
