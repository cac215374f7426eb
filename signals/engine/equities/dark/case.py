"""One off-exchange print with all that using it needs, handed from the step to blocks and sides."""

from flow.domain.events import StampedEquityPrint
from signals.engine.equities.dark.output import DarkOutput
from signals.engine.equities.dark.state import DarkState, Symbol
from signals.engine.equities.placement import EquityPlacement
from signals.engine.rulings import Ruling


class DarkCase:
    """One print, its place, its symbol, and the revision in force when it came."""

    __slots__ = ("out", "placed", "print", "ruling", "state", "symbol")

    def __init__(
        self,
        print_: StampedEquityPrint,
        placed: EquityPlacement,
        *,
        state: DarkState,
        symbol: Symbol,
        ruling: Ruling,
        out: DarkOutput,
    ) -> None:
        """Take what belongs together for this one print."""
        self.print = print_
        self.placed = placed
        self.state = state
        self.symbol = symbol
        self.ruling = ruling
        self.out = out
