"""What is usual and which way sides lean, in sentences (options-engine.md 10, 12.4, 12.5)."""

from typing import Any

import msgspec
import pytest

from signals.engine import explain_rules
from signals.engine.features import Features
from signals.engine.params import Params

PARAMS = Params()
Z: dict[str, Any] = {"premium_z": 2.75, "premium_z_n": 41, "size_z": -0.5, "size_z_n": 40}


def but(**changes: Any) -> Features:
    return msgspec.structs.replace(Features(count=3, total_size=30, premium_usd=60.5), **changes)


def test_no_baseline_is_no_calm() -> None:
    found = explain_rules.baseline(but(size_z_n=1_007), {"a_premium_z": 2.0}, 1_012)

    assert found == {
        "text": "No baseline yet: 1,007 packets of this kind were seen, it speaks from 1,012 on.",
        "keys": ["size_z_n"],
        "values": {"size_z_n": 1_007},
        "thresholds": {"z_min_samples": 1_012},
    }


def test_one_packet_is_one_packet() -> None:
    found = explain_rules.baseline(but(size_z_n=1), {}, 12)

    assert found["text"] == "No baseline yet: 1 packet of this kind was seen, it speaks from 12 on."


@pytest.mark.parametrize(
    ("session", "word"), [("regular", "No baseline yet"), ("pre", "Outside the regular session")]
)
def test_outside_the_regular_session_no_baseline_is_promised(session: str, word: str) -> None:
    found = explain_rules.baseline(but(session=session), {}, 12)

    assert found["text"].startswith(word)
    assert found["keys"] == (["session"] if session == "pre" else ["size_z_n"])


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {"premium_z_scope": "contract", "size_z_scope": "contract"},
            "premium z 2.75 from 41 packets of this contract; size z -0.5 from 40 packets of this "
            "contract",
        ),
        (
            {"premium_z_scope": "bucket", "premium_typical_usd": 900.0, "size_z": None},
            "premium z 2.75 from 41 packets of contracts like it, typically $900",
        ),
        (
            {"premium_z": None, "size_z_scope": "underlying", "size_typical": 12.5},
            "size z -0.5 from 40 packets of this underlying, typically 12.5",
        ),
        (
            {"size_z": 0.0, "premium_z": None},
            "size z 0 from 40 packets of no stated baseline",
        ),
        (
            {"structure_type": "vertical", "premium_z_scope": "contract",
             "size_z_scope": "underlying"},
            "premium z 2.75 from 41 packets of structures of its type; size z -0.5 from 40 packets "
            "of structures of this underlying",
        ),
    ],
)  # fmt: skip
def test_standing(changes: dict[str, Any], text: str) -> None:
    found = explain_rules.baseline(but(**(Z | changes)), {}, 12)

    assert found["text"] == f"Against what is usual: {text}. This rule does not count it."
    assert found["thresholds"] == {}


@pytest.mark.parametrize(
    ("limits", "text"),
    [
        ({"x_min_premium_z": 2.5}, "Counted from z 2.5 for premium, and from 13 packets on."),
        ({"x_min_size_z": 2.0}, "Counted from z 2 for size, and from 13 packets on."),
        (
            {"x_min_premium_z": 2.5, "x_min_size_z": 2.0},
            "Counted from z 2.5 for premium or 2 for size, and from 13 packets on.",
        ),
    ],
)
def test_limits(limits: dict[str, float], text: str) -> None:
    found = explain_rules.baseline(but(**Z), limits, 13)

    assert found["text"].endswith(f". {text}")
    assert found["thresholds"] == {**limits, "z_min_samples": 13}


@pytest.mark.parametrize(
    ("changes", "metrics"),
    [({}, ("premium", "size")), ({"premium_z": None}, ("size",)), ({"size_z": None}, ("premium",))],
)
def test_keys_are_those_of_what_was_told(changes: dict[str, Any], metrics: tuple[str, ...]) -> None:
    typical = {"premium": "premium_typical_usd", "size": "size_typical"}
    found = explain_rules.baseline(but(**(Z | changes)), {}, 12)

    assert found["keys"] == [
        key
        for metric in metrics
        for key in (f"{metric}_z", f"{metric}_z_n", f"{metric}_z_scope", typical[metric])
    ]


@pytest.mark.parametrize(
    ("right", "direction", "told"),
    [
        ("call", "bullish", "in a call consistent with a bullish reading"),
        ("put", "bearish", "in a put consistent with a bearish reading"),
        ("put", "neutral", "no direction is told"),
    ],
)
def test_lean(right: str, direction: str, told: str) -> None:
    params = Params.from_values({"direction_min_signed_share": 0.4, "direction_min_imbalance": 0.2})
    found = explain_rules.lean(
        but(option_type=right, signed_share=0.625, imbalance=-0.3), params, direction
    )

    right_key = {} if direction == "neutral" else {"option_type": right}
    assert found == {
        "text": "Weighted by how sure each side is, 62.5 % of the size took one with an imbalance "
        f"of -0.3 (counted from 40 % and 0.2): {told}.",
        "keys": ["signed_share", "imbalance", *right_key],
        "values": {"signed_share": 0.625, "imbalance": -0.3, **right_key},
        "thresholds": {"direction_min_signed_share": 0.4, "direction_min_imbalance": 0.2},
    }


def test_minute_bars_lean_nowhere() -> None:
    found = explain_rules.lean(but(granularity="minute", signed_share=1.0), PARAMS, "neutral")

    assert found == {
        "text": "One price a minute: no direction is told.",
        "keys": ["granularity"],
        "values": {"granularity": "minute"},
        "thresholds": {},
    }
