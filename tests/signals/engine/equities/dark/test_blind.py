"""A feed without off-exchange prints: inference abstains aloud (platform.md 2.2; errata 5)."""

from flow.domain.events import Control, StampedEquityPrint
from signals.engine.equities.dark.pipeline import decode_state, encode_state, new_state
from tests.signals.engine.equities.dark.support import events, printed, run
from tests.support.equity_builders import TRADE_DATE, at_ms, lit_print, unquoted_print

NONE = Control(1, "capability", at_ms(0), {"off_exchange": False})


def test_it_abstains_with_its_reason_once_a_symbol_and_trade_date() -> None:
    entries: list[StampedEquityPrint | Control] = [
        NONE,
        lit_print(seq=2, ts=at_ms(1_000)),
        lit_print(seq=3, ts=at_ms(2_000)),
        lit_print(seq=4, ts=at_ms(3_000), symbol="QQQ"),
        lit_print(seq=5, ts=at_ms(86_400_000), session_date=TRADE_DATE + 1),
    ]

    found = events(run(entries))

    told = [(e.symbol, e.ts, e.kind, e.state, e.reasons, e.direction) for e in found]
    kind, reason = "no_off_exchange_prints", ("no_off_exchange_prints",)
    assert told == [
        ("SPY", at_ms(1_000), kind, "abstained", reason, "unknown"),
        ("QQQ", at_ms(3_000), kind, "abstained", reason, "unknown"),
        ("SPY", at_ms(86_400_000), kind, "abstained", reason, "unknown"),
    ]
    assert {event.confidence for event in found} == {0.0}
    assert "carries no off-exchange prints" in found[0].explanations[0]["text"]


def test_a_symbol_without_any_quote_waits_for_one() -> None:
    first = unquoted_print(seq=2, ts=at_ms(1_000), off_exchange=False, venue=110)

    (event,) = events(run([NONE, first, lit_print(seq=3, ts=at_ms(2_000))]))

    assert (event.ts, event.mid_start_micros) == (at_ms(2_000), 500_000_000)


def test_a_feed_that_says_nothing_or_shows_one_is_believed() -> None:
    assert not events(run([lit_print()]))
    shown: list[StampedEquityPrint | Control] = [
        NONE,
        printed(2, 0, 500.02, 900),
        lit_print(seq=3, ts=at_ms(1_000)),
    ]
    assert not events(run(shown), "no_off_exchange_prints")


def test_a_restored_state_does_not_say_it_again() -> None:
    state = new_state()
    run([NONE, lit_print(seq=2)], state=state)

    again = decode_state(encode_state(state))

    assert not events(run([lit_print(seq=3, ts=at_ms(99_999_999))], state=again))
