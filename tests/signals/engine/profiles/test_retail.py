"""retail_whale: 0.12 + short-dated OTM + burst + iv shock + small premium (13.2, 13.5)."""

import pytest

from signals.engine.profiles.retail import retail_terms
from tests.signals.engine.profiles.builders import added, term_of

SHORT = "short_dated_otm_attention_flow"


def test_terms_of_a_plain_packet_add_up() -> None:
    assert added(retail_terms) == {
        "eligible_packet": 0.12,
        "burst_print_pattern": 0.09,
        "small_premium": 0.10,
    }


@pytest.mark.parametrize(
    ("dte", "otm", "counts"),
    [
        (7, 0.05, True),
        (0, 0.05, True),
        (8, 0.05, False),
        (None, 0.05, False),
        (7, 0.0499, False),
        (7, -0.05, False),  # deep in the money is no attention flow (13.5)
        (7, None, False),
    ],
)
def test_short_dated_otm(dte: int | None, otm: float | None, counts: bool) -> None:
    found = added(retail_terms, dte_days=dte, otm_pct=otm)

    assert found.get(SHORT) == (0.28 if counts else None)


def test_short_dated_otm_counts_for_puts_too() -> None:
    found = added(retail_terms, option_type="put", dte_days=7, otm_pct=0.05)

    assert found[SHORT] == 0.28


@pytest.mark.parametrize(("count", "points"), [(1, 0.0225), (7, 0.1575), (8, 0.18), (80, 0.18)])
def test_burst_counts_in_full_from_eight_prints(count: int, points: float) -> None:
    assert added(retail_terms, count=count)["burst_print_pattern"] == points


def test_a_minute_bar_has_no_burst() -> None:
    assert "burst_print_pattern" not in added(retail_terms, granularity="minute")


@pytest.mark.parametrize(
    ("shock", "points"),
    [(None, None), (0.0, None), (-0.3, None), (0.0001, 0.0001), (0.1999, 0.1999), (0.2, 0.2),
     (0.22, 0.2)],
)  # fmt: skip
def test_iv_shock_is_capped(shock: float | None, points: float | None) -> None:
    assert added(retail_terms, iv_shock=shock).get("iv_shock") == points


@pytest.mark.parametrize(
    ("premium_usd", "counts"), [(99_999.99, True), (100_000.0, False), (None, False)]
)
def test_small_premium(premium_usd: float | None, counts: bool) -> None:
    found = added(retail_terms, premium_usd=premium_usd)

    assert found.get("small_premium") == (0.10 if counts else None)


def test_sentences_say_the_numbers() -> None:
    short = term_of(retail_terms, SHORT, dte_days=2, otm_pct=0.0843)
    shock = term_of(retail_terms, "iv_shock", iv_shock=0.2212, iv_typical=0.5, iv_n=40)
    small = term_of(retail_terms, "small_premium", premium_usd=72_000.0)

    assert short.text == (
        "2 days to expiry and 8.4 % out of the money; at most 7 days and at least 5 % count."
    )
    assert short.values == {"dte_days": 2, "otm_pct": 0.0843}
    assert shock.text == (
        "Implied volatility stands 22.12 points above its usual level; 20 count in full."
    )
    assert shock.values == {"iv_shock": 0.2212, "iv_typical": 0.5, "iv_n": 40}
    assert small.text == "$72,000 of premium is below $100,000."
    assert small.values == {"premium_usd": 72_000.0}
