"""What scenes do to the market at an instant: moves, impact, silence, spreads, halts.

SpotMove      __________            impact of aggressive trades: signed notional of the last
         ____/          \\____      30 s, fading in a straight line, by the square-root law
         over   keep   over
"""

from bisect import bisect_left

from ingest.synthetic.chains import line_of
from ingest.synthetic.config import BEAT_US, QUOTE_WINDOW_US
from ingest.synthetic.exact import sqrt
from ingest.synthetic.steps import (
    EquityTrade,
    Halt,
    IvMove,
    OptionTrade,
    Place,
    QuoteOutage,
    Scene,
    SpotMove,
    WideQuotes,
)
from ingest.synthetic.universe import Listing

IMPACT_US = 30_000_000
# Impact of a notional Q on a symbol with daily volatility s and daily turnover V is Y s root(Q/V).
# Source: square-root law, Y about one (Bouchaud, Farmer, Lillo 2009).
_Y = 1.0
# A million dollars of aggressive premium lifts its strike by two volatility points (guess).
_IV_POINTS, _IV_PREMIUM, _IV_MOST = 0.02, 1_000_000.0, 0.15
HEDGED = 0.3  # share of the delta that market makers hedge at once (guess)
_SIDE = {Place.ABOVE_ASK: 1, Place.ASK: 1, Place.MID: 0, Place.BID: -1, Place.BELOW_BID: -1}


class Effects:
    """All that scenes do to one symbol during one beat."""

    __slots__ = (
        "halted", "is_moved", "line_points", "notional", "points", "premiums", "quoted", "shift",
        "silent", "silent_contracts", "spread", "spreads",
    )  # fmt: skip

    def __init__(self) -> None:
        """Start with a market that nothing disturbs."""
        self.shift = 0.0  # share of the price
        self.points = 0.0
        self.line_points: dict[str, float] = {}  # by strike and expiry
        self.notional = 0.0  # signed dollars of the last 30 s
        self.premiums: dict[str, float] = {}  # signed dollars, by strike and expiry
        self.spread = 1.0
        self.spreads: dict[str, float] = {}
        self.silent = False
        self.silent_contracts: set[str] = set()
        self.halted = False
        self.quoted: list[str] = []  # contracts of the scenes: quoted while these last
        self.is_moved = False

    def price_factor(self, listing: Listing, background: float = 0.0) -> float:
        """Return what the path's price is multiplied by. Units: signed dollars of others' flow."""
        return max(0.5, 1.0 + self.shift + impact_of(listing, self.notional + background))

    def iv_points(self, line: str, background: float = 0.0) -> float:
        """Return the volatility points on top of the surface for one strike and expiry.

        What buys a call lifts the put beside it, or one could trade the two against the stock.
        """
        points = self.points + self.line_points.get(line, 0.0)
        return points + iv_impact_of(self.premiums.get(line, 0.0) + background)


def impact_of(listing: Listing, notional: float) -> float:
    """Return by which share of its price signed dollars of aggressive flow move a symbol."""
    if not notional:
        return 0.0
    impact = _Y * listing.volatility * sqrt(abs(notional) / (listing.adv * listing.price))
    return impact if notional > 0 else -impact


def iv_impact_of(premium: float) -> float:
    """Return by how many volatility points signed dollars of premium move a line."""
    if not premium:
        return 0.0
    points = min(_IV_MOST, _IV_POINTS * sqrt(abs(premium) / _IV_PREMIUM))
    return points if premium > 0 else -points


class Actor:
    """One scene, arranged by time."""

    __slots__ = ("_trade_times", "effects", "scene", "trades")

    def __init__(self, scene: Scene) -> None:
        """Part the steps that trade from those that last."""
        self.scene = scene
        kinds = SpotMove | IvMove | QuoteOutage | WideQuotes | Halt
        self.effects = [step for step in scene.steps if isinstance(step, kinds)]
        trades = [step for step in scene.steps if isinstance(step, OptionTrade | EquityTrade)]
        self.trades = sorted(
            (step for step in trades if _SIDE[step.place]), key=lambda step: step.at_us
        )
        self._trade_times = [scene.start_us + step.at_us for step in self.trades]

    def add_to(self, effects: Effects, ts_us: int, spot: float) -> None:
        """Add what this scene does at an instant; what trades at that instant counts later."""
        scene = self.scene
        effects.is_moved = True
        if scene.start_us - BEAT_US <= ts_us <= scene.start_us + scene.length_us:
            effects.quoted.extend(scene.contracts)
        for step in self.effects:
            self._add_step(effects, step, ts_us - scene.start_us - step.at_us)
        first = bisect_left(self._trade_times, ts_us - IMPACT_US)
        last = bisect_left(self._trade_times, ts_us)
        for at, trade in zip(self._trade_times[first:last], self.trades[first:last], strict=True):
            self._add_trade(effects, trade, 1.0 - (ts_us - at) / IMPACT_US, spot)

    def _add_step(
        self,
        effects: Effects,
        step: SpotMove | IvMove | QuoteOutage | WideQuotes | Halt,
        since_us: int,
    ) -> None:
        contracts = self.scene.contracts
        if isinstance(step, SpotMove):
            effects.shift += step.bps * 1e-4 * _ramp(step.over_us, step.keep_us, since_us)
        elif isinstance(step, IvMove):
            points = step.points * _ramp(step.over_us, step.keep_us, since_us)
            if step.leg is None:
                effects.points += points
            else:
                line = line_of(contracts[step.leg])
                effects.line_points[line] = effects.line_points.get(line, 0.0) + points
        elif not -_margin_us(step) < since_us < step.for_us:
            return
        elif isinstance(step, Halt):
            effects.halted = True
        elif isinstance(step, WideQuotes):
            if step.leg is None:
                effects.spread *= step.factor
            else:
                effects.spreads[contracts[step.leg]] = step.factor
        elif step.leg is None:
            effects.silent = True
        else:
            effects.silent_contracts.add(contracts[step.leg])

    def _add_trade(
        self, effects: Effects, trade: OptionTrade | EquityTrade, weight: float, spot: float
    ) -> None:
        signed = trade.size * _SIDE[trade.place] * weight
        if isinstance(trade, EquityTrade):
            if not trade.off_exchange:  # what is hidden moves nothing
                effects.notional += signed * spot
            return
        text = self.scene.contracts[trade.leg]
        direction = 1 if text.endswith("C") else -1
        effects.notional += HEDGED * 0.5 * direction * signed * 100 * spot
        # Premium is not known before pricing: one percent of the spot stands for it (guess).
        premium = signed * spot
        line = line_of(text)
        effects.premiums[line] = effects.premiums.get(line, 0.0) + premium


def _margin_us(step: QuoteOutage | WideQuotes | Halt) -> int:
    """Return how far before its beginning a step is felt: in the beat that it begins in.

    Prints follow a beat into the next one until their instrument is quoted anew; none may follow
    into a halt.
    """
    return BEAT_US + QUOTE_WINDOW_US if isinstance(step, Halt) else BEAT_US


def _ramp(over_us: int, keep_us: int, since_us: int) -> float:
    """Return how much of a move is in force so long after its beginning."""
    if since_us <= 0:
        return 0.0
    if since_us < over_us:
        return since_us / over_us
    back = since_us - over_us - keep_us
    if back <= 0:
        return 1.0
    return 1.0 - back / over_us if back < over_us else 0.0
