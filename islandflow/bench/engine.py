"""`bench engine`: what the engine does with every event of a market, against the goals.

Figures and goals are those of performance.md, section 8: G1 speed, G2 speed compiled, G4 no decay
with state, G5 one hash. Every rate is a share of what a plain dict does in the same minute (A0).
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypeVar

import msgspec

from islandflow.bench.compiling import NotCompiled, compile_engine
from islandflow.bench.worker import Cut, FromProcess, Hash, Measured, Order, Pass

PREFIX = 50_000  # events of the stream for frames of 1 and of 7
SPREAD_LIMIT = 0.15  # of the anchor: a miss beside a wider one decides nothing
LIMIT_S = 7_200
MODULE = "islandflow.bench.worker"
M = TypeVar("M", bound=FromProcess)

G1_ALL, G1_FILTERED = 0.008, 0.05  # of A0
G2_ALL = 2 * G1_ALL
G4_TENTHS = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One goal with what was found. State: passed, failed, undecided or not run."""

    name: str
    found: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was measured; without a compiled engine, why there is none."""

    plain: Measured
    compiled: Measured | None
    refused: str


def run_engine(events: int, runs: int, shape: str, *, source: Path, home: Path) -> Found:
    """Measure the engine plain, then compiled; an hour of one core at full size.

    Errors: RuntimeError where a measuring process fails.
    """
    prefix = min(events, PREFIX)
    cuts = [Cut(prefix, 1), Cut(prefix, 7), Cut(prefix, 1_000)]
    cuts += [Cut(events, 1_000), Cut(events, events), Cut(events, 1_000, restart=True)]
    order = Order(events=events, runs=runs, shape=shape, crowded=True, cuts=cuts)
    plain = measure(MODULE, order, [source], Measured)
    try:
        build = compile_engine(source, home)
    except NotCompiled as error:
        return Found(plain=plain, compiled=None, refused=str(error))
    cuts = [Cut(prefix, 1), Cut(events, 1_000)]
    order = Order(events=events, runs=runs, shape=shape, crowded=False, cuts=cuts)
    compiled = measure(MODULE, order, [build, source], Measured)
    return Found(plain=plain, compiled=compiled, refused="")


def measure(module: str, order: msgspec.Struct, paths: list[Path], form: type[M]) -> M:
    """Run a measuring process on the engine that is found first in the paths.

    Errors: RuntimeError where it fails or imports another engine.
    """
    done = subprocess.run(  # noqa: S603 - our own module and arguments
        [sys.executable, "-m", module, msgspec.json.encode(order).decode()],
        cwd=paths[0],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))},
        stdout=subprocess.PIPE,
        timeout=LIMIT_S,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the measuring process ended with code {done.returncode}")
    found = msgspec.json.decode(done.stdout, type=form)
    if found.compiled != (len(paths) > 1):
        raise RuntimeError("the measuring process did not import the engine that it should")
    return found


def goals_of(found: Found) -> list[Goal]:
    """Return every goal with its figure."""
    plain, compiled = found.plain, found.compiled
    g2 = Goal(name="G2 compiled", found=found.refused, state="not run")
    if compiled:
        g2 = _speed("G2 compiled", compiled.all_prints, G2_ALL)
    return [
        _speed("G1 all", plain.all_prints, G1_ALL),
        _speed("G1 filtered", plain.filtered, G1_FILTERED),
        g2,
        _decay("G4 busy", plain.all_prints),
        _decay("G4 crowd", plain.crowded),
        one_hash("G5", [*plain.hashes, *(compiled.hashes if compiled else [])]),
    ]


def judge(name: str, ratios: Sequence[float], goal: float, anchors: Sequence[float]) -> Goal:
    """Judge the median of the runs; a miss counts only where the anchor itself stood still.

    Source: the pass rule at the end of performance.md, section 8.
    """
    middle, spread = median(ratios), spread_of(anchors)
    found = f"{middle:.4f} (goal {goal})"
    if middle >= goal:
        return Goal(name=name, found=found, state="passed")
    if spread < SPREAD_LIMIT:
        return Goal(name=name, found=found, state="failed")
    found += f" beside an anchor that spreads by {100 * spread:.0f} %"
    return Goal(name=name, found=found, state="undecided")


def spread_of(values: Sequence[float]) -> float:
    """Return (largest - smallest) / median."""
    return (max(values) - min(values)) / median(values)


def verdict_of(goals: Sequence[Goal], subject: str = "ENGINE") -> str:
    """Return SUBJECT PASSED, FAILED, or UNDECIDED where a miss beside a restless anchor is all."""
    states = {goal.state for goal in goals}
    word = "FAILED" if "failed" in states else "UNDECIDED" if "undecided" in states else "PASSED"
    told = "; ".join(f"{goal.name} {goal.state}: {goal.found}" for goal in goals)
    return f"{subject} {word} {told}"


def lines_of(found: Found) -> Iterator[str]:
    """Yield the table: rates, their share of A0, tenths and hashes."""
    plain, compiled = found.plain, found.compiled
    anchors = [each.anchor for each in (*plain.all_prints, *plain.filtered)]
    yield f"A0, dict get+set   {median(anchors):12,.0f}/s   spread {100 * spread_of(anchors):.0f} %"
    yield f"A1, typed JSON     {plain.a1_per_s:12,.0f}/s"
    yield "                      events/s         A0      A1   last/first tenth"
    yield _row("plain, all", plain.all_prints, plain)
    yield _row("plain, filtered", plain.filtered, plain)
    yield _row("plain, crowd", plain.crowded, plain)
    if compiled:
        yield _row("compiled, all", compiled.all_prints, compiled)
        yield _row("compiled, filtered", compiled.filtered, compiled)
        gain = _median_share(compiled.all_prints) / _median_share(plain.all_prints)
        yield f"compiled / plain   {gain:12.2f}"
    for each in dict.fromkeys(plain.hashes):
        yield f"hash of {each.events:,} events: {each.digest}"


def _row(name: str, passes: Sequence[Pass], within: Measured) -> str:
    rate, tenths = median(each.events_per_s for each in passes), median(p.tenths for p in passes)
    share = _median_share(passes)
    return f"{name:<18} {rate:12,.0f}   {share:9.4f} {rate / within.a1_per_s:7.3f} {tenths:10.2f}"


def _median_share(passes: Sequence[Pass]) -> float:
    return median(each.share for each in passes)


def _speed(name: str, passes: Sequence[Pass], goal: float) -> Goal:
    return judge(name, [each.share for each in passes], goal, [each.anchor for each in passes])


def _decay(name: str, passes: Sequence[Pass]) -> Goal:
    tenths, anchors = [each.tenths for each in passes], [each.anchor for each in passes]
    return judge(name, tenths, G4_TENTHS, anchors)


def one_hash(name: str, hashes: Sequence[Hash]) -> Goal:
    """Compare all ways through equal events: frames, restart, compiled."""
    different = len(set(hashes)) - len({each.events for each in hashes})
    if different:
        return Goal(name=name, found=f"{different} ways give another hash", state="failed")
    return Goal(name=name, found=f"one hash in {len(hashes)} ways", state="passed")
