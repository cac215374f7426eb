"""What an option print carries of the market that it printed in (platform.md 2)."""

import math

import msgspec
import pytest

from flow.domain.events import OptionQuote, PrintFlag, QuoteMode, StampedPrint
from flow.domain.multipliers import Multipliers
from flow.domain.sessions import Calendar, Session
from ingest.feeds import Capabilities
from ingest.stamping import Stamper
from tests.support.stamping import (
    CALENDAR,
    CALL,
    CHANGE,
    DAY,
    NOON,
    OPEN,
    SAMPLED,
    S,
    quote,
    share,
    spot,
    stamper,
    trade,
)


def test_print_carries_what_was_known() -> None:
    found = stamper()
    found.saw_option_quote(quote(NOON - 40_000), 7)
    found.saw_equity_quote(spot(NOON - 30_000), 9)
    stamped = found.stamp_option_print(trade(conditions=(73,), iv=0.2), 11)
    assert stamped == StampedPrint(
        seq=11,
        ts=NOON,
        uid=b"p",
        contract=CALL,
        price_micros=1_050_000,
        size=10,
        venue=3,
        conditions=(73,),
        premium_micros=1_050_000_000,
        bid_micros=100,
        ask_micros=110,
        bid_size=3,
        ask_size=4,
        quote_ts=NOON - 40_000,
        quote_seq=7,
        quote_silence_us=40_000,
        quote_mode=QuoteMode.CHANGE,
        spot_bid_micros=500,
        spot_ask_micros=502,
        spot_ts=NOON - 30_000,
        spot_seq=9,
        move_60s_bps=None,
        move_5m_bps=None,
        move_5m_z=None,
        iv=0.2,
        session=Session.REGULAR,
        session_date=DAY.toordinal(),
        dte=1,
        flags=0,
    )


def test_print_without_any_quote() -> None:
    stamped = stamper().stamp_option_print(trade(), 1)
    assert (stamped.bid_micros, stamped.quote_ts, stamped.quote_seq) == (None, None, None)
    assert (stamped.quote_silence_us, stamped.spot_ts, stamped.flags) == (None, None, 0)


def test_later_quote_is_never_seen() -> None:
    found = stamper()
    found.saw_option_quote(quote(NOON - 5), 1)
    found.saw_option_quote(quote(NOON + 1, bid=999), 2)
    assert found.stamp_option_print(trade(), 3).quote_seq == 1


def test_quote_of_the_same_instant_is_flagged_and_not_used() -> None:
    found = stamper()
    found.saw_option_quote(quote(NOON - 5), 1)
    found.saw_option_quote(quote(NOON), 2)
    stamped = found.stamp_option_print(trade(), 3)
    assert (stamped.quote_seq, stamped.flags) == (1, PrintFlag.SAME_TICK)


def test_bar_may_use_the_quote_of_its_own_bar_and_its_underlying() -> None:
    found = stamper(SAMPLED)
    found.saw_equity_quote(spot(NOON, order=1), 1)
    found.saw_option_quote(quote(NOON, order=1), 2)
    stamped = found.stamp_option_print(trade(order=2, flags=PrintFlag.MINUTE_BAR), 3)
    assert (stamped.quote_seq, stamped.quote_silence_us, stamped.spot_seq) == (2, 0, 1)
    assert stamped.flags == PrintFlag.MINUTE_BAR | PrintFlag.CONDITIONS_UNKNOWN


def test_orders_of_two_tapes_do_not_compare() -> None:
    found = stamper()
    found.saw_equity_quote(spot(NOON, order=1), 1)
    assert found.stamp_option_print(trade(order=2), 2).spot_seq is None


def test_one_sided_quote_stays_one_sided() -> None:
    found = stamper()
    found.saw_option_quote(OptionQuote(NOON - 5, b"", CALL, None, 110, None, 4), 1)
    stamped = found.stamp_option_print(trade(), 2)
    assert (stamped.bid_micros, stamped.ask_micros, stamped.bid_size) == (None, 110, None)


@pytest.mark.parametrize(
    ("contract", "flags", "premium", "dte"),
    [
        ("SPY 450 call", PrintFlag.PARSE_ERROR, None, None),
        ("SPY1-2025-01-17-450-C", PrintFlag.ADJUSTED, None, 1),
        ("SPY-2025-01-10-450-C", 0, 1_050_000_000, None),
        ("SPY-2025-01-16-450-C", 0, 1_050_000_000, 0),
    ],
)
def test_contracts_that_tell_less(
    contract: str, flags: int, premium: int | None, dte: int | None
) -> None:
    found = stamper()
    found.saw_option_quote(quote(NOON - 5, contract=contract), 1)
    for _ in range(2):
        stamped = found.stamp_option_print(trade(contract=contract), 2)
        assert (stamped.flags, stamped.premium_micros, stamped.dte) == (flags, premium, dte)
        assert stamped.quote_seq == 1


# 1.05 dollars x 10 contracts, times what reference data tell on the trade date, else 100.
@pytest.mark.parametrize(
    ("root", "premium"),
    [
        ("NANOS", 10_500_000), ("XYZ1", 1_575_000_000), ("XYZ2", None), ("SPX", 1_050_000_000),
        ("SPY", 1_050_000_000),
    ],
)  # fmt: skip
def test_reference_data_decide_the_multiplier_of_any_root(root: str, premium: int | None) -> None:
    today = DAY.toordinal()
    told = [("NANOS", today, 1), ("XYZ1", today, 150), ("XYZ2", today + 1, 10)]
    found = Stamper(CHANGE, Calendar(CALENDAR), Multipliers([*told, ("SPX", today + 1, 10)]))

    stamped = found.stamp_option_print(trade(contract=f"{root}-2025-01-17-450-C"), 1)

    assert stamped.premium_micros == premium


def test_late_and_unknown_conditions_are_flagged() -> None:
    assert stamper().stamp_option_print(trade(), 1, late=True).flags == PrintFlag.LATE_ARRIVAL
    assert stamper(SAMPLED).stamp_option_print(trade(), 1).flags == PrintFlag.CONDITIONS_UNKNOWN
    assert stamper(SAMPLED).stamp_option_print(trade(conditions=(73,)), 1).flags == 0


@pytest.mark.parametrize(
    ("capabilities", "age_us", "alive", "stale"),
    [
        (CHANGE, 1_000_000, False, False),
        (CHANGE, 1_000_001, False, True),
        (CHANGE, 800 * S, True, False),  # an unchanged quote stands while the feed is alive
        (SAMPLED, 1_000_000, True, False),
        (SAMPLED, 1_000_001, True, True),
    ],
)
def test_spot_is_stale_when_its_feed_is_dead_or_its_sample_old(
    capabilities: Capabilities, age_us: int, alive: bool, stale: bool
) -> None:
    found = stamper(capabilities)
    found.saw_equity_quote(spot(NOON - age_us), 1)
    if alive:
        found.saw_equity_quote(spot(NOON - 10, symbol="QQQ"), 2)
    stamped = found.stamp_option_print(trade(conditions=(73,)), 3)
    assert stamped.flags == (PrintFlag.SPOT_STALE if stale else 0)
    assert (stamped.spot_bid_micros, stamped.spot_seq) == (500, 1)


def test_spot_older_than_fifteen_minutes_is_none() -> None:
    found = stamper()
    found.saw_equity_quote(spot(NOON - 900 * S - 1), 1)
    assert found.stamp_option_print(trade(), 3).spot_ts is None


def test_moves_are_against_the_past_and_missing_when_stale() -> None:
    found = stamper()
    for seconds, bid in ((400, 500), (200, 504), (30, 506), (0.5, 508)):
        found.saw_equity_quote(spot(int(NOON - seconds * S), bid, bid), 1)
    stamped = found.stamp_option_print(trade(), 2)
    assert stamped.move_60s_bps == (1_016 - 1_008) / 1_008 * 10_000
    assert stamped.move_5m_bps == (1_016 - 1_000) / 1_000 * 10_000
    assert stamped.move_5m_z is None
    stale = found.stamp_option_print(trade(NOON + 2 * S), 3)
    assert (stale.move_60s_bps, stale.move_5m_bps) == (None, None)


@pytest.mark.parametrize(("capabilities", "moved"), [(CHANGE, True), (SAMPLED, False)])
def test_move_from_a_mid_that_died_long_before_is_none(
    capabilities: Capabilities, moved: bool
) -> None:
    """Errata 24: on a sampled feed the mid of a minute before may be a second old at most."""
    found = stamper(capabilities)
    found.saw_equity_quote(spot(NOON - 600 * S, 440_000, 440_020), 1)
    found.saw_equity_quote(spot(NOON - S // 2, 450_000, 450_020), 2)
    stamped = found.stamp_option_print(trade(), 3)
    assert (stamped.move_60s_bps is not None, stamped.move_5m_bps is not None) == (moved, moved)


def test_move_of_a_living_sampled_feed() -> None:
    found = stamper(SAMPLED)
    for second in (-62, -61, -60, -1):
        found.saw_equity_quote(spot(NOON + second * S, 500 - second, 500 - second), -second)
    assert found.stamp_option_print(trade(), 99).move_60s_bps == (501 - 561) / 561 * 10_000


def test_one_sided_spot_has_no_move() -> None:
    found = stamper()
    found.saw_equity_quote(spot(NOON - 400 * S), 1)
    found.saw_equity_quote(spot(NOON - 5, bid=None), 2)
    stamped = found.stamp_option_print(trade(), 3)
    assert (stamped.spot_ask_micros, stamped.move_60s_bps) == (502, None)


def test_z_appears_after_half_an_hour() -> None:
    found = stamper()
    for second in range(1_900):
        found.saw_equity_quote(spot(OPEN + second * S, 5_000 + second * 7919 % 101, 5_200), second)
    stamped = found.stamp_option_print(trade(OPEN + 1_900 * S), 9_999)
    assert stamped.move_5m_z is not None
    assert math.isfinite(stamped.move_5m_z)


def test_index_options_trade_overnight_for_the_next_business_day() -> None:
    overnight = OPEN - 12 * 3_600 * S  # 21:30 New York on the evening before
    stamped = stamper().stamp_option_print(trade(overnight, contract="SPXW-2025-01-17-6000-C"), 1)
    assert (stamped.session, stamped.session_date) == (Session.GTH, DAY.toordinal())
    assert stamper().stamp_option_print(trade(overnight), 1).session == Session.CLOSED


def test_flags_of_a_print_add_up() -> None:
    found = stamper()
    found.saw_option_quote(quote(NOON), 2)
    stamped = found.stamp_option_print(trade(), 3, late=True)
    assert stamped.flags == PrintFlag.LATE_ARRIVAL | PrintFlag.SAME_TICK


@pytest.mark.parametrize(
    ("at", "bid", "flags"),
    [(NOON - 2 * S, 500, PrintFlag.SPOT_STALE), (NOON - 5, None, 0), (NOON - 5, 500, 0)],
)
def test_spot_is_shown_whole_with_and_without_moves(at: int, bid: int | None, flags: int) -> None:
    found = stamper()
    found.saw_equity_quote(spot(at, bid=bid), 9)
    stamped = found.stamp_option_print(trade(), 11)
    shown = stamped.spot_bid_micros, stamped.spot_ask_micros, stamped.spot_ts, stamped.spot_seq
    assert shown == (bid, 502, at, 9)
    assert (stamped.move_60s_bps, stamped.flags) == (None, flags)


def test_a_market_that_never_closes_has_its_regular_session_at_night() -> None:
    night = OPEN + 14 * 3_600 * S  # 23:30 in New York
    always = msgspec.structs.replace(CHANGE, always_open=True)

    for capabilities, session in ((CHANGE, Session.CLOSED), (always, Session.REGULAR)):
        found = stamper(capabilities)
        option = found.stamp_option_print(trade(night), 1)
        equity = found.stamp_equity_print(share(night), 2)
        assert (option.session, equity.session) == (session, session)
        assert option.session_date == DAY.toordinal()


# Options of broad indexes trade overnight and to 16:15, those of one sector as those of stocks do.
@pytest.mark.parametrize(
    ("root", "evening", "behind_the_close"),
    [
        ("SPXW", Session.GTH, Session.REGULAR), ("SPY", Session.CLOSED, Session.REGULAR),
        ("SOX", Session.CLOSED, Session.POST), ("IBM", Session.CLOSED, Session.POST),
    ],
)  # fmt: skip
def test_sessions_of_a_print_are_those_of_its_product(
    root: str, evening: Session, behind_the_close: Session
) -> None:
    found, contract = stamper(), f"{root}-2025-01-17-450-C"
    times = OPEN - 13 * 3_600 * S, OPEN + 23_460 * S  # 20:30 of the evening before, 16:01

    sessions = [found.stamp_option_print(trade(ts, contract=contract), 1).session for ts in times]

    assert sessions == [evening, behind_the_close]
