"""Every tuning parameter at its bounds, and beyond them with the exact sentence (style B5, B7)."""

import math

import pytest

from signals.engine.params import PARAMETERS, Params, TuningError

DOLLARS = (0, 1_000_000_000, "USD")
RATIO = (0, 1, "ratio")
WHOLE: list[tuple[str, int, int, str]] = [
    ("alert_dedupe_window_s", 0, 600, "s"),
    ("alert_high_min_score", 0, 100, "points"),
    ("alert_medium_min_score", 0, 100, "points"),
    ("alert_supersede_min_points", 0, 100, "points"),
    ("alert_suppressed_max_score", 0, 100, "points"),
    ("allowed_lateness_ms", 0, 60_000, "ms"),
    ("burst_max_gap_ms", 1, 60_000, "ms"),
    ("burst_max_span_ms", 1, 60_000, "ms"),
    ("burst_min_count", 2, 1_000, "prints"),
    ("burst_min_size", 1, 100_000, "contracts"),
    ("burst_min_venue_count", 2, 30, "venues"),
    ("cluster_gap_ms", 1, 60_000, "ms"),
    ("cluster_max_span_ms", 1, 600_000, "ms"),
    ("eligible_etf_min_premium_usd", *DOLLARS),
    ("eligible_index_min_premium_usd", *DOLLARS),
    ("eligible_min_premium_usd", *DOLLARS),
    ("eligible_min_size", 1, 100_000, "contracts"),
    ("equity_quote_max_age_ms", 1, 600_000, "ms"),
    ("iso_sweep_min_count", 2, 1_000, "prints"),
    ("nbbo_change_max_age_ms", 1_000, 86_400_000, "ms"),
    ("nbbo_max_age_ms", 1, 60_000, "ms"),
    ("nbbo_silence_max_ms", 1, 600_000, "ms"),
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
    ("sweep_min_count", 1, 10_000, "prints"),
    ("sweep_min_premium_usd", *DOLLARS),
    ("wide_spread_bps", 1, 100_000, "bps"),
    ("z_min_samples", 1, 10_000, "samples"),
]
FRACTION: list[tuple[str, float, float, str]] = [
    ("abstain_max_stale_ratio", *RATIO),
    ("abstain_min_coverage", *RATIO),
    ("abstain_min_evidence_quality", *RATIO),
    ("alert_cold_unusual", *RATIO),
    ("alert_confidence_weight", *RATIO),
    ("alert_evidence_weight", *RATIO),
    ("alert_premium_weight", *RATIO),
    ("alert_unusual_weight", *RATIO),
    ("burst_min_side_ratio", 0.5, 1, "ratio"),
    ("inside_max_signed_share", *RATIO),
    ("inside_min_ratio", *RATIO),
    ("min_aggressor_ratio", *RATIO),
    ("min_nbbo_coverage", *RATIO),
    ("special_min_ratio", *RATIO),
    ("spike_min_premium_z", 0, 100, "z"),
    ("spike_min_size_z", 0, 100, "z"),
    ("sweep_min_premium_z", 0, 100, "z"),
]
TEXTS = {"signal_mode", "signal_etf_underlyings"}


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
