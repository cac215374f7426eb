"""Sweeps inside one session (options-engine.md 5.3, errata 14)."""

import pytest

from signals.engine.params import Params
from signals.engine.sweeps import NO_SWEEPS, Fill, find_sweeps
from tests.support.engine_builders import ms

PARAMS = Params()
FLOOR = 10_000_000_000  # $10,000


def fill(at: float, size: int = 20, *, sign: int = 1, venue: int = 3, usd: int = 5_000,
         iso: bool = False) -> Fill:  # fmt: skip
    return Fill(ms(at), size, usd * 1_000_000, sign, venue, iso)


def test_burst_over_two_venues_is_a_sweep() -> None:
    found = find_sweeps([fill(0), fill(100, venue=4), fill(200)], FLOOR, PARAMS)

    assert found.iso is None
    assert found.burst is not None
    assert found.best is found.burst
    assert (found.burst.count, found.burst.venue_count, found.burst.size) == (3, 2, 60)
    assert (found.burst.sign, found.burst.span_us, found.burst.start_ts) == (1, 200_000, ms(0))
    assert found.burst.premium_micros == 15_000_000_000
    assert found.burst.side_size == 60


@pytest.mark.parametrize(
    "fills",
    [
        [fill(0), fill(100, venue=4)],  # two prints
        [fill(0), fill(100), fill(200)],  # one venue
        [fill(0), fill(100, venue=0), fill(200)],  # an unstated venue is none
        [fill(0), fill(100, venue=11), fill(200)],  # nor is the SIP
        [fill(0), fill(251, venue=4), fill(400)],  # gap above 250 ms
        [fill(0), fill(249, venue=4), fill(501)],  # two within 500 ms
        [fill(0), fill(100, venue=4, sign=-1), fill(200, sign=-1)],  # two thirds on one side
        [fill(0, 6), fill(100, 6, venue=4), fill(200, 7)],  # 19 contracts
        [fill(0, usd=3_333), fill(100, venue=4, usd=3_333), fill(200, usd=3_333)],  # $9,999
        [fill(0, sign=0), fill(100, sign=0, venue=4), fill(200, sign=0)],  # inside the spread
        [],
    ],
)
def test_near_misses_are_no_sweep(fills: list[Fill]) -> None:
    assert find_sweeps(fills, FLOOR, PARAMS) == NO_SWEEPS
    assert NO_SWEEPS.best is None


def test_span_bounds_the_run_not_the_session() -> None:
    #   0 ---- 240 ---- 480 ---- 501: the first three lie within 500 ms, all four do not
    fills = [fill(0), fill(240, venue=4), fill(480), fill(501, venue=5)]

    found = find_sweeps(fills, FLOOR, PARAMS).burst

    assert found is not None
    assert found.count == 3
    assert (found.start_ts, found.span_us) in {(ms(0), 480_000), (ms(240), 261_000)}


def test_eighty_percent_of_the_size_on_one_side_is_enough() -> None:
    fills = [fill(0, 40), fill(10, 40, venue=4), fill(20, 20, sign=0)]

    found = find_sweeps(fills, FLOOR, PARAMS).burst

    assert found is not None
    assert (found.side_size, found.size) == (80, 100)


def test_seventy_nine_percent_is_not() -> None:
    fills = [fill(0, 40), fill(10, 39, venue=4), fill(20, 21, sign=0)]

    assert find_sweeps(fills, FLOOR, PARAMS) == NO_SWEEPS


def test_sold_burst_has_the_sign_of_the_bid() -> None:
    found = find_sweeps([fill(n, sign=-1, venue=3 + n) for n in range(3)], FLOOR, PARAMS).burst

    assert found is not None
    assert found.sign == -1


def test_run_may_lie_inside_a_session_of_mixed_prints() -> None:
    noise = [fill(n * 10, 50, sign=-1) for n in range(3)]
    run = [fill(300 + n, 50, venue=3 + n) for n in range(3)]

    found = find_sweeps([*noise, *run], FLOOR, PARAMS).burst

    assert found is not None
    assert (found.count, found.start_ts) == (3, ms(300))


def test_small_fills_in_front_wait_for_the_floor() -> None:
    small = [fill(n, 1, venue=3 + n, usd=10) for n in range(3)]

    found = find_sweeps([*small, fill(3, 100, usd=20_000)], FLOOR, PARAMS).burst

    assert found is not None
    assert (found.count, found.size) == (4, 103)


def test_two_orders_marked_as_sweeps_on_two_venues() -> None:
    fills = [fill(0, iso=True), fill(100, iso=True, venue=4)]

    found = find_sweeps(fills, FLOOR, PARAMS)

    assert found.burst is None
    assert found.iso is not None
    assert (found.iso.count, found.iso.venue_count) == (2, 2)


@pytest.mark.parametrize(
    "fills",
    [
        [fill(0, iso=True), fill(100, iso=True)],  # one venue
        [fill(0, iso=True), fill(100, venue=4)],  # one is marked
        [fill(0, iso=True), fill(100, iso=True, venue=4, sign=-1)],  # two sides
        [fill(0, iso=True, sign=0), fill(100, iso=True, venue=4, sign=0)],  # no side
        [fill(0, iso=True), fill(501, iso=True, venue=4)],  # too far apart
    ],
)
def test_marked_orders_that_are_no_sweep(fills: list[Fill]) -> None:
    assert find_sweeps(fills, FLOOR, PARAMS) == NO_SWEEPS


def test_marked_orders_need_the_premium_of_a_burst_but_not_its_size() -> None:
    """Errata 14: "size >= 20 and premium_usd >= floor of row 2"; "`iso_sweep`: same sign, same
    floor". The floor is a premium; the least size is said of bursts alone.
    """
    ten = [fill(0, 5, iso=True), fill(100, 5, iso=True, venue=4)]

    assert find_sweeps(ten, FLOOR, PARAMS).iso is not None
    assert find_sweeps(ten, 10_000_000_001, PARAMS) == NO_SWEEPS


def test_premium_of_a_fill_long_before_lifts_no_run_over_the_floor() -> None:
    lone = fill(0, usd=9_500)
    burst = [fill(1_000 + n, venue=3 + n, usd=500) for n in range(3)]

    assert find_sweeps([lone, *burst], FLOOR, PARAMS) == NO_SWEEPS


def test_larger_premium_is_shown() -> None:
    iso = [fill(0, iso=True, usd=9_000), fill(1, iso=True, venue=4, usd=9_000)]
    plain = [fill(2, venue=5, usd=1_000)]

    found = find_sweeps([*iso, *plain], FLOOR, PARAMS)

    assert found.iso is not None
    assert found.best is found.burst


def test_larger_of_two_runs_wins_and_the_earlier_of_equals() -> None:
    first = [fill(n, venue=3 + n) for n in range(3)]
    larger = [fill(1_000 + n, venue=3 + n, usd=6_000) for n in range(3)]
    equal = [fill(2_000 + n, venue=3 + n, usd=6_000) for n in range(3)]

    found = find_sweeps([*first, *larger, *equal], FLOOR, PARAMS).burst

    assert found is not None
    assert found.start_ts == ms(1_000)
