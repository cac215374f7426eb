import math
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flow.domain.events import (
    EquityPrint,
    EquityQuote,
    MarketEvent,
    OptionPrint,
    OptionQuote,
    PrintFlag,
    QuoteMode,
    StampedEquityPrint,
    StampedPrint,
)
from flow.domain.sessions import Calendar, Session, SessionDay
from flow.domain.units import from_datetime
from ingest.feeds import Capabilities
from ingest.stamping import Stamper
from ingest.synthetic_feed import ledger

S = 1_000_000
DAY = date(2025, 1, 16)
OPEN = from_datetime(datetime(2025, 1, 16, 14, 30, tzinfo=UTC))
NOON = OPEN + 9_000 * S
CALENDAR = [SessionDay(DAY.toordinal(), OPEN, OPEN + 23_400 * S)]
CALL = "SPY-2025-01-17-450-C"
CHANGE = Capabilities(quote_mode_options=QuoteMode.CHANGE, quote_mode_equities=QuoteMode.CHANGE)
SAMPLED = Capabilities(
    quote_mode_options=QuoteMode.SAMPLED,
    quote_mode_equities=QuoteMode.SAMPLED,
    conditions_known=False,
)


def stamper(capabilities: Capabilities = CHANGE) -> Stamper:
    return Stamper(capabilities, Calendar(CALENDAR))


def quote(ts: int, bid: int | None = 100, ask: int | None = 110, **more: Any) -> OptionQuote:
    return OptionQuote(ts, b"q", more.pop("contract", CALL), bid, ask, 3, 4, **more)


def spot(ts: int, bid: int | None = 500, ask: int | None = 502, **more: Any) -> EquityQuote:
    return EquityQuote(ts, b"e", more.pop("symbol", "SPY"), bid, ask, 3, 4, **more)


def trade(ts: int = NOON, **more: Any) -> OptionPrint:
    return OptionPrint(ts, b"p", more.pop("contract", CALL), 1_050_000, 10, 3, **more)


def share(ts: int = NOON, **more: Any) -> EquityPrint:
    return EquityPrint(ts, b"p", "SPY", 501, 100, 108, **more)


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


def test_equity_print_carries_its_quote() -> None:
    found = stamper()
    found.saw_equity_quote(spot(NOON - 100), 5)
    stamped = found.stamp_equity_print(share(off_exchange=True, conditions=(1000,)), 6, late=True)
    assert stamped == StampedEquityPrint(
        seq=6,
        ts=NOON,
        uid=b"p",
        symbol="SPY",
        price_micros=501,
        size_micros=100,
        venue=108,
        conditions=(1000,),
        off_exchange=True,
        exec_ts=None,
        bid_micros=500,
        ask_micros=502,
        bid_size=3,
        ask_size=4,
        quote_ts=NOON - 100,
        quote_seq=5,
        quote_silence_us=100,
        quote_mode=QuoteMode.CHANGE,
        session=Session.REGULAR,
        session_date=DAY.toordinal(),
        flags=PrintFlag.LATE_ARRIVAL,
    )


def test_late_report_is_joined_at_its_execution() -> None:
    found = stamper()
    found.saw_equity_quote(spot(NOON - 10 * S), 5)
    found.saw_equity_quote(spot(NOON - 8 * S), 6)
    found.saw_equity_quote(spot(NOON - 4 * S), 7)
    assert found.stamp_equity_print(share(exec_ts=NOON - 5 * S), 8).quote_seq == 6
    assert found.stamp_equity_print(share(exec_ts=NOON + 5 * S), 9).quote_seq == 7
    assert found.stamp_equity_print(share(), 9).quote_seq == 7


def test_a_report_of_a_busy_stock_is_joined_up_to_ten_seconds_back() -> None:
    found = stamper()
    for tenth in range(-150, 1):
        found.saw_equity_quote(spot(NOON + tenth * S // 10), tenth + 150)
    for delay in range(1, 11):
        stamped = found.stamp_equity_print(share(exec_ts=NOON - delay * S), 200)
        assert stamped.quote_seq == 149 - 10 * delay
        assert stamped.quote_silence_us == 0


def test_equity_quote_of_the_same_instant_is_flagged() -> None:
    found = stamper()
    found.saw_equity_quote(spot(NOON), 5)
    stamped = found.stamp_equity_print(share(), 6)
    assert (stamped.quote_seq, stamped.flags) == (None, PrintFlag.SAME_TICK)


def test_share_may_use_the_quote_of_its_instant_that_its_tape_puts_before_it() -> None:
    found = stamper()
    found.saw_equity_quote(spot(NOON, order=4), 5)
    before, after = (found.stamp_equity_print(share(order=order), 6) for order in (5, 3))
    assert (before.quote_seq, before.flags) == (5, 0)
    assert (after.quote_seq, after.flags) == (None, PrintFlag.SAME_TICK)


def test_order_of_a_late_report_says_nothing_about_its_execution() -> None:
    found = stamper()
    found.saw_equity_quote(spot(NOON - S, order=4), 5)
    late = found.stamp_equity_print(share(order=9, exec_ts=NOON - S), 6)
    same = found.stamp_equity_print(share(NOON - S, order=9, exec_ts=NOON - S), 7)
    assert (late.quote_seq, late.flags, late.exec_ts) == (None, PrintFlag.SAME_TICK, NOON - S)
    assert (same.quote_seq, same.flags) == (5, 0)


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


def feed(found: Stamper, events: list[tuple[int, MarketEvent]]) -> list[Any]:
    stamps: list[Any] = []
    for seq, event in events:
        if isinstance(event, OptionQuote):
            found.saw_option_quote(event, seq)
        elif isinstance(event, EquityQuote):
            found.saw_equity_quote(event, seq)
        elif isinstance(event, OptionPrint):
            stamps.append(found.stamp_option_print(event, seq))
        else:
            stamps.append(found.stamp_equity_print(event, seq))
    return stamps


SEEDED = list(enumerate(ledger(3, 6_000, rate_prints_per_s=50, start_us=OPEN)))


def test_two_stampers_fed_alike_agree_and_batches_do_not_exist() -> None:
    first, second = stamper(), stamper()
    whole = feed(first, SEEDED)
    parts: list[Any] = []
    for start in range(0, len(SEEDED), 97):
        parts += feed(second, SEEDED[start : start + 97])
    assert whole == parts
    assert sum(stamp.quote_seq is not None for stamp in whole) > 0.9 * len(whole)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, len(SEEDED) - 1))
def test_stamps_after_a_restart_are_those_of_the_own_feed(cut: int) -> None:
    whole = feed(stamper(), SEEDED)
    restarted = stamper()
    before = SEEDED[:cut]
    restarted.warm(
        [(seq, e) for seq, e in before if isinstance(e, OptionQuote)],
        [(seq, e) for seq, e in before if isinstance(e, EquityQuote)],
    )
    rest = feed(restarted, SEEDED[cut:])
    assert rest == whole[len(whole) - len(rest) :]


def test_memory_is_flat_over_many_contracts() -> None:
    found = stamper()
    for second in range(20_000):
        found.saw_option_quote(quote(second * S, contract=f"K{second}"), second)
        found.saw_equity_quote(spot(second * S, symbol=f"S{second}"), second)
    assert len(found._options) < 2_000
    assert len(found._equities) < 2_000
    assert len(found._moves) < 2_000


def test_unreadable_contracts_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.stamping.MAX_CONTRACTS", 10)
    found = stamper()
    for number in range(25):
        found.stamp_option_print(trade(contract=f"odd {number}"), number)
    assert len(found._terms) <= 10


def test_a_market_that_never_closes_has_its_regular_session_at_night() -> None:
    night = OPEN + 14 * 3_600 * S  # 23:30 in New York
    always = msgspec.structs.replace(CHANGE, always_open=True)

    for capabilities, session in ((CHANGE, Session.CLOSED), (always, Session.REGULAR)):
        found = stamper(capabilities)
        option = found.stamp_option_print(trade(night), 1)
        equity = found.stamp_equity_print(share(night), 2)
        assert (option.session, equity.session) == (session, session)
        assert option.session_date == DAY.toordinal()
