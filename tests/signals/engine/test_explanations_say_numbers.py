"""Every value and threshold that a sentence cites stands in its text, in its printed form.

What is said in words instead is listed here with the reason; nothing else may be missing
(options-engine.md 12.4; issue 2, "sentence by sentence with the numbers").
"""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.engine import explain
from signals.engine.classifiers.registry import classify
from signals.engine.doubts import against
from signals.engine.features import Features
from signals.engine.params import Params

PARAMS = Params()
CONTRACTS = {"call": "SPY 17JAN25 450C", "put": "SPY 17JAN25 450P"}

# key: why its number is not in the text, or in words only
IN_WORDS = {
    "granularity": "'minute bar' or 'print'",
    "iso_sweep": "'marked as sweep orders'",
    "burst_sweep": "'in one burst'",
    "nbbo_wide": "'The quote was wide'",
    "mixed_aggression": "'Both sides took part'",
    "conditions_known": "'states no trade conditions'",
    "inside_ratio": "beside the mix only; its doubt prints it",
    "special_min_ratio": "the limit of a doubt; the share itself is printed",
    "premium_z_scope": "'packets of this contract'",
    "size_z_scope": "'packets of this contract'",
    "session_date": "'on the day of its print', which is its expiry",
    "structure_type": "the label and the pattern name it",
    "structure_inferred": "'flagged as one package' or 'put together'",
    "structure_signs": "'long', 'short', 'side not known'",
    "structure_vol_side": "'long volatility'",
    "structure_direction": "'a bullish reading'",
}
# What the mix says where sides cannot be told: no number decides, so none is printed.
UNTOLD_MIX = ("No quote coverage", "One price a minute")


def printed(key: str, value: Any) -> str:
    """Return how people read a number; a second way of printing, without `explain`."""
    if isinstance(value, str):
        return value
    if key == "structure_net_debit_usd":
        value = abs(value)  # 'net debit' or 'net credit'
    if key.endswith("_usd"):
        return f"${value:,.0f}" if abs(value) >= 100 else f"${value:,.2f}"
    if key in {"confidence", "cap"}:
        return f"{value:.2f}"
    ratios = ("_ratio", "_raw", "_share", "coverage")
    if key.endswith(ratios):
        text = f"{value * 100:.1f}"
        return (text.removesuffix(".0")) + " %"
    text = f"{value:,.3f}"
    while "." in text and text[-1] in "0.":
        text = text[:-1]
    return text


def missing(item: dict[str, Any], count: int) -> list[str]:
    """Return the keys of a sentence whose numbers its text does not show."""
    text = item["text"]
    cited = item["values"] | item["thresholds"]
    absent: list[str] = []
    for key, value in cited.items():
        if value is None or key in IN_WORDS:
            continue
        if key == "span_ms" and count == 1:
            continue  # one print lasts no time
        if key == "count" and count == 1:
            assert "1 print" in text or "1 minute bar" in text or "single print" in text
            continue
        if text.startswith(UNTOLD_MIX):
            continue
        shown = [printed(key, each) for each in (value if isinstance(value, list) else [value])]
        absent.extend(f"{key} {each}" for each in shown if each not in text)
    return absent


CAPS = {("cap", cap) for cap in (0.95, 0.9, 0.85, 0.6)}

share = st.integers(0, 10_000).map(lambda tenths: tenths / 10_000)
z_limit = st.integers(0, 1_000).map(lambda tenths: tenths / 10)
dollars = st.integers(0, 10**12).map(lambda micros: micros / 1_000_000)


@st.composite
def features(draw: st.DrawFn) -> Features:
    """Features of any packet, and often those of one that fires."""
    count = draw(st.sampled_from([1, 2, 3, 4, 5, 12, 2_500]))
    covered = draw(st.booleans())
    return Features(
        granularity=draw(st.sampled_from(["tick", "tick", "tick", "minute"])),
        option_type=draw(st.sampled_from(["call", "put"])),
        count=count,
        total_size=draw(st.integers(1, 50_000)),
        premium_usd=draw(dollars | st.sampled_from([40_000.0, 99.99, 100.0, 85_000.5])),
        first_price=draw(st.sampled_from([0.01, 0.05, 1.0, 2.15, 12.125, 1_234.5])),
        last_price=draw(st.sampled_from([0.01, 0.05, 1.0, 2.2, 12.125, 1_234.55])),
        span_ms=draw(st.integers(0, 2_000_000)) / 1_000,
        covered_size=1 if covered else 0,
        coverage=draw(share) if covered else 0.0,
        stale_ratio=draw(share),
        missing_ratio=draw(share),
        inside_ratio=draw(st.none() | share),
        buy_raw=draw(share),
        sell_raw=draw(share),
        buy_share=draw(share),
        sell_share=draw(share),
        mixed_aggression=draw(st.booleans()),
        venue_count=draw(st.sampled_from([None, 2, 7])),
        conditions_known=draw(st.booleans()),
        conditions=draw(st.lists(st.sampled_from(["single-leg cross", "multi-leg auction"]))),
        special_size_ratio=draw(share),
        sweep=draw(st.sampled_from([True, True, False])),
        iso_sweep=draw(st.booleans()),
        burst_sweep=True,
        sweep_sign=draw(st.sampled_from([1, 1, -1])),
        sweep_count=draw(st.integers(2, 4_000)),
        sweep_venue_count=draw(st.integers(2, 18)),
        sweep_span_ms=draw(st.integers(0, 500_000)) / 1_000,
        sweep_size=draw(st.integers(20, 50_000)),
        sweep_side_ratio=draw(share),
        sweep_premium_usd=draw(dollars),
        nbbo_spread_bps=draw(st.integers(80_000, 2_000_000)) / 100,
        nbbo_wide=draw(st.booleans()),
        underlying_mid=draw(st.none() | st.just(450.5)),
        expiry="2025-01-17",
        session_date=draw(st.sampled_from(["2025-01-15", "2025-01-17"])),
        strike=450.0,
        dte_days=draw(st.sampled_from([0, 2, 60, 1_200])),
        signed_share=draw(share),
        imbalance=draw(st.integers(-10_000, 10_000)) / 10_000,
        open_interest=draw(st.none() | st.integers(0, 100_000)),
        day_volume_before=draw(st.integers(0, 200_000)),
        **draw(baselines()),
    )


@st.composite
def baselines(draw: st.DrawFn) -> dict[str, Any]:
    found: dict[str, Any] = {}
    typical = {"premium": "premium_typical_usd", "size": "size_typical"}
    for metric, key in typical.items():
        found[f"{metric}_z"] = draw(st.none() | st.integers(-90_000, 90_000).map(lambda z: z / 1e4))
        found[f"{metric}_z_n"] = draw(st.sampled_from([0, 12, 1_000]))
        found[f"{metric}_z_scope"] = draw(st.sampled_from(["contract", "bucket", "underlying"]))
        found[key] = draw(st.none() | st.integers(0, 10**6).map(lambda tenths: tenths / 10))
    return found


@st.composite
def structures(draw: st.DrawFn) -> Features:
    """Features of any structure that a rule knows."""
    legs = draw(st.integers(2, 5))
    sizes = draw(st.lists(st.integers(1, 20_000), min_size=legs, max_size=legs))
    strikes = [450.0 + 2.5 * leg for leg in range(legs)]
    scopes = draw(st.sampled_from(["contract", "underlying"]))
    return msgspec.structs.replace(
        draw(features()),
        structure_type=draw(
            st.sampled_from(["straddle", "strangle", "vertical", "ladder", "calendar", "diagonal"])
        ),
        structure_inferred=draw(st.booleans()),
        structure_confidence=draw(st.sampled_from([1.0, 0.6])),
        structure_legs=legs,
        structure_contracts=[f"SPY-2025-01-17-{strike:g}-C" for strike in strikes],
        structure_signs=draw(st.lists(st.sampled_from([1, -1, 0]), min_size=legs, max_size=legs)),
        structure_leg_sizes=sizes,
        structure_strikes=strikes,
        structure_direction=draw(st.sampled_from(["bullish", "bearish", "neutral", "unknown"])),
        structure_vol_side=draw(st.sampled_from(["long", "short", ""])),
        structure_net_debit_usd=draw(st.none() | dollars | dollars.map(lambda paid: -paid)),
        premium_z_scope=scopes,
        size_z_scope=scopes,
        roll_consistent=True,
        roll_from_expiry="2025-01-17",
        roll_to_expiry="2025-02-21",
        roll_from_strike=450.0,
        roll_to_strike=draw(st.sampled_from([447.5, 450.0, 1_460.0])),
        roll_strike_delta=draw(st.sampled_from([-2.5, 0.0, 1_010.0])),
        roll_expiry_days_delta=draw(st.sampled_from([1, 35, 1_100])),
    )


@given(features() | structures())
def test_sentences_of_the_rules_show_every_number(found: Features) -> None:
    for verdict in classify(found, CONTRACTS[found.option_type], PARAMS):
        for item in verdict.sentences:
            assert not missing(item, found.count), item["text"]


@given(features())
def test_sentences_of_the_doubts_show_every_number(found: Features) -> None:
    for item in against(found, PARAMS):
        assert not missing(item, found.count), item["text"]


@given(
    features() | structures(),
    st.fixed_dictionaries(
        {
            "sweep_min_premium_usd": st.integers(0, 10**9),
            "sweep_min_count": st.integers(1, 10_000),
            "spike_min_premium_usd": st.integers(0, 10**9),
            "spike_min_size": st.integers(1, 10**6),
            "z_min_samples": st.integers(1, 10_000),
            "min_nbbo_coverage": share,
            "min_aggressor_ratio": share,
            "spike_min_premium_z": z_limit,
            "spike_min_size_z": z_limit,
            "sweep_min_premium_z": z_limit,
            "far_dated_min_days": st.integers(1, 3_650),
            "zero_dte_max_atm_ratio": share,
            "zero_dte_min_premium_usd": st.integers(0, 10**9),
            "zero_dte_min_size": st.integers(1, 10**6),
            "direction_min_signed_share": share,
            "direction_min_imbalance": share,
        }
    ),
)
def test_tuned_thresholds_are_the_ones_in_the_text(
    found: Features, tuned: dict[str, float]
) -> None:
    params = Params.from_values(tuned)

    for verdict in classify(found, CONTRACTS[found.option_type], params):
        for item in verdict.sentences:
            assert item["thresholds"].items() <= params.values().items() | CAPS
            assert not missing(item, found.count), item["text"]


@given(features() | structures())
def test_confidence_sentence_adds_up(found: Features) -> None:
    for verdict in classify(found, CONTRACTS[found.option_type], PARAMS):
        if not verdict.fired:
            continue
        text = verdict.sentences[-1]["text"]
        parts = [word for word in text.split() if word[0] in "+-" and word[1:].count(".") == 1]
        cents = sum(round(float(part) * 100) for part in parts)
        cap = verdict.sentences[-1]["thresholds"]["cap"]
        factor = 0.6 if text.endswith("times 0.6 for an inference.") else 1.0

        assert text.startswith(f"Confidence {verdict.confidence:.2f}: ")
        assert verdict.confidence == round(min(cap, max(0, cents) / 100) * factor, 4)
        assert (factor < 1) is (found.structure_confidence == 0.6)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (1, "1"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567"),
        (0.5, "0.5"), (12.125, "12.125"), (0.001, "0.001"), (1_234.5, "1,234.5"),
        (0.0004, "0"), (0.9999, "1"), (1.0004, "1"), (999.9996, "1,000"), (-2.5, "-2.5"),
    ],
)  # fmt: skip
def test_number_has_no_idle_signs(value: float, text: str) -> None:
    assert explain.number(value) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0.01, "$0.01"), (99.99, "$99.99"), (99.994, "$99.99"), (100, "$100"),
        (999.5, "$1,000"), (1_234_567.4, "$1,234,567"), (10**9, "$1,000,000,000"),
    ],
)  # fmt: skip
def test_dollars_are_whole_from_a_hundred_on(amount: float, text: str) -> None:
    assert explain.dollars(amount) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 %"), (0.001, "0.1 %"), (0.05, "5 %"), (0.055, "5.5 %"), (0.3399, "34 %"),
        (0.5, "50 %"), (0.9995, "100 %"), (0.9994, "99.9 %"), (1, "100 %"),
    ],
)  # fmt: skip
def test_percent_keeps_one_decimal_where_it_has_one(value: float, text: str) -> None:
    assert explain.percent(value) == text


@pytest.mark.parametrize("count", [1, 2, 1_000])
@pytest.mark.parametrize("granularity", ["tick", "minute"])
def test_records_are_counted_in_words(count: int, granularity: str) -> None:
    word = {"tick": "print", "minute": "minute bar"}[granularity]
    found = msgspec.structs.replace(Features(), count=count, granularity=granularity)

    assert explain.records(found) == f"{count:,} {word}{'s' if count > 1 else ''}"
