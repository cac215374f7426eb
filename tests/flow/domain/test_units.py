"""Units and their conversions, identities, shards."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.domain.ids import content_uid
from flow.domain.shards import SHARDS, shard_of
from flow.domain.units import (
    dollars_to_micros,
    from_datetime,
    micros_to_text,
    round_half_away,
    to_datetime,
)


@pytest.mark.parametrize(
    ("text", "micros"),
    [("4.20", 4_200_000), ("0.0000005", 1), ("-0.0000005", -1), (3, 3_000_000), ("1e-6", 1)],
)
def test_dollars_to_micros(text: str | int, micros: int) -> None:
    assert dollars_to_micros(text) == micros


@pytest.mark.parametrize(
    ("micros", "text"), [(4_200_000, "4.2"), (-50, "-0.00005"), (0, "0"), (7_000_000, "7")]
)
def test_micros_to_text(micros: int, text: str) -> None:
    assert micros_to_text(micros) == text


@given(st.integers(-(10**15), 10**15))
def test_money_round_trips(micros: int) -> None:
    assert dollars_to_micros(micros_to_text(micros)) == micros


@given(st.integers(0, 4 * 10**15))
def test_instants_round_trip(micros: int) -> None:
    assert from_datetime(to_datetime(micros)) == micros


def test_instant_of_another_offset_is_the_same_instant() -> None:
    east = datetime(2025, 1, 15, 10, tzinfo=timezone(timedelta(hours=-5)))

    assert from_datetime(east) == from_datetime(datetime(2025, 1, 15, 15, tzinfo=UTC))


def test_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="without offset; expected an aware datetime"):
        from_datetime(datetime(2025, 1, 15))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [(0.5, 0, 1.0), (-0.5, 0, -1.0), (2.675, 2, 2.67), (1.25, 1, 1.3)],
)
def test_round_half_away(value: float, places: int, expected: float) -> None:
    assert round_half_away(value, places) == expected


def test_content_uid_is_pinned() -> None:
    # A changed recipe would give every stored row another identity.
    assert content_uid("packet", 1, None, "x").hex() == "24f817fddc85be9a5e67aa3b9f6a53dc"
    assert content_uid("a", None) == content_uid("a", "")
    assert content_uid("ab") != content_uid("a", "b")


def test_shards_are_pinned() -> None:
    assert [shard_of(symbol) for symbol in ("SPY", "SPX", "AAPL", "BRK.B")] == [3, 1, 52, 38]


@given(st.text())
def test_any_symbol_has_a_shard(symbol: str) -> None:
    assert 0 <= shard_of(symbol) < SHARDS
