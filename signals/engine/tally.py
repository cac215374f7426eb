"""Running integer sums over the members of one session: one pass, one object."""

from collections.abc import Sequence

from flow.domain.conditions import PrintConditions
from flow.domain.events import PrintFlag, StampedPrint
from flow.domain.securities import SecurityType
from flow.domain.venues import COUNTED_VENUES
from signals.engine.labels import label, least_passing, security_type
from signals.engine.params import Params
from signals.engine.placement import (
    Placement,
    QuoteState,
    Side,
    conditions_of,
    is_placed_alike,
    place,
)
from signals.engine.sweeps import Fill

_SIDES, _STALE = len(Side), Side.STALE
_MINUTE_BAR = int(PrintFlag.MINUTE_BAR)
_UNTOLD = int(PrintFlag.CONDITIONS_UNKNOWN | PrintFlag.MINUTE_BAR)


class Tally:
    """Sums of one session. Weighted sums are in millionths of their unit."""

    __slots__ = (
        "age_us", "buy_ppm", "buy_raw", "codes", "complex_count", "complex_size",
        "iso_count", "iso_venues", "last_quoted", "last_state", "max_print_size", "position_size",
        "position_sum", "premium_buy_ppm", "premium_micros", "premium_sell_ppm", "reads",
        "sell_ppm", "sell_raw", "side_sizes", "sides", "signal_count", "signal_premium", "size",
        "special_size", "untold_count", "value_micros", "venues",
    )  # fmt: skip

    def __init__(self) -> None:
        self.size = 0
        self.max_print_size = 0
        self.value_micros = 0  # price times size
        self.premium_micros: int | None = 0
        self.sides = [0] * _SIDES  # prints by Side
        self.side_sizes = [0] * _SIDES  # contracts by Side
        self.buy_raw = 0
        self.sell_raw = 0
        self.buy_ppm = 0
        self.sell_ppm = 0
        self.premium_buy_ppm = 0
        self.premium_sell_ppm = 0
        self.position_size = 0
        self.position_sum = 0.0
        self.age_us = 0
        self.iso_count = 0
        self.iso_venues: set[int] = set()
        self.complex_count = 0
        self.complex_size = 0
        self.special_size = 0
        self.venues: dict[int, int] = {}  # size by venue
        self.codes: set[int] = set()
        self.untold_count = 0
        self.signal_count = 0
        self.signal_premium = 0
        self.reads: list[tuple[StampedPrint, Placement, PrintConditions]] = []
        self.last_quoted: StampedPrint | None = None
        self.last_state = QuoteState.MISSING


def tally_members(members: Sequence[StampedPrint], underlying: str, params: Params) -> Tally:
    """Sum over the members of one session, sorted by place, under one revision."""
    tally = Tally()
    _add_amounts(tally, members, params)
    _add_sides(tally)
    least = least_passing(params)
    if tally.premium_micros is None or tally.premium_micros >= least:  # else no part of it passes
        _add_labels(tally, security_type(underlying, params), least, params)
    return tally


def _add_amounts(tally: Tally, members: Sequence[StampedPrint], params: Params) -> None:
    """Read every member once: its conditions, its placement, and how much it is."""
    size = value = 0
    premium: int | None = 0
    venues, reads = tally.venues, tally.reads
    before: StampedPrint | None = None
    for print_ in members:
        contracts, venue, codes = print_.size, print_.venue, print_.conditions
        if before is None or codes != before.conditions or not codes:
            conditions = conditions_of(print_)
            tally.codes.update(codes)
            placement = place(print_, params, conditions)
        elif not is_placed_alike(print_, before, placement, params):
            placement = place(print_, params, conditions)
        before = print_
        reads.append((print_, placement, conditions))
        size += contracts
        value += print_.price_micros * contracts
        paid = print_.premium_micros
        # One unknown premium makes the sum unknown: a part is not the whole.
        premium = None if premium is None or paid is None else premium + paid
        venues[venue] = venues.get(venue, 0) + contracts
        if not codes or not conditions.is_plain:
            _add_conditions(tally, print_, conditions)
    tally.size, tally.value_micros, tally.premium_micros = size, value, premium
    tally.max_print_size = max([print_.size for print_ in members])
    if not venues.keys() <= COUNTED_VENUES:
        tally.venues = {each: venues[each] for each in venues if each in COUNTED_VENUES}


def _add_conditions(tally: Tally, print_: StampedPrint, conditions: PrintConditions) -> None:
    if not print_.conditions and print_.flags & _UNTOLD:
        tally.untold_count += 1
    if conditions.is_special:
        tally.special_size += print_.size
    if conditions.is_complex:
        tally.complex_count += 1
        tally.complex_size += print_.size
    if conditions.is_iso:
        tally.iso_count += 1
        if print_.venue in COUNTED_VENUES:
            tally.iso_venues.add(print_.venue)


def _add_sides(tally: Tally) -> None:
    """Add where each member stood against its quote, and what took a side.

    What took a side counts bare, and weighted by the confidence that it did.
    """
    sides, side_sizes = tally.sides, tally.side_sizes
    age_us = position_size = buy_ppm = sell_ppm = premium_buy_ppm = premium_sell_ppm = 0
    position_sum = 0.0
    quoted: StampedPrint | None = None
    state = QuoteState.MISSING
    for print_, placement, conditions in tally.reads:
        side, size = placement.side, print_.size
        sides[side] += 1
        side_sizes[side] += size
        if side <= _STALE:
            continue
        quoted, state = print_, placement.quote_state
        age_us += (print_.ts - (print_.quote_ts or print_.ts)) * size
        position, sign = placement.spread_pos, placement.sign
        if position is not None:
            position_size += size
            position_sum += position * size
        if not sign:
            continue
        weight, bare = placement.confidence_ppm, size if conditions.cond_w > 0 else 0
        if sign > 0:
            tally.buy_raw += bare
            buy_ppm += size * weight
            premium_buy_ppm += (print_.premium_micros or 0) * weight
        else:
            tally.sell_raw += bare
            sell_ppm += size * weight
            premium_sell_ppm += (print_.premium_micros or 0) * weight
    tally.age_us, tally.last_quoted, tally.last_state = age_us, quoted, state
    tally.position_size, tally.position_sum = position_size, position_sum
    tally.buy_ppm, tally.premium_buy_ppm = buy_ppm, premium_buy_ppm
    tally.sell_ppm, tally.premium_sell_ppm = sell_ppm, premium_sell_ppm


def _add_labels(tally: Tally, kind: SecurityType, least: int, params: Params) -> None:
    count = premium = 0
    for print_, placement, conditions in tally.reads:
        paid = print_.premium_micros or 0
        if paid >= least and label(print_, placement, kind, params, conditions).passed:
            count += 1
            premium += paid
    tally.signal_count, tally.signal_premium = count, premium


def fills_of(tally: Tally) -> list[Fill]:
    """Return what a sweep may be made of: never packages, auctions, crosses, or bars."""
    return [
        Fill(
            print_.ts,
            print_.size,
            print_.premium_micros or 0,
            placement.sign,
            print_.venue,
            conditions.is_iso,
        )
        for print_, placement, conditions in tally.reads
        if not conditions.never_sweeps and conditions.cond_w > 0 and not print_.flags & _MINUTE_BAR
    ]
