"""What kind of trade a print is: sweep, block, split, large or regular, once its packet is final.

SWEEP > BLOCK > SPLIT > LARGE > REGULAR          the first that holds
"""

from collections import deque
from collections.abc import Sequence
from typing import Literal

from flow.domain.condition_table import Family
from flow.domain.conditions import PrintConditions
from flow.domain.events import PrintFlag, StampedPrint
from signals.engine.flow_params import FlowParams, TradeTypeParams
from signals.engine.placement import Placement

__all__ = [
    "Averages",
    "BlockMechanism",
    "FlowParams",
    "Read",
    "SavedAverages",
    "TradeType",
    "block_mechanism",
    "count_blocks",
    "is_block",
    "trade_type_of",
    "types_of",
]

TradeType = Literal["SWEEP", "BLOCK", "SPLIT", "LARGE", "REGULAR"]
BlockMechanism = Literal["auction", "cross", "floor", "auto", "complex", "unknown"]
# One member of a final packet with what its tally read of it (signals/engine/tally.py).
Read = tuple[StampedPrint, Placement, PrintConditions]
# The trade date, and by underlying the sizes of its newest prints, oldest first.
SavedAverages = tuple[int, dict[str, list[int]]]

_MINUTE_BAR = int(PrintFlag.MINUTE_BAR)
# Source: options-engine.md 18.2 names the first four. A package and a feed without conditions are
# none of them, and are called so.
_MECHANISMS: dict[Family, BlockMechanism] = {
    Family.AUCTION: "auction",
    Family.AUCTION_ISO: "auction",
    Family.CROSS: "cross",
    Family.CROSS_ISO: "cross",
    Family.FLOOR: "floor",
    Family.COMPLEX_FLOOR: "floor",
    Family.COMPLEX: "complex",
    Family.COMPLEX_LEG: "complex",
    Family.STOCK_TIED: "complex",
    Family.EXTENDED: "auto",
    Family.ISO: "auto",
    Family.AUTO: "auto",
    Family.REGULAR: "auto",
}


class Sizes:
    """The sizes of the newest prints of one underlying, and their sum."""

    __slots__ = ("newest", "total")

    def __init__(self, newest: Sequence[int] = ()) -> None:
        self.newest = deque(newest)
        self.total = sum(newest)

    def push(self, sizes: Sequence[int], total: int, limit: int) -> None:
        """Add sizes and their sum; drop the oldest ones beyond `limit`."""
        self.newest.extend(sizes)
        self.total += total
        if len(self.newest) > limit:
            self.trim(limit)

    def trim(self, limit: int) -> None:
        """Drop the oldest sizes beyond `limit`."""
        while len(self.newest) > limit:
            self.total -= self.newest.popleft()


class Averages:
    """The mean size of the newest prints by underlying, within the newest trade date.

    Prints enter in the processing order of final packets. Minute bars never do: a bar is no print.
    Source: options-engine.md 18.2; errata 26 and 51 (which prints are eligible).
    """

    __slots__ = ("_day", "_sizes")

    def __init__(self, saved: SavedAverages | None = None) -> None:
        """Start empty, or where `saved` was taken."""
        self._day, sizes = saved or (0, {})
        self._sizes = {underlying: Sizes(newest) for underlying, newest in sizes.items()}

    def of(self, underlying: str, session_date: int) -> Sizes:
        """Return the sizes that a print of a trade date is measured against, and then enters.

        Missing: nothing yet on that date. An earlier date than the newest has nothing, and what
        is pushed there is not kept.
        """
        if session_date != self._day:
            if session_date < self._day:
                return Sizes()
            self._day = session_date
            self._sizes.clear()
        sizes = self._sizes.get(underlying)
        if sizes is None:
            sizes = self._sizes[underlying] = Sizes()
        return sizes

    def saved(self) -> SavedAverages:
        """Return what a restart needs; later prints do not change it."""
        return self._day, {text: list(sizes.newest) for text, sizes in self._sizes.items()}


def types_of(
    reads: Sequence[Read],
    *,
    sweep_sign: int,
    averages: Averages,
    underlying: str,
    params: TradeTypeParams,
    one_contract: bool = True,
) -> list[TradeType]:
    """Return the trade type of every member of a final packet, and enter them into `averages`.

    Shape: at least one member, by place, of one trade date. `sweep_sign` is the side of the
    packet's sweep, 0 without one. The simplest reading of "the sweep flag of 5.3": a session has it
    (errata 14), and its prints are those that a sweep may be made of (no package, auction, cross or
    bar) on the side of the sweep. One print marked as a sweep order is no sweep (errata 15).
    A print is measured against those before it, a split order against what stood before the packet.
    A structure (`one_contract` false) has neither sweep nor split: both speak of one contract. A
    minute bar is no single print: it is REGULAR, part of no burst, and enters no average.
    Source: options-engine.md 18.2; errata 14, 15, 25, 26.
    """
    sizes = averages.of(underlying, reads[0][0].session_date)
    if len(sizes.newest) > params.flow_average_max_count:
        sizes.trim(params.flow_average_max_count)  # a tuning revision has made it smaller
    known, total = len(sizes.newest), sizes.total
    found, volume = _type_each(reads, sizes, sweep_sign, params)
    if one_contract and len(reads) >= params.flow_split_min_count:
        needed = _split_size(known, total, params)
        if volume >= needed:
            for sign in (1, -1):
                if sign != sweep_sign:
                    _mark_splits(reads, found, sign, needed, params)
    return found


def _type_each(
    reads: Sequence[Read], sizes: Sizes, sweep_sign: int, params: TradeTypeParams
) -> tuple[list[TradeType], int]:
    """Return the type of every member, splits apart, and their contracts; enter their sizes."""
    limit, least = params.flow_average_max_count, params.least_marked_size
    volumes = [read[0].size for read in reads if not read[0].flags & _MINUTE_BAR]
    volume = sum(volumes)
    found: list[TradeType] = ["REGULAR"] * len(reads)
    if not sweep_sign and (not volumes or max(volumes) < least):  # nearly always: none is marked
        sizes.push(volumes, volume, limit)
        return found, volume
    newest, total = sizes.newest, sizes.total
    for place, (print_, placement, conditions) in enumerate(reads):
        if print_.flags & _MINUTE_BAR:
            continue
        size = print_.size
        if sweep_sign and placement.sign == sweep_sign and _may_sweep(conditions):
            found[place] = "SWEEP"
        elif size >= least:
            found[place] = trade_type_of(size, len(newest), total, params)
        newest.append(size)
        total += size
        if len(newest) > limit:
            total -= newest.popleft()
    sizes.total = total
    return found, volume


def _may_sweep(conditions: PrintConditions) -> bool:
    return conditions.cond_w > 0 and not conditions.never_sweeps


def trade_type_of(
    size: int,
    count: int,
    total: int,
    params: TradeTypeParams,
    *,
    sweep: bool = False,
    split: bool = False,
) -> TradeType:
    """Return the trade type of one print.

    Units: contracts. `count` and `total` are the number and the sum of the sizes before it; their
    mean is compared in whole numbers. `sweep` and `split`: it is part of one.
    Missing: too few sizes before it, and every relative test is false.
    Source: options-engine.md 18.2; errata 15 and 26; golden G14.
    """
    if sweep:
        return "SWEEP"
    if size >= params.flow_block_min_size:
        return "BLOCK"
    ready = count >= params.flow_average_min_count
    if (
        ready
        and size >= params.flow_block_relative_min_size
        and size * count >= params.flow_block_average_multiple * total
    ):
        return "BLOCK"
    if split:
        return "SPLIT"
    if (
        ready
        and size >= params.flow_large_min_size
        and size * count >= params.flow_large_average_multiple * total
    ):
        return "LARGE"
    return "REGULAR"


def is_block(print_: StampedPrint, trade_type: TradeType, params: TradeTypeParams) -> bool:
    """Return whether a print is a block, or as large as one whatever its type; a bar never is.

    Source: options-engine.md 18.2.
    """
    if print_.flags & _MINUTE_BAR:
        return False
    return trade_type == "BLOCK" or print_.size >= params.flow_block_min_size


def block_mechanism(conditions: PrintConditions) -> BlockMechanism:
    """Return how a block was executed: by auction, cross, on a floor, or electronically.

    Missing: conditions that no table names, or a feed without any, are `unknown`.
    Source: options-engine.md 18.2; families of 4.1.
    """
    return _MECHANISMS.get(conditions.family, "unknown")


def count_blocks(
    reads: Sequence[Read], types: Sequence[TradeType], params: TradeTypeParams
) -> dict[str, int]:
    """Return how many prints are blocks by how they were executed, in the order of their first.

    Shape: `types` are those of `reads`, in their order. A block inside a sweep is one too.
    Source: options-engine.md 18.2.
    """
    counts: dict[str, int] = {}
    least = params.flow_block_min_size
    for (print_, _, conditions), kind in zip(reads, types, strict=True):
        if print_.size < least and kind != "BLOCK":  # nearly all
            continue
        if is_block(print_, kind, params):
            mechanism = block_mechanism(conditions)
            counts[mechanism] = counts.get(mechanism, 0) + 1
    return counts


def _split_size(count: int, total: int, params: TradeTypeParams) -> int:
    """Return the least size of a split order; without a ready average the fixed one."""
    least = params.flow_split_min_size
    if count < params.flow_average_min_count:
        return least
    return max(least, -(-params.flow_split_average_multiple * total // count))


def _mark_splits(
    reads: Sequence[Read],
    found: list[TradeType],
    sign: int,
    needed: int,
    params: TradeTypeParams,
) -> None:
    """Set SPLIT where runs of one side are long and large enough, their blocks excepted.

    Part of a run is what took a side with some weight, packages excepted: their legs belong to the
    package. Prints without a side or on the other one do not end a run.
    """
    run: list[int] = []
    for place, (print_, placement, conditions) in enumerate(reads):
        if placement.sign != sign or conditions.cond_w <= 0 or conditions.is_complex:
            continue
        if print_.flags & _MINUTE_BAR:
            continue
        if run and not _joins(print_.ts, reads[run[0]][0].ts, reads[run[-1]][0].ts, params):
            _mark_split(reads, found, run, needed, params)
            run = []
        run.append(place)
    _mark_split(reads, found, run, needed, params)


def _joins(ts: int, first_ts: int, last_ts: int, params: TradeTypeParams) -> bool:
    if ts - last_ts > params.flow_split_max_gap_ms * 1_000:
        return False
    return ts - first_ts <= params.flow_split_max_span_ms * 1_000


def _mark_split(
    reads: Sequence[Read],
    found: list[TradeType],
    run: list[int],
    needed: int,
    params: TradeTypeParams,
) -> None:
    if len(run) < params.flow_split_min_count:
        return
    if sum(reads[place][0].size for place in run) < needed:
        return
    for place in run:
        if found[place] != "BLOCK":
            found[place] = "SPLIT"
