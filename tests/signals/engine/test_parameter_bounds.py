"""Every tuning parameter at its bounds, and beyond them with the exact sentence (style B5, B7)."""

import math

import pytest

from signals.engine.params import PARAMETERS, Params, TuningError

DOLLARS = (0, 1_000_000_000, "USD")
SHARES = (0, 1_000_000_000, "shares")
RATIO = (0, 1, "ratio")
WHOLE: list[tuple[str, int, int, str]] = [
    ("alert_dedupe_window_s", 0, 600, "s"),
    ("alert_high_min_score", 0, 100, "points"),
    ("alert_medium_min_score", 0, 100, "points"),
    ("alert_supersede_min_points", 0, 100, "points"),
    ("alert_suppressed_max_score", 0, 100, "points"),
    ("allowed_lateness_ms", 0, 60_000, "ms"),
    ("baseline_bucket_min_samples", 2, 10_000, "packets"),
    ("baseline_bucket_window", 2, 10_000, "packets"),
    ("baseline_contract_min_samples", 2, 10_000, "packets"),
    ("baseline_edge_minutes", 0, 120, "min"),
    ("baseline_max_keys", 1, 1_000_000, "baselines"),
    ("baseline_ttl_sessions", 1, 250, "sessions"),
    ("baseline_underlying_min_samples", 2, 10_000, "packets"),
    ("baseline_underlying_window", 2, 10_000, "packets"),
    ("boost_above_score", 0, 100, "points"),
    ("boost_strong_above_score", 0, 100, "points"),
    ("burst_max_gap_ms", 1, 60_000, "ms"),
    ("burst_max_span_ms", 1, 60_000, "ms"),
    ("burst_min_count", 2, 1_000, "prints"),
    ("burst_min_size", 1, 100_000, "contracts"),
    ("burst_min_venue_count", 2, 30, "venues"),
    ("cancel_memory_prints", 0, 2_000_000, "prints"),
    ("candle_lateness_ms", 0, 900_000, "ms"),
    ("candle_revision_horizon_ms", 0, 86_400_000, "ms"),
    ("cluster_gap_ms", 1, 60_000, "ms"),
    ("cluster_max_span_ms", 1, 600_000, "ms"),
    ("dark_baseline_min_samples", 2, 10_000, "prints"),
    ("dark_baseline_size", 2, 10_000, "prints"),
    ("dark_baseline_ttl_days", 1, 60, "days"),
    ("dark_check_first_ms", 1, 600_000, "ms"),
    ("dark_check_second_ms", 1, 600_000, "ms"),
    ("dark_check_wait_ms", 0, 600_000, "ms"),
    ("dark_lapse_ms", 1, 86_400_000, "ms"),
    ("dark_lateness_ms", 0, 60_000, "ms"),
    ("dark_max_evidence", 1, 1_000, "prints"),
    ("dark_median_multiple", 0, 100, "times"),
    ("dark_min_accum_count", 1, 10_000, "prints"),
    ("dark_min_accum_size", *SHARES),
    ("dark_min_block_size", *SHARES),
    ("dark_min_notional_usd", *DOLLARS),
    ("dark_min_print_size", *SHARES),
    ("dark_window_ms", 1, 3_600_000, "ms"),
    ("dark_zone_min_blocks", 2, 1_000, "blocks"),
    ("dark_zone_width_bps", 1, 1_000, "bps"),
    ("eligible_etf_min_premium_usd", *DOLLARS),
    ("eligible_index_min_premium_usd", *DOLLARS),
    ("eligible_min_premium_usd", *DOLLARS),
    ("eligible_min_size", 1, 100_000, "contracts"),
    ("equity_quote_half_age_ms", 1, 86_400_000, "ms"),
    ("equity_quote_max_age_ms", 1, 600_000, "ms"),
    ("event_concentration_days", 1, 365, "days"),
    ("event_priority_days", 0, 365, "days"),
    ("far_dated_min_days", 1, 3_650, "days"),
    ("flow_aggressive_points", 0, 100, "points"),
    ("flow_average_max_count", 1, 10_000, "prints"),
    ("flow_average_min_count", 1, 10_000, "prints"),
    ("flow_block_average_multiple", 1, 100, "times"),
    ("flow_block_min_size", 1, 1_000_000, "contracts"),
    ("flow_block_points", 0, 100, "points"),
    ("flow_block_relative_min_size", 1, 1_000_000, "contracts"),
    ("flow_count_confidence", 0, 100, "points"),
    ("flow_follow_above_score", 0, 100, "points"),
    ("flow_follow_min_confidence", 0, 100, "points"),
    ("flow_follow_min_strength", 0, 100, "points"),
    ("flow_full_count", 1, 100_000, "trades"),
    ("flow_large_average_multiple", 1, 100, "times"),
    ("flow_large_min_size", 1, 1_000_000, "contracts"),
    ("flow_min_count", 1, 100_000, "trades"),
    ("flow_min_size", 1, 1_000_000, "contracts"),
    ("flow_net_confidence", 0, 100, "points"),
    ("flow_quoted_confidence", 0, 100, "points"),
    ("flow_quoted_points", 0, 100, "points"),
    ("flow_split_average_multiple", 1, 100, "times"),
    ("flow_split_max_gap_ms", 1, 60_000, "ms"),
    ("flow_split_max_span_ms", 1, 600_000, "ms"),
    ("flow_split_min_count", 2, 1_000, "prints"),
    ("flow_split_min_size", 1, 1_000_000, "contracts"),
    ("flow_sweep_points", 0, 100, "points"),
    ("flow_trade_min_usd", 1, 1_000_000_000, "USD"),
    ("flow_trade_points", 0, 100, "points"),
    ("iso_sweep_min_count", 2, 1_000, "prints"),
    ("nbbo_change_max_age_ms", 1_000, 900_000, "ms"),
    ("nbbo_max_age_ms", 1, 60_000, "ms"),
    ("nbbo_silence_max_ms", 1, 600_000, "ms"),
    ("profile_etf_premium_usd", 1, 1_000_000_000, "USD"),
    ("profile_full_size", 1, 1_000_000, "contracts"),
    ("profile_index_premium_usd", 1, 1_000_000_000, "USD"),
    ("profile_premium_usd", 1, 1_000_000_000, "USD"),
    ("rolling_window_size", 2, 10_000, "packets"),
    ("signal_auto_keep_min_notional_usd", *DOLLARS),
    ("signal_bid_side_min_notional_usd", *DOLLARS),
    ("signal_etf_min_notional_usd", *DOLLARS),
    ("signal_index_min_notional_usd", *DOLLARS),
    ("signal_large_print_min_notional_usd", *DOLLARS),
    ("signal_large_print_min_size", 1, 1_000_000, "contracts"),
    ("signal_mid_min_notional_usd", *DOLLARS),
    ("signal_min_notional_usd", *DOLLARS),
    ("signal_missing_nbbo_min_notional_usd", *DOLLARS),
    ("signal_sweep_min_notional_usd", *DOLLARS),
    ("spike_min_premium_usd", *DOLLARS),
    ("spike_min_size", 1, 1_000_000, "contracts"),
    ("structure_join_ms", 0, 1_000, "ms"),
    ("structure_leg_min_premium_usd", *DOLLARS),
    ("structure_leg_min_size", 1, 100_000, "contracts"),
    ("structure_max_legs", 2, 12, "legs"),
    ("structure_window_ms", 1, 10_000, "ms"),
    ("sweep_min_count", 1, 10_000, "prints"),
    ("sweep_min_premium_usd", *DOLLARS),
    ("wide_spread_bps", 1, 100_000, "bps"),
    ("wide_underlying_bps", 1, 10_000, "bps"),
    ("z_min_samples", 1, 10_000, "samples"),
    ("zero_dte_min_premium_usd", *DOLLARS),
    ("zero_dte_min_size", 1, 1_000_000, "contracts"),
]
FRACTION: list[tuple[str, float, float, str]] = [
    ("abstain_max_stale_ratio", *RATIO),
    ("abstain_min_coverage", *RATIO),
    ("abstain_min_evidence_quality", *RATIO),
    ("abstain_min_margin", 0, 1, "score"),
    ("abstain_min_score", 0, 1, "score"),
    ("vol_seller_min_score", 0, 1, "score"),
    ("retail_min_score", 0, 1, "score"),
    ("directional_min_score", 0, 1, "score"),
    ("hedge_min_score", 0, 1, "score"),
    ("event_min_score", 0, 1, "score"),
    ("arbitrage_min_score", 0, 1, "score"),
    ("alert_cold_unusual", *RATIO),
    ("alert_confidence_weight", *RATIO),
    ("alert_evidence_weight", *RATIO),
    ("alert_premium_weight", *RATIO),
    ("alert_unusual_weight", *RATIO),
    ("band_high_min_score", 0, 1, "score"),
    ("band_medium_min_score", 0, 1, "score"),
    ("baseline_mad_floor", 0.001, 10, "log units"),
    ("boost_day_weight", *RATIO),
    ("boost_scalp_weight", *RATIO),
    ("boost_share", *RATIO),
    ("boost_strong_share", *RATIO),
    ("boost_swing_weight", *RATIO),
    ("burst_min_side_ratio", 0.5, 1, "ratio"),
    ("closing_min_drop_ratio", 0.01, 1, "ratio"),
    ("dark_check_max_spreads", 0, 100, "spreads"),
    ("dark_max_spread_ratio", *RATIO),
    ("dark_min_imbalance", 0.5, 1, "ratio"),
    ("dark_retail_weight", *RATIO),
    ("dark_untold_weight", *RATIO),
    ("dark_update_growth", 0, 10, "ratio"),
    ("direction_min_imbalance", *RATIO),
    ("direction_min_signed_share", *RATIO),
    ("dividend_yield", 0, 0.5, "per year"),
    ("flow_aggressive_min_share", *RATIO),
    ("flow_full_aggressive_share", 0.01, 1, "ratio"),
    ("flow_full_block_share", 0.01, 1, "ratio"),
    ("flow_full_net", 0.01, 1, "ratio"),
    ("flow_full_signed_share", 0.01, 1, "ratio"),
    ("flow_full_sweep_share", 0.01, 1, "ratio"),
    ("flow_min_confidence", *RATIO),
    ("flow_min_quoted_share", *RATIO),
    ("flow_passive_above_position", *RATIO),
    ("flow_passive_below_position", *RATIO),
    ("flow_passive_max_share", *RATIO),
    ("flow_sentiment_min_net", 0.01, 1, "ratio"),
    ("flow_trade_full_decades", 0.1, 9, "decades"),
    ("follow_through_min_move_bps", 0, 1_000, "bps"),
    ("inside_max_signed_share", *RATIO),
    ("inside_min_ratio", *RATIO),
    ("low_premium_floors", 1, 100, "floors"),
    ("min_aggressor_ratio", *RATIO),
    ("min_nbbo_coverage", *RATIO),
    ("model_iv_max", 1, 50, "per year"),
    ("model_iv_max_error", 0.001, 10, "per year"),
    ("model_iv_min", 0.001, 1, "per year"),
    ("penalty_inside_market", *RATIO),
    ("penalty_low_premium", *RATIO),
    ("penalty_special_print", *RATIO),
    ("penalty_stale_quote", *RATIO),
    ("penalty_weak_aggression", *RATIO),
    ("penalty_weight", *RATIO),
    ("penalty_wide_quote", *RATIO),
    ("penalty_wide_underlying", *RATIO),
    ("profile_min_aggression", *RATIO),
    ("risk_free_rate", -0.05, 0.5, "per year"),
    ("special_min_ratio", *RATIO),
    ("spike_min_premium_z", 0, 100, "z"),
    ("spike_min_size_z", 0, 100, "z"),
    ("structure_leg_min_imbalance", 0.01, 1, "ratio"),
    ("structure_leg_min_signed_share", 0.01, 1, "ratio"),
    ("sweep_min_premium_z", 0, 100, "z"),
    ("weak_signed_share", *RATIO),
    ("zero_dte_max_atm_ratio", *RATIO),
]
TEXTS = {
    "boost_confidence_scaling",
    "boost_mode",
    "boost_window",
    "signal_etf_underlyings",
    "signal_mode",
}


def refusal(key: str, value: object) -> str:
    with pytest.raises(TuningError) as refused:
        Params.from_values({key: value})
    assert (refused.value.key, refused.value.value) == (key, value)
    return str(refused.value)


def sentence(key: str, value: object, expected: str) -> str:
    return f"{key.upper()} is {value}; expected {expected}; correct it under Admin > Tuning"


def test_no_parameter_is_left_out() -> None:
    listed = {row[0] for row in WHOLE} | {row[0] for row in FRACTION} | TEXTS

    assert {parameter.key for parameter in PARAMETERS} == listed


@pytest.mark.parametrize(("key", "low", "high", "unit"), WHOLE)
def test_whole_parameter_takes_its_bounds_and_nothing_beyond(
    key: str, low: int, high: int, unit: str
) -> None:
    for value in (low, low + 1, high - 1, high):
        assert getattr(Params.from_values({key: value}), key) == value

    expected = f"{low} to {high} {unit}"
    for value in (low - 1, high + 1, -(10**30), 10**30):
        assert refusal(key, value) == sentence(key, value, expected)
    for value in (low + 0.5, math.inf, -math.inf, True, None, str(low), [low]):  # type: ignore[assignment]
        assert refusal(key, value) == sentence(key, value, expected)


@pytest.mark.parametrize(("key", "low", "high", "unit"), FRACTION)
def test_fractional_parameter_takes_its_bounds_and_nothing_beyond(
    key: str, low: float, high: float, unit: str
) -> None:
    for value in (low, math.nextafter(low, high), (low + high) / 2, high):
        taken = getattr(Params.from_values({key: value}), key)
        assert (taken, type(taken)) == (value, float)

    expected = f"{low:g} to {high:g} {unit}"
    below, above = math.nextafter(low, -1), math.nextafter(high, math.inf)
    for value in (below, above, -1, math.inf, -math.inf):
        assert refusal(key, value) == sentence(key, value, expected)
    for wrong in (False, None, "0.5", (0.5,)):
        assert refusal(key, wrong) == sentence(key, wrong, expected)


def test_no_number_is_refused_by_name() -> None:
    for key, *_ in (*WHOLE, *FRACTION):
        with pytest.raises(TuningError, match=f"^{key.upper()} is nan; expected "):
            Params.from_values({key: math.nan})


@pytest.mark.parametrize("mode", ["smart-money", "balanced", "all"])
def test_mode_is_one_of_three(mode: str) -> None:
    assert Params.from_values({"signal_mode": mode}).signal_mode == mode


@pytest.mark.parametrize("value", ["", "Balanced", "all ", "smart-flow", None, 1, True])
def test_another_mode_is_refused(value: object) -> None:
    expected = "smart-money or balanced or all"

    assert refusal("signal_mode", value) == sentence("signal_mode", value, expected)


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("", set()),
        (",", set()),
        ("SPY", {"SPY"}),
        ("SPY,QQQ,SPY", {"SPY", "QQQ"}),
        (",".join(["A"] * 10_000)[:20_000], {"A"}),
    ],
)
def test_list_of_etfs(text: str, symbols: set[str]) -> None:
    assert Params.from_values({"signal_etf_underlyings": text}).etf_set == symbols


@pytest.mark.parametrize("value", ["S" * 20_001, None, 5, ["SPY"]])
def test_list_of_etfs_that_is_none(value: object) -> None:
    expected = "0 to 20000 symbols"

    assert refusal("signal_etf_underlyings", value) == sentence(
        "signal_etf_underlyings", value, expected
    )


@pytest.mark.parametrize("key", ["", "CLUSTER_GAP_MS", "cluster_gap", "digest", "__class__"])
def test_unknown_key_is_refused(key: str) -> None:
    with pytest.raises(TuningError) as refused:
        Params.from_values({key: 1})

    assert str(refused.value) == sentence(key, 1, "a known parameter")


@pytest.mark.parametrize(("key", "low", "high", "unit"), [*WHOLE, *FRACTION])
def test_every_change_changes_the_digest(key: str, low: float, high: float, unit: str) -> None:
    digests = {Params.from_values({key: value}).digest for value in (low, high)}

    assert len(digests) == 2
