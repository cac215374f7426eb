"""Which way a packet leans (options-engine.md 13.3 strict; errata 5, 6; golden G16.3, G16.5)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.engine.direction import infer_direction
from signals.engine.params import PARAMETERS, Params
from tests.signals.engine.profiles.builders import BULLISH_VERTICAL, packet

PARAMS = Params()


@pytest.mark.parametrize(
    ("right", "share", "imbalance", "direction"),
    [
        ("call", 0.35, 0.12, "bullish"),
        ("call", 0.35, -0.12, "bearish"),
        ("put", 0.35, 0.12, "bearish"),
        ("put", 0.35, -0.12, "bullish"),
        ("call", 0.3499, 1.0, "unknown"),
        ("put", 0.0, 0.0, "unknown"),
        ("call", 0.35, 0.1199, "mixed"),
        ("call", 1.0, -0.1199, "mixed"),
        ("put", 1.0, 0.0, "mixed"),
    ],
)
def test_one_contract(right: str, share: float, imbalance: float, direction: str) -> None:
    features = packet(option_type=right, signed_share=share, imbalance=imbalance)

    assert infer_direction(features, PARAMS) == direction


def test_a_minute_bar_has_no_direction() -> None:
    features = packet(granularity="minute", signed_share=1.0, imbalance=1.0)

    assert infer_direction(features, PARAMS) == "unknown"


@pytest.mark.parametrize("direction", ["bullish", "bearish", "neutral", "mixed", "unknown"])
def test_a_structure_leans_by_its_type_never_by_imbalance(direction: str) -> None:
    changes: dict[str, Any] = BULLISH_VERTICAL | {"structure_direction": direction}

    assert infer_direction(packet(**changes, option_type="put"), PARAMS) == direction
    assert infer_direction(packet(**changes | {"imbalance": -1.0}), PARAMS) == direction


@pytest.mark.parametrize(
    ("share", "direction", "expected"),
    [
        (0.35, "bullish", "bullish"),
        (0.3499, "bullish", "unknown"),
        (0.3499, "bearish", "unknown"),
        (0.0, "neutral", "neutral"),
    ],
)
def test_a_structure_without_resolved_legs_does_not_lean(
    share: float, direction: str, expected: str
) -> None:
    changes: dict[str, Any] = BULLISH_VERTICAL | {
        "signed_share": share, "structure_direction": direction,
    }  # fmt: skip

    assert infer_direction(packet(**changes), PARAMS) == expected


def test_limits_are_tuned() -> None:
    params = Params.from_values({"direction_min_signed_share": 0.6, "direction_min_imbalance": 0.4})

    assert infer_direction(packet(signed_share=0.59, imbalance=1.0), params) == "unknown"
    assert infer_direction(packet(signed_share=0.60, imbalance=0.39), params) == "mixed"
    assert infer_direction(packet(signed_share=0.60, imbalance=0.40), params) == "bullish"


def test_balanced_sides_are_mixed_whatever_the_tuning() -> None:
    params = Params.from_values({"direction_min_imbalance": 0})

    assert infer_direction(packet(imbalance=0.0), params) == "mixed"
    assert infer_direction(packet(imbalance=0.0001), params) == "bullish"
    assert infer_direction(packet(imbalance=-0.0001), params) == "bearish"


@pytest.mark.parametrize(
    ("key", "default"), [("direction_min_signed_share", 0.35), ("direction_min_imbalance", 0.12)]
)
def test_parameters(key: str, default: float) -> None:
    found = next(each for each in PARAMETERS if each.key == key)

    assert (found.default, found.minimum, found.maximum, found.unit) == (default, 0, 1, "ratio")


SHARES = st.integers(0, 10_000).map(lambda count: count / 10_000)
SIGNED = st.integers(-10_000, 10_000).map(lambda count: count / 10_000)
OPPOSITE = {"bullish": "bearish", "bearish": "bullish"}


@given(st.sampled_from(["call", "put"]), SHARES, SIGNED)
def test_mirror(right: str, share: float, imbalance: float) -> None:
    """Call to put and ask to bid leave a direction; one of the two alone turns it (16.3)."""
    other = "put" if right == "call" else "call"
    lean = infer_direction(
        packet(option_type=right, signed_share=share, imbalance=imbalance), PARAMS
    )
    both = packet(option_type=other, signed_share=share, imbalance=-imbalance)
    sides = packet(option_type=right, signed_share=share, imbalance=-imbalance)
    rights = packet(option_type=other, signed_share=share, imbalance=imbalance)

    assert infer_direction(both, PARAMS) == lean
    assert infer_direction(sides, PARAMS) == OPPOSITE.get(lean, lean)
    assert infer_direction(rights, PARAMS) == OPPOSITE.get(lean, lean)


@given(
    st.sampled_from(["call", "put"]), SHARES, SIGNED, st.sampled_from(["", "vertical"]),
    st.sampled_from(["bullish", "bearish", "neutral"]),
)  # fmt: skip
def test_no_lean_below_the_least_signed_share(
    right: str, share: float, imbalance: float, kind: str, leans: str
) -> None:
    """Property 16.5."""
    features = packet(
        option_type=right, signed_share=share, imbalance=imbalance, structure_type=kind,
        structure_direction=leans,
    )  # fmt: skip

    assert share >= 0.35 or infer_direction(features, PARAMS) not in OPPOSITE
