"""The process that measures equities: `python -m islandflow.bench.equity_worker ORDER`."""

import sys
from collections.abc import Sequence

import msgspec

from flow.domain.events import MarketEvent
from islandflow.bench.anchors import a1_per_s
from islandflow.bench.equity_road import EquityRoad
from islandflow.bench.road import hash_road
from islandflow.bench.stream import make_equities
from islandflow.bench.worker import (
    Cut,
    FromProcess,
    Hash,
    Pass,
    keep_still,
    made_elsewhere,
    timed_pass,
)
from signals.engine.equities.dark import pipeline

A1_EVENTS = 100_000


class EquityOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What to measure, and the ways through equal events that must give one hash."""

    events: int
    runs: int
    shape: str
    cuts: list[Cut]


class EquityMeasured(FromProcess, frozen=True, kw_only=True):
    """What one process found. `whole` is join, inference and candles; the others leave some out."""

    whole: list[Pass]
    inference: list[Pass]  # join and off-exchange inference
    candles: list[Pass]  # join and candles
    join: list[Pass]
    a1_per_s: float
    hashes: list[Hash]


def run(order: EquityOrder) -> EquityMeasured:
    """Measure one engine."""
    events = made_elsewhere(make_equities, order.events, order.shape)
    keep_still()
    whole, inference, candles, join = list[Pass](), list[Pass](), list[Pass](), list[Pass]()
    for _ in range(order.runs):
        whole.append(timed(EquityRoad(), events))
        inference.append(timed(EquityRoad(bins=False), events))
        candles.append(timed(EquityRoad(infers=False), events))
        join.append(timed(EquityRoad(infers=False, bins=False), events))
    return EquityMeasured(
        compiled=str(pipeline.__file__).endswith(".so"),
        whole=whole,
        inference=inference,
        candles=candles,
        join=join,
        a1_per_s=a1_per_s(events[:A1_EVENTS]),
        hashes=[hash_of(events, cut) for cut in order.cuts],
    )


def timed(road: EquityRoad, events: Sequence[MarketEvent]) -> Pass:
    """Time a road. Its first minute has no bar of a minute and nothing that is usual yet."""
    return timed_pass(road, events, fills_first=True)


def hash_of(events: Sequence[MarketEvent], cut: Cut) -> Hash:
    """Return the digest of each stage, joined: a frame gives the rows of one, then of the other."""
    roads = EquityRoad(bins=False), EquityRoad(infers=False)
    first = events[: cut.events]
    digests = [hash_road(road, first, cut.frame, restart=cut.restart) for road in roads]
    return Hash(cut.events, " ".join(digests))


if __name__ == "__main__":
    measured = run(msgspec.json.decode(sys.argv[1].encode(), type=EquityOrder))
    sys.stdout.buffer.write(msgspec.json.encode(measured))
