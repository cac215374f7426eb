"""Where a feed shows no off-exchange prints, inference says so: once a symbol and trade date.

Silence would look like a market in which nothing happens. Source: platform.md 2.2 (the free feed
carries exchange prints only: "surface this as a capability flag"); errata 5 (control entries).
"""

from flow.domain.events import StampedEquityPrint
from signals.engine.equities.dark import sentences
from signals.engine.equities.dark.evidence import entry_of, evidence_of
from signals.engine.equities.dark.output import DarkOutput, Telling, head_of
from signals.engine.equities.dark.state import Symbol
from signals.engine.equities.placement import place_equity
from signals.engine.rulings import Ruling

REASON = "no_off_exchange_prints"


def say_blind(symbol: Symbol, print_: StampedEquityPrint, ruling: Ruling, out: DarkOutput) -> None:
    """Tell that nothing can be inferred of a symbol today, at its first print with a mid."""
    placed = place_equity(print_, ruling.params)
    if placed.mid2 is None or symbol.blind_date == print_.session_date:
        return
    symbol.blind_date = print_.session_date
    out.tell(
        head_of("no_off_exchange_prints", print_.symbol, (print_.ts, print_.uid), ruling),
        evidence_of([entry_of(print_, placed, ruling.params)], 1),
        Telling(
            state="abstained",
            confidence=0.0,
            end_ts=print_.ts,
            features={"off_exchange": False},
            explanations=[sentences.blind()],
            mid2_end=None,
            reasons=(REASON,),
        ),
    )
