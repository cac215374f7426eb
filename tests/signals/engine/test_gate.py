"""Whether a packet may become an event (errata 2), and the limits of its evidence."""

import pytest

from signals.engine.gate import event_gate
from signals.engine.params import PARAMETERS, Params

PARAMS = Params()
USD = 1_000_000


@pytest.mark.parametrize(
    ("premium_micros", "size", "kind", "gate"),
    [
        (10_000 * USD, 10, "stock", None),
        (10_000 * USD - 1, 10, "stock", "insufficient_premium"),
        (10_000 * USD, 9, "stock", "insufficient_size"),
        (50_000 * USD, 10, "etf", None),
        (50_000 * USD - 1, 10, "etf", "insufficient_premium"),
        (100_000 * USD, 10, "index", None),
        (100_000 * USD - 1, 10, "index", "insufficient_premium"),
        (0, 0, "stock", "insufficient_premium"),
        (None, 10_000, "stock", "premium_unknown"),
    ],
)
def test_gate(premium_micros: int | None, size: int, kind: str, gate: str | None) -> None:
    assert event_gate(premium_micros, size, kind, PARAMS) == gate


@pytest.mark.parametrize(
    ("kind", "usd"), [("stock", 10_000), ("etf", 50_000), ("index", 100_000), ("", 10_000)]
)
def test_floor_by_security_type(kind: str, usd: int) -> None:
    assert PARAMS.floor_micros(kind) == usd * USD


def test_floors_are_tuned() -> None:
    params = Params.from_values(
        {
            "eligible_min_premium_usd": 1, "eligible_etf_min_premium_usd": 2,
            "eligible_index_min_premium_usd": 3, "eligible_min_size": 4,
        }
    )  # fmt: skip

    assert [params.floor_micros(kind) for kind in ("stock", "etf", "index")] == [
        1 * USD, 2 * USD, 3 * USD,
    ]  # fmt: skip
    assert event_gate(1 * USD, 3, "stock", params) == "insufficient_size"
    assert event_gate(1 * USD, 4, "stock", params) is None


@pytest.mark.parametrize(
    ("key", "default", "low", "high", "unit"),
    [
        ("eligible_min_premium_usd", 10_000, 0, 1_000_000_000, "USD"),
        ("eligible_etf_min_premium_usd", 50_000, 0, 1_000_000_000, "USD"),
        ("eligible_index_min_premium_usd", 100_000, 0, 1_000_000_000, "USD"),
        ("eligible_min_size", 10, 1, 100_000, "contracts"),
        ("abstain_min_coverage", 0.35, 0, 1, "ratio"),
        ("abstain_max_stale_ratio", 0.5, 0, 1, "ratio"),
        ("abstain_min_evidence_quality", 0.55, 0, 1, "ratio"),
        ("inside_min_ratio", 0.7, 0, 1, "ratio"),
        ("inside_max_signed_share", 0.35, 0, 1, "ratio"),
    ],
)
def test_parameters(key: str, default: float, low: float, high: float, unit: str) -> None:
    found = next(each for each in PARAMETERS if each.key == key)

    assert (found.default, type(found.default)) == (default, type(default))
    assert (found.minimum, found.maximum, found.unit) == (low, high, unit)
