"""event_driven: 0.12 + a known event before expiry + premium + a spread wider than usual."""

from typing import Any

import pytest

from signals.engine.params import Params
from signals.engine.profiles.event_driven import event_terms
from tests.signals.engine.profiles.builders import added, term_of

AHEAD, SPREAD = "event_calendar_alignment", "spread_widening"
EVENT: dict[str, Any] = {
    "event_kind": "earnings",
    "days_to_event": 16.2535,
    "expiry_after_event": True,
    "pre_event_concentration": 0.226,
}


def test_an_event_without_a_name_of_its_own_is_an_event() -> None:
    ahead = EVENT | {"event_kind": "other", "days_to_event": 1.0}
    term = term_of(event_terms, AHEAD, **ahead)

    assert term.text.startswith("Known to come: an event in 1 day, before")


def test_terms_of_a_plain_packet_add_up() -> None:
    """0.12 + 0.14 x 60/120."""
    assert added(event_terms) == {"eligible_packet": 0.12, "premium": 0.07}


@pytest.mark.parametrize(
    ("days", "after", "counts"),
    [
        (0.0, True, True),
        (21.0, True, True),
        (21.0001, True, False),
        (-0.0001, True, False),
        (5.0, False, False),
        (5.0, None, False),
        (None, None, False),
        (None, True, False),
    ],
)
def test_an_event_counts_up_to_21_days_before_the_expiry(
    days: float | None, after: bool | None, counts: bool
) -> None:
    found = added(event_terms, days_to_event=days, expiry_after_event=after)

    assert found.get(AHEAD) == (0.32 if counts else None)


@pytest.mark.parametrize(
    ("kind", "premium_usd", "points"),
    [("stock", 120_000.0, 0.14), ("stock", 30_000.0, 0.035), ("etf", 180_000.0, 0.0504),
     ("index", 2_000_000.0, 0.14)],
)  # fmt: skip
def test_premium_counts_by_security_type(kind: str, premium_usd: float, points: float) -> None:
    assert added(event_terms, security_type=kind, premium_usd=premium_usd)["premium"] == points


@pytest.mark.parametrize(
    ("z", "n", "points"),
    [
        (5.0, 12, 0.16),
        (4.9975, 12, 0.1599),
        (9.0, 12, 0.16),
        (2.0, 12, 0.04),
        (2.0, 11, None),
        (1.0, 12, None),
        (1.0025, 12, 0.0001),
        (-9.0, 12, None),
        (None, 50, None),
    ],
)
def test_spread_counts_beyond_one_deviation_from_twelve_samples(
    z: float | None, n: int, points: float | None
) -> None:
    found = added(event_terms, spread_z=z, spread_z_n=n, spread_z_scope="contract")

    assert found.get(SPREAD) == points


def test_the_number_of_samples_is_tuned_once_for_all() -> None:
    params = Params.from_values({"z_min_samples": 30})

    assert SPREAD not in added(event_terms, params, spread_z=3.0, spread_z_n=29)
    assert added(event_terms, params, spread_z=3.0, spread_z_n=30)[SPREAD] == 0.08


@pytest.mark.parametrize(
    ("kind", "words"), [("earnings", "earnings"), ("m_and_a", "m and a"), (None, "an event")]
)
def test_sentence_of_the_event(kind: str | None, words: str) -> None:
    term = term_of(event_terms, AHEAD, **EVENT | {"event_kind": kind, "days_to_event": 16.25})

    assert term.text == (
        f"Known to come: {words} in 16.25 days, before the option settles; at most 21 days count."
    )
    assert term.values == EVENT | {"event_kind": kind, "days_to_event": 16.25}


def test_sentence_of_the_spread() -> None:
    term = term_of(event_terms, SPREAD, spread_z=2.5, spread_z_n=1_200, spread_z_scope="underlying")

    assert term.text == (
        "The spread stands 2.5 robust deviations above its usual width over 1,200 packets, "
        "12 and more count; beyond 1 counts, 5 in full."
    )
    assert term.values == {"spread_z": 2.5, "spread_z_n": 1_200, "spread_z_scope": "underlying"}
