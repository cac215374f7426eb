"""The lift of profiles that a synthetic market has shown less (platform.md 4.5; golden G12)."""

import pytest

from ingest.synthetic.coverage import coverage_boost

COUNTS = {
    "institutional_directional": 4, "retail_whale": 0, "event_driven": 1, "vol_seller": 0,
    "arbitrage": 2, "hedge_reactive": 3,
}  # fmt: skip


@pytest.mark.parametrize(
    ("profile", "minutes", "factor"),
    [
        ("retail_whale", 20, 1.86),  # golden G12: 2.01333 before the bound
        ("arbitrage", 10, 1.3136),  # golden G12
        ("institutional_directional", 20, 1.0),
        ("hedge_reactive", 30, 1.1316),  # 1 + 0.56 x 1/4 x 0.94
        ("event_driven", 20, 1.513333),  # 1 + 0.56 x 3/4 + 0.14 x (10/6 - 1)
    ],
)
def test_golden_g12_coverage_boost(profile: str, minutes: int, factor: float) -> None:
    assert round(coverage_boost(COUNTS, profile, minutes), 6) == factor


def test_nothing_seen_lifts_nothing() -> None:
    assert coverage_boost(dict.fromkeys(COUNTS, 0), "arbitrage", 10) == 1.0


def test_a_window_that_is_not_on_offer_is_refused() -> None:
    with pytest.raises(KeyError):
        coverage_boost(COUNTS, "arbitrage", 15)
