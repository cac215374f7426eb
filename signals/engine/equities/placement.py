"""Where a stock's trade price stood against the quote of its moment. Pure function of the stamp.

No joins here: the as-of quote was chosen once, at ingest (design, point 2). Prices are integer
micro-dollars, so equality with a band's edge is exact.
"""

import enum
from dataclasses import dataclass
from typing import Annotated

import msgspec

from flow.domain.events import QuoteMode, StampedEquityPrint
from flow.domain.units import MILLISECOND_US, SECOND_US
from signals.engine.parameter import Tuned
from signals.engine.placement import FRESH_AGE_MS, PlacementParams, QuoteState


@dataclass(frozen=True, kw_only=True)
class EquityPlacementParams(PlacementParams):
    """When the quote of a stock is too old. Source: platform errata 39; the age is a guess."""

    equity_quote_half_age_ms: Annotated[
        int,
        Tuned(
            "ms", 1, 86_400_000,
            "Feeds of changes: a quote this much older than fresh is worth half", "guess",
        ),
    ] = 60_000  # fmt: skip


class EquitySide(enum.IntEnum):
    """Place of the price against the quote; 0 to 6 as `placement.Side`. Permanent numbers."""

    MISSING = 0
    STALE = 1
    BB = 2  # below the bid
    B = 3
    MID = 4
    A = 5
    AA = 6  # above the ask
    LATE = 7  # reported so late that no quote of its moment is known


class EquityPlacement(msgspec.Struct, frozen=True, gc=False):
    """The reading of one print. `confidence_ppm` is that of its place, in millionths.

    Units: `mid2` is bid + ask in micro-dollars, twice the mid; `age_us` is the quote's age when the
    print was executed, where that is told, else when it was reported.
    Missing: `mid2` and `spread_micros` are None without two usable sides, `age_us` without a quote.
    """

    side: EquitySide
    sign: int
    confidence_ppm: int
    quote_state: QuoteState
    mid2: int | None = None
    spread_micros: int | None = None
    age_us: int | None = None
    is_price_improved: bool = False

    @property
    def is_locked(self) -> bool:
        """Return whether bid and ask were equal: then the place says nothing of the aggressor."""
        return self.quote_state is QuoteState.LOCKED


# FINRA Rule 6380A(a): off-exchange trades are reported within 10 s of execution (errata 41).
LATE_REPORT_US = 10 * SECOND_US
# Regulation NMS, Rule 612: prices from a dollar on are quoted in whole cents, below it in
# hundredths of a cent.
DOLLAR_MICROS = 1_000_000
CENT_MICROS, SUBPENNY_TICK_MICROS = 10_000, 100
# Fractions of a cent that retail wholesalers print at, midpoints left out. Source: Boehmer, Jones,
# Zhang, Zhang (2021), Tracking Retail Investor Activity, Journal of Finance 76; platform.md D10.
_IMPROVED_BELOW, _IMPROVED_ABOVE = 4_000, 6_000
_MISSING, _STALE, _LATE = EquitySide.MISSING, EquitySide.STALE, EquitySide.LATE
_BB, _B, _MID, _A, _AA = EquitySide.BB, EquitySide.B, EquitySide.MID, EquitySide.A, EquitySide.AA
_SIGNS = (0, 0, -1, -1, 0, 1, 1, 0)
_CHANGE, _SAMPLED = int(QuoteMode.CHANGE), int(QuoteMode.SAMPLED)
_PPM = 1_000_000
_TWENTIETHS_OF_A_CENT = 20 * CENT_MICROS


def place_equity(print_: StampedEquityPrint, params: EquityPlacementParams) -> EquityPlacement:
    """Place a stock print against its own as-of quote.

    Shape: one print; the quote is part of it.
    Missing: no quote, an indicative, one-sided or crossed one gives MISSING with its state; one too
    old gives STALE; a report more than 10 s after its execution gives LATE.
    Source: platform.md 2.1 BETTER, golden G1; errata 20, 21, 39, 41.
    """
    improved = is_price_improved(print_.price_micros)
    if is_late_report(print_):
        return EquityPlacement(_LATE, 0, 0, QuoteState.MISSING, is_price_improved=improved)
    bid, ask, quote_ts = print_.bid_micros, print_.ask_micros, print_.quote_ts
    if quote_ts is None or print_.quote_mode not in (_CHANGE, _SAMPLED):
        return EquityPlacement(_MISSING, 0, 0, QuoteState.MISSING, is_price_improved=improved)
    age_us = joined_at(print_) - quote_ts
    state, side, confidence = QuoteState.OK, _MISSING, 0
    if bid is None or ask is None or bid <= 0 or ask <= 0:
        return EquityPlacement(_MISSING, 0, 0, QuoteState.ONE_SIDED, None, None, age_us, improved)
    if ask < bid:
        return EquityPlacement(_MISSING, 0, 0, QuoteState.CROSSED, None, None, age_us, improved)
    if is_quote_old(print_, age_us, params):
        return EquityPlacement(_STALE, 0, 0, QuoteState.STALE, None, None, age_us, improved)
    if ask == bid:
        price = print_.price_micros
        state, side = QuoteState.LOCKED, _MID if price == bid else _AA if price > ask else _BB
    else:
        side = side_of(print_.price_micros, bid, ask)
        confidence = quote_confidence_ppm(print_, age_us, params)
    return EquityPlacement(
        side,
        _SIGNS[side] if confidence else 0,
        confidence,
        state,
        bid + ask,
        ask - bid,
        age_us,
        improved,
    )


def side_of(price: int, bid: int, ask: int) -> EquitySide:
    """Return the side for a quote with bid below ask, in micro-dollars.

    The tolerance is a cent or a twentieth of the spread, whichever is more, but a quarter of the
    spread at most: so the bands of bid and ask never meet. Whole numbers throughout (times 20).
    Source: platform.md 2.1 BETTER.
    """
    spread = ask - bid
    tolerance = min(max(_TWENTIETHS_OF_A_CENT, spread), 5 * spread)
    price, bid, ask = 20 * price, 20 * bid, 20 * ask
    if price >= ask - tolerance:
        return _AA if price > ask + tolerance else _A
    if price <= bid + tolerance:
        return _BB if price < bid - tolerance else _B
    return _MID


def mid2_of(print_: StampedEquityPrint, params: EquityPlacementParams) -> int | None:
    """Return twice the mid of the print's quote in micro-dollars, a locked one included.

    Missing: None where `place_equity` would not place the print. The short way for lit prints.
    """
    bid, ask, quote_ts = print_.bid_micros, print_.ask_micros, print_.quote_ts
    if bid is None or ask is None or quote_ts is None or not 0 < bid <= ask:
        return None
    if print_.quote_mode not in (_CHANGE, _SAMPLED) or is_late_report(print_):
        return None
    return None if is_quote_old(print_, joined_at(print_) - quote_ts, params) else bid + ask


def is_late_report(print_: StampedEquityPrint) -> bool:
    """Return whether the print was reported more than 10 s after its execution."""
    exec_ts = print_.exec_ts
    return exec_ts is not None and print_.ts - exec_ts > LATE_REPORT_US


def joined_at(print_: StampedEquityPrint) -> int:
    """Return the instant whose quote the stamp carries: the execution, else the report."""
    exec_ts = print_.exec_ts
    return print_.ts if exec_ts is None or exec_ts > print_.ts else exec_ts


def is_quote_old(print_: StampedEquityPrint, age_us: int, params: EquityPlacementParams) -> bool:
    """Return whether the quote is too old to decide a side.

    A feed that sends every change: its quote stands while the feed is alive. A sampled or silent
    feed: age is staleness. Source: errata 39.
    """
    if _is_alive(print_, params):
        return age_us > params.nbbo_change_max_age_ms * MILLISECOND_US
    return age_us > params.equity_quote_max_age_ms * MILLISECOND_US


def _is_alive(print_: StampedEquityPrint, params: EquityPlacementParams) -> bool:
    silence_us = print_.quote_silence_us or 0
    return (
        print_.quote_mode == _CHANGE and silence_us <= params.nbbo_silence_max_ms * MILLISECOND_US
    )


def quote_confidence_ppm(
    print_: StampedEquityPrint, age_us: int, params: EquityPlacementParams
) -> int:
    """Return what a quote's age leaves of the confidence in a place, in millionths.

    Sampled or silent feeds lose it evenly, down to a half at the limit; a living feed of changes
    loses a half per `equity_quote_half_age_ms`, slower and slower. Source: errata 39; the shapes
    are guesses (options-engine.md 7.3, age_w, for the first).
    """
    limit_us = params.equity_quote_max_age_ms * MILLISECOND_US
    if _is_alive(print_, params):
        half_us = params.equity_quote_half_age_ms * MILLISECOND_US
        return _PPM * half_us // (half_us + max(0, age_us - limit_us))
    fresh_us = FRESH_AGE_MS * MILLISECOND_US
    if age_us <= fresh_us or limit_us <= fresh_us:
        return _PPM
    return _PPM - _PPM * (age_us - fresh_us) // (2 * (limit_us - fresh_us))


def is_price_improved(price_micros: int) -> bool:
    """Return whether the fraction of a cent looks like a retail wholesaler's price improvement.

    Missing: below a dollar stocks are quoted in fractions of a cent, so nothing is told: False.
    """
    fraction = price_micros % CENT_MICROS
    return price_micros >= DOLLAR_MICROS and (
        0 < fraction < _IMPROVED_BELOW or fraction > _IMPROVED_ABOVE
    )


def tick_micros(price_micros: int) -> int:
    """Return the smallest step in which a stock of this price is quoted, in micro-dollars."""
    return CENT_MICROS if price_micros >= DOLLAR_MICROS else SUBPENNY_TICK_MICROS


def move_bps(from_mid2: int, to_mid2: int) -> float:
    """Return the change of a mid in basis points, four places; never a negative zero."""
    return round((to_mid2 - from_mid2) * 10_000 / from_mid2, 4) + 0.0
