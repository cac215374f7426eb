"""Sweeps inside one session: an order that took several venues within half a second.

A single sweep order on one venue is `iso`, not a sweep: it tells how the order was protected, not
what its sender knows (options-engine.md 5.3, errata 14).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Annotated, NamedTuple

import msgspec

from flow.domain.units import MICROS
from flow.domain.venues import COUNTED_VENUES
from signals.engine.parameter import ParameterGroup, Tuned

_ERRATA = "spec 5.3, errata 14"


@dataclass(frozen=True, kw_only=True)
class BurstParams(ParameterGroup):
    """What makes a burst of fills a sweep. Source: options-engine.md 5.3, errata 14."""

    burst_min_count: Annotated[int, Tuned("prints", 2, 1_000, "Fewest fills", _ERRATA)] = 3
    burst_min_venue_count: Annotated[int, Tuned("venues", 2, 30, "Fewest venues", _ERRATA)] = 2
    burst_max_span_ms: Annotated[int, Tuned("ms", 1, 60_000, "Longest duration", _ERRATA)] = 500
    burst_max_gap_ms: Annotated[int, Tuned("ms", 1, 60_000, "Longest pause", _ERRATA)] = 250
    burst_min_side_ratio: Annotated[
        float, Tuned("ratio", 0.5, 1, "Least share of its size on one side", _ERRATA)
    ] = 0.8
    burst_min_size: Annotated[int, Tuned("contracts", 1, 100_000, "Least size", _ERRATA)] = 20
    iso_sweep_min_count: Annotated[
        int, Tuned("prints", 2, 1_000, "Fewest fills marked as sweep orders", _ERRATA)
    ] = 2


class _Rule(NamedTuple):
    """What a run of fills must be to pass."""

    min_count: int
    min_size: int
    min_venues: int
    gap_us: int
    span_us: int
    side_ppm: int
    floor_micros: int


class Fill(msgspec.Struct, frozen=True, gc=False):
    """What a sweep test needs of one eligible print."""

    ts: int
    size: int
    premium_micros: int
    sign: int
    venue: int
    is_iso: bool


class Run(msgspec.Struct, frozen=True, gc=False):
    """One run of fills that passes as a sweep."""

    sign: int
    count: int
    venue_count: int
    start_ts: int
    span_us: int
    size: int
    side_size: int
    premium_micros: int


class Sweeps(msgspec.Struct, frozen=True, gc=False):
    """What was found in one session; the largest premium where several runs pass."""

    iso: Run | None = None
    burst: Run | None = None

    @property
    def best(self) -> Run | None:
        """Return the run that explanations show."""
        return _larger(self.iso, self.burst)


NO_SWEEPS = Sweeps()


def find_sweeps(fills: Sequence[Fill], floor_micros: int, params: BurstParams) -> Sweeps:
    """Find the sweeps among the eligible fills of one session, sorted by place.

    Units: `floor_micros` is the least premium, by security type (errata 2).
    Missing: a fill without a venue counts for size, never as a venue.
    Source: options-engine.md 5.3 (marked orders: two within 500 ms, no pause is named); errata 14:
    "size >= 20 and premium_usd >= floor of row 2", "iso_sweep: same sign, same floor". So marked
    orders need the premium, and the least size and longest pause are those of bursts.
    """
    size = premium = 0
    venues = set()
    is_marked = False
    for fill in fills:
        size += fill.size
        premium += fill.premium_micros
        venues.add(fill.venue)
        is_marked = is_marked or fill.is_iso
    if premium < floor_micros or len(venues) < 2:
        return NO_SWEEPS
    span_us = params.burst_max_span_ms * 1_000
    side_ppm = round(params.burst_min_side_ratio * MICROS)
    iso = None
    if is_marked:
        rule = _Rule(
            params.iso_sweep_min_count, 1, params.burst_min_venue_count,
            span_us, span_us, side_ppm, floor_micros,
        )  # fmt: skip
        for sign in (1, -1):
            marked = [fill for fill in fills if fill.is_iso and fill.sign == sign]
            iso = _larger(iso, _largest_run(marked, rule))
    if size < params.burst_min_size:
        return Sweeps(iso=iso)
    rule = _Rule(
        params.burst_min_count, params.burst_min_size, params.burst_min_venue_count,
        params.burst_max_gap_ms * 1_000, span_us, side_ppm, floor_micros,
    )  # fmt: skip
    return Sweeps(iso=iso, burst=_largest_run(fills, rule))


def _larger(one: Run | None, other: Run | None) -> Run | None:
    if one is None or other is None:
        return one or other
    return other if other.premium_micros > one.premium_micros else one


def _largest_run(fills: Sequence[Fill], rule: _Rule) -> Run | None:
    """Return the run with the largest premium that passes, the earliest among equals."""
    best: Run | None = None
    sums = _sums_of(fills)
    premiums, reach = sums.premium, 0
    for start in range(len(fills) - rule.min_count + 1):
        if premiums[-1] - premiums[start] < rule.floor_micros:
            break
        reach = _reach(fills, start, reach, rule)
        found = _longest_from(fills, start, reach, sums, rule)
        best = _larger(best, found)
        if found is not None and start + found.count == len(fills):
            break  # every later run is a part of this one
    return best


class _Sums(NamedTuple):
    """Sums over the first 0, 1, 2, ... fills: those of any run are one difference."""

    size: list[int]
    premium: list[int]
    bought: list[int]
    sold: list[int]


def _sums_of(fills: Sequence[Fill]) -> _Sums:
    return _Sums(
        [0, *accumulate([fill.size for fill in fills])],
        [0, *accumulate([fill.premium_micros for fill in fills])],
        [0, *accumulate([fill.size if fill.sign > 0 else 0 for fill in fills])],
        [0, *accumulate([fill.size if fill.sign < 0 else 0 for fill in fills])],
    )


def _longest_from(
    fills: Sequence[Fill], start: int, reach: int, sums: _Sums, rule: _Rule
) -> Run | None:
    """Return the longest passing run that opens at `start`; premium grows with length."""
    sizes, premiums, boughts, solds = sums
    for end in range(reach, start + rule.min_count - 1, -1):
        size, premium = sizes[end] - sizes[start], premiums[end] - premiums[start]
        if premium < rule.floor_micros or size < rule.min_size:
            return None
        bought, sold = boughts[end] - boughts[start], solds[end] - solds[start]
        side = max(bought, sold)
        if side * MICROS >= rule.side_ppm * size:
            run = fills[start:end]
            venues = len(COUNTED_VENUES.intersection([fill.venue for fill in run]))
            if venues >= rule.min_venues:
                sign, first_ts = 1 if bought >= sold else -1, run[0].ts
                span_us = run[-1].ts - first_ts
                return Run(sign, len(run), venues, first_ts, span_us, size, side, premium)
    return None


def _reach(fills: Sequence[Fill], start: int, known: int, rule: _Rule) -> int:
    """Return the index behind the last fill that a run from `start` can reach.

    `known` is that of the start before: a later start reaches at least as far.
    """
    place = max(start + 1, known)
    before, latest = fills[place - 1].ts, fills[start].ts + rule.span_us
    while place < len(fills):
        ts = fills[place].ts
        if ts - before > rule.gap_us or ts > latest:
            break
        before = ts
        place += 1
    return place
