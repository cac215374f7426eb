"""What the market knew of a packet: model volatility and greeks (options-engine.md 11.1, 15).

The packet: 100 calls SPY 17 Jan 2025 450, printed at 15:00Z on the 15th, quoted 4.10 x 4.20 over
an underlying at 450.49 x 450.51. It settles at 16:00 New York = 21:00Z on the 17th: 54 h, 0.0061644
years of 365 days. Events ahead: test_market_events.
"""

import math
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.domain.events import PrintFlag, QuoteMode
from flow.domain.sessions import Calendar, SessionDay
from signals.engine.pricing import value_option
from tests.support.calendar_rows import wall
from tests.support.engine_builders import SPY_CALL, SPY_PUT, T0, stamped, unquoted
from tests.support.market_facts import MODEL, facts, told

ET = ZoneInfo("America/New_York")
HOUR = 3_600_000_000
SETTLES = T0 + 54 * HOUR
YEARS = 54 / (365 * 24)


def test_volatility_of_the_model_is_that_of_the_middle_of_the_quote() -> None:
    found = facts()

    assert found.execution_iv is not None
    assert found.execution_iv_source == "model_bs"
    value = value_option(
        450.5, 450, found.execution_iv, years=YEARS, right="C", rate=0.04, dividend=0.0
    )
    assert value.price == pytest.approx(4.15, abs=2e-5)  # six places of volatility x vega 14
    assert found.execution_iv == round(found.execution_iv, 6)


# S 450.5, K 450, T 54 h, r 4 %, q 0 and volatility 0.25 of a provider, worked out by hand with
# s = 0.25 sqrt(54 / 8760) = 0.0196284: d1 = (ln(450.5 / 450) + 0.04 T) / s + s / 2 = 0.078965,
# d2 = 0.059336; N(d1) = 0.531470, n(d1) = 0.397701: delta 0.53147; gamma n / (S s) = 0.0449753;
# vega S n sqrt T = 14.0670; theta = (-S n 0.25 / (2 sqrt T) - 0.04 K e^-0.04T N(d2)) / 365
# = (-285.2473 - 9.4236) / 365 = -0.80732; notional 450.5 x 100 x 100 x 0.53147 = 2 394 272.
def test_greeks_of_a_providers_volatility() -> None:
    found = facts(features={"execution_iv": 0.25, "execution_iv_source": "provider"})

    assert (found.execution_iv, found.execution_iv_source) == (0.25, "provider")
    assert found.delta == pytest.approx(0.53147, abs=1e-5)
    assert found.gamma == pytest.approx(0.0449753, abs=1e-6)
    assert found.vega == pytest.approx(14.0670, abs=1e-3)
    assert found.theta == pytest.approx(-0.80732, abs=1e-4)
    assert found.underlying_notional_usd == pytest.approx(2_394_272, rel=1e-5)


@pytest.mark.parametrize("contract", [SPY_CALL, SPY_PUT])
def test_greeks_are_the_models_at_the_shown_volatility(contract: str) -> None:
    found = facts(stamped(contract=contract))
    assert found.execution_iv is not None
    value = value_option(
        450.5, 450, found.execution_iv, years=YEARS, right="C" if contract == SPY_CALL else "P",
        rate=0.04, dividend=0.0,
    )  # fmt: skip

    assert (found.delta, found.gamma) == (round(value.delta, 6), round(value.gamma, 8))
    assert (found.vega, found.theta) == (round(value.vega, 6), round(value.theta, 6))
    assert found.underlying_notional_usd == round(450.5 * 10_000 * abs(found.delta or 0), 2)
    assert (value.delta > 0) == (contract == SPY_CALL)


def test_rate_and_yield_are_tuning() -> None:
    provider = {"execution_iv": 0.25}
    found = facts(features=provider, risk_free_rate=0.1, dividend_yield=0.03)
    value = value_option(450.5, 450, 0.25, years=YEARS, right="C", rate=0.1, dividend=0.03)

    assert found.delta == round(value.delta, 6)
    assert found.theta == round(value.theta, 6)
    changed = facts(risk_free_rate=0.2).execution_iv
    other = facts(dividend_yield=0.2).execution_iv
    assert len({facts().execution_iv, changed, other}) == 3


def test_size_of_all_members_is_in_the_notional() -> None:
    one = facts(stamped(size=70), features={"execution_iv": 0.25})
    two = facts(stamped(size=30, seq=1), stamped(size=70, seq=2), features={"execution_iv": 0.25})

    assert one.underlying_notional_usd is not None
    assert two.underlying_notional_usd == pytest.approx(one.underlying_notional_usd / 0.7, abs=0.02)


def test_last_member_counts() -> None:
    early = stamped(seq=1, ts=T0, bid_micros=9_000_000, ask_micros=9_100_000)
    last = stamped(seq=2, ts=T0 + 1_000_000)

    assert facts(early, last).execution_iv == facts(last).execution_iv
    assert facts(stamped(seq=1), unquoted(seq=2, ts=T0 + 1_000_000)).execution_iv is None


@pytest.mark.parametrize(
    "changes",
    [
        {"bid_micros": None, "ask_micros": None, "quote_ts": None},
        {"bid_micros": None},
        {"ask_micros": None},
        {"quote_ts": None},
        {"quote_mode": int(QuoteMode.INDICATIVE)},
        {"quote_silence_us": 1_000_001},  # the feed is silent
        {"quote_mode": int(QuoteMode.SAMPLED), "quote_ts": T0 - 1_500_001},
        {"bid_micros": 4_250_000, "ask_micros": 4_200_000},  # crossed
        {"bid_micros": 0, "ask_micros": 4_200_000},  # one-sided
    ],
)
def test_without_a_fresh_two_sided_quote_there_is_no_volatility(changes: dict[str, Any]) -> None:
    found = facts(stamped(**changes))

    assert (found.execution_iv, found.execution_iv_source) == (None, None)
    assert told(found, MODEL) == []


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"quote_silence_us": 1_000_000},
        {"quote_mode": int(QuoteMode.SAMPLED), "quote_ts": T0 - 1_500_000},
        {"bid_micros": 4_150_000, "ask_micros": 4_150_000},  # locked
        {"bid_micros": 3_900_000, "ask_micros": 4_400_000},  # wide
        {"flags": int(PrintFlag.MINUTE_BAR)},  # a bar with its quote
    ],
)
def test_fresh_two_sided_quote_gives_a_volatility(changes: dict[str, Any]) -> None:
    found = facts(stamped(**changes))

    assert found.execution_iv == pytest.approx(facts().execution_iv, abs=1e-9)
    assert told(found, MODEL) == list(MODEL)


def test_minute_bar_without_a_quote_has_no_volatility() -> None:
    found = facts(unquoted(flags=int(PrintFlag.MINUTE_BAR)), features={"granularity": "minute"})

    assert found.execution_iv is None


def test_price_that_printed_never_counts() -> None:
    assert facts(stamped(price_micros=9_000_000)).execution_iv == facts().execution_iv


# A provider's volatility needs no quote of the option, only the underlying and time.
def test_greeks_need_no_quote_of_the_option() -> None:
    assert told(facts(unquoted(), features={"execution_iv": 0.25}), MODEL) == list(MODEL)


@pytest.mark.parametrize("volatility", [None, 0.25])
def test_without_a_fresh_underlying_nothing_is_told(volatility: float | None) -> None:
    found = facts(features={"underlying_mid": None, "execution_iv": volatility})

    assert found.execution_iv == volatility
    assert told(found, MODEL) == []


@pytest.mark.parametrize(
    ("ts", "is_told"), [(SETTLES - 1, True), (SETTLES, False), (SETTLES + HOUR, False)]
)
def test_nothing_is_told_from_the_settlement_on(ts: int, is_told: bool) -> None:
    found = facts(stamped(ts=ts), features={"execution_iv": 0.25})

    assert bool(told(found, MODEL)) == is_told


@pytest.mark.parametrize(
    ("contract", "closes", "hours"),
    [
        ("SPY-2025-01-17-450-C", "16:00", 54.0),
        ("SPY-2025-01-17-450-C", "13:00", 51.0),
        ("SPX-2025-01-17-450-C", "16:00", 47.5),  # the opening: 09:30
        ("SPXW-2025-01-17-450-C", "16:00", 54.0),
    ],
)
def test_time_runs_to_the_settlement_of_the_calendar(
    contract: str, closes: str, hours: float
) -> None:
    days = [
        SessionDay(
            date.fromisoformat(day).toordinal(), wall(f"{day}T09:30"), wall(f"{day}T{closes}")
        )
        for day in ("2025-01-15", "2025-01-17", "2025-01-21")
    ]
    found = facts(
        stamped(contract=contract), features={"execution_iv": 0.25}, calendar=Calendar(days)
    )
    value = value_option(450.5, 450, 0.25, years=hours / 8760, right="C", rate=0.04, dividend=0.0)

    assert (found.delta, found.vega) == (round(value.delta, 6), round(value.vega, 6))


@pytest.mark.parametrize("contract", ["SPY1-2025-01-17-450-C", "2SPY-2025-01-17-450-C"])
def test_adjusted_and_flex_contracts_are_not_priced(contract: str) -> None:
    found = facts(stamped(contract=contract), features={"execution_iv": 0.25})

    assert told(found, MODEL) == []


@pytest.mark.parametrize("changes", [{"premium_micros": None}, {"price_micros": 0}])
def test_without_a_multiplier_there_is_no_notional(changes: dict[str, Any]) -> None:
    found = facts(stamped(**changes), features={"execution_iv": 0.25})

    assert told(found, MODEL) == ["delta", "gamma", "vega", "theta"]


def test_multiplier_is_that_of_the_stamped_premium() -> None:
    found = facts(stamped(premium_micros=4_200_000 * 100 * 10))

    assert found.underlying_notional_usd == pytest.approx(
        (facts().underlying_notional_usd or 0) / 10, abs=0.01
    )


# A bid at exercise value (S 450.5: call 440 is worth 10.5, put 461 as well) says nothing.
@pytest.mark.parametrize(
    ("contract", "bid", "is_told"),
    [
        ("SPY-2025-01-17-440-C", 10.49, False),
        ("SPY-2025-01-17-440-C", 10.50, False),
        ("SPY-2025-01-17-440-C", 10.51, True),
        ("SPY-2025-01-17-461-P", 10.49, False),
        ("SPY-2025-01-17-461-P", 10.50, False),
        ("SPY-2025-01-17-461-P", 10.51, True),
        ("SPY-2025-01-17-461-C", 0.50, True),
        ("SPY-2025-01-17-440-P", 0.50, True),
    ],
)
def test_bid_must_be_above_exercise_value(contract: str, bid: float, is_told: bool) -> None:
    micros = round(bid * 1_000_000)
    found = facts(stamped(contract=contract, bid_micros=micros, ask_micros=micros + 400_000))

    assert (found.execution_iv is not None) == is_told


def test_price_outside_the_bounds_of_the_model_has_no_volatility() -> None:
    over = stamped(bid_micros=450_600_000, ask_micros=450_700_000)  # a call above its underlying

    assert facts(over).execution_iv is None


# Half the spread may move volatility by 0.1 at most: at the money vega is about 14.1 dollars, so
# half a spread of 1.41. The quote 2.75 x 5.55 (half 1.40) is believed, 2.73 x 5.57 (1.42) is not.
@pytest.mark.parametrize(("half", "is_told"), [(1.40, True), (1.42, False)])
def test_spread_that_could_mean_another_volatility(half: float, is_told: bool) -> None:
    print_ = stamped(
        bid_micros=round((4.15 - half) * 1_000_000), ask_micros=round((4.15 + half) * 1_000_000)
    )
    vega = facts().vega
    assert vega is not None
    assert 1.40 < 0.1 * vega < 1.42

    assert (facts(print_).execution_iv is not None) == is_told
    assert facts(print_, model_iv_max_error=0.2).execution_iv is not None
    assert facts(print_, model_iv_max_error=0.05).execution_iv is None


# The quote means a volatility of 0.272095, the one of 20.00 x 20.05 means 1.399029.
def test_volatility_outside_its_limits_is_not_believed() -> None:
    found = facts().execution_iv
    assert found is not None
    assert 0.26 < found < 0.28

    assert facts(model_iv_min=0.28).execution_iv is None
    assert facts(model_iv_min=0.26).execution_iv == found
    high = stamped(bid_micros=20_000_000, ask_micros=20_050_000)
    value = facts(high).execution_iv
    assert value is not None
    assert 1.3 < value < 1.5
    assert facts(high, model_iv_max=1.3).execution_iv is None
    assert facts(high, model_iv_max=1.5).execution_iv == value


@pytest.mark.parametrize(
    ("volatility", "is_told"),
    [(0.01, True), (0.009999, False), (10.0, True), (10.000001, False), (0.0, False), (-1, False)],
)
def test_providers_volatility_outside_the_limits_stays_without_greeks(
    volatility: float, is_told: bool
) -> None:
    found = facts(features={"execution_iv": volatility, "execution_iv_source": "provider"})

    assert (found.execution_iv, found.execution_iv_source) == (volatility, "provider")
    assert bool(told(found, MODEL)) == is_told


def test_features_never_hold_the_negative_zero() -> None:
    far = stamped(contract="SPY-2025-01-17-300-P")  # delta -0.000000...
    found = facts(far, features={"execution_iv": 0.1})

    for name in MODEL:
        assert math.copysign(1, getattr(found, name)) == 1, name
        assert getattr(found, name) == 0


def test_open_interest_and_the_volatility_baseline_are_left_alone() -> None:
    found = facts(features={"open_interest": 7, "iv_shock": 0.3})

    assert (found.open_interest, found.iv_shock) == (7, 0.3)


@given(st.integers(400, 500), st.sampled_from("CP"), st.floats(0.15, 3), st.integers(0, 53))
def test_volatility_of_a_quote_made_by_the_model_comes_back(
    strike: int, right: str, volatility: float, hours: int
) -> None:
    ts = T0 + hours * HOUR
    value = value_option(
        450.5, strike, volatility, years=(54 - hours) / 8760,
        right="C" if right == "C" else "P", rate=0.04, dividend=0.0,
    )  # fmt: skip
    micros = round(value.price * 1_000_000)
    print_ = stamped(
        ts=ts, contract=f"SPY-2025-01-17-{strike}-{right}", bid_micros=micros, ask_micros=micros
    )
    found = facts(print_).execution_iv

    if found is not None and value.vega > 0.5:
        assert found == pytest.approx(volatility, abs=4e-6)
