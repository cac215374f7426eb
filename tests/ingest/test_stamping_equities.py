"""What an equity print carries of the market that it printed in."""

from flow.domain.events import PrintFlag, QuoteMode, StampedEquityPrint
from flow.domain.sessions import Session
from tests.support.stamping import DAY, NOON, S, share, spot, stamper


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
