"""`bench equities`: quotes joined, off-exchange inference and candles, against plain work.

Rates are shares of A0 and A1, measured in the same minute (performance.md, section 8). There is no
goal for equities on that page. E1 is a floor under what this engine does, a guess: two thirds of
what was measured when it was written, so that a change which makes it slower is seen. In units of
A0 the reference joins and infers at 0.009 to 0.010, its three candles are at 0.040 (section 1).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from islandflow.bench.compiling import NotCompiled, compile_engine
from islandflow.bench.engine import G4_TENTHS, PREFIX, Goal, judge, measure, one_hash, spread_of
from islandflow.bench.equity_worker import EquityMeasured, EquityOrder
from islandflow.bench.worker import Cut, Pass

MODULE = "islandflow.bench.equity_worker"
FULL_EVENTS = 200_000
E1_WHOLE = 0.004  # of A0


@dataclass(frozen=True, slots=True, kw_only=True)
class EquityFound:
    """What was measured; without a compiled engine, why there is none."""

    plain: EquityMeasured
    compiled: EquityMeasured | None
    refused: str


def run_equities(events: int, runs: int, shape: str, *, source: Path, home: Path) -> EquityFound:
    """Measure the equity engine plain, then compiled; some minutes of one core at full size.

    Errors: RuntimeError where a measuring process fails.
    """
    prefix = min(events, PREFIX)
    cuts = [Cut(prefix, 1), Cut(prefix, 7), Cut(prefix, 1_000)]
    cuts += [Cut(events, 1_000), Cut(events, events), Cut(events, 1_000, restart=True)]
    order = EquityOrder(events=events, runs=runs, shape=shape, cuts=cuts)
    plain = measure(MODULE, order, [source], EquityMeasured)
    try:
        build = compile_engine(source, home)
    except NotCompiled as error:
        return EquityFound(plain=plain, compiled=None, refused=str(error))
    order = EquityOrder(
        events=events, runs=runs, shape=shape, cuts=[Cut(prefix, 1), Cut(events, 1_000)]
    )
    compiled = measure(MODULE, order, [build, source], EquityMeasured)
    return EquityFound(plain=plain, compiled=compiled, refused="")


def equity_goals(found: EquityFound) -> list[Goal]:
    """Return every goal with its figure."""
    plain, compiled = found.plain, found.compiled
    anchors = [each.anchor for each in plain.whole]
    return [
        judge("E1 whole", [each.share for each in plain.whole], E1_WHOLE, anchors),
        judge("E2 no decay", [each.tenths for each in plain.whole], G4_TENTHS, anchors),
        one_hash("E3", [*plain.hashes, *(compiled.hashes if compiled else [])]),
    ]


def equity_lines(found: EquityFound) -> Iterator[str]:
    """Yield the table: rates, their shares of A0 and A1, tenths and hashes."""
    plain, compiled = found.plain, found.compiled
    anchors = [each.anchor for each in plain.whole]
    yield f"A0, dict get+set   {median(anchors):12,.0f}/s   spread {100 * spread_of(anchors):.0f} %"
    yield f"A1, typed JSON     {plain.a1_per_s:12,.0f}/s"
    yield "                      events/s         A0      A1   last/second tenth"
    for name, measured in (("plain", plain), ("compiled", compiled)):
        if measured is not None:
            yield _row(f"{name}, join", measured.join, measured)
            yield _row(f"{name}, + dark", measured.inference, measured)
            yield _row(f"{name}, + candles", measured.candles, measured)
            yield _row(f"{name}, whole", measured.whole, measured)
    yield f"not compiled: {found.refused}" if compiled is None else _gain(plain, compiled)
    for each in dict.fromkeys(plain.hashes):
        yield f"hash of {each.events:,} events: {each.digest}"


def _gain(plain: EquityMeasured, compiled: EquityMeasured) -> str:
    return f"compiled / plain   {_share(compiled.whole) / _share(plain.whole):12.2f}"


def _row(name: str, passes: Sequence[Pass], within: EquityMeasured) -> str:
    rate, tenths = median(each.events_per_s for each in passes), median(p.tenths for p in passes)
    return (
        f"{name:<18} {rate:12,.0f}   {_share(passes):9.4f} {rate / within.a1_per_s:7.3f}"
        f" {tenths:10.2f}"
    )


def _share(passes: Sequence[Pass]) -> float:
    return median(each.share for each in passes)
