"""Where a trade price stood against the quote of its moment. Pure function of the frozen stamp.

No joins here: the as-of quote was chosen once, at ingest (design, point 2).
"""

import enum
from dataclasses import dataclass
from typing import Annotated

import msgspec

from flow.domain.conditions import PrintConditions, read_conditions
from flow.domain.events import PrintFlag, QuoteMode, StampedPrint
from signals.engine.parameter import ParameterGroup, Tuned


@dataclass(frozen=True, kw_only=True)
class PlacementParams(ParameterGroup):
    """When a quote is too old or too wide to say much. Source: errata 4 and 23."""

    nbbo_max_age_ms: Annotated[
        int, Tuned("ms", 1, 60_000, "Sampled quote feeds: older than this is stale", "errata 4")
    ] = 1_500
    nbbo_silence_max_ms: Annotated[
        int,
        Tuned("ms", 1, 600_000, "Feeds of changes: a longer silence makes it stale", "errata 4"),
    ] = 1_000
    nbbo_change_max_age_ms: Annotated[
        int,
        Tuned("ms", 1_000, 900_000, "Feeds of changes: the oldest quote used", "errata 4"),
    ] = 900_000
    wide_spread_bps: Annotated[
        int, Tuned("bps", 1, 100_000, "A spread from here on is wide, if also 3 ticks", "errata 23")
    ] = 800
    equity_quote_max_age_ms: Annotated[
        int,
        Tuned("ms", 1, 600_000, "Sampled quotes of shares: too old for a side", "platform 2.1"),
    ] = 1_000


class Side(enum.IntEnum):
    """Place of the price against the quote. Permanent numbers."""

    MISSING = 0
    STALE = 1
    BB = 2  # below the bid
    B = 3
    MID = 4
    A = 5
    AA = 6  # above the ask


class QuoteState(enum.IntEnum):
    """What the quote itself looked like. Permanent numbers."""

    OK = 0
    LOCKED = 1
    CROSSED = 2
    ONE_SIDED = 3
    WIDE = 4
    MISSING = 5
    STALE = 6


class Placement(msgspec.Struct, frozen=True, gc=False):
    """The reading of one print. `confidence_ppm` is the confidence in millionths: exact sums."""

    side: Side
    sign: int
    confidence_ppm: int
    spread_pos: float | None
    quote_state: QuoteState

    @property
    def confidence(self) -> float:
        """Return how much the side is worth for inference, 0 to 1."""
        return self.confidence_ppm / 1_000_000


_NO_QUOTE = Placement(Side.MISSING, 0, 0, None, QuoteState.MISSING)
_OLD_QUOTE = Placement(Side.STALE, 0, 0, None, QuoteState.STALE)
_LOCKED = Placement(Side.MID, 0, 0, None, QuoteState.LOCKED)
_CROSSED = Placement(Side.MID, 0, 0, None, QuoteState.CROSSED)
# By Side. Tuples and module names, because hashing and looking up enum members is slow in CPython.
_SIGNS = (0, 0, -1, -1, 0, 1, 1)
_STALE_SIDE = Side.STALE
_BB, _B, _MID, _A, _AA = Side.BB, Side.B, Side.MID, Side.A, Side.AA
_OK, _ONE_SIDED, _WIDE = QuoteState.OK, QuoteState.ONE_SIDED, QuoteState.WIDE
_CHANGE = int(QuoteMode.CHANGE)
_DECIDING = (_CHANGE, int(QuoteMode.SAMPLED))

FRESH_AGE_MS = 100  # no loss of confidence below it; source: options-engine.md 7.3, age_w
PENNY_LIMIT_MICROS = 3_000_000
PENNY_MICROS, NICKEL_MICROS = 10_000, 50_000
_NEVER_WIDE_MICROS = 2 * PENNY_MICROS  # so much is narrow at any price
_UNTOLD = int(PrintFlag.CONDITIONS_UNKNOWN | PrintFlag.MINUTE_BAR)  # flag arithmetic is slow


def place(
    print_: StampedPrint, params: PlacementParams, conditions: PrintConditions | None = None
) -> Placement:
    """Place a print against its own as-of quote.

    Shape: one print; the quote is part of it. `conditions` spares reading them twice.
    Missing: no quote, an indicative one or no ask gives MISSING; one too old gives STALE.
    Source: options-engine.md 7.3, golden G2; age rule of errata 4, width of errata 23.
    """
    bid, ask = print_.bid_micros, print_.ask_micros
    if bid is None or ask is None or ask <= 0 or print_.quote_ts is None:
        return _NO_QUOTE
    if print_.quote_mode not in _DECIDING:
        return _NO_QUOTE
    if is_stale(print_, params):
        return _OLD_QUOTE
    if bid >= ask:
        return _LOCKED if bid == ask else _CROSSED
    return _place_two_sided(print_, bid, ask, params, conditions or conditions_of(print_))


def is_placed_alike(
    print_: StampedPrint, before: StampedPrint, placed: Placement, params: PlacementParams
) -> bool:
    """Return whether a print is placed as another one of the same conditions was.

    An order that takes several venues prints at one price against one quote. Only with a feed that
    sends every change: with a sampled one the confidence hangs on the age.
    """
    return (
        print_.price_micros == before.price_micros
        and print_.bid_micros == before.bid_micros
        and print_.ask_micros == before.ask_micros
        and print_.quote_mode == before.quote_mode == _CHANGE
        and placed.side > _STALE_SIDE
        and not is_stale(print_, params)
    )


def is_stale(print_: StampedPrint, params: PlacementParams) -> bool:
    """Return whether the print's quote is too old to decide a side.

    A feed that sends every change: its quote stands while the feed is alive. A sampled feed: age is
    staleness.
    """
    age_us = print_.ts - (print_.quote_ts or 0)
    if print_.quote_mode == _CHANGE:
        silence_us = print_.quote_silence_us or 0
        if silence_us > params.nbbo_silence_max_ms * 1_000:
            return True
        return age_us > params.nbbo_change_max_age_ms * 1_000
    return age_us > params.nbbo_max_age_ms * 1_000


def conditions_of(print_: StampedPrint) -> PrintConditions:
    """Return what the conditions of a print say, knowing whether its feed carries any."""
    codes = print_.conditions
    return read_conditions(codes, not codes and print_.flags & _UNTOLD != 0)


def _place_two_sided(
    print_: StampedPrint,
    bid: int,
    ask: int,
    params: PlacementParams,
    conditions: PrintConditions,
) -> Placement:
    price, spread = print_.price_micros, ask - bid
    side = _A if price == ask else _B if price == bid else side_of(price, bid, ask)
    one_sided = bid == 0
    wide = spread > _NEVER_WIDE_MICROS and is_wide(bid, ask, params)
    state = _ONE_SIDED if one_sided else _WIDE if wide else _OK
    if side is _MID:
        return Placement(side, 0, 0, (price - bid) / spread, state)
    confidence = conditions.cond_w
    if print_.quote_mode != _CHANGE:
        confidence *= age_weight(print_, params)
    if (side is _AA or side is _BB) and not conditions.is_iso:
        confidence *= 0.7  # through the quote without a sweep order: usually quote lag
    if wide:
        confidence *= width_weight(bid, ask, params)
    if one_sided and side is _B:
        confidence *= 0.5
    inside = price - bid
    position = 0.0 if inside <= 0 else 1.0 if inside >= spread else inside / spread
    return Placement(side, _SIGNS[side], int(confidence * 1_000_000 + 0.5), position, state)


def side_of(price: int, bid: int, ask: int) -> Side:
    """Return the side for a quote with bid below ask; tolerance is a twentieth of the spread.

    Whole numbers throughout (times 20), so equality is exact and A and B cannot overlap.
    """
    tolerance = ask - bid
    above, over = 20 * (price - ask), 20 * (price - bid)
    if above >= -tolerance:
        return _AA if above > tolerance else _A
    if over <= tolerance:
        return _BB if over < -tolerance else _B
    return _MID


def spread_bps(bid: int, ask: int) -> float:
    """Return the spread in basis points of the mid; a negative spread counts as 0."""
    return max(0, ask - bid) * 20_000 / (ask + bid)


def is_wide(bid: int, ask: int, params: PlacementParams) -> bool:
    """Return whether the spread is wide: many basis points AND more than two ticks (errata 23)."""
    spread, mid2 = ask - bid, bid + ask
    if spread * 20_000 < params.wide_spread_bps * mid2:
        return False
    return spread > 2 * (PENNY_MICROS if mid2 // 2 < PENNY_LIMIT_MICROS else NICKEL_MICROS)


def width_weight(bid: int, ask: int, params: PlacementParams) -> float:
    """Return the weight of a wide quote, 1 down to a quarter (options-engine.md 7.3)."""
    return max(0.25, 1 - 0.75 * (spread_bps(bid, ask) - params.wide_spread_bps) / 2_400)


def age_weight(print_: StampedPrint, params: PlacementParams) -> float:
    """Return the weight of a quote's age: only sampled feeds lose confidence with it."""
    if print_.quote_mode == _CHANGE or print_.quote_ts is None:
        return 1.0
    age_ms = (print_.ts - print_.quote_ts) / 1_000
    if age_ms <= FRESH_AGE_MS or params.nbbo_max_age_ms <= FRESH_AGE_MS:
        return 1.0
    return 1 - 0.5 * (age_ms - FRESH_AGE_MS) / (params.nbbo_max_age_ms - FRESH_AGE_MS)
