"""Running integer sums over the members of one session: one pass, one object."""

from collections.abc import Sequence

from flow.domain.conditions import PrintConditions
from flow.domain.events import PrintFlag, StampedPrint
from flow.domain.venues import counts_as_venue
from signals.engine.labels import label, security_type
from signals.engine.params import Params
from signals.engine.placement import Placement, QuoteState, Side, conditions_of, place
from signals.engine.sweeps import Fill

_SIDES, _STALE = len(Side), Side.STALE
_MINUTE_BAR = int(PrintFlag.MINUTE_BAR)
_UNTOLD = int(PrintFlag.CONDITIONS_UNKNOWN | PrintFlag.MINUTE_BAR)


class Tally:
    """Sums of one session. Weighted sums are in millionths of their unit."""

    __slots__ = (
        "age_us", "buy_ppm", "buy_raw", "codes", "complex_count", "complex_size", "fills",
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
        self.fills: list[Fill] = []
        self.reads: list[tuple[StampedPrint, Placement, PrintConditions]] = []
        self.last_quoted: StampedPrint | None = None
        self.last_state = QuoteState.MISSING


def tally_members(members: Sequence[StampedPrint], underlying: str, params: Params) -> Tally:
    """Sum over the members of one session, sorted by (ts, uid), under one revision."""
    tally = Tally()
    kind = security_type(underlying, params)
    for print_ in members:
        conditions = conditions_of(print_)
        placement = place(print_, params, conditions)
        tally.reads.append((print_, placement, conditions))
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
