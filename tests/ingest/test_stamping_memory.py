"""What a stamper remembers: the same after a restart, and no more with many contracts."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flow.domain.events import EquityQuote, MarketEvent, OptionPrint, OptionQuote
from ingest.stamping import Stamper
from ingest.synthetic_feed import ledger
from tests.support.stamping import OPEN, S, quote, spot, stamper, trade


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
