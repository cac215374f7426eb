"""Running integer sums over the members of one session: one pass, one object."""

from collections.abc import Sequence

import msgspec

from flow.domain.conditions import PrintConditions
from flow.domain.events import PrintFlag, StampedPrint
from flow.domain.venues import counts_as_venue
from signals.engine.clusters import Held
from signals.engine.labels import label, security_type
from signals.engine.params import Params
from signals.engine.placement import Placement, QuoteState, Side, conditions_of, place
from signals.engine.sweeps import Fill

_SIDES, _STALE = len(Side), Side.STALE
_MINUTE_BAR = int(PrintFlag.MINUTE_BAR)
_UNTOLD = int(PrintFlag.CONDITIONS_UNKNOWN | PrintFlag.MINUTE_BAR)


class Tally(msgspec.Struct, gc=False):
    """Sums of one session. Weighted sums are in millionths of their unit."""

    size: int = 0
    max_print_size: int = 0
    value_micros: int = 0  # price times size
    premium_micros: int | None = 0
    sides: list[int] = []  # prints by Side
    side_sizes: list[int] = []  # contracts by Side
    buy_raw: int = 0
    sell_raw: int = 0
    buy_ppm: int = 0
    sell_ppm: int = 0
    premium_buy_ppm: int = 0
    premium_sell_ppm: int = 0
    position_size: int = 0
    position_sum: float = 0.0
    age_us: int = 0
    iso_count: int = 0
    iso_venues: set[int] = set()
    complex_count: int = 0
    complex_size: int = 0
    special_size: int = 0
    venues: dict[int, int] = {}  # size by venue
    codes: set[int] = set()
    untold_count: int = 0
    signal_count: int = 0
    signal_premium: int = 0
    fills: list[Fill] = []
    last_quoted: StampedPrint | None = None
    last_state: QuoteState = QuoteState.MISSING


def tally_members(held: Sequence[Held], underlying: str, params: Params) -> Tally:
    """Sum over the members of one session, sorted by (ts, uid), under one revision."""
    tally = Tally(sides=[0] * _SIDES, side_sizes=[0] * _SIDES)
    kind = security_type(underlying, params)
    for member in held:
        print_ = member.print
        conditions = conditions_of(print_)
        placement = place(print_, params, conditions)
        _add_amounts(tally, print_)
        _add_side(tally, print_, placement, conditions)
        _add_conditions(tally, print_, conditions)
        _add_fill(tally, print_, placement, conditions)
        if label(print_, placement, kind, params, conditions).passed:
            tally.signal_count += 1
            tally.signal_premium += print_.premium_micros or 0
    return tally


def _add_amounts(tally: Tally, print_: StampedPrint) -> None:
    size = print_.size
    tally.size += size
    tally.max_print_size = max(tally.max_print_size, size)
    tally.value_micros += print_.price_micros * size
    if tally.premium_micros is not None:
        premium = print_.premium_micros
        # One unknown premium makes the sum unknown: a part is not the whole.
        tally.premium_micros = None if premium is None else tally.premium_micros + premium


def _add_side(
    tally: Tally, print_: StampedPrint, placement: Placement, conditions: PrintConditions
) -> None:
    side, size = placement.side, print_.size
    tally.sides[side] += 1
    tally.side_sizes[side] += size
    if side > _STALE:
        tally.last_quoted, tally.last_state = print_, placement.quote_state
        tally.age_us += (print_.ts - (print_.quote_ts or print_.ts)) * size
    if placement.spread_pos is not None:
        tally.position_size += size
        tally.position_sum += placement.spread_pos * size
    weight = placement.confidence_ppm
    if placement.sign > 0:
        tally.buy_raw += size if conditions.cond_w > 0 else 0
        tally.buy_ppm += size * weight
        tally.premium_buy_ppm += (print_.premium_micros or 0) * weight
    elif placement.sign < 0:
        tally.sell_raw += size if conditions.cond_w > 0 else 0
        tally.sell_ppm += size * weight
        tally.premium_sell_ppm += (print_.premium_micros or 0) * weight


def _add_conditions(tally: Tally, print_: StampedPrint, conditions: PrintConditions) -> None:
    tally.codes.update(print_.conditions)
    if not print_.conditions and print_.flags & _UNTOLD:
        tally.untold_count += 1
    if conditions.is_special:
        tally.special_size += print_.size
    if conditions.is_complex:
        tally.complex_count += 1
        tally.complex_size += print_.size
    if conditions.is_iso:
        tally.iso_count += 1
        tally.iso_venues.add(print_.venue)
    if counts_as_venue(print_.venue):
        tally.venues[print_.venue] = tally.venues.get(print_.venue, 0) + print_.size


def _add_fill(
    tally: Tally, print_: StampedPrint, placement: Placement, conditions: PrintConditions
) -> None:
    """Keep what a sweep may be made of: never packages, auctions, crosses, or bars."""
    if conditions.never_sweeps or conditions.cond_w <= 0 or print_.flags & _MINUTE_BAR:
        return
    tally.fills.append(
        Fill(
            print_.ts,
            print_.size,
            print_.premium_micros or 0,
            placement.sign,
            print_.venue,
            conditions.is_iso,
        )
    )
