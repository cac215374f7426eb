"""The parameter schema: keys, bounds, messages, digest (style B7; design, point 8)."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.engine.params import PARAMETERS, PRESETS, Parameter, Params, TuningError

BY_KEY = {parameter.key: parameter for parameter in PARAMETERS}


@pytest.mark.parametrize(
    ("key", "default", "unit"),
    [
        ("nbbo_max_age_ms", 1_500, "ms"),
        ("nbbo_silence_max_ms", 1_000, "ms"),
        ("equity_quote_max_age_ms", 1_000, "ms"),
        ("cluster_gap_ms", 250, "ms"),
        ("cluster_max_span_ms", 2_000, "ms"),
        ("allowed_lateness_ms", 250, "ms"),
        ("signal_mode", "smart-money", "mode"),
        ("signal_min_notional_usd", 10_000, "USD"),
        ("signal_etf_min_notional_usd", 50_000, "USD"),
        ("signal_index_min_notional_usd", 100_000, "USD"),
        ("eligible_min_premium_usd", 10_000, "USD"),
        ("eligible_etf_min_premium_usd", 50_000, "USD"),
        ("eligible_index_min_premium_usd", 100_000, "USD"),
        ("eligible_min_size", 10, "contracts"),
        ("sweep_min_premium_usd", 40_000, "USD"),
        ("sweep_min_count", 3, "prints"),
        ("spike_min_premium_usd", 20_000, "USD"),
        ("spike_min_size", 400, "contracts"),
        ("z_min_samples", 12, "samples"),
        ("min_nbbo_coverage", 0.5, "ratio"),
        ("min_aggressor_ratio", 0.55, "ratio"),
        ("alert_dedupe_window_s", 60, "s"),
        ("alert_supersede_min_points", 5, "points"),
        ("alert_high_min_score", 75, "points"),
        ("alert_medium_min_score", 50, "points"),
    ],
)
def test_parameter_is_declared(key: str, default: object, unit: str) -> None:
    assert BY_KEY[key].default == default
    assert BY_KEY[key].unit == unit
    assert Params().values()[key] == default


def test_every_field_is_a_parameter_with_help_and_source() -> None:
    assert {field.name for field in dataclasses.fields(Params)} == set(BY_KEY)
    for parameter in PARAMETERS:
        assert parameter.help, parameter.key
        assert parameter.source, parameter.key
        assert parameter.check(parameter.default) == parameter.default
        assert parameter.minimum <= parameter.maximum


def test_parameters_are_listed_by_key() -> None:
    assert [parameter.key for parameter in PARAMETERS] == sorted(BY_KEY)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"cluster_gap_ms": -5},
            "CLUSTER_GAP_MS is -5; expected 1 to 60000 ms; correct it under Admin > Tuning",
        ),
        (
            {"burst_min_side_ratio": 2},
            "BURST_MIN_SIDE_RATIO is 2; expected 0.5 to 1 ratio; correct it under Admin > Tuning",
        ),
        (
            {"signal_mode": "loud"},
            "SIGNAL_MODE is loud; expected smart-money or balanced or all; "
            "correct it under Admin > Tuning",
        ),
        (
            {"nonsense_ms": 1},
            "NONSENSE_MS is 1; expected a known parameter; correct it under Admin > Tuning",
        ),
    ],
)
def test_bad_value_is_refused_by_name_and_range(values: dict[str, object], message: str) -> None:
    with pytest.raises(TuningError) as refused:
        Params.from_values(values)

    assert str(refused.value) == message


@pytest.mark.parametrize("value", [True, "5", None, 1.5, float("nan"), float("inf"), 10**9])
def test_whole_number_refuses_what_is_none(value: object) -> None:
    with pytest.raises(TuningError) as refused:
        Params.from_values({"cluster_gap_ms": value})

    assert refused.value.key == "cluster_gap_ms"
    assert refused.value.value is value


@pytest.mark.parametrize("value", [5, None, "x" * 20_001])
def test_text_refuses_what_is_none_or_too_long(value: object) -> None:
    with pytest.raises(TuningError):
        Params.from_values({"signal_etf_underlyings": value})


def test_values_take_the_type_of_their_parameter() -> None:
    params = Params.from_values({"cluster_gap_ms": 300.0, "min_nbbo_coverage": 1})

    assert type(params.cluster_gap_ms) is int
    assert type(params.min_nbbo_coverage) is float


def test_round_trip_and_digest() -> None:
    params = Params.from_values({"cluster_gap_ms": 300})

    assert Params.from_values(params.values()) == params
    assert Params.from_values(params.values()).digest == params.digest
    assert len(bytes.fromhex(params.digest)) == 16
    assert params.digest != Params().digest


@given(st.sampled_from([p for p in PARAMETERS if not isinstance(p.default, str)]), st.data())
def test_any_value_inside_the_bounds_is_taken(parameter: Parameter, data: st.DataObject) -> None:
    value = data.draw(
        st.integers(int(parameter.minimum), int(parameter.maximum))
        if isinstance(parameter.default, int)
        else st.floats(parameter.minimum, parameter.maximum)
    )

    assert Params.from_values({parameter.key: value}).values()[parameter.key] == value


@pytest.mark.parametrize("name", list(PRESETS))
def test_presets_fit(name: str) -> None:
    params = Params.from_values(PRESETS[name])

    assert params.cluster_gap_ms == (500 if name == "classic" else 250)
