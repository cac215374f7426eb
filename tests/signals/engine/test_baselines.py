"""Baselines of contracts, buckets and underlyings (options-engine.md 10; errata 18 to 20)."""

import math
from statistics import median
from typing import Any

import msgspec
import pytest

from signals.engine.baselines import (
    BaselineParams,
    Keys,
    Metric,
    Reading,
    keys_of,
)
from signals.engine.params import Params
from signals.engine.state import EngineState
from tests.signals.engine.baseline_builders import (
    CALL,
    FAR,
    FRIDAY,
    METRICS,
    MONDAY,
    OTHER,
    baselines,
    encoded,
    filled,
    push,
    size_reading,
    texts,
)


@pytest.mark.parametrize(
    ("sizes", "n", "z", "scope"),
    [
        ([10, 12, 14], 3, None, ""),  # compat 1.8371; n < 12
        ([10, 10, 10], 3, None, ""),  # compat 0; n < 12
        ([], 0, None, ""),  # compat 0
        ([10, 12, 14] * 4, 12, 0.9787, "contract"),  # .207640 / (1.4826 x .143101)
        ([10] * 12, 12, 2.5273, "contract"),  # .374693 / (1.4826 x .1)
    ],
)
def test_golden_g6_strict(sizes: list[int], n: int, z: float | None, scope: str) -> None:
    reading = size_reading(filled(CALL, sizes), CALL)

    assert (reading.n, reading.z, reading.scope) == (n, z, scope)
    if len(sizes) >= 12:
        logs = [math.log(1 + size) for size in sizes]
        mad = median([abs(each - median(logs)) for each in logs])
        assert z == round((math.log(16) - median(logs)) / (1.4826 * max(mad, 0.1)), 4)


#   contract 11 | 12: speaks      bucket 29 | 30      underlying 49 | 50
@pytest.mark.parametrize(
    ("own", "like", "rest", "scope", "n"),
    [
        (12, 100, 100, "contract", 12),
        (11, 19, 0, "bucket", 30),
        (11, 18, 20, "", 11),
        (11, 18, 21, "underlying", 50),
        (0, 30, 0, "bucket", 30),
        (0, 29, 20, "", 0),
        (0, 29, 21, "underlying", 50),
        (0, 0, 50, "underlying", 50),
        (5, 0, 0, "", 5),
    ],
)
def test_narrowest_scope_with_enough_samples_speaks(
    own: int, like: int, rest: int, scope: str, n: int
) -> None:
    held = baselines()
    for keys, count in ((CALL, own), (OTHER, like), (FAR, rest)):
        for _ in range(count):
            push(held, keys)

    for metric in METRICS:
        reading = held.read(CALL, metric, 0.5, MONDAY)
        assert (reading.scope, reading.n) == (scope, n)
        assert (reading.typical is None) == (scope == "")


def test_each_scope_measures_against_its_own_values() -> None:
    held = baselines()
    for keys, size, count in ((FAR, 1_000, 60), (OTHER, 100, 40), (CALL, 10, 12)):
        for _ in range(count):
            push(held, keys, size)
    unseen = Keys("SPY-2025-01-17-999-C", "SPY C 0d 1.5..5%", "SPY", "mid")

    assert size_reading(held, CALL).typical == 10.0
    assert size_reading(held, msgspec.structs.replace(CALL, contract="new")).typical == 100.0
    assert size_reading(held, unseen).typical == 1_000.0


def test_windows_hold_50_200_and_1000_packets() -> None:
    held = filled(CALL, [10] * 1_200)
    contract = size_reading(held, CALL)
    bucket = size_reading(held, OTHER)
    underlying = size_reading(held, FAR)

    assert [each.scope for each in (contract, bucket, underlying)] == [
        "contract", "bucket", "underlying",
    ]  # fmt: skip
    assert [each.n for each in (contract, bucket, underlying)] == [50, 200, 1_000]


def test_oldest_packets_leave_the_window() -> None:
    held = filled(CALL, [1_000] * 26 + [10] * 25)

    assert size_reading(held, CALL).typical == round(math.sqrt(1_001 * 11) - 1, 1)
    push(held, CALL, 10)
    assert size_reading(held, CALL).typical == 10.0


def test_packet_is_read_before_it_enters() -> None:
    held = filled(CALL, [10] * 12)

    assert size_reading(held, CALL, 5_000) == size_reading(held, CALL, 5_000)
    push(held, CALL, 5_000)
    assert size_reading(held, CALL, 5_000).n == 13


def test_each_metric_has_its_own_window() -> None:
    held = baselines()
    for place in range(12):
        push(held, CALL, 10, premium_usd=50_000.0, spread_bps=300.0, iv=0.25)
        if place < 11:
            assert held.read(CALL, "iv", 0.3, MONDAY).scope == ""

    assert held.read(CALL, "premium", 50_000.0, MONDAY).typical == 50_000.0
    assert held.read(CALL, "size", 10, MONDAY).typical == 10.0
    assert held.read(CALL, "spread", 300.0, MONDAY).typical == 300.0
    volatility = held.read(CALL, "iv", 0.3, MONDAY)
    assert (volatility.typical, volatility.shift, volatility.z) == (0.25, 0.05, None)


@pytest.mark.parametrize(
    ("missing", "metric"), [("premium_usd", "premium"), ("spread_bps", "spread"), ("iv", "iv")]
)
@pytest.mark.parametrize("value", [None, math.nan, math.inf, -1.0])
def test_missing_value_enters_nothing(missing: str, metric: Metric, value: float | None) -> None:
    held = filled(CALL, [10] * 12)

    values: dict[str, Any] = {missing: value}
    push(held, CALL, **values)

    assert {each: held.read(CALL, each, 0.5, MONDAY).n for each in METRICS} == {
        each: 12 if each == metric else 13 for each in METRICS
    }


def test_broken_size_enters_nothing() -> None:
    held = filled(CALL, [10] * 12)

    push(held, CALL, -1)

    assert held.read(CALL, "size", 10, MONDAY).n == 12
    assert held.read(CALL, "premium", 1.0, MONDAY).n == 13


def test_metric_without_values_falls_through_to_a_wider_scope() -> None:
    held = baselines()
    for _ in range(50):
        push(held, CALL, spread_bps=None)
        push(held, OTHER)

    assert held.read(CALL, "size", 10, MONDAY).scope == "contract"
    assert held.read(CALL, "spread", 200.0, MONDAY).scope == "bucket"


def test_missing_value_is_read_without_z() -> None:
    reading = filled(CALL, [10] * 12).read(CALL, "premium", None, MONDAY)

    assert (reading.z, reading.n, reading.scope, reading.typical) == (None, 12, "contract", 20_000)


def test_without_a_bucket_the_underlying_follows_the_contract() -> None:
    bare = keys_of("SPY-2025-01-17-450-C", "SPY", "C", 2, None, "mid")
    held = filled(bare, [10] * 11)
    for _ in range(38):
        push(held, OTHER)

    assert texts(held, scope=1) == [OTHER.bucket]
    assert size_reading(held, bare).scope == ""
    push(held, FAR)
    assert size_reading(held, bare).scope == "underlying"


@pytest.mark.parametrize("part", ["open", "mid", "close"])
def test_parts_of_the_day_are_apart(part: str) -> None:
    pushed = msgspec.structs.replace(CALL, day_part=part)
    held = filled(pushed, [10] * 60)

    for other in ("open", "mid", "close"):
        keys = msgspec.structs.replace(CALL, day_part=other)
        assert size_reading(held, keys).n == (50 if other == part else 0)


def test_extended_hours_neither_enter_nor_read() -> None:
    extended = msgspec.structs.replace(CALL, day_part="extended")
    held = filled(CALL, [10] * 12)
    before = encoded(held)

    push(held, extended, 99, day=FRIDAY)

    assert encoded(held) == before
    assert size_reading(held, extended) == Reading()


#   pushed on Monday; the tenth session after it is the Monday two weeks later
@pytest.mark.parametrize(
    ("day", "n"),
    [
        (MONDAY, 12), (MONDAY + 1, 12), (MONDAY + 7, 12), (MONDAY + 11, 12), (MONDAY + 13, 12),
        (MONDAY + 14, 0), (MONDAY + 400, 0),
    ],
)  # fmt: skip
def test_baseline_is_cold_after_ten_sessions(day: int, n: int) -> None:
    held = filled(CALL, [10] * 12)

    assert size_reading(held, CALL, day=day).n == n


def test_monday_after_friday_is_warm() -> None:
    held = baselines()
    for _ in range(12):
        push(held, CALL, day=FRIDAY)

    assert size_reading(held, CALL, day=FRIDAY + 3).scope == "contract"


@pytest.mark.parametrize(("ttl", "n"), [(1, 0), (2, 12)])
def test_sessions_until_cold_are_a_tuning_value(ttl: int, n: int) -> None:
    held = filled(CALL, [10] * 12, baseline_ttl_sessions=ttl)

    assert size_reading(held, CALL, day=MONDAY + 1).n == n


def test_each_push_keeps_warm() -> None:
    held = filled(CALL, [10] * 12)
    push(held, CALL, day=MONDAY + 11)

    assert size_reading(held, CALL, day=MONDAY + 24).n == 13
    assert size_reading(held, CALL, day=MONDAY + 25).n == 0


def test_cold_contract_starts_anew_though_its_underlying_is_warm() -> None:
    held = filled(CALL, [10] * 60)
    push(held, FAR, 10, day=MONDAY + 11)

    day = MONDAY + 14
    reading = size_reading(held, CALL, day=day)
    assert (reading.scope, reading.n) == ("underlying", 61)

    push(held, CALL, 500, day=day)
    assert size_reading(held, CALL, day=day).n == 62
    for _ in range(11):
        push(held, CALL, 500, day=day)
    assert size_reading(held, CALL, day=day) == Reading(
        z=size_reading(held, CALL, day=day).z, n=12, scope="contract", typical=500.0,
        center_ppm=6_216_606, mad_ppm=0,
    )  # fmt: skip


def test_first_push_of_a_later_session_drops_what_is_cold() -> None:
    held = filled(CALL, [10])
    push(held, msgspec.structs.replace(OTHER, day_part="open"), day=MONDAY)
    push(held, FAR, day=MONDAY + 1)

    push(held, FAR, day=MONDAY + 11)
    assert texts(held) == [CALL.contract, FAR.contract]
    push(held, FAR, day=MONDAY + 14)
    assert texts(held) == [FAR.contract]
    assert texts(held, scope=1) == [FAR.bucket]
    assert texts(held, scope=2) == ["SPY"]
    assert texts(held, part=0) == []
    assert size_reading(held, FAR, day=MONDAY + 14).n == 3  # what is warm has lost nothing


def test_warm_front_shields_what_stands_behind_it() -> None:
    # a trade date that goes back: the front is warm, so nothing is dropped, and cold is still cold
    held = baselines(lambda start, end: end - start)
    push(held, OTHER, day=MONDAY + 5)
    push(held, CALL, day=MONDAY)

    push(held, FAR, day=MONDAY + 10)

    assert texts(held) == [OTHER.contract, CALL.contract, FAR.contract]
    assert size_reading(held, CALL, day=MONDAY + 10).n == 0
    assert size_reading(held, OTHER, day=MONDAY + 10).n == 1


def test_cold_one_that_was_not_dropped_yet_starts_anew_at_the_end() -> None:
    held = filled(CALL, [10] * 12)
    push(held, OTHER, day=MONDAY)
    push(held, FAR, day=MONDAY + 1)
    held.params = BaselineParams(baseline_ttl_sessions=1)

    push(held, CALL, day=MONDAY + 1)

    assert texts(held) == [OTHER.contract, FAR.contract, CALL.contract]
    assert size_reading(held, CALL, day=MONDAY + 1).n == 1


def test_oldest_key_leaves_when_there_are_too_many() -> None:
    held = baselines(baseline_max_keys=2)
    push(held, CALL)
    push(held, OTHER)
    push(held, CALL)
    assert texts(held) == [OTHER.contract, CALL.contract]

    push(held, FAR)

    assert texts(held) == [CALL.contract, FAR.contract]
    assert size_reading(held, OTHER).n == 0
    assert size_reading(held, CALL).n == 2


def test_reading_keeps_nobody_young() -> None:
    held = baselines(baseline_max_keys=2)
    push(held, CALL)
    push(held, OTHER)

    size_reading(held, CALL)
    push(held, FAR)

    assert texts(held) == [OTHER.contract, FAR.contract]


def test_each_scope_and_part_of_the_day_keeps_its_own_number() -> None:
    held = baselines(baseline_max_keys=2)
    opening = msgspec.structs.replace(CALL, day_part="open")
    push(held, opening)
    for strike in range(5):
        push(held, Keys(f"SPY-2025-01-17-{strike}-C", "SPY C 1-2d 1.5..5%", "SPY", "mid"))

    assert texts(held) == ["SPY-2025-01-17-3-C", "SPY-2025-01-17-4-C"]
    assert texts(held, scope=1) == [CALL.bucket]
    assert texts(held, scope=2) == ["SPY"]
    assert size_reading(held, FAR).n == 0
    assert texts(held, part=0) == [CALL.contract]


def test_scopes_and_parts_stand_in_a_fixed_order() -> None:
    held = baselines()
    for part in ("close", "open", "mid"):
        push(held, Keys(f"{part} c", f"{part} b", f"{part} u", part))

    assert [shelf.texts for shelf in held.saved().shelves] == [
        [f"{part} {scope}"] for part in ("open", "mid", "close") for scope in "cbu"
    ]


def test_another_revision_shrinks_windows_and_numbers_on_the_next_push() -> None:
    held = filled(CALL, [10] * 60)
    push(held, OTHER)
    push(held, FAR)

    held.params = BaselineParams(
        rolling_window_size=20, baseline_bucket_window=30, baseline_underlying_window=51,
        baseline_max_keys=2,
    )  # fmt: skip
    assert size_reading(held, CALL).n == 50
    push(held, CALL)

    assert size_reading(held, CALL).n == 20
    assert size_reading(held, OTHER) == Reading(
        z=2.5273, n=30, scope="bucket", typical=10.0, center_ppm=2_397_895
    )
    assert texts(held) == [FAR.contract, CALL.contract]
    assert size_reading(held, FAR).n == 51


def test_minimums_and_floor_are_tuning_values() -> None:
    held = filled(CALL, [10] * 3, baseline_contract_min_samples=3, baseline_mad_floor=0.2)

    assert size_reading(held, CALL).z == 1.2636  # .374693 / (1.4826 x .2)
    held.params = BaselineParams(baseline_contract_min_samples=4, baseline_bucket_min_samples=3)
    assert size_reading(held, CALL).scope == "bucket"
    held.params = BaselineParams(baseline_underlying_min_samples=3)
    assert size_reading(held, CALL).scope == "underlying"


@pytest.mark.parametrize(("later", "count"), [(MONDAY + 11, 1), (MONDAY + 15, 0)])
def test_without_a_calendar_weekdays_count_as_sessions(later: int, count: int) -> None:
    base = EngineState().baselines
    base.params = Params.from_values({"baseline_contract_min_samples": 2})
    push(base, CALL)

    assert base.read(CALL, "size", 10, later).n == count
