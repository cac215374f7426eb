"""Which thresholds the environment seeds, under which key, with which default and type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from islandflow.env import TuningValue, load, tuning_values
from islandflow.env_register import BY_NAME, REGISTER
from islandflow.env_register.kinds import Choice, Number, Value, Whole
from islandflow.env_register.variable import Tuning
from signals.engine.params import PARAMETERS

ETFS = "SPY,QQQ,IWM,DIA,TLT,GLD,SLV,XLF,XLE,XLV,XLI,XLP,XLU,XLY,SMH,ARKK"

# name, key, default (options-engine 6.1, 12.1, 18, 19; platform 2.3; errata 4 and platform 30)
ROWS: list[tuple[str, str, TuningValue]] = [
    ("OPTIONS_SIGNAL_MODE", "signal_mode", "smart-money"),
    ("OPTIONS_SIGNAL_MIN_NOTIONAL", "signal_min_notional_usd", 10_000),
    ("OPTIONS_SIGNAL_ETF_MIN_NOTIONAL", "signal_etf_min_notional_usd", 50_000),
    ("OPTIONS_SIGNAL_BID_SIDE_MIN_NOTIONAL", "signal_bid_side_min_notional_usd", 25_000),
    ("OPTIONS_SIGNAL_MID_MIN_NOTIONAL", "signal_mid_min_notional_usd", 20_000),
    ("OPTIONS_SIGNAL_ETF_UNDERLYINGS", "signal_etf_underlyings", ETFS),
    ("CLUSTER_GAP_MS", "cluster_gap_ms", 250),
    ("CLUSTER_MAX_SPAN_MS", "cluster_max_span_ms", 2_000),
    ("ALLOWED_LATENESS_MS", "allowed_lateness_ms", 250),
    ("NBBO_MAX_AGE_MS", "nbbo_max_age_ms", 1_500),
    ("EQUITY_QUOTE_MAX_AGE_MS", "equity_quote_max_age_ms", 1_000),
    ("CLASSIFIER_SWEEP_MIN_PREMIUM", "sweep_min_premium_usd", 40_000),
    ("CLASSIFIER_SWEEP_MIN_COUNT", "sweep_min_count", 3),
    ("CLASSIFIER_SWEEP_MIN_PREMIUM_Z", "sweep_min_premium_z", 2.0),
    ("CLASSIFIER_SPIKE_MIN_PREMIUM", "spike_min_premium_usd", 20_000),
    ("CLASSIFIER_SPIKE_MIN_SIZE", "spike_min_size", 400),
    ("CLASSIFIER_SPIKE_MIN_PREMIUM_Z", "spike_min_premium_z", 2.5),
    ("CLASSIFIER_SPIKE_MIN_SIZE_Z", "spike_min_size_z", 2.0),
    ("CLASSIFIER_Z_MIN_SAMPLES", "z_min_samples", 12),
    ("CLASSIFIER_MIN_NBBO_COVERAGE", "min_nbbo_coverage", 0.5),
    ("CLASSIFIER_MIN_AGGRESSOR_RATIO", "min_aggressor_ratio", 0.55),
    ("CLASSIFIER_0DTE_MAX_ATM_PCT", "zero_dte_max_atm_ratio", 0.01),
    ("CLASSIFIER_0DTE_MIN_PREMIUM", "zero_dte_min_premium_usd", 20_000),
    ("CLASSIFIER_0DTE_MIN_SIZE", "zero_dte_min_size", 400),
    ("ROLLING_WINDOW_SIZE", "rolling_window_size", 50),
    ("ROLLING_CACHE_MAX_KEYS", "baseline_max_keys", 20_000),
    ("DARK_INFER_WINDOW_MS", "dark_window_ms", 60_000),
    ("DARK_INFER_MIN_BLOCK_SIZE", "dark_min_block_size", 2_000),
    ("DARK_INFER_MIN_ACCUM_SIZE", "dark_min_accum_size", 3_000),
    ("DARK_INFER_MIN_ACCUM_COUNT", "dark_min_accum_count", 4),
    ("DARK_INFER_MIN_PRINT_SIZE", "dark_min_print_size", 200),
    ("DARK_INFER_MAX_EVIDENCE", "dark_max_evidence", 20),
    ("DARK_INFER_MAX_SPREAD_PCT", "dark_max_spread_ratio", 0.005),
    ("FLOW_MIN_SIZE", "flow_min_size", 10),
    ("FLOW_BOOST_MODE", "boost_mode", "multiplicative"),
    ("CANDLE_MAX_LATE_MS", "candle_lateness_ms", 5_000),
]
IDS = [row[0] for row in ROWS]


def text_of(value: Value) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)


def default_of(name: str) -> Value | None:
    return next(r.value for r in load({}).readings if r.variable.name == name)


def test_the_table_names_every_variable_that_seeds_tuning() -> None:
    assert {v.name for v in REGISTER if isinstance(v.status, Tuning)} == {
        *IDS,
        "CLUSTER_WINDOW_MS",
    }


@pytest.mark.parametrize(("name", "key", "default"), ROWS, ids=IDS)
def test_a_threshold_has_its_key_and_default(name: str, key: str, default: TuningValue) -> None:
    value = default_of(name)
    assert BY_NAME[name].status == Tuning((key,))
    assert (",".join(value) if isinstance(value, tuple) else value) == default
    assert isinstance(value, tuple) or type(value) is type(default)


@pytest.mark.parametrize(("name", "key", "default"), ROWS, ids=IDS)
def test_a_threshold_that_is_set_seeds_its_key_alone(
    name: str, key: str, default: TuningValue
) -> None:
    # Also where the value equals the default: the operator has spoken.
    assert tuning_values({name: text_of(default)}) == {key: default}


def test_all_thresholds_together_come_sorted_by_key() -> None:
    values = tuning_values({name: text_of(default) for name, _, default in ROWS})
    assert values == {key: default for _, key, default in ROWS}
    assert list(values) == sorted(values)


def test_no_threshold_is_an_attribute_of_the_environment() -> None:
    # The active revision decides; nobody shall read a threshold past it.
    environment = load({name: text_of(default) for name, _, default in ROWS})
    assert [name for name in IDS if hasattr(environment, name.lower())] == []


def test_the_window_of_earlier_versions_sets_gap_and_span() -> None:
    values = tuning_values({"CLUSTER_WINDOW_MS": "500"})
    assert values == {"cluster_gap_ms": 500, "cluster_max_span_ms": 500}


@pytest.mark.parametrize(
    ("own", "gap", "span"),
    [
        ({"CLUSTER_GAP_MS": "100"}, 100, 500),
        ({"CLUSTER_MAX_SPAN_MS": "900"}, 500, 900),
        ({"CLUSTER_GAP_MS": "100", "CLUSTER_MAX_SPAN_MS": "900"}, 100, 900),
    ],
)
def test_gap_and_span_of_their_own_win_over_the_window(
    own: dict[str, str], gap: int, span: int
) -> None:
    values = tuning_values({"CLUSTER_WINDOW_MS": "500", **own})
    assert values == {"cluster_gap_ms": gap, "cluster_max_span_ms": span}


def test_the_older_name_of_the_quote_age_seeds_the_one_key() -> None:
    assert tuning_values({"OPTIONS_SIGNAL_NBBO_MAX_AGE_MS": "1200"}) == {"nbbo_max_age_ms": 1_200}


def test_the_word_smart_flow_means_smart_money() -> None:
    assert tuning_values({"OPTIONS_SIGNAL_MODE": "smart-flow"}) == {"signal_mode": "smart-money"}


@given(st.permutations(ROWS), st.integers(0, len(ROWS)))
def test_the_order_of_the_variables_does_not_matter(
    rows: list[tuple[str, str, TuningValue]], count: int
) -> None:
    chosen = rows[:count]
    values = tuning_values({name: text_of(default) for name, _, default in chosen})
    assert values == {key: default for _, key, default in chosen}


@given(st.integers(1, 60_000))
def test_a_whole_threshold_comes_back_as_it_was_written(gap: int) -> None:
    assert tuning_values({"CLUSTER_GAP_MS": str(gap)}) == {"cluster_gap_ms": gap}


@given(st.floats(0, 1))
def test_a_share_comes_back_as_it_was_written(share: float) -> None:
    values = tuning_values({"CLASSIFIER_MIN_NBBO_COVERAGE": repr(share)})
    assert values == {"min_nbbo_coverage": share}


def test_the_engine_knows_every_key_that_is_seeded_with_the_same_default() -> None:
    engine = {parameter.key: parameter.default for parameter in PARAMETERS}
    # The list of ETFs is one text in the engine; only its members count.
    defaults = {key: default for _, key, default in ROWS if key != "signal_etf_underlyings"}
    assert {key: engine.get(key) for key in defaults} == defaults
    assert set(str(engine["signal_etf_underlyings"]).split(",")) == set(ETFS.split(","))


@pytest.mark.parametrize("name", IDS)
def test_the_engine_accepts_every_number_that_the_environment_accepts(name: str) -> None:
    kind, status = BY_NAME[name].kind, BY_NAME[name].status
    assert isinstance(status, Tuning)
    (parameter,) = [each for each in PARAMETERS if each.key == status.keys[0]]
    if isinstance(kind, Whole | Number):
        assert parameter.check(kind.lowest) == kind.lowest
        assert parameter.check(kind.highest) == kind.highest
    if isinstance(kind, Choice):
        assert kind.options == parameter.choices
