"""The tuning values of structure detection, each with its bounds (options-engine.md 9.4)."""

import pytest

from signals.engine.params import PARAMETERS, Params

BY_KEY = {parameter.key: parameter for parameter in PARAMETERS}


@pytest.mark.parametrize(
    ("key", "default", "bounds", "unit", "source"),
    [
        ("structure_join_ms", 5, (0, 1_000), "ms", "errata 37"),
        ("structure_window_ms", 50, (1, 10_000), "ms", "spec 9.4"),
        ("structure_max_legs", 8, (2, 12), "legs", "guess"),
        ("structure_leg_min_size", 10, (1, 100_000), "contracts", "spec 9.4, errata 8"),
        ("structure_leg_min_premium_usd", 10_000, (0, 10**9), "USD", "spec 9.4, errata 8"),
        ("structure_leg_min_imbalance", 0.6, (0.01, 1), "ratio", "spec 9.4, errata 8"),
        ("structure_leg_min_signed_share", 0.5, (0.01, 1), "ratio", "spec 9.4, errata 8"),
    ],
)
def test_parameter(
    key: str, default: float, bounds: tuple[float, float], unit: str, source: str
) -> None:
    parameter = BY_KEY[key]

    assert parameter.default == default
    assert (parameter.minimum, parameter.maximum) == bounds
    assert (parameter.unit, parameter.source) == (unit, source)
    assert parameter.help
    assert Params().values()[key] == default
