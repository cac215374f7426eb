"""The measuring process: `python -m islandflow.bench.worker ORDER`, whichever engine it imports.

One process for each engine (plain or compiled), so that both see the same heap and nothing else.
"""

import gc
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import msgspec

from flow.collector import calm_collector
from flow.domain.events import MarketEvent
from islandflow.bench.anchors import a0_per_s, a1_per_s
from islandflow.bench.road import FRAME, Road, Steps, hash_road, time_road
from islandflow.bench.stream import CROWD, make_stream
from signals.engine import pipeline

A1_EVENTS = 100_000
Make = Callable[[int, str], list[MarketEvent]]


class Cut(msgspec.Struct, frozen=True):
    """One way through the first events of the stream; all ways of equal events give one hash."""

    events: int
    frame: int
    restart: bool = False  # from a snapshot half way


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to measure. `crowded`: also the shape with ten times the open sessions."""

    events: int
    runs: int
    shape: str
    crowded: bool
    cuts: list[Cut]


class Pass(msgspec.Struct, frozen=True, kw_only=True):
    """One timed pass over the stream, with the anchor right before and after it."""

    events_per_s: float
    a0_per_s: tuple[float, float]
    tenths: float  # rate of the last tenth over that of the first

    @property
    def anchor(self) -> float:
        """Return A0 around this pass."""
        return sum(self.a0_per_s) / 2

    @property
    def share(self) -> float:
        """Return the rate in units of A0."""
        return self.events_per_s / self.anchor


class Hash(msgspec.Struct, frozen=True):
    """SHA-256 of everything that the first so many events gave."""

    events: int
    digest: str


class FromProcess(msgspec.Struct, frozen=True, kw_only=True):
    """What any measuring process tells: which form of the engine it had."""

    compiled: bool


class Measured(FromProcess, frozen=True, kw_only=True):
    """What one process found of options."""

    all_prints: list[Pass]
    filtered: list[Pass]
    crowded: list[Pass]
    a1_per_s: float
    hashes: list[Hash]


def run(order: Order) -> Measured:
    """Measure one engine."""
    events = made_elsewhere(make_stream, order.events, order.shape)
    keep_still()
    all_prints, filtered = [], []
    for _ in range(order.runs):
        all_prints.append(timed_pass(Road(), events))
        filtered.append(timed_pass(Road(filtered=True), events))
    hashes = [
        Hash(cut.events, hash_road(Road(), events[: cut.events], cut.frame, restart=cut.restart))
        for cut in order.cuts
    ]
    a1 = a1_per_s(events[:A1_EVENTS])
    del events
    gc.unfreeze()
    crowded = []
    if order.crowded:
        events = made_elsewhere(make_stream, order.events, CROWD)
        keep_still()
        crowded = [timed_pass(Road(), events) for _ in range(order.runs)]
    return Measured(
        compiled=str(pipeline.__file__).endswith(".so"),
        all_prints=all_prints,
        filtered=filtered,
        crowded=crowded,
        a1_per_s=a1,
        hashes=hashes,
    )


def made_elsewhere(make: Make, events: int, shape: str) -> list[MarketEvent]:
    """Return a stream, made by another process.

    Making it here would leave this heap full of holes; what the engine keeps would lie scattered
    among them, and reading it would cost more than in a worker that never held a market.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(make, events, shape).result()


def keep_still() -> None:
    """Let the collector run as in the workers, and keep it from walking the stream.

    Production never holds that as a whole.
    """
    calm_collector()


def timed_pass(road: Steps, events: Sequence[MarketEvent], *, fills_first: bool = False) -> Pass:
    """Time a fresh road once between two looks at the anchor.

    `fills_first`: the first tenth only fills windows and gives less than all others, so decay is
    told from the second one on.
    """
    before = a0_per_s()
    seconds = time_road(road, events)
    after = a0_per_s()
    left_out = len(seconds) // 10 if fills_first else 0
    return Pass(
        events_per_s=len(events) / sum(seconds),
        a0_per_s=(before, after),
        tenths=last_over_first(seconds[left_out:], len(events) - left_out * FRAME),
    )


def last_over_first(seconds: Sequence[float], events: int) -> float:
    """Return the rate of the last tenth of the events over that of the first.

    Shape: one duration per frame; the last frame may be short.
    """
    tenth = max(1, len(seconds) // 10)
    short = len(seconds) * FRAME - events
    first = tenth * FRAME / sum(seconds[:tenth])
    return (tenth * FRAME - short) / sum(seconds[-tenth:]) / first


if __name__ == "__main__":
    measured = run(msgspec.json.decode(sys.argv[1].encode(), type=Order))
    sys.stdout.buffer.write(msgspec.json.encode(measured))
