"""The sweep rule condition by condition: the last value that passes and the first that does not.

Source: options-engine.md 5.3, errata 14. Base: three fills of 20 contracts for $5,000 each at
0, 100 and 200 ms on venues 3, 4 and 5, all at the ask; the floor is $10,000.
"""

from typing import Any

import pytest

from signals.engine.params import Params
from signals.engine.sweeps import Fill, Sweeps, find_sweeps
from tests.support.engine_builders import ms

FLOOR = 10_000_000_000


def fill(at: float, size: int = 20, micros: int = 5_000_000_000, sign: int = 1, venue: int = 3,
         *, iso: bool = False) -> Fill:  # fmt: skip
    return Fill(ms(at), size, micros, sign, venue, iso)


def found(*fills: Fill, floor: int = FLOOR, **values: Any) -> Sweeps:
    return find_sweeps(fills, floor, Params.from_values(values))


def burst(
    *, times: tuple[float, ...] = (0, 100, 200), sizes: tuple[int, ...] = (20, 20, 20),
    micros: int = 5_000_000_000, signs: tuple[int, ...] = (1, 1, 1),
    venues: tuple[int, ...] = (3, 4, 5),
) -> list[Fill]:  # fmt: skip
    parts = zip(times, sizes, signs, venues, strict=True)
    return [fill(at, size, micros, sign, venue) for at, size, sign, venue in parts]


def test_base_is_a_burst() -> None:
    run = found(*burst()).burst

    assert run is not None
    assert (run.sign, run.count, run.venue_count, run.size, run.side_size) == (1, 3, 3, 60, 60)
    assert (run.start_ts, run.span_us, run.premium_micros) == (ms(0), 200_000, 15_000_000_000)


@pytest.mark.parametrize(
    ("fills", "passes"),
    [
        # pause of at most 250 ms
        (burst(times=(0, 250, 300)), True),
        (burst(times=(0, 250.001, 300)), False),
        (burst(times=(0, 50, 300)), True),
        (burst(times=(0, 50, 300.001)), False),
        (burst(times=(0, 250, 500)), True),
        (burst(times=(0, 0, 0)), True),
        # two venues; the SIP and an unstated venue are none
        (burst(venues=(3, 3, 4)), True),
        (burst(venues=(3, 3, 3)), False),
        (burst(venues=(3, 0, 3)), False),
        (burst(venues=(3, 11, 3)), False),
        (burst(venues=(0, 11, 0)), False),
        (burst(venues=(0, 3, 4)), True),
        (burst(venues=(255, 3, 3)), False),  # a code that no table names
        # 80 % of the size on one side
        (burst(sizes=(40, 40, 20), signs=(1, 1, 0)), True),
        (burst(sizes=(40, 39, 20), signs=(1, 1, 0)), False),
        (burst(sizes=(40, 40, 20), signs=(1, 1, -1)), True),
        (burst(sizes=(39, 40, 20), signs=(-1, -1, 1)), False),
        (burst(sizes=(20, 60, 20), signs=(0, -1, -1)), True),
        (burst(sizes=(50, 50, 50), signs=(1, 1, -1)), False),
        (burst(sizes=(8, 8, 4), signs=(1, 1, 0)), True),
        # 20 contracts
        (burst(sizes=(7, 7, 6)), True),
        (burst(sizes=(7, 7, 5)), False),
        (burst(sizes=(1, 1, 18)), True),
        # the floor, to the micro-dollar
        (burst(micros=3_333_333_334), True),
        (burst(micros=3_333_333_333), False),
    ],
)
def test_burst_at_each_limit(fills: list[Fill], passes: bool) -> None:
    assert (found(*fills).burst is not None) is passes


@pytest.mark.parametrize(("count", "passes"), [(1, False), (2, False), (3, True), (4, True)])
def test_burst_counts_its_fills(count: int, passes: bool) -> None:
    fills = [fill(10 * n, 40, FLOOR, venue=3 + n) for n in range(count)]

    assert (found(*fills).burst is not None) is passes


@pytest.mark.parametrize(
    ("last", "count"),
    [(500, 4), (500.001, 3)],  # the fourth fill is in the run, or it is not
)
def test_span_ends_the_run(last: float, count: int) -> None:
    fills = [fill(0), fill(200, venue=4), fill(400, venue=5), fill(last, micros=4_000_000_000)]
    run = found(*fills).burst

    assert run is not None
    assert run.count == count
    assert run.span_us <= 500_000


# key, value, fills that pass, fills that do not
@pytest.mark.parametrize(
    ("key", "value", "passing", "failing"),
    [
        ("burst_min_count", 2, burst()[:2], burst()[:1]),
        ("burst_min_venue_count", 3, burst(), burst(venues=(3, 4, 4))),
        ("burst_max_gap_ms", 10, burst(times=(0, 10, 20)), burst(times=(0, 10, 20.001))),
        ("burst_max_gap_ms", 400, burst(times=(0, 400, 500)), burst(times=(0, 400.001, 500))),
        ("burst_max_span_ms", 20, burst(times=(0, 10, 20)), burst(times=(0, 10, 20.001))),
        ("burst_min_size", 61, burst(sizes=(20, 20, 21)), burst()),
        ("burst_min_size", 1, burst(sizes=(1, 1, 1)), []),
        ("burst_min_side_ratio", 1, burst(), burst(sizes=(400, 400, 1), signs=(1, 1, 0))),
        (
            "burst_min_side_ratio", 0.5,
            burst(sizes=(10, 10, 20), signs=(1, 1, 0)), burst(sizes=(10, 10, 21), signs=(1, 1, 0)),
        ),
        (  # 0.55 x 20 is 11.000000000000002 in binary: the limit itself must pass
            "burst_min_side_ratio", 0.55,
            burst(sizes=(6, 5, 9), signs=(1, 1, 0)), burst(sizes=(5, 5, 10), signs=(1, 1, 0)),
        ),
        (
            "burst_min_side_ratio", 0.7,
            burst(sizes=(50, 27, 33), signs=(1, 1, 0)), burst(sizes=(50, 26, 34), signs=(1, 1, 0)),
        ),
    ],
)  # fmt: skip
def test_limit_follows_its_parameter(
    key: str, value: float, passing: list[Fill], failing: list[Fill]
) -> None:
    values: dict[str, Any] = {key: value}

    assert found(*passing, **values).burst is not None
    assert found(*failing, **values).burst is None


@pytest.mark.parametrize(
    ("fills", "passes"),
    [
        ([fill(0, iso=True), fill(100, iso=True, venue=4)], True),
        ([fill(0, iso=True), fill(250, iso=True, venue=4)], True),
        ([fill(0, iso=True), fill(500, iso=True, venue=4)], True),  # 5.3: within 500 ms
        ([fill(0, iso=True), fill(500.001, iso=True, venue=4)], False),
        ([fill(0, iso=True), fill(100, iso=True)], False),
        ([fill(0, iso=True), fill(100, iso=True, venue=0)], False),
        ([fill(0, iso=True), fill(100, iso=True, venue=11)], False),
        ([fill(0, iso=True), fill(100, venue=4)], False),
        ([fill(0, iso=True), fill(100, sign=-1, iso=True, venue=4)], False),
        ([fill(0, sign=-1, iso=True), fill(100, sign=-1, iso=True, venue=4)], True),
        ([fill(0, sign=0, iso=True), fill(100, sign=0, iso=True, venue=4)], False),
        ([fill(0, 10, iso=True), fill(100, 10, iso=True, venue=4)], True),
        ([fill(0, 10, iso=True), fill(100, 9, iso=True, venue=4)], True),  # errata 14: no size
        ([fill(0, 1, iso=True), fill(100, 1, iso=True, venue=4)], True),
        ([fill(0, micros=4_999_999_999, iso=True), fill(1, iso=True, venue=4)], False),
        # unmarked fills between them neither help nor hurt
        ([fill(0, iso=True), fill(50, 500, sign=-1), fill(100, iso=True, venue=4)], True),
        ([fill(0, iso=True), fill(150, venue=5), fill(300, iso=True, venue=4)], True),
        (
            [
                fill(0, iso=True),
                fill(250, iso=True),
                fill(500, iso=True),
                fill(600, iso=True, venue=4),
            ],
            True,  # from 250 on
        ),
    ],
)
def test_marked_orders_at_each_limit(fills: list[Fill], passes: bool) -> None:
    assert (found(*fills).iso is not None) is passes


def test_count_of_marked_orders_can_be_tuned() -> None:
    two = [fill(0, iso=True), fill(10, iso=True, venue=4)]
    three = [*two, fill(20, iso=True, venue=5)]

    assert found(*two, iso_sweep_min_count=3).iso is None
    assert found(*three, iso_sweep_min_count=3).iso is not None


@pytest.mark.parametrize("floor", [0, 1, 15_000_000_000])
def test_floor_is_inclusive(floor: int) -> None:
    assert found(*burst(), floor=floor).burst is not None


def test_one_micro_dollar_below_the_floor_is_none() -> None:
    assert found(*burst(), floor=15_000_000_001).burst is None


def test_equal_sides_count_as_the_ask() -> None:
    fills = burst(sizes=(10, 10, 20), signs=(1, 1, -1))
    run = found(*fills, burst_min_side_ratio=0.5).burst

    assert run is not None
    assert (run.sign, run.side_size, run.size) == (1, 20, 40)
