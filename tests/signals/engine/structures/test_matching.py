"""Stage B, the rules: who may be a leg, and which two fit (options-engine.md 9.4, errata 8)."""

from typing import Any

import msgspec
import pytest

from signals.engine.features import Features
from signals.engine.params import Params
from signals.engine.structures.matching import (
    Candidate,
    fit,
    is_candidate,
    is_rung,
    share_venue,
)
from signals.engine.tally import Tally
from tests.signals.engine.structures.builders import FEB, candidate
from tests.support.engine_builders import ms

PARAMS = Params()
OPRA, UNKNOWN_VENUE = 11, 0


def able(features: dict[str, Any], sums: dict[str, Any], params: Params = PARAMS) -> bool:
    """Ask for a packet of 10 contracts at 10.00: $10,000, all bought."""
    bought = {"venue_count": 1, "imbalance": 1.0, "signed_share": 1.0}
    tally = Tally()
    tally.size = sums.get("size", 10)
    tally.premium_micros = sums.get("premium_micros", 10_000_000_000)
    return is_candidate(Features(**(bought | features)), tally, params)


@pytest.mark.parametrize(
    ("features", "changes"),
    [
        ({}, {}),
        ({"imbalance": 0.6}, {}),
        ({"imbalance": -0.6}, {}),
        ({"signed_share": 0.5}, {}),
    ],
)
def test_candidate_at_its_thresholds(features: dict[str, Any], changes: dict[str, Any]) -> None:
    assert able(features, changes)


@pytest.mark.parametrize(
    ("features", "changes"),
    [
        ({"granularity": "minute"}, {}),
        ({"venue_count": None}, {}),
        ({"complex_count": 1}, {}),
        ({}, {"premium_micros": None}),
        ({}, {"premium_micros": 9_999_999_999}),
        ({}, {"size": 9}),
        ({"imbalance": 0.5999}, {}),
        ({"imbalance": -0.5999}, {}),
        ({"signed_share": 0.4999}, {}),
    ],
)
def test_no_candidate_below_them(features: dict[str, Any], changes: dict[str, Any]) -> None:
    assert not able(features, changes)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("structure_leg_min_size", 11),
        ("structure_leg_min_premium_usd", 10_001),
        ("structure_leg_min_imbalance", 0.95),
        ("structure_leg_min_signed_share", 0.95),
    ],
)
def test_thresholds_are_tuning(key: str, value: float) -> None:
    changes = {"imbalance": 0.9, "signed_share": 0.9}

    assert able(changes, {})
    assert not able(changes, {}, Params.from_values({key: value}))


def test_candidate_is_due_when_its_session_is_and_three_windows_have_passed() -> None:
    found = candidate("C450", at=7, lasts=100, venues=[5, 3, OPRA, UNKNOWN_VENUE], revision=4)

    assert found.due == ms(7 + 100 + 250)
    assert candidate("C450", due=ms(20)).due == ms(3 * 50)
    assert found.reach_us == 150_000
    assert found.window_us == 50_000
    assert found.venues == (3, 5)
    assert found.revision == 4
    assert found.key == (ms(7), "SPY-2025-01-17-450-C")


def test_due_follows_the_revision() -> None:
    params = Params.from_values(
        {"structure_window_ms": 10, "cluster_max_span_ms": 500, "cluster_gap_ms": 40}
    )

    assert candidate("C450", due=ms(20), params=params).due == ms(30)
    assert candidate("C450", params=params).window_us == 10_000


def test_candidate_survives_the_wire() -> None:
    found = candidate("C450")

    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Candidate) == found


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ((3, 4), (4, 5), True),
        ((3,), (4,), False),
        ((3, OPRA), (4, OPRA), False),
        ((UNKNOWN_VENUE,), (UNKNOWN_VENUE,), False),
    ],
)
def test_common_venue(one: tuple[int, ...], other: tuple[int, ...], shared: bool) -> None:
    assert share_venue(candidate("C450", venues=one), candidate("C455", venues=other)) is shared


def name_of(one: Candidate, other: Candidate) -> str | None:
    found = fit(one, other)
    assert (found is None) is (fit(other, one) is None)
    assert found is None or found.inferred
    return None if found is None else found.shape.type


@pytest.mark.parametrize(
    ("other", "sign", "more", "name"),
    [
        ("C455", -1, {}, "vertical"),
        ("C455", -1, {"size": 95}, "vertical"),
        ("C455", -1, {"size": 94}, None),
        ("C455", -1, {"size": 200}, "ratio_spread"),
        ("C455", -1, {"size": 500}, None),
        ("C455", 1, {}, None),
        ("P450", 1, {}, "straddle"),
        ("P450", 1, {"size": 200}, None),
        ("P450", -1, {}, "synthetic"),
        ("P440", 1, {}, "strangle"),
        ("P455", 1, {}, None),
        ("P440", -1, {}, "risk_reversal"),
        ("P440", -1, {"expiry": FEB}, None),
        ("C450", -1, {"expiry": FEB}, "calendar"),
        ("C455", -1, {"expiry": FEB}, "diagonal"),
        ("C455", 1, {"expiry": FEB}, None),
        # time and venue
        ("C455", -1, {"at": 50}, "vertical"),
        ("C455", -1, {"at": -50}, "vertical"),
        ("C455", -1, {"at": 50.001}, None),
        ("C455", -1, {"at": -50.001}, None),
        ("C455", -1, {"at": 40, "lasts": 1_900}, "vertical"),
        ("C455", -1, {"venues": (4, 9)}, "vertical"),
        ("C455", -1, {"venues": (9,)}, None),
        ("C450", -1, {"at": 10}, None),  # one contract
        ("C450", -1, {"at": 10, "root": "SPYX"}, None),  # two settlements
    ],
)
def test_fit(other: str, sign: int, more: dict[str, Any], name: str | None) -> None:
    assert name_of(candidate("C450"), candidate(other, sign, **more)) == name


def test_window_is_tuning() -> None:
    params = Params.from_values({"structure_window_ms": 60})
    one = candidate("C450", params=params)

    assert name_of(one, candidate("C455", -1, at=60, params=params)) == "vertical"


@pytest.mark.parametrize(
    ("other", "sign", "more", "expected"),
    [
        ("C455", 1, {}, True),
        ("C455", 1, {"size": 37}, True),
        ("C455", 1, {"at": 50}, True),
        ("C455", 1, {"at": 50.001}, False),
        ("C455", 1, {"at": -0.001}, False),
        ("C455", -1, {}, False),
        ("P455", 1, {}, False),
        ("C455", 1, {"expiry": FEB}, False),
        ("C455", 1, {"root": "SPYX"}, False),
        ("C455", 1, {"venues": (9,)}, False),
    ],
)
def test_rung(other: str, sign: int, more: dict[str, Any], expected: bool) -> None:
    assert is_rung(candidate("C450"), candidate(other, sign, **more)) is expected
