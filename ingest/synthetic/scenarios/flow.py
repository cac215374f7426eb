"""Flow in one contract: packets of prints at one side, after the context that gives it a reason."""

from functools import partial
from typing import Literal

import msgspec

from flow.domain.contracts import Right
from flow.domain.units import SECOND_US
from ingest.synthetic.scenarios.draft import AUTO, ISO, LEAD_US, Draft
from ingest.synthetic.scenarios.ranges import Ranges
from ingest.synthetic.steps import (
    IvMove,
    Lean,
    OptionTrade,
    Place,
    SpotMove,
    WideQuotes,
)

Rest = Literal["mid", "other"]
_RIGHTS: tuple[Right, ...] = ("C", "P")
KEEP_US = 90 * SECOND_US  # how long a move stays before it goes back; guess
INTEREST_GAP_US = (2 * SECOND_US, 9 * SECOND_US)  # guess
# A share of the prints of a sweep trades through the quote that stood; guess.
THROUGH = 0.2
# Shares of the size: what is mixed and what leans.
MIXED, LEANS, HALF = 0.125, 0.2, 0.5


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """What kind of flow: the numbers come from `Ranges`.

    `right` None draws one. `side` is +1 bought, -1 sold, 0 in the middle. What is not at that side
    prints in the middle, or (`rest`) at the other side. `codes` are conditions to draw from.
    `one_venue` keeps all prints of a packet on one venue. `interest` is how many small prints of
    the contract, on both sides, come one by one before: a contract that is watched also trades.
    """

    right: Right | None = None
    side: int = 1
    rest: Rest = "mid"
    codes: tuple[int, ...] = (AUTO,)
    one_venue: bool = False
    interest: int = 0


def play(draft: Draft, ranges: Ranges, *, flow: Flow) -> None:
    """Write the context and the packets of a flow."""
    dice = draft.dice
    right: Right = flow.right if flow.right is not None else dice.pick(_RIGHTS)
    draft.direction = lean_of(flow, ranges, right)
    contract = draft.choose(
        ranges.dte, ranges.strike, right, ranges.least_micros, ranges.widest_bps
    )
    leg = draft.leg(contract)
    before = _interest(draft, leg, flow.interest)
    set_context(draft, ranges, leg=leg, lead_us=before + LEAD_US)
    at = before + LEAD_US + dice.whole((0, 2 * SECOND_US))
    for _ in range(dice.whole(ranges.packets)):
        if ranges.size[1]:
            total = dice.whole(ranges.size)
        else:
            total = draft.size_for(contract, dice.whole(ranges.premium_usd))
        at = _packet(draft, ranges, flow, leg=leg, total=total, at=at)
        at += dice.whole(ranges.apart_us)


def lean_of(flow: Flow, ranges: Ranges, right: Right) -> Lean:
    """Return which way a flow leans by what is played: unknown where its ranges leave that open.

    Of a flow on both sides the difference decides: up to an eighth of the size is mixed, from a
    fifth on it leans. Beside prints in the middle half of the size must be at one side.
    Source: platform.md 4.6 (the column of classes and directions); the figures are guesses.
    """
    least, most = ranges.side
    if not flow.side:
        return "unknown"
    if flow.rest == "other":
        least, most = 2 * least - 1, 2 * most - 1
        if max(abs(least), abs(most)) <= MIXED:
            return "mixed"
    if least < (LEANS if flow.rest == "other" else HALF):
        return "unknown"
    return "bullish" if (flow.side > 0) == (right == "C") else "bearish"


def set_context(
    draft: Draft,
    ranges: Ranges,
    *,
    leg: int | None,
    lead_us: int = LEAD_US,
) -> None:
    """Write what comes before the flow at `lead_us`: the move, volatility, quotes."""
    dice = draft.dice
    if any(ranges.move_bps):
        bps = dice.real(ranges.move_bps)
        over = dice.whole((25 * SECOND_US, 35 * SECOND_US))
        draft.add(SpotMove(at_us=lead_us - over, over_us=over, keep_us=KEEP_US, bps=bps))
    if any(ranges.iv_points):
        points = dice.real(ranges.iv_points)
        at = lead_us - 20 * SECOND_US
        draft.add(IvMove(at_us=at, over_us=15 * SECOND_US, keep_us=KEEP_US, points=points))
    if ranges.wide[1] != 1:
        factor = dice.real(ranges.wide)
        at = lead_us - 5 * SECOND_US
        draft.add(WideQuotes(at_us=at, for_us=90 * SECOND_US, factor=factor, leg=leg))


def _interest(draft: Draft, leg: int, count: int) -> int:
    """Write small prints one by one; return when they are over."""
    dice, at = draft.dice, 0
    for _ in range(count):
        at += dice.whole(INTEREST_GAP_US)
        place = dice.pick((Place.ASK, Place.BID))
        draft.trade(at, leg, dice.whole((1, 5)), place, draft.venue(), AUTO)
    return at


def _packet(draft: Draft, ranges: Ranges, flow: Flow, *, leg: int, total: int, at: int) -> int:
    """Write one packet from an instant on; return the instant of its last print."""
    dice = draft.dice
    count = min(dice.whole(ranges.prints), total)
    acting = max(1, round(count * dice.real(ranges.side)))
    share = total if acting == count else round(total * dice.real(ranges.side))
    sizes = [(size, True) for size in draft.split(max(acting, share), acting)]
    if acting < count:
        sizes += [(size, False) for size in draft.split(max(1, total - share), count - acting)]
    venues = [draft.venue()] * count if flow.one_venue else draft.venues(count)
    placed = dice.sample(sizes, len(sizes))
    for number, (size, acts) in enumerate(placed):
        if number:
            at += dice.whole(ranges.gap_us)
        code = dice.pick(flow.codes)
        draft.trade(at, leg, size, _place(draft, flow, code, acts=acts), venues[number], code)
    return at


def _place(draft: Draft, flow: Flow, code: int, *, acts: bool) -> Place:
    if not flow.side:
        return Place.MID
    if not acts and flow.rest == "mid":
        return Place.MID
    up = (flow.side > 0) == acts
    if acts and code == ISO and draft.dice.real((0.0, 1.0)) < THROUGH:
        return Place.ABOVE_ASK if up else Place.BELOW_BID
    return Place.ASK if up else Place.BID


def flow_of(**fields: object) -> "partial[None]":
    """Return the function that plays a flow."""
    return partial(play, flow=msgspec.convert(fields, Flow))


def first_print(draft: Draft) -> int:
    """Return the place of the first option print."""
    return next(n for n, step in enumerate(draft.steps) if isinstance(step, OptionTrade))
