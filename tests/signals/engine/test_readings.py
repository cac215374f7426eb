"""One value against one baseline (options-engine.md 10 strict, golden G6; errata 19)."""

import math
from statistics import median

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.engine.features import Scope
from signals.engine.readings import (
    MAD_TO_SIGMA,
    Metric,
    Reading,
    read_window,
    robust_z,
    scaled,
    scaled_logarithm,
    scaled_volatility,
)
from signals.engine.windows import Window

LOG_METRICS: tuple[Metric, ...] = ("premium", "size", "spread")


def against(
    window: Window, metric: Metric, value: float | None, scope: Scope, floor: float
) -> Reading:
    return read_window(window, metric, scaled(metric, value), scope, floor)


def naive_z(values: list[float], value: float, floor: float = 0.1) -> float:
    """Return the robust z in plain floats, straight from the formula of the table below."""
    logs = [math.log(1 + each) for each in values]
    center = median(logs)
    mad = median([abs(each - center) for each in logs])
    return (math.log(1 + value) - center) / (1.4826 * max(mad, floor))


def window_of(metric: Metric, values: list[float]) -> Window:
    found = [scaled(metric, value) for value in values]
    return Window([each for each in found if each is not None])


# G6, strict. Input, then the formula: x' = ln(1 + x), z = (x' - median) / (1.4826 max(MAD, 0.1)).
# ln 11 = 2.397895, ln 13 = 2.564949, ln 15 = 2.708050, ln 16 = 2.772589.
#   10 12 14 and 15: median 2.564949; deviations .167054 0 .143101, MAD .143101;
#                    z = .207640 / (1.4826 x .143101 = .212161) = .97869
#   the same four times over, the least number of samples: median, MAD and z are the same
#   10 ... and 15:   median 2.397895, MAD 0, so the floor: z = .374693 / .14826 = 2.52727
# compat: mean and deviation gave 1.8371 and 0 there. Three samples are below 12: the pure
# arithmetic exists, `Baselines` gives no z (test_baselines.py). Nothing has no median at all.
G6 = [
    ([10.0, 12.0, 14.0], 15.0, (2_564_949, 143_101, 0.9787)),
    ([10.0, 12.0, 14.0] * 4, 15.0, (2_564_949, 143_101, 0.9787)),
    ([10.0, 10.0, 10.0], 15.0, (2_397_895, 0, 2.5273)),
    ([10.0] * 12, 15.0, (2_397_895, 0, 2.5273)),
]


@pytest.mark.parametrize("metric", LOG_METRICS)
@pytest.mark.parametrize(("values", "value", "expected"), G6)
def test_golden_g6_strict(
    metric: Metric, values: list[float], value: float, expected: tuple[int, int, float]
) -> None:
    reading = against(window_of(metric, values), metric, value, "contract", 0.1)

    assert (reading.center_ppm, reading.mad_ppm, reading.z) == expected
    assert reading.n == len(values)
    assert reading.typical == values[1]
    assert round(naive_z(values, value), 4) == reading.z


def test_golden_g6_of_nothing_is_no_reading() -> None:
    with pytest.raises(IndexError):
        against(Window(), "size", 15.0, "contract", 0.1)


# Errata 19: 0.07 x 0.08 is 1 333 bps, one tick wider 2 500 bps.
#   raw: (2500 - 1333.3) / .14826 = 7 869; ln(2501 / 1334.3) / .14826 = .628263 / .14826 = 4.2375
def test_one_tick_wider_is_no_giant_z() -> None:
    usual, wider = 0.01 / 0.075 * 10_000, 0.02 / 0.08 * 10_000

    reading = against(window_of("spread", [usual] * 12), "spread", wider, "contract", 0.1)

    assert reading.z == 4.2375
    assert reading.typical == 1_333.3


@pytest.mark.parametrize(
    ("metric", "value", "expected"),
    [
        ("premium", 0, 0),  # ln 1
        ("premium", 79_800.0, 11_287_291),  # ln 79 801
        ("size", 1, 693_147),  # ln 2
        ("size", 190, 5_252_273),  # ln 191
        ("spread", 0.0, 0),
        ("spread", 1_333.333333, 7_196_187),
        ("iv", 0.0, 0),
        ("iv", 0.4321, 432_100),
        ("iv", 0.0000005, 0),  # half a millionth goes to the even side
        ("iv", 0.0000015, 2),
        ("iv", 1_999.999999, 1_999_999_999),
        ("iv", 2_000.0, None),
        ("iv", -0.01, None),
        ("iv", None, None),
        ("iv", math.nan, None),
        ("iv", math.inf, None),
        ("premium", 1e308, 709_196_209),
        ("premium", 2_000.0, 7_601_402),
        ("premium", None, None),
        ("size", -1, None),
        ("spread", -0.5, None),
        ("premium", math.inf, None),
        ("premium", math.nan, None),
    ],
)
def test_transform(metric: Metric, value: float | None, expected: int | None) -> None:
    assert scaled(metric, value) == expected
    assert (scaled_volatility if metric == "iv" else scaled_logarithm)(value) == expected


@given(st.floats(0, 1e12))
def test_transform_is_the_logarithm_to_a_millionth(value: float) -> None:
    for metric in LOG_METRICS:
        found = scaled(metric, value)
        assert found is not None
        assert abs(found - math.log(1 + value) * 1e6) <= 0.501


@pytest.mark.parametrize(
    ("value", "center", "mad", "floor", "z"),
    [
        (2_772_589, 2_564_949, 143_101, 0.1, 0.9787),
        (2_564_949, 2_564_949, 143_101, 0.1, 0.0),
        (2_357_309, 2_564_949, 143_101, 0.1, -0.9787),
        (1_148_260, 1_000_000, 0, 0.1, 1.0),  # .14826 over the floor's .14826
        (1_148_260, 1_000_000, 100_000, 0.1, 1.0),  # at the floor
        (1_148_260, 1_000_000, 100_001, 0.1, 1.0),  # .99999
        (1_148_260, 1_000_000, 200_000, 0.1, 0.5),
        (1_148_260, 1_000_000, 99_999, 0.1, 1.0),
        (1_148_260, 1_000_000, 0, 0.2, 0.5),
        (1_148_260, 1_000_000, 0, 0.001, 100.0),
        (1_000_001, 1_000_000, 0, 0.1, 0.0),  # .0000067
        (1_000_008, 1_000_000, 0, 0.1, 0.0001),  # .0000540
        (999_992, 1_000_000, 0, 0.1, -0.0001),
    ],
)
def test_robust_z(value: int, center: int, mad: int, floor: float, z: float) -> None:
    assert robust_z(value, center, mad, floor) == z


def test_normal_sample_has_its_standard_deviation() -> None:
    # the quartile of the standard normal distribution by bisection of its integral
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if math.erf(middle / math.sqrt(2)) < 0.5 else (low, middle)

    assert round(1 / low, 4) == MAD_TO_SIGMA


@pytest.mark.parametrize(
    ("metric", "values", "typical"),
    [
        ("premium", [79_800.0], 79_800.0),
        ("premium", [20_000.4], 20_000.0),
        ("premium", [20_000.6], 20_001.0),
        ("premium", [10.0, 12.0], 11.0),  # sqrt(11 x 13) - 1 = 10.958
        ("size", [10, 12], 11.0),
        ("size", [10, 11], 10.5),  # sqrt(11 x 12) - 1 = 10.489
        ("size", [0], 0.0),
        ("spread", [235.29], 235.3),
        ("spread", [1_250.04], 1_250.0),
        ("iv", [0.4, 0.5], 0.45),
        ("iv", [0.123456], 0.123456),
        ("iv", [0.000001, 0.000002], 0.000002),  # half a millionth is rounded up
    ],
)
def test_typical_value_is_the_median_in_its_own_unit(
    metric: Metric, values: list[float], typical: float
) -> None:
    assert against(window_of(metric, values), metric, None, "contract", 0.1).typical == typical


def test_volatility_has_a_shift_and_no_z() -> None:
    window = window_of("iv", [0.40, 0.42, 0.50])

    assert against(window, "iv", 0.55, "bucket", 0.1) == Reading(
        z=None, n=3, scope="bucket", typical=0.42, shift=0.13, center_ppm=420_000, mad_ppm=0
    )
    assert against(window, "iv", 0.40, "bucket", 0.1).shift == -0.02


@pytest.mark.parametrize("metric", [*LOG_METRICS, "iv"])
@pytest.mark.parametrize("value", [None, math.nan, -1.0])
def test_missing_value_has_a_baseline_and_no_z(metric: Metric, value: float | None) -> None:
    reading = against(window_of(metric, [0.4] * 3), metric, value, "underlying", 0.1)

    assert (reading.z, reading.shift) == (None, None)
    assert (reading.scope, reading.n) == ("underlying", 3)
    assert reading.typical is not None


@pytest.mark.parametrize(
    ("values", "center_ppm", "mad_ppm"),
    [
        ([1, 2], 2, 1),  # 1.5 and .5: both halves up
        ([1, 1], 1, 0),
        ([2, 4], 3, 1),
        ([1, 4], 3, 2),  # 2.5 and 1.5
        ([0, 0, 0, 1], 0, 0),
        ([0, 0, 1, 1], 1, 1),  # .5 and .5
        ([0, 1, 1, 2], 1, 1),  # 1; 0 0 1 1: .5
        ([0, 0, 1, 2], 1, 1),  # .5; .5 .5 .5 1.5: .5
        ([0, 0, 2, 3], 1, 1),  # 1; 1 1 1 2: 1
        ([0, 1, 2, 4], 2, 1),  # 1.5; .5 .5 1.5 2.5: 1
        ([0, 3, 4, 8], 4, 2),  # 3.5; .5 .5 3.5 4.5: 2
        ([0, 3, 3, 4], 3, 1),  # 3; 0 0 1 3: .5
        ([0, 2, 2, 9], 2, 1),  # 2; 0 0 2 7: 1
        ([0, 5, 5, 6], 5, 1),  # 5; 0 0 1 5: .5
    ],
)
def test_halves_of_a_millionth_are_rounded_up(
    values: list[int], center_ppm: int, mad_ppm: int
) -> None:
    reading = against(Window(values), "size", None, "contract", 0.1)

    assert (reading.center_ppm, reading.mad_ppm) == (center_ppm, mad_ppm)


def test_quarter_of_a_millionth_is_rounded_to_the_nearest() -> None:
    # 1.5; 0.5 0.5 1.5 1.5 -> 1; then 0 1 3 4: 2; 1 1 2 2 -> 1.5 -> 2; 0 1 2 3 9 10: 2.5;
    # .5 .5 1.5 2.5 6.5 7.5 -> 2; 0 0 0 1 2 3: .5; .5 .5 .5 .5 1.5 2.5 -> .5 -> 1
    for values, mad_ppm in (
        ([0, 1, 2, 3], 1), ([0, 1, 3, 4], 2), ([0, 1, 2, 3, 9, 10], 2), ([0, 0, 0, 1, 2, 3], 1),
    ):  # fmt: skip
        assert against(Window(values), "size", None, "contract", 0.1).mad_ppm == mad_ppm


@given(
    st.lists(st.integers(1, 100_000), min_size=1, max_size=60),
    st.integers(1, 1_000_000),
    st.sampled_from([0.05, 0.1, 0.5]),
)
def test_any_z_equals_the_formula_in_floats(values: list[int], value: int, floor: float) -> None:
    wide = [float(each) for each in values]

    reading = against(window_of("size", wide), "size", value, "contract", floor)

    assert reading.z is not None
    # millionths of rounding in value, median and MAD: at most 2e-6 and 1e-6 relative to the floor
    slack = 1e-4 + 3e-6 / floor * (1 + abs(reading.z))
    assert abs(reading.z - naive_z(wide, value, floor)) <= slack


@given(st.lists(st.integers(1, 100_000), min_size=1, max_size=40), st.integers(1, 50))
def test_scaling_all_premiums_hardly_moves_the_z(values: list[int], by: int) -> None:
    # ln(1 + kx) - ln(1 + x) is ln k but for the 1: at $100,000 and more it vanishes
    base = [each * 100_000.0 for each in values]
    plain = against(window_of("premium", base), "premium", base[0], "contract", 0.1)
    larger = against(
        window_of("premium", [each * by for each in base]), "premium", base[0] * by, "contract", 0.1
    )

    assert plain.z is not None
    assert larger.z is not None
    assert abs(plain.z - larger.z) <= 1e-3 * (1 + abs(plain.z))


@given(
    st.lists(st.integers(1, 100_000), min_size=1, max_size=30),
    st.integers(1, 100_000),
    st.integers(1, 100_000),
)
def test_larger_value_has_no_smaller_z(values: list[int], one: int, other: int) -> None:
    window = window_of("size", [float(each) for each in values])
    small, large = sorted((one, other))

    low = against(window, "size", small, "contract", 0.1).z
    high = against(window, "size", large, "contract", 0.1).z

    assert low is not None
    assert high is not None
    assert low <= high


@given(st.lists(st.integers(1, 100_000), min_size=1, max_size=30), st.integers(1, 100_000))
def test_revised_packet_needs_no_window(values: list[int], value: int) -> None:
    window = window_of("size", [float(each) for each in values])
    reading = against(window, "size", None, "contract", 0.1)

    value_ppm = scaled("size", value)
    assert value_ppm is not None
    again = robust_z(value_ppm, reading.center_ppm, reading.mad_ppm, 0.1)

    assert again == against(window, "size", value, "contract", 0.1).z


@pytest.mark.parametrize("scope", ["contract", "bucket", "underlying"])
def test_reading_names_its_scope_and_survives_saving(scope: Scope) -> None:
    reading = against(window_of("size", [10.0] * 12), "size", 15, scope, 0.1)

    assert reading.scope == scope
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(reading), type=Reading) == reading


def test_empty_reading_says_nothing_and_saves_small() -> None:
    assert Reading() == Reading(
        z=None, n=0, scope="", typical=None, shift=None, center_ppm=0, mad_ppm=0
    )
    assert msgspec.json.encode(Reading()) == b'[null,0,"",null,null,0,0]'
