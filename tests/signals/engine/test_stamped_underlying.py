"""What ingest stamps of the underlying is what the engine uses: one rule for its age (errata 4)."""

from datetime import time

import pytest

from flow.domain.events import EquityQuote, OptionPrint, OptionQuote, PrintFlag, QuoteMode
from flow.domain.sessions import Calendar, SessionDay, at_new_york
from flow.domain.units import MILLISECOND_US
from ingest.feeds import Capabilities
from ingest.rings import STANDS_US
from ingest.stamping import Stamper
from signals.engine.params import PARAMETERS, Params
from signals.engine.pipeline import new_state, step
from signals.engine.records import Packet
from tests.support.engine_builders import AUTO, SPY_CALL, T0, TRADE_DATE, clock, ms

CALENDAR = Calendar(
    [
        SessionDay(
            TRADE_DATE, at_new_york(TRADE_DATE, time(9, 30)), at_new_york(TRADE_DATE, time(16))
        )
    ]
)


def test_age_limit_of_an_option_quote_can_be_tuned_as_far_as_ingest_remembers() -> None:
    (limit,) = [each for each in PARAMETERS if each.key == "nbbo_change_max_age_ms"]

    assert limit.maximum * MILLISECOND_US == STANDS_US


@pytest.mark.parametrize(
    ("mode", "used"), [(QuoteMode.CHANGE, True), (QuoteMode.SAMPLED, False)], ids=str
)
def test_quote_that_has_not_changed_for_seconds(mode: QuoteMode, used: bool) -> None:
    #  SPY quoted    feed alive    print
    #  ----|------------|------------|
    #     -3 s       -10 ms          0
    stamper = Stamper(Capabilities(quote_mode_options=mode, quote_mode_equities=mode), CALENDAR)
    stamper.saw_equity_quote(
        EquityQuote(ms(-3_000), b"e" * 16, "SPY", 450_490_000, 450_510_000, 1, 1), 1
    )
    stamper.saw_equity_quote(
        EquityQuote(ms(-10), b"f" * 16, "QQQ", 380_000_000, 380_010_000, 1, 1), 2
    )
    stamper.saw_option_quote(
        OptionQuote(ms(-1), b"q" * 16, SPY_CALL, 4_100_000, 4_200_000, 1, 1), 3
    )
    print_ = stamper.stamp_option_print(
        OptionPrint(T0, b"p" * 16, SPY_CALL, 4_200_000, 400, 3, (AUTO,)), 4
    )

    rows = step(new_state(calendar=CALENDAR), [print_, clock(5, ms(9_000))], Params())

    (found,) = [row.features for row in rows if isinstance(row, Packet)]
    assert bool(print_.flags & PrintFlag.SPOT_STALE) is not used
    assert found.underlying_mid == (450.5 if used else None)
    assert (found.otm_pct is not None, found.execution_iv is not None) == (used, used)
